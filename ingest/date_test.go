package ingest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"chaping"
)

func TestParseDate(t *testing.T) {
	now := time.Date(2026, time.November, 22, 15, 30, 0, 0, chaping.Shanghai())
	at := func(s string) time.Time {
		d, err := time.ParseInLocation(time.DateTime, s, chaping.Shanghai())
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		text, layouts string
		want          string // empty: an error
	}{
		{"2026-11-22 10:11:12", "2006-01-02 15:04:05", "2026-11-22 10:11:12"},
		{" 2026-11-22 ", "2006-01-02 15:04:05|2006-01-02", "2026-11-22 00:00:00"},
		{"2026年1月2日", "2006年1月2日", "2026-01-02 00:00:00"},
		{"2026.01.02 03:04", "2006.01.02 15:04", "2026-01-02 03:04:00"},
		{"1793030399", "epoch_s", "2026-10-26 23:59:59"},
		{"1793030399999", "epoch_s|epoch_ms", "2026-10-26 23:59:59"},
		{"2026-11-22T02:00:00Z", "rfc3339", "2026-11-22 10:00:00"},
		{"刚刚", "relative", "2026-11-22 15:30:00"},
		{"5分钟前", "relative", "2026-11-22 15:25:00"},
		{"3小时前", "relative", "2026-11-22 12:30:00"},
		{"昨天 12:30", "relative", "2026-11-21 12:30:00"},
		{"昨天", "relative", "2026-11-21 00:00:00"},
		{"前天08:05:09", "relative", "2026-11-20 08:05:09"},
		{"3天前", "relative", "2026-11-19 00:00:00"},
		{"2个月前", "relative", "2026-09-22 00:00:00"},
		{"半小时前", "relative", "2026-11-22 15:00:00"},
		{"11-22 10:30", "relative", "2026-11-22 10:30:00"},
		{"11月23日", "relative", "2025-11-23 00:00:00"},
		{"02-29", "relative", "2024-02-29 00:00:00"},
		{"1月2日 03:04:05", "relative", "2026-01-02 03:04:05"},
		{"13-01", "relative", ""},
		{"02-30", "relative", ""},
		{"昨天 25:00", "relative", ""},
		{"2026-02-30", "2006-01-02", ""},
		{"2026-13-01", "2006-01-02", ""},
		{"", "2006-01-02|epoch_ms|relative", ""},
		{"0", "epoch_s", ""},
		{"-5", "epoch_s", ""},
		{"99999999999999999999", "epoch_ms", ""},
		{"12", "epoch_s", ""}, // 1970
		{"0202-11-22", "2006-01-02", ""},
	} {
		got, err := Dates(strings.Split(c.layouts, "|")).Parse(c.text, now)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%q as %s: %v, want an error", c.text, c.layouts, got)
		case c.want != "" && err != nil:
			t.Errorf("%q as %s: %v", c.text, c.layouts, err)
		case c.want != "" && !got.Truncate(time.Second).Equal(at(c.want)):
			t.Errorf("%q as %s: %v, want %s", c.text, c.layouts, got, c.want)
		}
	}
}

func TestKnownFormat(t *testing.T) {
	for layout, want := range map[string]bool{
		"epoch_s": true, "epoch_ms": true, "rfc3339": true, "relative": true,
		"any, UTC+00:00": true, "any, UTC-05:00": true, "any, UTC": false, "any, UTCAmerica/New_York": true, "any, UTCAmerica/Newyork": false, "2006-01-02 15:04 MST": false, "any, UTC?": false, "any, year first": true,
		"2006-01-02": true, "2006年1月2日 15:04": true, "06/1/2": true,
		"": false, "YYYY-MM-DD": false, "01-02": false, "2006-01": false, "15:04": false,
	} {
		if KnownFormat(layout) != want {
			t.Errorf("%q: %v", layout, !want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-11-22 10:11:12", "2006-01-02 15:04:05")
	f.Add("1793030399999", "epoch_ms")
	f.Add("昨天 12:30", "relative")
	f.Add("9999年前", "relative")
	f.Fuzz(func(t *testing.T, text, layout string) {
		d, err := Dates{layout}.Parse(text, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
		if err == nil && (d.Year() < FirstYear || d.Year() > LastYear) {
			t.Errorf("%q as %q: %v", text, layout, d)
		}
	})
}

// Every spelling that says which day it is.
func TestAnyDate(t *testing.T) {
	relativeDate, order := ErrRelative, ErrOrder
	for text, want := range map[string]any{
		"2026-03-07 08:09:10": "2026-03-07 08:09:10", "2026-03-07": "2026-03-07 00:00:00", "2026.03.07": "2026-03-07 00:00:00", "2026/3/7 8:09": "2026-03-07 08:09:00",
		"20260307": "2026-03-07 00:00:00", "20260307080910": "2026-03-07 08:09:10", "202603070809": "2026-03-07 08:09:00",
		"2026-03-07 08:09:10.0": "2026-03-07 08:09:10", "2026-03-07 08:09:10,123": "2026-03-07 08:09:10", "2026-03-07T08:09:10.123456": "2026-03-07 08:09:10",
		"2026-03-07T00:09:10Z": "2026-03-07 08:09:10", "2026-03-07T00:09:10.000+0000": "2026-03-07 08:09:10", "2026-03-07 08:09:10 +08:00": "2026-03-07 08:09:10",
		"2026-03-07T08:09:10+08:00": "2026-03-07 08:09:10", "2026-03-06T19:09:10-05:00": "2026-03-07 08:09:10",
		"2026/03/07 下午8:09:10": "2026-03-07 20:09:10", "2026-3-7 上午 8:09": "2026-03-07 08:09:00", "2026/3/7 20:09:10 PM": "2026-03-07 20:09:10",
		"2026/3/7 8:09:10 PM": "2026-03-07 20:09:10", "2026/3/7 12:09 AM": "2026-03-07 00:09:00", "2026/3/7 中午12:09": "2026-03-07 12:09:00",
		"2026年3月7日": "2026-03-07 00:00:00", "2026年03月07日 08:09": "2026-03-07 08:09:00", "2026年3月7日8时9分10秒": "2026-03-07 08:09:10", "2026 年 3 月 7 日": "2026-03-07 00:00:00",
		"2026年3月7号": "2026-03-07 00:00:00", "2026-03-07 购买后12天追评": "2026-03-07 00:00:00", "2026-03-07 08:09 购买3天后评论": "2026-03-07 08:09:00", "26年3月7日": "2026-03-07 00:00:00", "２０２６－０３－０７　０８：０９": "2026-03-07 08:09:00",
		"评价于2026-03-07 08:09": "2026-03-07 08:09:00", "2026-03-07 浙江": "2026-03-07 00:00:00", "2026-03-07 星期六 08:09": "2026-03-07 08:09:00", "[2026-03-07 08:09:10]": "2026-03-07 08:09:10",
		"2026-03-07 24:00:00": "2026-03-08 00:00:00", "\u200b2026-03-07\t": "2026-03-07 00:00:00", "'2026-03-07": "2026-03-07 00:00:00", `="2026-03-07"`: "2026-03-07 00:00:00",
		"Sat Mar 07 08:09:10 +0800 2026": "2026-03-07 08:09:10", "Sat Mar  7 08:09:10 CST 2026": "2026-03-07 08:09:10", "Mar 7, 2026": "2026-03-07 00:00:00",
		"March 7, 2026 8:09 PM": "2026-03-07 20:09:00", "7 March 2026": "2026-03-07 00:00:00", "Sat, 07 Mar 2026 00:09:10 GMT": "2026-03-07 08:09:10",
		"Reviewed in the United States on March 7, 2026": "2026-03-07 00:00:00", "Reviewed in the United Kingdom on 7 March 2026": "2026-03-07 00:00:00", "07-Mar-26": "2026-03-07 00:00:00",
		"27/03/2026": "2026-03-27 00:00:00", "03/27/2026 8:09": "2026-03-27 08:09:00", "3/3/2026": "2026-03-03 00:00:00",
		"1772842150": "2026-03-07 08:09:10", "1772842150000": "2026-03-07 08:09:10", "1772842150000000": "2026-03-07 08:09:10", "1772842150.0": "2026-03-07 08:09:10",
		"46088.33969907407": "2026-03-07 08:09:10", "46088": "2026-03-07 00:00:00",

		"2026/3/7 中午1:09": "2026-03-07 13:09:00", "2026-3-7 早上 8点半": "2026-03-07 08:30:00", "2026年3月7日下午3时半": "2026-03-07 15:30:00", "2026-03-07 深夜11:09": "2026-03-07 23:09:00", "2026-03-07 半夜2点": "2026-03-07 02:00:00",
		"民國115年3月7日": "2026-03-07 00:00:00", "民国 115 年 3 月 7 日 8:09": "2026-03-07 08:09:00", "20260307 08:09": "2026-03-07 08:09:00", "20260307T8:09:10": "2026-03-07 08:09:10",

		"3天前": relativeDate, "昨天 12:00": relativeDate, "11-05": relativeDate, "11月05日": relativeDate, "11.05": relativeDate, "21秒前": relativeDate, "今天06:09": relativeDate, "刚刚": relativeDate, "2周前·江西": relativeDate, "发布于 3天前 广东": relativeDate, "昨天 12:30 上海": relativeDate, "11-05 福建": relativeDate, "3 天前": relativeDate,
		"05/11/2026": order, "11/05/2026": order, "1/2/26": order, "26-11-05": order, "26/11/5": order,
		"": nil, "2026": nil, "2026-11": nil, "2026-02-30": nil, "2026-13-01": nil, "2026-03-07 25:00": nil, "13/13/2026": nil, "好评": nil, "1.2.3": nil, "12.5.3": nil, "26/13/5": nil, "12345678901": nil, "很好用 2026": nil,
		"2026-03-07 买的 2026-03-09 坏的": nil, "5": nil, "99.5": nil, "20261301": nil,
	} {
		got, err := Dates{AnyDate}.Parse(text, time.Time{})
		switch want := want.(type) {
		case string:
			if err != nil || got.Format(time.DateTime) != want {
				t.Errorf("%q: %v, %v, want %s", text, got, err, want)
			}
		case error:
			if !errors.Is(err, want) {
				t.Errorf("%q: %v, %v, want %v", text, got, err, want)
			}
		default:
			if err == nil || errors.Is(err, ErrRelative) || errors.Is(err, ErrOrder) {
				t.Errorf("%q: %v, %v, want no date", text, got, err)
			}
		}
	}
	told := time.Date(2026, 3, 10, 12, 0, 0, 0, chaping.Shanghai())
	for text, want := range map[string]string{"3天前": "2026-03-07", "3-7": "2026-03-07", "11.05": "2025-11-05", "昨天": "2026-03-09"} {
		if got, err := (Dates{AnyDate}).Parse(text, told); err != nil || got.Format(time.DateOnly) != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string][2]string{"05/11/2026": {"2026-11-05", "2026-05-11"}, "1/2/26 8:09": {"2026-02-01", "2026-01-02"}, "5.11.2026": {"2026-11-05", "2026-05-11"}} {
		for i, format := range []string{DayFirst, MonthFirst} {
			if got, err := (Dates{format}).Parse(text, time.Time{}); err != nil || got.Format(time.DateOnly) != want[i] {
				t.Errorf("%q, %s: %v, %v, want %s", text, format, got, err, want[i])
			}
		}
	}
	for text, want := range map[string]string{"26-11-05": "2026-11-05", "26/03/07 8:09": "2026-03-07", "25.12.31": "2025-12-31", "26/3/7": "2026-03-07", "2026-03-07": "2026-03-07", "27/03/2026": "2026-03-27", "26-13-01": "", "05/11/2026": ""} {
		got, err := (Dates{YearFirst}).Parse(text, time.Time{})
		if want == "" && err == nil || want != "" && (err != nil || got.Format(time.DateOnly) != want) {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"2026-03-07 17:09:10": "2026-03-08 01:09:10", "20260307170910": "2026-03-08 01:09:10", "46088.71469907407": "2026-03-08 01:09:10", "2026-03-07 17:09 z***n": "2026-03-08 01:09:00", "2026-03-07": "2026-03-07 00:00:00", "2026-03-07T08:09:10+08:00": "2026-03-07 08:09:10", "Mar 7, 2026 5:09 PM": "2026-03-08 01:09:00", "1772842150": "2026-03-07 08:09:10"} {
		if got, err := (Dates{Zoned + "+00:00"}).Parse(text, time.Time{}); err != nil || got.Format(time.DateTime) != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"2026-03-07 17:09:10": "2026-03-08 06:09:10", "2026-07-07 17:09:10": "2026-07-08 05:09:10", "2026-03-07 17:09 UTC": "2026-03-08 01:09:00"} {
		if got, err := (Dates{Zoned + "America/New_York"}).Parse(text, time.Time{}); err != nil || got.Format(time.DateTime) != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
	if got, err := (Dates{Serial1904}).Parse("44626", time.Time{}); err != nil || got.Format(time.DateOnly) != "2026-03-07" {
		t.Errorf("%v, %v", got, err)
	}
}

// What stands beside a time of day is its zone: one that is known is obeyed, of
// another the date is refused, and what is no zone changes nothing.
func TestZones(t *testing.T) {
	for beside, want := range map[string]string{
		"PST": "2026-03-08 00:09", "PDT": "2026-03-07 23:09", "EST": "2026-03-07 21:09", "EDT": "2026-03-07 20:09", "PT": "2026-03-08 00:09", "(PST)": "2026-03-08 00:09",
		"GMT-8": "2026-03-08 00:09", "GMT+9": "2026-03-07 07:09", "UTC-8": "2026-03-08 00:09", "UTC +05:30": "2026-03-07 10:39", "GMT+0800 (China Standard Time)": "2026-03-07 08:09", "UTC": "2026-03-07 16:09", "（UTC）": "2026-03-07 16:09",
		"JST": "2026-03-07 07:09", "KST": "2026-03-07 07:09", "CST": "2026-03-07 08:09", "HKT": "2026-03-07 08:09", "CET": "2026-03-07 15:09", "-0800": "2026-03-08 00:09", "+08": "2026-03-07 08:09",
		"Asia/Tokyo": "2026-03-07 07:09", "America/New_York": "2026-03-07 21:09", "太平洋时间": "2026-03-08 00:09", "美国东部时间": "2026-03-07 21:09", "日本时间": "2026-03-07 07:09", "北京时间": "2026-03-07 08:09", "（东九区）": "2026-03-07 07:09", "西5区": "2026-03-07 21:09",
		"IST": "", "BST": "", "CDT": "", "XYZT": "", "-8": "", "+1": "", "-10": "", "+8": "2026-03-07 08:09", "PST（加州）": "2026-03-08 00:09", "PST 来自 iPhone": "2026-03-08 00:09", "当地时间": "", "GMT+19": "", "America/Nowhere": "", "Central Time": "",
		"浙江": "2026-03-07 08:09", "购买3天后评论": "2026-03-07 08:09", "Sat": "2026-03-07 08:09", "from web": "2026-03-07 08:09", "IP属地：广东": "2026-03-07 08:09",
	} {
		for _, text := range []string{"2026-03-07 08:09 " + beside, "2026/3/7 8:09 AM " + beside, "Mar 7, 2026 8:09 " + beside} {
			got, err := Dates{AnyDate}.Parse(text, time.Time{})
			if want == "" && !errors.Is(err, ErrZone) || want != "" && (err != nil || got.Format("2006-01-02 15:04") != want) {
				t.Errorf("%q: %v, %v, want %s", text, got, err, want)
			}
		}
	}
	for _, behind := range []string{" test", " Tested by Matt", " west ham", " et al", "t", " taste"} { // words, and no zones
		if got, err := (Dates{AnyDate}).Parse("2026-03-07 08:09:10"+behind, time.Time{}); err != nil || got.Format(time.DateTime) != "2026-03-07 08:09:10" {
			t.Errorf("%s: %s, %v", behind, got, err)
		}
	}
	for _, behind := range []string{ // buyers and goods
		"z***n", "Z***q", "utc***", "pt***5", "Est", "ET***", "est", "Z", "PT950铂金", "PT 950", "ET-300", "EST系列", "CET词汇", "EDT香水50ml", "JST插头",
		"GMT手表", "UTC-01型", "PST-2", "Z字扣", "BST款", "UTC小店", "+01件", "东八区小店", "MST***", "gmt", "t***t", "日本时间***",
	} {
		for _, between := range []string{" ", " (", "，", " · "} {
			text := "2026-03-07 08:09" + between + behind
			if got, err := (Dates{AnyDate}).Parse(text, time.Time{}); err != nil || got.Format("2006-01-02 15:04") != "2026-03-07 08:09" {
				t.Errorf("%s: %s, %v", text, got, err)
			}
		}
	}
	if got, err := (Dates{AnyDate}).Parse("2026-03-07 PST 08:09:10", time.Time{}); err != nil || got.Format(time.DateTime) != "2026-03-08 00:09:10" {
		t.Errorf("%v, %v", got, err)
	}
	for name, want := range map[string]string{
		"评价时间": "", "评价时间（UTC）": "+00:00", "评价时间(GMT-5)": "-05:00", "评论时间（美国太平洋时间）": "America/Los_Angeles", "review_date (PST)": "-08:00",
		"created_at_utc": "+00:00", "createdAtUtc": "+00:00", "comment_date_gmt": "+00:00", "评价时间 UTC+8": "+08:00", "评论时间(北京时间)": "+08:00", "created_at_jst": "+09:00",
		"评论时间 PT": "America/Los_Angeles", "评论时间（美西）": "America/Los_Angeles", "评论时间(美东)": "America/New_York", "reviewTimeEST": "-05:00", "PST评论时间": "-08:00", "UTCTime": "+00:00", "time (-08:00)": "-08:00",
		"评论时间(上海)": "+08:00", "评论时间（24小时制）": "", "评论时间(精确到秒)": "", "latest": "", "updated_et": "", "date_pt": "", "评论时间（美国）": "?", "time (US)": "?",
		"post_date": "", "first_text": "", "last_edit": "", "date": "", "发布时间(秒)": "", "时间(CST)": "+08:00", "review time (US/Eastern)": "?", "当地时间": "?", "time (IST)": "?", "date_ist": "?",
	} {
		got, err := ZoneOfName(name)
		if want == "?" && err == nil || want != "?" && (err != nil || got != want) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
	}
}
