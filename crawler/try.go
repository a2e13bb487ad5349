package crawler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"chaping"
	"chaping/crawler/evidence"
	"chaping/ingest"
	"chaping/ingest/redact"
)

// A Trial is what a profile makes of one page, step by step.
type Trial struct {
	URL   string      `json:"url"` // after redirects
	Bytes int         `json:"bytes"`
	Steps []StepTrial `json:"steps"`
}

// A StepTrial is what one step makes of the page.
type StepTrial struct {
	Step   string       `json:"step"`
	Error  string       `json:"error,omitempty"` // the page is not of the step's format
	List   bool         `json:"list"`            // the step reads a list of items
	Items  int          `json:"items"`
	Fields []FieldTrial `json:"fields"`
}

// Fits tells whether the page has what the step needs.
func (s *StepTrial) Fits() bool {
	if s.Error != "" || s.List && s.Items == 0 {
		return false
	}
	for _, f := range s.Fields {
		if f.Needed && f.Found == 0 {
			return false
		}
	}
	return true
}

// A FieldTrial is what one field finds on the page.
type FieldTrial struct {
	Field  string `json:"field"`
	Needed bool   `json:"needed"` // the step cannot do without it
	Found  int    `json:"found"`  // on so many items; 0 or 1 outside lists
	Value  string `json:"value"`  // the first, redacted and shortened
	Fault  string `json:"fault,omitempty"`
}

// Try fetches one page as Collect would, or what the site answers to a body that
// is sent there, and tells what each step of the profile makes of it. Options need
// a clock at most.
func Try(ctx context.Context, p *Profile, address, body string, o Options) (Trial, error) {
	if err := p.MayCrawl(); err != nil {
		return Trial{}, err
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	version := o.Version
	if version == "" {
		version = "dev"
	}
	f, err := newFetcher(ctx, p, userAgent(version, p.Contact), now, func(string, time.Duration) {})
	if err != nil {
		return Trial{}, err
	}
	defer f.closer()
	v := f.visitor()
	page, err := v.fetch(ctx, address, body, evidence.Validator{})
	if err == nil && f.browser != nil && strings.Contains(page.kind, "html") {
		page, err = v.render(ctx, address)
	}
	if err != nil {
		var human errChallenge
		remedy := "检查网址和站点配置中的 base、hosts"
		if errors.As(err, &human) {
			remedy = "用浏览器打开该网址查看；本程序不绕过人机验证"
		}
		return Trial{}, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "没有取到页面 " + chaping.Shorten(address, 200),
			Err:     err,
			Remedy:  remedy,
		}
	}
	if n, err := parse(page.body, formatHTML, ""); err == nil && f.challenged(n, page.body) {
		return Trial{
				URL:   page.url.String(),
				Bytes: page.size,
			}, &chaping.Error{
				Code:    chaping.CodeInput,
				Message: "出现人机验证页或登录页",
				Remedy:  "用浏览器打开该网址查看；本程序不绕过人机验证",
			}
	}
	return tryPage(p, page, now()), nil
}

// tryPage tells what each step of the profile makes of the page.
func tryPage(p *Profile, page *page, now time.Time) Trial {
	t := trial{page: page, now: now, parsed: map[format]parsed{}, out: Trial{URL: page.url.String(), Bytes: page.size}}
	s := &p.search
	t.list("search", s.format, s.items, need(s.id, s.link == nil), need(s.link, true), need(s.name, false))
	t.paging(s.format, &s.paging)
	d := &p.product
	fields := []wanted{
		need(d.id, len(d.url.parts) == 0 && p.search.id == nil),
		need(d.name, true),
		need(d.link, false),
		need(d.price, false),
		need(d.currency, false),
		need(d.shopID, false),
		need(d.shopName, false),
		need(d.shopURL, false),
		need(d.region, false),
	}
	for i := range p.reviews {
		fields = append(fields, need(p.reviews[i].link, false))
	}
	t.single("product", d.format, fields...)
	if p.shop != nil {
		t.single("shop", p.shop.format, need(p.shop.id, false), need(p.shop.name, false), need(p.shop.region, true))
	}
	for i := range p.reviews {
		r := &p.reviews[i]
		name := fmt.Sprintf("%s.%d", stepReviews, i)
		t.list(
			name,
			r.format,
			r.items,
			need(r.id, r.id != nil),
			dated(&r.published, true),
			need(r.rating, false),
			need(r.text, true),
			personal(r.buyer),
			need(r.appended, false),
			dated(r.appendedAt, false),
			need(r.isDefault, false),
			need(r.pinned, false),
		)
		t.paging(r.format, &r.paging)
	}
	return t.out
}

// A wanted is a field and what is asked of it.
type wanted struct {
	*field
	needed, dated bool
	personal      bool // who wrote the review: not to be shown
}

func need(f *field, needed bool) wanted  { return wanted{field: f, needed: needed} }
func dated(f *field, needed bool) wanted { return wanted{field: f, needed: needed, dated: true} }
func personal(f *field) wanted           { return wanted{field: f, personal: true} }

type parsed struct {
	node node
	err  error
}

type trial struct {
	page   *page
	now    time.Time
	parsed map[format]parsed
	out    Trial
}

func (t *trial) parse(as format) (node, error) {
	p, ok := t.parsed[as]
	if !ok {
		p.node, p.err = t.page.node(as)
		t.parsed[as] = p
	}
	return p.node, p.err
}

// step begins a step; ok is false if the page is not of its format.
func (t *trial) step(name string, as format, list bool) (n node, ok bool) {
	n, err := t.parse(as)
	s := StepTrial{Step: name, List: list}
	if err != nil {
		s.Error = err.Error()
	}
	t.out.Steps = append(t.out.Steps, s)
	return n, err == nil
}

func (t *trial) single(name string, as format, fields ...wanted) {
	if n, ok := t.step(name, as, false); ok {
		for _, f := range fields {
			t.add([]node{n}, f)
		}
	}
}

func (t *trial) list(name string, as format, items field, fields ...wanted) {
	n, ok := t.step(name, as, true)
	if !ok {
		return
	}
	list := items.list(n)
	t.out.Steps[len(t.out.Steps)-1].Items = len(list)
	for _, f := range fields {
		t.add(list, f)
	}
}

func (t *trial) paging(as format, p *paging) {
	n, err := t.parse(as)
	if err != nil {
		return
	}
	for _, f := range []*field{p.next, p.cursor, p.pages, p.total} {
		t.add([]node{n}, need(f, false))
	}
}

// add notes what the field finds at the nodes.
func (t *trial) add(nodes []node, f wanted) {
	if f.field == nil {
		return
	}
	out := FieldTrial{Field: f.name, Needed: f.needed}
	for _, item := range nodes {
		value, ok := f.get(item)
		if !ok || value == "" {
			continue
		}
		if f.dated {
			if when, err := f.date.Parse(value, t.now); err != nil {
				out.Fault = err.Error()
				continue
			} else {
				value = when.Format(time.DateTime)
			}
		}
		if out.Found++; out.Found == 1 {
			out.Value = chaping.Shorten(redact.Text(ingest.Text(value)), 60)
			if f.personal {
				out.Value = "（不显示）"
			}
		}
	}
	last := &t.out.Steps[len(t.out.Steps)-1]
	last.Fields = append(last.Fields, out)
}
