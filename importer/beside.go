package importer

import (
	"regexp"
	"slices"

	"chaping/ingest"
)

// Tables stand side by side in one worksheet at times: a shop's left, another's
// right, an empty column between. What stands right is read as rows below those
// on the left.

// numberedAgain is what findHeader puts behind a name that comes once more.
var numberedAgain = regexp.MustCompile(` \(\d+\)$`)

// beside are the columns of further tables, each as those of the first: at the
// place of a column of the first stands that of the other, -1 where it has none.
type beside struct {
	width int // columns of the first table
	right [][]int
	from  []int // first column of each of the others
}

// besides finds tables that stand beside the first: they have text, date and
// product once more.
func besides(h *header, v *vocabulary) *beside {
	base := func(i int) string { return numberedAgain.ReplaceAllString(h.names[i], "") }
	var groups [][]int
	var group []int
	for i := range h.names {
		blank := i >= len(h.plain) || ingest.Blank(h.plain[i])
		if again := len(group) > 0 && !blank && base(i) == base(group[0]); blank || again {
			if len(group) > 0 {
				groups = append(groups, group)
			}
			group = nil
		}
		if !blank {
			group = append(group, i)
		}
	}
	if len(group) > 0 {
		groups = append(groups, group)
	}
	if len(groups) < 2 || h.line == 0 || groups[0][0] != 0 {
		return nil
	}
	first := groups[0]
	b := &beside{width: first[len(first)-1] + 1}
	for _, other := range groups[1:] {
		columns := slices.Repeat([]int{-1}, b.width)
		has := map[string]bool{}
		for _, i := range other {
			field := v.exact(base(i))
			at := slices.IndexFunc(first, func(k int) bool { return base(k) == base(i) })
			if at < 0 && field != "" {
				at = slices.IndexFunc(first, func(k int) bool { return v.exact(base(k)) == field })
			}
			if at < 0 || columns[first[at]] >= 0 {
				return nil
			}
			columns[first[at]] = i
			has[field] = true
		}
		if !has[fieldText] || !has[fieldPublished] || !has[fieldProduct] && !has[fieldProductID] && len(other) < len(first) {
			return nil
		}
		b.right, b.from = append(b.right, columns), append(b.from, other[0])
	}
	return b
}

// split cuts a row into those of each table; nil where one has none, as tables of
// different lengths have.
func (b *beside) split(cells []string) (rows [][]string) {
	rows = append(rows, cells[:min(len(cells), b.width)])
	for _, columns := range b.right {
		row := make([]string, b.width)
		for at, i := range columns {
			if i >= 0 && i < len(cells) {
				row[at] = cells[i]
			}
		}
		if blankRow(row) {
			row = nil
		}
		rows = append(rows, row)
	}
	return rows
}

// cellsOf are the cells of a row that stand over one of the tables, the first
// being 0.
func (b *beside) cellsOf(side int, cells []string) []string {
	from, to := 0, len(cells)
	if side > 0 {
		from = b.from[side-1]
	}
	if side < len(b.from) {
		to = b.from[side]
	}
	return cells[min(from, len(cells)):min(to, len(cells))]
}
