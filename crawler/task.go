package crawler

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/text/encoding"

	"chaping"
	"chaping/crawler/evidence"
	"chaping/crawler/frontier"
	"chaping/ingest/foreign"
)

// A task is what an item of the frontier says: read this page as that step.
type task struct {
	Step    string           `json:"s"`
	URL     string           `json:"u"`
	Body    string           `json:"z,omitempty"` // what is sent there, where the page is not just got
	Keyword string           `json:"k,omitempty"`
	Product string           `json:"p,omitempty"` // id, as far as the search told it
	Own     string           `json:"o,omitempty"` // id in the site's addresses, where it is not Product
	Owner   string           `json:"m,omitempty"` // product whose reviews these are, where it is not Product
	Listing *chaping.Listing `json:"l,omitempty"` // what waits for its shop
	Reviews int              `json:"r,omitempty"` // which of the profile's review steps
	Link    string           `json:"a,omitempty"` // the review step's link
	Item    string           `json:"i,omitempty"` // the product page, where the review step's URL needs it
	Shop    string           `json:"h,omitempty"` // the shop's id, where the review step's URL needs it
	Page    int              `json:"n,omitempty"`
	Cursor  string           `json:"c,omitempty"` // of the page
	Slice   int              `json:"v,omitempty"` // which way to look at the list of reviews; see slicing
	Cut     bool             `json:"x,omitempty"` // part of the list is out of reach
	Had     hashes           `json:"q,omitempty"` // reviews of the window that were counted, where parts of the list have them again
	Total   int64            `json:"t,omitempty"` // of the whole list, as the site says; 0: unknown, or of no interest
	Parts   int64            `json:"w,omitempty"` // read in the parts so far
	Seen    seen             `json:"d,omitzero"`
	Began   time.Time        `json:"b,omitzero"`  // when the first page of reviews was read
	From    time.Time        `json:"f,omitzero"`  // reviews before are not wanted, or known
	Name    string           `json:"g,omitempty"` // of the product, as the search has it
	Known   string           `json:"j,omitempty"` // what the search knew the product by; see knownBy
	Like    look             `json:"y,omitzero"`  // the list's first page
}

// The steps, with the rank of their pages: a product is read to its end
// before the next one is begun, so that the queue stays short.
const (
	stepSearch  = "search"
	stepProduct = "product"
	stepShop    = "shop"
	stepReviews = "reviews"
)

func rank(step string) int {
	return slices.Index([]string{stepReviews, stepShop, stepProduct, stepSearch}, step)
}

// seen remembers the reviews of a product that can come again: those of the
// first page, because of what is pinned there, and those of the page before,
// because lists move while one reads them. Of the others it remembers enough
// to tell that a list has begun to go round: bounds keep it from growing with
// the product.
type seen struct {
	First hashes `json:"f,omitempty"`
	Last  hashes `json:"l,omitempty"`
	Count int64  `json:"c,omitempty"` // distinct reviews so far
	Bad   bool   `json:"b,omitempty"` // some could not be used
	Alike hashes `json:"a,omitempty"` // contents of the last ones, where the site gives no IDs; see number

	Old     traces    `json:"o,omitempty"` // of the last maxTraces reviews
	Ways    hashes    `json:"w,omitempty"` // cursors and addresses of the pages
	Pages   hashes    `json:"p,omitempty"` // contents of the pages, where the site gives no IDs
	Size    int       `json:"s,omitempty"` // entries of the first page
	Short   bool      `json:"h,omitempty"` // the last page had fewer
	Whole   bool      `json:"t,omitempty"` // as many were read as the site says there are
	Most    int64     `json:"m,omitempty"` // reviews that the site said there are
	Fell    bool      `json:"n,omitempty"` // and fewer on a later page,
	Least   int64     `json:"z,omitempty"` // so many
	Mid     time.Time `json:"d,omitzero"`  // date in the middle of the last page
	Mixed   bool      `json:"x,omitempty"` // the list is not in the order of dates
	Past    bool      `json:"y,omitempty"` // a page was older than the window
	Through bool      `json:"e,omitempty"` // the last page ends before the window, in a list that is in order
	Well    bool      `json:"g,omitempty"` // there were reviews that are not negative
	Ill     bool      `json:"i,omitempty"` // and some that are
	Taken   traces    `json:"k,omitempty"` // IDs of the last ones, where dates count back; see recognise
	Apart   int       `json:"q,omitempty"` // entries that came again out of their place: as many others were missed
	Stuck   bool      `json:"-"`           // the page read last is the one before, which was full, or the first
	Wall    string    `json:"-"`           // words on the page read last that the rest is elsewhere
	Round   bool      `json:"r,omitempty"` // the way on leads back to pages that were read
}

// size takes in how many entries a page has. usual is how many the first pages of
// other lists of the site have, if one knows.
func (s *seen) size(entries, configured, usual int) {
	first := s.Size == 0
	if first {
		s.Size = max(entries, configured)
	}
	if entries > 0 {
		s.Short = entries < s.Size || first && entries < usual
	}
}

// onward tells whether the way on, from here, has not been gone before.
func (s *seen) onward(way, here string) bool {
	s.Ways = append(slices.Clip(s.Ways), hash(here))
	s.Round = s.Round || slices.Contains(s.Ways, hash(way))
	return !s.Round
}

// maxHad bounds task.Had.
const maxHad = 10_000

// maxTraces is how many reviews of a list are remembered, a few bytes each.
const maxTraces = 2000

// traces are short hashes: good enough to count what comes again, and not to
// leave anything out.
type traces []uint32

// MarshalText implements encoding.TextMarshaler.
func (h traces) MarshalText() ([]byte, error) {
	b := make([]byte, 0, 4*len(h))
	for _, n := range h {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return base64.RawStdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *traces) UnmarshalText(text []byte) error {
	b, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil || len(b)%4 != 0 {
		return errors.New("编号摘要无法识别")
	}
	*h = make(traces, 0, len(b)/4)
	for ; len(b) > 0; b = b[4:] {
		*h = append(*h, binary.LittleEndian.Uint32(b))
	}
	return nil
}

// add remembers the reviews of a page.
func (h traces) add(ids []uint64) traces {
	h = slices.Clone(h[max(0, len(h)+len(ids)-maxTraces):])
	for _, id := range ids {
		h = append(h, uint32(id))
	}
	return h
}

// hashes are written as base64, which is shorter and faster than numbers.
type hashes []uint64

// MarshalText implements encoding.TextMarshaler.
func (h hashes) MarshalText() ([]byte, error) {
	b := make([]byte, 0, 8*len(h))
	for _, n := range h {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return base64.RawStdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *hashes) UnmarshalText(text []byte) error {
	b, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil || len(b)%8 != 0 {
		return errors.New("编号摘要无法识别")
	}
	*h = make(hashes, 0, len(b)/8)
	for ; len(b) > 0; b = b[8:] {
		*h = append(*h, binary.LittleEndian.Uint64(b))
	}
	return nil
}

func (s seen) has(id uint64) bool {
	return slices.Contains(s.First, id) || slices.Contains(s.Last, id)
}

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum64()
}

// item is the task as the frontier takes it. The key is what makes two tasks
// the same.
func (t task) item(key ...string) (frontier.Item, error) {
	u, err := url.Parse(t.URL)
	if err != nil {
		return frontier.Item{}, fmt.Errorf("网址 %q 无效", chaping.Shorten(t.URL, 80))
	}
	data, err := json.Marshal(t)
	if err != nil {
		return frontier.Item{}, err
	}
	return frontier.Item{
		Key:  t.Step + "\x00" + strings.Join(key, "\x00"),
		Host: u.Host,
		Rank: rank(t.Step),
		Task: data,
	}, nil
}

// An outcome is what reading a page came to.
type outcome struct {
	listings []chaping.Listing
	reviews  []chaping.Review
	covered  []chaping.Coverage
	links    []frontier.Item
	count    map[string]int64
	notes    []string
	marks    map[string]string
	evidence *evidence.Page // the page itself, where it is to be kept
}

// Names of the queue's counters.
const (
	countPages      = "pages"
	countBytes      = "bytes"
	countUnchanged  = "unchanged"
	countProducts   = "products"
	countListings   = "listings"
	countReviews    = "reviews"
	countDefaults   = "defaults"
	countByText     = "by_text"
	countAppended   = "appended"
	countOutside    = "outside"
	countDuplicates = "duplicates"
	countShared     = "shared" // lists of reviews that another product has as well
	countRefused    = "refused"
	countForeign    = "foreign" // products priced in another currency
	countIrrelevant = "irrelevant"
	countRobots     = "robots"
	countDenied     = "denied"
	countFaults     = "faults"
	countCut        = "cut"    // lists that were not read to their end
	countGaps       = "gaps"   // products
	countMixed      = "mixed"  // lists that are not in the order that the profile says
	countUntold     = "untold" // lists without the total that the profile names
	countVague      = "vague"  // reviews that may be of another period
	countTwins      = "twins"  // reviews that another product has as well

	countFound     = "found/"     // + keyword
	countListed    = "listed/"    // + keyword
	countTruncated = "truncated/" // + keyword
	countAgain     = "again/"     // + keyword
)

func (o *outcome) add(name string, n int64) {
	if o.count == nil {
		o.count = map[string]int64{}
	}
	o.count[name] += n
}

// A note is a Fault as the queue keeps it.
type note struct {
	Kind string `json:"kind"`
	Fault
}

const (
	noteFault     = "fault"
	noteTruncated = "truncated"
	noteForeign   = "foreign" // its value is the currency

	notesPerPage = 20 // so that one page does not crowd out the rest
)

func (o *outcome) note(kind string, f Fault) {
	f.Value = chaping.Shorten(f.Value, 80)
	if kind == noteTruncated {
		o.add(countCut, 1)
	}
	if len(o.notes) < notesPerPage || kind == noteTruncated {
		data, err := json.Marshal(note{kind, f})
		if err == nil { // a struct of strings
			o.notes = append(o.notes, string(data))
		}
	}
}

func (o *outcome) fault(f Fault) {
	o.add(countFaults, 1)
	o.note(noteFault, f)
}

func (o *outcome) mark(name, value string) {
	if o.marks == nil {
		o.marks = map[string]string{}
	}
	o.marks[name] = value
}

func (o *outcome) link(t task, key ...string) {
	item, err := t.item(key...)
	if err != nil {
		o.fault(Fault{URL: t.URL, Problem: err.Error()})
		return
	}
	o.links = append(o.links, item)
}

// next links the page that follows this one in its list; nothing else does.
func (o *outcome) next(t task, key ...string) {
	before := len(o.links)
	o.link(t, key...)
	for i := range o.links[before:] {
		o.links[before+i].Sole = true
	}
}

// A reader turns pages into outcomes.
type reader struct {
	job   *Job
	marks func(ctx context.Context, name string) (string, error) // watermarks; nil: none
	known func(ctx context.Context, name string) (string, error) // identities
	ids   identities
	shops shopCache
	twins twinList
	kept  *evidence.Store // pages of reviews; nil keeps none

	gradeText func(*chaping.Review) // nil: none
	stored    func(ctx context.Context, product string, w chaping.Window, each func(chaping.StoredReview) error) error
}

// shopCache spares the page of a shop that was just read.
type shopCache struct {
	mu sync.Mutex
	of map[string]chaping.Shop // by URL
}

const cachedShops = 10_000

func (c *shopCache) get(url string) (chaping.Shop, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	shop, ok := c.of[url]
	return shop, ok
}

func (c *shopCache) put(url string, shop chaping.Shop) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil || len(c.of) >= cachedShops {
		c.of = map[string]chaping.Shop{}
	}
	c.of[url] = shop
}

// seeds are the first pages of the job.
func (r *reader) seeds() ([]frontier.Item, error) {
	var items []frontier.Item
	for _, keyword := range r.job.Watch.Keywords {
		t, err := r.searchTask(keyword, r.job.Profile.search.paging.from, r.job.Profile.search.paging.start)
		if err != nil {
			return nil, err
		}
		item, err := t.item(keyword, strconv.Itoa(t.Page))
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (r *reader) searchTask(keyword string, page int, cursor string) (task, error) {
	p := r.job.Profile
	query := keyword
	if p.search.charset != "" {
		var err error
		query, err = encoding.ReplaceUnsupported(foreign.Charset(p.search.charset).NewEncoder()).String(keyword)
		if err != nil {
			return task{}, err
		}
	}
	values := p.search.paging.values(page, cursor)
	values["keyword"] = query
	address := p.search.url.fill(values)
	u, err := p.Base.Parse(address)
	if err != nil {
		return task{}, &chaping.InputError{
			File:    p.Name,
			Field:   "search.url",
			Value:   address,
			Problem: "得不到有效的网址",
			Remedy:  "检查 base 和 search.url",
		}
	}
	return task{
		Step: stepSearch, URL: u.String(), Body: p.search.post.fill(values),
		Keyword: keyword, Page: page, Cursor: cursor,
	}, nil
}

// errLayout is a page that is not what the step expects.
type errLayout struct{ Fault }

func (e errLayout) Error() string { return e.Fault.String() }

// read fetches the task's page and turns it into an outcome.
func (r *reader) read(ctx context.Context, v *visitor, t task) (outcome, error) {
	var as format
	p := r.job.Profile
	switch t.Step {
	case stepSearch:
		as = p.search.format
	case stepProduct:
		as = p.product.format
	case stepShop:
		if p.shop == nil {
			return outcome{}, errGone{reason: "站点配置中已没有步骤 shop"}
		}
		as = p.shop.format
	case stepReviews:
		if t.Reviews >= len(p.reviews) {
			return outcome{}, errGone{reason: "站点配置中已没有这一评论步骤"}
		}
		as = p.reviews[t.Reviews].format
	default:
		return outcome{}, errGone{reason: fmt.Sprintf("不认识的步骤 %q", t.Step)}
	}
	page, err := r.fetch(ctx, v, t, as)
	if err != nil {
		return outcome{}, err
	}
	n, err := page.node(as)
	if as != formatHTML && err != nil {
		// Where JSON is due, HTML may be the challenge.
		if h, herr := parse(page.body, formatHTML, ""); herr == nil && v.challenged(h, page.body) {
			return outcome{}, errChallenge{}
		}
	}
	if err != nil {
		return outcome{}, errLayout{Fault{URL: t.URL, Problem: err.Error()}}
	}
	if v.challenged(n, page.body) {
		return outcome{}, errChallenge{}
	}

	var o outcome
	o.add(countPages, 1)
	if page.unchanged {
		o.add(countUnchanged, 1)
	} else {
		o.add(countBytes, int64(page.size))
	}
	if page.bad > 0 {
		o.fault(Fault{URL: t.URL, Value: strconv.Itoa(page.bad), Problem: "页面中有无法解码的字符，已替换"})
	}
	switch t.Step {
	case stepSearch:
		err = r.search(&o, t, page, n)
	case stepProduct:
		err = r.product(ctx, &o, t, page, n)
	case stepShop:
		r.shop(&o, t, n)
	case stepReviews:
		err = r.reviews(ctx, &o, t, page, n)
	}
	if r.kept != nil && len(o.reviews) > 0 {
		o.evidence = &evidence.Page{
			URL:     page.url.String(),
			Type:    page.kind,
			Fetched: page.read,
			Body:    page.raw,
		}
		if t.Body == "" { // the address alone stands for the page
			o.evidence.Validator = page.validator
		}
		for i := range o.reviews {
			o.evidence.Reviews = append(o.evidence.Reviews, o.reviews[i].Key())
		}
	}
	return o, err
}

// fetch gets the task's page. Pages of reviews that were kept as evidence are
// asked for under the condition that they have changed. Where they have not,
// the kept body is read in the answer's place, in full, so that a page is
// spared the site but never the reader: whatever the store or the queue have
// lost since is found again. Headers are not kept: where paging is read from
// them, the page is asked for anew.
func (r *reader) fetch(ctx context.Context, v *visitor, t task, as format) (*page, error) {
	if v.browser != nil && as.rendered() && t.Body == "" {
		return v.render(ctx, t.URL)
	}
	var known evidence.Validator
	if r.kept != nil && t.Step == stepReviews && t.Body == "" && !r.job.Profile.reviews[t.Reviews].paging.inHeaders() {
		var err error
		if known, err = r.kept.Validator(ctx, t.URL); err != nil {
			return nil, err
		}
	}
	fresh, err := v.fetch(ctx, t.URL, t.Body, known)
	if known == (evidence.Validator{}) || !errors.As(err, new(errUnchanged)) {
		return fresh, err
	}
	kept, err := r.kept.Unchanged(ctx, t.URL, known)
	if err != nil {
		return nil, err
	}
	address, perr := url.Parse(t.URL)
	if kept == nil || perr != nil {
		return v.fetch(ctx, t.URL, t.Body, evidence.Validator{})
	}
	text, bad := decode(kept.Body, kept.Type, r.job.Profile.Charset)
	return &page{
		url:       address,
		read:      v.now(),
		as:        kept.Fetched,
		body:      text,
		raw:       kept.Body,
		kind:      kept.Type,
		bad:       bad,
		unchanged: true,
	}, nil
}

// baseHref is <base href>.
var baseHref = field{css: new(cascadia.MustCompile("head base[href]")), attr: "href"}

// base is what links on the page are relative to.
func (p *page) base(n node) *url.URL {
	if p.links == nil {
		p.links = p.url
		if doc := n.document(); doc != nil {
			if href, ok := baseHref.get(node{html: doc}); ok {
				if u, err := p.url.Parse(href); err == nil {
					p.links = u
				}
			}
		}
	}
	return p.links
}

// resolve makes a link that stands on the page absolute.
func resolve(on *page, n node, link string) (string, error) {
	return absolute(on.base(n), link)
}

func absolute(base *url.URL, link string) (string, error) {
	u, err := base.Parse(strings.TrimSpace(link))
	if err != nil {
		return "", fmt.Errorf("链接无效")
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", errors.New("链接不是 http、https 网址")
	}
	u.Fragment = ""
	return u.String(), nil
}
