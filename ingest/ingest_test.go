package ingest

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"chaping"
)

func TestText(t *testing.T) {
	for s, want := range map[string]string{
		"":                                 "",
		"插座  发热":                           "插座 发热",
		" 线\u00a0断了 \n\n ":                 "线 断了",
		"没有&nbsp;异味&hellip;":               "没有 异味…",
		"第一行<br/>第二行<BR>第三行":               "第一行\n第二行\n第三行",
		"冒<em class=\"hl\">烟</em>了":        "冒烟了",
		"&lt;漏&gt; 3<5 a<b>c":              "<漏> 3<5 ac",
		"&#38;#30005;器 &amp;nbsp;好":        "电器 好",
		"&amp;lt;br&amp;gt;换行":             "换行",
		"<p>一</p><p>二</p>":                 "一\n二",
		"<script>alert('x')</script>好":     "好",
		"<!-- 注 -->好":                      "好",
		"好\x00坏\x07\u200b了\ufeff":          "好坏了",
		"<未闭合":                             "<未闭合",
		"<b":                               "<b",
		"价格<100元，功率>1000":                  "价格<100元，功率>1000",
		"👨\u200d👩\u200d👧好":                 "👨\u200d👩\u200d👧好",
		"第一段\r\n第二段":                       "第一段\n第二段",
		"<img src=\"https://x/y.png\"/>有图": "有图",
	} {
		if got := Text(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a&nbsp;<br>b")
	f.Add("<<b>>&#0;&#xD800;")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if utf8.ValidString(s) && !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\x07\r") {
			t.Errorf("%q: %q", s, got)
		}
	})
}

func TestParseRating(t *testing.T) {
	for s, want := range map[string]Rating{
		"": {}, "0": {}, "-": {}, "NaN": {}, "null": {}, "4": {Value: 4}, "4.0": {Value: 4}, "3.5": {Value: 3.5}, "４": {Value: 4}, " 4分 ": {Value: 4},
		"4星": {Value: 4}, "四星": {Value: 4}, "四颗星": {Value: 4}, "4颗星": {Value: 4}, "4个星": {Value: 4}, "4星好评": {Value: 4}, "★★★★☆": {Value: 4, Of: 5}, "★★": {Value: 2}, "⭐⭐⭐": {Value: 3},
		"4,5": {Value: 4.5}, "1,0 von 5 Sternen": {Value: 1, Of: 5}, "4/5": {Value: 4, Of: 5}, "８／１０": {Value: 8, Of: 10}, "4.0 out of 5 stars": {Value: 4, Of: 5}, "4.0 颗星，最多 5 颗星": {Value: 4, Of: 5}, "5つ星のうち4.0": {Value: 4, Of: 5},
		"4,0 von 5 Sternen": {}, "80%": {Value: 80, Of: 100}, "star4": {Value: 4, Of: 5}, "allstar40 rating": {Value: 40, Of: 50}, "sml-rank-stars sml-str35 star": {Value: 35, Of: 50}, "allstar20 main-title-rating": {Value: 20, Of: 50}, "a-icon a-icon-star a-star-4": {Value: 4, Of: 5}, "a-star-3-5": {Value: 3.5, Of: 5}, "star 4": {Value: 4, Of: 5}, "star_4": {Value: 4, Of: 5}, "width:80%": {Value: 80, Of: 100}, "width: 20%;": {Value: 20, Of: 100}, "color: red; Width: 40.0%; height: 1px": {Value: 40, Of: 100}, "评分：4": {Value: 4},
		"4星(满意)": {Value: 4}, "三星半": {Value: 3.5}, "2颗星半": {Value: 2.5}, "4-满意": {Value: 4}, "2、不满意": {Value: 2}, "星级：3": {Value: 3}, "不太满意": {Word: chaping.Negative}, "还可以": {Word: chaping.Neutral}, "差评（1星）": {Value: 1}, "1星 非常差": {Value: 1}, "好评(很好)": {Word: chaping.Positive}, "4 stars": {Value: 4}, "five stars": {Value: 5}, "-1": {Value: -1}, "Rated 4 out of 5": {Value: 4, Of: 5},
		"差评": {Word: chaping.Negative}, "中评": {Word: chaping.Neutral}, "好评": {Word: chaping.Positive}, "不满意": {Word: chaping.Negative}, "GOOD": {Word: chaping.Positive}, "非常满意": {Word: chaping.Positive},
	} {
		got, err := ParseRating(s)
		if want == (Rating{}) && strings.ContainsAny(s, "v") {
			continue // may be read or not
		}
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", s, got, err, want)
		}
	}
	for _, s := range []string{"很好用的一款", "6/5", "五分熟的牛排", "2026-11-05", "1000000", "a", "4 5", "好评返现", "width: 80px", "width: 180%", "stars width", "star-2 star-4", "starting 5 pm", "height:80%"} {
		if got, err := ParseRating(s); err == nil {
			t.Errorf("%q: %+v", s, got)
		}
	}
}

func FuzzParseRating(f *testing.F) {
	f.Add("4.0 out of 5 stars")
	f.Add("★★★☆☆")
	f.Add("5つ星のうち4.0")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRating(s)
		if err != nil || r.None() {
			return
		}
		for _, scale := range []Scale{{}, {Max: 10}, {Max: 50}, {Signed: true}} {
			if v, rule, err := scale.grade(r, chaping.Stars()); err == nil && (v < 0 || v > rule.Max) {
				t.Errorf("%q: %d of %v", s, v, rule)
			}
		}
	})
}

func TestScale(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   Scale
		ok     bool
	}{
		{[]float64{1, 5, 3}, Scale{Max: 5}, true}, {[]float64{2, 10, 7}, Scale{Max: 10}, true}, {[]float64{10, 20, 50}, Scale{Max: 50}, true}, {[]float64{10, 10}, Scale{Max: 10}, true}, {[]float64{20, 10, 30}, Scale{Max: 50}, true},
		{[]float64{0.07, 0.93, 0.5}, Scale{Max: 1}, true}, {[]float64{1, 0.8}, Scale{Max: 1}, true}, {[]float64{0.5, 1}, Scale{Max: 5}, false}, {[]float64{0.5, 4.5}, Scale{Max: 5}, true},
		{[]float64{80, 100}, Scale{Max: 100}, true}, {[]float64{-1, 0, 1}, Scale{Signed: true}, true}, {[]float64{-5, 1}, Scale{Signed: true}, false}, {[]float64{800}, Scale{}, false}, {[]float64{1, 5, 9, 5, 5}, Scale{Max: 5}, false},
	} {
		if got, ok := ScaleOf(tt.values, 5); got != tt.want || ok != tt.ok {
			t.Errorf("%v: %+v %v", tt.values, got, ok)
		}
	}
	for _, tt := range []struct {
		scale  Scale
		rating string
		value  int
		grade  chaping.Grade
	}{
		{Scale{}, "2.5", 3, chaping.Neutral}, {Scale{}, "0.5", 1, chaping.Negative}, {Scale{}, "3.5", 4, chaping.Positive}, {Scale{Max: 10}, "4", 2, chaping.Negative},
		{Scale{Max: 10}, "5", 3, chaping.Neutral}, {Scale{Max: 50}, "10", 1, chaping.Negative}, {Scale{Max: 100}, "100", 5, chaping.Positive}, {Scale{Signed: true}, "-1", 1, chaping.Negative},
		{Scale{Max: 10}, "2/5", 2, chaping.Negative}, {Scale{}, "差评", 1, chaping.Negative}, {Scale{Signed: true}, "0", 2, chaping.Neutral}, {Scale{Reversed: true}, "1", 5, chaping.Positive}, {Scale{Reversed: true}, "5", 1, chaping.Negative},
		{Scale{Max: 3}, "1", 1, chaping.Negative}, {Scale{Max: 3}, "2", 2, chaping.Neutral}, {Scale{Max: 3}, "3", 3, chaping.Positive}, {Scale{Max: 3, Reversed: true}, "1", 3, chaping.Positive}, {Scale{Max: 3, Reversed: true}, "3", 1, chaping.Negative},
		{Scale{Max: 2}, "1", 1, chaping.Negative}, {Scale{Max: 2}, "2", 3, chaping.Positive}, {Scale{Max: 2, Zero: true}, "0", 1, chaping.Negative}, {Scale{Max: 2, Zero: true}, "1", 3, chaping.Neutral}, {Scale{Max: 2, Zero: true, Reversed: true}, "0", 5, chaping.Positive},
		{Scale{Max: 4, Zero: true}, "0", 1, chaping.Negative}, {Scale{Max: 4, Zero: true}, "1", 2, chaping.Negative}, {Scale{Max: 4, Zero: true}, "2", 3, chaping.Neutral}, {Scale{Max: 4, Zero: true}, "3", 4, chaping.Positive},
		{Scale{Max: 1}, "0.04", 1, chaping.Negative}, {Scale{Max: 1}, "0.9", 5, chaping.Positive}, {Scale{Max: 4, Zero: true}, "-", 0, chaping.Unrated}, {Scale{Signed: true}, "—", 0, chaping.Unrated},
	} {
		s := NewSource(Source{Rule: chaping.Stars(), Scale: tt.scale, Now: time.Now()})
		r, notes, fault := s.Review(&Record{Text: "x", Rating: tt.rating})
		if fault != nil || len(notes) > 0 || r.Rating != tt.value || r.Grade != tt.grade {
			t.Errorf("%+v: %+v %v %v", tt, r, notes, fault)
		}
	}
}

func TestPrice(t *testing.T) {
	for s, want := range map[string]string{"199": "199.00", "￥1,299.00": "1299.00", "199元起": "199.00", "券后99": "99.00", "99.9起": "99.90", "1.2万": "12000.00", "199.00~259.00": "199.00-259.00", "18.8元/个": "18.80", "预估到手价¥64": "64.00", "3.5w": "35000.00", "1.2-1.5万": "12000.00-15000.00", "1,688.00元 起": "1688.00",
		"8900分": "89.00", "8950分": "89.50", "5分": "0.05", "12角": "1.20", "0.5万元": "5000.00", "0.3299万元": "3299.00", "0.8-1.2千元": "800.00-1200.00", "1,200千元": "1200000.00",
		"￥2，488起": "2488.00", "包邮 ￥36": "36.00", "人民币59.9元": "59.90", "人民币：59.9": "59.90", "￥59.9 券后": "59.90", "59.9元（到手价）": "59.90", "￥59.9起 包邮": "59.90", "49元-59元起": "49.00-59.00", "": "", "nan": ""} {
		if got, err := Price(s); err != nil || got.String() != want {
			t.Errorf("%q: %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"-1.00", "暂无报价", "面议", "待发布", "$12", "12.345", "满200减20", "￥79 ￥89", "259,359起", "2,5元起", "39.9/3件", "￥59.9/500ml", "券后 满减", "59.9 券后 49.9", "原价79 现价59", "29.99 USD", "12.5分", "1,5万"} {
		if got, err := Price(s); err == nil || got.Known() {
			t.Errorf("%q: %s", s, got)
		}
	}
}

// What a price is in tell the name of its column and the column of currencies; a
// price in another currency is none of ours.
func TestPriceOf(t *testing.T) {
	for in, want := range map[[3]string]string{
		{"8900", "价格(分)", ""}: "89.00", {"8900", "价格（单位：分）", ""}: "89.00", {"8900", "price_fen", ""}: "89.00", {"89元", "价格（分）", ""}: "89.00",
		{"0.5", "价格（万元）", ""}: "5000.00", {"0.5万", "价格（万元）", ""}: "5000.00", {"1.2", "单价/千元", ""}: "1200.00", {"0.1-0.2", "价格(万元)", ""}: "1000.00-2000.00",
		{"89", "价格（元）", ""}: "89.00", {"89", "价格", "CNY"}: "89.00", {"89", "价格", "人民币"}: "89.00", {"89", "价格", "-"}: "89.00", {"", "价格（美元）", "USD"}: "",
		{"29.9", "价格（美元）", ""}: "foreign", {"29.9", "price_usd", ""}: "foreign", {"29.9", "Price ($)", ""}: "foreign", {"29.9", "price (HKD)", ""}: "foreign", {"2990", "price cents", ""}: "foreign", {"2990", "price_cents", "CNY"}: "29.90", {"2990", "price_cents", "USD"}: "foreign",
		{"29.9", "价格", "USD"}: "foreign", {"29.9", "product.price", "$"}: "foreign", {"299", "价格", "日元"}: "foreign", {"$29.9", "价格", ""}: "foreign", {"8900", "价格", "分"}: "89.00",
	} {
		price, err := Price(PriceOf(in[0], in[1], in[2]))
		if want == "foreign" && (!errors.Is(err, ErrForeign) || price.Known()) || want != "foreign" && (err != nil || price.String() != want) {
			t.Errorf("%q: %s, %v, want %s", in, price, err, want)
		}
	}
}

func TestID(t *testing.T) {
	for s, want := range map[string]string{"0012": "0012", `="0012"`: "0012", "'0012": "0012", "`0012": "0012", "0012\t": "0012", " 0012 ": "0012", "\ufeff0012": "0012", `"0012"`: "0012", "=0012": "0012",
		"12.0": "12", "1.2345E+4": "12345", "a-b_c": "a-b_c", "1e5": "1e5!", "#####": "#####!", "1.03531E+12": "1.03531E+12!", "7.26E+18": "7.26E+18!", "1E99": "1E99", "NULL": "", "B0E5": "B0E5", "2e": "2e"} {
		id, damaged := ID(s)
		if damaged {
			id += "!"
		}
		if id != want {
			t.Errorf("%q: %q, want %q", s, id, want)
		}
	}
	for id, want := range map[string]bool{"1035310000000000000": true, "100860000000001000": true, "7264000000000000001": false, "123456789012345": false, "abc0000000000000000": false} {
		if Rounded(id) != want {
			t.Errorf("%s: %v", id, !want)
		}
	}
}

func TestContentID(t *testing.T) {
	r := &chaping.Review{Platform: "p", Product: "a", Text: "好"}
	ids := map[string]bool{ContentID(r, "", 1): true, ContentID(r, "", 2): true, ContentID(r, "某人", 1): true}
	if len(ids) != 3 {
		t.Errorf("%v", ids)
	}
	for s, want := range map[string]string{"j***d": "j***d", "***": "", "匿名用户": "", "淘宝匿名买家": "", "小明": "小明", "NULL": ""} {
		if got := Buyer(s); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
}
