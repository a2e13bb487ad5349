package app

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/crawler/evidence"
	"chaping/nlp"
	"chaping/nlp/polarity"
	"chaping/report"
	"chaping/store"
)

// A Pipeline runs the stages on one store.
type Pipeline struct {
	Store    *store.Store
	Miner    *nlp.Miner
	Evidence *evidence.Store // where pages of reviews are kept; nil: nowhere
	Now      func() time.Time
	Watch    Watcher

	// Judgements are what people have made of mentions; may be nil. What they
	// have rejected is left out wherever mentions are counted. They are not to
	// change once a stage was run.
	Judgements map[chaping.Judged]chaping.Judgement

	// Second is the model that may reject without a person, and seconds what it
	// rejected; empty where none may.
	Second  string
	seconds map[chaping.Judged]chaping.Judgement

	rejections *store.Rejections // of Judgements and seconds, once asked for
}

// Pipeline is ready to run the stages with these terms, on all that has been given
// to the database.
func (a *App) Pipeline(ctx context.Context, miner *nlp.Miner, watch Watcher) (*Pipeline, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.DrainBacklog(ctx); err != nil {
		return nil, err
	}
	kept, err := a.keptEvidence(ctx)
	if err != nil {
		return nil, err
	}
	judged, err := a.Judgements(ctx)
	if err != nil {
		return nil, err
	}
	p := &Pipeline{Store: s, Miner: miner, Evidence: kept, Now: a.Now, Watch: watch, Judgements: judged}
	p.seconds, p.Second, err = a.decidedBySecond(ctx, judged)
	return p, err
}

func (p *Pipeline) rejected() *store.Rejections {
	if p.rejections == nil {
		p.rejections = rejected(p.Judgements, p.seconds)
	}
	return p.rejections
}

// rejected are the judgements by which a review does not count for a term.
func rejected(judgements ...map[chaping.Judged]chaping.Judgement) *store.Rejections {
	var list []chaping.Judged
	for _, of := range judgements {
		for about, j := range of {
			if j.Verdict == chaping.Rejected {
				list = append(list, about)
			}
		}
	}
	return store.NewRejections(list)
}

func (p *Pipeline) judged(key chaping.ReviewKey, term string) chaping.Judgement {
	about := chaping.Judged{Review: key, Term: term}
	if j, ok := p.seconds[about]; ok {
		return j
	}
	return p.Judgements[about]
}

// stageMine is the stage's name in run records.
const stageMine = "mine"

// Mined says what mining a period came to.
type Mined struct {
	Period     string `json:"period"`
	Dictionary string `json:"dictionary"`
	Reviews    uint64 `json:"reviews"`
	Mined      uint64 `json:"mined"` // of Reviews, those that were mined now; the others' mentions were carried over
	Mentions   uint64 `json:"mentions"`
	Affirmed   uint64 `json:"affirmed"`
	Pinned     int    `json:"pinned"` // pages that are now kept as evidence of severe mentions, and were not before
	// NotChinese are those of Reviews in another language: nothing is found in them.
	NotChinese uint64 `json:"not_chinese"`
	Fresh      bool   `json:"fresh"` // false: the period had been mined before and nothing has changed
}

// batch is how many reviews go to a miner at once.
const batch = 2000

// Mine finds the mentions in every review of the period and counts them, unless
// that was done for the same reviews and listings with the same dictionary;
// again forces it.
func (p *Pipeline) Mine(ctx context.Context, period chaping.Period, again bool) (Mined, error) {
	_, out, err := p.edition(ctx, period, again)
	if err == nil {
		out.NotChinese, err = p.Store.ForeignTexts(ctx, period.Window())
	}
	return out, err
}

// edition brings the period up to date and gives what holds then.
func (p *Pipeline) edition(ctx context.Context, period chaping.Period, again bool) (store.Edition, Mined, error) {
	for try := 1; ; try++ {
		e, out, err := p.editionOnce(ctx, period, again)
		if try == tries || !errors.Is(err, errChanged) && !p.Store.Lost(err) {
			return e, out, err
		}
	}
}

// tries is how often a stage begins again after a server was lost while reviews
// were being read, for a stream does not continue elsewhere; or because reviews
// came while they were being counted.
const tries = 3

// moved tells whether reading failed because an edition was dropped or a server
// was lost: what was read is to be read again.
func (p *Pipeline) moved(err error) bool {
	return errors.Is(err, store.ErrReplaced) || p.Store.Lost(err)
}

// again runs a stage that only reads, and runs it again when what it read has
// moved.
func again[T any](p *Pipeline, read func() (T, error)) (T, error) {
	for try := 1; ; try++ {
		v, err := read()
		if try == tries || !p.moved(err) {
			return v, err
		}
	}
}

// errChanged ends counting reviews of which some came, went or changed
// meanwhile: numbers would be of two states.
var errChanged = &chaping.Error{Code: chaping.CodeEnvironment, Message: "统计期间，这个报送期的评论一直在变（正在导入或采集）",
	Remedy: "等导入或采集结束后再运行一次；已有的结果没有改动"}

// same fails with errChanged when the window's reviews are not those of state.
func (p *Pipeline) same(ctx context.Context, period chaping.Period, state string) error {
	now, _, err := p.Store.WindowState(ctx, period.Window(), state)
	if err == nil && !store.SameState(now, state) {
		err = errChanged
	}
	return err
}

func (p *Pipeline) editionOnce(ctx context.Context, period chaping.Period, again bool) (store.Edition, Mined, error) {
	version := p.Miner.Version()
	out := Mined{Period: period.String(), Dictionary: version}
	var known []string // states that were read before, also for other dictionaries
	fits := func() (store.Edition, string, uint64, bool, error) {
		editions, err := p.Store.Editions(ctx, period, period, "")
		e := store.Edition{Period: period, Dictionary: version}
		if err != nil {
			return e, "", 0, false, err
		}
		for _, other := range editions {
			if known = append(known, other.State); other.Dictionary == version {
				e = other
			}
		}
		// The state is read before the reviews: what arrives in between makes
		// the edition stale, never its mentions.
		state, total, err := p.Store.WindowState(ctx, period.Window(), known...)
		known = append(known, state)
		if err != nil || !e.Mined() || !store.SameState(e.State, state) {
			return e, state, total, false, err
		}
		holds, err := p.Store.Holds(ctx, e, p.rejected())
		return e, state, total, holds, err
	}
	if !again {
		e, _, _, fit, err := fits()
		if err != nil || fit {
			out.Reviews, out.Mentions, out.Affirmed = e.Reviews, e.Mentions, e.Affirmed
			return e, out, err
		}
	}
	ctx, editing, err := p.Store.Edit(ctx, period, p.waiting)
	if err != nil {
		return store.Edition{}, out, err
	}
	defer editing.Close()
	e, state, total, fit, err := fits() // somebody else may have done it meanwhile
	if err != nil {
		return e, out, err
	}
	if fit && !again {
		out.Reviews, out.Mentions, out.Affirmed = e.Reviews, e.Mentions, e.Affirmed
		return e, out, nil
	}
	g, err := p.goods(ctx, period)
	if err != nil {
		return e, out, err
	}
	// What has changed is what people judged, or listings.
	if e.Mined() && store.SameState(e.State, state) && e.Goods() == g.state && !again {
		n, _, err := p.Store.MentionCounts(ctx, e)
		if err != nil {
			return e, out, err
		}
		if n == e.Mentions {
			if e, err = editing.Recount(ctx, e, store.Made{
				Terms: p.Miner.Dictionary().Terms, Reject: p.rejected(), Check: p.sameGoods(period, g),
			}); err == nil {
				err = p.same(ctx, period, state)
			}
			out.Reviews, out.Mentions, out.Affirmed = e.Reviews, e.Mentions, e.Affirmed
			return e, out, err
		}
	}
	from := mineFrom{state: state, total: total, goods: g, again: again}
	return p.mine(ctx, period, editing, from, out)
}

// waiting tells that another process is at it.
func (p *Pipeline) waiting() {
	p.Watch.tell(Progress{Step: "挖掘", Detail: "另一个任务正在挖掘这个报送期，等它做完"})
}

// mineFrom is what a period is mined from.
type mineFrom struct {
	state string // of the window
	total uint64 // reviews in it
	goods *goods
	again bool // nothing is carried over
}

// mine makes a new edition of the period.
func (p *Pipeline) mine(
	ctx context.Context,
	period chaping.Period,
	editing *store.Editing,
	from mineFrom,
	out Mined,
) (store.Edition, Mined, error) {
	version := p.Miner.Version()
	run := store.Run{
		ID: fmt.Sprintf(
			"%s-%s-%s-%s",
			stageMine,
			period,
			version,
			p.Now().UTC().Format("20060102T150405.000000000"),
		),
		Stage:      stageMine,
		Period:     period,
		Dictionary: version,
		State:      from.state,
		Started:    p.Now(),
	}
	if err := p.Store.PutRun(ctx, run); err != nil {
		return store.Edition{}, out, err
	}
	w, err := editing.Mentions(ctx, version)
	if err != nil {
		return store.Edition{}, out, err
	}
	var before store.Edition
	if !from.again {
		before, err = p.mineEdit(ctx, period, w, from, &out)
	}
	if err == nil && !before.Mined() {
		err = p.mineReviews(ctx, func(ctx context.Context, each func(*chaping.Review) error) error {
			return p.Store.Reviews(ctx, period.Window(), each)
		}, w, from, &out)
		out.Mined = out.Reviews
	}
	if err != nil {
		return store.Edition{}, out, err
	}
	terms := p.Miner.Dictionary().Terms
	if err := p.Store.PutDictionary(ctx, store.Dictionary{Version: version, Base: p.Miner.Base(), Terms: terms}); err != nil {
		return store.Edition{}, out, err
	}
	e, err := editing.Count(
		ctx,
		w,
		store.Made{
			State: from.state, Reviews: from.total, Goods: from.goods.state,
			Terms: terms, Reject: p.rejected(), Before: before, Check: p.sameGoods(period, from.goods),
		},
	)
	if err != nil {
		return e, out, err
	}
	out.Reviews, out.Mentions, out.Affirmed = e.Reviews, e.Mentions, e.Affirmed
	if out.Pinned, err = p.pin(ctx, e); err != nil { // before the edition is seen, so that none is seen without it
		return e, out, err
	}
	if err := p.same(ctx, period, from.state); err != nil {
		return e, out, err
	}
	if err := editing.Publish(ctx, e); err != nil {
		return e, out, err
	}
	out.Fresh = true
	run.Finished = p.Now()
	run.Counts = map[string]uint64{"reviews": out.Reviews, "mentions": out.Mentions, "affirmed": out.Affirmed}
	return e, out, p.Store.PutRun(ctx, run)
}

// mineReviews reads, mines on all cores and writes: one reader, one writer,
// miners in between.
func (p *Pipeline) mineReviews(
	ctx context.Context,
	read func(context.Context, func(*chaping.Review) error) error,
	w *store.MentionWriter,
	from mineFrom,
	out *Mined,
) error {
	type mined struct {
		reviews int
		found   []chaping.Mined
	}
	work := make(chan []chaping.Review, runtime.NumCPU())
	done := make(chan mined, runtime.NumCPU())
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		return readBatches(ctx, read, work)
	})
	g.Go(func() error {
		defer close(done)
		miners, ctx := errgroup.WithContext(ctx)
		for range runtime.NumCPU() {
			miners.Go(func() error {
				for reviews := range work {
					select {
					case done <- mined{len(reviews), p.mineBatch(reviews, from.goods)}:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				return nil
			})
		}
		return miners.Wait()
	})
	g.Go(func() error {
		for m := range done {
			if err := w.Write(ctx, m.found); err != nil {
				return err
			}
			out.add(m.reviews, m.found)
			p.Watch.tell(
				Progress{
					Step:   "挖掘",
					Done:   int64(out.Reviews),
					Total:  int64(from.total),
					Detail: fmt.Sprintf("%d 条评论，命中 %d 处", out.Reviews, out.Mentions),
				},
			)
		}
		return ctx.Err()
	})
	if err := g.Wait(); err != nil {
		return err
	}
	return w.Flush(context.WithoutCancel(ctx))
}

func (m *Mined) add(reviews int, found []chaping.Mined) {
	m.Reviews += uint64(reviews)
	for i := range found {
		m.Mentions += uint64(len(found[i].Mentions))
		for _, mention := range found[i].Mentions {
			if mention.Assertion == chaping.Affirmed {
				m.Affirmed++
			}
		}
	}
}

// mineBatch returns the reviews that have mentions.
func (p *Pipeline) mineBatch(reviews []chaping.Review, g *goods) []chaping.Mined {
	var found []chaping.Mined
	for i := range reviews {
		r := &reviews[i]
		of := g.at(chaping.ProductKey{Platform: r.Platform, Product: r.Product})
		if ms := p.Miner.MineGoods(nil, r.Body(), of); len(ms) > 0 {
			found = append(found, chaping.Mined{Review: *r, Mentions: ms})
		}
	}
	return found
}

func readBatches(
	ctx context.Context,
	read func(context.Context, func(*chaping.Review) error) error,
	work chan<- []chaping.Review,
) error {
	pending := make([]chaping.Review, 0, batch)
	send := func() error {
		if len(pending) == 0 {
			return nil
		}
		select {
		case work <- pending:
			pending = make([]chaping.Review, 0, batch)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := read(ctx, func(r *chaping.Review) error {
		pending = append(pending, *r)
		if len(pending) < batch {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send()
}

// SheetOptions choose what goes on a platform sheet.
type SheetOptions struct {
	Keywords []string // product keywords; empty means all
	Terms    []string // names of terms and of sets of them; empty means all
	Min      uint64   // least 差评数 of a row
	Top      int      // most rows; 0 means all
	Zero     bool     // print rows without a negative review too
	Station  string
	Program  string
}

// PlatformSheet brings the period up to date, mining and counting where that
// is due, and makes the model of sheet B of one edition.
func (p *Pipeline) PlatformSheet(
	ctx context.Context,
	period chaping.Period,
	o SheetOptions,
) (*report.Platform, Mined, error) {
	for try := 1; ; try++ {
		e, mined, err := p.edition(ctx, period, false)
		if err != nil {
			return nil, mined, err
		}
		sheet, err := p.sheet(ctx, e, o)
		if err == nil {
			err = p.same(ctx, period, e.State)
		}
		if err == nil {
			return sheet, mined, nil
		}
		if try == tries || !errors.Is(err, errChanged) && !p.moved(err) {
			return nil, mined, err
		}
	}
}

// evidenceAtATime is about how many reviews behind a sheet are read with one
// statement. The engine holds about a kilobyte for each.
const evidenceAtATime = 1 << 16

// sheet makes the model of an edition.
func (p *Pipeline) sheet(ctx context.Context, e store.Edition, o SheetOptions) (*report.Platform, error) {
	period := e.Period
	terms, unknown := chaping.SelectTerms(p.Miner.Dictionary().Terms, o.Terms)
	filter := store.TallyFilter{Keywords: o.Keywords, Terms: terms}
	sheet := &report.Platform{
		Station:    o.Station,
		Period:     period,
		Dictionary: p.Miner.Version(),
		Program:    o.Program,
		Asked:      o.Terms,
		Counted:    chaping.CountTerms(p.Miner.Dictionary().Terms, o.Terms),
		Unknown:    unknown,
	}
	if learnt := p.Miner.Adapter(); learnt != nil {
		sheet.Learning = learnt.Version()
	}
	sheet.Second = p.Second
	addRow, ordered := sheet.CollectRows()
	err := p.Store.Tallies(ctx, e, filter, func(t *chaping.Tally) error { addRow(t); return nil })
	if err != nil {
		return nil, err
	}
	ordered()
	gaps, err := p.Store.Gaps(ctx, period.Window())
	if err != nil {
		return nil, err
	}
	missing, listed := map[chaping.ProductKey]string{}, map[chaping.ProductKey]bool{}
	for _, g := range gaps {
		missing[chaping.ProductKey{Platform: g.Platform, Product: g.Product}] = g.Missing
	}
	for i := range sheet.Rows {
		r := &sheet.Rows[i]
		key := chaping.ProductKey{Platform: r.Platform, Product: r.ProductID}
		r.Missing = missing[key]
		listed[key] = true
	}
	for _, g := range gaps {
		if !listed[chaping.ProductKey{Platform: g.Platform, Product: g.Product}] {
			sheet.Unread = append(sheet.Unread, g.Platform+" "+g.Product+"："+g.Missing)
		}
	}
	if sheet.Foreign, err = p.Store.ForeignTexts(ctx, period.Window()); err != nil {
		return nil, err
	}
	graded, err := p.Store.Rules(ctx, period.Window())
	if err != nil {
		return nil, err
	}
	for _, g := range graded {
		sheet.Rules = append(sheet.Rules, report.GradeRule{Platform: g.Platform, Rule: describeRule(g.Rule)})
	}
	filter.All, filter.AtATime = true, evidenceAtATime
	add, done := sheet.CollectEvidence(p.judged)
	if err := p.Store.Evidence(ctx, e, filter, add); err != nil {
		return nil, err
	}
	done()
	sheet.Select(o.Min, o.Top, o.Zero)
	return sheet, p.Store.Unchanged(ctx, e)
}

// describeRule words what graded a review, as Review.Rule has it: a rating
// rule, the text model, or nothing.
func describeRule(rule string) string {
	switch {
	case rule == "":
		return "没有评分、也不能按正文评级的评论（如系统默认评论）不评级，不计入差评数"
	case strings.HasPrefix(rule, polarity.VersionPrefix):
		return "没有评分的评论，由文本模型按正文评为好评或差评（模型版本 " + rule + "）"
	}
	if r, err := chaping.ParseRatingRule(rule); err == nil {
		return r.Chinese()
	}
	return rule
}
