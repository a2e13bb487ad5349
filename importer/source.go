package importer

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/ingest"
)

// A row is one record of a file, whatever the format.
type row struct {
	file  string                    // as messages call it
	table string                    // worksheet
	part  int                       // which table of the file, or which of the places of JSON
	line  int                       // 1-based line or spreadsheet row
	field func(field string) string // value of a profile field, "" when there is none
	// titles are what titles above the row say of its product, by field.
	titles map[string]string
	// cells visits what each of the columns of a field that Joins holds.
	cells func(field string, visit func(column, value string))
	has   func(field string) bool // the row has the field, be it empty
	err   *chaping.InputError     // the row cannot be read at all; with field, something of it
	note  *chaping.InputError
}

// A record is a row that has been read and not yet been parsed. Parsing is
// most of the work, and records are parsed side by side.
type record struct {
	line  int        // where the file is, counted over all its tables
	bytes int        // about what it holds in memory
	parse func() row // may be called by any goroutine, once
}

// A source yields the records of one file. next returns io.EOF at the end; any
// other error ends the file.
type source interface {
	next() (record, error)
	io.Closer
}

// openSource reads the records of an input through a profile.
func openSource(in *input, p *Profile, u *Understanding) (source, error) {
	switch in.format {
	case formatLines, formatJSON:
		var paths [][]string
		if u != nil {
			paths = u.paths
		} else {
			var err error
			if paths, err = findRecords(in.content, p); err != nil {
				return nil, err
			}
		}
		units, err := openUnits(in, paths)
		if err != nil {
			return nil, err
		}
		return newJSONSource(in.file, units, paths, p, []io.Closer{in}), nil
	}
	v := newVocabulary(p)
	g, comma, err := openGrid(in, v.known)
	if err != nil {
		return nil, err
	}
	all := v
	if u != nil {
		all = u.vocabulary
	}
	titleNames := all
	if u == nil { // a profile of few names: titles are worded as everywhere
		standard, err := Shipped("standard")
		if err != nil {
			return nil, errors.Join(err, g.Close())
		}
		titleNames = newVocabulary(standard)
	}
	t := &table{file: in.file, grid: &stacked{grid: g, vocabulary: all}, profile: p, vocabulary: v, all: all,
		understood: u != nil, comma: comma,
		dates: append(slices.Clip(ingest.Dates(p.Dates)), ingest.Serial), closers: []io.Closer{in, g}}
	t.titles = newSides(titleNames, &t.said)
	if err := t.begin(); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return t, nil
}

// openGrid reads the tables of an input.
func openGrid(in *input, known func(string) bool) (g grid, delimiter string, err error) {
	switch in.format {
	case formatXLSX:
		g, err := openWorkbook(in.ctx, in.file, in.ra, in.size)
		if err != nil {
			return nil, "", err
		}
		return g, "", nil
	case formatXLS:
		g, err := openOldWorkbook(in.file, in.ra)
		if err != nil {
			return nil, "", err
		}
		return g, "", nil
	case formatSheetML:
		return openSheetML(in.file, in.r), "", nil
	case formatRows:
		return openJSONRows(in.file, in.r), "", nil
	case formatHTML:
		return openHTML(in.file, in.r), "", nil
	}
	comma := sniffDelimiter(in.head[:min(len(in.head), 64<<10)], known)
	return newDelimited(in.file, in.r, in.dec, comma), comma, nil
}

// A table is a source of rows with named columns: CSV, worksheets, HTML.
type table struct {
	file       string
	grid       *stacked
	profile    *Profile
	vocabulary *vocabulary
	all        *vocabulary // what the file was understood with
	understood bool        // the profile is made of this file
	dates      ingest.Dates
	comma      string // of CSV: what its cells are separated by

	fillDown bool
	filled   map[int]string // what the columns of products held last

	name               string
	several            bool // there is more than one table
	part               int  // how many tables there have been
	head               head
	above              []gridRow // rows above the header that are no titles
	header             header
	columns            *[fieldCount][]int // of each field the columns that may hold it, in the profile's order
	width              int
	titles             *sides
	said               saidTitles
	beside             *beside   // further tables at its right
	rest               []gridRow // their rows, of the line that was read last
	base               int       // lines of the tables before
	line               int
	tables             []TableSummary
	gone               []Question // columns of a saved profile that the file has not
	hidden, uncomputed int64      // rows that are not shown, formulas without a result
	passed             int64      // rows that are none: totals, remarks, headers again
	ended              bool
	closers            []io.Closer
}

func (t *table) Close() error { return closeAll(t.closers) }

// begin goes on to the next table that has the profile's columns.
func (t *table) begin() error {
	for {
		name, err := t.grid.table()
		if errors.Is(err, io.EOF) {
			t.ended = true
			return t.unusable()
		}
		if err != nil {
			return err
		}
		if t.grid.from == 0 {
			t.base, t.line = t.base+t.line, 0
			t.part++
		}
		t.name, t.several = name, t.several || t.part > 1
		if t.head = readHead(t.grid); t.head.err != nil && len(t.head.rows) == 0 {
			return t.head.err
		}
		t.header = findHeader(t.head.rows, t.vocabulary)
		wide := len(t.header.names)
		if t.beside = besides(&t.header, t.all); t.beside != nil {
			t.header.names = t.header.names[:t.beside.width]
		}
		missing := t.find()
		summary := TableSummary{Name: t.grid.called(), Header: t.header.line, Hidden: t.grid.hidden()}
		if len(t.head.rows) == 0 {
			summary.Skipped = "没有数据"
		} else if len(missing) > 0 {
			summary.Skipped = "缺少列：" + strings.Join(missing, "、")
			if t.ofProducts() {
				summary.Skipped += "；它像商品表，把这个文件再作为商品表导入，里面的名称、店铺、价格就会用上"
			}
		}
		t.tables = append(t.tables, summary)
		if summary.Skipped != "" {
			continue
		}
		if t.understood {
			t.unrated(&summary)
		} else {
			t.gone = t.profile.gone(t.gone, func(field string) bool { return len(t.columns[fieldIndex(field)]) > 0 })
		}
		t.width, t.filled = len(t.header.names), map[int]string{}
		t.titles.begin(t.grid.from > 0, t.beside)
		t.titles.above(t.head.rows[:max(t.header.skip-1, 0)])
		t.above = aboveHeader(t.head.rows[:max(t.header.skip-1, 0)], t.width)
		t.head.rows = t.head.rows[t.header.skip:]
		t.grid.setWidth(wide)
		return nil
	}
}

// find finds the profile's columns in the header and tells which required ones
// are missing.
func (t *table) find() (missing []string) {
	index := make(map[string]int, len(t.header.names))
	plain := make(map[string]int, len(t.header.names))
	for i, name := range t.header.names {
		if _, twice := index[columnName(name)]; !twice {
			index[columnName(name)] = i
		}
		if _, twice := plain[plainName(name)]; !twice {
			plain[plainName(name)] = i
		}
	}
	t.columns = new([fieldCount][]int)
	for field, names := range t.profile.Fields {
		for _, name := range names {
			i, ok := index[columnName(name)]
			if !ok {
				i, ok = plain[plainName(name)]
			}
			if at := &t.columns[fieldIndex(field)]; ok && !slices.Contains(*at, i) {
				*at = append(*at, i)
			}
		}
	}
	t.findOthers()
	for _, field := range t.profile.Required {
		if len(t.columns[fieldIndex(field)]) == 0 {
			missing = append(missing, strings.Join(t.profile.Fields[field], " 或 "))
		}
	}
	return missing
}

// ofProducts tells whether the table's columns are those of a table of products.
func (t *table) ofProducts() bool {
	has := map[string]bool{}
	for _, name := range t.header.names {
		has[t.all.exact(name)] = true
	}
	return has[fieldProductID] && (has[fieldProduct] || has[fieldShop] || has[fieldPrice]) && !has[fieldPublished]
}

// unrated tells of a further table that has no ratings.
func (t *table) unrated(summary *TableSummary) {
	names := t.profile.Fields[fieldRating]
	if len(names) > 0 && len(t.columns[fieldIndex(fieldRating)]) == 0 {
		t.gone = append(t.gone, Question{Kind: AskGone, Column: names[0], Field: fieldRating,
			Text: fmt.Sprintf("“%s”没有列“%s”。", summary.Name, names[0]), Assumed: "没有评分，按评论文字判断差评"})
	}
}

// findOthers finds columns of further tables that are called otherwise than in the
// table that the file was understood by.
func (t *table) findOthers() {
	used := map[int]bool{}
	for _, at := range t.columns {
		for _, i := range at {
			used[i] = true
		}
	}
	for field, names := range t.profile.Fields {
		if len(names) == 0 || len(t.columns[fieldIndex(field)]) > 0 {
			continue
		}
		for i, name := range t.header.names {
			if !used[i] && t.all.exact(name) == field {
				t.columns[fieldIndex(field)], used[i] = []int{i}, true
				break
			}
		}
	}
}

// unusable is the error of a file none of whose tables has the columns.
func (t *table) unusable() error {
	if slices.ContainsFunc(t.tables, func(s TableSummary) bool { return s.Skipped == "" }) {
		return nil
	}
	if len(t.header.names) == 0 || !slices.ContainsFunc(t.tables,
		func(s TableSummary) bool { return s.Skipped != "没有数据" }) {
		return &chaping.InputError{File: t.file, Problem: "文件是空的，或者只有一行",
			Remedy: "第一行应是列名，下面每行一条评论"}
	}
	for _, field := range t.profile.Required {
		if len(t.columns[fieldIndex(field)]) == 0 {
			return &chaping.InputError{File: t.file, Line: max(t.header.line, 1), Field: field,
				Value: chaping.Shorten(strings.Join(t.header.names, ","), 200),
				Problem: "缺少必需的列：" + strings.Join(t.profile.Fields[field][:min(3, len(t.profile.Fields[field]))],
					" 或 "),
				Remedy: "给文件补上这一列，指明哪一列是" + TitleOf(field) + "，或换一个导入模板"}
		}
	}
	return nil
}

func (t *table) next() (record, error) {
	for !t.ended {
		row, err := t.read()
		if errors.Is(err, io.EOF) {
			if err := t.begin(); err != nil {
				return record{}, err
			}
			continue
		}
		if err != nil {
			return record{}, err
		}
		if t.line = row.line; t.isNone(&row) {
			continue
		}
		if t.splits(&row) {
			for side, cells := range t.beside.split(row.cells) {
				if right := row; side > 0 && cells != nil {
					right.cells, right.side = cells, side
					t.rest = append(t.rest, right)
				}
			}
			if row.cells = row.cells[:t.width]; t.isNone(&row) {
				continue
			}
		}
		t.titles.close()
		if row.hidden {
			t.hidden++
		}
		t.uncomputed += int64(row.uncomputed)
		t.tables[len(t.tables)-1].Rows++
		if t.fillDown && row.fault == nil {
			t.fill(&row)
		}
		return t.record(row), nil
	}
	return record{}, io.EOF
}

// read is the next row: of those that were split off or read ahead, then of the
// file.
func (t *table) read() (row gridRow, err error) {
	switch {
	case len(t.rest) > 0:
		row, t.rest = t.rest[0], t.rest[1:]
	case len(t.above) > 0:
		row, t.above = t.above[0], t.above[1:]
		row.fault = &chaping.InputError{File: t.file, Line: row.line,
			Value:   chaping.Shorten(strings.Join(row.cells, ","), 200),
			Problem: fmt.Sprintf("这一行在表头（第 %d 行）上方，没有读", t.header.line),
			Remedy:  "核对表头是哪一行；两张表叠在一起的，各要有自己的表头"}
	case len(t.head.rows) > 0:
		row, t.head.rows = t.head.rows[0], t.head.rows[1:]
	case t.head.err != nil:
		err = t.head.err
	case t.head.ended:
		err = io.EOF
	default:
		row, err = t.grid.next()
	}
	return row, err
}

// isNone tells whether a row is none of the table's, and takes in what it says of
// the rows below it. Those that are not blank are counted.
func (t *table) isNone(row *gridRow) bool {
	if row.fault != nil {
		return false
	}
	switch {
	case blankRow(row.cells):
		return true
	case t.titles.among(row, &t.header):
		t.filled = map[int]string{} // another title's rows have nothing of those above
	case t.header.isHeader(row.cells):
		t.titles.close()
	case !t.splits(row) && isFooter(row.cells, t.width) || t.goesOn(row):
	case row.title || t.bareTitle(row.cells):
		t.titles.bare(row)
	default:
		return false
	}
	t.passed++
	return true
}

// splits tells whether a row has cells of several tables.
func (t *table) splits(row *gridRow) bool {
	return t.beside != nil && row.fault == nil && len(row.cells) > t.width
}

// bareTitle tells, of a table whose titles say of what its rows are, the ones that
// do not say what they name: they fill the first cell, which is none of texts.
func (t *table) bareTitle(cells []string) bool {
	if !t.titles.hold() || t.width < 3 || ingest.Blank(cells[0]) || filled(cells) > 1 {
		return false
	}
	for _, field := range []string{fieldText, fieldMore, fieldAppended, fieldTitle} {
		if slices.Contains(t.columns[fieldIndex(field)], 0) {
			return false
		}
	}
	return true
}

// unseen tells of what nobody sees who opens the file.
func (t *table) unseen() (list []Question) {
	if t.hidden > 0 {
		list = append(list, Question{Kind: AskUnused, Text: fmt.Sprintf("有 %d 行在表里是隐藏的（例如筛选掉的）。", t.hidden),
			Assumed: "也读了；不要的，删去后再导入"})
	}
	if t.uncomputed > 0 {
		list = append(list, Question{Kind: AskUnused,
			Text:    fmt.Sprintf("有 %d 个单元格是公式，文件里没有存它的结果；用 Excel 或 WPS 打开，保存一次再导入。", t.uncomputed),
			Assumed: "这些单元格按空着读取"})
	}
	return list
}

// goesOn tells whether a row goes on with the review above: text and date are
// cells merged with those of it, and beside them stand further pictures.
func (t *table) goesOn(row *gridRow) bool {
	for _, field := range []string{fieldText, fieldPublished} {
		at := t.columns[fieldIndex(field)]
		if len(at) == 0 || !slices.Contains(row.joined, at[0]) {
			return false
		}
	}
	return true
}

// fill puts what stands above into empty cells of a product's columns. Another
// product has nothing of the one above.
func (t *table) fill(row *gridRow) {
	fields := []string{fieldProductID, fieldProduct, fieldURL, fieldPrice, fieldCurrency, fieldShop, fieldShopID, fieldRegion,
		fieldKeyword, fieldPlatform}
	for _, field := range fields[:2] {
		for _, i := range t.columns[fieldIndex(field)] {
			if i < len(row.cells) && !ingest.Blank(row.cells[i]) && row.cells[i] != t.filled[i] {
				t.filled = map[int]string{}
			}
		}
	}
	for _, field := range fields {
		for _, i := range t.columns[fieldIndex(field)] {
			for len(row.cells) <= i {
				row.cells = append(row.cells, "")
			}
			if !ingest.Blank(row.cells[i]) {
				t.filled[i] = row.cells[i]
			} else {
				row.cells[i] = t.filled[i]
			}
		}
	}
}

// record makes a record of a row.
func (t *table) record(g gridRow) record {
	file := t.file
	if t.several {
		file = label(t.file, t.name)
	}
	out := record{line: t.base + g.line, bytes: 16 * len(g.cells)}
	for _, cell := range g.cells {
		out.bytes += len(cell)
	}
	columns, width, name, part, names := t.columns, t.width, t.name, t.part, t.header.names
	facts := t.titles.facts(g.side)
	out.parse = func() row {
		if g.fault == nil && len(g.cells) > width {
			g.cells, g.note = t.narrow(g, columns, width, file)
		}
		if g.fault == nil && len(g.cells) > width {
			g.fault = &chaping.InputError{File: file, Line: g.line,
				Value: chaping.Shorten(strings.Join(g.cells, ","), 200), Problem: fmt.Sprintf("这一行的列比表头多，表头只有 %d 列",
					width), Remedy: "检查内容里的逗号是否加了引号"}
		}
		if g.fault != nil {
			return row{file: file, line: g.line, err: g.fault}
		}
		rw := row{file: file, table: name, part: part, line: g.line, note: g.note, field: func(field string) string {
			if Joins(field) {
				return joinedCells(g.cells, columns[fieldIndex(field)])
			}
			for _, i := range columns[fieldIndex(field)] {
				if i < len(g.cells) && strings.TrimSpace(g.cells[i]) != "" {
					return g.cells[i]
				}
			}
			return ""
		}}
		rw.titles = facts
		rw.cells = func(field string, visit func(column, value string)) {
			for _, i := range columns[fieldIndex(field)] {
				if i < len(g.cells) && i < len(names) {
					visit(names[i], g.cells[i])
				}
			}
		}
		rw.has = func(field string) bool { return len(columns[fieldIndex(field)]) > 0 }
		if g.damaged {
			rw.err = damagedError(file, g.line)
		}
		return rw
	}
	return out
}

func joinedCells(cells []string, columns []int) string {
	var texts []string
	for _, i := range columns {
		if i < len(cells) {
			texts = append(texts, cells[i])
		}
	}
	return joined(texts...)
}

// narrow takes a row that has more cells than there are columns together again,
// where they come of a delimiter in the text: the other columns must fit then.
func (t *table) narrow(g gridRow, columns *[fieldCount][]int, width int, file string) ([]string, *chaping.InputError) {
	if cells := trimRow(g.cells); len(cells) <= width {
		return cells, g.note
	}
	surplus := len(g.cells) - width
	text := columns[fieldIndex(fieldText)]
	if t.comma == "" || len(text) == 0 || surplus > 1000 || len(columns[fieldIndex(fieldPublished)]) == 0 {
		return g.cells, g.note
	}
	at := text[0]
	joined := slices.Concat(g.cells[:at], []string{strings.Join(g.cells[at:at+surplus+1], t.comma)},
		g.cells[at+surplus+1:])
	if _, err := t.dates.Parse(joined[columns[fieldIndex(fieldPublished)][0]], time.Time{}); err != nil {
		return g.cells, g.note
	}
	if rating := columns[fieldIndex(fieldRating)]; len(rating) > 0 {
		if _, err := ingest.ParseRating(joined[rating[0]]); err != nil {
			return g.cells, g.note
		}
	}
	return joined, &chaping.InputError{File: file, Line: g.line, Value: chaping.Shorten(joined[at], 80),
		Problem: "内容里的分隔符没有加引号，已并回评论内容", Remedy: "核对这一行"}
}
