package importer

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chaping/ingest"
)

// headRows is how far down the names of columns are looked for.
const headRows = 40

// A head is the beginning of a table.
type head struct {
	rows  []gridRow
	ended bool  // the table has no more rows
	err   error // why no more could be read
}

func readHead(g grid) (h head) {
	for len(h.rows) < headRows {
		row, err := g.next()
		if errors.Is(err, io.EOF) {
			h.ended = true
			return h
		}
		if h.err = err; err != nil {
			return h
		}
		h.rows = append(h.rows, row)
	}
	return h
}

// A header is the row that names a table's columns.
type header struct {
	names []string // as columns are called: 第3列 where the file names none
	plain []string // as they stand, for finding the row again
	line  int      // 0: the table has none
	skip  int      // rows of the head that come before the data
	score float64  // how many of the names are known
}

// findHeader finds the row that names the columns: the one with the most names
// that are known, or the first that looks like names. A table whose first row is
// data has none.
func findHeader(rows []gridRow, v *vocabulary) header {
	best, most, first := -1, 1.5, -1
	widest := 0
	for i, row := range rows {
		widest = max(widest, len(trimRow(row.cells)))
		hits, filled := 0.0, 0
		fields := map[string]bool{}
		for _, cell := range grouped(rows, i, v) {
			if ingest.Blank(cell) {
				continue
			}
			filled++
			if utf8.RuneCountInString(cell) > 30 {
				continue
			}
			plain := plainName(cell)
			switch {
			case len(v.names[plain]) > 0:
				hits++
				fields[v.names[plain][0].field] = true
			case v.ignored(plain):
				hits += 0.4
			case len(v.fits(cell)) > 0:
				hits += 0.6
				for field := range v.fits(cell) {
					fields[field] = true
				}
			}
		}
		if filled >= 2 && first < 0 {
			first = i
		}
		if len(fields) < 2 {
			hits = min(hits, 1)
		}
		if hits > most {
			best, most = i, hits
		}
	}
	h := header{skip: 0}
	switch {
	case best >= 0:
		h.score = most
	case first < 0: // one column, or nothing
		return header{names: numbered(max(widest, 1))}
	case isData(rows[first].cells):
		return header{names: numbered(widest)}
	default:
		best = first
		for i := first; i < len(rows) && i < first+10; i++ { // titles are shorter than names
			if filled(rows[i].cells) > filled(rows[best].cells) && !isData(rows[i].cells) {
				best = i
			}
		}
	}
	h.line, h.skip = rows[best].line, best+1
	cells := trimRow(rows[best].cells)
	h.plain = cells
	cells = trimRow(grouped(rows, best, v))
	if rowNames(cells, rows[best+1:]) {
		cells = append([]string{""}, cells...)
	}
	seen := map[string]int{}
	for i, cell := range cells {
		name := strings.Join(strings.Fields(strings.TrimPrefix(cell, "\ufeff")), " ")
		if name == "" {
			name = fmt.Sprintf("第%d列", i+1)
		}
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s (%d)", name, seen[name])
		}
		h.names = append(h.names, name)
	}
	return h
}

// grouped are the names of a row, each with that of its group in the row above
// where only both together are known: 编号 under 商品.
func grouped(rows []gridRow, i int, v *vocabulary) []string {
	cells := rows[i].cells
	if i == 0 || filled(rows[i-1].cells) < 2 {
		return cells
	}
	above, group := rows[i-1].cells, ""
	names := slices.Clone(cells)
	for k := range names {
		if k < len(above) && !ingest.Blank(above[k]) {
			group = above[k]
		}
		if utf8.RuneCountInString(group) > 12 || utf8.RuneCountInString(names[k]) > 30 {
			continue
		}
		switch whole := plainName(group + names[k]); {
		case ingest.Blank(names[k]) && k < len(above) && len(v.names[plainName(above[k])]) > 0:
			names[k] = above[k]
		case !ingest.Blank(names[k]) && group != names[k] && len(v.names[whole]) > 0:
			names[k] = group + names[k]
		}
	}
	return names
}

func numbered(n int) (names []string) {
	for i := range min(n, maxColumns) {
		names = append(names, fmt.Sprintf("第%d列", i+1))
	}
	return names
}

// rowNames tells whether every row has one cell more than there are names: R
// writes the names of rows without one.
func rowNames(names []string, rows []gridRow) bool {
	n := 0
	for _, row := range rows {
		if blankRow(row.cells) || row.fault != nil {
			continue
		}
		if len(row.cells) != len(names)+1 || ingest.Blank(row.cells[0]) {
			return false
		}
		if _, err := strconv.Atoi(row.cells[0]); err != nil {
			return false
		}
		n++
	}
	return n > 0 && len(names) > 1
}

// isData tells whether a row holds values and not names.
func isData(cells []string) bool {
	for _, cell := range cells {
		cell = strings.TrimSpace(cell)
		if utf8.RuneCountInString(cell) > 40 {
			return true
		}
		if len(cell) >= 8 {
			if _, err := (ingest.Dates{ingest.AnyDate}).Parse(cell, time.Time{}); err == nil ||
				errors.Is(err, ingest.ErrOrder) || errors.Is(err, ingest.ErrZone) {
				return true
			}
		}
		if _, err := strconv.ParseFloat(cell, 64); err == nil {
			return true
		}
	}
	return false
}

func trimRow(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func filled(cells []string) (n int) {
	for _, cell := range cells {
		if !ingest.Blank(cell) {
			n++
		}
	}
	return n
}

func blankRow(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// isHeader tells whether a row is the header once more, as in files that were
// joined.
func (h *header) isHeader(cells []string) bool {
	if h.line == 0 || len(cells) == 0 || len(h.plain) == 0 || cells[0] != h.plain[0] {
		return false
	}
	return slices.Equal(trimRow(cells), h.plain)
}

var (
	totalName = regexp.MustCompile(
		`(?i)^\s*(?:合\s*计|总\s*计|小\s*计|汇\s*总|共\s*计|总数|平均值?|平均分|total|sum|subtotal|grand total|average)\s*[:：]?\s*$`,
	)
	totalRow = regexp.MustCompile(strings.TrimSuffix(totalName.String(), `$`) + `[\d.,，]*\s*[条个分件行元%]*\s*$`)
	subtotal = regexp.MustCompile(`^.{1,20}(?:小\s*计|合\s*计|总\s*计|共\s*计)\s*[:：]?\s*$`)
	noteRow  = regexp.MustCompile(
		`^\s*(?:注\d?[:：]|注意|备注|说明|提示|导出|制表|打印|填表|数据来源|来源[:：]|以上|以下|本表|第\s*\d+\s*页|共\s*\d+|免责|※|\*{2,}|-{3,}|={3,}|—{2,}|\(?\d+ rows?\b|END$)`,
	)
)

// signedRow is how a row begins in which people have signed a table: 审核人：李六.
var signedRow = regexp.MustCompile(
	`^\s*(?:制表|制单|填表|填报|编制|导出|下载|审核|复核|核对|审批|批准|校对|经办|录入|统计|打印|主管|负责|领导|签收|签字|签名|盖章|记录|汇总|上报)` +
		`(?:人员|人|员|者|单位|部门|科室|时间|日期)?(?:签字|签名|签章|盖章|确认)?\s*(?:[:：]|[(（](?:签字|签名|签章|盖章)[)）])`,
)

// isFooter tells whether a row is none of the table's: a total, a remark below
// it. A total is one however many cells it fills, and so is a row of signatures.
func isFooter(cells []string, width int) bool {
	if isRule(cells) {
		return true
	}
	if width < 3 {
		return false
	}
	for i, cell := range cells {
		if ingest.Blank(cell) {
			continue
		}
		if i == 0 && totalName.MatchString(cell) || signedRow.MatchString(cell) || isSubtotal(cell, cells) {
			return true
		}
		if filled(cells)*2 > width {
			return false
		}
		return totalRow.MatchString(cell) || i == 0 && filled(cells) == 1 && noteRow.MatchString(cell)
	}
	return false
}

// isSubtotal tells whether a row, whose first words are name, is the total of a group
// above it, such as 甲店小计. It has no date, as a review of what is called so has.
func isSubtotal(name string, cells []string) bool {
	if !strings.Contains(name, "计") || !subtotal.MatchString(name) {
		return false
	}
	return !slices.ContainsFunc(cells, func(cell string) bool {
		_, err := (ingest.Dates{ingest.AnyDate}).Parse(strings.TrimSpace(cell), time.Time{})
		return len(cell) >= 6 && (err == nil || errors.Is(err, ingest.ErrOrder) || errors.Is(err, ingest.ErrRelative) ||
			errors.Is(err, ingest.ErrZone))
	})
}

// isRule tells whether a row is a line that is drawn under a header.
func isRule(cells []string) bool {
	dashes := false
	for _, cell := range cells {
		cell = strings.TrimSpace(cell)
		if strings.Trim(cell, "-:+=") != "" {
			return false
		}
		dashes = dashes || len(cell) >= 3
	}
	return dashes
}
