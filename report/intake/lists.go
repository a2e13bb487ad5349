package intake

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"chaping"
	"chaping/report"
)

// listFields are the columns of published lists and the names they go by. No
// two publishers agree, so heads are compared after brackets, spaces and width
// are gone, and the first name that fits holds.
func listFields() []field {
	return []field{
		{"产品名称", []string{"产品", "商品名称", "样品名称", "产品名", "召回产品", "召回产品名称", "名称", "商品", "标题", "舆情标题", "信息标题", "事件"}},
		{"商标", []string{"品牌", "商标名称", "注册商标", "品牌名称", "标称商标"}},
		{"规格型号", []string{"型号", "规格", "型号规格", "产品型号", "规格型号/等级", "型号批次", "涉及型号"}},
		{
			"生产企业",
			[]string{"生产企业名称", "标称生产企业", "标称生产企业名称", "生产单位", "标称生产单位", "制造商", "生产者", "召回企业", "生产商", "企业名称", "经营者"},
		},
		{"销售单位", []string{"被抽样单位", "被抽查企业", "销售企业", "销售者", "网店", "网店名称", "店铺", "店铺名称", "被抽样企业", "被抽样单位名称"}},
		{"所在地", []string{"生产企业所在地", "企业所在地", "省份", "地区", "区域", "所在区域", "标称生产企业所在地", "生产企业地址", "涉及区域"}},
		{"组织单位", []string{"级别", "抽查级别", "层级", "发布单位", "发布机构", "抽查机关", "组织部门", "国家", "媒体", "发布国家"}},
		{"检验结果", []string{"结果", "抽查结果", "检验结论", "结论", "是否合格", "判定", "判定结果", "监测结果", "监测结论", "综合判定", "单项结论"}},
		{
			"不合格项目",
			[]string{
				"主要不合格项目",
				"不合格项",
				"问题项目",
				"缺陷",
				"缺陷描述",
				"召回原因",
				"风险",
				"风险点",
				"风险描述",
				"问题",
				"主要问题",
				"内容",
				"摘要",
				"内容摘要",
				"舆情内容",
				"危害",
			},
		},
		{"数量", []string{"召回数量", "涉及数量", "批量"}},
		{"日期", []string{"抽查日期", "抽样日期", "检验日期", "发布日期", "公布日期", "发布时间", "时间", "召回时间", "召回日期", "监测日期", "生产日期/批号发布日期"}},
		{"来源", []string{"网址", "链接", "信息来源", "数据来源", "文号", "原文链接"}},
	}
}

// The fields' places.
const (
	listProduct = iota
	listBrand
	listModel
	listMaker
	listSeller
	listRegion
	listLevel
	listResult
	listProblem
	listQuantity
	listDate
	listSource
)

// needs are the columns that a list of a kind cannot do without; of each
// group, one.
var needs = map[report.ListKind][][]int{
	report.Inspections: {{listProduct}, {listResult, listProblem}},
	report.Monitoring:  {{listProduct}, {listResult, listProblem}},
	report.Recalls:     {{listProduct}, {listMaker, listBrand, listModel, listProblem}},
	report.Opinions:    {{listProduct, listProblem}},
}

// A ListFile is a published list that is to be read.
type ListFile struct {
	Name string
	Data []byte
	Year int // of the report; what is dated otherwise is left out
	// Columns says for fields (ListFields) which column they are, over what the
	// names say; an empty name says that there is none. It may be nil.
	Columns map[string]string
}

// names are for every field what its column may be called.
func (f *ListFile) names() (names [][]string) {
	taken := map[string]string{} // column: the field that a person has given it
	for field, column := range f.Columns {
		if column != "" {
			taken[plain(column)] = field
		}
	}
	for _, field := range listFields() {
		own := append([]string{field.name}, field.synonyms...)
		if column, ok := f.Columns[field.name]; ok {
			if own = nil; column != "" {
				own = []string{plain(column)}
			}
		}
		names = append(names, slices.DeleteFunc(own, func(name string) bool {
			other, ok := taken[name]
			return ok && other != field.name
		}))
	}
	return names
}

// ListFields are the fields that a list's columns may have.
func ListFields() (names []string) {
	for _, f := range listFields() {
		names = append(names, f.name)
	}
	return names
}

// A ListLook is what the columns of a list are taken for.
type ListLook struct {
	Tables  []string // whose rows are read
	Skipped []string // that have no such head
	Columns []ListColumn
	Wanted  string // the columns that are missing, in words; empty: none
}

// A ListColumn is a column of the first table.
type ListColumn struct {
	Name    string
	Field   string // empty: it is not used
	Samples []string
	Filled  int // rows that have something there
}

// LookAtList tells what the columns of a list are. Without a head that fits it
// is the first row with two names, and Wanted says what is missing.
func LookAtList(ctx context.Context, kind report.ListKind, f ListFile) (look ListLook, err error) {
	found, err := tables(ctx, f.Name, f.Data)
	if err != nil {
		return look, err
	}
	names := f.names()
	for _, t := range found {
		head, columns := listHead(t, kind, names)
		if head < 0 {
			look.Skipped = append(look.Skipped, t.name)
			continue
		}
		if look.Tables = append(look.Tables, t.name); len(look.Tables) == 1 {
			look.Columns = listColumns(t, head, columns)
		}
	}
	for i := 0; i < len(found) && look.Tables == nil && look.Columns == nil; i++ {
		if head := anyHead(found[i]); head >= 0 {
			_, columns := findNames(found[i].lines[head], names)
			look.Columns, look.Wanted = listColumns(found[i], head, columns), wantedHead(kind)
		}
	}
	if look.Columns == nil {
		return look, noHead(f.Name, kind)
	}
	return look, nil
}

// anyHead is the first row of at least two different texts; -1: none.
func anyHead(t table) int {
	return slices.IndexFunc(t.lines[:min(len(t.lines), 30)], func(l line) bool {
		texts := map[string]bool{}
		for _, cell := range l.cells {
			if name := plain(cell); name != "" {
				texts[name] = true
			}
		}
		return len(texts) > 1
	})
}

func listColumns(t table, head int, columns []int) (list []ListColumn) {
	fields := ListFields()
	for c, cell := range t.lines[head].cells {
		column := ListColumn{Name: tidy(cell)}
		if column.Name == "" { // it cannot be chosen
			continue
		}
		if f := slices.Index(columns, c); f >= 0 {
			column.Field = fields[f]
		}
		for _, l := range t.lines[head+1:] {
			if c < len(l.cells) && strings.TrimSpace(l.cells[c]) != "" {
				if column.Filled++; len(column.Samples) < 3 {
					column.Samples = append(column.Samples, tidy(l.cells[c]))
				}
			}
		}
		list = append(list, column)
	}
	return list
}

// ReadList adds a published list (xlsx, docx or csv) to what was imported of
// its kind. Lines of another year and repeated ones are counted, not kept.
// Lines that cannot be used go to reject; err is for a file of which nothing
// can be used. Every table of a file whose head fits is read.
func ReadList(
	ctx context.Context,
	into *report.AnnualList,
	f ListFile,
	reject func(*chaping.InputError),
) error {
	name := f.Name
	names := f.names()
	found, err := tables(ctx, name, f.Data)
	if err != nil {
		return err
	}
	seen := map[report.Listed]bool{}
	for _, r := range into.Records {
		seen[r] = true
	}
	fits := false
	for _, t := range found {
		head, columns := listHead(t, into.Kind, names)
		if head < 0 {
			continue
		}
		fits = true
		for _, l := range t.lines[head+1:] {
			values := make([]string, len(columns))
			for f, c := range columns {
				if c >= 0 && c < len(l.cells) {
					values[f] = tidy(l.cells[c])
				}
			}
			if strings.TrimSpace(strings.Join(l.cells, "")) == "" || isNote(l) ||
				plain(values[listProduct]) == plain(t.lines[head].cells[max(columns[listProduct], 0)]) {
				continue
			}
			r, bad := listed(name, l.number, into.Kind, values)
			switch {
			case bad != nil:
				into.Refused++
				reject(bad)
			case r.Date != "" && !strings.HasPrefix(r.Date, strconv.Itoa(f.Year)):
				into.Outside++
			case seen[r]:
				into.Repeats++
			default:
				seen[r] = true
				into.Records = append(into.Records, r)
			}
		}
		if len(t.lines) > maxRows {
			reject(
				&chaping.InputError{
					File:    filepath.Base(name),
					Problem: fmt.Sprintf("工作表“%s”超过 %d 行，其后的没有读入", t.name, maxRows),
					Remedy:  "分成几个文件，重复写参数",
				},
			)
		}
	}
	if !fits {
		return noHead(name, into.Kind)
	}
	into.Files = append(into.Files, filepath.Base(name))
	return nil
}

func noHead(name string, kind report.ListKind) error {
	return refuse(
		name,
		"没有找到“"+kind.Chinese()+"”清单的表头（"+wantedHead(kind)+"）",
		"第一行写列名，至少有这些列；其余列可有可无，次序不限",
	)
}

func wantedHead(kind report.ListKind) string {
	fields := listFields()
	var groups []string
	for _, group := range needs[kind] {
		var names []string
		for _, f := range group {
			names = append(names, fields[f].name)
		}
		groups = append(groups, strings.Join(names, "或"))
	}
	return strings.Join(groups, "、")
}

// listHead finds the head among the first lines. names are those of ListFile.
func listHead(t table, kind report.ListKind, names [][]string) (head int, columns []int) {
	for i, l := range t.lines[:min(len(t.lines), 30)] {
		distinct, columns := findNames(l, names)
		fits := distinct > 1
		for _, group := range needs[kind] {
			fits = fits && slices.ContainsFunc(group, func(f int) bool { return columns[f] >= 0 })
		}
		if fits {
			return i, columns
		}
	}
	return -1, nil
}

// findNames is which column of a line each field has, -1 for none, and how many
// different texts there are.
func findNames(l line, names [][]string) (distinct int, columns []int) {
	columns = slices.Repeat([]int{-1}, len(names))
	rank := slices.Repeat([]int{math.MaxInt}, len(names)) // of two columns, the one with the earlier name
	texts := map[string]bool{}
	for c, cell := range l.cells {
		name := plain(cell)
		texts[name] = true
		for f := range names {
			place := slices.Index(names[f], name)
			if place < 0 {
				continue
			}
			if place < rank[f] {
				rank[f], columns[f] = place, c
			}
			break
		}
	}
	return len(texts), columns
}

var (
	passed = regexp.MustCompile(`^(合格|符合|通过|未发现不合格|未发现(问题|风险|异常)|正常|未检出|是|无)`)
	failed = regexp.MustCompile(`不合格|不符合|不通过|未通过|发现问题|存在(问题|风险|隐患|缺陷)|检出|有风险|超标|^否$|异常|严重`)
)

// listed reads one line.
func listed(name string, number int, kind report.ListKind, v []string) (r report.Listed, bad *chaping.InputError) {
	fields := listFields()
	fault := func(f int, problem, remedy string) (report.Listed, *chaping.InputError) {
		return r, &chaping.InputError{
			File:    filepath.Base(name),
			Line:    number,
			Field:   fields[f].name,
			Value:   v[f],
			Problem: problem,
			Remedy:  remedy,
		}
	}
	for f := range v {
		if utf8.RuneCountInString(v[f]) > maxText {
			return fault(f, fmt.Sprintf("超过 %d 字，这一行没有读入", maxText), "写成摘要")
		}
		if slices.Contains([]string{"/", "-", "—", "——", "**", "无"}, v[f]) && f != listResult {
			v[f] = ""
		}
	}
	if v[listProduct] == "" && (kind != report.Opinions || v[listProblem] == "") {
		return fault(listProduct, "必填的栏目是空的，这一行没有读入", "补上后重新读入")
	}
	date, ok := readDate(v[listDate])
	if !ok {
		return fault(listDate, "日期无法识别，这一行没有读入", "写成 2026-11-02、2026/11/2 或 2026年11月2日")
	}
	r = report.Listed{
		Product:  v[listProduct],
		Brand:    v[listBrand],
		Model:    v[listModel],
		Maker:    v[listMaker],
		Seller:   v[listSeller],
		Region:   v[listRegion],
		Level:    v[listLevel],
		Result:   v[listResult],
		Problem:  v[listProblem],
		Quantity: v[listQuantity],
		Date:     date,
		Source:   v[listSource],
	}
	if kind == report.Inspections || kind == report.Monitoring {
		result := norm.NFKC.String(r.Result)
		switch {
		case failed.MatchString(result) && !strings.HasPrefix(result, "未发现") && !strings.HasPrefix(result, "未检出"):
			r.Failed = true
		case passed.MatchString(result):
		case result == "":
			r.Failed = r.Problem != "" // a list of failures only
		default:
			return fault(listResult, "看不出合格与否，这一行没有读入", "写“合格”或“不合格”")
		}
	}
	return r, nil
}

var datePattern = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?(?:[ T].*)?$`)

// readDate reads a day, or a month, as people and workbooks write it.
func readDate(s string) (string, bool) {
	s = strings.TrimSpace(norm.NFKC.String(s))
	if s == "" {
		return "", true
	}
	if serial, err := strconv.ParseFloat(s, 64); err == nil && serial > 36526 &&
		serial < 73051 { // 2000 to 2100 in Excel's count
		return time.Date(
			1899,
			time.December,
			30,
			0,
			0,
			0,
			0,
			time.UTC,
		).AddDate(
			0,
			0,
			int(serial),
		).Format(
			time.DateOnly,
		), true
	}
	if len(s) == 8 {
		if t, err := time.Parse("20060102", s); err == nil {
			return t.Format(time.DateOnly), true
		}
	}
	if t, err := time.Parse("01-02-06", s); err == nil { // as excelize shows Excel's short date
		return t.Format(time.DateOnly), true
	}
	m := datePattern.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	if m[3] == "" {
		if month < 1 || month > 12 {
			return "", false
		}
		return fmt.Sprintf("%04d-%02d", year, month), true
	}
	day, _ := strconv.Atoi(m[3])
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if int(t.Month()) != month || t.Day() != day {
		return "", false
	}
	return t.Format(time.DateOnly), true
}
