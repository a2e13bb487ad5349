package report

import (
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

const (
	maxEvidence = 1_000_000 // a worksheet has 1,048,576 rows
	blankRows   = 7         // the printed form's (D18)

	placeholder = "（风险信息监测站名）" // the form's own, kept when no station is named (D20)
)

// The type of forms.md, "Layout". Fonts are named, never bundled.
const (
	fontTitle = "方正小标宋简体"
	fontKai   = "楷体_GB2312"
	fontFang  = "仿宋_GB2312"
	fontHei   = "黑体"
	fontSong  = "宋体"
)

// column is one column of a worksheet: its heading, its width in mm and
// whether its cells are short (centred) or text (left).
type column struct {
	head  string
	mm    float64
	short bool
}

// platformColumns are sheet B's eleven columns, profile "wide": 257 mm.
func platformColumns() []column {
	return []column{
		{"序号", 10, true}, {"关键词", 20, false}, {"评论关键词", 22, false}, {"时间采集范围", 28, true}, {"差评数", 14, true}, {"评论数", 14, true},
		{"店铺名称", 29, false}, {"商品名称", 40, false}, {"商品地址", 38, false}, {"商品价格", 17, true}, {"公司所在区域", 25, false},
	}
}

// WriteXLSX writes sheet B, the companion sheet with the definitions and the
// alternative counts, and the evidence. Cells hold strings and numbers, never
// formulas, whatever a shop calls itself.
func (p *Platform) WriteXLSX(path string) error {
	return WriteFile(path, func(w io.Writer) error {
		book := excelize.NewFile()
		defer book.Close()
		b := &workbook{File: book, styles: map[style]int{}}
		for i, sheet := range []struct {
			name  string
			write func(*worksheet)
		}{{"报送表", p.formSheet}, {"统计口径", p.definitionSheet}, {"证据", p.evidenceSheet}} {
			if i == 0 {
				b.try(book.SetSheetName("Sheet1", sheet.name))
			} else if _, err := book.NewSheet(sheet.name); err != nil {
				return err
			}
			b.sheet(sheet.name, sheet.write)
		}
		b.try(book.SetDocProps(&excelize.DocProperties{Title: "上海市产品质量安全风险信息报送表（电商平台）", Subject: p.Period.String(), Creator: "chaping " + p.Program, Language: "zh-CN"}))
		if b.err != nil {
			return b.err
		}
		return book.Write(w)
	})
}

func (p *Platform) formSheet(s *worksheet) {
	cols := platformColumns()
	s.begin(cols)
	title := style{font: fontTitle, size: 22, align: "center"}
	s.merged(title, 30, "上海市产品质量安全风险信息报送表")
	s.merged(style{font: fontKai, size: 16, align: "center"}, 28, "（电商平台）")
	station := p.Station
	if station == "" {
		station = placeholder
	}
	s.fields("填报单位："+station, "填报时间："+p.filed(), 7)
	head := style{font: fontHei, size: 10.5, align: "center", wrap: true, border: true}
	s.row(mm(12), head, heads(cols)...)
	s.printTitles()

	cell := func(short bool) style {
		align := "left"
		if short {
			align = "center"
		}
		return style{font: fontFang, size: 9, align: align, wrap: true, border: true}
	}
	window := strings.Replace(p.Period.Window().Chinese(), "至", "至\n", 1)
	body := func(values ...any) {
		cells := make([]excelize.Cell, len(values))
		height := mm(14)
		for i, v := range values {
			cells[i] = excelize.Cell{StyleID: s.style(cell(cols[i].short)), Value: v}
			if text, ok := v.(string); ok {
				height = max(height, textHeight(text, cols[i].mm, 9))
			}
		}
		s.cells(min(height, 409), cells) // 409 pt is the tallest row that Excel knows
	}
	for _, r := range p.Rows {
		body(r.Seq, r.ProductKeyword, r.Term, window, r.NegativeReviews, r.Reviews, r.Shop, r.Product, r.URL, r.Price, r.Region)
	}
	blanks := blankRows - len(p.Rows)
	if len(p.Rows) == 0 { // D18: an empty month says so
		body("无", "", "", window, "", "", "", "", "", "", "")
		blanks--
	}
	for range blanks {
		body("", "", "", "", "", "", "", "", "", "", "")
	}
	s.page(28, 26, 20, 20)
}

func (p *Platform) definitionSheet(s *worksheet) {
	cols := []column{{"序号", 12, true}, {"关键词", 22, false}, {"评论关键词", 24, false}, {"商品名称", 52, false}, {"差评数", 16, true}, {"评论数", 16, true},
		{"全部差评数", 22, true}, {"剔除默认评论的评论数", 24, true}, {"高星隐性投诉数", 24, true}, {"表明问题的评论数", 24, true}, {"备注", 40, false}}
	s.begin(cols)
	s.merged(style{font: fontHei, size: 16, align: "center"}, 28, "统计口径与备选计数")
	name := style{font: fontHei, size: 10.5, align: "left", wrap: true, border: true}
	text := style{font: fontFang, size: 10.5, align: "left", wrap: true, border: true}
	for _, d := range p.Definitions() {
		s.pair(name, text, d.Name, d.Meaning, 3)
	}
	s.merged(style{font: fontHei, size: 12, align: "left"}, 28, "逐行备选计数（序号同“报送表”）")
	s.row(mm(12), style{font: fontHei, size: 10.5, align: "center", wrap: true, border: true}, heads(cols)...)
	body := style{font: fontFang, size: 9, align: "left", wrap: true, border: true}
	for _, r := range p.Rows {
		height := max(mm(7), textHeight(r.Product, 52, 9), textHeight(r.ProductKeyword, 22, 9), textHeight(r.Term, 24, 9))
		s.row(min(height, 409), body, r.Seq, r.ProductKeyword, r.Term, r.Product, r.NegativeReviews, r.Reviews, r.AllNegativeReviews, r.ReviewsWithoutDefault,
			r.HiddenComplaints, r.AffirmedReviews, r.remark())
	}
	s.page(20, 20, 15, 15)
}

func (p *Platform) evidenceSheet(s *worksheet) {
	cols := []column{{"序号", 12, true}, {"关键词", 20, false}, {"评论关键词", 20, false}, {"商品名称", 40, false}, {"计入", 24, false}, {"评论时间", 24, true}, {"评分", 10, true},
		{"评级", 12, true}, {"命中写法", 18, false}, {"所在句子", 90, false}, {"评论编号", 34, false}}
	s.begin(cols)
	s.row(mm(10), style{font: fontHei, size: 10.5, align: "center", wrap: true, border: true}, heads(cols)...)
	s.printTitles()
	body := style{font: fontFang, size: 9, align: "left", wrap: true, border: true}
	for _, e := range p.Evidence {
		r := p.Rows[e.Seq-1]
		grade := e.Grade
		if e.Default {
			grade += "（默认）"
		}
		var rating any = e.Rating
		if e.Rating == 0 {
			rating = ""
		}
		height := max(mm(7), textHeight(e.Sentence, 90, 9), textHeight(r.Product, 40, 9))
		s.row(min(height, 409), body, e.Seq, r.ProductKeyword, r.Term, r.Product, e.Counted, e.Published, rating, grade, e.Surface, e.Sentence, e.Review)
	}
	if p.EvidenceOmitted > 0 {
		s.row(mm(10), body, "", "", "", "", "", "", "", "", "", "证据过多，另有 "+formatInt(p.EvidenceOmitted)+" 条未列出；可按关键词或评论关键词分表导出", "")
	}
	s.page(20, 20, 15, 15)
}

// mm converts millimetres to points, the unit of row heights.
func mm(v float64) float64 { return v * 72 / 25.4 }

// textHeight estimates the height in points that text needs in a column, with
// 1 mm padding on both sides. A Chinese character is as wide as its size,
// others are about half of that (forms.md).
func textHeight(text string, widthMM, size float64) float64 {
	perLine := math.Max(1, math.Floor((mm(widthMM-2))/size*2)) // in half characters
	lines := 0.0
	for part := range strings.SplitSeq(text, "\n") {
		half := 0
		for _, r := range part {
			if half++; r > 0x2E7F {
				half++
			}
		}
		lines += math.Max(1, math.Ceil(float64(half)/perLine))
	}
	return lines*size*1.3 + 4
}

func heads(cols []column) []any {
	out := make([]any, len(cols))
	for i, c := range cols {
		out[i] = c.head
	}
	return out
}

// clean removes what XML cannot carry: control characters and broken UTF-8.
func clean(s string) string {
	ok := utf8.ValidString(s)
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
