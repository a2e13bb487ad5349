package polarity

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"chaping"
	"chaping/nlp/corpora"
)

func shipped(t testing.TB) *Model {
	t.Helper()
	m, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// obvious are reviews of our own that nobody could grade otherwise.
func obvious() map[chaping.Grade][]string {
	return map[chaping.Grade][]string{
		chaping.Negative: {
			"用了两天就坏了，客服也不理人，太差了，退货！",
			"质量很差，味道刺鼻，洗了几次还是有味道，不会再买了。",
			"差评！烧水的时候漏电，吓死人了，千万别买。",
			"假货，跟专柜的完全不一样，用完皮肤过敏，很失望",
			"收到就是坏的，打电话没人管，垃圾",
			"水果都烂了，没法吃，申请退款还不给退",
			"屏幕有坏点，发热严重，电池半天就没电，后悔买了",
			"衣服掉色严重，面料也薄，跟图片差太多，不值这个价",
			"一點都不好用，品質太差，後悔了",
			"物流慢，包装破损，东西也是次品，差！！！",
		},
		chaping.Positive: {
			"很好，质量不错，物流也快，满意！",
			"宝贝收到了，跟描述一致，家人都很喜欢，下次还来买。",
			"用了一个月了，效果很好，没有异味，推荐购买",
			"水果很新鲜，又大又甜，好吃",
			"手机很流畅，拍照清晰，性价比高，好评",
			"面料舒服，大小合适，穿着好看，非常满意",
			"酒店干净，服务热情，早餐也丰富，下次还会住",
			"洗完头发很顺滑，味道清香，正品，会回购",
			"內容精彩，值得一讀，推薦給大家",
			"安装师傅很专业，热水器加热快，噪音小，赞",
		},
	}
}

func TestShippedGradesObviousReviews(t *testing.T) {
	m := shipped(t)
	for want, texts := range obvious() {
		for _, text := range texts {
			if got := m.Grade(text); got != want {
				t.Errorf("%q is graded %s (negative %.3f), want %s", text, got, m.Score(text), want)
			}
		}
	}
}

// What is written otherwise but reads the same is graded the same.
func TestScoreIgnoresWriting(t *testing.T) {
	m := shipped(t)
	for _, pair := range [][2]string{
		{"质量太差，漏电！", "质量太差,漏电!"},
		{"质量太差，漏电", "質量太差，漏電"},
		{"ＯＫ，很好用", "ok,很好用"},
		{"很好用。。。。。。", "很好用。"},
		{"  很好用", "很好用\n"},
		{"很\u200b好\ufeff用", "很好用"},
	} {
		a, b := m.Score(pair[0]), m.Score(pair[1])
		if a != b {
			t.Errorf("%q: %v, %q: %v", pair[0], a, pair[1], b)
		}
	}
}

func TestHostileTexts(t *testing.T) {
	m := shipped(t)
	long := strings.Repeat("漏电了，很差。", 10<<20/21)
	for name, text := range map[string]string{
		"empty": "", "spaces": " \n\t\u3000 ", "only emoji": strings.Repeat("😡👎🏻", 100), "punctuation": "？！……——、；", "invalid": "\xff\xfe漏\x80电\xc3",
		"10 MB": long, "10 MB in one clause": strings.Repeat("漏电", 10<<20/6), "20 MB of one letter": strings.Repeat("a", 20<<20),
		"zero width": strings.Repeat("\u200b\u200d\ufeff", 1000), "combining": "差" + strings.Repeat("\u0301", 10_000), "NUL": "\x00\x01\x02", "replacement": strings.Repeat("\uFFFD", 100),
		"beyond the BMP": strings.Repeat("𠮷𠮷", 100), "reversed": "\u202e差评\u202c",
	} {
		if s := m.Score(text); !(s >= 0 && s <= 1) {
			t.Errorf("%s: score %v", name, s)
		}
	}
	for _, text := range []string{"", " ", "\u200b"} {
		if g := m.Grade(text); g != chaping.Unrated || m.Score(text) != 0.5 {
			t.Errorf("%q is graded %s", text, g)
		}
	}
	if m.Grade(long) != chaping.Negative {
		t.Error("a long complaint is not negative")
	}
	if n := testing.AllocsPerRun(1, func() { m.Score(long[:30_000]) }); n != 0 {
		t.Errorf("grading allocates %v times", n)
	}
}

func TestGradeReview(t *testing.T) {
	m := shipped(t)
	r := chaping.Review{Text: "很好用", Appended: "追评：用了一周就漏电，太差了，千万别买，退货！"}
	m.GradeReview(&r)
	if r.Grade != chaping.Negative || r.Rule != m.Version() || !strings.HasPrefix(r.Rule, VersionPrefix) {
		t.Errorf("%+v", r)
	}
	for _, r := range []chaping.Review{{Default: true, Text: "系统默认好评"}, {}} {
		m.GradeReview(&r)
		if r.Grade != chaping.Unrated || r.Rule != "" {
			t.Errorf("graded: %+v", r)
		}
	}
}

// written are labelled reviews made of parts of ours, for training quickly.
func written(n int) []Row {
	good := []string{"很好用", "质量不错", "家人都喜欢", "物流很快", "下次还来", "味道清香"}
	bad := []string{"太差了", "用两天就坏了", "味道刺鼻", "客服不理人", "要求退货", "不会再买"}
	var rows []Row
	for i := range n {
		parts := good
		if i%2 == 1 {
			parts = bad
		}
		j := i / 2
		text := parts[j%6] + "，" + parts[j/6%6] + "。第" + fmt.Sprint(j/36) + "次买" + []string{"水壶", "插座", "毛巾"}[j%3]
		rows = append(rows, Row{Text: text, Negative: i%2 == 1, Category: []string{"水壶", "插座", "毛巾"}[j%3], Line: i + 2})
	}
	return rows
}

func trained(t testing.TB, seed uint64) *Model {
	t.Helper()
	m, err := Train(context.Background(), written(800), Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func file(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := m.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("%d bytes of %d, %v", n, b.Len(), err)
	}
	return b.Bytes()
}

func TestTrainIsDeterministicAndLearns(t *testing.T) {
	var last atomic.Int64
	m, err := Train(context.Background(), written(800), Options{Seed: 1, Progress: func(_, total int) { last.Store(int64(total)) }})
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(800 * (members + linearPasses)); last.Load() != want {
		t.Errorf("progress was of %d, want %d", last.Load(), want)
	}
	if !bytes.Equal(file(t, m), file(t, trained(t, 1))) {
		t.Error("the same rows and seed gave another model")
	}
	if other := trained(t, 2); other.Version() == m.Version() {
		t.Error("another seed gave the same model")
	}
	for text, want := range map[string]chaping.Grade{"质量不错，很好用": chaping.Positive, "味道刺鼻，要求退货": chaping.Negative, "αβγ": chaping.Unrated} {
		if got := m.Grade(text); got != want {
			t.Errorf("%q is graded %s, want %s", text, got, want)
		}
	}
}

// The model that is written scores as the learners do that were trained:
// quantising and the fast path change nothing that matters.
func TestFileScoresLikeTheModel(t *testing.T) {
	m := trained(t, 1)
	again, err := Load("m", bytes.NewReader(file(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	if again.Version() != m.Version() {
		t.Errorf("version %s became %s", m.Version(), again.Version())
	}
	for _, r := range written(800) {
		if a, b := m.Score(r.Text), again.Score(r.Text); a != b {
			t.Fatalf("%q: %v became %v", r.Text, a, b)
		}
	}
}

func TestTrainRefuses(t *testing.T) {
	var e *chaping.Error
	if _, err := Train(context.Background(), written(150), Options{}); !errors.As(err, &e) || e.Code != chaping.CodeInput || e.Remedy == "" {
		t.Errorf("few rows: %v", err)
	}
	one := written(800)
	for i := range one {
		one[i].Negative = false
	}
	if _, err := Train(context.Background(), one, Options{}); !errors.As(err, &e) {
		t.Errorf("one side only: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Train(ctx, written(800), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// packed makes a file of a body, with a checksum that fits.
func packed(body []byte) []byte {
	body = binary.LittleEndian.AppendUint32(slices.Clone(body), crc32.ChecksumIEEE(body))
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	_, _ = zw.Write(body)
	_ = zw.Close()
	return b.Bytes()
}

func TestLoadRefuses(t *testing.T) {
	m := trained(t, 1)
	whole := file(t, m)
	zr, err := gzip.NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	body = body[:len(body)-4]
	nan := slices.Clone(body)
	binary.LittleEndian.PutUint32(nan[len(magic):], math.Float32bits(float32(math.NaN())))
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("这不是模型"), "cut short": whole[:len(whole)/2], "without its last byte": whole[:len(whole)-1], "one bit changed": flipped,
		"something else, gzipped": packed([]byte("label,review\n1,好\n")), "without rows": packed(body[:len(magic)+100]), "a row too few": packed(body[:len(body)-1]), "a byte too many": packed(append(slices.Clone(body), 0)),
		"not a number": packed(nan), "endless": packed(append([]byte(magic), make([]byte, maxBody)...)), "something after it": append(slices.Clone(whole), "more"...),
	} {
		var e *chaping.InputError
		if _, err := Load("polarity.bin.gz", bytes.NewReader(data)); !errors.As(err, &e) || e.File != "polarity.bin.gz" || e.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load("m", bytes.NewReader(packed(body))); err != nil {
		t.Errorf("the same body packed again: %v", err)
	}
}

func TestReadRows(t *testing.T) {
	const data = "\uFEFFcat,Label,review\n水壶,1,\"很好，推荐\n真的\"\n水壶,0,漏电\n水壶,2,坏\n水壶,差评,太差\n插座,好评\n插座,positive,好\"用\n插座,NEGATIVE,\xff坏\n插座,positive,好用\n"
	var plain, zipped []Row
	for _, pack := range []bool{false, true} {
		in := []byte(data)
		if pack {
			var b bytes.Buffer
			zw := gzip.NewWriter(&b)
			_, _ = zw.Write(in)
			_ = zw.Close()
			in = b.Bytes()
		}
		var lines []int
		rows, err := ReadRows(context.Background(), "r.csv", bytes.NewReader(in), DefaultColumns(), func(e *chaping.InputError) {
			lines = append(lines, e.Line)
			if e.File != "r.csv" || e.Remedy == "" && e.Advice.Code == "" {
				t.Errorf("%+v", e)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{5, 7, 8, 9}; !slices.Equal(lines, want) {
			t.Errorf("refused lines %v, want %v", lines, want)
		}
		if pack {
			zipped = rows
		} else {
			plain = rows
		}
	}
	want := []Row{{"很好，推荐\n真的", false, "水壶", 2}, {"漏电", true, "水壶", 4}, {"太差", true, "水壶", 6}, {"好用", false, "插座", 10}}
	if !slices.Equal(plain, want) || !slices.Equal(zipped, want) {
		t.Errorf("rows %v, gzipped %v, want %v", plain, zipped, want)
	}
	for name, data := range map[string]string{
		"empty": "", "no label": "review\n好\n", "no rows": "label,review\n", "only bad rows": "label,review\n7,好\n", "cut gzip": "\x1f\x8b\x08",
	} {
		var e *chaping.InputError
		_, err := ReadRows(context.Background(), "r.csv", strings.NewReader(data), DefaultColumns(), func(*chaping.InputError) {})
		if !errors.As(err, &e) || e.File != "r.csv" || e.Remedy == "" && e.Advice.Code == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSplits(t *testing.T) {
	rows := Distinct(append(written(300), Row{Text: " "}, written(300)[0]))
	if len(rows) != 300 {
		t.Fatalf("%d distinct rows", len(rows))
	}
	for name, splits := range map[string][]Split{"folds": Folds(rows, 7, 1), "categories": LeaveOut(rows)} {
		asked := map[string]int{}
		for _, s := range splits {
			learnt := map[string]bool{}
			for _, r := range s.Train {
				learnt[r.Text] = true
			}
			for _, r := range s.Test {
				if asked[r.Text]++; learnt[r.Text] {
					t.Fatalf("%s %s: %q is both learnt and asked", name, s.Name, r.Text)
				}
				if name == "categories" && r.Category != s.Name {
					t.Fatalf("%s: %q", s.Name, r.Text)
				}
			}
			if len(s.Train)+len(s.Test) != len(rows) {
				t.Errorf("%s %s: %d + %d rows", name, s.Name, len(s.Train), len(s.Test))
			}
		}
		if len(asked) != len(rows) {
			t.Errorf("%s: %d of %d rows are asked", name, len(asked), len(rows))
		}
	}
}

func TestEvaluate(t *testing.T) {
	m := trained(t, 1)
	rows := []Row{{Text: "太差了，要求退货", Negative: true}, {Text: "味道刺鼻", Negative: false, Line: 3}, {Text: "很好用，质量不错"}, {Text: "家人都喜欢", Negative: true, Line: 5}, {Text: "αβγ"}}
	e, err := Evaluate(context.Background(), m, rows)
	if err != nil {
		t.Fatal(err)
	}
	if e.Confusion != [2][2]int{{1, 1}, {1, 2}} || e.Unknown != 1 || e.Accuracy != 0.6 || e.Precision != 0.5 || e.Recall != 0.5 || e.F1 != 0.5 || len(e.Wrong) != 2 {
		t.Errorf("%+v", e)
	}
}

// corpus is the labelled corpus beside the project.
func corpus(t testing.TB) []Row {
	t.Helper()
	f := corpora.Open(t, "corpora/online_shopping_10_cats.csv.gz")
	rows, err := ReadRows(context.Background(), f.Name(), f, DefaultColumns(), func(e *chaping.InputError) { t.Error(e) })
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// One random tenth, never seen in training. All ten and the categories left out
// take minutes: chaping train polarity --holdout 0.1 --folds --leave-out-category.
func TestHeldOut(t *testing.T) {
	if testing.Short() {
		t.Skip("training on the corpus takes some seconds; run without -short")
	}
	s := Folds(Distinct(corpus(t)), 10, 1)[0]
	m, err := Train(context.Background(), s.Train, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := Evaluate(context.Background(), m, s.Test)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("accuracy %.4f, precision %.4f, recall %.4f", e.Accuracy, e.Precision, e.Recall)
	// Tenths vary by 0.003; this is a guard, not the figure.
	if e.Accuracy < 0.938 {
		t.Errorf("accuracy %.4f", e.Accuracy)
	}
}

func FuzzLoad(f *testing.F) {
	whole := file(f, trained(f, 1))
	f.Add(whole)
	f.Add(whole[:100])
	f.Add(packed([]byte(magic)))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Load("f", bytes.NewReader(data))
		var e *chaping.InputError
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil {
			m.Score("漏电了")
		}
	})
}

// FuzzDecode goes behind the checksum, which a fuzzer does not guess.
func FuzzDecode(f *testing.F) {
	body, err := trained(f, 1).encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{1, 2, 3}, 0)
	f.Add([]byte{0xff, 0xff, 0x7f, 0x7f}, 40)
	f.Fuzz(func(t *testing.T, change []byte, at int) {
		b := slices.Clone(body)
		if at >= 0 && at < len(b) {
			copy(b[at:], change)
		}
		if m, err := decode(b); err == nil {
			if s := m.Score("太差了，用两天就坏了。很好用"); !(s >= 0 && s <= 1) {
				t.Errorf("score %v", s)
			}
		}
	})
}

func FuzzScore(f *testing.F) {
	m := shipped(f)
	for _, texts := range obvious() {
		for _, text := range texts {
			f.Add(text)
		}
	}
	f.Add("\xff\xfe漏\x80电")
	f.Fuzz(func(t *testing.T, text string) {
		a, b := m.Score(text), m.Score(text)
		if a != b || !(a >= 0 && a <= 1) {
			t.Errorf("%q: %v, then %v", text, a, b)
		}
	})
}

// BenchmarkScore grades the reviews of the corpus on one core.
func BenchmarkScore(b *testing.B) {
	m, rows := shipped(b), corpus(b)
	b.ReportAllocs()
	for b.Loop() {
		for i := range rows {
			m.Score(rows[i].Text)
		}
	}
	b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds(), "reviews/s")
}

func BenchmarkShipped(b *testing.B) {
	for b.Loop() {
		shipped(b)
	}
}
