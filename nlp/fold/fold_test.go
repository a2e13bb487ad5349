package fold_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp/fold"
)

func newFolder(t testing.TB) *fold.Folder {
	t.Helper()
	table, err := dictionaries.Files.Open("t2s.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	f, err := fold.New("t2s.txt", table)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestString(t *testing.T) {
	f := newFolder(t)
	for in, want := range map[string]string{
		"漏電":              "漏电",
		"質量問題":            "质量问题",
		"ＡＢＣ１２３":          "abc123",
		"漏\u200b\uFEFF电":  "漏电",
		"漏\u0334电":        "漏电",
		"ﾊﾟ":              "ハ", // the mark goes with the other combining marks
		"㎏":               "kg",
		"①":               "1",
		"漏😡电":             "漏☆电",
		"起🔥了，被⚡️了，💥了":     "起火了，被电了，炸了",
		"а":               "a", // Cyrillic
		"𝐀":               "a",
		"⽔":               "水", // Kangxi radical
		"a\u00a0b\u3000c": "a b c",
		"x,y;z!?":         "x，y；z！？",
		"\xff":            "☆",
		"第一行\r\n第二行":      "第一行\n\n第二行",
	} {
		if got := f.String(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestOffsets(t *testing.T) {
	f := newFolder(t)
	var text fold.Text
	in := "㎡漏\u200b電\xffx"
	f.Fold(&text, in)
	if got := string(text.Runes); got != "m2漏电☆x" {
		t.Fatalf("folded %q", got)
	}
	wantOrig := []int32{0, 0, 1, 3, 4, 5}
	wantByte := []int32{0, 0, 3, 9, 12, 13}
	for i := range wantOrig {
		if text.Orig[i] != wantOrig[i] || text.Byte[i] != wantByte[i] {
			t.Errorf("rune %d: offset %d, byte %d, want %d, %d", i, text.Orig[i], text.Byte[i], wantOrig[i], wantByte[i])
		}
	}
	if text.Len != 6 {
		t.Errorf("%d runes", text.Len)
	}
}

func TestTableFaults(t *testing.T) {
	for name, table := range map[string]string{
		"cut short": "漏漏 電电",
		"no pair":   strings.Repeat("電电 ", 2000) + "电",
		"empty":     "",
	} {
		_, err := fold.New("t2s.txt", strings.NewReader(table))
		var fault *chaping.InputError
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "漏電", "\xff\xfe", "e\u0301", "👨‍👩‍👧", "ﷺ", "각"} {
		f.Add(s)
	}
	folder := newFolder(f)
	f.Add("<\x10A>")
	f.Add("a<b>c&nbsp;&amp;<")
	f.Fuzz(func(t *testing.T, s string) {
		var text fold.Text
		folder.Fold(&text, s)
		if len(text.Orig) != len(text.Runes) || len(text.Byte) != len(text.Runes) {
			t.Fatal("maps of unequal length")
		}
		if text.Len != utf8.RuneCountInString(s) {
			t.Fatalf("%d runes, want %d", text.Len, utf8.RuneCountInString(s))
		}
		last := int32(0)
		for i := range text.Runes {
			if text.Orig[i] < last || int(text.Orig[i]) >= text.Len || int(text.Byte[i]) >= len(s) {
				t.Fatalf("rune %d maps to %d, byte %d", i, text.Orig[i], text.Byte[i])
			}
			last = text.Orig[i]
		}
		once := string(text.Runes)
		if strings.ContainsAny(once, "<&") {
			return // a control character that went may have kept it from being markup
		}
		if twice := folder.String(once); twice != once {
			t.Fatalf("folding %q again gives %q", once, twice)
		}
	})
}

// TestMarkup: what web pages leave in texts is not read, and every character
// still knows where it stood.
func TestMarkup(t *testing.T) {
	f := newFolder(t)
	for raw, want := range map[string]string{
		"漏<b>电</b>了":          "漏电了",
		"没有&nbsp;&nbsp;漏电":    "没有  漏电",
		"好&hellip;坏":          "好…坏",
		"3<5，a>b":             "3<5，a>b",
		"价格<100元":             "价格<100元",
		"<没有":                 "<没有",
		"&漏电;&unknown;&nbsp漏": "&漏电；&unknown；&nbsp漏",
		"a<br/>b":             "ab",
	} {
		var text fold.Text
		f.Fold(&text, raw)
		if got := string(text.Runes); got != want {
			t.Errorf("%q folds to %q, want %q", raw, got, want)
		}
		runes := []rune(raw)
		for i, at := range text.Orig {
			if want := runes[at]; want != text.Runes[i] && want != '&' && want != ';' {
				t.Errorf("%q: character %d is %q, but stood at %q", raw, i, text.Runes[i], want)
			}
		}
	}
}
