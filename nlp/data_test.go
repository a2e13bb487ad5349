package nlp

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"chaping"
	"chaping/dictionaries"
)

// shippedData is a copy of the embedded data that a test may damage.
func shippedData(t *testing.T) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	for _, name := range []string{"t2s.txt", "cues.yaml", classesFile, goodsFile, "gse-base.txt.gz", networkFile} {
		b, err := fs.ReadFile(dictionaries.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		m[name] = &fstest.MapFile{Data: b}
	}
	return m
}

// TestDamagedData gives the miner data files that are missing, cut short or
// changed: each is an error that names the file, never a panic or a miner.
func TestDamagedData(t *testing.T) {
	d, err := ParseTermList("terms", strings.NewReader("漏电"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, file string, damage func(fstest.MapFS)) {
		t.Run(name, func(t *testing.T) {
			data := shippedData(t)
			damage(data)
			_, err := NewMiner(d, WithData(data))
			var fault *chaping.InputError
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), file) {
				t.Errorf("error %v", err)
			}
		})
	}
	for _, file := range []string{"t2s.txt", "cues.yaml", classesFile, goodsFile, "gse-base.txt.gz", networkFile} {
		check(file+" missing", file, func(m fstest.MapFS) { delete(m, file) })
		check(file+" empty", file, func(m fstest.MapFS) { m[file].Data = nil })
	}
	// What is left of the cues may still be YAML; then the weights do not fit.
	check("cues.yaml cut short", ".yaml", func(m fstest.MapFS) { m["cues.yaml"].Data = m["cues.yaml"].Data[:len(m["cues.yaml"].Data)/3] })
	for _, file := range []string{"t2s.txt", "gse-base.txt.gz", networkFile} {
		check(file+" cut short", file, func(m fstest.MapFS) { m[file].Data = m[file].Data[:len(m[file].Data)/3] })
	}
	check("another network", networkFile, func(m fstest.MapFS) { m[networkFile].Data = m["gse-base.txt.gz"].Data })
	check("network for other cues", networkFile, func(m fstest.MapFS) {
		m["cues.yaml"].Data = bytes.Replace(m["cues.yaml"].Data, []byte("  - id: 功能词\n"), []byte("  - id: 另名\n"), 1)
	})
	check("unknown side", "cues.yaml", func(m fstest.MapFS) {
		m["cues.yaml"].Data = bytes.Replace(m["cues.yaml"].Data, []byte("side: before"), []byte("side: above"), 1)
	})
	check("unknown status", "cues.yaml", func(m fstest.MapFS) {
		m["cues.yaml"].Data = bytes.Replace(m["cues.yaml"].Data, []byte("status: negated"), []byte("status: denied"), 1)
	})
	check("unknown key", "cues.yaml", func(m fstest.MapFS) { m["cues.yaml"].Data = append([]byte("colour: red\n"), m["cues.yaml"].Data...) })
}

func TestEvalMentions(t *testing.T) {
	gold := `{"row":1,"keyword":"漏电","category":"热水器","assertion":"affirmed","text":"一开就漏电"}
{"row":2,"keyword":"漏电","category":"热水器","assertion":"negated","text":"没有漏电"}

{"row":3,"keyword":"异味","category":"衣服","assertion":"negated","text":"一打开满是异味"}
{"row":4,"keyword":"噪音","category":"热水器","assertion":"affirmed","text":"声音正常"}
{"row":5,"keyword":"噪音","category":"热水器","assertion":"other","text":"担心噪音"}
`
	e, err := EvalMentions("gold.jsonl", strings.NewReader(gold))
	if err != nil {
		t.Fatal(err)
	}
	if e.Pairs != 5 || e.Precision != 0.5 || e.Recall != 0.5 || e.F1 != 0.5 || e.Accuracy != 0.4 {
		t.Errorf("%+v", e)
	}
	if want := [4][4]int{{1, 0, 0, 1}, {1, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 1, 0}}; e.Confusion != want {
		t.Errorf("confusion %v, want %v", e.Confusion, want)
	}
	if len(e.Wrong) != 2 || e.Wrong[0].Line != 4 || e.Wrong[1].Mention != nil || len(e.Confused) != 1 {
		t.Errorf("wrong %+v, confused %+v", e.Wrong, e.Confused)
	}
}

func TestEvalMentionsFaults(t *testing.T) {
	good := `{"keyword":"漏电","assertion":"affirmed","text":"漏电"}` + "\n"
	for name, c := range map[string]struct {
		text, field string
		line        int
	}{
		"unknown label": {good + `{"keyword":"漏电","assertion":"yes","text":"漏电"}`, "assertion", 2},
		"no keyword":    {`{"assertion":"affirmed","text":"漏电"}`, "keyword", 1},
		"not JSON":      {good + "漏电\taffirmed", "", 2},
		"empty":         {"\n\n", "", 0},
		"one character": {`{"keyword":"麻","assertion":"affirmed","text":"麻"}`, "name", 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := EvalMentions("gold.jsonl", strings.NewReader(c.text))
			var fault *chaping.InputError
			if !errors.As(err, &fault) || fault.File != "gold.jsonl" || fault.Field != c.field || fault.Line != c.line {
				t.Errorf("error %v", err)
			}
		})
	}
}
