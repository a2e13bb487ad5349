package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chaping"
	"chaping/analysis"
	"chaping/app"
	"chaping/nlp"
	"chaping/nlp/discover"
	"chaping/report"
	"chaping/station"
	"chaping/store"
)

// A desk is what pages show of the store, remembered.
type desk struct {
	counted  *memo[countedKey, counted]
	found    *memo[countedKey, sentences]
	samples  *memo[sampleKey, *sampled]
	drafts   *memo[draftKey, *drafted]
	products *memo[productKey, history]
	merged   *memo[mergedKey, app.Board]
	coverage *memo[countedKey, *discover.Coverage]
	pivots   *memo[pivotKey, pivot]

	maxItems int // sentences of a period that pages have

	// What other processes had finished in the store when a page last asked.
	heedEvery time.Duration
	heeding   sync.Mutex
	heeded    time.Time              // guarded by heeding
	done      atomic.Pointer[string] // nil: to be asked for, and no news
}

// How long what is remembered passes for fresh. A job that changes the store
// drops it anyway, and so does what another process finishes (see heed); this is
// for what neither tells of.
const (
	deskFresh    = 30 * time.Second
	deskFreshOld = 10 * time.Minute
	oldPeriod    = 31 * 24 * time.Hour     // since its end
	deskPatience = 1500 * time.Millisecond // how long a page waits for it
	deskDecision = 20 * time.Second        // how long a decision does, which must not be lost
	heedEvery    = 2 * time.Second         // a look costs the store some milliseconds
	maxCounted   = 60                      // periods
	maxFound     = 4                       // periods
	maxSamples   = 4                       // periods
	maxDrafts    = 8
	maxCoverage  = 4 // periods
	maxHistories = 200
	maxMerged    = 2 * boardPeriods
	maxPivots    = 8       // an analysis by shops has a hundred thousand rows
	maxItems     = 200_000 // sentences of a period, the first of the sheet
)

func (d *desk) open(s *Server) {
	// What reviews an old period has hardly ever changes; looking costs a
	// scan of its keys.
	byPeriod := func(k countedKey) time.Duration {
		if s.Now().Sub(k.period.Window().To) > oldPeriod {
			return deskFreshOld
		}
		return deskFresh
	}
	d.maxItems, d.heedEvery = maxItems, heedEvery
	d.counted = newMemo(s.ended, byPeriod, maxCounted, s.loadCounted)
	d.found = newMemo(s.ended, byPeriod, maxFound, s.loadItems)
	d.samples = newMemo(s.ended, func(sampleKey) time.Duration { return deskFreshOld }, maxSamples, anew(s.loadSample))
	d.drafts = newMemo(
		s.ended,
		func(draftKey) time.Duration { return deskFreshOld },
		maxDrafts,
		anew(s.loadDraft),
	) // its key names all that it is made of
	d.products = newMemo(s.ended, func(productKey) time.Duration { return deskFresh }, maxHistories, anew(s.loadHistory))
	d.coverage = newMemo(s.ended, func(countedKey) time.Duration { return deskFreshOld }, maxCoverage, anew(s.loadCoverage))
	d.pivots = newMemo(s.ended, func(pivotKey) time.Duration { return deskFresh }, maxPivots, anew(s.loadPivot))
	d.merged = newMemo(
		s.ended,
		func(mergedKey) time.Duration { return deskFreshOld },
		maxMerged,
		anew(s.loadMerged),
	) // so does its
}

func (d *desk) wait() {
	d.counted.running.Wait()
	d.found.running.Wait()
	d.samples.running.Wait()
	d.drafts.running.Wait()
	d.products.running.Wait()
	d.merged.running.Wait()
	d.coverage.running.Wait()
	d.pivots.running.Wait()
}

// drop forgets all that the store may have changed. What takes long to read is
// looked at again first, and kept if it is the same.
func (d *desk) drop() {
	d.counted.doubt()
	d.found.doubt()
	d.samples.drop()
	d.drafts.drop()
	d.products.drop()
	d.coverage.drop()
	d.pivots.drop()
	d.done.Store(nil)
}

// heed drops what is remembered when another process has finished something in
// the store since a page last asked: the command line works on the same data, and
// a page that shows numbers of before would not say so.
func (d *desk) heed(ctx context.Context, s *store.Store) {
	if !d.heeding.TryLock() { // somebody asks
		return
	}
	defer d.heeding.Unlock()
	if time.Since(d.heeded) < d.heedEvery {
		return
	}
	done, err := s.Done(ctx)
	if err != nil {
		return // what needs the store says so
	}
	d.heeded = time.Now()
	if last := d.done.Load(); last != nil && *last != done {
		d.drop()
	}
	d.done.Store(&done)
}

type countedKey struct {
	period     chaping.Period
	dictionary string
}

// counted is a period as it was counted.
type counted struct {
	Mined   bool            `json:"mined"`   // with the dictionary in use
	Stale   bool            `json:"stale"`   // reviews came since
	Judging bool            `json:"judging"` // people have judged since; it is being counted
	Edition store.Edition   `json:"-"`
	Reviews uint64          `json:"reviews"` // in the window now
	Rows    []chaping.Tally `json:"-"`

	derived *derived // of the rows
}

// names are what the products of the rows are called.
func (c *counted) names() map[chaping.ProductKey]string {
	return derive(c.derived, "names", func() map[chaping.ProductKey]string {
		names := map[chaping.ProductKey]string{}
		for i := range c.Rows {
			of := &c.Rows[i].Product
			names[chaping.ProductKey{Platform: of.Platform, Product: of.ID}] = of.Name
		}
		return names
	})
}

// complainedOf is how many products have negative reviews.
func (c *counted) complainedOf() int {
	return derive(c.derived, "complained of", func() int {
		bad := map[chaping.ProductKey]bool{}
		for i := range c.Rows {
			if t := &c.Rows[i]; t.NegativeReviews > 0 {
				bad[chaping.ProductKey{Platform: t.Product.Platform, Product: t.Product.ID}] = true
			}
		}
		return len(bad)
	})
}

// A ranking is what a list of products is chosen from: how often each term and
// each keyword is there.
type ranking struct{ terms, keywords []rankedName }

func (c *counted) ranking() ranking {
	return derive(c.derived, "ranking", func() ranking {
		terms, keywords := map[string]int{}, map[string]int{}
		for i := range c.Rows {
			r := &c.Rows[i]
			terms[r.Term] += int(r.AffirmedReviews)
			keywords[r.Keyword]++
		}
		return ranking{ranked(terms), ranked(keywords)}
	})
}

// lines are the products that a term and a keyword lead to, "" to all.
func (c *counted) lines(term, keyword string) []analysis.ProductLine {
	return derive(c.derived, "lines\x00"+term+"\x00"+keyword, func() []analysis.ProductLine {
		return analysis.ProductLines(c.Rows, term, keyword)
	})
}

func (s *Server) loadCounted(ctx context.Context, key countedKey, last *counted) (c counted, err error) {
	c.derived = &derived{}
	e, err := s.Store.Edition(ctx, key.period, key.dictionary)
	if err != nil {
		return c, err
	}
	state, reviews, err := s.Store.WindowState(ctx, key.period.Window(), e.State)
	if err != nil {
		return c, err
	}
	if c.Reviews = reviews; !e.Mined() {
		return c, nil
	}
	c.Edition, c.Mined, c.Stale = e, true, !store.SameState(e.State, state)
	rejected, err := s.App.Rejected(ctx)
	if err != nil {
		return c, err
	}
	fits, err := s.Store.Judged(ctx, e, rejected)
	if err != nil {
		return c, err
	}
	c.Judging = !fits
	// What is derived of it, as trends are, is of the reviews that are there, too.
	if last != nil && last.Edition.ID() == e.ID() && last.Mined == c.Mined && last.Stale == c.Stale && last.Reviews == c.Reviews {
		c.Rows, c.derived = last.Rows, last.derived
		return c, nil
	}
	err = s.Store.Tallies(ctx, e, store.TallyFilter{}, func(t *chaping.Tally) error {
		c.Rows = append(c.Rows, *t)
		return nil
	})
	if err != nil {
		return c, err
	}
	return c, s.Store.Unchanged(ctx, e)
}

// counted is the period as it was counted with the dictionary in use; ok is
// false while it is being read.
func (q *request) counted(p chaping.Period) (counted, bool, error) {
	return q.countedWithin(p, deskPatience)
}

func (q *request) countedWithin(p chaping.Period, patience time.Duration) (counted, bool, error) {
	return q.desk.counted.get(q.ctx, countedKey{p, q.miner().Version()}, patience)
}

// An item is one sentence to review: a review and a term that mining found
// affirmed in it.
type item struct {
	ID        string            `json:"id"`
	Keyword   string            `json:"keyword"`
	Term      string            `json:"term"`
	Review    chaping.ReviewKey `json:"review"`
	Product   string            `json:"product,omitempty"` // what it is called, filled in for display
	Published time.Time         `json:"published"`
	Grade     chaping.Grade     `json:"grade"`
	Rating    int               `json:"rating"` // 0: none
	Default   bool              `json:"default"`
	Before    string            `json:"before"` // the text around the term
	Surface   string            `json:"surface"`
	After     string            `json:"after"`
	Cue       string            `json:"cue,omitempty"`
	Judgement chaping.Judgement `json:"judgement"` // filled in for display
	Parts     []part            `json:"parts"`     // of the excerpt, filled in for display
	Same      int               `json:"same"`      // sentences of the period that say the same, this one included
	Opinion   *opinion          `json:"opinion,omitempty"`
	Media     []app.Medium      `json:"media,omitempty"` // that the review carries, filled in for display

	said    string  // the text around the term, the term and the text after it
	says    string  // what those have in common
	against bool    // the second reader says that it is not so
	sure    float32 // how sure the program is; +Inf where a cue decides
	doubt   int     // how much else speaks against it
}

// An opinion is what the second reader says of a sentence, for people to weigh.
type opinion struct {
	Verdict chaping.Assertion `json:"verdict"`
	Reason  string            `json:"reason"`
	Model   string            `json:"model"`
}

// Agrees tells whether it takes the sentence as the program does.
func (o *opinion) Agrees() bool { return o.Verdict == chaping.Affirmed }

// reach is how much of a review stands around a term, in characters.
const reach = 80

// sentences are those of a period.
type sentences struct {
	list    []item
	cut     bool      // the period has more
	letters []letters // of each, side by side: a search reads them all
	chosen  *chosenLists

	// What they are made of: mentions, the texts of reviews, what second readers say.
	found    string
	state    string
	opinions map[chaping.Judged]station.Opinion
}

// chosenLists are what filters leave of sentences, in one state of judgements: with
// the next they are made anew, and the old ones go.
type chosenLists struct {
	mu      sync.Mutex
	judged  map[chaping.Judged]chaping.Judgement
	derived *derived
}

// maxChoices bounds them: each may hold all sentences of a period.
const maxChoices = 8

// in are those in that state of judgements, which is another map when it has
// changed.
func (c *chosenLists) in(judged map[chaping.Judged]chaping.Judgement) *derived {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.derived == nil || reflect.ValueOf(c.judged).Pointer() != reflect.ValueOf(judged).Pointer() {
		c.judged, c.derived = judged, &derived{most: maxChoices}
	}
	return c.derived
}

func (s *Server) loadItems(ctx context.Context, key countedKey, last *sentences) (all sentences, err error) {
	var list []item
	seen, same, written := map[chaping.Judged]bool{}, map[string]int{}, map[surface]int{}
	edition, err := s.Store.Edition(ctx, key.period, key.dictionary)
	if err != nil || !edition.Mined() {
		return sentences{chosen: &chosenLists{}}, err
	}
	opinions, err := s.App.Opinions(ctx)
	if err != nil {
		return all, err
	}
	known := []string{edition.State}
	if last != nil {
		known = append(known, last.state)
	}
	state, _, err := s.Store.WindowState(ctx, key.period.Window(), known...)
	if err != nil {
		return all, err
	}
	found := edition.Found()
	if last != nil && last.found == found && store.SameState(last.state, state) && maps.Equal(last.opinions, opinions) {
		return *last, s.Store.Unchanged(ctx, edition)
	}
	sure, err := s.App.Confidence(ctx, s.miner(), key.period)
	if err != nil {
		return all, err
	}
	// Of a review that says a term twice, or whose product has two keywords, one
	// sentence is made.
	most, read := s.desk.maxItems+s.desk.maxItems/4, 0
	err = s.Store.Evidence(ctx, edition, store.TallyFilter{All: true, Most: most}, func(e *chaping.Evidence) error {
		read++
		about := chaping.Judged{Review: e.Review.Key(), Term: e.Term}
		if seen[about] { // a product under two keywords, or a second mention
			return nil
		}
		if len(list) >= s.desk.maxItems {
			return errFull
		}
		seen[about] = true
		i := newItem(e)
		i.sure = sure(e)
		if o, asked := opinions[about]; asked {
			i.against = o.Verdict != chaping.Affirmed
		}
		same[i.says]++
		written[surface{i.Term, i.Surface}]++
		list = append(list, i)
		return nil
	})
	cut := read >= most || errors.Is(err, errFull)
	if err != nil && !errors.Is(err, errFull) {
		return all, err
	}
	for i := range list {
		list[i].Same = same[list[i].says]
		list[i].doubt = doubt(&list[i], written)
	}
	slices.SortStableFunc(list, func(a, b item) int {
		if a.against != b.against {
			return map[bool]int{true: -1, false: 1}[a.against]
		}
		return cmp.Or(cmp.Compare(a.sure, b.sure), cmp.Compare(b.doubt, a.doubt))
	})
	all = sentences{list: list, letters: make([]letters, len(list)), chosen: &chosenLists{}, cut: cut, found: found, state: state, opinions: opinions}
	for i := range list {
		all.letters[i] = lettersOf(list[i].said)
	}
	return all, s.Store.Unchanged(ctx, edition)
}

// satisfied tells whether the buyer is.
func (i *item) satisfied() bool { return i.review().Satisfied() }

// review is what the sentence knows of how its review counts.
func (i *item) review() *chaping.Review { return &chaping.Review{Grade: i.Grade, Default: i.Default} }

// A surface is how a term is written.
type surface struct{ term, text string }

// doubt says how much speaks against a sentence: that its buyer is satisfied,
// and that hardly anybody writes the term so.
func doubt(i *item, written map[surface]int) (n int) {
	if i.satisfied() {
		n += 2
	}
	if written[surface{i.Term, i.Surface}] <= rareSurface {
		n++
	}
	return n
}

// rareSurface is how often a form stands in a period that nobody knows yet.
const rareSurface = 2

// newItem is the sentence of a piece of evidence.
func newItem(e *chaping.Evidence) item {
	r := &e.Review
	about := chaping.Judged{Review: r.Key(), Term: e.Term}
	i := item{
		ID:        about.ID(),
		Keyword:   e.Keyword,
		Term:      e.Term,
		Review:    about.Review,
		Published: r.Published,
		Grade:     r.Grade,
		Rating:    r.Rating,
		Default:   r.Default,
		Cue:       e.Mention.Cue,
		Same:      1,
		says:      e.Term + "\n" + app.SameSentence(r.Body(), e.Mention.Start, e.Mention.End),
	}
	parts := chaping.ExcerptParts(r.Body(), e.Mention.Start, e.Mention.End, reach)
	if r.Body() == "" {
		parts[1] = e.Mention.Surface
	}
	i.said = parts[0] + parts[1] + parts[2] // in one piece, so that a search need not put it together
	from, to := len(parts[0]), len(parts[0])+len(parts[1])
	i.Before, i.Surface, i.After = i.said[:from], i.said[from:to], i.said[to:]
	return i
}

var errFull = errors.New("enough")

// items are the period's sentences that keep wants, with the judgements that
// hold, the most doubtful first, then in the order of the sheet. What keep is
// given is overwritten.
func (q *request) items(p chaping.Period, keep func(*item) bool) (list []item, ok bool, err error) {
	return q.itemsWithin(p, deskPatience, keep)
}

func (q *request) itemsWithin(
	p chaping.Period,
	patience time.Duration,
	keep func(*item) bool,
) (list []item, ok bool, err error) {
	all, ok, err := q.desk.found.get(q.ctx, countedKey{p, q.miner().Version()}, patience)
	if err != nil || !ok {
		return nil, ok, err
	}
	judged, err := q.App.Judgements(q.ctx)
	if err != nil {
		return nil, false, err
	}
	opinions, err := q.App.Opinions(q.ctx)
	if err != nil {
		return nil, false, err
	}
	var i item
	for n := range all.list {
		i = all.list[n]
		about := chaping.Judged{Review: i.Review, Term: i.Term}
		i.Judgement = judged[about]
		if o, asked := opinions[about]; asked {
			i.Opinion = &opinion{o.Verdict, o.Reason, o.Model}
		}
		if keep(&i) {
			list = append(list, i)
		}
	}
	return list, true, nil
}

// A draftKey names all that a draft is made of.
type draftKey struct {
	period     chaping.Period
	dictionary string
	name       string // of the watch
	keywords   string
	terms      string
	edition    string // its ID
	judgement  int64
	reading    int64
	sample     int64
	station    string
	today      time.Time // the day of filing
	last       string    // hash of the version frozen last; "": none
	unfinished string    // what is known to be missing
}

// A drafted sheet is remembered with what pages make of it.
type drafted struct {
	*app.Draft
	derived derived
}

// concerns are those of the sheet, where so many urgent candidates are undecided:
// it may have a million rows.
func (d *drafted) concerns(undecided int, some []string) []report.Concern {
	return derive(&d.derived, fmt.Sprint(undecided, some), func() []report.Concern { return d.Sheet.Check(undecided, some) })
}

// preview is the page of its first rows.
func (d *drafted) preview() ([]byte, error) {
	made := derive(&d.derived, "preview", func() func() ([]byte, error) {
		var b bytes.Buffer
		err := excerpt(d.Sheet).Document().HTML(&b)
		return func() ([]byte, error) { return b.Bytes(), err }
	})
	return made()
}

func (s *Server) loadDraft(ctx context.Context, key draftKey) (*drafted, error) {
	s.work.Lock()
	defer s.work.Unlock()
	pipe, err := s.App.Pipeline(ctx, s.miner(), nil)
	if err != nil {
		return nil, err
	}
	draft, err := s.App.Draft(ctx, pipe, app.SheetRequest{Period: key.period, Watch: key.watch()})
	return &drafted{Draft: draft}, err
}

const joint = "\n"

// watch is what the sheet is cut to.
func (k draftKey) watch() chaping.Watch {
	return chaping.Watch{Name: k.name, Keywords: unjoin(k.keywords), Terms: unjoin(k.terms)}
}

func unjoin(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, joint)
}

// mineJob mines the last n periods up to one in the background, and counts
// them.
func (s *Server) mineJob(who string, period chaping.Period, n int) (*job, error) {
	title, next := "报送期 "+period.String(), "/?period="+period.String()
	if n > 1 {
		title, next = title+" 及以前共 "+strconv.Itoa(n)+" 期", "/trends?n="+strconv.Itoa(n)
	}
	return s.jobs.start(kindMine, title, who, next, func(ctx context.Context, j *job) (string, error) {
		var summary []string
		for p := period; len(summary) < n; p = p.Previous() {
			done, err := s.mineNow(ctx, p, func(a app.Progress) {
				a.Detail = "报送期 " + p.String() + "：" + a.Detail
				j.tell(a)
			})
			if err != nil {
				return strings.Join(summary, "\n"), err
			}
			summary = append(summary, done)
		}
		return strings.Join(summary, "\n"), nil
	})
}

// mineAfter mines the periods to which a job has brought reviews, with what the
// job has to say so far; a job that failed, not in part only, ends with it. Events
// of periods before the current one are history, which nobody is to be alarmed
// about.
func (s *Server) mineAfter(
	ctx context.Context,
	periods []chaping.Period,
	current chaping.Period,
	j *job,
	summary string,
	err error,
) (string, error) {
	if err != nil && !isPartial(err) {
		return summary, err
	}
	for i, p := range periods {
		mined, merr := s.minePeriod(ctx, p, func(a app.Progress) {
			if len(periods) > 1 {
				a.Detail = fmt.Sprintf("报送期 %s（%d/%d）：%s", p, i+1, len(periods), a.Detail)
			}
			j.tell(a)
		}, p.Before(current))
		if merr != nil {
			return summary, merr
		}
		summary += "\n" + mined
	}
	return summary, err
}

// mineNow brings a period up to date, raises its urgent candidates, draws its
// sample and tells what came of it.
func (s *Server) mineNow(ctx context.Context, period chaping.Period, tell app.Watcher) (string, error) {
	return s.minePeriod(ctx, period, tell, false)
}

// minePeriod is mineNow; of a period that is past it leaves out what somebody is
// to do about it.
func (s *Server) minePeriod(
	ctx context.Context,
	period chaping.Period,
	tell app.Watcher,
	past bool,
) (string, error) {
	s.work.Lock()
	defer s.work.Unlock()
	defer s.desk.drop()
	pipe, err := s.App.Pipeline(ctx, s.miner(), tell)
	if err != nil {
		return "", err
	}
	mined, err := pipe.Mine(ctx, period, false)
	if err != nil {
		return "", err
	}
	if !past {
		if _, err := s.App.RaiseUrgent(ctx, pipe, period); err != nil {
			return "", err
		}
		if err := s.App.EnsureSample(ctx, pipe, period); err != nil {
			return "", err
		}
	}
	s.picturesSoon(period)
	foreign := ""
	if mined.NotChinese > 0 {
		foreign = fmt.Sprintf("；%d 条评论不是中文，词库认不出其中的风险", mined.NotChinese)
	}
	return fmt.Sprintf("报送期 %s：评论 %d 条，命中 %d 处，其中成立 %d 处%s", period, mined.Reviews, mined.Mentions,
		mined.Affirmed, foreign), nil
}

// submitted tells whether the home station has handed in the period's sheet.
func (q *request) submitted(p chaping.Period) (bool, error) {
	return q.Station.FiledBy(q.ctx, p, q.home.ID)
}

// own is the station that the account reports for: its own, or, for the first
// account of a station's installation, which also runs it, the home station. It is
// 0 for those who look after all stations.
func (q *request) own() int64 {
	switch {
	case q.account.Station != 0:
		return q.account.Station
	case q.account.Has(station.RoleCentre, station.RoleBureau):
		return 0
	case q.account.Has(station.RoleAssociation, station.RolePlatform):
		return q.home.ID
	}
	return 0
}

// oversees tells whether the account looks after all stations, and is shown what
// they hand in.
func (q *request) oversees() bool { return q.account.Scope().Sees(0) && q.own() == 0 }

// elsewhere tells whether the centre keeps its cases, bulletins and assessment in
// an installation of its own, from which this one only receives.
func (q *request) elsewhere() (bool, error) {
	c, err := q.Station.Centre(q.ctx)
	return c.URL != "" && !q.account.Has(station.RoleCentre, station.RoleBureau), err
}

// current is the period that is worked on: by the account's station, or by the
// installation for those who see all.
func (q *request) current() (chaping.Period, error) {
	if of := q.own(); of != 0 && !q.oversees() {
		return q.App.CurrentPeriodOf(q.ctx, of)
	}
	return q.App.CurrentPeriod(q.ctx)
}

// period reads the period in the address; the one that is worked on where there
// is none. One that has not begun is refused.
func (q *request) period() (chaping.Period, error) {
	text := q.form("period")
	if text == "" {
		return q.current()
	}
	p, err := chaping.ParsePeriod(text)
	if err != nil {
		return p, bad(err.Error(), "从页面上的列表选择")
	}
	if p.Year < 2000 || q.Now().Before(p.Window().From) {
		return p, bad("报送期 "+p.String()+" 还没有开始，或太早", "从页面上的列表选择")
	}
	return p, nil
}

// periods are what a page offers to choose from, the latest first.
func (q *request) periods() []chaping.Period {
	var list []chaping.Period
	p := chaping.PeriodOf(q.Now())
	for range 18 {
		list = append(list, p)
		p = p.Previous()
	}
	return list
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// told is an error that the page with the form can show itself.
func told(err error) (*fault, bool) {
	var known *chaping.Error
	var input *chaping.InputError
	var f *fault
	switch {
	case errors.Is(err, station.ErrMissing):
		return nil, false
	case errors.As(err, &f):
		return f, f.status < 500
	case errors.As(err, &known) && (known.Code == chaping.CodeInput || known.Code == chaping.CodeUsage):
		return &fault{problem: known.Message, remedy: remedyOf(known)}, true
	case errors.As(err, &input):
		return &fault{problem: chaping.Explain(input, wordAdvice)}, true
	}
	return nil, false
}

// Problem and Remedy are what templates show of a fault.
func (f *fault) Problem() string { return f.problem }

// Remedy is what to do about it.
func (f *fault) Remedy() string { return f.remedy }

// terms are the dictionary's terms.
func (s *Server) terms() []chaping.Term { return s.miner().Dictionary().Terms }

func shippedTerms() ([]chaping.Term, error) {
	d, err := nlp.ShippedDictionary()
	if err != nil {
		return nil, err
	}
	return d.Terms, nil
}
