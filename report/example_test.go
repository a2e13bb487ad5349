package report_test

import (
	"fmt"
	"log"
	"time"

	"chaping"
	"chaping/report"
)

// A sheet is filled from counts and rendered in any format; what was written
// as JSON is read back.
func ExamplePlatform() {
	sheet := &report.Platform{Station: "示例监测站", Period: chaping.Period{Year: 2026, Month: time.November}}
	add, done := sheet.CollectRows()
	add(&chaping.Tally{
		Keyword: "电热水壶", Term: "漏电", Product: chaping.Product{Platform: "mall", ID: "1", Name: "不锈钢电热水壶"},
		NegativeReviews: 3, AffirmedReviews: 4, AllNegativeReviews: 9, Reviews: 120,
	})
	done()
	data, err := sheet.JSON()
	if err != nil {
		log.Fatal(err)
	}
	again, err := report.ReadPlatform(data)
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range again.Rows {
		fmt.Println(row.Seq, row.Product, row.Term, row.NegativeReviews, row.Reviews, row.From, row.To)
	}
	// Output: 1 不锈钢电热水壶 漏电 3 120 2026-10-25 2026-11-24
}

// Two stations that report the same hazard of the same product make one row.
func ExampleMerge() {
	merged := report.Merge([]report.Entry{
		{Product: "电热水壶", Hazard: "electrical", Content: "外壳漏电", From: []string{"甲协会"}},
		{Product: "电热水壶", Hazard: "electrical", Content: "底座漏电", From: []string{"乙机构"}},
	})
	for _, e := range merged {
		fmt.Printf("%s: %q %q\n", e.Product, e.Content, e.From)
	}
	// Output: 电热水壶: "外壳漏电\n底座漏电" ["甲协会" "乙机构"]
}
