package report

import "testing"

func TestCompanies(t *testing.T) {
	for cell, want := range map[string]struct {
		n     int
		about bool
	}{
		"3": {3, false}, "3家": {3, false}, "约 20 家": {20, true}, "近百家": {100, true}, "将近10家企业": {10, true}, "10余家": {10, false},
		"至少5家": {5, false}, "三家": {3, false}, "十二家店铺": {12, false}, "一百二十家": {120, false}, "两家": {2, false}, "几十家": {10, true},
		"数百家": {100, true}, "两万家": {20000, false}, "3至5家": {5, true}, "3-5家": {5, true}, "三到五家": {5, true}, "20家左右": {20, true},
		"不足１０家": {10, true}, "不详": {}, "多家": {}, "若干企业": {}, "某某电器有限公司、某某日用品厂": {2, false}, "甲旗舰店": {1, false},
		"2家（甲公司、乙公司）": {2, false}, "不少于 7": {7, false}, "超过30家": {30, false},
	} {
		if n, about, ok := Companies(cell); n != want.n || about != want.about || !ok {
			t.Errorf("%s: %d about %t ok %t, want %+v", cell, n, about, ok, want)
		}
	}
	for _, cell := range []string{"上海", "电热水壶", "是", "3月", "12.5", "2026-11", "宁波、慈溪", "-3", ""} {
		if n, _, ok := Companies(cell); ok {
			t.Errorf("%q is read as %d", cell, n)
		}
	}
}

func TestCompaniesTogether(t *testing.T) {
	for _, c := range [][3]string{
		{"3", "3", "3"}, {"3", "5", "不少于 5"}, {"约5家", "3", "约5家"}, {"3", "近10家", "近10家"}, {"不详", "3 家店铺", "不少于 3"},
		{"", "不详", "不详"}, {"约5家", "8", "不少于 8"}, {"3至5家", "5", "3至5家"}, {"", "4", "不少于 4"}, {"约5家", "", "约5家"},
	} {
		for _, of := range [][2]string{{c[0], c[1]}, {c[1], c[0]}} {
			if got := together(of[0], of[1]); got != c[2] {
				t.Errorf("%q and %q: %q, want %q", of[0], of[1], got, c[2])
			}
		}
	}
}
