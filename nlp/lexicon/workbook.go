package lexicon

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/ingest/foreign"
	"chaping/nlp"
)

// A workbook from outside is bounded: its file, what it unpacks to, its rows.
// The shipped dictionaries come to less than a hundredth of each.
const (
	maxWorkbook = 32 << 20
	maxUnzipped = 256 << 20
	maxRows     = 100_000
)

const sheetName = "词库"

// columns of the workbook's first sheet.
func columns() []string {
	return []string{"产品领域", "词条", "危害类别", "严重程度", "其他写法", "文件"}
}

// separator stands between the forms of a cell; others are read as well.
const separator = "、"

func splitForms(cell string) []string {
	var forms []string
	for _, s := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("、，,；;\r\n", r) }) {
		if s = strings.TrimSpace(s); s != "" {
			forms = append(forms, s)
		}
	}
	return forms
}

// WriteXLSX writes entries as a workbook: one row a term, a second sheet that
// explains the columns. Every cell is a string or a number, never a formula.
func WriteXLSX(w io.Writer, entries []Entry) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", sheetName); err != nil {
		return err
	}
	out, err := book.NewStreamWriter(sheetName)
	if err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	var head []any
	for _, c := range columns() {
		head = append(head, excelize.Cell{StyleID: bold, Value: c})
	}
	errs := []error{
		out.SetColWidth(1, 3, 18), out.SetColWidth(4, 4, 10), out.SetColWidth(5, 5, 80), out.SetColWidth(6, 6, 24),
		out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		out.SetRow("A1", head),
	}
	for i, e := range entries {
		for _, s := range e.Surfaces {
			if parts := splitForms(s); len(parts) != 1 || parts[0] != s {
				return &chaping.InputError{File: e.File, Line: e.Line, Field: "surfaces", Value: s, Problem: "含有分隔符，无法写进一个单元格", Remedy: "从写法中去掉顿号、逗号、分号和换行"}
			}
		}
		hazard := cmp.Or(e.Hazard.Chinese(), string(e.Hazard))
		errs = append(errs, out.SetRow(fmt.Sprintf("A%d", i+2), []any{e.Field, e.Name, hazard, e.Severity, strings.Join(e.Surfaces, separator), e.File}))
	}
	if err := errors.Join(append(errs, out.Flush())...); err != nil {
		return err
	}
	if err := writeLegend(book); err != nil {
		return err
	}
	return book.Write(w)
}

func writeLegend(book *excelize.File) error {
	const sheet = "说明"
	if _, err := book.NewSheet(sheet); err != nil {
		return err
	}
	lines := [][2]string{
		{"产品领域", "同一个文件的各行填同一个领域"},
		{"词条", "报送表上的评论关键词，两个字以上"},
		{"危害类别", "填下列名称或代号；不知道可不填"},
		{"严重程度", "1 急救即可，2 需就诊，3 需住院，4 致残或死亡（欧盟 RAPEX 指南四级）；不知道填 0"},
		{"其他写法", "买家的各种写法，用顿号隔开，可以写模式，例如 味道<程度>?(大|重)；一个写法只能属于一个词条"},
		{"文件", "导入后写到哪个文件，例如 food.yaml"},
	}
	for _, h := range chaping.Hazards() {
		lines = append(lines, [2]string{"危害类别", h.Chinese() + "（" + string(h) + "）"})
	}
	for i, l := range lines {
		for j, cell := range l {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err == nil {
				err = book.SetCellStr(sheet, at, cell)
			}
			if err != nil {
				return err
			}
		}
	}
	return book.SetColWidth(sheet, "A", "B", 30)
}

// isFileName tells whether the 文件 column may hold the name: no path, no hidden
// file. A regular expression of it takes 47 ms and 2 MB to compile.
func isFileName(name string) bool {
	stem, ok := strings.CutSuffix(name, ".yaml")
	strange := func(r rune) bool { return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsNumber(r) }
	return ok && stem != "" && stem[0] != '-' && utf8.RuneCountInString(stem) <= 61 && utf8.ValidString(stem) &&
		!strings.ContainsFunc(stem, strange)
}

// ReadXLSX reads the first sheet of a workbook that WriteXLSX wrote and
// somebody edited. The workbook is not trusted. All faults are reported
// together, each as a *chaping.InputError with its row.
func ReadXLSX(ctx context.Context, name string) (entries []Entry, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开工作簿", Err: err, Remedy: "检查路径和读取权限"}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxWorkbook {
		return nil, &chaping.InputError{File: name, Problem: fmt.Sprintf("文件超过 %d MB，不像词库", maxWorkbook>>20), Remedy: "核对文件来源"}
	}
	damaged := func(err error) error {
		var fault *foreign.Fault
		if !errors.As(err, &fault) {
			return err
		}
		return &chaping.InputError{File: name, Line: fault.Row, Problem: "不是有效的 xlsx 文件：" + fault.Problem, Remedy: fault.Remedy}
	}
	book, err := foreign.OpenBook(ctx, f, info.Size(), foreign.BookLimits{Bytes: maxUnzipped, Shared: maxUnzipped, Cells: maxRows * 100})
	if err != nil {
		return nil, damaged(err)
	}
	if len(book.Sheets()) == 0 {
		return nil, damaged(&foreign.Fault{Problem: "没有工作表", Remedy: "用 Excel 或 WPS 另存为 .xlsx 后再导入"})
	}
	rows, err := book.Rows(0)
	if err != nil {
		return nil, damaged(err)
	}
	defer rows.Close()
	var (
		faults []error
		at     map[string]int // column → index
	)
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, damaged(err)
		}
		line := row.Number
		var cells []string
		for _, c := range row.Cells {
			cells = append(cells, make([]string, c.Column+1-len(cells))...)
			cells[c.Column] = c.Text
		}
		if line > maxRows {
			return nil, &chaping.InputError{File: name, Line: line, Problem: fmt.Sprintf("超过 %d 行", maxRows), Remedy: "拆成几个工作簿"}
		}
		if at == nil {
			if at, err = header(name, cells); err != nil {
				return nil, err
			}
			continue
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		e, rowFaults := entryOf(name, line, cells, at)
		faults = append(faults, rowFaults...)
		entries = append(entries, e)
	}
	if len(entries) == 0 && len(faults) == 0 {
		faults = append(faults, &chaping.InputError{File: name, Problem: "没有任何词条", Remedy: "词条应在第一张工作表，第一行是表头"})
	}
	return entries, errors.Join(faults...)
}

func header(name string, cells []string) (map[string]int, error) {
	at := map[string]int{}
	for i, c := range cells {
		at[strings.TrimSpace(c)] = i
	}
	for _, want := range columns() {
		if _, ok := at[want]; !ok {
			return nil, &chaping.InputError{File: name, Line: 1, Value: strings.Join(cells, ","), Problem: "缺少“" + want + "”列", Remedy: "第一行写表头：" + strings.Join(columns(), "、")}
		}
	}
	return at, nil
}

func entryOf(name string, line int, cells []string, at map[string]int) (e Entry, faults []error) {
	cell := func(column string) string {
		if i := at[column]; i < len(cells) {
			return strings.TrimSpace(strings.ToValidUTF8(cells[i], "\uFFFD"))
		}
		return ""
	}
	fault := func(column, problem, remedy string) {
		faults = append(faults, &chaping.InputError{File: name, Line: line, Field: column, Value: cell(column), Problem: problem, Remedy: remedy})
	}
	e = Entry{File: cell("文件"), Line: line, Term: chaping.Term{Name: cell("词条"), Field: cell("产品领域"), Surfaces: splitForms(cell("其他写法"))}}
	if h := cell("危害类别"); h != "" {
		var known bool
		if e.Hazard, known = chaping.ParseHazard(h); !known {
			fault("危害类别", "没有这个危害类别", "用“说明”表里的名称："+hazardNames())
		}
	}
	if s := cell("严重程度"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > int(chaping.MaxSeverity) {
			fault("严重程度", "应为 1–4 的整数", "按 RAPEX 指南的四级填写，未知填 0")
		}
		e.Severity = chaping.Severity(n)
	}
	for _, column := range []string{"产品领域", "词条"} {
		if cell(column) == "" {
			fault(column, "是空的", "补上，或删去这一行")
		}
	}
	if !isFileName(e.File) {
		fault("文件", "不能用作文件名", "写成 food.yaml 这样：字母、数字、汉字和短横线，以 .yaml 结尾")
	}
	return e, faults
}

func hazardNames() string {
	var names []string
	for _, h := range chaping.Hazards() {
		names = append(names, h.Chinese())
	}
	return strings.Join(names, "、")
}

// WriteYAML writes entries as term files into dir, which must be missing or
// empty, and proves that they can be loaded. dir appears only when all is
// well. Faults name the place that the entries came from, as source and row.
func WriteYAML(dir, source string, entries []Entry) (files []string, err error) {
	if old, err := os.ReadDir(dir); err == nil && len(old) > 0 {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "目录 " + dir + " 不是空的", Remedy: "换一个新目录，核对后再替换旧词库"}
	}
	cannot := func(err error) error {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "写不了目录 " + dir, Err: err, Remedy: "检查上级目录是否存在、可写，磁盘是否已满"}
	}
	temp, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".import-*")
	if err != nil {
		return nil, cannot(err)
	}
	defer os.RemoveAll(temp)
	byFile := map[string][]Entry{}
	for _, e := range entries {
		byFile[e.File] = append(byFile[e.File], e)
	}
	files = slices.Sorted(maps.Keys(byFile))
	rows := map[string][]int{} // file → row of the entry on each line
	for _, f := range files {
		text, lines, err := termFile(source, byFile[f])
		if err != nil {
			return nil, err
		}
		rows[f] = lines
		if err := os.WriteFile(filepath.Join(temp, f), text, 0o644); err != nil {
			return nil, cannot(err)
		}
	}
	written := &Source{}
	if _, err := nlp.LoadDictionary(os.DirFS(temp)); err != nil {
		if err := written.addFaults(err); err != nil {
			return nil, err
		}
	}
	var faults []error
	for _, f := range written.Faults {
		if lines := rows[f.File]; f.Line < len(lines) {
			f.Line = lines[f.Line]
		}
		f.File = source
		faults = append(faults, f)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, cannot(err)
	}
	if err := errors.Join(os.Chmod(temp, 0o755), os.Rename(temp, dir)); err != nil {
		return nil, cannot(err)
	}
	return files, nil
}

// termFile is a YAML file of one field. rows[n] is the row of the entry that
// stands on line n.
func termFile(source string, entries []Entry) (text []byte, rows []int, err error) {
	var b bytes.Buffer
	field, err := scalar(entries[0].Field)
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(&b, "field: %s\nterms:\n", field)
	rows = []int{0, entries[0].Line, entries[0].Line}
	for _, e := range entries {
		if e.Field != entries[0].Field {
			return nil, nil, &chaping.InputError{File: source, Line: e.Line, Field: "产品领域", Value: e.Field,
				Problem: fmt.Sprintf("文件 %s 里已有领域“%s”（第 %d 行）", e.File, entries[0].Field, entries[0].Line), Remedy: "一个文件只放一个领域，改领域或改文件名"}
		}
		line, err := termLine(e.Term)
		if err != nil {
			return nil, nil, err
		}
		b.WriteString("  - " + line + "\n")
		rows = append(rows, e.Line)
	}
	return b.Bytes(), rows, nil
}

// termLine writes a term as the dictionaries do, on one line.
func termLine(t chaping.Term) (string, error) {
	var term struct {
		Name     string
		Hazard   chaping.Hazard   `yaml:",omitempty"`
		Severity chaping.Severity `yaml:",omitempty"`
		Surfaces []string         `yaml:",omitempty,flow"`
	}
	term.Name, term.Hazard, term.Severity, term.Surfaces = t.Name, t.Hazard, t.Severity, t.Surfaces
	var node yaml.Node
	if err := node.Encode(term); err != nil {
		return "", err
	}
	return oneLine(&node)
}

func scalar(s string) (string, error) {
	var node yaml.Node
	if err := node.Encode(s); err != nil {
		return "", err
	}
	return oneLine(&node)
}

// oneLine writes a node in flow style. Scalars that the library would break
// over lines are written in double quotes, where a line break is an escape.
func oneLine(node *yaml.Node) (string, error) {
	var flow func(n *yaml.Node)
	flow = func(n *yaml.Node) {
		switch n.Kind {
		case yaml.ScalarNode:
			if n.Style&yaml.LiteralStyle != 0 || strings.ContainsAny(n.Value, "\r\n\u0085\u2028\u2029") {
				n.Style = yaml.DoubleQuotedStyle
			}
		default:
			n.Style = yaml.FlowStyle
		}
		for _, c := range n.Content {
			flow(c)
		}
	}
	flow(node)
	out, err := yaml.Marshal(node)
	return strings.TrimSuffix(string(out), "\n"), err
}
