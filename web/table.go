package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"chaping"
)

// # Tables
//
// Every list of records is a table: its columns say what of a record is shown,
// and how one sorts and filters by it. What is wanted of a table stands in the
// address and nowhere else (tablestate.go), so that a view of it can be shared,
// saved under a name (views.go), asked for by programs, and handed out as a file
// (tableexport.go). One partial shows all of them (table/table.html).

// A columnKind is what the values of a column are.
type columnKind string

const (
	textKind   columnKind = "text"
	numberKind columnKind = "number"
	dateKind   columnKind = "date"
	choiceKind columnKind = "choice" // one of a few values
	linkKind   columnKind = "link"   // a text that leads somewhere
)

// A head is what is known of a column whatever its rows are.
type head struct {
	key     string
	title   string
	kind    columnKind
	hidden  bool // unless it is asked for
	still   bool // nothing to sort or filter by
	choices []choice
}

// A choice is a value that a column can have.
type choice struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}

// A column of the table of records T.
type column[T any] struct {
	head
	text   func(*T) string  // as it is shown
	value  func(*T) string  // of a choice
	number func(*T) float64 // of numbers, and of dates in Unix milliseconds; NaN: unknown
	path   func(*T) string  // of a link; "" leads nowhere
}

func textColumn[T any](key, title string, text func(*T) string) column[T] {
	return column[T]{head: head{key: key, title: title, kind: textKind}, text: text}
}

func linkColumn[T any](key, title string, text, path func(*T) string) column[T] {
	return column[T]{head: head{key: key, title: title, kind: linkKind}, text: text, path: path}
}

func numberColumn[T any](key, title string, number func(*T) float64) column[T] {
	return column[T]{head: head{key: key, title: title, kind: numberKind}, number: number, text: func(row *T) string {
		if n := number(row); !math.IsNaN(n) {
			return plainNumber(n)
		}
		return ""
	}}
}

// dateColumn shows moments in the layout; the zero moment is unknown.
func dateColumn[T any](key, title, layout string, at func(*T) time.Time) column[T] {
	return column[T]{head: head{key: key, title: title, kind: dateKind}, number: func(row *T) float64 {
		if t := at(row); !t.IsZero() {
			return float64(t.UnixMilli())
		}
		return math.NaN()
	}, text: func(row *T) string {
		if t := at(row); !t.IsZero() {
			return t.In(chaping.Shanghai()).Format(layout)
		}
		return ""
	}}
}

func choiceColumn[T any](key, title string, choices []choice, value func(*T) string) column[T] {
	names := map[string]string{}
	for _, c := range choices {
		names[c.Value] = c.Name
	}
	return column[T]{head: head{key: key, title: title, kind: choiceKind, choices: choices}, value: value,
		text: func(row *T) string { return names[value(row)] }}
}

// hide leaves the column out unless it is asked for.
func (c column[T]) hide() column[T] {
	c.hidden = true
	return c
}

// rest makes it one that nothing is sorted or filtered by.
func (c column[T]) rest() column[T] {
	c.still = true
	return c
}

// written shows its values in words of their own.
func (c column[T]) written(text func(*T) string) column[T] {
	c.text = text
	return c
}

// A table is what a list of records T has to show.
type table[T any] struct {
	name    string // in the names of saved views and files
	title   string
	columns []column[T]
	id      func(*T) string // of a row that can be selected, with what it is called
	label   func(*T) string
	bulk    *bulk // what can be done to selected rows; nil: nothing
	whole   bool  // a saved view has what else the page is about, too

	// orders remembers orders of a list that is remembered itself; nil: none.
	orders *derived
}

// A bulk is what can be done to many rows at once.
type bulk struct {
	Path    string // that is posted to
	Field   string // with the IDs of the rows
	Hidden  []choice
	Note    string // the field of a text that goes with it; "": none
	Ask     string // what that text is
	Free    bool   // the text may be left out
	Buttons []bulkButton
}

// A bulkButton posts the selected rows with a value of a field.
type bulkButton struct {
	Field, Value, Name string
	Lead               string // in front of it
	Label              string // in place of the name, where it is too short by itself
}

func (t *table[T]) heads() []head {
	list := make([]head, len(t.columns))
	for i := range t.columns {
		list[i] = t.columns[i].head
	}
	return list
}

// column is the one of that key; nil where there is none.
func (t *table[T]) column(key string) *column[T] {
	i := slices.IndexFunc(t.columns, func(c column[T]) bool { return c.key == key })
	if i < 0 {
		return nil
	}
	return &t.columns[i]
}

// A source gives the rows of a table: a page of them with the number of all
// that the selection leaves, or each, for files.
type source[T any] struct {
	page func(chaping.Selection) (rows []T, total int, err error)
	each func(chaping.Selection, func(*T) error) error
}

// inMemory is the source of rows that are at hand, in their own order.
func inMemory[T any](t *table[T], list []T) source[T] {
	return source[T]{
		page: func(s chaping.Selection) ([]T, int, error) {
			order := t.selected(list, &s)
			total := len(order)
			from := min(s.Offset, total)
			to := total
			if s.Limit > 0 {
				to = min(from+s.Limit, total)
			}
			rows := make([]T, 0, to-from)
			for _, i := range order[from:to] {
				rows = append(rows, list[i])
			}
			return rows, total, nil
		},
		each: func(s chaping.Selection, each func(*T) error) error {
			for _, i := range t.selected(list, &s) {
				if err := each(&list[i]); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// stored is the source of rows that a database selects.
func stored[T any](selected func(chaping.Selection, func(*T) error) (total int, err error)) source[T] {
	return source[T]{
		page: func(s chaping.Selection) (rows []T, total int, err error) {
			total, err = selected(s, func(row *T) error {
				rows = append(rows, *row)
				return nil
			})
			return rows, total, err
		},
		each: func(s chaping.Selection, each func(*T) error) error {
			_, err := selected(s, each)
			return err
		},
	}
}

// selected are the indexes of the rows that the selection leaves, in its order:
// rows that are equal in it keep their own.
func (t *table[T]) selected(list []T, s *chaping.Selection) []int {
	if t.orders == nil {
		return t.order(list, s)
	}
	key := fmt.Sprintf("order %d %q %q %v", len(list), s.Text, s.Sort, s.Descending)
	for _, w := range s.Where {
		key += fmt.Sprintf(" %q %q %q", w.Column, w.Contains, w.Is)
		if w.Between != nil {
			key += fmt.Sprint(*w.Between)
		}
	}
	return derive(t.orders, key, func() []int { return t.order(list, s) })
}

func (t *table[T]) order(list []T, s *chaping.Selection) []int {
	keep := t.keeps(s)
	order := make([]int, 0, len(list))
	for i := range list {
		if keep(&list[i]) {
			order = append(order, i)
		}
	}
	c := t.column(s.Sort)
	if c == nil {
		return order
	}
	if c.number != nil {
		keys := make([]float64, len(list))
		for _, i := range order {
			keys[i] = c.number(&list[i])
		}
		slices.SortStableFunc(order, func(a, b int) int { return byNumber(keys[a], keys[b], s.Descending) })
		return order
	}
	keys := make([]string, len(list))
	for _, i := range order {
		keys[i] = c.text(&list[i])
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if s.Descending {
			a, b = b, a
		}
		return strings.Compare(keys[a], keys[b])
	})
	return order
}

// byNumber orders numbers, with what is unknown at the end either way.
func byNumber(a, b float64, descending bool) int {
	switch x, y := math.IsNaN(a), math.IsNaN(b); {
	case x && y:
		return 0
	case x:
		return 1
	case y:
		return -1
	case descending:
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// containing tells whether a text has another one in it, whatever the case of
// letters. Most that is looked for has none, and is found without folding.
func containing(text string) func(string) bool {
	lower := strings.ToLower(text)
	if lower == strings.ToUpper(text) {
		return func(s string) bool { return strings.Contains(s, text) }
	}
	return func(s string) bool { return strings.Contains(strings.ToLower(s), lower) }
}

// keeps tells which rows the selection leaves.
func (t *table[T]) keeps(s *chaping.Selection) func(*T) bool {
	var all []func(*T) bool
	if s.Text != "" {
		has := containing(s.Text)
		var texts []func(*T) string
		for _, c := range t.columns {
			if c.number == nil && !c.still {
				texts = append(texts, c.text)
			}
		}
		all = append(all, func(row *T) bool {
			return slices.ContainsFunc(texts, func(text func(*T) string) bool { return has(text(row)) })
		})
	}
	for _, w := range s.Where {
		c := t.column(w.Column)
		if c == nil {
			continue
		}
		switch {
		case w.Between != nil:
			all = append(all, func(row *T) bool { return w.Between.Has(c.number(row)) })
		case w.Contains != "":
			has := containing(w.Contains)
			all = append(all, func(row *T) bool { return has(c.text(row)) })
		default:
			all = append(all, func(row *T) bool { return c.value(row) == w.Is })
		}
	}
	return func(row *T) bool {
		for _, keep := range all {
			if !keep(row) {
				return false
			}
		}
		return true
	}
}
