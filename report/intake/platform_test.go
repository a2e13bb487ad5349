package intake

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/report"
)

// What this program writes as sheet B comes back in every format that can be
// read; JSON with all that was counted.
func TestOwnPlatformSheets(t *testing.T) {
	rows := []report.PlatformRow{
		{Seq: 1, ProductKeyword: "电热水壶", Term: "漏电", From: "2026-10-25", To: "2026-11-24", NegativeReviews: 3, Reviews: 1200, Shop: "示例店", Product: "电热水壶 1.7L", URL: "https://a.example/1", Price: "99-129", Region: "浙江省宁波市", AllNegativeReviews: 40, AffirmedReviews: 4, Platform: "mall", ProductID: "1"},
		{Seq: 2, ProductKeyword: "插座", Term: "异味", From: "2026-10-25", To: "2026-11-24", NegativeReviews: 0, Reviews: 7, Shop: "店", Product: "插座", Price: "9", AllNegativeReviews: 1, Platform: "mall", ProductID: "2"},
	}
	period := chaping.Period{Year: 2026, Month: time.November}
	unlisted := []report.PlatformRow{{Seq: 3, ProductKeyword: "插座", Term: "起火", From: "2026-10-25", To: "2026-11-24", Reviews: 7, Shop: "店", Product: "插座", Price: "9", Platform: "mall", ProductID: "2"}}
	sheet := &report.Platform{Unlisted: unlisted, Station: "某平台", Filed: time.Date(2026, 11, 25, 0, 0, 0, 0, chaping.Shanghai()), Period: period, Rows: rows}
	dir := t.TempDir()
	for _, empty := range []bool{false, true} {
		if empty {
			sheet.Rows, rows = nil, nil
		}
		for _, format := range []string{"json", "xlsx", "docx"} {
			path := filepath.Join(dir, "b."+format)
			write := func() error { return sheet.Document().Write(t.Context(), format, path, nil) }
			if format == "json" {
				write = func() error { return sheet.WriteJSON(path) }
			}
			if err := write(); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			form, bad, err := readForm(t, path, data)
			if err != nil || len(bad) > 0 || form.Station != "某平台" || form.Nothing != empty || len(form.Entries) > 0 {
				t.Fatalf("%s: %+v %v %v", format, form, bad, err)
			}
			if format == "json" {
				if fmt.Sprint(form.Rows) != fmt.Sprint(rows) || form.Period != "2026-11" {
					t.Errorf("json: %+v", form)
				}
				continue
			}
			if empty && (form.From != "2026-10-25" || form.To != "2026-11-24") {
				t.Errorf("%s: nothing from %q to %q", format, form.From, form.To)
			}
			if len(form.Rows) != len(rows) {
				t.Fatalf("%s: %+v", format, form.Rows)
			}
			for i, want := range rows { // the form has no more columns
				want.AllNegativeReviews, want.AffirmedReviews, want.Platform, want.ProductID = 0, 0, "", ""
				if form.Rows[i] != want {
					t.Errorf("%s: row %d\n%+v\n%+v", format, i, form.Rows[i], want)
				}
			}
		}
	}
}

func TestPlatformRowsRefused(t *testing.T) {
	const head = "评论关键词,差评数,评论数,商品名称\n"
	for row, want := range map[string]string{
		"漏电,三,5,壶":  "差评数",
		"漏电,6,5,壶":  "比评论数多",
		"漏电,-1,5,壶": "不是数",
		",1,5,壶":    "评论关键词",
	} {
		form, bad, err := readForm(t, "b.csv", []byte(head+"漏电,1,5,好的壶\n"+row+"\n"))
		if err != nil || len(bad) != 1 || !strings.Contains(bad[0], want) || len(form.Rows) != 1 {
			t.Errorf("%s: %+v %v %v", row, form, bad, err)
		}
	}
}

// A line of totals below the rows is none of them.
func TestTotalsOfPlatformSheets(t *testing.T) {
	const data = "序号,评论关键词,差评数,评论数,商品名称\n1,漏电,2,9,水壶\n合计,,2,9,\n"
	form, bad, err := readForm(t, "b.csv", []byte(data))
	if err != nil || len(bad) > 0 || len(form.Rows) != 1 {
		t.Errorf("%+v %v %v", form, bad, err)
	}
}
