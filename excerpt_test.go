package chaping

import "testing"

func TestExcerpt(t *testing.T) {
	const text = "用了三天\n漏电，很吓人"
	for _, test := range []struct {
		start, end, reach int
		want              string
	}{
		{5, 7, 2, "…天 漏电，很…"},
		{5, 7, 100, "用了三天 漏电，很吓人"},
		{0, 2, 1, "用了三…"},
		{9, 11, 1, "…很吓人"},
		{5, 7, 0, "…漏电…"},
		{5, 7, 5, "用了三天 漏电，很吓人"},
	} {
		if got := Excerpt(text, test.start, test.end, test.reach); got != test.want {
			t.Errorf("%d-%d ±%d: %q, want %q", test.start, test.end, test.reach, got, test.want)
		}
	}
	if got := Excerpt("坏\xff\xfe字", 3, 4, 1); got != "… 字" {
		t.Errorf("invalid UTF-8: %q", got)
	}
	if got := Excerpt("短", 5, 9, 3); got != "短" {
		t.Errorf("past the end: %q", got)
	}
}

func TestExcerptParts(t *testing.T) {
	for _, test := range []struct {
		start, end, reach int
		want              [3]string
	}{
		{2, 4, 1, [3]string{"…天", "漏电", "，…"}},
		{0, 2, 9, [3]string{"", "三天", "漏电，怕"}},
		{5, 6, 1, [3]string{"…，", "怕", ""}},
		{9, 11, 2, [3]string{"三天漏电，怕", "", ""}},
	} {
		if got := [3]string(ExcerptParts("三天漏电，怕", test.start, test.end, test.reach)); got != test.want {
			t.Errorf("%d-%d ±%d: %q, want %q", test.start, test.end, test.reach, got, test.want)
		}
	}
}
