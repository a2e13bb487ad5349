// Package intake reads report forms that stations hand in: sheet A
// (行业组织、检验检测机构), filled in by hand, and sheet B (电商平台), from the
// form's own layout, xlsx, docx or csv, or from the JSON that this program
// writes.
//
// People move columns, merge cells, add rows and titles, and type full-width.
// So the head is looked for, not assumed: the first row of any table in which
// four of the form's columns are named, whatever their order, width and
// synonyms. A row that cannot be used is refused with its number, column,
// value and remedy, and the rest goes on.
//
// Files come from outside: sizes are bounded before anything is unpacked, and
// files with macros or with content that is fetched from elsewhere are refused
// as a whole.
package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"chaping"
	"chaping/ingest/foreign"
	"chaping/report"
)

// The bounds of a file.
const (
	MaxFile   = 20 << 20  // bytes
	MaxJSON   = 128 << 20 // bytes of a sheet that this program wrote, evidence included
	maxUnpack = 128 << 20 // bytes, of the parts of an office file that are read
	maxRows   = 5000      // entries
	maxEmpty  = 1000      // empty rows one after the other: then the sheet has ended
	maxText   = 5000      // characters of a field

	maxShared  = 64 << 20         // bytes of a workbook's shared strings, which are held in memory
	maxScanned = 8 << 20          // cells of a workbook, empty ones included
	maxCells   = 1 << 20          // cells that are held of a file
	maxColumns = 1000             // of a worksheet
	maxTime    = 30 * time.Second // of reading one file
)

// A Form is what was read.
type Form struct {
	Station string // as the form says; may be empty
	Period  string // as it says; of JSON only
	Filed   string // 填报时间, as 2026-11-25; empty where it is not written or not read
	Filler  string
	Phone   string
	Entries []report.Entry       // of sheet A
	Rows    []report.PlatformRow // of sheet B
	// Nothing is set when the form says 无: a valid report of no finding.
	Nothing bool
	// From and To are the first and last day beside 无, as 2026-10-25; empty where
	// they are not written or not read.
	From, To string
}

// Records are what was read, as JSON to be kept. hazard is the hazard class of
// a text.
func (form *Form) Records(hazard func(string) chaping.Hazard) ([]json.RawMessage, error) {
	list := make([]json.RawMessage, 0, len(form.Entries)+len(form.Rows))
	for _, e := range form.Entries {
		e.Hazard = hazard(e.Content)
		e.Classify()
		content, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		list = append(list, content)
	}
	for _, r := range form.Rows {
		content, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		list = append(list, content)
	}
	return list, nil
}

// table is a worksheet or a table of a document as it is seen: merged cells
// have their value in every place.
type table struct {
	name  string
	loose int // of the first lines, how many stand above all tables
	lines []line
}

type line struct {
	number int // in the file, from 1
	cells  []string
}

// Read reads a filled form. Rows that cannot be used go to reject; err is for
// a file of which nothing can be used.
func Read(ctx context.Context, name string, data []byte, reject func(*chaping.InputError)) (*Form, error) {
	if len(data) <= MaxJSON && bytes.HasPrefix(bytes.TrimLeft(data, "\xEF\xBB\xBF \t\r\n"), []byte("{")) {
		return readJSON(name, bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")))
	}
	tables, err := tables(ctx, name, data)
	if err != nil {
		return nil, err
	}
	var forms, filled []*part
	for _, t := range joined(tables) {
		p := readPart(name, t)
		if p == nil {
			continue
		}
		forms = append(forms, p)
		if p.filled {
			filled = append(filled, p)
		}
	}
	switch {
	case len(forms) == 0:
		return nil, wrongForm(name)
	case len(filled) > 1:
		filled = slices.DeleteFunc(filled, func(p *part) bool { return p != filled[0] && p.repeats(filled[0]) })
	case len(filled) == 0: // blank, or 无
		filled = forms[:1]
		if i := slices.IndexFunc(forms, func(p *part) bool { return p.form.Nothing }); i >= 0 {
			form, says := filled[0].form, forms[i].form
			form.Nothing, form.From, form.To = true, says.From, says.To
		}
	}
	return merge(name, filled, reject)
}

// joined are the tables, with those of a document that have no head and as many
// columns as the one before put below it: a form goes on on the next page.
func joined(tables []table) (list []table) {
	for _, t := range tables {
		if n := len(list); n > 0 && t.name == "" {
			head, own := formHead(list[n-1]), formHead(t)
			if head >= 0 && own < 0 && len(t.lines) > t.loose &&
				len(t.lines[t.loose].cells) == len(list[n-1].lines[head].cells) {
				list[n-1].lines = append(list[n-1].lines, t.lines[t.loose:]...)
				continue
			}
		}
		list = append(list, t)
	}
	return list
}

// formHead is the index of the head of sheet A or B; -1 if there is none.
func formHead(t table) int {
	head, _ := headOfA(t)
	if head < 0 {
		head, _ = headOfB(t)
	}
	return head
}

func headOfA(t table) (head int, columns []int) {
	return findHead(t, fields(), func(found int, columns []int) bool { return found >= 4 && columns[0] >= 0 && columns[3] >= 0 }, formColumns)
}

func headOfB(t table) (head int, columns []int) {
	return findHead(t, platformFields(), func(found int, _ []int) bool { return found == platformColumns }, platformColumns)
}

// A part is a form as one table has it.
type part struct {
	table    string // its worksheet's name; of a document none
	platform bool   // sheet B
	form     *Form
	rejected []*chaping.InputError
	filled   bool // has lines, read or refused
}

// readPart reads a table that is a form; nil if it is none.
func readPart(name string, t table) *part {
	p := &part{table: t.name}
	reject := func(e *chaping.InputError) { p.rejected = append(p.rejected, e) }
	head, columns := headOfA(t)
	if head >= 0 {
		p.form = read(name, t, head, columns, reject)
	} else {
		head, columns = headOfB(t)
		if head < 0 || isCompanion(t.lines[head]) {
			return nil
		}
		p.form, p.platform = readPlatform(name, t, head, columns, reject), true
	}
	p.filled = len(p.form.Entries)+len(p.form.Rows) > 0 ||
		slices.ContainsFunc(p.rejected, func(e *chaping.InputError) bool { return e.Line > t.lines[head].number })
	return p
}

// isCompanion tells whether a line is the head of the companion that this program
// writes beside sheet B: it has further counts of the sheet's rows, and of those
// that the sheet leaves out.
func isCompanion(head line) bool {
	whole := plain(strings.Join(head.cells, " "))
	return strings.Contains(whole, "全部差评数") && strings.Contains(whole, "高星隐性投诉数")
}

// repeats tells whether all rows of a sheet B stand in the other one: those of a
// companion sheet with more counts do.
func (p *part) repeats(other *part) bool {
	type row struct {
		term, product     string
		negative, reviews uint64
	}
	of := func(r report.PlatformRow) row { return row{r.Term, r.Product, r.NegativeReviews, r.Reviews} }
	known := map[row]bool{}
	for _, r := range other.form.Rows {
		known[of(r)] = true
	}
	return len(p.form.Rows) > 0 && !slices.ContainsFunc(p.form.Rows, func(r report.PlatformRow) bool { return !known[of(r)] })
}

// merge joins the tables of a document, where a form goes on in the next one.
// Worksheets are not joined: people keep a form for each month in one workbook,
// and which one is meant only they know.
func merge(name string, parts []*part, reject func(*chaping.InputError)) (*Form, error) {
	form := parts[0].form
	var sheets []string
	for i, p := range parts {
		if p.table != "" {
			sheets = append(sheets, "“"+chaping.Shorten(p.table, 40)+"”")
		}
		if p.platform != parts[0].platform {
			return nil, refuse(name, "文件里既有行业组织、检验检测机构的报送表，又有电商平台的报送表", "分成两个文件提交")
		}
		for _, e := range p.rejected {
			if len(parts) > 1 {
				e.File += fmt.Sprintf("（第 %d 张表）", i+1)
			}
			reject(e)
		}
		if i == 0 {
			continue
		}
		form.Entries = append(form.Entries, p.form.Entries...)
		for _, r := range p.form.Rows {
			r.Seq = len(form.Rows) + 1
			form.Rows = append(form.Rows, r)
		}
		for _, of := range []struct{ whole, part *string }{
			{&form.Station, &p.form.Station},
			{&form.Filler, &p.form.Filler},
			{&form.Phone, &p.form.Phone},
			{&form.Filed, &p.form.Filed},
		} {
			if *of.whole == "" {
				*of.whole = *of.part
			}
		}
	}
	if len(sheets) > 1 {
		return nil, refuse(
			name,
			"几张工作表上都有填好的报送表（"+strings.Join(sheets, "、")+"），不知道报送的是哪一张",
			"只留要报送的一张；同一期分在几张上的，把各行并到一张里",
		)
	}
	return form, nil
}

func refuse(name, problem, remedy string) error {
	return &chaping.InputError{File: filepath.Base(name), Problem: problem, Remedy: remedy}
}

const wordDocument = "word/document.xml"

func tables(ctx context.Context, name string, data []byte) (found []table, err error) {
	switch {
	case len(data) > MaxFile:
		return nil, refuse(name, fmt.Sprintf("文件超过 %d MB", MaxFile>>20), "删去图片和多余的工作表；其他格式的材料另写一句说明，只保存原件")
	case bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0")):
		return nil, refuse(name, "旧格式（xls、doc）或加了密码的文件读不了", "去掉密码，另存为 xlsx 或 docx")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, maxTime, refuse(name, "读这个文件用时过长", "删去多余的行、列、图片和工作表后重新保存"))
	defer cancel()
	if bytes.HasPrefix(data, []byte("PK")) {
		found, err = office(ctx, name, data)
	} else {
		found, err = readCSV(ctx, name, data)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, context.Cause(ctx)
	}
	return found, fault(name, err)
}

// office reads the tables of an xlsx or docx.
func office(ctx context.Context, name string, data []byte) ([]table, error) {
	archive, err := foreign.OpenArchive(ctx, bytes.NewReader(data), int64(len(data)), maxUnpack)
	if err != nil {
		return nil, err
	}
	if err := checkArchive(archive); err != nil {
		return nil, err
	}
	if slices.Contains(archive.Names(), wordDocument) {
		return readDOCX(archive)
	}
	return readXLSX(ctx, name, data)
}

// field is a column of the form and the names that people give it.
type field struct {
	name     string
	synonyms []string
}

// fields are sheet A's columns, then those that R11 adds.
func fields() []field {
	return []field{
		{"涉及产品", []string{"产品", "产品名称", "涉及产品名称", "商品", "商品名称"}},
		{"涉及企业数量", []string{"企业数量", "涉及企业数", "企业数", "涉及企业", "涉及企业家数", "企业家数"}},
		{"涉及区域", []string{"区域", "地区", "涉及地区", "所在区域"}},
		{"风险信息内容", []string{"风险内容", "信息内容", "风险信息", "风险描述", "主要内容", "内容"}},
		{"信息分析", []string{"分析", "风险分析", "原因分析", "分析研判"}},
		{"初步建议", []string{"建议", "处置建议", "措施建议", "对策建议", "工作建议"}},
		{"信息来源", []string{"来源", "数据来源", "风险信息来源"}},
		{"信息类别", []string{"类别", "风险类别", "信息种类"}},
		{"危及对象", []string{"危及", "危害对象", "危及方面"}},
	}
}

const formColumns = 7 // of fields, those that the form prints

// Columns are the form's columns, word for word, then the two that R11 adds.
func Columns() []string {
	var names []string
	for _, f := range fields() {
		names = append(names, f.name)
	}
	return names
}

// plain is a head or a mark without what people vary: width, spaces, brackets
// and what stands in them, colons.
func plain(s string) string {
	s = norm.NFKC.String(s)
	if i := strings.IndexAny(s, "(["); i > 0 {
		s = s[:i]
	}
	return strings.NewReplacer(":", "", "*", "", "　", "", "\u200b", "").Replace(strings.Join(strings.Fields(s), ""))
}

// findHead is the index of the head and for every field the index of its
// column, -1 when there is none. enough tells whether a row is the head, by how
// many of the first fields it names.
func findHead(
	t table,
	fields []field,
	enough func(found int, columns []int) bool,
	first int,
) (head int, columns []int) {
	for i, l := range t.lines[:min(len(t.lines), 50)] {
		columns := slices.Repeat([]int{-1}, len(fields))
		found := 0
		for c, cell := range l.cells {
			name := plain(cell)
			for f, field := range fields {
				if columns[f] < 0 && (name == field.name || slices.Contains(field.synonyms, name)) {
					columns[f] = c
					if f < first {
						found++
					}
					break
				}
			}
		}
		if enough(found, columns) {
			return i, columns
		}
	}
	return -1, nil
}

func wrongForm(name string) error {
	return refuse(
		name,
		"没有找到报送表的表头（涉及产品、涉及企业数量、涉及区域、风险信息内容、信息分析、初步建议、信息来源；电商平台：评论关键词、差评数、评论数、商品名称）",
		"使用通知附件2的表样；其他格式的材料另写一句说明，只保存原件",
	)
}

var (
	fieldLine = regexp.MustCompile(`^(填报单位|填报人|联系电话|填报时间)\s*[::]?\s*(.*)$`)
	nextField = regexp.MustCompile(`\s(填报单位|填报人|联系电话|填报时间)\s*:`)
	dayField  = regexp.MustCompile(`^(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?$`)
	noteLine  = regexp.MustCompile(`^(备注|注|说明|填表说明)\s*[::\d]`)
	nothing   = regexp.MustCompile(`^(无|没有|/|-|—)$`)
)

func countsCompanies(cell string) bool {
	_, _, ok := report.Companies(cell)
	return ok
}

func read(name string, t table, head int, columns []int, reject func(*chaping.InputError)) *Form {
	form := &Form{}
	tellUnknown(name, t, head, columns, reject)
	for _, l := range t.lines[:head] {
		form.takeFields(l)
	}
	headText := plain(strings.Join(t.lines[head].cells, ""))
	for _, l := range t.lines[head+1:] {
		var values Row
		empty := 0
		for f, c := range columns {
			if c >= 0 && c < len(l.cells) {
				values[f] = tidy(l.cells[c])
			}
			if values[f] == "" {
				empty++
			}
		}
		switch {
		case empty == len(columns) && strings.TrimSpace(strings.Join(l.cells, "")) == "":
			continue
		case plain(strings.Join(l.cells, "")) == headText,
			form.takeFields(l),
			isNote(l): // a head repeated, the footer, a remark
			continue
		case nothing.MatchString(norm.NFKC.String(values[0])) && values[3] == "":
			form.Nothing = true
			continue
		}
		if len(form.Entries) == maxRows {
			reject(
				&chaping.InputError{
					File:    filepath.Base(name),
					Line:    l.number,
					Problem: fmt.Sprintf("超过 %d 条，其后的没有读入", maxRows),
					Remedy:  "分成几个文件提交",
				},
			)
			break
		}
		e, faults := values.Entry()
		if len(faults) == 0 {
			form.Entries = append(form.Entries, e)
			continue
		}
		bad := faults[0]
		bad.File, bad.Line, bad.Problem = filepath.Base(name), l.number, bad.Problem+"，这一行没有读入"
		reject(bad)
	}
	form.Nothing = form.Nothing && len(form.Entries) == 0
	return form
}

// takeFields takes 填报单位 and its kin from a line and tells whether the line
// has nothing else.
func (form *Form) takeFields(l line) bool {
	taken := false
	var last *string
	filed := ""
	for _, text := range fieldTexts(l) {
		m := fieldLine.FindStringSubmatch(text)
		if m == nil {
			if last != nil && *last == "" { // the value stands in the next cell
				*last = text
				continue
			}
			return false
		}
		taken = true
		last = map[string]*string{"填报单位": &form.Station, "填报人": &form.Filler, "联系电话": &form.Phone, "填报时间": &filed}[m[1]]
		if *last == "" {
			*last = m[2]
		}
	}
	if m := dayField.FindStringSubmatch(filed); m != nil && form.Filed == "" {
		form.Filed = isoDate(m[1:])
	}
	return taken
}

// fieldTexts are the texts of a line, with the fields apart that people write
// into one cell or paragraph.
func fieldTexts(l line) (texts []string) {
	for i, cell := range l.cells {
		if i > 0 && cell == l.cells[i-1] { // a merged cell
			continue
		}
		text := strings.TrimSpace(norm.NFKC.String(cell))
		for text != "" {
			next := nextField.FindStringIndex(text)
			if next == nil || !fieldLine.MatchString(text) {
				texts = append(texts, text)
				break
			}
			texts = append(texts, strings.TrimSpace(text[:next[0]]))
			text = strings.TrimSpace(text[next[0]:])
		}
	}
	return texts
}

// isNote tells whether a line holds only a remark.
func isNote(l line) bool {
	var texts []string
	for i, cell := range l.cells {
		if text := strings.TrimSpace(norm.NFKC.String(cell)); text != "" && (i == 0 || cell != l.cells[i-1]) {
			texts = append(texts, text)
		}
	}
	return len(texts) == 1 && noteLine.MatchString(texts[0])
}

// tidy trims a cell; lines stay lines.
func tidy(s string) string {
	var lines []string
	for part := range strings.Lines(strings.ReplaceAll(s, "\r", "\n")) {
		if part = strings.TrimSpace(part); part != "" {
			lines = append(lines, part)
		}
	}
	return strings.Join(lines, "\n")
}

// A Row is what stands in the fields of one row of the form, in the form's
// order, then 信息类别 and 危及对象, both as people write them.
type Row [formColumns + 2]string

// Entry makes an entry of a row. Each field that cannot be taken is told, with
// its name, value, problem and remedy.
func (v Row) Entry() (e report.Entry, faults []*chaping.InputError) {
	fields := fields()
	fault := func(f int, problem, remedy string) {
		faults = append(
			faults,
			&chaping.InputError{Field: fields[f].name, Value: v[f], Problem: problem, Remedy: remedy},
		)
	}
	v[1] = norm.NFKC.String(v[1])
	kind, endangers := report.ReadKind(v[7]), report.ReadDangers(v[8])
	for f := range fields {
		switch {
		case v[f] == "" && (f == 0 || f == 3):
			fault(f, "必填的栏目是空的", "补上后重新提交")
		case utf8.RuneCountInString(v[f]) > maxText:
			fault(f, fmt.Sprintf("超过 %d 字", maxText), "写成摘要，全文作为其他格式的材料另行提交")
		case v[f] == "":
		case f == 1 && !countsCompanies(v[f]):
			fault(f, "看不出是企业的数量", "写成数字（3、约20家、3至5家）或企业名称；不清楚写“不详”")
		case f == 7 && kind == "":
			fault(f, "信息类别无法识别", "写“危及安全的隐患或突发事件”“集中反映”或“行业潜规则”")
		case f == 8 && len(endangers) == 0:
			fault(f, "危及对象无法识别", "写“健康”“财产”“环境”“人身安全”，可以写几个")
		}
	}
	return report.Entry{
		Product:   v[0],
		Companies: v[1],
		Region:    v[2],
		Content:   v[3],
		Analysis:  v[4],
		Advice:    v[5],
		Source:    v[6],
		Kind:      kind,
		Endangers: endangers,
	}, faults
}
