package ingest

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// latin is a text whose bytes somebody has read as Latin.
func latin(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if r := charmap.Windows1252.DecodeByte(s[i]); r != utf8.RuneError {
			b.WriteRune(r)
		} else {
			b.WriteRune(rune(s[i]))
		}
	}
	return b.String()
}

func TestLegible(t *testing.T) {
	const text = "煮饭的时候内胆烧穿了"
	bytesOfLatin1 := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			b.WriteRune(rune(s[i]))
		}
		return b.String()
	}
	for name, tt := range map[string]struct {
		in, want         string
		decoded, garbled bool
	}{
		"GBK read as Latin":   {bytesOfLatin1("\xc9\xd5\xcb\xae\xca\xb1\xc2\xa9\xb5\xe7"), "烧水时漏电", true, false},
		"words of Europe":     {"très bonne qualité, éèà çùê", "très bonne qualité, éèà çùê", false, false},
		"replaced twice":      {"锟斤拷锟斤拷锟斤拷", "锟斤拷锟斤拷锟斤拷", false, true},
		"replaced":            {"\uFFFD\uFFFD\uFFFD\uFFFD好", "\uFFFD\uFFFD\uFFFD\uFFFD好", false, true},
		"a few lost":          {"内胆烧穿了，冒烟\uFFFD", "内胆烧穿了，冒烟\uFFFD", false, false},
		"what such texts are": {"显示“锟斤拷”，屏幕全是乱码，看不清楚", "显示“锟斤拷”，屏幕全是乱码，看不清楚", false, false},
		"plain":               {text, text, false, false},
		"escapes":             {`\u716e\u996d`, "煮饭", true, false},
		"escapes, doubled":    {`\\u716e\\u996d`, "煮饭", true, false},
		"among others":        {`OK \u716e\u996d 3L`, "OK 煮饭 3L", true, false},
		"behind Chinese":      {`好\u716e`, "好煮", true, false},
		"a pair":              {`\ud83d\ude00`, "😀", true, false},
		"half a pair":         {`\ud83d`, `\ud83d`, false, false},
		"no backslashes":      {"u716eu996du5f88u597d", "煮饭很好", true, false},
		"a folder":            {`C:\users`, `C:\users`, false, false},
		"percent":             {url.QueryEscape(text), text, true, false},
		"a percentage":        {"off 20%, ok", "off 20%, ok", false, false},
		"base64":              {base64.StdEncoding.EncodeToString([]byte(text)), text, true, false},
		"a long word":         {"Donaudampfschifffahrt", "Donaudampfschifffahrt", false, false},
		"object":              {`{"content":"煮饭","pics":[]}`, "煮饭", true, false},
		"escaped object":      {`{"content":"\u716e\u996d"}`, "煮饭", true, false},
		"an empty object":     {`{"content":""}`, "", true, false},
		"braces":              {"{煮饭}", "{煮饭}", false, false},
		"Latin":               {latin(text), text, true, false},
		"Latin 1":             {bytesOfLatin1(text), text, true, false},
		"lost":                {"ç…®é¥çš„æ¶å€™å†èƒ", "ç…®é¥çš„æ¶å€™å†èƒ", false, true},
		"French":              {"très bien, ça marche à merveille", "très bien, ça marche à merveille", false, false},
		"quotes":              {"“great” – it’s fine…", "“great” – it’s fine…", false, false},
		"quotes, Chinese":     {"“很好”……——", "“很好”……——", false, false},
		"accents":             {"ÄÖÜ éèê", "ÄÖÜ éèê", false, false},
		"nothing":             {"", "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, decoded, garbled := Legible(tt.in)
			if got != tt.want || decoded != tt.decoded || garbled != tt.garbled {
				t.Errorf("%q: %q, %t, %t", tt.in, got, decoded, garbled)
			}
		})
	}
}

func TestOfGBK(t *testing.T) {
	read, err := simplifiedchinese.GB18030.NewDecoder().String("内胆裂了") // an even number of bytes
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := OfGBK(read); !ok || got != "内胆裂了" {
		t.Errorf("%q: %q, %t", read, got, ok)
	}
	for _, s := range []string{"煮饭的时候内胆烧穿了", "好", "ok", "", "饭煲很好用\uFFFD"} {
		if got, ok := OfGBK(s); ok {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func TestBrokenGBK(t *testing.T) {
	for _, whole := range []string{"内胆裂了，煮饭时漏电", "這個電飯煲漏電了", "焦げ臭い"} {
		read, err := simplifiedchinese.GB18030.NewDecoder().String(whole[:len(whole)-1])
		if err != nil || !BrokenGBK(read) {
			t.Errorf("%q of %q: %v", read, whole, err)
		}
		if BrokenGBK(whole) {
			t.Errorf("%q", whole)
		}
	}
	for _, s := range []string{"", "ok", "龘靐齉爩", "此用戶沒有填寫評價", "壊れやすい、返品しました", "很好\uFFFD"} {
		if BrokenGBK(s) {
			t.Errorf("%q", s)
		}
	}
}

func TestBuyers(t *testing.T) {
	for in, want := range map[string]string{
		"送得太慢 [卖家回复] 亲，烧穿的情况请联系我们": "送得太慢",
		"送得太慢。【商家回复】：烧穿可以换":        "送得太慢。",
		"送得太慢\n解释：亲，烧穿的请换":         "送得太慢",
		"送得太慢！商家回复：感谢您的支持":         "送得太慢！",
		"[官方回复]感谢支持":               "",
		"客服回复：让我自己修，太坑":            "客服回复：让我自己修，太坑",
		"商家回复很快，解释也耐心":             "商家回复很快，解释也耐心",
		"没有回复":                     "没有回复",
		"很好":                       "很好",
	} {
		if got, cut := Buyers(in); got != want || cut != (in != want) {
			t.Errorf("%q: %q, %t", in, got, cut)
		}
	}
}

func FuzzLegible(f *testing.F) {
	for _, s := range []string{`\u716e`, "%E7%85%AE", "54Wu6aWt54Wu6aWt", `{"content":"a"}`, "ç…®é¥", "送得太慢 [卖家回复] 亲"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, decoded, _ := Legible(s)
		if !decoded && got != s || utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q: %q, %t", s, got, decoded)
		}
		if own, cut := Buyers(s); !cut && own != s || !strings.HasPrefix(s, own) {
			t.Errorf("%q: %q, %t", s, own, cut)
		}
		OfGBK(s)
		BrokenGBK(s)
	})
}
