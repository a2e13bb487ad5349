package web

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
)

// tableFields are what the route of a table reads of the address, exportFields
// what the route of its file does.
const (
	exportFields = "q sort columns:list filter:filter[* format!"
	tableFields  = "q sort columns:list filter:filter[* page:positive size:integer"
)

// How many rows a page may have.
const defaultSize = 50

func pageSizes() []int { return []int{20, defaultSize, 100, 200} }

// A tableState is what the address wants of a table.
type tableState struct {
	selection chaping.Selection // without offset and limit
	page      int
	size      int
	columns   []string   // that are shown, in the order of the table
	chosen    bool       // by the address
	values    url.Values // what was understood, without the page
	ignored   []string   // what was not, for people
}

// parseState reads what the address wants of a table with these columns. What
// it cannot take is left out and said.
func parseState(heads []head, address url.Values) tableState {
	s := tableState{page: 1, size: defaultSize, values: url.Values{}}
	if text := strings.TrimSpace(chaping.Shorten(address.Get("q"), 200)); text != "" {
		s.selection.Text = text
		s.values.Set("q", text)
	}
	s.readSort(heads, strings.TrimSpace(address.Get("sort")))
	s.readPage(address)
	s.readColumns(heads, address["columns"])
	s.readFilters(heads, address)
	return s
}

func (s *tableState) ignore(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(s.ignored, text) && len(s.ignored) < 10 {
		s.ignored = append(s.ignored, text)
	}
}

// gone says that a column is asked for that the table does not have.
func (s *tableState) gone(key string) {
	s.ignore("此视图里的列“%s”已不存在", chaping.Shorten(key, 30))
}

// headOf is the column of that key; nil where there is none.
func headOf(heads []head, key string) *head {
	i := slices.IndexFunc(heads, func(h head) bool { return h.key == key })
	if i < 0 {
		return nil
	}
	return &heads[i]
}

func (s *tableState) readSort(heads []head, text string) {
	if text == "" {
		return
	}
	key, descending := strings.CutPrefix(text, "-")
	switch h := headOf(heads, key); {
	case h == nil:
		s.gone(key)
	case h.still:
		s.ignore("不能按列“%s”排序", h.title)
	default:
		s.selection.Sort, s.selection.Descending = key, descending
		s.values.Set("sort", text)
	}
}

func (s *tableState) readPage(address url.Values) {
	if text := address.Get("size"); text != "" {
		if n, err := strconv.Atoi(text); err == nil && slices.Contains(pageSizes(), n) {
			s.size = n
			if n != defaultSize {
				s.values.Set("size", text)
			}
		} else {
			s.ignore("每页不能是“%s”行，按 %d 行显示", chaping.Shorten(text, 20), s.size)
		}
	}
	if text := address.Get("page"); text != "" {
		if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= math.MaxInt32 {
			s.page = n
		} else {
			s.ignore("没有第“%s”页，显示第 1 页", chaping.Shorten(text, 20))
		}
	}
}

func (s *tableState) readColumns(heads []head, asked []string) {
	wanted := map[string]bool{}
	for _, list := range asked {
		for key := range strings.SplitSeq(list, ",") {
			if key == "" {
				continue
			}
			if headOf(heads, key) == nil {
				s.gone(key)
				continue
			}
			wanted[key] = true
		}
	}
	s.chosen = len(wanted) > 0
	for _, h := range heads {
		if s.chosen && wanted[h.key] || !s.chosen && !h.hidden {
			s.columns = append(s.columns, h.key)
		}
	}
	usual := slices.DeleteFunc(slices.Clone(heads), func(h head) bool { return h.hidden })
	if s.chosen = s.chosen && !slices.EqualFunc(s.columns, usual, func(key string, h head) bool { return key == h.key }); s.chosen {
		s.values.Set("columns", strings.Join(s.columns, ","))
	}
}

// filterName is the parameter of a filter; part is "", from or to.
func filterName(key, part string) string {
	if part != "" {
		key += "." + part
	}
	return "filter[" + key + "]"
}

func (s *tableState) readFilters(heads []head, address url.Values) {
	for _, name := range slices.Sorted(maps.Keys(address)) {
		inner, ok := strings.CutPrefix(name, "filter[")
		inner, closed := strings.CutSuffix(inner, "]")
		text := strings.TrimSpace(chaping.Shorten(address.Get(name), 200))
		if !ok || !closed || text == "" {
			continue
		}
		key, part, _ := strings.Cut(inner, ".")
		h := headOf(heads, key)
		switch {
		case h == nil:
			s.gone(key)
		case h.still,
			part != "" && part != "from" && part != "to",
			part != "" && h.kind != numberKind && h.kind != dateKind:
			s.ignore("不能这样按列“%s”筛选", h.title)
		default:
			if s.readFilter(h, part, text) {
				s.values.Set(filterName(key, part), text)
			}
		}
	}
}

// readFilter reads one filter, and tells whether it was understood.
func (s *tableState) readFilter(h *head, part, text string) bool {
	var low, high float64
	switch h.kind {
	case numberKind:
		n, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			s.ignore("列“%s”的条件“%s”不是数，没有采用", h.title, chaping.Shorten(text, 30))
			return false
		}
		low, high = n, n
	case dateKind:
		day, err := time.ParseInLocation(time.DateOnly, text, chaping.Shanghai())
		if err != nil {
			s.ignore("列“%s”的条件“%s”不是日期，没有采用。按 2026-11-20 的样子写", h.title, chaping.Shorten(text, 30))
			return false
		}
		low, high = float64(day.UnixMilli()), float64(day.AddDate(0, 0, 1).UnixMilli()-1)
	case choiceKind:
		if !slices.ContainsFunc(h.choices, func(c choice) bool { return c.Value == text }) {
			s.ignore("列“%s”没有“%s”这一项，没有采用", h.title, chaping.Shorten(text, 30))
			return false
		}
		s.selection.Where = append(s.selection.Where, chaping.Condition{Column: h.key, Is: text})
		return true
	default:
		s.selection.Where = append(s.selection.Where, chaping.Condition{Column: h.key, Contains: text})
		return true
	}
	s.bound(h.key, part, low, high)
	return true
}

// bound narrows the numbers that a column may have.
func (s *tableState) bound(key, part string, low, high float64) {
	i := slices.IndexFunc(s.selection.Where, func(c chaping.Condition) bool { return c.Column == key })
	if i < 0 {
		all := chaping.Anything()
		i = len(s.selection.Where)
		s.selection.Where = append(s.selection.Where, chaping.Condition{Column: key, Between: &all})
	}
	b := s.selection.Where[i].Between
	if part != "to" {
		b.Low = max(b.Low, low)
	}
	if part != "from" {
		b.High = min(b.High, high)
	}
}

// plainNumber is a number without more places than it has.
func plainNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
