package importer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"chaping"
	"chaping/ingest/foreign"
)

// endless writes so many bytes of one line after a beginning.
func endless(t *testing.T, name, begin string, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, begin); err != nil {
		t.Fatal(err)
	}
	chunk := strings.Repeat("漏", 1<<18)
	for ; n > 0; n -= len(chunk) {
		if _, err := io.WriteString(f, chunk); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// A line of 200 MB is refused in one sentence that names it, and is never held
// as a whole.
func TestEndlessLines(t *testing.T) {
	const size = 200 << 20
	header := "评论编号,评论内容,评论时间,评分,商品编号\n"
	for name, tt := range map[string]struct{ file, begin, want string }{
		"alone":       {"a.csv", "", "32 MB"},
		"under names": {"a.csv", header, "32 MB"},
		"below rows":  {"a.csv", header + "1,好用,2016-11-01,5,壶\n", ""},
		"JSON text":   {"a.json", `{"评论":"`, "64 MB"},
		"JSON array":  {"a.json", `[{"评论内容":"好用","评论时间":"2016-11-01","商品":"壶"},{"评论内容":"`, ""},
		"JSON lines":  {"a.ndjson", `{"评论内容":"好用","评论时间":"2016-11-01","商品":"壶"}` + "\n" + `{"评论内容":"`, ""},
		"array first": {"a.json", `[["`, "64 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			path := endless(t, tt.file, tt.begin, size)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var problems []*chaping.InputError
			sum, err := Import(t.Context(), path, Options{Now: now, Sink: &memory{},
				Problem: func(e *chaping.InputError) { problems = append(problems, e) }})
			runtime.ReadMemStats(&after)
			var input *chaping.InputError
			if errors.As(err, &input) {
				problems = append(problems, input)
			}
			if len(problems) != 1 || problems[0].Remedy == "" || !strings.Contains(problems[0].Problem, tt.want) ||
				tt.want == "" && sum.Accepted != 1 {
				t.Errorf("%v %v %+v", err, problems, sum)
			}
			if held := int64(after.Sys) - int64(before.Sys); held > 900<<20 {
				t.Errorf("%d MB", held>>20)
			}
		})
	}
}

func writeFile(t *testing.T, name, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file that is written while it is read is told of.
func TestFileChanges(t *testing.T) {
	data := "评论编号,评论内容,评论时间,评分,商品编号\n"
	for i := range 3000 {
		data += fmt.Sprintf("%d,好用,2016-11-01,5,壶\n", i)
	}
	for name, change := range map[string]func(path string) error{
		"grows": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("9999,漏电,2016-11-01,1,壶\n")
			return errors.Join(err, f.Close())
		},
		"is cut":      func(path string) error { return os.Truncate(path, 100) },
		"is replaced": func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, []byte(data), 0o600)) },
		"goes":        os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, "a.csv", data)
			changed := false
			_, err := Import(t.Context(), path, Options{Now: now, Row: func(Row) {
				if !changed {
					changed = true
					if err := change(path); err != nil {
						t.Error(err)
					}
				}
			}})
			var input *chaping.InputError
			if !errors.As(err, &input) || !strings.Contains(input.Problem, "读取期间被改动") {
				t.Errorf("%v", err)
			}
		})
	}
}

// Two columns of one name are two columns; the second has a number.
func TestRepeatedNames(t *testing.T) {
	path := writeFile(t, "a.csv", "评分,评论内容,评论时间,评分,评论内容,商品编号\n"+
		strings.Repeat(",,2016-11-01,1,用了三天就漏电,壶\n,,2016-11-02,5,好用,壶\n", 5))
	sink := &memory{}
	sum, err := Import(t.Context(), path, Options{Now: now, Sink: sink})
	if err != nil || sum.Accepted != 10 || sum.Grades["negative"] != 5 || sink.reviews[0].Text != "用了三天就漏电" {
		t.Errorf("%+v %+v %v", sum, sink.reviews, err)
	}
	u, err := Inspect(t.Context(), path, Options{Map: map[string]string{"评分": "评分 (2)", "评论内容": "评论内容 (2)"}})
	if err != nil || u.Columns[3].Field != "rating" || u.Columns[4].Field != "text" || u.Columns[0].Field != "" {
		t.Errorf("%+v %v", u.Columns, err)
	}
}

// Of two columns that both look like ratings none is taken in silence.
func TestTwoRatings(t *testing.T) {
	path := writeFile(t, "a.csv", "评论内容,评论时间,甲,乙,商品编号\n"+
		strings.Repeat("漏电,2016-11-01,1,5,壶\n好用,2016-11-02,5,4,壶\n一般,2016-11-02,3,2,壶\n", 5))
	u, err := Inspect(t.Context(), path, Options{})
	asked := 0
	for _, q := range u.Questions {
		if q.Kind == AskField && q.Field == "rating" && (q.Column == "甲" || q.Column == "乙") {
			asked++
		}
	}
	if err != nil || asked != 2 || u.Columns[2].Field != "" || u.Columns[3].Field != "" {
		t.Errorf("%+v %v", u, err)
	}
	sum, err := Import(t.Context(), path, Options{Now: now, Sink: &memory{}, Map: map[string]string{"评分": "甲"}})
	if err != nil || sum.Grades["negative"] != 5 || slices.ContainsFunc(sum.Questions, func(q Question) bool { return q.Blocks }) {
		t.Errorf("%+v %v", sum, err)
	}
}

// Lines of another charset in one file are read as what they are.
func TestMixedCharsets(t *testing.T) {
	gbk := "\xc6\xf0\xbb\xf0\xc3\xb0\xd1\xcc\xc1\xcb" // 起火冒烟了
	path := writeFile(t, "a.csv", "评论编号,评论内容,评论时间,评分,商品编号\n1,漏电很可怕,2016-11-01,1,壶\n2,"+gbk+
		",2016-11-02,1,壶\n3,好用，推荐,2016-11-03,5,壶\n4,\xff\xfe坏字节,2016-11-03,5,壶\n")
	sink := &memory{}
	sum, err := Import(t.Context(), path, Options{Now: now, Sink: sink})
	if err != nil || sum.Accepted != 4 {
		t.Fatalf("%+v %v", sum, err)
	}
	var texts []string
	for _, r := range sink.reviews {
		texts = append(texts, r.Text)
	}
	if !slices.Equal(texts[:3], []string{"漏电很可怕", "起火冒烟了", "好用，推荐"}) || !strings.Contains(texts[3], "坏字节") || sum.Damaged == 0 {
		t.Errorf("%q, %d damaged", texts, sum.Damaged)
	}
}

// Big5 is read as what it is, with or without names that are known.
func TestBig5(t *testing.T) {
	encoded := func(s string) string {
		out, err := foreign.Charset("big5").NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const rows = "這個熱水壺用了兩天就漏電，不敢再用,1,2016-11-01\n東西很好，買了三個,5,2016-11-02\n"
	for name, data := range map[string]string{"known": "評價內容,評分,評價時間\n" + rows, "none": rows} {
		sink := &memory{}
		u, err := Inspect(t.Context(), writeFile(t, "a.csv", encoded(data)), Options{})
		if err != nil || u.Charset != "big5" {
			t.Errorf("%s: %s %v", name, u.Charset, err)
		}
		sum, err := Import(t.Context(), writeFile(t, "a.csv", encoded(data)), Options{Now: now, Sink: sink, Facts: Facts{Product: "壺"}})
		if err != nil || len(sink.reviews) != 2 || sink.reviews[0].Text != "這個熱水壺用了兩天就漏電，不敢再用" {
			t.Errorf("%s: %+v %+v %v", name, sum, sink.reviews, err)
		}
	}
	for name, data := range map[string]string{"names": "商品编号,评价内容,评分,评价时间\n1,漏水,1,2016-11-03\n", "texts": "漏液,异味,起泡\n渗水,破裂,爆裂\n太烫,臭,裂\n"} {
		if isBig5(gbk(t, data)) {
			t.Errorf("%s in GBK is taken for Big5", name)
		}
	}
}

// A saved profile of other columns is refused in one sentence; one of whose
// columns the rating has gone says so.
func TestSavedProfiles(t *testing.T) {
	november := writeFile(t, "11.csv", "说的,几时,几分,货\n漏电,2016-11-01,1,壶\n好用,2016-11-02,5,壶\n")
	u, err := Inspect(t.Context(), november, Options{Map: map[string]string{"评论内容": "说的", "评论时间": "几时", "评分": "几分", "商品名称": "货"}})
	if err != nil {
		t.Fatal(err)
	}
	var problems int
	o := Options{Now: now, Sink: &memory{}, Profile: u.Profile(), Problem: func(*chaping.InputError) { problems++ }}
	other := writeFile(t, "o.csv", "a,b,c\n1,2,3\n1,2,3\n")
	var input *chaping.InputError
	if _, err := Import(t.Context(), other, o); !errors.As(err, &input) || !strings.Contains(input.Problem, "缺少必需的列") || problems > 0 {
		t.Errorf("%v, %d problems", err, problems)
	}
	december := writeFile(t, "12.csv", "说的,几时,得几分,货\n漏电,2016-12-01,1,壶\n")
	want := func(list []Question, err error) {
		t.Helper()
		if err != nil || len(list) != 1 || list[0].Kind != AskGone || !strings.Contains(list[0].Text, "“几分”") {
			t.Errorf("%+v %v", list, err)
		}
	}
	sum, err := Import(t.Context(), december, o)
	want(sum.Questions, err)
	u, err = Inspect(t.Context(), december, o)
	want(slices.DeleteFunc(u.Questions, func(q Question) bool { return q.Kind != AskGone }), err)
	if sum, err = Import(t.Context(), november, o); err != nil || len(sum.Questions) > 0 {
		t.Errorf("%+v %v", sum.Questions, err)
	}
}

// What was answered of merged cells stays with the profile.
func TestProfileKeepsAnswers(t *testing.T) {
	path := writeFile(t, "a.csv", "商品,评论时间,评论内容\n壶,2016-11-01,漏电\n,2016-11-02,好用\n,2016-11-03,冒烟\n灯,2016-11-01,亮\n")
	asks := func(o Options) bool {
		u, err := Inspect(t.Context(), path, o)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(u.Questions, func(q Question) bool { return q.Kind == AskFillDown })
	}
	u, err := Inspect(t.Context(), path, Options{FillDown: true})
	if err != nil || !asks(Options{}) {
		t.Fatalf("%+v %v", u.Questions, err)
	}
	text, err := u.Profile().YAML()
	if err != nil {
		t.Fatal(err)
	}
	saved, err := LoadProfile("p.yaml", strings.NewReader(string(text)))
	if err != nil || asks(Options{Profile: saved}) {
		t.Fatalf("%s %v", text, err)
	}
	sink := &memory{}
	if sum, err := Import(t.Context(), path, Options{Now: now, Sink: sink, Profile: saved}); err != nil || sum.Accepted != 4 || sink.reviews[2].Product != "壶" {
		t.Errorf("%+v %+v %v", sum, sink.reviews, err)
	}
}

// FuzzMapping: whatever a person maps to whatever a file has, it is understood
// or refused, and what was understood can be imported and saved.
func FuzzMapping(f *testing.F) {
	f.Add("评论内容,评论时间,评分\n漏电,2016-11-01,1\n", "评分", "评分", 5.0, "")
	f.Add("a,a,a\n1,2,3\n", "text", "a (2)", 0.0, "x")
	f.Add("[{\"a\":{\"b\":1}}]", "rating", "a.b", -1.0, "02/01/2006")
	f.Add("\"a\nb\",,\n05/11/2026,5/5,好评\n", "", "第2列", 1e9, "any")
	f.Fuzz(func(t *testing.T, data, field, column string, scale float64, order string) {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		o := Options{Map: map[string]string{field: column}, Scale: scale, DayOrder: order, Now: now}
		u, err := Inspect(t.Context(), path, o)
		var input *chaping.InputError
		if err != nil {
			if !errors.As(err, &input) || input.Remedy == "" {
				t.Fatal(err)
			}
			return
		}
		at := map[string]int{}
		for _, c := range u.Columns {
			if at[c.Field]++; c.Field != "" && at[c.Field] > 1 {
				t.Errorf("two columns are %s", c.Field)
			}
			if c.Parsed > c.Filled || len(c.Samples) > 3 {
				t.Errorf("%+v", c)
			}
		}
		if _, err := u.Profile().YAML(); err != nil {
			t.Error(err)
		}
		o.Sink = &memory{}
		sum, err := Import(t.Context(), path, o)
		if err != nil && !errors.As(err, &input) || err == nil && sum.Rows != sum.Accepted+sum.Refused {
			t.Errorf("%+v %v", sum, err)
		}
	})
}
