package assertion_test

import (
	"errors"
	"strings"
	"testing"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp/assertion"
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

// grammar has one group for each way that a cue can work.
const grammar = `
kinds:
  - id: measure
    endings: [音]
groups:
  - {id: mask, role: mask, words: [没想到]}
  - {id: filler, role: filler, side: before, words: [任何, 的, 和]}
  - {id: filler-after, role: filler, side: after, words: [也]}
  - {id: barrier, role: barrier, words: [但]}
  - {id: sign, side: before, link: sentence, words: [如果]}
  - {id: function, status: other, side: before, link: touch, words: [防]}
  - {id: over, status: other, side: over, words: [漏电保护]}
  - {id: question, status: hypothetical, side: before, link: clause, reach: 4, words: [会不会]}
  - {id: list, status: negated, side: before, link: list, reach: 9, words: [无]}
  - {id: negation, status: negated, side: before, link: chain, words: [没, 没有, 不会]}
  - {id: final, status: negated, side: after, link: chain, final: true, words: [没有]}
  - {id: small, status: negated, side: after, link: chain, kinds: [measure], words: [小]}
  - {id: with, status: hypothetical, side: before, link: chain, words: [就会], with: [sign]}
  - {id: silent, status: other, kinds: [measure], without: [negation, small, final, sign]}
  - {id: weak, status: other, weak: true, side: near, link: review, words: [听]}
`

func TestGrammar(t *testing.T) {
	folder := newFolder(t)
	cues, err := assertion.ReadCues("cues.yaml", strings.NewReader(grammar))
	if err != nil {
		t.Fatal(err)
	}
	judge, err := assertion.New(cues, nil, folder)
	if err != nil {
		t.Fatal(err)
	}
	var sc assertion.Scratch
	// The last mention in each text, written [so], is judged.
	for text, want := range map[string]string{
		"它[漏电]":         "",
		"防[漏电]":         "function",
		"防着[漏电]":        "", // not touching
		"[漏电]保护":        "over",
		"没有任何[漏电]":      "negation",
		"没有新的[漏电]":      "", // 新 is no filler
		"没有[漏水][漏电]":    "negation",
		"没有[漏水]、[漏电]":   "negation",
		"没想到[漏电]":       "", // masked
		"会不会[漏电]":       "question",
		"会不会我家里它也[漏电]":  "", // too far
		"会不会，[漏电]":      "", // another clause
		"会不会但[漏电]":      "", // barred
		"[漏电]也没有":       "final",
		"[漏电]也没有办法":     "", // does not end the clause
		"[漏电]小":         "", // of another kind
		"[噪音]小":         "small",
		"[噪音]":          "silent",
		"无掉颜色和[漏电]":     "list",
		"无掉颜色[漏电]":      "", // no list
		"如果湿了，就会[漏电]":   "with",
		"就会[漏电]":        "",
		"听[漏电]":         "", // weak signs decide nothing without a model
		"😀没有😀[漏电]":      "", // symbols end clauses
		"没有\n[漏电]":      "",
		"ＡＢ没有[漏电]\xff。": "negation",
	} {
		runes := []rune{}
		var spans []assertion.Span
		for rest := text; rest != ""; {
			before, after, ok := strings.Cut(rest, "[")
			runes = append(runes, []rune(folder.String(before))...)
			if !ok {
				break
			}
			term, tail, _ := strings.Cut(after, "]")
			from := int32(len(runes))
			runes = append(runes, []rune(term)...)
			spans = append(spans, assertion.Span{Start: from, End: int32(len(runes)), Kinds: judge.KindsOf(term)})
			rest = tail
		}
		judge.Prepare(&sc, runes, spans)
		got := judge.Status(&sc, runes, spans, len(spans)-1)
		if got.Group != want {
			t.Errorf("%s: %q (%s), want %q", text, got.Group, got.Status, want)
		}
	}
}

func TestCueFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"not YAML":      {"groups: [", "无法识别"},
		"unknown key":   {"groups:\n- {id: a, colour: red, words: [没]}", "colour"},
		"unknown link":  {"groups:\n- {id: a, link: far, words: [没]}", "far"},
		"unknown kind":  {"groups:\n- {id: a, kinds: [big], words: [没]}", "big"},
		"unknown group": {"groups:\n- {id: a, with: [b], words: [没]}", "b"},
		"later group":   {"groups:\n- {id: a, with: [b], words: [没]}\n- {id: b, words: [不]}", "b"},
		"no words":      {"groups:\n- {id: a}", "没有词"},
		"long word":     {"groups:\n- {id: a, words: [一二三四五六七八九十一二三]}", "12"},
		"status":        {"groups:\n- {id: a, status: maybe, words: [没]}", "maybe"},
		"no groups":     {"affixes: 性", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			cues, err := assertion.ReadCues("cues.yaml", strings.NewReader(c.text))
			if err == nil {
				_, err = assertion.New(cues, nil, newFolder(t))
			}
			var fault *chaping.InputError
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// FuzzStatus judges random spans of random text with the shipped cues.
func FuzzStatus(f *testing.F) {
	f.Add("没有任何异味但是漏电", uint8(4), uint8(2))
	f.Add("会不会不不不没没没小小小", uint8(3), uint8(1))
	folder := newFolder(f)
	file, err := dictionaries.Files.Open("cues.yaml")
	if err != nil {
		f.Fatal(err)
	}
	cues, err := assertion.ReadCues("cues.yaml", file)
	if err != nil {
		f.Fatal(err)
	}
	judge, err := assertion.New(cues, nil, folder)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string, from, length uint8) {
		var text fold.Text
		folder.Fold(&text, s)
		a, b := int32(from), int32(from)+int32(length)
		if length == 0 || int(b) > len(text.Runes) {
			return
		}
		var sc assertion.Scratch
		spans := []assertion.Span{{Start: a, End: b, Kinds: uint32(from) * 977}}
		judge.Prepare(&sc, text.Runes, spans)
		v := judge.Status(&sc, text.Runes, spans, 0)
		if v.Status.Chinese() == string(v.Status) {
			t.Fatalf("status %q", v.Status)
		}
		judge.Why(&sc, text.Runes)
	})
}
