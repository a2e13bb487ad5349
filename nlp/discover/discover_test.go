package discover

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/corpora"
	"chaping/nlp/polarity"
)

func stream(reviews []chaping.Review) Reviews {
	return func(each func(*chaping.Review) error) error {
		var r chaping.Review
		for i := range reviews {
			r = reviews[i]
			if err := each(&r); err != nil {
				return err
			}
		}
		return nil
	}
}

// invent makes reviews of a fixed small language; plant puts a phrase into
// one of so many negative ones.
func invent(seed uint64, n int, plant string, every int) []chaping.Review {
	rng := rand.New(rand.NewPCG(seed, 1))
	subjects := []string{"这个水壶", "快递", "客服", "包装", "颜色", "做工", "说明书", "壶盖", "按钮", "底座"}
	bad := []string{"太差了", "很一般", "让人失望", "不好用", "有点慢", "不理人", "很难看", "一直有问题"}
	good := []string{"很好", "不错", "满意", "很快", "值得买", "挺漂亮"}
	around := [][2]string{{"用了两天", ""}, {"", "，要求退货"}, {"烧水的时候", "，吓人"}, {"今天发现", "了"}, {"，", "，太差了"}}
	var list []chaping.Review
	for i := range n {
		r := chaping.Review{Platform: "jd", Product: fmt.Sprint(i % 3), ID: fmt.Sprint(seed, "-", i), Grade: chaping.Positive}
		words := good
		if i%2 == 0 {
			r.Grade, words = chaping.Negative, bad
		}
		r.Text = subjects[rng.IntN(len(subjects))] + words[rng.IntN(len(words))] + "，" + subjects[rng.IntN(len(subjects))] + words[rng.IntN(len(words))]
		if r.Grade == chaping.Negative && plant != "" && rng.IntN(every) == 0 {
			a := around[rng.IntN(len(around))]
			r.Text += "，" + a[0] + plant + a[1]
		}
		list = append(list, r)
	}
	return list
}

func suggest(t testing.TB, o Options) *Result {
	t.Helper()
	if o.MinReviews == 0 {
		o.MinReviews, o.MinZ, o.Examples = 5, 3, 2
	}
	r, err := Suggest(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFindsTheNewPhraseWhole(t *testing.T) {
	for _, phrase := range []string{"滋滋冒蓝光", "壶底起白鳞", "喷嘴回吸"} {
		t.Run(phrase, func(t *testing.T) {
			r := suggest(t, Options{Target: stream(invent(1, 2000, phrase, 25)), Baseline: stream(invent(2, 6000, "", 0))})
			if len(r.Suggestions) != 1 || r.Suggestions[0].Phrase != phrase {
				t.Fatalf("%v", r.Suggestions)
			}
			s := r.Suggestions[0]
			if s.Baseline != 0 || s.Target < 20 || len(s.Examples) != 2 || !strings.Contains(s.Examples[0], phrase) || r.Target != 1000 || r.Baseline != 3000 || r.SamePeriod {
				t.Errorf("%+v of %+v", s, r)
			}
		})
	}
}

// TestFaultsFirst: of phrases that rise alike, what complains of the product comes
// before what merely stands in bad reviews.
func TestFaultsFirst(t *testing.T) {
	model, err := polarity.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	target := invent(1, 2000, "", 0)
	before, after := []string{"这个", "现在", "感觉", "那个", "每次"}, []string{"呀", "哦", "啦", "嘛", "呢"}
	negative := 0
	for i := range target {
		if target[i].Grade != chaping.Negative {
			continue
		}
		negative++
		if n := negative / 10; negative%10 < 2 {
			target[i].Text += "，" + before[n%5] + []string{"送人拿不出手", "漏得一塌糊涂"}[negative%10] + after[n/5%5]
		}
	}
	r := suggest(t, Options{Target: stream(target), Baseline: stream(invent(2, 6000, "", 0)), Model: model})
	at := func(part string) int {
		return slices.IndexFunc(r.Suggestions, func(s Suggestion) bool { return strings.Contains(s.Phrase, part) })
	}
	fault, gift := at("漏得"), at("拿不出手")
	if fault < 0 || gift >= 0 && gift < fault {
		t.Fatalf("%v", r.Suggestions)
	}
	if gift >= 0 && r.Suggestions[gift].Complaint >= r.Suggestions[fault].Complaint {
		t.Errorf("%+v", r.Suggestions)
	}
}

func TestQuietWhereNothingRises(t *testing.T) {
	r := suggest(t, Options{Target: stream(invent(3, 2000, "", 0)), Baseline: stream(invent(4, 6000, "", 0))})
	if len(r.Suggestions) != 0 || r.Candidates == 0 {
		t.Errorf("%v of %d candidates", r.Suggestions, r.Candidates)
	}
	r = suggest(t, Options{Target: stream(invent(5, 2000, "冒蓝光", 20)), Baseline: stream(invent(6, 6000, "冒蓝光", 20))})
	if len(r.Suggestions) != 0 {
		t.Errorf("what is as common before: %v", r.Suggestions)
	}
}

func TestLeavesOutWhatIsKnown(t *testing.T) {
	target, baseline := stream(invent(1, 2000, "壶底起白鳞", 25)), stream(invent(2, 6000, "", 0))
	known := &nlp.Dictionary{Terms: []chaping.Term{{Name: "水垢", Surfaces: []string{"起白鳞"}}}}
	for _, s := range suggest(t, Options{Target: target, Baseline: baseline, Dictionary: known}).Suggestions {
		if strings.Contains(s.Phrase, "白") || strings.Contains(s.Phrase, "鳞") {
			t.Errorf("suggests %v", s)
		}
	}
}

func TestWithoutBaseline(t *testing.T) {
	for name, baseline := range map[string]Reviews{"none": nil, "empty": stream(nil), "too few": stream(invent(9, 20, "", 0))} {
		r := suggest(t, Options{Target: stream(invent(1, 2000, "滋滋冒蓝光", 10)), Baseline: baseline})
		if !r.SamePeriod || r.Baseline != 1000 || !slices.ContainsFunc(r.Suggestions, func(s Suggestion) bool { return s.Phrase == "滋滋冒蓝光" }) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	target, baseline := invent(1, 3000, "滋滋冒蓝光", 12), invent(2, 3000, "喷嘴回吸", 40)
	var first *Result
	for range 3 {
		r := suggest(t, Options{Target: stream(target), Baseline: stream(baseline)})
		if first == nil {
			first = r
		} else if !reflect.DeepEqual(r, first) {
			t.Fatalf("\n got %+v\nwant %+v", r, first)
		}
		rand.Shuffle(len(target), func(i, j int) { target[i], target[j] = target[j], target[i] })
	}
}

// TestBoundedMemory counts in far less room than the n-grams need.
func TestBoundedMemory(t *testing.T) {
	target := invent(1, 4000, "滋滋冒蓝光", 10)
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range target { // words that nobody repeats
		for range 12 {
			target[i].Text += "，" + string(rune('一'+rng.IntN(5000))) + string(rune('一'+rng.IntN(5000)))
		}
	}
	f, err := newFinder(nil)
	if err != nil {
		t.Fatal(err)
	}
	f.limit = 2000
	o := Options{Target: stream(target), Baseline: stream(invent(2, 4000, "", 0)), MinReviews: 5, MinZ: 3}
	r, err := f.suggest(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	exact := suggest(t, o)
	if len(r.Suggestions) == 0 || r.Suggestions[0].Phrase != "滋滋冒蓝光" || r.Suggestions[0].Target != exact.Suggestions[0].Target {
		t.Errorf("got %v, want %v first", r.Suggestions, exact.Suggestions)
	}
}

func TestOddInput(t *testing.T) {
	odd := []string{"", "\xff\xfe", "😀😀😀", "。。。", strings.Repeat("坏", 1<<20), "a\x00b", strings.Repeat("漏 电", 1000), "12345 67890", "ＡＢＣ", "的的的的"}
	var reviews []chaping.Review
	for i := range 100 {
		reviews = append(reviews, chaping.Review{ID: fmt.Sprint(i), Grade: chaping.Negative, Text: odd[i%len(odd)], Default: i%17 == 0})
	}
	suggest(t, Options{Target: stream(reviews), Baseline: stream(reviews)})
	r := suggest(t, Options{Target: stream(nil)})
	if r.Target != 0 || len(r.Suggestions) != 0 {
		t.Errorf("%+v", r)
	}
	broken := errors.New("broken")
	if _, err := Suggest(context.Background(), Options{Target: func(func(*chaping.Review) error) error { return broken }}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestLogOdds(t *testing.T) {
	// Worked by hand: a = 0.01·1000 = 10.
	delta, z := LogOdds(30, 1000, 10, 3000, 0.01, 1000)
	want := math.Log(40.0/1960) - math.Log(20.0/3980)
	if math.Abs(delta-want) > 1e-12 || math.Abs(z-want/math.Sqrt(1.0/40+1.0/20)) > 1e-12 {
		t.Errorf("δ %f, z %f", delta, z)
	}
	if delta, z := LogOdds(10, 1000, 10, 1000, 0.01, 1000); delta != 0 || z != 0 {
		t.Errorf("equal shares: δ %f, z %f", delta, z)
	}
	_, few := LogOdds(2, 1000, 0, 1000, 0.001, 1000)
	_, many := LogOdds(20, 1000, 0, 1000, 0.01, 1000)
	if few >= many || few > 2 {
		t.Errorf("two reviews are as sure as twenty: %f, %f", few, many)
	}
}

func TestEntropy(t *testing.T) {
	var n neighbours
	if n.entropy() != 0 {
		t.Error("no neighbours")
	}
	for range 8 {
		n.add('了')
	}
	if n.entropy() != 0 {
		t.Errorf("always the same: %f", n.entropy())
	}
	for range 8 {
		n.add('吧')
	}
	if math.Abs(n.entropy()-math.Log(2)) > 1e-12 {
		t.Errorf("two: %f", n.entropy())
	}
	var e neighbours
	for range 5 {
		e.add(edge)
	}
	if math.Abs(e.entropy()-math.Log(5)) > 1e-12 {
		t.Errorf("five edges: %f", e.entropy())
	}
	for r := range rune(1000) {
		n.add('一' + r)
	}
	if len(n.of) != maxNeighbours || n.edges == 0 {
		t.Errorf("%d neighbours kept", len(n.of))
	}
}

// corpus reads the shopping reviews that lie beside the project.
func corpus(t testing.TB) []chaping.Review {
	t.Helper()
	zr, err := gzip.NewReader(bufio.NewReader(corpora.Open(t, "corpora/online_shopping_10_cats.csv.gz")))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(zr).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []chaping.Review
	for i, row := range rows[1:] {
		r := chaping.Review{Platform: "c", Product: row[0], ID: fmt.Sprint(i), Text: row[2], Grade: chaping.Positive}
		if row[1] == "0" {
			r.Grade = chaping.Negative
		}
		list = append(list, r)
	}
	return list
}

// TestCorpusControl splits real reviews at random: between the parts nothing
// has risen but a phrase that is put in.
func TestCorpusControl(t *testing.T) {
	list := corpus(t)
	rng := rand.New(rand.NewPCG(7, 7))
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	target, baseline := list[:len(list)/4], list[len(list)/4:]
	ends := []string{"叮当蹦蓝珠", "，叮当蹦蓝珠，要退", "！叮当蹦蓝珠了", "开机就叮当蹦蓝珠"}
	planted := 0
	for i := range target {
		if target[i].Grade == chaping.Negative && rng.IntN(250) == 0 {
			target[i].Text += ends[rng.IntN(len(ends))]
			planted++
		}
	}
	dict, err := nlp.ShippedDictionary()
	if err != nil {
		t.Fatal(err)
	}
	r := suggest(t, Options{Target: stream(target), Baseline: stream(baseline), Dictionary: dict})
	if len(r.Suggestions) == 0 || r.Suggestions[0].Phrase != "叮当蹦蓝珠" || r.Suggestions[0].Target != uint64(planted) {
		t.Errorf("planted %d, found %v", planted, r.Suggestions)
	}
	if len(r.Suggestions) > 3 { // of thousands of candidates at z ≥ 3
		t.Errorf("%d suggestions besides: %v", len(r.Suggestions)-1, r.Suggestions)
	}
}

func BenchmarkSuggest(b *testing.B) {
	list := corpus(b)
	o := Options{Target: stream(list[:len(list)/2]), Baseline: stream(list[len(list)/2:]), MinReviews: 5, MinZ: 3, Examples: 2}
	for b.Loop() {
		suggest(b, o)
	}
	b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "reviews/s")
}
