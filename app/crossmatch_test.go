package app

import (
	"fmt"
	"testing"
	"time"

	"chaping"
	"chaping/report"
)

func TestCrossMatch(t *testing.T) {
	lists := []report.AnnualList{
		{Kind: report.Inspections, Records: []report.Listed{
			{Product: "电热水壶", Brand: "示例牌", Model: "SK-1788 1.7L", Failed: true},
			{Product: "电热水壶", Brand: "良品", Model: "LP2000"}, // passed: not looked for
			{Product: "延长线插座", Brand: "无", Model: "220V", Failed: true},
			{Product: "儿童三轮车", Model: "T-9001", Failed: true},
		}},
		{Kind: report.Recalls, Records: []report.Listed{{Product: "儿童安全座椅", Brand: "某安"}}},
		{Kind: report.Opinions, Records: []report.Listed{{Product: "某安座椅", Brand: "某安"}}},
	}
	for _, tt := range []struct{ name, shop, why string }{
		{"【官方】示例 sk1788 烧水壶", "甲店", "商标、型号相同"},
		{"家用烧水壶 SK-1788", "示例官方旗舰店", "商标、型号相同"}, // the brand is the shop's
		{"家用电热水壶 ＳＫ－１７８８", "乙店", "型号相同、名称相近"},
		{"打印机墨盒 SK-1788", "乙店", ""}, // the model alone says nothing
		{"示例 电热水壶 1.7L 2026新款", "甲店", "商标相同、名称相近，型号未见"},
		{"示例 电热水壶 SK-1999", "甲店", ""}, // another model is another product
		{"示例 台灯", "甲店", ""},
		{"电热水壶 1.7L 220V", "丙店", ""},
		{"良品 电热水壶 LP2000", "良品店", ""},
		{"延长线插座 220V 无", "丁店", ""},
		{"三轮车儿童 T9001", "戊店", "型号相同、名称相近"},
		{"某安 儿童安全座椅 0-4岁", "己店", "商标相同、名称相近"},
		{"", "", ""},
	} {
		m := newMatcher(lists)
		m.match(&chaping.Listing{Product: chaping.Product{Name: tt.name, Shop: chaping.Shop{Name: tt.shop}}, SeenAt: time.Unix(0, 0)})
		why := ""
		for _, c := range m.candidates() {
			why += c.Why
		}
		if why != tt.why {
			t.Errorf("%s (%s): %q, want %q", tt.name, tt.shop, why, tt.why)
		}
	}
}

// BenchmarkCrossMatch compares 100,000 listings with 5,000 records.
func BenchmarkCrossMatch(b *testing.B) {
	l := report.AnnualList{Kind: report.Recalls}
	for i := range 5000 {
		l.Records = append(l.Records, report.Listed{Product: "电热水壶", Brand: fmt.Sprintf("牌子%d", i%700), Model: fmt.Sprintf("SK-%04d", i)})
	}
	for b.Loop() {
		m := newMatcher([]report.AnnualList{l})
		for i := range 100_000 {
			m.match(&chaping.Listing{Product: chaping.Product{Name: fmt.Sprintf("家用电热水壶 不锈钢 %d 升 XK-%05d 大容量", i%3, i), Shop: chaping.Shop{Name: fmt.Sprintf("第%d家店", i%900)}}})
		}
	}
}
