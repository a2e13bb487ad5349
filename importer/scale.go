package importer

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"chaping"
	"chaping/ingest"
)

// scale finds out what the numbers of the column of ratings mean. Where a wrong
// guess would make complaints of praise, the column is not used until somebody
// has said what they are: the texts grade the reviews then.
func (m *mapper) scale() {
	rule := m.options.Profile.rule()
	m.u.Scale = float64(rule.Max)
	i, ok := m.column[fieldRating]
	if !ok || i < 0 {
		m.u.Scale = cmp.Or(m.options.Scale, m.u.Scale)
		return
	}
	n := m.ratings(i)
	said, ok := m.saidOf(i)
	m.best1 = ok && said.reversed
	switch {
	case m.options.Scale > 0:
		m.u.Scale, m.zero = m.options.Scale, n.zeros > 0 && m.options.Scale <= 4
	case !m.options.Profile.Understand && m.options.Profile.Scale.Max > 0:
		m.u.Scale = m.options.Profile.Scale.Max
	case ok && said.holds(n):
		m.u.Scale, m.u.Signed, m.zero = cmp.Or(said.max, m.u.Scale), said.signed, said.zero && !n.content(0)
	case len(n.values) > 0:
		m.guessScale(i, n)
	}
}

// guessScale tells by the numbers which scale they are on, and asks.
func (m *mapper) guessScale(i int, n *ratingNumbers) {
	rule, name := m.options.Profile.rule(), m.samples[i].name
	s, known := ingest.ScaleOf(n.values, rule.Max)
	highest := slices.Max(n.values)
	q := Question{Kind: AskScale, Column: name, Field: fieldRating, Samples: m.examples(i)}
	switch {
	case !known && n.mistakes(rule.Max):
		q.Text, q.Assumed = fmt.Sprintf("列“%s”的评分最高到 %v，满分是多少？", name, highest), "超过满分的按未评分收录"
	case !known:
		m.withhold(i, fmt.Sprintf("列“%s”的评分最高到 %v，满分是多少？", name, highest))
		return
	case s.Signed:
		m.u.Signed = true
		q.Text, q.Assumed = fmt.Sprintf("列“%s”的评分是 1、0、-1，是好评、中评、差评吗？", name), "按好评、中评、差评读取"
	case s.Max != float64(rule.Max):
		m.u.Scale, m.zero = s.Max, s.Max == 1
		q.Text, q.Assumed = fmt.Sprintf("列“%s”的评分满分像是 %v 分，是吗？", name, s.Max), fmt.Sprintf("按满分 %v 折算",
			s.Max)
	case highest <= 3 && n.whole && (namesCodes(name) || n.contrary()):
		m.withhold(i, fmt.Sprintf("列“%s”的数字像好评、中评、差评的代号，哪个数字是好评？%s", name, n.heard()))
		return
	case n.zeros > 0 && highest <= 4 && n.complained(0):
		m.withhold(i, fmt.Sprintf("列“%s”最高到 %v，0 分的评论是抱怨：0 是最低分吗，满分是多少？%s", name, highest, n.heard()))
		return
	case len(n.by) == 1 && highest <= 0.4*m.u.Scale && n.content(highest):
		m.withhold(i, fmt.Sprintf("列“%s”的评分全是 %v，评论却多是满意的：%v 是好评吗？%s", name, highest, highest, n.heard()))
		return
	case highest <= 3 && len(n.values) >= 20 && len(n.by) > 1:
		q.Text, q.Assumed = fmt.Sprintf("列“%s”的评分没有高于 %v 的，满分是多少？（也可能是好评、中评、差评的代号）", name, highest),
			fmt.Sprintf("按满分 %d 分读取", rule.Max)
	default:
		return
	}
	m.ask(q)
}

// withhold leaves the column of ratings unused until the question is answered.
// What a saved profile says was answered when it was made.
func (m *mapper) withhold(i int, text string) {
	q := Question{Kind: AskScale, Column: m.samples[i].name, Field: fieldRating, Samples: m.examples(i), Text: text,
		Assumed: "不用这一列，按评论文字判断差评", Blocks: true}
	if !m.options.Profile.Understand {
		q.Blocks, q.Assumed = false, "按模板读取"
		m.ask(q)
		return
	}
	m.ask(q)
	m.unset(i, "不知道数字的意思，没有用")
}

// namesCodes tells names of columns that hold kinds of ratings and not stars.
func namesCodes(name string) bool {
	return containsAny(plainName(name), "类型", "类别", "结果", "级别", "性质", "态度", "倾向", "情感", "好中", "好差", "標籤", "标签",
		"type", "result", "label", "sentiment", "polarity")
}

// ratingNumbers are the numbers of a column of ratings.
type ratingNumbers struct {
	values []float64
	zeros  int
	whole  bool
	by     map[float64]*opinion // zero included
}

// An opinion is what the text model makes of the texts that have one rating.
type opinion struct{ rows, read, complaints int }

// ratings reads the numbers of a column. Words, and numbers with their scale
// beside them, need no other.
func (m *mapper) ratings(i int) *ratingNumbers {
	n := &ratingNumbers{whole: true, by: map[float64]*opinion{}}
	for k, value := range m.samples[i].values {
		r, err := ingest.ParseRating(value)
		if err != nil || r.Of > 0 || r.Word != chaping.Unrated || strings.Trim(value, "-—－ ") == "" ||
			ingest.Blank(value) {
			continue
		}
		if r.Value == 0 {
			n.zeros++
		} else {
			n.values = append(n.values, r.Value)
		}
		n.whole = n.whole && r.Value == math.Trunc(r.Value)
		o := n.by[r.Value]
		if o == nil {
			o = &opinion{}
			n.by[r.Value] = o
		}
		o.rows++
		switch m.gradeOf(m.samples[i].at[k]) {
		case chaping.Unrated:
		case chaping.Negative:
			o.complaints++
			fallthrough
		default:
			o.read++
		}
	}
	return n
}

// gradeOf is what the text model makes of the text of a row of the sample.
func (m *mapper) gradeOf(row int) chaping.Grade {
	if m.options.GradeText == nil || !m.mapped(fieldText) {
		return chaping.Unrated
	}
	if m.grades == nil {
		m.grades = map[int]chaping.Grade{}
		m.texts = map[int]string{}
		s := m.samples[m.column[fieldText]]
		for k, value := range s.values {
			m.texts[s.at[k]] = value
		}
	}
	g, known := m.grades[row]
	if !known {
		review := chaping.Review{Text: ingest.Text(m.texts[row])}
		if review.Text != "" {
			m.options.GradeText(&review)
		}
		g = review.Grade
		m.grades[row] = g
	}
	return g
}

// mistakes tells whether so few of many numbers are beyond the best rating that
// somebody has mistyped them.
func (n *ratingNumbers) mistakes(most int) bool {
	beyond := 0
	for _, v := range n.values {
		if v > float64(most) {
			beyond++
		}
	}
	return beyond*100 <= len(n.values)
}

// complained tells whether most texts of a rating are complaints, content whether
// hardly any is.
func (n *ratingNumbers) complained(v float64) bool {
	o := n.by[v]
	return o != nil && o.read > 0 && o.complaints*2 > o.read
}

func (n *ratingNumbers) content(v float64) bool {
	o := n.by[v]
	return o != nil && o.read >= 3 && o.complaints*10 <= o.read*4
}

// contrary tells whether the texts of the lowest rating are content and those of
// the highest complain.
func (n *ratingNumbers) contrary() bool {
	low, high := n.by[slices.Min(n.values)], n.by[slices.Max(n.values)]
	return low != high && low.read >= 2 && high.read >= 2 && low.complaints*5 <= low.read &&
		high.complaints*5 >= high.read*4
}

// heard words what the model makes of the texts, by rating.
func (n *ratingNumbers) heard() string {
	var parts []string
	for _, v := range slices.Sorted(maps.Keys(n.by)) {
		if o := n.by[v]; o.read > 0 {
			parts = append(parts, fmt.Sprintf("%v 的 %d 条里 %d 条像抱怨", v, o.read, o.complaints))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "（" + chaping.Shorten(strings.Join(parts, "，"), 120) + "）"
}

// A saidScale is one that is written in the name of a column, or in a remark
// below it.
type saidScale struct {
	max              float64 // 0: not said
	zero             bool
	signed, reversed bool
}

// holds tells whether the numbers are on the scale.
func (s saidScale) holds(n *ratingNumbers) bool {
	for _, v := range n.values {
		if s.signed && v != 1 && v != -1 || !s.signed && (v < 0 || s.max > 0 && v > s.max || s.max == 0 && v > 5) {
			return false
		}
	}
	return true
}

// saidOf is the scale that the name of a column says, or one of its first values
// that is a remark.
func (m *mapper) saidOf(i int) (saidScale, bool) {
	if s, ok := scaleSaid(m.samples[i].name); ok {
		return s, true
	}
	for _, value := range m.samples[i].values[:min(len(m.samples[i].values), 3)] {
		if _, err := ingest.ParseRating(value); err != nil {
			if s, ok := scaleSaid(value); ok {
				return s, true
			}
		}
	}
	return saidScale{}, false
}

const (
	scaleWord = `(非常不满意|很不满意|最不满意|不满意|非常满意|很满意|最满意|满意|最不好|最好|最佳|最优|最高|最差|最低|最坏|` +
		`好评|中评|差评|非常好|非常差|很好|很差|好|差|优|中|一般|正面|负面|中性|positive|negative|neutral|best|worst)`
	scaleNumber = `(-?\d{1,3})\s*(?:分|星|颗星)?`
	scaleEquals = `\s*(=|:|为|是|即|代表|表示|-)?\s*`
)

var (
	scaleMax = regexp.MustCompile(`(?:满分|最高|总分|out of)\s*(?:为|是|:|=)?\s*(\d{1,3})\s*分?|` +
		`(\d{1,3})\s*[分星]制|/\s*(\d{1,3})\s*[分星]?\s*(?:$|[)\]】])`)
	scaleWords = regexp.MustCompile(`(五|十|百)[分星]制`)
	scaleRange = regexp.MustCompile(`(?:^|[^\d])(-?[01])\s*[分星]?\s*(?:-|~|～|–|—|至|到)\s*(\d{1,3})(?:$|[^\d])`)
	numberWord = regexp.MustCompile(scaleNumber + scaleEquals + scaleWord)
	wordNumber = regexp.MustCompile(scaleWord + scaleEquals + scaleNumber)
)

// scaleSaid reads 满分10分, 十分制, 1-10, 1=非常满意 and their kin.
func scaleSaid(name string) (s saidScale, ok bool) {
	name = strings.ToLower(width.Fold.String(name))
	if m := scaleMax.FindStringSubmatch(name); m != nil {
		s.max, _ = strconv.ParseFloat(cmp.Or(m[1], m[2], m[3]), 64)
	} else if m := scaleWords.FindStringSubmatch(name); m != nil {
		s.max = map[string]float64{"五": 5, "十": 10, "百": 100}[m[1]]
	}
	if m := scaleRange.FindStringSubmatch(name); m != nil {
		low, high := m[1], m[2]
		switch n, _ := strconv.ParseFloat(high, 64); {
		case low == "-1":
			s.signed = n == 1
		case low == "0" && n >= 1 || n >= 2:
			s.max, s.zero = n, low == "0"
		}
	}
	said := s != saidScale{} && (s.max != 1 || s.zero)
	if l, ok := legend(name); ok {
		l.max, l.zero = max(l.max, s.max), l.zero || s.zero
		return l, true
	}
	return s, said
}

// legend reads which numbers are the good ones: 1=非常满意，5=非常不满意.
func legend(name string) (s saidScale, ok bool) {
	if i := strings.IndexAny(name, "([【"); i >= 0 {
		name = name[i:] // before it stands the name: 满意度（1-5）
	}
	pairs := numberWord.FindAllStringSubmatch(name, -1)
	number, joint, word := 1, 2, 3
	if digit := strings.IndexAny(name, "0123456789"); digit >= 0 {
		if at := wordNumber.FindStringIndex(name); at != nil && at[0] < digit {
			pairs, number, joint, word = wordNumber.FindAllStringSubmatch(name, -1), 3, 2, 1
		}
	}
	good, bad := math.NaN(), math.NaN()
	for _, p := range pairs {
		if len(pairs) == 1 && (!containsAny(p[word], "最", "非常", "很", "best", "worst") ||
			p[joint] == "" && !strings.HasPrefix(p[word], "最")) {
			continue // one word alone says neither end
		}
		v, _ := strconv.ParseFloat(p[number], 64)
		s.zero, s.max, s.signed = s.zero || v == 0, max(s.max, v), s.signed || v < 0
		switch {
		case containsAny(p[word], "不", "差", "低", "坏", "负", "negative", "worst"):
			bad = v
		case containsAny(p[word], "中", "一般", "neutral"):
		default:
			good = v
		}
	}
	switch {
	case s.signed:
		return saidScale{signed: true}, good == 1
	case !math.IsNaN(good) && !math.IsNaN(bad):
		s.reversed = good < bad
		return s, good != bad
	case good <= 1 && s.max <= 1: // the best is 1; how far it goes is not said
		return saidScale{reversed: true}, good == 1
	case good == s.max:
		return s, true
	case bad == s.max && bad > 1:
		s.reversed = true
		return s, true
	}
	return saidScale{}, false
}

// reversed compares ratings with what the texts say.
func (m *mapper) reversed() {
	if !m.mapped(fieldRating) || m.options.GradeText == nil || m.options.Reversed || m.best1 {
		return
	}
	rating := m.column[fieldRating]
	var complaints, all [2]int // of low and of high ratings
	for k, value := range m.samples[rating].values {
		r, err := ingest.ParseRating(value)
		if err != nil || r.None() {
			continue
		}
		of := cmp.Or(r.Of, m.u.Scale)
		side := 0
		switch {
		case r.Word == chaping.Negative || r.Word == chaping.Unrated && !m.u.Signed && r.Value <= 0.4*of:
		case r.Word == chaping.Positive || r.Word == chaping.Unrated && !m.u.Signed && r.Value >= 0.8*of:
			side = 1
		default:
			continue
		}
		grade := m.gradeOf(m.samples[rating].at[k])
		if grade == chaping.Unrated {
			continue
		}
		all[side]++
		if grade == chaping.Negative {
			complaints[side]++
		}
	}
	if all[0] < 3 || all[1] < 3 {
		return
	}
	low, high := float64(complaints[0])/float64(all[0]), float64(complaints[1])/float64(all[1])
	few := all[0] < 5 || all[1] < 5
	if high > low+0.3 && !few || low <= 0.2 && high >= 0.8 {
		m.ask(Question{Kind: AskReversed, Column: m.samples[rating].name, Field: fieldRating,
			Samples: m.examples(rating),
			Text: fmt.Sprintf("列“%s”的低分评论里只有 %.0f%% 像抱怨，高分的有 %.0f%%：评分是不是反的（1 最好）？", m.samples[rating].name, 100*low,
				100*high), Assumed: "照原样读取"})
	}
}

// withoutScale is the name of a column without the scale that it says.
func withoutScale(name string) string {
	name = strings.ToLower(width.Fold.String(name))
	for _, re := range []*regexp.Regexp{scaleMax, scaleWords, scaleRange} {
		name = re.ReplaceAllString(name, "")
	}
	return name
}

// wrongScale is how many ratings are beyond the best one before the scale is wrong
// and not the rows.
const wrongScale = 20

// scaleHolds ends an import whose later ratings are beyond the scale that its
// first ones were on, as in a file that is sorted by them: what they meant was
// wrong then.
func (im *run) scaleHolds() error {
	if im.Scale > 0 {
		return nil
	}
	var beyond, rated int64
	value := ""
	for reason, n := range im.sum.Reasons {
		if strings.HasPrefix(reason, TitleOf(fieldRating)+"："+ingest.BeyondScale) {
			beyond += n
			value = im.sum.Examples[reason][0].Value
		}
	}
	for key, c := range im.sum.ratings {
		if key.rating > 0 {
			rated += c.Rows
		}
	}
	if beyond < wrongScale || beyond*100 <= rated+beyond {
		return nil
	}
	return &chaping.InputError{File: im.file, Field: fieldRating, Value: value,
		Problem: fmt.Sprintf("有 %d 行的评分超过看出的满分，前面的评分也就读错了，已停止导入", beyond),
		Remedy:  "指明评分的满分再导入；已经存入的一部分可以撤销"}
}
