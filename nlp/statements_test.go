package nlp

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"chaping"
	"chaping/nlp/corpora"
)

// fieldReview is a review of the corpus of four fields.
type fieldReview struct{ Field, Text string }

// fieldReviews are the reviews of the corpus of four fields, by line.
func fieldReviews(t testing.TB) []fieldReview {
	t.Helper()
	zr, err := gzip.NewReader(corpora.Open(t, "corpora/fields.ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(zr)
	sc.Buffer(nil, 1<<22)
	var reviews []fieldReview
	for sc.Scan() {
		var r fieldReview
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		reviews = append(reviews, r)
	}
	return reviews
}

// markedReviews are the reviews of testdata/statements.tsv by set, with their
// texts looked up in the corpora.
func markedReviews(t testing.TB) map[string][]MarkedReview {
	t.Helper()
	shopping, fields := shoppingReviews(t), fieldReviews(t)
	_, washers := washerReviews(t)
	f, err := os.Open(filepath.Join("testdata", "statements.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string][]MarkedReview{}
	sc := bufio.NewScanner(f)
	for line := 1; sc.Scan(); line++ {
		col := strings.Split(sc.Text(), "\t")
		if strings.HasPrefix(sc.Text(), "#") || col[0] == "set" {
			continue
		}
		m := MarkedReview{Field: strings.TrimPrefix(col[1], "good-"), Good: strings.HasPrefix(col[1], "good"), Line: line}
		n, _ := strconv.Atoi(col[3])
		switch col[2] {
		case "fields":
			m.Text = fields[n].Text
		case "shopping":
			m.Text = shopping[n][2]
		case "washer":
			m.Text = washers[col[3]]
		default:
			t.Fatalf("statements.tsv:%d: corpus %q", line, col[2])
		}
		m.Text = strings.TrimSpace(m.Text)
		for _, s := range strings.Fields(col[4]) {
			m.Statements = append(m.Statements, parseStatement(t, s))
		}
		if err := m.check("statements.tsv"); err != nil {
			t.Fatal(err)
		}
		out[col[0]] = append(out[col[0]], m)
	}
	return out
}

// parseStatement reads start-end:class.
func parseStatement(t testing.TB, s string) (out Statement) {
	t.Helper()
	span, class, _ := strings.Cut(s, ":")
	a, b, _ := strings.Cut(span, "-")
	var err1, err2 error
	out.Start, err1 = strconv.Atoi(a)
	out.End, err2 = strconv.Atoi(b)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	out.Class = statementClasses(t, class)
	return out
}

func statementClasses(t testing.TB, letter string) StatementClass {
	switch letter {
	case "s":
		return SafetyStatement
	case "q":
		return QualityStatement
	case "v":
		return VagueStatement
	}
	t.Fatalf("class %q", letter)
	return ""
}

// writtenReviews are the reviews that we wrote ourselves, of goods that no
// corpus has.
func writtenReviews(t testing.TB) []MarkedReview {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "statements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	marks := regexp.MustCompile(`\[([sqv]):([^\]]*)\]|([^\[]+)`)
	var out []MarkedReview
	for i, l := range strings.Split(string(b), "\n") {
		if l == "" || l[0] == '#' {
			continue
		}
		parts := strings.SplitN(l, " ", 3)
		m := MarkedReview{Field: parts[0], Good: parts[1] == "+", Line: i + 1}
		runes := 0
		for _, p := range marks.FindAllStringSubmatch(parts[2], -1) {
			words := p[2] + p[3]
			n := len([]rune(words))
			if p[1] != "" {
				m.Statements = append(m.Statements, Statement{Start: runes, End: runes + n, Class: statementClasses(t, p[1])})
			}
			m.Text += words
			runes += n
		}
		if err := m.check("statements.txt"); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

func shippedMiner(t testing.TB) *Miner {
	t.Helper()
	m, err := ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// checkStatements holds an evaluation to the project's aims.
func checkStatements(t *testing.T, e *StatementEval) {
	t.Helper()
	for _, f := range append(e.Fields, e.Total) {
		t.Logf("%-10s safety %3d/%3d %.3f  quality %3d/%3d %.3f  precision %3d/%3d %.3f  false alarms %d/%d", f.Field,
			f.Safety.Found, f.Safety.Of, f.Safety.Ratio(), f.Quality.Found, f.Quality.Of, f.Quality.Ratio(),
			f.Precision.Found, f.Precision.Of, f.Precision.Ratio(), f.FalseAlarms.Found, f.FalseAlarms.Of)
	}
	total := e.Total
	if total.Safety.Ratio() < 0.85 || total.Quality.Ratio() < 0.5 || total.Precision.Ratio() < 0.92 {
		t.Errorf("safety %.3f, quality %.3f, precision %.3f", total.Safety.Ratio(), total.Quality.Ratio(), total.Precision.Ratio())
		for _, m := range e.Misses {
			t.Logf("line %d: missed %s", m.Line, m.Words)
		}
	}
}

// TestStatements measures the shipped dictionary end to end.
func TestStatements(t *testing.T) {
	m := shippedMiner(t)
	t.Run("written", func(t *testing.T) { checkStatements(t, EvalStatements(m, writtenReviews(t))) })
	for set, reviews := range markedReviews(t) {
		t.Run(set, func(t *testing.T) { checkStatements(t, EvalStatements(m, reviews)) })
	}
}

func TestEvalStatements(t *testing.T) {
	d, err := ParseTermList("terms", strings.NewReader("漏电\n异味\n断裂\n"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	reviews, err := ReadStatements("marks.jsonl", strings.NewReader(`
{"field":"a","text":" 用了两天就漏电，手麻 ","statements":[{"start":8,"end":10,"class":"quality"},{"start":5,"end":7,"class":"safety"}]}
{"field":"a","text":"有异味不好闻","statements":[{"start":3,"end":6,"class":"safety"}]}
{"field":"b","good":true,"text":"包装断裂","statements":[]}
{"field":"b","good":true,"text":"没有异味","statements":[]}
{"field":"b","text":"不好用","statements":[{"start":0,"end":3,"class":"vague"}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	e := EvalStatements(m, reviews)
	want := FieldEval{Field: "合计", Reviews: 5, Safety: Share{2, 2}, Quality: Share{0, 1}, Vague: Share{0, 1}, Problem: Share{2, 3},
		Precision: Share{2, 3}, FalseAlarms: Share{1, 2}}
	if e.Total != want {
		t.Errorf("got %+v, want %+v", e.Total, want)
	}
	if len(e.Fields) != 2 || len(e.Misses) != 2 || e.Misses[0].Words != "手麻" || len(e.Wrong) != 1 || e.Wrong[0].Line != 4 {
		t.Errorf("fields %v, misses %v, wrong %v", e.Fields, e.Misses, e.Wrong)
	}
}

func TestStatementFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, field string }{
		"not JSON":   {"漏电\t0", ""},
		"no text":    {`{"text":" ","statements":[]}`, "text"},
		"outside":    {`{"text":"漏电","statements":[{"start":0,"end":3,"class":"safety"}]}`, "statements"},
		"backwards":  {`{"text":"漏电","statements":[{"start":1,"end":1,"class":"safety"}]}`, "statements"},
		"no class":   {`{"text":"漏电","statements":[{"start":0,"end":2}]}`, "class"},
		"empty file": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadStatements("marks.jsonl", strings.NewReader(c.text))
			var fault *chaping.InputError
			if !errors.As(err, &fault) || fault.File != "marks.jsonl" || fault.Field != c.field {
				t.Errorf("error %v", err)
			}
		})
	}
}
