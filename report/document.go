package report

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"chaping"
	"chaping/report/pdf"
)

// A Document is a form laid out: what stands on the paper and where. Every
// form makes one of its model, and every format is written from it, so that
// xlsx, docx, HTML and PDF agree:
//
//	Platform ─┐                ┌─▶ xlsx        all sections, one worksheet each
//	Urgent   ─┼─▶ Document ────┼─▶ docx, PDF   the first section, for print
//	…        ─┘                └─▶ HTML        the first section, to look at
//
// The first section is the form as it is filed; the others accompany it and
// are for those who check the numbers.
type Document struct {
	Title    string // properties of the file
	Subject  string
	Program  string // version of the program
	Sections []Section
}

// A Section has a page of its own and a worksheet of its own.
type Section struct {
	Name   string // of the worksheet
	Page   Page
	Blocks []Block
}

// A Page is A4; margins are in mm.
type Page struct {
	Landscape                bool
	Top, Bottom, Left, Right float64
}

// A Profile is the width of a sheet's text area.
type Profile string

// The profiles.
const (
	Wide   Profile = "wide"   // 257 mm, for small tables' sake
	Strict Profile = "strict" // 225 mm, the type area of GB/T 9704 turned
)

// page is the sheet's page; no profile is Wide.
func (p Profile) page() Page {
	if p == Strict {
		return Page{true, 28, 26, 35, 37}
	}
	return Page{true, 28, 26, 20, 20}
}

// widths sets the columns' widths in mm where the profile is Strict.
func (p Profile) widths(columns []Column, strict ...float64) []Column {
	if p == Strict {
		for i := range columns {
			columns[i].MM = strict[i]
		}
	}
	return columns
}

// The companion's page has narrower margins.
var (
	companionPage = Page{true, 20, 20, 15, 15}
)

// size is the paper in mm.
func (p Page) size() (width, height float64) {
	if p.Landscape {
		return 297, 210
	}
	return 210, 297
}

// text is the width of the text area in mm.
func (p Page) text() float64 {
	width, _ := p.size()
	return width - p.Left - p.Right
}

// A Block is one thing after another on the page: a Line, Ends, or a Table;
// in running text also a Heading, a Para, a Caption or a Chart.
type Block interface{ block() }

// A Heading of level 1 or 2. Its Hint is guidance for the author: a comment in
// Word, a note on the screen in HTML, and nothing in print.
type Heading struct {
	Level int
	Text  string
	Hint  string
}

// A Para is running text, its first line indented by two characters; of a
// list, the item begins with its number.
type Para struct {
	Text string
	Hint string
}

// A Caption stands above a table or below a chart and stays with it.
type Caption struct {
	Text  string
	Below bool
}

func (Heading) block() {}
func (Para) block()    {}
func (Caption) block() {}
func (Chart) block()   {}

// Running text after GB/T 9704: 22 lines of 28 characters on a portrait page.
// 28 characters of 16 pt are wider than its 156 mm, so they stand a little
// closer.
const (
	textSize  = 16.0
	textPitch = 28.9
	textTight = -0.25 // pt from character to character
)

// font is the heading's.
func (h Heading) font() Font {
	if h.Level == 1 {
		return Hei
	}
	return Kai
}

// hints are the section's hints in the order in which they stand.
func (s *Section) hints() []string {
	var list []string
	for _, block := range s.Blocks {
		hint := ""
		switch block := block.(type) {
		case Heading:
			hint = block.Hint
		case Para:
			hint = block.Hint
		}
		if hint != "" {
			list = append(list, hint)
		}
	}
	return list
}

// charts are the section's charts.
func (s *Section) charts() []*Chart {
	var list []*Chart
	for _, block := range s.Blocks {
		if c, ok := block.(Chart); ok {
			list = append(list, &c)
		}
	}
	return list
}

// A Line is a single line of text, such as a title.
type Line struct {
	Text  string
	Font  Font
	Size  float64 // pt
	Pitch float64 // pt from line to line
	Align Align
}

// Ends are a text at the left end of the table's width and one at its right.
type Ends struct{ Left, Right string }

// A Table is as wide as its columns together. Its head, if it has one, is
// repeated on every page; a row does not split across pages.
type Table struct {
	Columns  []Column
	Headless bool
	HeadSize float64         // pt
	Size     float64         // pt, of the body; long text is set smaller, see fit
	RowMM    float64         // least height of a row
	Rows     iter.Seq[[]any] // strings and numbers, one a column
}

// A Column of a table.
type Column struct {
	Head  string
	MM    float64
	Align Align
	Font  Font
}

func (Line) block()  {}
func (Ends) block()  {}
func (Table) block() {}

// Align says where text stands in its line.
type Align int

// The alignments.
const (
	Left Align = iota
	Center
	Right
)

// String is the name that CSS, SpreadsheetML and WordprocessingML share.
func (a Align) String() string { return [...]string{"left", "center", "right"}[a] }

// A Font is a role of GB/T 9704 habits. Fonts are named, never bundled.
type Font int

// The roles.
const (
	Fang Font = iota // 仿宋: text
	Hei              // 黑体: heads
	Kai              // 楷体: second lines
	Song             // 宋体: page numbers
	Biao             // 小标宋: titles
)

// names are the fonts of a role, the first that is installed to be used.
func (f Font) names() []string {
	switch f {
	case Hei:
		return []string{"黑体", "SimHei", "方正黑体_GBK", "华文黑体", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC"}
	case Kai:
		return []string{
			"楷体_GB2312",
			"楷体",
			"KaiTi",
			"华文楷体",
			"STKaiti",
			"FandolKai",
			"LXGW WenKai",
			"仿宋",
			"FangSong",
			"Noto Serif CJK SC",
		}
	case Song:
		return []string{"宋体", "SimSun", "方正书宋_GBK", "Noto Serif CJK SC", "Source Han Serif SC"}
	case Biao:
		return []string{
			"方正小标宋简体",
			"FZXiaoBiaoSong-B05S",
			"方正小标宋_GBK",
			"华文中宋",
			"STZhongsong",
			"Noto Serif CJK SC",
			"Source Han Serif SC",
			"宋体",
			"SimSun",
		}
	}
	return []string{
		"仿宋_GB2312",
		"仿宋",
		"FangSong",
		"华文仿宋",
		"STFangsong",
		"FandolFang",
		"Zhuque Fangsong",
		"宋体",
		"SimSun",
		"Noto Serif CJK SC",
	}
}

// name is the first choice: formats without a list of fall-backs take it.
func (f Font) name() string { return f.names()[0] }

// fonts lists the roles.
func fonts() []Font { return []Font{Fang, Hei, Kai, Song, Biao} }

// leading is the line pitch of running text, in its size.
const leading = 1.3

const (
	maxRow  = 320 // pt; what fits on the first landscape page below title and head
	minSize = 5.0 // pt
)

// fit sets a row of the table: text that would make it higher than a page is
// set smaller, and at the smallest size cut, marked with an ellipsis. What is
// cut stands in full in the JSON. Control characters are gone, see clean.
func (t *Table) fit(row []any) (cells []any, size, height float64) {
	cells = make([]any, len(row))
	for i, v := range row {
		if s, ok := v.(string); ok {
			v = clean(s)
		}
		cells[i] = v
	}
	for size = t.Size; ; size-- {
		height = mm(t.RowMM)
		for i, v := range cells {
			if s, ok := v.(string); ok {
				height = max(height, textHeight(s, t.Columns[i].MM, size))
			}
		}
		if height <= maxRow {
			return cells, size, height
		}
		if size-1 < minSize {
			break
		}
	}
	lines := int(maxRow/(size*leading)) - 1
	for i, v := range cells {
		if s, ok := v.(string); ok && textHeight(s, t.Columns[i].MM, size) > maxRow {
			cells[i] = shorten(strings.ReplaceAll(s, "\n", " "), lines*int(perLine(t.Columns[i].MM, size)))
		}
	}
	return cells, size, maxRow
}

// padded adds blank rows up to the n of the printed form (D18), as far as they
// fit into the room that the first page has for rows, in points. Of an empty
// table the first row says 无.
func (t Table) padded(n int, room float64, empty []any) Table {
	rows := t.Rows
	blank := slices.Repeat([]any{""}, len(t.Columns))
	t.Rows = func(yield func([]any) bool) {
		count, used := 0, 0.0
		for row := range rows {
			if count++; count < n {
				_, _, height := t.fit(row)
				used += height
			}
			if !yield(row) {
				return
			}
		}
		for i := count; i < n; i++ {
			if used += mm(t.RowMM); used > room {
				return
			}
			row := blank
			if i == 0 {
				row = empty
			}
			if !yield(row) {
				return
			}
		}
	}
	return t
}

// room is what the page has for rows below what stands above and beside the
// table, in points: 156 mm less lines and the head.
func room(lines float64) float64 { return mm(156) - lines - mm(12) }

// noteHalves is how many half characters of a note fit into a line of the
// narrower profile.
const noteHalves = 120

// broken breaks a text into lines of at most half characters: a line of a
// worksheet is as high as one line of text.
func broken(s string, half int) (lines []string) {
	from, used := 0, 0
	for i, r := range s {
		if used += halves(r); used > half {
			lines = append(lines, s[from:i])
			from, used = i, halves(r)
		}
	}
	return append(lines, s[from:])
}

// shorten cuts s to half characters.
func shorten(s string, half int) string {
	for i, r := range s {
		if half -= halves(r); half < 2 {
			return s[:i] + "…"
		}
	}
	return s
}

// mm converts millimetres to points, the unit of row heights.
func mm(v float64) float64 { return v * 72 / 25.4 }

// textHeight estimates the height in points that text needs in a column, with
// 1 mm padding on both sides. A Chinese character is as wide as its size,
// others are about half of that (forms.md).
func textHeight(text string, widthMM, size float64) float64 {
	perLine := perLine(widthMM, size)
	lines := 0.0
	for part := range strings.SplitSeq(text, "\n") {
		half := 0
		for _, r := range part {
			half += halves(r)
		}
		lines += math.Max(1, math.Ceil(float64(half)/perLine))
	}
	return lines*size*leading + 4
}

// perLine is how many half characters a column's line holds.
func perLine(widthMM, size float64) float64 {
	return math.Max(1, math.Floor(mm(widthMM-2)/size*2))
}

func halves(r rune) int {
	if r > 0x2E7F {
		return 2
	}
	return 1
}

// clean removes what XML cannot carry: control characters and broken UTF-8.
// Marks that turn the direction of writing go as well: they could make a name
// read backwards into the next column.
func clean(s string) string {
	bad := func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xFFFE || r == 0xFFFF ||
			r >= 0x202A && r <= 0x202E ||
			r >= 0x2066 && r <= 0x2069
	}
	if utf8.ValidString(s) && strings.IndexFunc(s, bad) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// title and subtitle are the first lines of the notice's sheets.
func sheetTitle(subtitle string) []Block {
	return []Block{
		Line{"上海市产品质量安全风险信息报送表", Biao, 22, 30, Center},
		Line{subtitle, Kai, 16, 28, Center},
	}
}

// heads are the headings of columns.
func heads(cols []Column) []any {
	out := make([]any, len(cols))
	for i, c := range cols {
		out[i] = c.Head
	}
	return out
}

// windowText is 时间采集范围, broken where it may be.
func windowText(w chaping.Window) string { return strings.Replace(w.Chinese(), "至", "至\n", 1) }

// Formats are the formats of every form. All but json, which is that of its
// model, are written from its document.
func Formats() []string { return []string{"xlsx", "docx", "pdf", "html", "json"} }

// Write writes the document in one of Formats but json. The fonts are those of
// a PDF.
func (d *Document) Write(ctx context.Context, format, path string, fonts *pdf.Fonts) error {
	switch format {
	case "xlsx":
		return d.WriteXLSX(path)
	case "docx":
		return d.WriteDOCX(path)
	case "html":
		return d.WriteHTML(path)
	case "pdf":
		return d.WritePDF(ctx, path, fonts)
	}
	return fmt.Errorf("no document format %q", format)
}
