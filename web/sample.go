package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/analysis/quality"
	"chaping/app"
	"chaping/nlp/discover"
	"chaping/report"
	"chaping/station"
	"chaping/store"
)

// A sampleKey names a sample as it was drawn.
type sampleKey struct {
	countedKey
	id int64
}

// sampled is a drawn sample with its sentences; drawn is nil where the period
// was not mined.
type sampled struct {
	drawn *app.Drawn
	items []item
}

func (s *Server) loadSample(ctx context.Context, key sampleKey) (*sampled, error) {
	e, err := s.Store.Edition(ctx, key.period, key.dictionary)
	if err != nil || !e.Mined() {
		return &sampled{}, err
	}
	sample, _, err := s.Station.Sample(ctx, key.period)
	if err != nil {
		return nil, err
	}
	d, err := app.Draw(ctx, s.Store, e, s.terms(), sample)
	if err != nil {
		return nil, err
	}
	of := &sampled{drawn: d}
	for i := range d.Mentions {
		of.items = append(of.items, newItem(&d.Mentions[i]))
	}
	return of, nil
}

// sample is the period's; drawn is nil where there is none, ok false while it is
// being drawn.
func (q *request) sample(p chaping.Period) (of *sampled, ok bool, err error) {
	return q.sampleWithin(p, deskPatience)
}

// sampleToJudge is the period's for a decision, which waits for it.
func (q *request) sampleToJudge(p chaping.Period) (*sampled, error) {
	of, ok, err := q.sampleWithin(p, deskDecision)
	if err == nil && !ok {
		err = stillReading(p)
	}
	return of, err
}

// stillReading refuses a decision on what could not be read in time.
func stillReading(p chaping.Period) error {
	return &fault{http.StatusServiceUnavailable, "报送期 " + p.String() + " 的证据还在读取，这次没有保存", "过一会儿再按一次", nil}
}

func (q *request) sampleWithin(p chaping.Period, patience time.Duration) (of *sampled, ok bool, err error) {
	sample, planned, err := q.Station.Sample(q.ctx, p)
	if err != nil || !planned {
		return &sampled{}, true, err
	}
	return q.desk.samples.get(q.ctx, sampleKey{countedKey{p, q.miner().Version()}, sample.ID}, patience)
}

// A progress is how much of a sample people have judged.
type progress struct {
	Done    int `json:"done"`
	Total   int `json:"total"`
	Minutes int `json:"minutes"` // about, for what is left
}

// Open tells whether anything is left.
func (p progress) Open() bool { return p.Done < p.Total }

// progress tells how far people are with a sample.
func (q *request) progress(of *sampled) (p progress, err error) {
	if of.drawn == nil {
		return p, nil
	}
	judged, err := q.App.Judgements(q.ctx)
	if err != nil {
		return p, err
	}
	read, err := q.App.Readings(q.ctx)
	if err != nil {
		return p, err
	}
	done := of.drawn.Done(judged, read)
	p.Done, p.Total = done[0]+done[1]+done[2], of.drawn.Decisions()
	p.Minutes = app.Minutes(p.Total - p.Done)
	return p, nil
}

// progressThere is the progress where the page that is looked at shows it; nil
// elsewhere.
func (q *request) progressThere(of *sampled) (*progress, error) {
	if !strings.Contains(q.r.Header.Get("HX-Current-URL"), "/review/sample") {
		return nil, nil
	}
	p, err := q.progress(of)
	return &p, err
}

// A readingCard is a review that is to be read as a whole.
type readingCard struct {
	ID        string            `json:"id"`
	Review    chaping.ReviewKey `json:"review"`
	Published time.Time         `json:"published"`
	Grade     chaping.Grade     `json:"grade"`
	Rating    int               `json:"rating"` // 0: none
	Clauses   []clause          `json:"clauses"`
	Same      int               `json:"same"` // reviews of the sample that say the same, this one included
	Read      bool              `json:"read"`
	Reading   chaping.Reading   `json:"reading"`
	Marks     []proposal        `json:"marked"` // the words that were marked

	says string
}

// A clause is a part of a review that can be marked.
type clause struct {
	chaping.Span
	Text string `json:"text"`
}

// A proposal is what a person has marked, for the dictionary.
type proposal struct {
	Text string `json:"text"`
	Term string `json:"term,omitempty"` // the nearest
}

// readings are the reviews of the sample, in order, with what people made of
// them.
func (q *request) readings(of *sampled) (list []*readingCard, err error) {
	if of.drawn == nil {
		return nil, nil
	}
	read, err := q.App.Readings(q.ctx)
	if err != nil {
		return nil, err
	}
	same := map[string]int{}
	for _, reviews := range [][]chaping.Review{of.drawn.Negative, of.drawn.Other} {
		for i := range reviews {
			r := &reviews[i]
			body := r.Body()
			c := &readingCard{
				ID: chaping.Judged{
					Review: r.Key(),
				}.ID(), Review: r.Key(), Published: r.Published, Grade: r.Grade, Rating: r.Rating,
				says: fmt.Sprint(r.Grade == chaping.Negative) + app.SameText(body),
			}
			c.Reading, c.Read = read[r.Key()]
			for _, s := range app.Clauses(body) {
				c.Clauses = append(c.Clauses, clause{s, body[s.Start:s.End]})
			}
			for _, m := range c.Reading.Marks {
				if m.End <= len(body) { // another copy of the review holds by now
					text := strings.TrimRight(body[m.Start:m.End], "，,。.！!？?；;、 \n")
					c.Marks = append(
						c.Marks,
						proposal{Text: text, Term: discover.NearestTerm(q.miner().Dictionary(), text)},
					)
				}
			}
			same[c.says]++
			list = append(list, c)
		}
	}
	for _, c := range list {
		c.Same = same[c.says]
	}
	return list, nil
}

// maxCards is how much of a sample a page shows: what is judged leaves it, and the
// rest follows. A sample of the usual size is one page.
const maxCards = 200

// samplePage leads through what is left of the sample. The same sentence, and the
// same review, comes once.
func (q *request) samplePage() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	c, ok, err := q.counted(p)
	if err != nil {
		return err
	}
	of, drawn, err := q.sample(p)
	if err != nil {
		return err
	}
	if !ok || !drawn {
		return q.loading("正在抽取报送期 " + p.String() + " 的样本")
	}
	page := samplePage{
		picker:  q.pick(p, "/review/sample"),
		Counted: c,
		Planned: of.drawn != nil,
		Judge:   q.may("POST /review/judge"),
	}
	if page.Progress, err = q.progress(of); err != nil {
		return err
	}
	if page.Items, ok, err = q.openItems(p, of); err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读取报送期 " + p.String() + " 的证据")
	}
	if page.More = len(page.Items) > maxCards; page.More {
		page.Items = page.Items[:maxCards]
	}
	if err := q.dress(page.Items); err != nil {
		return err
	}
	nameItems(page.Items, c.names())
	cards, err := q.readings(of)
	if err != nil {
		return err
	}
	shown := map[string]bool{}
	for _, card := range cards {
		if card.Read {
			if card.Reading.Problem && !page.Progress.Open() {
				page.Found = append(page.Found, card)
			}
		} else if !shown[card.says] {
			shown[card.says] = true
			page.Readings = append(page.Readings, card)
		}
	}
	if room := maxCards - len(page.Items); len(page.Readings) > room {
		page.Readings, page.More = page.Readings[:room], true
	}
	if of.drawn != nil {
		page.Margin = of.drawn.Margin
	}
	if c.Mined && page.Planned && !page.Progress.Open() { // who has just judged the last one wants to see it
		_, err := q.App.Quality(q.ctx, c.Edition, q.terms())
		if errors.Is(err, store.ErrReplaced) {
			return q.loading("正在计入报送期 " + p.String() + " 的复核")
		}
		if err != nil {
			return err
		}
	}
	if page.Quality, _, err = q.quality(p); err != nil {
		return err
	}
	return q.render("sample", page)
}

type samplePage struct {
	picker
	Counted  counted             `json:"counted"`
	Planned  bool                `json:"planned"`
	Progress progress            `json:"progress"`
	Margin   float64             `json:"margin"`
	Items    []item              `json:"sentences"`
	Readings []*readingCard      `json:"reviews"`
	Found    []*readingCard      `json:"problems"` // once all is judged: reviews that speak of a problem
	Quality  []report.Definition `json:"quality"`
	Judge    bool                `json:"-"`
	More     bool                `json:"more"` // than is shown
}

// openItems are the sentences of the sample that nobody has judged, the same one
// once, each with how many of the period say the same.
func (q *request) openItems(p chaping.Period, of *sampled) (list []item, ok bool, err error) {
	judged, err := q.App.Judgements(q.ctx)
	if err != nil {
		return nil, false, err
	}
	open := map[string]int{}
	for _, i := range of.items {
		if _, shown := open[i.says]; shown ||
			judged[chaping.Judged{Review: i.Review, Term: i.Term}].Verdict != chaping.Unreviewed {
			continue
		}
		open[i.says] = 0
		i.Judgement = judged[chaping.Judged{Review: i.Review, Term: i.Term}]
		list = append(list, i)
	}
	_, ok, err = q.items(p, func(i *item) bool {
		if _, asked := open[i.says]; asked {
			open[i.says] = i.Same
		}
		return false
	})
	for n := range list {
		list[n].Same = max(open[list[n].says], 1)
	}
	return list, ok, err
}

// plan asks for a sample with another interval.
func (q *request) plan() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	var points float64
	if text := q.form("interval"); text != "" {
		if points, err = strconv.ParseFloat(text, 64); err != nil {
			return bad("区间“"+chaping.Shorten(text, 20)+"”不是数", "写正负几个百分点，例如 5")
		}
	}
	sample, err := q.App.PlanSample(q.ctx, p, points/100, q.account.Person)
	if err != nil {
		return err
	}
	q.act.Object = fmt.Sprintf("报送期 %s，±%g 个百分点", p, 100*sample.Margin)
	q.recountSoon(p)
	return q.redirect("/review/sample?period="+p.String(), "")
}

// read takes what a person made of a whole review, for all of the sample that
// say the same, and answers with it.
func (q *request) read() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	of, err := q.sampleToJudge(p)
	if err != nil {
		return err
	}
	cards, err := q.readings(of)
	if err != nil {
		return err
	}
	id := q.form("id")
	at := slices.IndexFunc(cards, func(c *readingCard) bool { return c.ID == id })
	if at < 0 {
		return &fault{http.StatusNotFound, "这条评论不在报送期 " + p.String() + " 的样本里", "刷新页面；词库或评论可能刚有变化", nil}
	}
	card := cards[at]
	switch verdict := q.form("verdict"); verdict {
	case "none":
		_, _, err = q.Station.UndoReading(q.ctx, card.Reading.Decision)
	case "problem", "fine":
		err = q.storeReading(of, cards, card, verdict == "problem", q.list("marks"))
	default:
		err = bad("没有选择有没有问题", "重新选择")
	}
	if err != nil {
		return err
	}
	q.recountSoon(p)
	if q.r.Header.Get("HX-Request") == "" {
		return q.redirect(q.back("/review/sample?period="+p.String()), "")
	}
	if cards, err = q.readings(of); err != nil {
		return err
	}
	done, err := q.progressThere(of)
	if err != nil {
		return err
	}
	return q.fragment("sample", "reading", shownReading{cards[at], p, true, done})
}

// shownReading is what the template of one review needs.
type shownReading struct {
	C        *readingCard
	Period   chaping.Period
	Judge    bool
	Progress *progress
}

// storeReading stores what was made of a review, for those too that say the same
// and of which nothing else was made.
func (q *request) storeReading(
	of *sampled,
	cards []*readingCard,
	card *readingCard,
	problem bool,
	marks []string,
) error {
	spans, err := readSpans(marks)
	if err != nil {
		return err
	}
	bodies := map[chaping.ReviewKey]string{}
	for _, list := range [][]chaping.Review{of.drawn.Negative, of.drawn.Other} {
		for i := range list {
			bodies[list[i].Key()] = list[i].Body()
		}
	}
	one := chaping.Reading{Review: card.Review, Problem: problem, Marks: spans, By: q.account.Person}
	if !problem && len(spans) > 0 {
		return bad("标出了问题的词，又选了没有问题", "去掉标记，或选“有问题”")
	}
	if err := one.Check(bodies[card.Review]); err != nil {
		return bad("标出的词不在这条评论里", "刷新页面后重新标")
	}
	readings := []chaping.Reading{one}
	for _, c := range cards {
		if c == card || c.says != card.says || c.Read && c.Reading.Decision != card.Reading.Decision {
			continue
		}
		other := one
		if other.Review = c.Review; bodies[c.Review] != bodies[card.Review] {
			other.Marks = nil // the words stand elsewhere in it
		}
		readings = append(readings, other)
	}
	q.act.Object = fmt.Sprintf("%s/%s/%s", card.Review.Platform, card.Review.Product, card.Review.Review)
	q.act.Detail = map[bool]string{true: "有问题", false: "没有问题"}[problem]
	if len(readings) > 1 {
		q.act.Detail += fmt.Sprintf("，同样的评论 %d 条", len(readings))
	}
	return q.Station.Read(q.ctx, readings...)
}

// readSpans reads marks as forms send them, "12-18", in any order; those that
// touch or overlap become one.
func readSpans(marks []string) (spans []chaping.Span, err error) {
	for _, text := range marks {
		var s chaping.Span
		if n, err := fmt.Sscanf(text, "%d-%d", &s.Start, &s.End); n != 2 || err != nil || s.Start < 0 ||
			s.End <= s.Start {
			return nil, bad("标记“"+chaping.Shorten(text, 20)+"”无法识别", "写成“开始-结束”，按字节数")
		}
		spans = append(spans, s)
	}
	slices.SortFunc(spans, func(a, b chaping.Span) int { return a.Start - b.Start })
	var out []chaping.Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out, nil
}

// qualityPeriods is how many periods are compared.
const qualityPeriods = 12

// quality is what is known of the period's counts, in words, with what became
// worse since the periods before. It is what was kept when the period was
// counted last.
func (q *request) quality(p chaping.Period) (lines []report.Definition, falls []fall, err error) {
	list, err := q.qualities(p)
	if err != nil {
		return nil, nil, err
	}
	lines, falls = worded(list, p)
	return lines, falls, nil
}

// worded words the statement of a period, with what became worse; list is of the
// statements up to it, the latest first.
func worded(list []chaping.Quality, p chaping.Period) (lines []report.Definition, falls []fall) {
	if len(list) == 0 || list[0].Period != p.String() {
		return report.QualityLines(&chaping.Quality{}), nil
	}
	for _, d := range app.Drifts(list) {
		falls = append(falls, newFall(d, p))
	}
	return report.QualityLines(&list[0]), falls
}

// qualities are the statements kept up to a period, the latest first.
func (q *request) qualities(p chaping.Period) (list []chaping.Quality, err error) {
	kept, err := q.Station.Qualities(q.ctx, p, qualityPeriods)
	for _, k := range kept {
		list = append(list, k.Quality)
	}
	return list, err
}

// A fall is a drift in words, with where the sentences behind it stand.
type fall struct {
	app.Drift
	Text string `json:"text"`
	Path string `json:"-"`
	Link string `json:"-"`
}

func newFall(d app.Drift, p chaping.Period) fall {
	points := func(a chaping.Amount) string { return fmt.Sprintf("%.1f%%", 100*a.Estimate) }
	f := fall{Drift: d}
	since, period := "比 "+d.Since+" 期，", p.String()
	switch d.Kind {
	case app.DriftPrecision:
		f.Text = since + "命中的准确率从 " + points(d.Before) + " 降到 " + points(d.Now)
		f.Path, f.Link = "/review?state=rejected&period="+period, "看被排除的句子"
	case app.DriftMissed:
		f.Text = since + "没有被评论关键词找到的问题评论从 " + points(d.Before) + " 升到 " + points(d.Now)
		f.Path, f.Link = "/lexicon/coverage?period="+period, "看词库没有听到的"
	case app.DriftDefaults:
		f.Text = since + "默认评论的占比从 " + points(d.Before) + " 升到 " + points(d.Now)
		f.Path, f.Link = "/products?period="+period, "看商品"
	case app.DriftHidden:
		f.Text = since + "好评里说出问题的从 " + points(d.Before) + " 升到 " + points(d.Now)
		f.Path, f.Link = "/review?state=all&grade=hidden&period="+period, "看这些句子"
	}
	return f
}

// accuracyPage says how right the numbers of a period are, and how that went over
// the periods.
func (q *request) accuracyPage() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	page := accuracyPage{picker: q.pick(p, "/quality"), Plan: q.may("POST /review/sample")}
	if page.List, err = q.qualities(p); err != nil {
		return err
	}
	page.Lines, page.Falls = worded(page.List, p)
	sample, planned, err := q.Station.Sample(q.ctx, p)
	if err != nil {
		return err
	}
	page.Sample.Margin = quality.DefaultMargin
	if page.Planned = planned; planned {
		page.Sample = sample
	}
	return q.render("quality", page)
}

type accuracyPage struct {
	picker
	Lines   []report.Definition `json:"statement"`
	Falls   []fall              `json:"falls"`
	List    []chaping.Quality   `json:"periods"` // the latest first
	Planned bool                `json:"planned"`
	Sample  station.Sample      `json:"sample"`
	Plan    bool                `json:"-"`
}
