package intake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

const (
	headA = "涉及产品\t涉及企业数量\t涉及区域\t风险信息内容\t信息分析\t初步建议\t信息来源"
	headB = "序号\t关键词\t评论关键词\n复制\t时间采集范围\t差评数\t评论数\t店铺名称\t商品名称\t商品地址\t商品价格\t公司所在区域"
)

// docTable is a table of a document; cells are separated by tabs.
func docTable(rows ...string) string {
	var b strings.Builder
	b.WriteString("<w:tbl>")
	for _, row := range rows {
		b.WriteString("<w:tr>")
		for cell := range strings.SplitSeq(row, "\t") {
			b.WriteString("<w:tc>")
			for line := range strings.SplitSeq(cell, "\n") {
				b.WriteString("<w:p><w:r><w:t>" + line + "</w:t></w:r></w:p>")
			}
			b.WriteString("</w:tc>")
		}
		b.WriteString("</w:tr>")
	}
	return b.String() + "</w:tbl>"
}

func paragraph(text string) string { return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>" }

// sheets is a workbook of these worksheets; the first name is Sheet1's.
func sheets(t *testing.T, names []string, rows map[string][]string) []byte {
	return book(t, nil, func(f *excelize.File) {
		for i, name := range names {
			if i == 0 {
				f.SetSheetName("Sheet1", name)
			} else {
				f.NewSheet(name)
			}
			for r, row := range rows[name] {
				for c, cell := range strings.Split(row, "\t") {
					at, _ := excelize.CoordinatesToCellName(c+1, r+1)
					f.SetCellValue(name, at, cell)
				}
			}
		}
	})
}

// A form in several tables is read as a whole, or it is said why not.
func TestSeveralTables(t *testing.T) {
	a := func(product string) string { return product + "\t3\t台州市\t插脚松动\t\t\t送检" }
	b := func(term string, n int) string {
		return fmt.Sprintf("1\t插座\t%s\t\t%d\t90\t甲店\t三孔插座\t\t19\t", term, n)
	}
	title := paragraph("上海市产品质量安全风险信息报送表") + paragraph("填报单位：某检测所        填报时间：2026年11月25日")
	for name, tt := range map[string]struct {
		data    []byte
		want    string // products or terms
		problem string // of the file, or of a line
	}{
		"pages with a head each":   {docxOf(t, title+docTable(headA, a("插座"))+paragraph("")+docTable(headA, a("灯具"), a("暖手宝")), nil), "插座 灯具 暖手宝", ""},
		"pages without one":        {docxOf(t, title+docTable(headA, a("插座"))+paragraph("")+docTable(a("灯具"))+docTable("经办\t签名"), nil), "插座 灯具", ""},
		"a line of the second":     {docxOf(t, title+docTable(headA, a("插座"))+docTable(headA, "灯具\t3\t\t\t\t\t"), nil), "插座", "（第 2 张表） 第 "},
		"blank, then filled":       {sheets(t, []string{"表样", "11月"}, map[string][]string{"表样": {headA, "\t\t\t\t\t\t"}, "11月": {headA, a("插座")}}), "插座", ""},
		"a worksheet for a month":  {sheets(t, []string{"10月", "11月"}, map[string][]string{"10月": {headB, b("漏电", 3)}, "11月": {headB, b("漏电", 5)}}), "", "“10月”、“11月”"},
		"a companion worksheet":    {sheets(t, []string{"报送表", "明细"}, map[string][]string{"报送表": {headB, b("漏电", 3)}, "明细": {headB + "\t已确认", b("漏电", 3) + "\t1"}}), "漏电", ""},
		"an unknown range":         {sheets(t, []string{"表"}, map[string][]string{"表": {headB, strings.Replace(b("漏电", 3), "漏电\t", "漏电\t上个月", 1), b("异味", 2)}}), "漏电 异味", "共 1 行"},
		"both forms":               {sheets(t, []string{"甲", "乙"}, map[string][]string{"甲": {headA, a("插座")}, "乙": {headB, b("漏电", 3)}}), "", "分成两个文件"},
		"the notice's stray words": {sheets(t, []string{"表"}, map[string][]string{"表": {headB, b("异味", 2)}}), "异味", ""},
		"nothing on any page":      {docxOf(t, title+docTable(headA, "\t\t\t\t\t\t")+docTable(headA, "无\t\t\t\t\t\t"), nil), "nothing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := "a.xlsx"
			if strings.Contains(string(tt.data), wordDocument) {
				file = "a.docx"
			}
			form, bad, err := readForm(t, file, tt.data)
			if err != nil {
				bad = append(bad, err.Error())
			}
			if said := strings.Join(bad, "\n"); tt.problem == "" && said != "" || !strings.Contains(said, tt.problem) {
				t.Errorf("said %q, want %q", said, tt.problem)
			}
			var got []string
			if form != nil {
				for _, e := range form.Entries {
					got = append(got, e.Product)
				}
				for i, r := range form.Rows {
					if r.Seq != i+1 {
						t.Errorf("row %d has the number %d", i+1, r.Seq)
					}
					got = append(got, r.Term)
				}
				if form.Nothing {
					got = append(got, "nothing")
				}
				if file == "a.docx" && (form.Station != "某检测所" || form.Filed != "2026-11-25") {
					t.Errorf("%q, %q", form.Station, form.Filed)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// 时间采集范围 as people write it.
func TestRange(t *testing.T) {
	for text, want := range map[string]string{
		"2026年10月25日至2026年11月24日":    "2026-10-25 2026-11-24",
		"2026年10月25日至\n11月24日":       "2026-10-25 2026-11-24",
		"2026.10.25－2026.11.24":      "2026-10-25 2026-11-24",
		"2026/10/25 ～ 2026/11/24":    "2026-10-25 2026-11-24",
		"2026-10-25 到 2026-11-24":    "2026-10-25 2026-11-24",
		"2026年10月25日——2026年11月24日":   "2026-10-25 2026-11-24",
		"2026年13月25日至2026年11月24日":    " 2026-11-24",
		"10月25日至11月24日":              " ",
		"":                           " ",
		"2026年10月25日至11月24日（系统自动采集）": " ",
	} {
		r, bad := platformRow("表.csv", 2, []string{"漏电", "1", "2", "插座", "", text, "", "", "", ""})
		if got := r.From + " " + r.To; bad != nil || got != want {
			t.Errorf("%q: %q %v, want %q", text, got, bad, want)
		}
	}
}

// Fields that share a cell are told apart.
func TestFieldsInOneCell(t *testing.T) {
	for text, want := range map[string]string{
		"填报单位：甲检测所   填报时间：2026年11月25日": "甲检测所||2026-11-25",
		"填报单位: 乙协会 填报人:王五 联系电话:021-3":  "乙协会|王五|",
		"填报单位：填报时间协会":                  "填报时间协会||",
		"填报时间：2026/11/25　填报单位：丙所":      "丙所||2026-11-25",
		"填报时间：十一月":                     "||",
		"填报单位：丁所（填报人：赵六）":              "丁所(填报人:赵六)||",
	} {
		form := &Form{}
		if !form.takeFields(line{cells: []string{text, text}}) {
			t.Errorf("%q is no line of fields", text)
		}
		if got := form.Station + "|" + form.Filler + "|" + form.Filed; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
