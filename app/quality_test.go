package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/analysis/quality"
	"chaping/store"
)

// A judgedSample is a sample of a period with n affirmed mentions, all of them
// drawn, and what people make of them.
type judgedSample struct {
	drawn Drawn
	made  decided
	now   time.Time
	last  int64
}

var (
	qualityPeriod = chaping.Period{Year: 2026, Month: time.November}
	qualityTerms  = []chaping.Term{{Name: "漏电", Field: "家电", Hazard: chaping.HazardElectrical, Severity: 4}}
)

func newJudgedSample(n, population int) *judgedSample {
	s := &judgedSample{now: qualityPeriod.Window().From, made: decided{
		judgements: map[chaping.Judged]chaping.Judgement{}, readings: map[chaping.ReviewKey]chaping.Reading{},
		disputed: map[chaping.Judged]bool{},
	}}
	s.drawn.terms = map[string]chaping.Term{"漏电": qualityTerms[0]}
	s.drawn.strata = map[stratum]*quality.Stratum{{"家电", 4}: {Population: uint64(population), Sampled: uint64(n)}}
	s.drawn.frame = store.Frame{Terms: []store.TermFrame{{Term: "漏电", Negative: true, Pairs: uint64(population), Kept: uint64(population)}},
		Negative: uint64(population) + 50, NegativeAffirmed: uint64(population)}
	for i := range n {
		text := fmt.Sprintf("用了%d天就漏电，%s。", i, strings.Repeat("真", i%5)+string(rune('一'+i)))
		r := chaping.Review{Platform: "mall", Product: "A", ID: fmt.Sprint(i), Grade: chaping.Negative, Text: text}
		at := len([]rune(text[:strings.Index(text, "漏电")]))
		s.drawn.Mentions = append(s.drawn.Mentions, chaping.Evidence{Term: "漏电", Review: r,
			Mention: chaping.Mention{Term: "漏电", Surface: "漏电", Start: at, End: at + 2}})
	}
	return s
}

// judge has somebody decide on the i-th mention, some time after the last.
func (s *judgedSample) judge(i int, by string, v chaping.Verdict, after time.Duration) {
	s.now, s.last = s.now.Add(after), s.last+1
	m := &s.drawn.Mentions[i]
	about := chaping.Judged{Review: m.Review.Key(), Term: m.Term}
	s.made.judgements[about] = chaping.Judgement{Review: about.Review, Term: about.Term, Verdict: v, By: by, At: s.now, Decision: s.last}
}

func (s *judgedSample) quality() *chaping.Quality {
	return s.drawn.quality(store.Edition{Period: qualityPeriod, Dictionary: "d"}, s.made)
}

func TestQualityOfBadDecisions(t *testing.T) {
	const careful, hasty = 8 * time.Second, 2 * time.Second
	alternating := func(i int) chaping.Verdict {
		if i%4 == 0 {
			return chaping.Rejected
		}
		return chaping.Confirmed
	}
	t.Run("nobody", func(t *testing.T) {
		if q := newJudgedSample(60, 600).quality(); q.Unfound.Known || q.Affirmed.Known != chaping.KnowNothing || q.Right.Known || q.Missed.Known {
			t.Errorf("%+v", q)
		}
	})
	t.Run("three mentions", func(t *testing.T) {
		s := newJudgedSample(3, 3)
		s.judge(0, "张三", chaping.Confirmed, careful)
		if q := s.quality(); q.Affirmed.Known != chaping.KnowFew || q.Affirmed.High != 0 {
			t.Errorf("one of three: %+v", q.Affirmed)
		}
		s.judge(1, "张三", chaping.Confirmed, careful)
		s.judge(2, "张三", chaping.Rejected, careful)
		if q := s.quality(); !q.Right.Known || q.Right.Estimate < 1.99 || q.Affirmed.Known != chaping.KnowAll || q.Affirmed.Low != q.Affirmed.High || q.Affirmed.Hits != 2 {
			t.Errorf("three of three: %+v", q.Affirmed)
		}
	})
	t.Run("no mention at all", func(t *testing.T) {
		s := newJudgedSample(0, 0)
		s.drawn.strata, s.drawn.frame.Terms = nil, nil
		if q := s.quality(); q.Affirmed.Population != 0 || q.Affirmed.Known != chaping.KnowNothing || len(q.Hazards) != 0 {
			t.Errorf("%+v", q)
		}
	})
	t.Run("no other review: an empty stratum", func(t *testing.T) {
		s := newJudgedSample(60, 600)
		for i := range 50 {
			r := chaping.Review{Platform: "mall", Product: "A", ID: fmt.Sprint("n", i), Grade: chaping.Negative, Text: "差"}
			s.drawn.Negative = append(s.drawn.Negative, r)
			s.made.readings[r.Key()] = chaping.Reading{Review: r.Key(), Problem: i < 10}
		}
		q := s.quality()
		if q.UnfoundOther.Population != 0 || q.Unfound != (chaping.Amount{Known: true, Estimate: 10, Low: 10, High: 10}) || q.Missed.Known {
			t.Errorf("%+v", q)
		}
	})
	t.Run("careful", func(t *testing.T) {
		s := newJudgedSample(60, 600)
		for i := range 60 {
			s.judge(i, "张三", alternating(i), careful)
		}
		q := s.quality()
		if q.Affirmed.Known != chaping.KnowInterval || q.Affirmed.Estimate != 0.75 || len(q.Hurried) != 0 || q.Unequal != 0 {
			t.Errorf("%+v", q)
		}
		if q.Negative != q.Affirmed || q.Hazards[0].Share != q.Affirmed || q.Fields[0].Share != q.Affirmed {
			t.Errorf("one stratum, and its parts differ: %+v", q)
		}
		if q.Right.Estimate != 450 || q.Counted != 600 {
			t.Errorf("%+v", q.Right)
		}
	})
	t.Run("confirms everything in two seconds", func(t *testing.T) {
		s := newJudgedSample(60, 600)
		for i := range 60 {
			s.judge(i, "李四", chaping.Confirmed, hasty)
		}
		if q := s.quality(); len(q.Hurried) != 1 || q.Hurried[0] != (chaping.Hurry{By: "李四", Decisions: 60, Seconds: 2}) ||
			q.Affirmed.Known != chaping.KnowInterval || q.Affirmed.High != 1 || q.Affirmed.Low == 1 {
			t.Errorf("%+v", q)
		}
	})
	t.Run("fast, but rejects", func(t *testing.T) {
		s := newJudgedSample(60, 600)
		for i := range 60 {
			s.judge(i, "李四", alternating(i), hasty)
		}
		if q := s.quality(); len(q.Hurried) != 0 {
			t.Errorf("%+v", q.Hurried)
		}
	})
	t.Run("from a file, at one moment", func(t *testing.T) {
		s := newJudgedSample(60, 600)
		for i := range 60 {
			s.judge(i, "李四", chaping.Confirmed, 0)
		}
		if q := s.quality(); len(q.Hurried) != 0 {
			t.Errorf("%+v", q.Hurried)
		}
	})
	t.Run("two people, and the same sentence", func(t *testing.T) {
		s := newJudgedSample(60, 600)
		s.drawn.Mentions[1].Review.Text = s.drawn.Mentions[0].Review.Text + "！"
		for i := range 60 {
			s.judge(i, []string{"张三", "李四"}[i%2], alternating(i), careful)
		}
		m := s.drawn.Mentions[7]
		s.made.disputed[chaping.Judged{Review: m.Review.Key(), Term: m.Term}] = true
		if q := s.quality(); q.Disagreed != 1 || q.Unequal != 1 {
			t.Errorf("%+v", q)
		}
	})
	t.Run("a term that is gone", func(t *testing.T) {
		s := newJudgedSample(60, 600)
		for i, v := range []chaping.Verdict{chaping.Confirmed, chaping.Unreviewed} {
			about := chaping.Judged{Review: chaping.ReviewKey{Platform: "mall", Product: "A", Review: fmt.Sprint(i)}, Term: "没有了"}
			s.made.judgements[about] = chaping.Judgement{Term: about.Term, Verdict: v, At: s.now}
		}
		if q := s.quality(); q.Gone != 1 || q.Affirmed.Judged != 0 {
			t.Errorf("%+v", q)
		}
	})
}

func TestSameSentence(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"用了三天就漏电。", "用了三天就漏电！", true},
		{"很好看。用了3天就漏电了", "差。用了15天，就漏电了。再也不买", true},
		{"太太太烫了，漏电。", "太烫了 漏电", true},
		{"会漏电。", "会漏电？", false},
		{"不漏电。", "漏电。", false},
		{"隔壁家的漏电。", "我家的漏电。", false},
	} {
		key := func(s string) string {
			at := len([]rune(s[:strings.Index(s, "漏电")]))
			return SameSentence(s, at, at+2)
		}
		if (key(c.a) == key(c.b)) != c.same {
			t.Errorf("%q %q: %q %q", c.a, c.b, key(c.a), key(c.b))
		}
	}
}

func FuzzClauses(f *testing.F) {
	for _, s := range []string{"", "。。", "好，很好。\n追评：漏电", " a\xff，\x00b", "……没有 标点"} {
		f.Add(s, 1, 3)
	}
	f.Fuzz(func(t *testing.T, body string, start, end int) {
		SameSentence(body, start, end)
		list := Clauses(body)
		if at := 0; len(list) > 0 {
			for _, s := range list {
				if s.Start != at || s.End <= s.Start {
					t.Fatalf("%q: %v", body, list)
				}
				at = s.End
			}
			if strings.TrimSpace(body[at:]) != "" || strings.ContainsFunc(body[at:], func(r rune) bool { return r > 0x4e00 && r < 0x9fff }) {
				t.Fatalf("%q is not in any of %v", body[at:], list)
			}
		}
		r := chaping.Reading{Problem: true, Marks: list}
		if err := r.Check(strings.ToValidUTF8(body, "?")); err != nil && strings.ToValidUTF8(body, "?") == body {
			t.Fatalf("%q: %v", body, err)
		}
	})
}

func TestDrifts(t *testing.T) {
	month := func(period string, confirmed, judged, defaults uint64) chaping.Quality {
		q := chaping.Quality{Period: period, Reviews: 10000, Defaults: defaults, Satisfied: 8000, Hidden: 80}
		q.Affirmed = quality.Estimate([]quality.Stratum{{Population: 5000, Sampled: judged, Judged: judged, Hits: confirmed}})
		return q
	}
	kinds := func(list ...chaping.Quality) (kinds []DriftKind) {
		for _, d := range Drifts(list) {
			kinds = append(kinds, d.Kind)
			if d.Since != "2026-09" {
				t.Errorf("%+v", d)
			}
		}
		return kinds
	}
	before, unsampled := month("2026-09", 133, 140, 2000), month("2026-10", 0, 0, 2000)
	unsampled.Reviews, unsampled.Satisfied = 0, 0
	for _, c := range []struct {
		name string
		now  chaping.Quality
		want []DriftKind
	}{
		{"as before", month("2026-11", 132, 140, 2100), nil},
		{"better", month("2026-11", 140, 140, 1000), nil},
		{"within chance", month("2026-11", 127, 140, 2000), nil},
		{"much worse", month("2026-11", 112, 140, 2000), []DriftKind{DriftPrecision}},
		{"not sampled", month("2026-11", 0, 0, 2000), nil},
		{"more defaults", month("2026-11", 132, 140, 3000), []DriftKind{DriftDefaults}},
	} {
		if got := kinds(c.now, unsampled, before); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if Drifts(nil) != nil || kinds(before) != nil {
		t.Error("a change without anything before")
	}
}
