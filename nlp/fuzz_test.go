package nlp

import (
	"strings"
	"testing"
	"unicode/utf8"

	"chaping"
)

// checkMentions fails when a mention is not what it says it is.
func checkMentions(t *testing.T, text string, mentions []chaping.Mention) {
	t.Helper()
	runes := []rune(text)
	valid := utf8.ValidString(text)
	for _, m := range mentions {
		if m.Start < 0 || m.End <= m.Start || m.End > len(runes) {
			t.Fatalf("offsets %d–%d outside %d runes of %q", m.Start, m.End, len(runes), chaping.Shorten(text, 60))
		}
		if valid && string(runes[m.Start:m.End]) != m.Surface {
			t.Fatalf("surface %q, but %q stands at %d–%d", m.Surface, string(runes[m.Start:m.End]), m.Start, m.End)
		}
		if statusIndex(m.Assertion) < 0 {
			t.Fatalf("assertion %q", m.Assertion)
		}
		if m.Term == "" {
			t.Fatal("no term")
		}
	}
}

func FuzzMine(f *testing.F) {
	for _, group := range sentences {
		for _, s := range group {
			f.Add(s.text)
		}
	}
	for _, s := range []string{"", "漏.电", "漏 电", "漏\u200b電", "ⓛ漏~~~~电", "\xff漏\xfe电", "😀漏😀电😀", "。。。。", "㎡漏電ﬀ", strings.Repeat("没", 300) + "漏电", "漏电漏电漏电"} {
		f.Add(s)
	}
	m := newTestMiner(f, "漏电", "漏水", "异味", "噪音", "假货", "过期", "恶心", "头疼", "a.*b", "漏电漏")
	f.Fuzz(func(t *testing.T, text string) {
		got := m.Mine(nil, text)
		checkMentions(t, text, got)
		m.Explain(text)
	})
}

func TestHostileText(t *testing.T) {
	m := newTestMiner(t, "漏电", "漏水", "噪音")
	for name, text := range map[string]string{
		"empty":        "",
		"invalid":      strings.Repeat("\xff\xfe漏\xc0电", 1000),
		"emoji":        strings.Repeat("😡🔥☠️👨‍👩‍👧", 10000),
		"punctuation":  strings.Repeat("，。！？…、", 10000),
		"zero width":   "漏" + strings.Repeat("\u200b", 10000) + "电",
		"one sentence": strings.Repeat("没有任何", 100000) + "漏电",
		"a megabyte":   strings.Repeat("这个洗衣机漏水又漏电噪音也大没有别的", 19000),
	} {
		t.Run(name, func(t *testing.T) {
			got := m.Mine(nil, text)
			if name == "zero width" && len(got) != 1 {
				t.Errorf("%d mentions", len(got))
			}
			if name == "a megabyte" && len(got) != 3*19000 {
				t.Errorf("%d mentions", len(got))
			}
			if name == "one sentence" && (len(got) != 1 || got[0].Start != 400000) {
				t.Errorf("mentions %v", got)
			}
			checkMentions(t, text, got)
		})
	}
}

func TestBrokenUpWords(t *testing.T) {
	m := newTestMiner(t, "漏电", "异味", "起火", "着火", "糊味", "过期", "爆炸")
	for text, want := range map[string]string{
		"插座漏.电":       "漏.电",
		"插座漏 电":       "漏 电",
		"插座漏-电":       "漏-电",
		"插座漏😡电":       "漏😡电",
		"插座漏電":        "漏電",
		"插座漏\u200b电":  "漏\u200b电",
		"插座漏。电话打不通":   "", // a clause ends between
		"水管有点漏 电话没人接": "", // the second part belongs to the next word
		"插座漏.....电":   "",
		"一起火锅":        "",
		"围着火炉":        "",
		"一股浆糊味":       "",
		"超过期望":        "",
		"有异味儿":        "异味",
	} {
		got := ""
		if ms := m.Mine(nil, text); len(ms) > 0 {
			got = ms[0].Surface
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestConcurrentMiningIsTheSame(t *testing.T) {
	m := newTestMiner(t, "漏电", "异味", "噪音")
	texts := []string{"没有异味，噪音小", "漏电！", "浆糊味，老有噪音", "会不会漏电啊"}
	var want [][]chaping.Mention
	for _, s := range texts {
		want = append(want, m.Mine(nil, s))
	}
	done := make(chan error, 8)
	for range 8 {
		go func() {
			for range 200 {
				for i, s := range texts {
					got := m.Mine(nil, s)
					for k := range got {
						if got[k] != want[i][k] {
							done <- &chaping.InputError{Value: s, Problem: "differs"}
							return
						}
					}
				}
			}
			done <- nil
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestExplain(t *testing.T) {
	m := newTestMiner(t, "漏电", "异味", "糊味")
	got := m.Explain("没有異味，浆糊味，但是漏电").String()
	for _, want := range []string{"没有异味，浆糊味，但是漏电", "异味", "否定", "“没有”", "不取：此处是“浆糊”", "判定：成立"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
