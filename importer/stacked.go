package importer

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"chaping/ingest"
)

// stacked cuts a table in two where rows of it have other names of columns above
// them: people put the tables of several shops or months below one another.
type stacked struct {
	grid
	vocabulary *vocabulary
	names      []string // of the columns, as they came last
	data       bool     // rows have come below them
	name       string   // of the table
	from       int      // line of the names that this part of the table begins with; 0: it is the first
	held       *gridRow // those names
	ahead      []gridRow
	end        error // what came after the rows that were read ahead
}

func (s *stacked) table() (string, error) {
	if s.held != nil {
		s.from, s.data = s.held.line, false
		return s.name, nil
	}
	s.names, s.data, s.from, s.ahead, s.end = nil, false, 0, nil, nil
	var err error
	s.name, err = s.grid.table()
	return s.name, err
}

func (s *stacked) next() (gridRow, error) {
	if s.held != nil && s.from == s.held.line {
		row := *s.held
		s.held = nil
		return row, nil
	}
	if s.held != nil {
		return gridRow{}, io.EOF
	}
	row, err := s.read()
	if err != nil || row.fault != nil {
		return row, err
	}
	cells := trimRow(row.cells)
	switch s.namesOf(cells) {
	case noNames:
		// Above the first names stand titles, too.
		s.data = s.data || filled(cells) > 1 && (s.names != nil || filled(cells) > 2 && isData(cells))
		if n := filled(cells); s.names != nil && len(s.ahead) == 0 && (n == 1 || n <= 3 && 2*n <= len(s.names) && !isData(cells)) {
			row.title = s.beforeNames()
		}
		return row, nil
	case furtherNames:
		s.names, s.held = slices.Clone(cells), &row
		return gridRow{}, io.EOF
	}
	s.names = slices.Clone(cells)
	return row, nil
}

// read is the next row, of those that were read ahead first.
func (s *stacked) read() (gridRow, error) {
	if len(s.ahead) > 0 {
		row := s.ahead[0]
		s.ahead = s.ahead[1:]
		return row, nil
	}
	if s.end != nil {
		return gridRow{}, s.end
	}
	return s.grid.next()
}

// beforeNames tells whether the row that was read stands above names of columns, as
// the title of a table does.
func (s *stacked) beforeNames() bool {
	for range 3 {
		if s.end != nil {
			return false
		}
		row, err := s.grid.next()
		if s.end = err; err != nil {
			return false
		}
		s.ahead = append(s.ahead, row)
		if !blankRow(row.cells) {
			return row.fault == nil && s.namesOf(trimRow(row.cells)) != noNames
		}
	}
	return false
}

const (
	noNames      = iota
	sameNames    // of columns, or the first
	furtherNames // than those above the rows before
)

func (s *stacked) namesOf(cells []string) int {
	switch {
	case !mayName(cells) || !s.vocabulary.namesColumns(cells):
		return noNames
	case !s.data || slices.Equal(cells, s.names):
		return sameNames
	}
	return furtherNames
}

// hidden tells whether the table is a worksheet that is not shown.
func (s *stacked) hidden() bool {
	w, ok := s.grid.(*workbook)
	return ok && w.hidden[w.at]
}

// called is what messages call the table, or the part of it.
func (s *stacked) called() string {
	if s.from == 0 {
		return s.name
	}
	return strings.TrimSpace(fmt.Sprintf("%s 第 %d 行起的表", s.name, s.from))
}

// mayName tells quickly that a row names no columns: rows of reviews have a date
// or a number, and names do not begin with one.
func mayName(cells []string) bool {
	n := 0
	for _, cell := range cells {
		if cell == "" {
			continue
		}
		if n++; cell[0] >= '0' && cell[0] <= '9' || len(cell) > 90 {
			return false
		}
	}
	return n > 2
}

// namesColumns tells whether most cells of a row are names of columns, of
// different fields.
func (v *vocabulary) namesColumns(cells []string) bool {
	all, known := 0, 0.0
	exact := map[string]bool{}
	for _, cell := range cells {
		if ingest.Blank(cell) {
			continue
		}
		if all++; utf8.RuneCountInString(cell) > 30 {
			return false
		}
		switch field := v.exact(cell); {
		case field != "":
			known++
			exact[field] = true
		case v.ignored(plainName(cell)) || len(v.fits(strings.TrimSpace(cell))) > 0:
			known += 0.6
		}
	}
	return len(exact) >= 2 && all >= 3 && known >= 0.6*float64(all) && !isData(cells)
}

// aboveHeader are the rows above the names of the columns that are no titles: they
// look like rows of another table, and cannot be read as these.
func aboveHeader(rows []gridRow, width int) (list []gridRow) {
	for _, row := range rows {
		if row.fault == nil && filled(row.cells) >= 3 && 2*filled(row.cells) >= width && isData(row.cells) {
			list = append(list, row)
		}
	}
	return list
}
