package intake

import (
	"context"
	"strings"
	"testing"

	"chaping"
	"chaping/report"
)

func readList(t *testing.T, kind report.ListKind, csv string) (report.AnnualList, []string, error) {
	t.Helper()
	l := report.AnnualList{Kind: kind}
	var refused []string
	err := ReadList(context.Background(), &l, ListFile{Name: "dir/清单.csv", Data: []byte(csv), Year: 2026}, func(bad *chaping.InputError) { refused = append(refused, bad.Error()) })
	return l, refused, err
}

func TestReadList(t *testing.T) {
	l, refused, err := readList(t, report.Inspections, "公告,,,\n 样品名称 ,是否合格,主要不合格项目（序号）,发布日期\n"+
		"水壶,不合格,接地,46180\n水壶,否,标志,2026年6月\n水壶,合格,/,20260602\n水壶,是,,2026-06-31\n,合格,,\n水壶,未检出,,06-15-26\n水壶,存在风险,,\n样品名称,是否合格,主要不合格项目,发布日期\n注：以上,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range l.Records {
		mark := "合格"
		if r.Failed {
			mark = "不合格"
		}
		got = append(got, r.Date+mark+r.Problem)
	}
	if s := strings.Join(got, " "); s != "2026-06-07不合格接地 2026-06不合格标志 2026-06-02合格 2026-06-15合格 不合格" {
		t.Error(s)
	}
	if len(refused) != 2 || l.Refused != 2 || !strings.Contains(refused[0], "清单.csv 第 6 行 字段“日期” 值“2026-06-31”") || !strings.Contains(refused[1], "第 7 行 字段“产品名称”") {
		t.Errorf("refused %q", refused)
	}
	// A list of failures only has no column of results.
	if l, _, err := readList(t, report.Monitoring, "产品,风险描述\n水壶,铅迁移\n灯,/\n"); err != nil || len(l.Records) != 2 || !l.Records[0].Failed || l.Records[1].Failed {
		t.Errorf("%+v, %v", l.Records, err)
	}
	if l, _, err := readList(t, report.Opinions, "时间,媒体,标题\n2026-05-01,某报,水壶烫人\n"); err != nil || len(l.Records) != 1 || l.Records[0].Level != "某报" || l.Records[0].Product != "水壶烫人" {
		t.Errorf("%+v, %v", l.Records, err)
	}
	if _, _, err := readList(t, report.Inspections, "产品,价格\n水壶,1\n"); err == nil || !strings.Contains(err.Error(), "检验结果或不合格项目") {
		t.Errorf("error %v", err)
	}
}

// A person's columns hold over their names.
func TestListColumns(t *testing.T) {
	f := ListFile{Name: "清单.csv", Year: 2026, Data: []byte("公告\n货,谁做的,怎样,名称\n水壶,甲厂,不合格,乙\n灯,丙厂,合格,丁\n")}
	look, err := LookAtList(t.Context(), report.Inspections, f)
	if err != nil || look.Wanted == "" || len(look.Columns) != 4 || look.Columns[3].Field != "产品名称" || look.Columns[0].Field != "" || look.Columns[2].Filled != 2 {
		t.Fatalf("%+v %v", look, err)
	}
	f.Columns = map[string]string{"产品名称": "货", "生产企业": "谁做的", "检验结果": "怎样"}
	if look, err = LookAtList(t.Context(), report.Inspections, f); err != nil || look.Wanted != "" || look.Columns[0].Field != "产品名称" || look.Columns[3].Field != "" {
		t.Fatalf("%+v %v", look, err)
	}
	l := report.AnnualList{Kind: report.Inspections}
	if err := ReadList(t.Context(), &l, f, func(e *chaping.InputError) { t.Error(e) }); err != nil || len(l.Records) != 2 ||
		l.Records[0] != (report.Listed{Product: "水壶", Maker: "甲厂", Result: "不合格", Failed: true}) {
		t.Errorf("%+v %v", l, err)
	}
	f.Columns = map[string]string{"产品名称": ""}
	if look, err = LookAtList(t.Context(), report.Recalls, f); err != nil || look.Wanted == "" {
		t.Errorf("%+v %v", look, err)
	}
	for _, data := range []string{"", "x\n", ",,\n"} {
		if _, err := LookAtList(t.Context(), report.Recalls, ListFile{Name: "a.csv", Data: []byte(data)}); err == nil {
			t.Errorf("%q is a list", data)
		}
	}
}
