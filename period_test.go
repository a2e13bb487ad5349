package chaping

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPeriodOf(t *testing.T) {
	for _, tt := range []struct{ at, want string }{
		{"2026-11-24 23:59:59", "2026-11"},
		{"2026-11-25 00:00:00", "2026-12"},
		{"2026-12-31 12:00:00", "2027-01"},
		{"2020-07-24 23:59:59", "2020-07"},
		{"2020-07-25 00:00:00", "2020-08"},
		{"2020-01-01 00:00:00", "2020-07"}, // D1: the first period takes all of January to July
		{"2019-12-31 23:59:59", "2020-01"},
	} {
		at, err := time.ParseInLocation(time.DateTime, tt.at, Shanghai())
		if err != nil {
			t.Fatal(err)
		}
		if got := PeriodOf(at.UTC()).String(); got != tt.want {
			t.Errorf("PeriodOf(%s) = %s, want %s", tt.at, got, tt.want)
		}
	}
}

func TestPeriodsPartitionTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "unix"), 0)
		p := PeriodOf(at)
		if !p.Window().Contains(at) {
			t.Fatalf("%s is not in its period %s %v", at, p, p.Window())
		}
		if p != firstPeriod && p.Next() != firstPeriod && p.Next().Window().From != p.Window().To {
			t.Fatalf("a gap after %s", p)
		}
		back, err := ParsePeriod(p.String())
		if err != nil || back != p {
			t.Fatalf("ParsePeriod(%s) = %v, %v", p, back, err)
		}
		if !p.Before(p.Next()) || p.Next().Before(p) || p.Before(p) || p.Before(Period{}) || !(Period{}).Before(p) {
			t.Fatalf("order about %s", p)
		}
		if p.Next().Previous() != p {
			t.Fatalf("%s: next and back is %s", p, p.Next().Previous())
		}
	})
}

// TestNoPeriod: no period is far from all, not the one before another.
func TestNoPeriod(t *testing.T) {
	if none := (Period{}); !none.IsZero() || none.Previous() != none || none.Next() != none {
		t.Errorf("%v, %v", none.Previous(), none.Next())
	}
}

func TestParsePeriodRefuses(t *testing.T) {
	for _, s := range []string{"", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "0000-01", "２０２６-11"} {
		if p, err := ParsePeriod(s); err == nil {
			t.Errorf("ParsePeriod(%q) = %v, want an error", s, p)
		}
	}
}

func TestWindowChinese(t *testing.T) {
	p, _ := ParsePeriod("2020-08")
	if got := p.Window().Chinese(); got != "2020年7月25日至2020年8月24日" {
		t.Error(got)
	}
}

func TestGrade(t *testing.T) {
	jd := RatingRule{Version: "jd-2016", Max: 5, Negative: 1, Neutral: 3}
	want := []Grade{Unrated, Negative, Neutral, Neutral, Positive, Positive}
	for rating, g := range want {
		if got, err := jd.Grade(rating); err != nil || got != g {
			t.Errorf("jd %d: %v, %v; want %v", rating, got, err, g)
		}
	}
	if back, err := ParseRatingRule(jd.String()); err != nil || back != jd {
		t.Errorf("%s reads back as %v, %v", jd, back, err)
	}
	if got := jd.Chinese(); got != "满分 5 分；1 分为差评；2–3 分为中评；4–5 分为好评（规则版本 jd-2016）" {
		t.Error(got)
	}
	for _, bad := range []int{-1, 6} {
		if _, err := jd.Grade(bad); err == nil {
			t.Errorf("rating %d passed", bad)
		}
	}
	if err := (RatingRule{Version: "x", Max: 5, Negative: 4, Neutral: 3}).Validate(); err == nil {
		t.Error("neutral below negative passed")
	}
}

func TestParsePrice(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "199": "199.00", "¥1,299.50": "1299.50", "199-259元": "199.00-259.00", "￥259.0 ~ 199": "199.00-259.00",
		"0.5": "0.50", "12.3400": "12.34", "¥ 2 499": "2499.00", "12，800元": "12800.00", "1,234,567.80": "1234567.80", "¥88 .50": "88.50",
		"¥79元": "79.00", "79元-￥99": "79.00-99.00", "79至99元": "79.00-99.00",
	} {
		p, err := ParsePrice(in)
		if err != nil || p.String() != want {
			t.Errorf("ParsePrice(%q) = %q, %v; want %q", in, p, err, want)
		}
	}
	for _, bad := range []string{"免费", "1.999", "-5", "1-2-3", "9999999999999", "元", "1e5",
		"￥79 ￥89", "79 109", "259,359", "259，359", "￥259,359", "￥3,59", "2,5", "1,2345", "¥79.5,¥99", "79、99", "1 2", "88. 5 0"} {
		if p, err := ParsePrice(bad); err == nil {
			t.Errorf("ParsePrice(%q) = %v, want an error", bad, p)
		}
	}
}

func FuzzParsePrice(f *testing.F) {
	f.Add("¥1,299.00")
	f.Add("199.00-259.00元")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePrice(s)
		if err != nil {
			return
		}
		if p.Low < 0 || p.High < p.Low {
			t.Fatalf("%q: %+v", s, p)
		}
		again, err := ParsePrice(p.String())
		if err != nil || (again != p && p.Known()) {
			t.Fatalf("%q prints as %q, which reads as %+v, %v", s, p, again, err)
		}
	})
}
