package crawler

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"chaping"
	"chaping/crawler/evidence"
	"chaping/crawler/frontier"
)

const (
	defaultWorkers  = 8
	defaultPatience = 5 * time.Minute

	batchReviews = 4000                  // handed to the sink at once, about
	linger       = 10 * time.Millisecond // a result waits no longer for others
	maxBackoff   = 10 * time.Minute      // between two attempts
	maxSnoozes   = 20                    // times that a busy site puts one page off
	maxLosses    = 10                    // times that a page takes its process down with it
	restOnAsk    = 30 * time.Minute      // how long a site is left alone that asks for a human
	sinkAttempts = 4
	poll         = 200 * time.Millisecond // other processes may have added pages in the meantime
)

// Collect runs the job until everything is read or cannot be read now. It
// returns an error only when it cannot go on: the queue or the sink fails, or
// ctx ends. The Report is valid then, too, and the job can be run again.
func Collect(ctx context.Context, job Job, options Options) (Report, error) {
	c, err := newCollection(job, options)
	if err != nil {
		return Report{}, err
	}
	started := c.now()
	c.queue, err = c.open(ctx)
	if err != nil {
		return Report{}, err
	}
	defer c.queue.Close()
	c.reader.known = c.queue.Mark
	if !job.Full {
		c.reader.marks = c.queue.Mark
	}
	err = c.run(ctx)
	report, rerr := c.report(context.WithoutCancel(ctx))
	report.BudgetSpent = report.Unfinished > 0 && c.spent(0)
	report.Started, report.Finished = started, c.now()
	return report, cmp.Or(err, rerr)
}

// A collection is a job that runs.
type collection struct {
	Options
	job    Job
	reader *reader
	queue  frontier.Frontier
	now    func() time.Time
	log    *slog.Logger

	tempo *tempo

	pages    int64 // read by this process and before
	bytes    int64 // the same
	progress Progress
}

func newCollection(job Job, o Options) (*collection, error) {
	switch {
	case job.Profile == nil:
		return nil, &chaping.Error{Code: chaping.CodeUsage, Message: "没有指定站点", Remedy: "指定站点配置"}
	case len(job.Watch.Keywords) == 0:
		return nil, &chaping.Error{Code: chaping.CodeUsage, Message: "监测任务中没有关键词", Remedy: "至少给出一个商品关键词，例如 电热水壶"}
	case !job.Window.From.Before(job.Window.To):
		return nil, &chaping.Error{Code: chaping.CodeUsage, Message: "时间采集范围是空的", Remedy: "检查报送期，起始时间应早于结束时间"}
	case job.Run == "":
		return nil, &chaping.Error{Code: chaping.CodeInternal, Message: "采集没有名称", Remedy: "请报告这个程序错误"}
	}
	if err := job.Profile.MayCrawl(); err != nil {
		return nil, err
	}
	for _, keyword := range job.Watch.Keywords {
		if strings.TrimSpace(keyword) == "" {
			return nil, &chaping.Error{Code: chaping.CodeUsage, Message: "监测任务中有空的关键词", Remedy: "删去空的关键词"}
		}
	}
	c := &collection{Options: o, job: job, now: o.Now, log: o.Log}
	if c.now == nil {
		c.now = time.Now
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	c.Workers = cmp.Or(max(o.Workers, 0), defaultWorkers)
	c.Patience = cmp.Or(o.Patience, defaultPatience)
	c.Version = cmp.Or(o.Version, "dev")
	// robots.txt, redirects and the page itself may each take the timeout.
	c.Lease = cmp.Or(o.Lease, max(frontier.DefaultLease, 4*job.Profile.Timeout))
	c.reader = &reader{job: &c.job, kept: c.Evidence, gradeText: c.GradeText, stored: c.Stored}
	return c, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *collection) open(ctx context.Context) (frontier.Frontier, error) {
	p := c.job.Profile
	policy := frontier.Policy{Lease: c.Lease, Delay: p.Delay, Concurrency: p.Concurrency}
	if c.Open == nil {
		return frontier.NewMemory(policy, c.now), nil
	}
	return c.Open(ctx, c.job.Run, policy)
}

// A done is a page that a worker is through with: an outcome to keep, a
// failure, or a reason to come back later. The outcome of a failed page holds
// what can be kept all the same.
type done struct {
	claim   frontier.Claim
	outcome outcome
	failure *frontier.Failure
	snooze  time.Duration
	block   time.Duration // rest for the host
	took    time.Duration // until the answer was read
	trouble bool          // the host refused, failed or was not there
	reason  string
}

// run works the queue off. One goroutine, this one, talks to the queue and to
// the sink; workers fetch and read.
func (c *collection) run(ctx context.Context) error {
	seeds, err := c.reader.seeds()
	if err != nil {
		return err
	}
	var unread outcome // until it is
	for _, keyword := range c.job.Watch.Keywords {
		c.reader.searched(&unread, keyword, "搜索结果没有读到底", false, c.now())
	}
	if err := c.put(ctx, func() error { return c.Sink.PutCoverage(ctx, unread.covered) }); err != nil {
		return err
	}
	if err := c.queue.Add(ctx, seeds...); err != nil {
		return err
	}
	stats, err := c.queue.Stats(ctx)
	if err != nil {
		return err
	}
	c.pages, c.bytes = stats.Count[countPages], stats.Count[countBytes]
	c.progress = Progress{
		Pages: c.pages, Products: stats.Count[countProducts], Reviews: stats.Count[countReviews],
		Faults: stats.Count[countFaults], Open: stats.Open,
	}

	working, stop := context.WithCancel(ctx)
	c.tempo = newTempo(c.job.Profile, c.queue.Pace)
	defer stop()
	f, err := newFetcher(
		working,
		c.job.Profile,
		userAgent(c.Version, c.job.Profile.Contact),
		c.now,
		func(host string, delay time.Duration) {
			if err := c.tempo.floor(working, host, delay); err != nil {
				c.log.Warn("无法记下网站要求的间隔", "host", host, "err", err)
			}
		},
	)
	if err != nil {
		return err
	}
	claims := make(chan frontier.Claim)
	results := make(chan done, c.Workers)
	var workers sync.WaitGroup
	for range c.Workers {
		workers.Go(func() {
			v := f.visitor()
			for claim := range claims {
				results <- c.work(working, v, claim)
			}
		})
	}
	err = c.coordinate(ctx, claims, results)
	stop()
	close(claims)
	workers.Wait()
	f.closer()
	return err
}

// spent tells whether the run's budget of pages or bytes is used up, with so many pages
// under way.
func (c *collection) spent(under int) bool {
	pages, bytes := c.job.Profile.PageBudget, c.job.Profile.ByteBudget
	return pages > 0 && c.pages+int64(under) >= pages || bytes > 0 && c.bytes >= bytes
}

// A batch is what was done and is not yet stored.
type batch struct {
	done    []done
	reviews int
	urgent  bool // a host wants to be left alone
}

func (b *batch) add(d done) {
	b.done = append(b.done, d)
	b.reviews += len(d.outcome.reviews)
	b.urgent = b.urgent || d.block > 0
}

func (b *batch) full() bool { return b.urgent || b.reviews >= batchReviews }

// store stores what was read and reports to the queue what could not be, and
// returns what is then to be reported as done. Killed in between, the pages
// are read and stored again, which changes nothing.
func (c *collection) store(ctx context.Context, b batch) (acks []frontier.Result, err error) {
	if len(b.done) == 0 {
		return nil, nil
	}
	var listings []chaping.Listing
	var reviews []chaping.Review
	var covered []chaping.Coverage
	var pages []*evidence.Page
	var failures []frontier.Failure
	for _, d := range b.done {
		listings = append(listings, d.outcome.listings...)
		reviews = append(reviews, d.outcome.reviews...)
		covered = append(covered, d.outcome.covered...)
		if d.outcome.evidence != nil {
			pages = append(pages, d.outcome.evidence)
		}
		switch {
		case d.failure != nil:
			failures = append(failures, *d.failure)
		case d.snooze == 0:
			acks = append(
				acks,
				frontier.Result{
					Claim: d.claim,
					Add:   d.outcome.links,
					Count: d.outcome.count,
					Notes: d.outcome.notes,
					Marks: d.outcome.marks,
				},
			)
		}
	}
	if len(pages) > 0 {
		if err := c.put(ctx, func() error { return c.Evidence.Put(ctx, pages...) }); err != nil {
			return nil, err
		}
	}
	if len(listings) > 0 {
		if err := c.put(ctx, func() error { return c.Sink.PutListings(ctx, listings) }); err != nil {
			return nil, err
		}
	}
	if len(reviews) > 0 {
		if err := c.put(ctx, func() error { return c.Sink.PutReviews(ctx, reviews) }); err != nil {
			return nil, err
		}
	}
	if len(covered) > 0 {
		if err := c.put(ctx, func() error { return c.Sink.PutCoverage(ctx, covered) }); err != nil {
			return nil, err
		}
	}
	if len(failures) > 0 {
		if err := c.queue.Fail(ctx, failures...); err != nil {
			return nil, err
		}
	}
	for _, d := range b.done {
		tell := func() error { return c.tempo.answer(ctx, d.claim.Host, d.took) }
		if d.trouble {
			tell = func() error { return c.tempo.trouble(ctx, d.claim.Host) }
		}
		if err := tell(); err != nil {
			return nil, err
		}
		if d.block > 0 {
			if err := c.queue.Block(ctx, d.claim.Host, d.block, d.reason); err != nil {
				return nil, err
			}
			c.log.Warn("网站暂停访问", "host", d.claim.Host, "for", d.block, "reason", d.reason)
		}
		if d.snooze > 0 {
			if err := c.queue.Snooze(ctx, d.claim, d.snooze); err != nil {
				return nil, err
			}
		}
		c.pages += d.outcome.count[countPages]
		c.bytes += d.outcome.count[countBytes]
		c.progress.Pages = c.pages
		c.progress.Products += d.outcome.count[countProducts]
		c.progress.Reviews += d.outcome.count[countReviews]
		c.progress.Faults += d.outcome.count[countFaults]
	}
	if c.Progress != nil {
		c.Progress(c.progress)
	}
	return acks, nil
}

// ack reports pages as done that no claim follows.
func (c *collection) ack(ctx context.Context, acks []frontier.Result) error {
	if len(acks) == 0 {
		return nil
	}
	stale, err := c.queue.Ack(ctx, acks...)
	c.doneElsewhere(stale)
	return err
}

func (c *collection) doneElsewhere(pages int) {
	if pages > 0 {
		c.log.Info("部分页面已由其他进程处理", "pages", pages)
	}
}

// put hands a batch to the sink, again if it fails.
func (c *collection) put(ctx context.Context, store func() error) error {
	var err error
	for attempt := range sinkAttempts {
		if err = store(); err == nil || ctx.Err() != nil {
			return err
		}
		c.log.Warn("写入失败，稍后重试", "err", err)
		if attempt < sinkAttempts-1 {
			if serr := c.Sleep(ctx, time.Second<<attempt); serr != nil {
				return err
			}
		}
	}
	return err
}

// work does one page and decides what becomes of it.
func (c *collection) work(ctx context.Context, v *visitor, claim frontier.Claim) done {
	d := done{claim: claim}
	var t task
	if err := json.Unmarshal(claim.Task, &t); err != nil {
		return c.bury(d, t, fmt.Sprintf("队列中的任务无法识别：%v", err))
	}
	if claim.Losses >= maxLosses {
		return c.bury(d, t, fmt.Sprintf("处理中断 %d 次", claim.Losses))
	}
	began := c.now()
	o, err := c.reader.read(ctx, v, t)
	d.took = c.now().Sub(began)
	if err == nil {
		d.outcome = o
		return d
	}
	if ctx.Err() != nil { // we were stopped, which says nothing about the page
		d.snooze = time.Millisecond
		return d
	}
	var (
		denied    errDenied
		gone      errGone
		busy      errBusy
		human     errChallenge
		layout    errLayout
		noRobots  errRobots
		permanent string
	)
	switch {
	case errors.As(err, &denied):
		c.deny(&d, t, denied)
		c.log.Info("不访问", "url", t.URL, "reason", denied.reason)
		c.salvage(&d, t)
		return d
	case errors.As(err, &busy):
		d.trouble = true
		if claim.Snoozes >= maxSnoozes {
			permanent = fmt.Sprintf("网站连续 %d 次要求稍后再来（%d）", claim.Snoozes, busy.status)
			break
		}
		d.snooze = busy.after
		if d.snooze == 0 {
			d.snooze = c.backoff(claim, claim.Snoozes)
		}
		d.block, d.reason = d.snooze, fmt.Sprintf("网站要求稍后再来（%d %s）", busy.status, http.StatusText(busy.status))
		return d
	case errors.As(err, &human):
		if claim.Snoozes >= maxSnoozes {
			permanent = human.Error()
			break
		}
		d.snooze, d.block = restOnAsk, restOnAsk
		d.reason = "出现人机验证页或登录页，已停止访问；请人工打开该网站查看，确认正常后再次运行同一采集"
		return d
	case errors.As(err, &gone):
		permanent = gone.reason
	case errors.As(err, &layout):
		// A half-finished deployment passes; a new layout does not.
		if claim.Failures+1 >= min(2, c.job.Profile.Attempts) {
			d.outcome.fault(layout.Fault)
			permanent = layout.Fault.Problem
		}
	case errors.As(err, &noRobots):
		if claim.Snoozes >= maxSnoozes {
			permanent = err.Error()
			break
		}
		d.snooze, d.block, d.reason = robotsRetry, robotsRetry, err.Error()
		return d
	default:
		d.trouble = true
	}
	if permanent == "" && claim.Failures+1 >= c.job.Profile.Attempts {
		permanent = fmt.Sprintf("尝试 %d 次均失败：%v", claim.Failures+1, err)
	}
	if permanent != "" {
		if t.Step == stepReviews && c.reader.beyond(t, err) {
			return c.ended(d, t, permanent)
		}
		if t.Step == stepReviews && c.reader.mayEnd(t, err) {
			permanent += "；前一页是满的，看不出是读完了还是网站坏了，在站点配置的 paging 里写 total（网站写的总数），就看得出"
		}
		return c.bury(d, t, permanent)
	}
	c.log.Info("稍后重试", "url", t.URL, "err", err)
	d.failure = &frontier.Failure{Claim: claim, Reason: err.Error(), Retry: c.backoff(claim, claim.Failures)}
	return d
}

// ended ends a list of reviews before a page that cannot be read, and need not
// be.
func (c *collection) ended(d done, t task, reason string) done {
	c.log.Info("列表已读到底，后面的一页取不到", "url", t.URL, "reason", reason)
	d.outcome = outcome{}
	if err := c.reader.sliced(&d.outcome, t, &c.job.Profile.reviews[t.Reviews], c.now()); err != nil {
		return c.bury(d, t, err.Error())
	}
	return d
}

// deny notes a page that the rules forbid. A product that robots.txt forbids is
// as good as not for sale; where lists are forbidden, something is missing.
func (c *collection) deny(d *done, t task, why errDenied) {
	fault := Fault{URL: t.URL, Problem: why.reason}
	if why.robots && t.Step == stepProduct && t.Known != "" {
		c.reader.covered(&d.outcome, t.Known, "", true, c.now())
	} else {
		c.unread(d, t, "不允许访问："+why.reason)
	}
	if !why.robots {
		d.outcome.add(countDenied, 1)
		d.outcome.fault(fault)
		return
	}
	d.outcome.add(countRobots, 1)
	switch t.Step {
	case stepSearch:
		d.outcome.add(countTruncated+t.Keyword, 1)
		fault.Problem = fmt.Sprintf("robots.txt 不允许访问搜索页，关键词“%s”未读完", t.Keyword)
		d.outcome.note(noteTruncated, fault)
	case stepReviews:
		fault.Problem = fmt.Sprintf("robots.txt 不允许访问评论页，商品 %s 的评论未读完", t.Product)
		d.outcome.note(noteTruncated, fault)
	}
}

// bury gives a page up.
func (c *collection) bury(d done, t task, reason string) done {
	c.log.Warn("放弃页面", "url", t.URL, "reason", reason)
	c.salvage(&d, t)
	c.unread(&d, t, "没有取到："+reason)
	d.failure = &frontier.Failure{
		Claim:  d.claim,
		Reason: reason,
		Dead:   true,
		Count:  d.outcome.count,
		Notes:  d.outcome.notes,
	}
	return d
}

// unread says which reviews a page keeps back that cannot be read.
func (c *collection) unread(d *done, t task, why string) {
	switch t.Step {
	case stepSearch:
		c.reader.searched(&d.outcome, t.Keyword, "搜索结果页"+why, true, c.now())
	case stepProduct:
		if t.Known != "" {
			c.reader.covered(&d.outcome, t.Known, "商品页"+why, true, c.now())
		}
	case stepReviews:
		if t.Reviews < len(c.job.Profile.reviews) {
			why += t.Seen.hint(&c.job.Profile.reviews[t.Reviews])
		}
		c.reader.covered(&d.outcome, t.Product, "评论页"+why, true, c.now())
	}
}

// salvage keeps the listing that waited for a shop's page which cannot be
// read: without the region, but with everything else.
func (c *collection) salvage(d *done, t task) {
	if t.Listing != nil {
		c.reader.list(&d.outcome, *t.Listing)
	}
}

// backoff doubles from the profile's base, with a quarter of jitter that
// depends on the page.
func (c *collection) backoff(claim frontier.Claim, n int) time.Duration {
	d := c.job.Profile.RetryBase << min(n, 20)
	if d <= 0 || d > maxBackoff {
		d = maxBackoff
	}
	return d + time.Duration(hash(claim.Key)%256)*d/1024
}

// report gathers what the queue counted.
func (c *collection) report(ctx context.Context) (Report, error) {
	r := Report{Run: c.job.Run, Site: c.job.Profile.Name, Window: c.job.Window}
	s, err := c.queue.Stats(ctx)
	if err != nil {
		return r, err
	}
	for name, to := range map[string]*int64{
		countPages: &r.Pages, countBytes: &r.Bytes, countUnchanged: &r.Unchanged, countProducts: &r.Products, countListings: &r.Listings,
		countReviews: &r.Reviews, countDefaults: &r.Defaults, countByText: &r.ByText, countAppended: &r.Appended, countOutside: &r.Outside,
		countDuplicates: &r.Duplicates, countShared: &r.Shared, countRefused: &r.Refused, countForeign: &r.Foreign, countIrrelevant: &r.Irrelevant,
		countRobots: &r.Robots, countDenied: &r.Denied, countFaults: &r.Faults, countCut: &r.TruncatedLists, countGaps: &r.Gaps,
		countMixed: &r.Mixed, countUntold: &r.Untold, countVague: &r.Vague, countTwins: &r.Twins,
	} {
		*to = s.Count[name]
	}
	for _, text := range s.Notes {
		var n note
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			continue // written by another version
		}
		switch {
		case n.Kind == noteTruncated:
			r.Truncated = append(r.Truncated, n.Fault)
		case n.Kind != noteForeign:
			r.Examples = append(r.Examples, n.Fault)
		case !slices.Contains(r.Currencies, n.Value):
			r.Currencies = append(r.Currencies, n.Value)
		}
	}
	r.Dead, r.Unfinished = s.Dead, s.Open
	for _, rest := range s.Resting { // the queues of all sites share what they know of hosts
		if c.job.Profile.asks(rest.Host) {
			r.Resting = append(r.Resting, rest)
		}
	}
	for _, letter := range s.Letters {
		var t task
		address := letter.Key
		if json.Unmarshal(letter.Task, &t) == nil {
			address = t.URL
		}
		r.Letters = append(r.Letters, Letter{address, letter.Reason})
	}
	for _, keyword := range c.job.Watch.Keywords {
		r.Keywords = append(r.Keywords, KeywordReport{
			Keyword: keyword, Found: s.Count[countFound+keyword], Listings: s.Count[countListed+keyword],
			Repeated:  s.Count[countAgain+keyword],
			Truncated: s.Count[countTruncated+keyword] > 0,
		})
	}
	return r, nil
}
