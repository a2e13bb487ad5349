package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/analysis/incident"
	"chaping/crawler/evidence"
	"chaping/nlp"
	"chaping/report"
	"chaping/store"
	"chaping/store/storetest"
)

var now = time.Date(2026, 11, 26, 9, 0, 0, 0, chaping.Shanghai())

func miner(t testing.TB, terms ...string) *nlp.Miner {
	t.Helper()
	d, err := nlp.ParseTermList("terms.txt", strings.NewReader(strings.Join(terms, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	m, err := nlp.NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// filled is a store with reviews of two products over two periods.
func filled(t *testing.T) *store.Store {
	t.Helper()
	s := storetest.Open(t, storetest.Embedded(t))
	var reviews []chaping.Review
	texts := []string{"用了三天就漏电", "没有漏电", "怕漏电", "挺好", "漏电，漏电，还是漏电"}
	for i := range 5000 {
		reviews = append(reviews, chaping.Review{
			Platform: "mall", Product: []string{"A", "B"}[i%2], ID: fmt.Sprint(i), Text: texts[i%len(texts)],
			Published: time.Date(2026, 10, 1, 0, 0, 0, 0, chaping.Shanghai()).Add(time.Duration(i) * 15 * time.Minute), // to 22 November
			Rating:    1 + i%5, Grade: []chaping.Grade{1, 1, 2, 3, 3}[i%5], Rule: chaping.Stars().String(), Collected: now, Run: "r",
		})
	}
	if err := s.PutReviews(t.Context(), reviews); err != nil {
		t.Fatal(err)
	}
	var listings []chaping.Listing
	for _, id := range []string{"A", "B"} {
		listings = append(listings, chaping.Listing{Keyword: "水壶", SeenAt: now, Product: chaping.Product{Platform: "mall", ID: id, Name: "壶" + id}})
	}
	if err := s.PutListings(t.Context(), listings); err != nil {
		t.Fatal(err)
	}
	return s
}

func sheetRows(t *testing.T, p *Pipeline, period chaping.Period) (string, Mined) {
	t.Helper()
	sheet, mined, err := p.PlatformSheet(t.Context(), period, SheetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v\n%+v\n%+v", sheet.Rows, sheet.Evidence, sheet.Rules), mined
}

func TestMineIsRepeatable(t *testing.T) {
	s := filled(t)
	period := chaping.Period{Year: 2026, Month: time.November}
	p := &Pipeline{Store: s, Miner: miner(t, "漏电", "异味"), Now: func() time.Time { return now }}
	first, mined := sheetRows(t, p, period)
	if !mined.Fresh || mined.Reviews == 0 || mined.Mentions == 0 || mined.Affirmed >= mined.Mentions {
		t.Fatalf("%+v", mined)
	}

	again, mined := sheetRows(t, p, period)
	if mined.Fresh {
		t.Error("nothing has changed, yet the period was mined again")
	}
	if again != first {
		t.Errorf("the same window and dictionary gave another sheet:\n%s\n%s", first, again)
	}

	// Killed in the middle: what held before holds still.
	stopped, cancel := context.WithCancel(t.Context())
	broken := *p
	broken.Watch = func(Progress) { cancel() }
	if _, err := broken.Mine(stopped, period, true); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled mining: %v", err)
	}
	recovered, mined := sheetRows(t, p, period)
	if mined.Fresh || recovered != first {
		t.Errorf("after a kill: fresh %v, the same sheet %v", mined.Fresh, recovered == first)
	}

	// A new review makes the period stale.
	if err := s.PutReviews(t.Context(), []chaping.Review{{Platform: "mall", Product: "A", ID: "new", Text: "漏电了", Grade: chaping.Negative, Rating: 1,
		Rule: chaping.Stars().String(), Published: period.Window().From, Collected: now}}); err != nil {
		t.Fatal(err)
	}
	third, mined := sheetRows(t, p, period)
	if !mined.Fresh || third == first {
		t.Error("a new review was not noticed")
	}

	// So does another dictionary, whose numbers stand beside the old ones.
	other := &Pipeline{Store: s, Miner: miner(t, "漏电"), Now: p.Now}
	if other.Miner.Version() == p.Miner.Version() {
		t.Fatal("two dictionaries, one version")
	}
	if _, mined := sheetRows(t, other, period); !mined.Fresh {
		t.Error("another dictionary was not mined")
	}
	if _, mined := sheetRows(t, p, period); mined.Fresh {
		t.Error("another dictionary's mining touched the first one's")
	}
}

// TestClockSetBack: a mining that was killed while the clock was ahead hides
// nothing that comes after the clock was set right.
func TestClockSetBack(t *testing.T) {
	s := filled(t)
	period := chaping.Period{Year: 2026, Month: time.November}
	ahead, cancel := context.WithCancel(t.Context())
	broken := &Pipeline{Store: s, Miner: miner(t, "漏电"), Now: func() time.Time { return now.AddDate(4, 0, 0) }, Watch: func(Progress) { cancel() }}
	if _, err := broken.Mine(ahead, period, false); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled mining: %v", err)
	}
	p := &Pipeline{Store: s, Miner: broken.Miner, Now: func() time.Time { return now }}
	first, mined := sheetRows(t, p, period)
	if !mined.Fresh || mined.Affirmed == 0 {
		t.Fatalf("%+v", mined)
	}
	for day := range 3 { // and the next days
		p.Now = func() time.Time { return now.AddDate(0, 0, day) }
		again, mined := sheetRows(t, p, period)
		if mined.Fresh || again != first {
			t.Errorf("day %d: fresh %v, the same sheet %v", day, mined.Fresh, again == first)
		}
	}
	runs, err := s.Runs(t.Context(), store.RunFilter{Stage: stageMine, Period: period, Limit: 1})
	if err != nil || len(runs) != 1 || !runs[0].Done() {
		t.Errorf("the last run: %+v, %v", runs, err)
	}
}

// TestBaselineIsTheRules: a rule with a ratio compares with what its own terms
// were before, of whatever severity, and not with others of the hazard.
func TestBaselineIsTheRules(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	november := chaping.Period{Year: 2026, Month: time.November}
	d, err := nlp.NewDictionary("test", []chaping.Term{
		{Name: "变黄", Hazard: "chemical", Severity: 1},
		{Name: "中毒", Hazard: "chemical", Severity: 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := nlp.NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	var reviews []chaping.Review
	say := func(p chaping.Period, n int, text string) {
		for range n {
			reviews = append(reviews, chaping.Review{Platform: "mall", Product: "A", ID: fmt.Sprint(len(reviews)), Text: text, Grade: chaping.Negative,
				Published: p.Window().From.Add(time.Hour), Collected: now})
		}
	}
	say(november.Previous(), 4, "用了三天就变黄了")
	say(november.Previous(), 1, "吃了以后中毒了")
	say(november, 12, "用了三天就变黄了")
	say(november, 3, "吃了以后中毒了")
	if err := s.PutReviews(t.Context(), reviews); err != nil {
		t.Fatal(err)
	}
	rules := &incident.Rules{Quiet: 1, Rules: []incident.Rule{
		{ID: "yellow", Name: "变黄", Trigger: 2, Scope: "product", Terms: []string{"变黄"}, Reviews: 1, Ratio: 1},
		{ID: "poison", Name: "中毒", Trigger: 2, Scope: "product", Terms: []string{"中毒"}, Reviews: 1, Ratio: 1},
	}}
	p := &Pipeline{Store: s, Miner: m, Now: func() time.Time { return now }}
	found, err := p.Urgent(t.Context(), november, rules, 1)
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	for _, c := range found {
		want := map[string][2]float64{"yellow": {12, 4}, "poison": {3, 1}}[c.Rule]
		if float64(c.Reviews) != want[0] || c.Earlier != want[1] {
			t.Errorf("%s: %d reviews, %v before, want %v", c.Rule, c.Reviews, c.Earlier, want)
		}
	}
}

// The counts agree with a recount that shares nothing with the SQL.
func TestSheetAgreesWithRecount(t *testing.T) {
	s := filled(t)
	period := chaping.Period{Year: 2026, Month: time.November}
	m := miner(t, "漏电")
	p := &Pipeline{Store: s, Miner: m, Now: func() time.Time { return now }}
	sheet, _, err := p.PlatformSheet(t.Context(), period, SheetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	type counts struct{ negative, reviews, allNegative, withoutDefault, hidden, affirmed uint64 }
	want := map[string]counts{}
	err = s.Reviews(t.Context(), period.Window(), func(r *chaping.Review) error {
		c := want[r.Product]
		c.reviews++
		c.withoutDefault++
		affirmed := false
		for _, x := range m.Mine(nil, r.Body()) {
			affirmed = affirmed || x.Assertion == chaping.Affirmed
		}
		if r.Grade == chaping.Negative {
			c.allNegative++
		}
		if affirmed {
			c.affirmed++
			switch r.Grade {
			case chaping.Negative:
				c.negative++
			case chaping.Positive:
				c.hidden++
			}
		}
		want[r.Product] = c
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(sheet.Rows) != 2 {
		t.Fatalf("%+v", sheet.Rows)
	}
	evidence := map[int]map[string]bool{}
	for _, e := range sheet.Evidence {
		if e.Counted == chaping.CountsNegative {
			if evidence[e.Seq] == nil {
				evidence[e.Seq] = map[string]bool{}
			}
			evidence[e.Seq][e.Review] = true
		}
	}
	for _, r := range sheet.Rows {
		got := counts{r.NegativeReviews, r.Reviews, r.AllNegativeReviews, r.ReviewsWithoutDefault, r.HiddenComplaints, r.AffirmedReviews}
		if got != want[r.ProductID] {
			t.Errorf("%s: %+v, recounted %+v", r.ProductID, got, want[r.ProductID])
		}
		if n := len(evidence[r.Seq]); uint64(n) != r.NegativeReviews {
			t.Errorf("%s: %d negative reviews, evidence of %d", r.ProductID, r.NegativeReviews, n)
		}
	}
	if len(sheet.Rules) != 1 || !strings.Contains(sheet.Rules[0].Rule, "1–2 分为差评") {
		t.Errorf("rules %+v", sheet.Rules)
	}
}

func TestEmptyPeriod(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	p := &Pipeline{Store: s, Miner: miner(t, "漏电"), Now: func() time.Time { return now }}
	sheet, mined, err := p.PlatformSheet(t.Context(), chaping.Period{Year: 2019, Month: time.March}, SheetOptions{})
	if err != nil || len(sheet.Rows) != 0 || mined.Reviews != 0 {
		t.Errorf("%+v %+v %v", sheet, mined, err)
	}
}

func TestMineOfflineKeepsOrder(t *testing.T) {
	var in bytes.Buffer
	var want []string
	for i := range 10_000 {
		fmt.Fprintf(&in, `{"id":%d,"text":"漏电%d"}`+"\n", i, i)
		want = append(want, fmt.Sprintf(`{"id":%d,"term":"漏电","surface":"漏电","start":0,"end":2,"assertion":`, i))
	}
	var out bytes.Buffer
	total, err := MineOffline(t.Context(), miner(t, "漏电"), "in", &in, &out, func(e *chaping.InputError) { t.Error(e) }, nil)
	if err != nil || total.Reviews != 10_000 || total.Mentions != 10_000 {
		t.Fatalf("%+v, %v", total, err)
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Fatalf("line %d: %s, want %s", i+1, got[i], want[i])
		}
	}
}

// failing fails after n bytes.
type failing struct{ n int }

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestMineOfflineStopsOnWriteError(t *testing.T) {
	in := io.LimitReader(repeat(`{"id":1,"text":"漏电"}`+"\n"), 64<<20)
	_, err := MineOffline(t.Context(), miner(t, "漏电"), "in", in, &failing{n: 1 << 20}, func(*chaping.InputError) {}, nil)
	if err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("error %v", err)
	}
}

// repeat reads s over and over.
type repeat string

func (r repeat) Read(p []byte) (int, error) {
	n := 0
	for len(p)-n >= len(r) {
		n += copy(p[n:], r)
	}
	if n == 0 {
		return 0, io.ErrShortBuffer
	}
	return n, nil
}

func FuzzMineOffline(f *testing.F) {
	f.Add([]byte(`{"id":1,"text":"没有漏电"}` + "\n" + `{"id":2}` + "\n\n[]"))
	f.Add([]byte("\xef\xbb\xbf{\"id\":\"a\",\"text\":\"\\u6f0f\\u7535\"}"))
	m := miner(f, "漏电", "异味")
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		refused := uint64(0)
		total, err := MineOffline(t.Context(), m, "in", bytes.NewReader(data), &out, func(*chaping.InputError) { refused++ }, nil)
		if err != nil || refused != total.Refused {
			t.Fatalf("%+v, %d refused, %v", total, refused, err)
		}
		if uint64(bytes.Count(out.Bytes(), []byte("\n"))) != total.Mentions {
			t.Fatalf("%+v, output %q", total, out.String())
		}
	})
}

// Mining keeps the pages behind severe affirmed mentions, once; a run that is
// on record as done has done it. What was out of reach of a collection stands
// in the rows of its product.
func TestEvidenceAndGaps(t *testing.T) {
	s := filled(t)
	period := chaping.Period{Year: 2026, Month: time.November}
	kept, err := evidence.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	put := func(body, review string) {
		t.Helper()
		if err := kept.Put(t.Context(), &evidence.Page{URL: "https://m.example/" + body, Fetched: now, Body: []byte(body), Reviews: []chaping.ReviewKey{{Platform: "mall", Product: "A", Review: review}}}); err != nil {
			t.Fatal(err)
		}
	}
	put("leaks", "4000") // 用了三天就漏电
	put("doubts", "4002")
	d := nlp.Dictionary{Terms: []chaping.Term{{Name: "漏电", Severity: 3}}}
	m, err := nlp.NewMiner(&d)
	if err != nil {
		t.Fatal(err)
	}
	p := &Pipeline{Store: s, Miner: m, Now: func() time.Time { return now }, Evidence: kept}
	for i, want := range []int{1, 0, 0} {
		mined, err := p.Mine(t.Context(), period, i == 1)
		if err != nil || mined.Pinned != want {
			t.Fatalf("time %d: %+v, %v", i, mined, err)
		}
	}
	list, err := kept.List(t.Context(), evidence.Filter{Pinned: true})
	if err != nil || len(list) != 1 || list[0].URL != "https://m.example/leaks" || list[0].Pinned != "2026-11 严重命中" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := s.PutCoverage(t.Context(), []chaping.Coverage{{Platform: "mall", Product: "B", Window: period.Window(), Missing: "超过 5 页", Final: true, At: now}}); err != nil {
		t.Fatal(err)
	}
	search := chaping.Coverage{Platform: "mall", Product: chaping.SearchFor("壶"), Window: period.Window(), Missing: "搜索结果没有读到底", At: now}
	if err := s.PutCoverage(t.Context(), []chaping.Coverage{search}); err != nil {
		t.Fatal(err)
	}
	sheet, _, err := p.PlatformSheet(t.Context(), period, SheetOptions{})
	if err != nil || len(sheet.Rows) == 0 || !slices.Equal(sheet.Unread, []string{"mall 关键词“壶”的搜索：搜索结果没有读到底"}) {
		t.Fatal(sheet, err)
	}
	if model, err := sheet.JSON(); err != nil || !strings.Contains(string(model), "没有读全、不在表上的商品共 1 处") {
		t.Errorf("the sheet does not say what was not read: %v", err)
	}
	for _, r := range sheet.Rows {
		if (r.Missing == "超过 5 页") != (r.ProductID == "B") {
			t.Errorf("row %+v", r)
		}
	}
}

// A watch asks for a term that the dictionary has under another name by now:
// the sheet says that nothing was counted of it.
func TestUnknownTermsAreNamed(t *testing.T) {
	p := &Pipeline{Store: filled(t), Miner: miner(t, "漏电", "异味"), Now: func() time.Time { return now }}
	period := chaping.Period{Year: 2026, Month: time.November}
	sheet, _, err := p.PlatformSheet(t.Context(), period, SheetOptions{Terms: []string{"漏电", "缩水"}})
	if err != nil {
		t.Fatal(err)
	}
	concerns := sheet.Check(0, nil)
	if !slices.ContainsFunc(concerns, func(c report.Concern) bool { return slices.Equal(c.Examples, []string{"缩水"}) }) {
		t.Errorf("nothing is said before freezing: %+v", concerns)
	}
	model, err := sheet.JSON()
	if err != nil || !strings.Contains(string(model), "缩水。监测任务要求统计，但不在词库里") {
		t.Errorf("the sheet does not say so: %v", err)
	}
	all, _, err := p.PlatformSheet(t.Context(), period, SheetOptions{Terms: []string{string(chaping.AllTerms)}})
	if err != nil {
		t.Fatal(err)
	}
	if model, err = all.JSON(); err != nil || !strings.Contains(string(model), "含一般质量，共 2 条") {
		t.Errorf("the sheet does not say what a set stands for: %v", err)
	}
	none, _, err := p.PlatformSheet(t.Context(), period, SheetOptions{Terms: []string{string(chaping.CoreSafety)}})
	if err != nil || len(none.Rows) != 0 || len(all.Rows) == 0 {
		t.Errorf("an empty set counts %d rows, all terms %d: %v", len(none.Rows), len(all.Rows), err)
	}
}
