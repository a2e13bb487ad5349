package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"chaping"
	"chaping/station"
)

// A tableView is a page of a table as it is shown. Programs are told how many
// rows there are, and which columns; the rows are theirs as records.
type tableView struct {
	Total   int           `json:"total"` // rows that the filters leave
	Page    int           `json:"page"`  // from 1
	Pages   int           `json:"pages"`
	Size    int           `json:"size"` // of a page, in rows
	Sort    string        `json:"sort,omitempty"`
	Columns []shownColumn `json:"columns"`
	Ignored []string      `json:"ignored,omitempty"` // what was asked for and cannot be had

	Name    string         `json:"-"`
	Title   string         `json:"-"`
	Path    string         `json:"-"` // of its page
	Kept    []choice       `json:"-"` // what else stands in the address of the page
	Q       string         `json:"-"`
	Filters []shownFilter  `json:"-"` // that hold
	Query   string         `json:"-"` // the whole address of the view
	Saved   string         `json:"-"` // what a saved view has of it
	Plain   string         `json:"-"` // without filters
	Usual   string         `json:"-"` // without anything
	Changed bool           `json:"-"` // the view is not the usual one
	Sizes   []int          `json:"-"`
	Views   []shownView    `json:"-"`
	Saves   bool           `json:"-"` // views can be saved
	Rows    []tableRow     `json:"-"`
	Bulk    *bulk          `json:"-"`
	Files   []choice       `json:"-"` // formats and addresses
	Pager   []choice       `json:"-"` // titles and addresses of other pages; "" leads nowhere
	Heads   []*shownColumn `json:"-"` // that are shown
}

// A shownColumn is a column with what the address makes of it.
type shownColumn struct {
	Key      string     `json:"key"`
	Title    string     `json:"title"`
	Kind     columnKind `json:"kind"`
	Shown    bool       `json:"shown"`
	Sortable bool       `json:"sortable"`
	Choices  []choice   `json:"choices,omitempty"`

	Aria  string `json:"-"` // aria-sort
	Path  string `json:"-"` // that sorts by it
	Is    string `json:"-"` // the filter
	From  string `json:"-"`
	To    string `json:"-"`
	First bool   `json:"-"`
}

// Num tells whether its values stand at the right.
func (c *shownColumn) Num() bool { return c.Kind == numberKind }

// A shownFilter is a filter that holds, and the address without it.
type shownFilter struct{ Text, Path string }

// A shownView is a saved view and its address.
type shownView struct {
	station.View
	Path    string
	Current bool
}

// A tableRow is a row with its cells.
type tableRow struct {
	ID    string // of a row that can be selected
	Label string
	Cells []shownCell
	Of    any // the record
}

// A shownCell is what a column shows of a row.
type shownCell struct {
	*shownColumn
	Text string
	Path string
}

// present shows the page of a table that the address wants. kept are the other
// fields of the address that the page is about.
func present[T any](q *request, t table[T], from source[T], kept ...string) (v *tableView, rows []T, err error) {
	s, err := q.tableState(t.heads())
	if err != nil {
		return nil, nil, err
	}
	selection := s.selection
	selection.Limit = s.size
	selection.Offset = (s.page - 1) * s.size
	rows, total, err := from.page(selection)
	if err != nil {
		return nil, nil, err
	}
	pages := max((total+s.size-1)/s.size, 1)
	if s.page > pages && !q.api { // programs come to the end by what has no more rows
		s.ignore("没有第 %d 页，显示最后一页", s.page)
		s.page = pages
		selection.Offset = (s.page - 1) * s.size
		if rows, total, err = from.page(selection); err != nil {
			return nil, nil, err
		}
	}
	v = &tableView{
		Total:   total,
		Page:    s.page,
		Pages:   pages,
		Size:    s.size,
		Sort:    s.values.Get("sort"),
		Ignored: s.ignored,
		Name:    t.name,
		Title:   t.title,
		Path:    strings.TrimPrefix(q.r.URL.Path, apiRoot),
		Q:       s.selection.Text,
		Sizes:   pageSizes(),
		Bulk:    t.bulk,
		Changed: len(s.values) > 0,
	}
	base := url.Values{}
	for _, name := range kept {
		if value := q.form(name); value != "" {
			base.Set(name, value)
			v.Kept = append(v.Kept, choice{Value: value, Name: name})
		}
	}
	v.link(&s, base, t.heads())
	v.Saved = v.Query
	if t.whole {
		v.Saved = strings.TrimPrefix(strings.TrimPrefix(v.with(base, s.values), v.Path), "?")
		base = nil // what is saved says it
	}
	v.fill(t.heads(), &s)
	for i := range rows {
		v.Rows = append(v.Rows, t.row(&rows[i], v.Heads))
	}
	if q.inside != nil {
		q.inside.table = v
	}
	return v, rows, q.savedViews(v, base)
}

// tableState is what the address wants of a table with these columns.
func (q *request) tableState(heads []head) (s tableState, err error) {
	if q.route.method != http.MethodGet { // the page of a form that was refused
		return parseState(heads, nil), nil
	}
	for _, name := range []string{"q", "sort", "columns", "filter[]"} {
		q.route.declared(name)
	}
	s = parseState(heads, q.r.URL.Query())
	if q.strict() {
		return s, q.refuse(s.ignored)
	}
	for _, text := range q.ignored {
		s.ignore("%s，没有采用", text)
	}
	return s, nil
}

func (t *table[T]) row(of *T, heads []*shownColumn) tableRow {
	r := tableRow{Of: of}
	if t.bulk != nil {
		r.ID, r.Label = t.id(of), t.label(of)
	}
	for _, h := range heads {
		c := t.column(h.Key)
		cell := shownCell{shownColumn: h, Text: c.text(of)}
		if c.path != nil {
			cell.Path = c.path(of)
		}
		r.Cells = append(r.Cells, cell)
	}
	return r
}

// with is an address of the page, with some values in place of others; an
// empty value leaves one out.
func (v *tableView) with(base, state url.Values, pairs ...string) string {
	all := url.Values{}
	for _, from := range []url.Values{base, state} {
		for name, list := range from {
			all[name] = list
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if all.Del(pairs[i]); pairs[i+1] != "" {
			all.Set(pairs[i], pairs[i+1])
		}
	}
	if len(all) == 0 {
		return v.Path
	}
	return v.Path + "?" + all.Encode()
}

// link fills in the addresses that the view leads to.
func (v *tableView) link(s *tableState, base url.Values, heads []head) {
	v.Query = s.values.Encode()
	v.Usual = v.with(base, nil)
	unfiltered := url.Values{}
	for name, list := range s.values {
		if !strings.HasPrefix(name, "filter[") && name != "q" {
			unfiltered[name] = list
		}
	}
	v.Plain = v.with(base, unfiltered)
	for _, format := range tableFormats() {
		file := *v
		file.Path += "/export"
		v.Files = append(v.Files, choice{Name: format, Value: file.with(base, s.values, "format", format, "size", "")})
	}
	for _, p := range []struct {
		name string
		page int
	}{{"第一页", 1}, {"上一页", v.Page - 1}, {"下一页", v.Page + 1}, {"最后一页", v.Pages}} {
		to := choice{Name: p.name}
		if p.page >= 1 && p.page <= v.Pages && p.page != v.Page {
			to.Value = v.with(base, s.values, "page", fmt.Sprint(p.page))
		}
		v.Pager = append(v.Pager, to)
	}
	if v.Q != "" {
		v.Filters = append(v.Filters, shownFilter{Text: "查找“" + v.Q + "”", Path: v.with(base, s.values, "q", "")})
	}
	for _, h := range heads {
		for _, part := range []struct{ name, word string }{{"", "："}, {"from", "从 "}, {"to", "到 "}} {
			name := filterName(h.key, part.name)
			value := s.values.Get(name)
			if value == "" {
				continue
			}
			for _, c := range h.choices {
				if c.Value == value {
					value = c.Name
				}
			}
			v.Filters = append(
				v.Filters,
				shownFilter{Text: h.title + part.word + value, Path: v.with(base, s.values, name, "")},
			)
		}
	}
	v.columns(s, base, heads)
}

// columns says of every column how one sorts by it.
func (v *tableView) columns(s *tableState, base url.Values, heads []head) {
	for _, h := range heads {
		c := shownColumn{
			Key:      h.key,
			Title:    h.title,
			Kind:     h.kind,
			Shown:    slices.Contains(s.columns, h.key),
			Sortable: !h.still,
			Choices:  h.choices,
		}
		up, down := h.key, "-"+h.key
		if h.kind == numberKind || h.kind == dateKind { // most first
			up, down = down, up
		}
		switch {
		case h.still:
		case v.Sort == up:
			c.Path = v.with(base, s.values, "sort", down)
		case v.Sort == down:
			c.Path = v.with(base, s.values, "sort", "")
		default:
			c.Path = v.with(base, s.values, "sort", up)
		}
		if s.selection.Sort == h.key {
			c.Aria = map[bool]string{false: "ascending", true: "descending"}[s.selection.Descending]
		}
		v.Columns = append(v.Columns, c)
	}
}

// fill says which columns are shown, and what is asked of each.
func (v *tableView) fill(heads []head, s *tableState) {
	for i := range v.Columns {
		c := &v.Columns[i]
		c.Is = s.values.Get(filterName(c.Key, ""))
		c.From, c.To = s.values.Get(filterName(c.Key, "from")), s.values.Get(filterName(c.Key, "to"))
		if c.Kind == numberKind || c.Kind == dateKind {
			if c.Is != "" { // that and no other
				c.From, c.To = c.Is, c.Is
			}
		}
		if c.Shown {
			c.First = len(v.Heads) == 0
			v.Heads = append(v.Heads, c)
		}
	}
}

// savedViews lists what the account has saved of the table.
func (q *request) savedViews(v *tableView, base url.Values) error {
	if q.api || q.account.ID == 0 {
		return nil
	}
	v.Saves = true
	list, err := q.Station.Views(q.ctx, q.account.ID, v.Name)
	if err != nil {
		return err
	}
	for _, saved := range list {
		values, err := url.ParseQuery(saved.Query)
		if err != nil {
			values = nil
		}
		v.Views = append(v.Views, shownView{
			View:    saved,
			Path:    v.with(base, values),
			Current: saved.Query == v.Saved,
		})
	}
	return nil
}

// From and To are the numbers of the first and last row of the page.
func (v *tableView) From() int { return min((v.Page-1)*v.Size+1, v.Total) }

// To is the number of the last row.
func (v *tableView) To() int { return min(v.Page*v.Size, v.Total) }

// Back is the address of this page of the table.
func (v *tableView) Back() string {
	values, err := url.ParseQuery(v.Query)
	if err != nil {
		values = url.Values{}
	}
	for _, k := range v.Kept {
		values.Set(k.Name, k.Value)
	}
	if v.Page > 1 {
		values.Set("page", fmt.Sprint(v.Page))
	}
	return v.with(nil, values)
}

// Filtered tells whether rows are left out.
func (v *tableView) Filtered() bool { return len(v.Filters) > 0 }

// FilterOf are what the filters of the columns can be, those without left out.
func (v *tableView) FilterOf() []*shownColumn {
	var list []*shownColumn
	for i := range v.Columns {
		if v.Columns[i].Sortable {
			list = append(list, &v.Columns[i])
		}
	}
	return list
}

// choices are values and names in turn.
func choices(pairs ...string) []choice {
	list := make([]choice, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, choice{Value: pairs[i], Name: pairs[i+1]})
	}
	return list
}

// yesNo are the values of what is or is not.
func yesNo(yes, no string) []choice { return choices("yes", yes, "no", no) }

func yesOrNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// hazardChoices are the hazard classes and none of them.
func hazardChoices() []choice {
	list := []choice{}
	for _, h := range chaping.Hazards() {
		list = append(list, choice{Value: string(h), Name: h.Chinese()})
	}
	return append(list, choice{Value: unclassified, Name: "未分类"})
}
