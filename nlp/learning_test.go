package nlp

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp/assertion"
)

// thorough simulates learning on every labelled field of goods, with many draws:
//
//	go test ./nlp -run TestLearningSimulated -thorough -v
var thorough = flag.Bool("thorough", false, "simulate learning on every labelled field, with many draws")

// A labelledField is the labelled pairs of a field of goods, and a miner whose
// network has never seen one of them.
type labelledField struct {
	name  string
	pairs []Pair
	miner *Miner
}

// labelledFields trains a network without each field of which there are some
// hundred pairs, or the named ones only.
func labelledFields(t *testing.T, only ...string) (fields []labelledField) {
	pairs, _ := trainingPairs(t)
	reviews := trainingReviews(t)
	d, err := keywordDictionary("标注", pairs)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMiner(d, withCuesOnly())
	if err != nil {
		t.Fatal(err)
	}
	examples := m.examples(pairs)
	more, others, err := markedExamples(reviews, dictionaries.Files)
	if err != nil {
		t.Fatal(err)
	}
	pairs, examples = append(pairs, more...), append(examples, others...)
	byField := map[string][]Pair{}
	for _, p := range pairs {
		byField[p.Category] = append(byField[p.Category], p)
	}
	const least = 150
	for _, name := range slices.Sorted(maps.Keys(byField)) {
		own := distinctPairs(byField[name])
		if name == "" || len(own) < least || len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		var lessons []assertion.Lesson
		for i, p := range pairs {
			if p.Category != name {
				lessons = append(lessons, examples[i].lessons...)
			}
		}
		var file bytes.Buffer
		if _, err := m.judge.Learn(lessons).WithCut(simulatedCut).WriteTo(&file); err != nil {
			t.Fatal(err)
		}
		data := shippedData(t)
		data[networkFile].Data = file.Bytes()
		d, err := keywordDictionary(name, own)
		if err != nil {
			t.Fatal(err)
		}
		miner, err := NewMiner(d, WithData(data))
		if err != nil {
			t.Fatal(err)
		}
		fields = append(fields, labelledField{name, own, miner})
	}
	return fields
}

// simulatedCut is the cut that TrainMentions chooses for all pairs.
const simulatedCut = -1.9

// distinctPairs has every review and keyword once, affirmed if one of them is.
// Keywords of one character, which no dictionary takes, are left out.
func distinctPairs(pairs []Pair) (own []Pair) {
	at := map[string]int{}
	for _, p := range pairs {
		if utf8.RuneCountInString(p.Keyword) < 2 {
			continue
		}
		key := p.Text + "\x00" + p.Keyword
		if i, ok := at[key]; !ok {
			at[key] = len(own)
			own = append(own, p)
		} else if p.Assertion == chaping.Affirmed {
			own[i].Assertion = p.Assertion
		}
	}
	return own
}

// A simulated is what learning came to on a field, by the number of decisions.
type simulated struct {
	drawn         int        // decisions
	before, after [2]float64 // precision and recall of affirmed in the rest; means over draws
	worst         [2]float64 // smallest gain of a draw
	adopted       int
	whole         [2]float64 // precision and recall in the whole field before
	counted       [2]float64 // and after, as a sheet counts it: without what was rejected
	examples      []string
}

// simulate draws n of the pairs that the miner affirms, or takes the most doubtful
// ones, decides them as they are labelled, learns, and measures on the rest.
func (f *labelledField) simulate(t *testing.T, n, seeds int, doubtful bool) (s simulated) {
	var affirmed []int
	for i, p := range f.pairs {
		if e := evalWith(f.miner, []Pair{p}); e.Confusion[0][0]+e.Confusion[1][0]+e.Confusion[2][0]+e.Confusion[3][0] > 0 {
			affirmed = append(affirmed, i)
		}
	}
	s.drawn = min(n, len(affirmed)*2/3)
	s.worst = [2]float64{1, 1}
	all := evalWith(f.miner, f.pairs)
	s.whole = [2]float64{all.Precision, all.Recall}
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 17))
		order := rng.Perm(len(affirmed))
		if doubtful {
			slices.SortStableFunc(order, func(a, b int) int {
				return cmp.Compare(f.margin(affirmed[a]), f.margin(affirmed[b]))
			})
		}
		drawn := map[int]bool{}
		var decided []Decided
		rejected := 0
		for _, at := range order[:s.drawn] {
			p := f.pairs[affirmed[at]]
			drawn[affirmed[at]] = true
			decided = append(
				decided,
				Decided{Term: p.Keyword, Text: p.Text, Confirmed: p.Assertion == chaping.Affirmed},
			)
			if p.Assertion != chaping.Affirmed {
				rejected++
			}
		}
		learning, err := f.miner.Learn(decided)
		if err != nil {
			t.Fatal(err)
		}
		after := f.miner
		if learning.Better {
			s.adopted++
			after = f.miner.Adapted(learning.Adapter)
		}
		var rest []Pair
		for i, p := range f.pairs {
			if !drawn[i] {
				rest = append(rest, p)
			}
		}
		a, b := evalWith(f.miner, rest), evalWith(after, rest)
		for k, gain := range [2]float64{b.Precision - a.Precision, b.Recall - a.Recall} {
			s.worst[k] = min(s.worst[k], gain)
		}
		s.before[0] += a.Precision / float64(seeds)
		s.before[1] += a.Recall / float64(seeds)
		s.after[0] += b.Precision / float64(seeds)
		s.after[1] += b.Recall / float64(seeds)
		labelled := 0
		for _, p := range f.pairs {
			if p.Assertion == chaping.Affirmed {
				labelled++
			}
		}
		right, all := b.Confusion[0][0]+s.drawn-rejected, s.drawn-rejected
		for i := range b.Confusion {
			all += b.Confusion[i][0]
		}
		s.counted[0] += float64(right) / float64(all) / float64(seeds)
		s.counted[1] += float64(right) / float64(labelled) / float64(seeds)
		if learning.Better {
			s.examples = append(s.examples, changed(a, b)...)
		}
	}
	slices.Sort(s.examples)
	s.examples = slices.Compact(s.examples)
	return s
}

// margin is how sure the network is of a pair; of what a cue affirms, quite.
func (f *labelledField) margin(i int) float32 {
	p := f.pairs[i]
	term := slices.IndexFunc(f.miner.dict.Terms, func(t chaping.Term) bool { return t.Name == p.Keyword })
	most := float32(-1)
	for _, l := range f.miner.decisions(new(scratch), &Decided{Term: p.Keyword, Text: p.Text}, term) {
		if l.Cue {
			return math.MaxFloat32
		}
		most = max(most, l.Score)
	}
	return most
}

// changed are the pairs that two evaluations judge otherwise.
func changed(a, b *MentionEval) (list []string) {
	wrong := func(e *MentionEval) map[string]WrongPair {
		m := map[string]WrongPair{}
		for _, w := range e.Wrong {
			m[w.Text+"\x00"+w.Keyword] = w
		}
		return m
	}
	before, after := wrong(a), wrong(b)
	for key, w := range before {
		if _, still := after[key]; !still {
			list = append(list, fmt.Sprintf("right now: %s %s", w.Keyword, chaping.Shorten(w.Text, 60)))
		}
	}
	for key, w := range after {
		if _, was := before[key]; !was {
			list = append(list, fmt.Sprintf("wrong now: %s %s", w.Keyword, chaping.Shorten(w.Text, 60)))
		}
	}
	return list
}

// TestLearningSimulated decides in fields of goods that the network has never seen.
// Drawn at random, decisions teach next to nothing there: what is left of errors is
// of all kinds, and a network that has learnt nine tenths of the field makes as
// many. What matters is that nothing gets worse where decisions are few, and that
// nothing is adopted by chance. Decided in the order of doubt, the field's numbers
// become right, and recall does not fall.
func TestLearningSimulated(t *testing.T) {
	only, draws := []string{"手机"}, 2
	if *thorough {
		only, draws = nil, 20
	}
	for _, f := range labelledFields(t, only...) {
		for _, n := range []int{60, 150} {
			s := f.simulate(t, n, draws, false)
			s.log(t, &f, "at random")
			if s.after[0] < s.before[0]-rounding || s.worst[1] < -MaxLost || n < 100 && s.worst[1] < 0 {
				t.Errorf(
					"%s after %d: precision %.4f → %.4f, recall falls by %.4f",
					f.name,
					n,
					s.before[0],
					s.after[0],
					-s.worst[1],
				)
			}
			s = f.simulate(t, n, 1, true)
			s.log(t, &f, "in the order of doubt")
			if wanted := min(0.95, (1+s.whole[0])/2); n == 150 && s.counted[0] < wanted ||
				s.counted[1] < s.whole[1]-MaxLost {
				t.Errorf(
					"%s after %d: precision %.4f → %.4f, recall %.4f → %.4f",
					f.name,
					n,
					s.whole[0],
					s.counted[0],
					s.whole[1],
					s.counted[1],
				)
			}
		}
	}
}

const rounding = 1e-9

func (s *simulated) log(t *testing.T, f *labelledField, how string) {
	t.Logf(
		"%s, %d pairs, %d decisions %s: rest %.4f/%.4f → %.4f/%.4f (worst %+.4f/%+.4f, adopted %d times), field as counted %.4f/%.4f → %.4f/%.4f",
		f.name,
		len(f.pairs),
		s.drawn,
		how,
		s.before[0],
		s.before[1],
		s.after[0],
		s.after[1],
		s.worst[0],
		s.worst[1],
		s.adopted,
		s.whole[0],
		s.whole[1],
		s.counted[0],
		s.counted[1],
	)
	for _, x := range s.examples[:min(10, len(s.examples))] {
		t.Log(x)
	}
}

// stationDecisions are n decisions of a station whose telephones are written of
// otherwise than mining takes it: 震动 is what they are meant to do.
func stationDecisions(m *Miner, n int) (list []Decided) {
	rejected := []string{
		"来电时开着震动也听不见%s", "%s的震动比铃声好用", "上课调成震动%s", "震动加铃声一起响%s", "短信来了震动两下%s",
		"%s设成震动放在口袋里", "闹钟震动能把我叫醒%s", "开会就用震动%s",
	}
	confirmed := []string{
		"用了%s就发热烫手", "充电时发热，%s", "打电话十分钟就发热%s", "机身发热，%s很担心", "%s玩一会儿发热严重",
		"%s三天就发热，已经退了", "后盖发热%s", "%s发热得拿不住",
	}
	who := []string{"老妈", "孩子", "同事", "朋友", "我", "妹妹", "邻居", "老公", "室友", "姐姐", "老师", "叔叔", "奶奶", "舅舅", "队友", "客户"}
	goods := m.GoodsOf("手机")
	for i := range n {
		of := who[i/8%len(who)]
		if more := i / 8 / len(who); more > 0 {
			of += "和" + who[more%len(who)]
		}
		list = append(list, Decided{Term: "震动", Text: fmt.Sprintf(rejected[i%8], of), Goods: goods})
		if i++; i%3 > 0 {
			list[len(list)-1] = Decided{
				Term:      "发热",
				Text:      fmt.Sprintf(confirmed[i%8], of),
				Goods:     goods,
				Confirmed: true,
			}
		}
	}
	return list
}

func learningMiner(t testing.TB) *Miner {
	t.Helper()
	d, err := NewDictionary("词库", []chaping.Term{
		{
			Name:     "震动",
			Field:    "手机数码",
			Hazard:   "mechanical",
			Severity: 1,
		}, {Name: "发热", Field: "手机数码", Hazard: "thermal", Severity: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestLearn learns that a term means something else on a station's goods.
func TestLearn(t *testing.T) {
	t.Parallel()
	m := learningMiner(t)
	decided := stationDecisions(m, 150)
	l, err := m.Learn(decided)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf(
		"%d confirmed, %d rejected, %d copies: %+v → %+v, known %v → %v",
		l.Confirmed,
		l.Rejected,
		l.Copies,
		l.Before,
		l.After,
		l.KnownBefore,
		l.KnownAfter,
	)
	if !l.Better || l.After.Precision < 0.95 || l.After.Recall < 0.98 || len(l.Changes) == 0 || len(l.Doubts) == 0 ||
		l.Doubts[0].Term != "震动" {
		t.Fatalf("%+v", l)
	}
	after := m.Adapted(l.Adapter)
	if after.Version() == m.Version() || after.Base() == m.Base() || after.Adapted(nil) != m {
		t.Error("versions do not tell the adapter")
	}
	goods := m.GoodsOf("手机")
	for _, c := range []struct {
		text  string
		goods Goods
		want  chaping.Assertion
	}{
		{"我爸上班一直开着震动的", goods, chaping.Other},
		{"手机发热，用一会儿就烫手", goods, chaping.Affirmed},
	} {
		got := after.MineGoods(nil, c.text, c.goods)
		if len(got) != 1 || got[0].Assertion != c.want {
			t.Errorf("%s: %+v", c.text, got)
		}
	}
	if x := after.ExplainGoods("我爸上班一直开着震动的", goods).String(); !strings.Contains(x, "复核学习") {
		t.Error(x)
	}
	again, err := after.Learn(decided) // on top of the network, not of itself
	if err != nil || again.Version != l.Version {
		t.Errorf("learnt again: %v %v", again, err)
	}
	stored, err := assertion.NewAdapter(l.Adapter.Weights())
	if err != nil || stored.Version() != l.Version || m.Adapted(stored).Version() != after.Version() {
		t.Error("stored weights are another adapter", err)
	}
}

// TestLearnBadInput gives decisions from which nothing is to be learnt: nothing
// changes, and it is said why.
func TestLearnBadInput(t *testing.T) {
	t.Parallel()
	m := learningMiner(t)
	all := stationDecisions(m, 150)
	only := func(confirmed bool) (list []Decided) {
		for _, d := range all {
			if d.Confirmed == confirmed {
				list = append(list, d)
			}
		}
		return list
	}
	contrary := slices.Clone(all)
	for _, d := range all {
		d.Confirmed = !d.Confirmed
		contrary = append(contrary, d)
	}
	unknown := slices.Clone(all)
	for i := range unknown {
		unknown[i].Term = "没有的词条"
	}
	copies := slices.Repeat(all[:1], 300)
	for name, c := range map[string]struct {
		decided []Decided
		fits    func(l *Learning) bool
	}{
		"none":          {nil, func(l *Learning) bool { return l.MissingDecisions == LeastDecisions }},
		"few":           {all[:30], func(l *Learning) bool { return l.MissingDecisions == LeastDecisions-l.Confirmed-l.Rejected }},
		"all confirmed": {only(true), func(l *Learning) bool { return l.MissingRejections == LeastRejections }},
		"contradictory": {contrary, func(l *Learning) bool {
			return len(l.Contradictory) > 100 && l.MissingDecisions == LeastDecisions
		}},
		"unknown term": {unknown, func(l *Learning) bool {
			return slices.Equal(l.Unknown, []string{"没有的词条"}) && l.Confirmed == 0
		}},
		"copies":       {copies, func(l *Learning) bool { return l.Copies == 299 && l.Confirmed+l.Rejected == 1 }},
		"text is gone": {[]Decided{{Term: "震动", Text: "很好"}}, func(l *Learning) bool { return l.NotFound == 1 }},
	} {
		l, err := m.Learn(c.decided)
		if err != nil || l.Better || l.Adapter != nil && l.Better || !c.fits(l) {
			t.Errorf("%s: %+v %v", name, l, err)
		}
	}
	// Everything rejected is learnt only as far as known sentences allow.
	l, err := m.Learn(only(false))
	if err != nil || l.Better && l.KnownAfter.Found < l.KnownBefore.Found {
		t.Errorf("all rejected: %+v %v", l, err)
	}
	for _, w := range []assertion.AdapterWeights{
		{Bias: math.NaN()}, {Strings: map[string]float64{"x": 1}}, {Strings: map[string]float64{"99999999": 1}},
		{Names: map[string]float64{"词条": math.Inf(1)}},
	} {
		if _, err := assertion.NewAdapter(w); err == nil {
			t.Errorf("%+v is an adapter", w)
		}
	}
}

func TestByChance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mended, lost int
		want         float64
	}{{0, 0, 1}, {5, 0, 1.0 / 32}, {4, 0, 1.0 / 16}, {7, 1, 9.0 / 256}, {0, 3, 1}, {1, 1, 0.75}} {
		if got := byChance(c.mended, c.lost); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%d mended, %d lost: %v, want %v", c.mended, c.lost, got, c.want)
		}
	}
}

// BenchmarkLearn learns from 2,000 decisions.
func BenchmarkLearn(b *testing.B) {
	m := learningMiner(b)
	decided := stationDecisions(m, 2000)
	for b.Loop() {
		l, err := m.Learn(decided)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(l.Confirmed+l.Rejected), "sentences")
	}
}
