package web

import (
	"maps"
	"strconv"
)

// A pageLine says which part of a list a page shows, and leads to the others.
type pageLine struct {
	Page  int    `json:"page"`
	Pages int    `json:"pages"`
	Total int    `json:"total"`
	Back  string `json:"-"` // addresses; "": there is none
	On    string `json:"-"`
}

// pageLine is the part of a list of so many that the address names in the field:
// so many after so many others. Programs that name none get all of it.
func (q *request) pageLine(total int, field string, size int) (l pageLine, n, after int) {
	if q.api && q.form(field) == "" {
		return pageLine{Page: 1, Pages: 1, Total: total}, total, 0
	}
	l = pageLine{Pages: max((total+size-1)/size, 1), Total: total}
	if l.Page = max(int(number(q.form(field))), 1); !q.api { // programs come to the end by what is empty
		l.Page = min(l.Page, l.Pages)
	}
	to := func(n int) string {
		if n < 1 || n > l.Pages {
			return ""
		}
		v := maps.Clone(q.r.URL.Query())
		v.Set(field, strconv.Itoa(n))
		return q.r.URL.Path + "?" + v.Encode()
	}
	l.Back, l.On = to(l.Page-1), to(l.Page+1)
	return l, size, (l.Page - 1) * size
}
