package pattern_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp/pattern"
)

const classFile = `
stops: 不没
classes:
  程度: [很, 太, "有(点|些)"]
  差: [差, "<程度>差", 不好]
`

func classes(t testing.TB) *pattern.Classes {
	t.Helper()
	c, err := pattern.ReadClasses("classes.yaml", strings.NewReader(classFile))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compile(t testing.TB, form string) *pattern.Matcher {
	t.Helper()
	c := classes(t)
	p, err := pattern.Parse(form, c)
	if err != nil {
		t.Fatalf("%s: %v", form, err)
	}
	same := func(s string) string { return s }
	return pattern.NewCompiler(c, same, func(w string) int { return 10 - utf8.RuneCountInString(w) }).Compile(p)
}

// find is the first match in text, or "".
func find(m *pattern.Matcher, text string) string {
	runes := []rune(text)
	for start := range runes {
		for _, a := range m.Anchors() {
			end := start + utf8.RuneCountInString(a)
			if end > len(runes) || string(runes[start:end]) != a {
				continue
			}
			if from, to, ok := m.Extend(runes, start, end); ok {
				return string(runes[from:to])
			}
		}
	}
	return ""
}

func TestMatch(t *testing.T) {
	for _, c := range []struct{ form, text, want string }{
		{"制冷<差>", "这台制冷有点差啊", "制冷有点差"},
		{"制冷<差>", "制冷不好", "制冷不好"},
		{"制冷<差>", "制冷很好", ""},
		{"(制冷|制热)<程度>?慢", "制热慢", "制热慢"},
		{"(制冷|制热)<程度>?慢", "制热太慢了", "制热太慢"},
		{"声音<程度>?大", "声音：很大", "声音：很大"}, // a colon between items
		{"声音~3大", "声音实在是大", "声音实在是大"},
		{"声音~3大", "声音实在是真大", ""},          // too wide
		{"声音~3大", "声音不算大", ""},            // denied
		{"声音~3大", "声音，大", ""},             // another clause
		{"漏电?了", "漏了", "漏了"},              // a character that may be left out
		{"(漏|渗)(水|油)", "渗油", "渗油"},        //
		{"（漏｜渗）（水｜油）", "渗油", "渗油"},        // full width
		{"(坏|烂)(了|掉)?完了", "坏掉完了", "坏掉完了"}, //
		{"(了|)坏的", "坏的", "坏的"},            // an empty alternative
		{"&电池爆炸", "电池爆炸", "电池爆炸"},         //
		{"一(碰|拉)就~2断", "一拉就全断了", "一拉就全断"},
		{"(定|调)~2度/烧到", "调九十度，烧到一百", "调九十度，烧到"},
		{"^太小了", "到了，太小了", "太小了"}, // begins its clause
		{"^太小了", "噪音太小了", ""},
		{"^太小了", "太小了", "太小了"},
		{"味道大$", "味道大，头疼", "味道大"}, // ends its clause
		{"味道大$", "味道大同小异", ""},
		{"＾<程度>卡(了|啊)?＄", "很卡啊 退货", "很卡啊"},
		{"^<程度>卡$", "贺卡很卡", ""},
		{"^卡$", "不错，卡，退了", "卡"}, // one character may be a clause
		{"一股~3[香甜]味", "一股皮鞋味", "一股皮鞋味"},
		{"一股~3[香甜]味", "一股奶香味", ""},
		{"一股~［香甜］味", "一股甜味", ""},
	} {
		if got := find(compile(t, c.form), c.text); got != c.want {
			t.Errorf("%s in %s: got %q, want %q", c.form, c.text, got, c.want)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ form, problem string }{
		{"<没有这类>差", "没有词类"},
		{"<程度", "没有对应的"},
		{"声音(大|响", "没有对应的"},
		{"声音大|响", "没有对应的左括号"},
		{"声音)大|(响)", "没有对应的左括号"},
		{"(|)声(|)", "括号里没有词"},
		{"(很)?(太)?", "每一段都可以省去"},
		{"(很|太)(大)?", "最短只有一个字"},
		{"声音~大~", "间隔不在两段文字之间"},
		{"~3声音<程度>", "间隔不在两段文字之间"},
		{"声音~4(大)?", "间隔的一侧可以全部省去"},
		{"声音~40大", "不在 1–8 之间"},
		{"声音(很~2大|响)", "括号里有间隔"},
		{"声音，(大|响)", "空格或标点"},
		{"(((((a|b)c|d)e|f)g|h)i|j)k", "括号套了"},
		{"(一二三四五六七八九十|" + strings.Repeat("甲", 250) + "<程度>)", ""},
		{"?<程度>差", "前面没有可以省去"},
		{"声音&<程度>", "不在开头"},
		{"声音^<程度>", "不在模式的头尾"},
		{"(声音|响)$大", "不在模式的头尾"},
		{"声音~3[]大", "方括号是空的"},
		{"声音~3[很大", "没有对应的“]”"},
		{"(声音|响)[很]大", "不在间隔之后"},
		{strings.Repeat("(甲|乙|丙|丁|戊|己|庚|辛)", 6), ""},
		{"(" + strings.Repeat("(甲|乙|丙|丁|戊|己|庚|辛)", 6) + "|x)坏了", "写法超过"},
		{strings.Repeat("(甲|乙)", 13), "超过 12 段"},
		{strings.Repeat("甲", 301) + "<程度>", "超过 300 个字"},
		{strings.Repeat("甲", 61) + "<程度>", "最长可达"},
	} {
		_, err := pattern.Parse(c.form, classes(t))
		var fault *pattern.Fault
		switch {
		case c.problem == "" && err == nil:
		case !errors.As(err, &fault):
			t.Errorf("%s: error %v", c.form, err)
		case !strings.Contains(fault.Problem, c.problem) || fault.Remedy == "":
			t.Errorf("%s: %v", c.form, fault)
		}
	}
}

func TestIs(t *testing.T) {
	for form, want := range map[string]bool{
		"漏电": false, "PM2.5": false, "A/B": false, "漏|电": false, "啊~": false, "漏～～": false, "(大)": false, "& *": false, "<坏>了": true,
		"(坏|烂)了": true, "声音~大": true, "&漏电": true, "^太小": true, "太小$": true, "^_^": false, "$5": false,
	} {
		if pattern.Is(form) != want {
			t.Errorf("%s: %v", form, !want)
		}
	}
}

func TestClassFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, problem string }{
		"empty":       {"classes: {甲: []}", "是空的"},
		"circle":      {"classes: {甲: [\"<乙>一\"], 乙: [\"<甲>二\"]}", "包含它自己"},
		"unknown":     {"classes: {甲: [\"<丙>\"]}", "没有词类"},
		"gap":         {"classes: {甲: [\"一~2二\"]}", "间隔"},
		"empty word":  {"classes: {甲: [\"(一)?\"]}", "空的词"},
		"no list":     {"classes: {甲: {一: 二}}", "不是词的列表"},
		"name":        {"classes: {\"甲|乙\": [一]}", "含有符号"},
		"unknown key": {"class: {}", "无法识别"},
		"too many":    {"classes: {甲: [\"" + strings.Repeat("(一|二|三|四|五|六|七|八)", 5) + "\"]}", "写法超过"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pattern.ReadClasses("c.yaml", strings.NewReader(c.text))
			var fault *chaping.InputError
			if !errors.As(err, &fault) || fault.File != "c.yaml" || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// FuzzPattern: whatever somebody writes is refused with a reason or matches
// something, in bounded time, and only what it says.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{"制冷<差>", "(a|b)?c~3d", "&<程度>", "((((", "~~~", "<<>>", "(|)", "一~8二~8三~8四", "&&a|", "(很|太)*"} {
		f.Add(s, "制冷很差abcd一二三四")
	}
	file, err := dictionaries.Files.Open("classes.yaml")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	shipped, err := pattern.ReadClasses("classes.yaml", file)
	if err != nil {
		f.Fatal(err)
	}
	same := func(s string) string { return s }
	compiler := pattern.NewCompiler(shipped, same, func(string) int { return 1 })
	f.Fuzz(func(t *testing.T, form, text string) {
		p, err := pattern.Parse(form, shipped)
		if err != nil {
			var fault *pattern.Fault
			if !errors.As(err, &fault) || fault.Problem == "" || fault.Remedy == "" {
				t.Fatalf("%q: error %v", form, err)
			}
			return
		}
		m := compiler.Compile(p)
		if len(m.Anchors()) == 0 || slices.Contains(m.Anchors(), "") {
			t.Fatalf("%q: anchors %q", form, m.Anchors())
		}
		runes := []rune(text)
		for start := 0; start < len(runes) && start < 50; start++ {
			for end := start + 1; end <= len(runes) && end < start+4; end++ {
				if from, to, ok := m.Extend(runes, start, end); ok && (from < 0 || from > start || to < end || to > len(runes)) {
					t.Fatalf("%q: %d–%d around %d–%d of %q", form, from, to, start, end, text)
				}
			}
		}
	})
}
