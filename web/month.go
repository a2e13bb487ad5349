package web

import (
	"context"
	"fmt"
	"slices"
	"time"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/scheduler/calendar"
	"chaping/station"
)

// A step is one thing to be done for the month's sheet.
type step struct {
	Title  string `json:"title"`
	Done   bool   `json:"done"`
	Detail string `json:"detail"`
	Path   string `json:"-"` // where to do it
	Link   string `json:"-"`
	Post   bool   `json:"-"` // Path is a button, not a page
}

// dashboard is the month at a glance: when the sheet is due, and what is
// missing for it.
func (q *request) dashboard() error {
	if !q.seesReviews() || !q.may("POST /mine") { // the list of what is to be done is for those who do it
		return q.homePage()
	}
	p, err := q.period()
	if err != nil {
		return err
	}
	c, ok, err := q.counted(p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读取报送期 " + p.String() + " 的数据")
	}
	watches, err := q.Station.Watches(q.ctx)
	if err != nil {
		return err
	}
	if !q.api && len(watches) == 0 && c.Reviews == 0 && q.form("period") == "" {
		ever, err := q.Store.ReviewCount(q.ctx)
		if err != nil {
			return err
		}
		if ever == 0 {
			return q.redirect("/start", "")
		}
	}
	seen, ok, err := q.checked(p, c)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读取报送期 " + p.String() + " 的证据")
	}
	lacks, err := q.App.Unfinished(q.ctx, p)
	if err != nil {
		return err
	}
	unfinished := lacks.Lines()
	month, err := q.month(p, c, watches, seen, len(unfinished))
	if err != nil {
		return err
	}
	open, err := q.Station.CountUrgents(q.ctx, station.OpenUrgents())
	if err != nil {
		return err
	}
	next := slices.IndexFunc(month.steps, func(s step) bool { return !s.Done })
	due := q.Calendar.Due(p)
	days := int(due.Day.Sub(dayOf(q.Now())).Hours() / 24)
	notices, err := q.notices()
	if err != nil {
		return err
	}
	for _, line := range unfinished {
		notices = append(notices, notice{line + "，本期的数字可能偏少", "/runs", "看运行记录"})
	}
	var known []report.Definition
	var falls []fall
	if c.Mined {
		if known, falls, err = q.quality(p); err != nil {
			return err
		}
	}
	kpis, err := q.platformKPIs(p, c)
	if err != nil {
		return err
	}
	first, err := q.firstWeek()
	if err != nil {
		return err
	}
	rows := slices.Clone(c.Rows[:min(10, len(c.Rows))])
	return q.render(
		"dashboard",
		dashboardPage{
			picker:    q.pick(p, "/"),
			Counted:   c,
			Due:       due,
			Days:      days,
			KPIs:      kpis,
			Steps:     month.steps,
			Next:      next,
			Rows:      rows,
			More:      len(c.Rows) - len(rows),
			Quality:   known,
			Falls:     falls,
			Urgent:    open,
			Notices:   notices,
			Jobs:      q.running(),
			Watches:   watches,
			Submitted: month.submitted,
			Unsent:    month.unsent,
			First:     first,
		},
	)
}

type dashboardPage struct {
	picker
	Counted   counted             `json:"-"`
	Due       calendar.Due        `json:"due"`
	Days      int                 `json:"days"` // until the due day
	KPIs      []kpi               `json:"kpis"`
	Steps     []step              `json:"steps"`
	Next      int                 `json:"next"`    // of the steps; -1: all are done
	Rows      []chaping.Tally     `json:"rows"`    // most negative reviews first
	More      int                 `json:"more"`    // rows not listed
	Quality   []report.Definition `json:"quality"` // how right the numbers are, in words
	Falls     []fall              `json:"falls"`   // what became worse since earlier periods
	Urgent    int                 `json:"urgent"`  // candidates that wait for a decision
	Notices   []notice            `json:"notices"`
	Jobs      []*job              `json:"jobs"`
	Watches   []station.Watch     `json:"watches"`
	Submitted bool                `json:"submitted"`
	Unsent    []station.Unsent    `json:"unsent"` // corrections that were frozen and not handed in
	First     []firstStep         `json:"-"`
}

// Overdue is how many days ago the due day was.
func (d dashboardPage) Overdue() int { return max(0, -d.Days) }

func dayOf(t time.Time) time.Time {
	t = t.In(chaping.Shanghai())
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, chaping.Shanghai())
}

// checked is how much of a period's evidence people have looked at.
type checked struct {
	sample               progress
	reviewed, unreviewed int
	cut                  bool // of the sentences that come first
}

// checked is not ok while the evidence is being read.
func (q *request) checked(p chaping.Period, c counted) (seen checked, ok bool, err error) {
	if !c.Mined {
		return seen, true, nil
	}
	of, _, err := q.sample(p)
	if err != nil {
		return seen, false, err
	}
	if of != nil { // it has been drawn
		if seen.sample, err = q.progress(of); err != nil {
			return seen, false, err
		}
	}
	found, ok, err := q.found(p, reviewFilter{State: "all"})
	if err != nil || !ok {
		return seen, false, err
	}
	seen.unreviewed, seen.cut = found.counts["unreviewed"], found.cut
	seen.reviewed = len(found.list) - seen.unreviewed
	return seen, true, nil
}

// A month is what there is to do for the month's sheet, and how far it is.
type month struct {
	steps     []step
	submitted bool
	unsent    []station.Unsent
}

func (q *request) month(
	p chaping.Period,
	c counted,
	watches []station.Watch,
	seen checked,
	unfinished int, // imports and stored batches
) (m month, err error) {
	period := p.String()
	sheets, err := q.Station.Sheets(q.ctx, chaping.FormPlatform, period)
	if err != nil {
		return m, err
	}
	if m.submitted, err = q.submitted(p); err != nil {
		return m, err
	}
	if m.unsent, err = q.Station.Unsent(q.ctx, chaping.FormPlatform, period, 0); err != nil {
		return m, err
	}
	frozen, err := q.frozenDetail(p, sheets, watches, c)
	if err != nil {
		return m, err
	}
	late, err := q.filedLate(p)
	if err != nil {
		return m, err
	}
	centre, err := q.Station.Centre(q.ctx)
	if err != nil {
		return m, err
	}
	some := c.Reviews > 0 || len(sheets) > 0 // where there is nothing, nothing is done
	m.steps = []step{
		{
			Title:  "采集或导入评论",
			Done:   c.Reviews > 0 && unfinished == 0,
			Detail: collectedDetail(c, unfinished),
			Path:   "/watches",
			Link:   "去采集",
		},
		{Title: "挖掘", Done: some && c.Mined && !c.Stale, Detail: minedDetail(c), Path: "/mine", Link: "开始挖掘", Post: true},
		{
			Title:  "复核证据",
			Done:   some && c.Mined && (seen.unreviewed == 0 || seen.sample.Total > 0 && !seen.sample.Open()),
			Detail: reviewedDetail(c, seen),
			Path:   "/review?period=" + period,
			Link:   "去复核",
		},
		{
			Title:  "冻结报送表",
			Done:   len(sheets) > 0,
			Detail: frozen,
			Path:   "/sheets?period=" + period,
			Link:   "去冻结",
		},
		{
			Title:  "报送",
			Done:   m.submitted && len(m.unsent) == 0,
			Detail: submittedDetail(m, late, centre.URL != ""),
			Path:   "/sheets?period=" + period,
			Link:   "去报送",
		},
	}
	return m, nil
}

func collectedDetail(c counted, unfinished int) string {
	detail := fmt.Sprintf("采集范围内有评论 %d 条", c.Reviews)
	if unfinished > 0 {
		detail += "，还没有收全"
	}
	return detail
}

func minedDetail(c counted) string {
	switch {
	case !c.Mined:
		return "还没有用现在的词库挖掘"
	case c.Stale:
		return "挖掘之后又有新的评论，数字未更新"
	case c.Reviews == 0:
		return "没有评论可以挖掘"
	}
	return fmt.Sprintf("命中 %d 处，其中成立 %d 处", c.Edition.Mentions, c.Edition.Affirmed)
}

func reviewedDetail(c counted, seen checked) string {
	if !c.Mined || c.Reviews == 0 {
		return "挖掘以后才有要复核的句子"
	}
	detail := fmt.Sprintf("已复核 %d 条，未复核 %d 条（可以不全部复核，报送表会写明）", seen.reviewed, seen.unreviewed)
	if seen.cut {
		detail = fmt.Sprintf("报送表上最靠前的 %d 句里，", seen.reviewed+seen.unreviewed) + detail
	}
	if sample := seen.sample; sample.Open() {
		return fmt.Sprintf("本月抽样 %d/%d，还要约 %d 分钟；", sample.Done, sample.Total, sample.Minutes) + detail
	}
	return detail
}

// frozenDetail says which version was frozen last, and whether the sheet has
// changed since.
func (q *request) frozenDetail(p chaping.Period, sheets []station.Sheet, watches []station.Watch, c counted) (string, error) {
	switch {
	case len(sheets) > 0:
	case q.Now().Before(p.Window().To):
		return "采集范围到 " + chaping.ChineseDate(p.Window().LastDay()) + " 才结束，之后才能冻结", nil
	default:
		return "还没有冻结", nil
	}
	last := sheets[0]
	detail := fmt.Sprintf("已冻结第 %d 版（%s，%s）", last.Version, last.Frozen.Format(chaping.Minute), last.By)
	var w station.Watch
	if last.Name != "" {
		i := slices.IndexFunc(watches, func(w station.Watch) bool { return w.Name == last.Name })
		if i < 0 {
			return detail, nil
		}
		w = watches[i]
	}
	now, ok, err := q.draftWithin(p, w, c, 0)
	switch {
	case err != nil:
		return "", err
	case ok && now.Hash != last.Hash:
		return detail + "；现在的内容与它不同，要更正的再冻结一版", nil
	case !ok && c.Mined && !c.Stale:
		return detail + "；正在和现在的内容比较", nil
	}
	return detail, nil
}

// filedLate tells whether the home station's sheet of a period came after its due
// day.
func (q *request) filedLate(p chaping.Period) (bool, error) {
	duties, err := q.duties(p)
	if err != nil {
		return false, err
	}
	for i := range duties {
		if y := &duties[i]; y.Station.ID == q.home.ID && y.Filed() {
			return y.Late(), nil
		}
	}
	f, noted, err := q.Station.Filing(q.ctx, p.String(), "") // by hand
	return noted && chaping.Late(f.Filed, q.due(p)), err
}

func submittedDetail(m month, late, connected bool) string {
	switch {
	case len(m.unsent) > 0:
		return m.unsent[0].Chinese()
	case m.submitted && late:
		return "已登记报送，逾期"
	case m.submitted:
		return "已登记报送"
	case connected:
		return "冻结以后直接报送研究中心"
	}
	return "下载后报送研究中心，并在这里登记"
}

// running are the jobs that go on.
func (q *request) running() []*job {
	return slices.DeleteFunc(q.jobs.all(), func(j *job) bool { return !j.State().Running() })
}

// homePage is for those who do not work with reviews.
func (q *request) homePage() error {
	p, err := q.current()
	if err != nil {
		return err
	}
	view := homePage{Period: p, Due: q.Calendar.Due(p), Now: q.Now(), Overall: q.oversees()}
	if q.account.Has(concerned...) {
		filings, err := q.duties(p)
		if err != nil {
			return err
		}
		cases, err := q.Station.Cases(q.ctx, q.account.Scope())
		if err != nil {
			return err
		}
		bulletins, err := q.Station.Bulletins(q.ctx, q.account.Scope())
		if err != nil {
			return err
		}
		turnout := station.TurnoutOf(filings)
		view.Missing, view.Filed, view.Owed = len(turnout.Waited), len(turnout.Filed), turnout.Owed
		if view.Ruled, err = q.ruled(); err != nil {
			return err
		}
		if view.Overall {
			view.KPIs, err = q.overallKPIs(p, cases)
		} else {
			view.KPIs, err = q.stationKPIs(p, cases)
		}
		if err != nil {
			return err
		}
		open := slices.DeleteFunc(cases, func(c station.Case) bool { return c.Closed() })
		view.Filings, view.Cases, view.Bulletins = filings, open, bulletins[:min(len(bulletins), 3)]
	}
	if view.Notices, err = q.notices(); err != nil {
		return err
	}
	if view.Waiting, err = q.ownLeads(p); err != nil {
		return err
	}
	if view.First, err = q.firstWeek(); err != nil {
		return err
	}
	return q.render("home", view)
}

// duties are what was to be handed in for a period, and was: by all stations, or by
// the account's own.
func (q *request) duties(p chaping.Period) ([]station.Duty, error) {
	list, err := q.Station.Duties(q.ctx, q.account.Scope(), []chaping.Period{p}, q.due)
	if !q.oversees() {
		of := q.own()
		list = slices.DeleteFunc(list, func(d station.Duty) bool { return d.Station.ID != of })
	}
	return list, err
}

type homePage struct {
	Period    chaping.Period     `json:"period"`
	Due       calendar.Due       `json:"due"`
	Filings   []station.Duty     `json:"stations"`
	Missing   int                `json:"missing"` // stations that owe the period and have not reported
	Filed     int                `json:"-"`       // stations that have reported
	Owed      int                `json:"owed"`    // stations that owe it
	Ruled     bool               `json:"-"`       // the centre is here, which says who owes it
	Overall   bool               `json:"-"`       // of all stations
	Cases     []station.Case     `json:"cases"`
	Bulletins []station.Bulletin `json:"bulletins"`
	Notices   []notice           `json:"notices"`
	Waiting   []notice           `json:"waiting"` // leads that nobody has judged, or that wait for the account
	KPIs      []kpi              `json:"kpis"`
	Now       time.Time          `json:"-"`
	First     []firstStep        `json:"-"`
}

// Overdue tells whether the due day has passed.
func (p homePage) Overdue() bool { return chaping.Late(p.Now, p.Due.Day) }

func (q *request) startPage() error {
	p, err := q.current()
	if err != nil {
		return err
	}
	sample, err := q.Store.HasReviews(q.ctx, samplePlatform)
	if err != nil {
		return err
	}
	watches, err := q.Station.Watches(q.ctx)
	if err != nil {
		return err
	}
	first, err := q.firstWeek()
	if err != nil {
		return err
	}
	return q.render("start", startPage{Period: p, Sample: sample, Watches: watches, Jobs: q.running(), First: first})
}

type startPage struct {
	Period  chaping.Period
	Sample  bool
	Watches []station.Watch
	Jobs    []*job
	First   []firstStep
}

// samplePlatform is the demo mall's.
const samplePlatform = "mall"

func (q *request) startSample() error {
	p, err := q.current()
	if err != nil {
		return err
	}
	q.act.Object = "报送期 " + p.String()
	who := q.account.Person
	j, err := q.jobs.start(
		kindCollect,
		"示例商城，报送期 "+p.String(),
		who,
		"/?period="+p.String(),
		func(ctx context.Context, j *job) (string, error) {
			defer q.desk.drop()
			r, err := q.App.CollectSample(ctx, app.SampleMall(1, p, q.Now()), p, nil, j.tell)
			return q.collected(ctx, j, r, err)
		},
	)
	return q.follow(j, err)
}

func (q *request) removeSample() error {
	q.act.Object = "示例商城的数据"
	j, err := q.jobs.start(
		kindRemove,
		"示例商城的数据",
		q.account.Person,
		"/start",
		func(ctx context.Context, j *job) (string, error) {
			q.work.Lock()
			defer q.work.Unlock()
			defer q.desk.drop()
			return "示例商城的评论、商品、命中、计数和重要风险信息候选已全部删除", q.App.RemovePlatform(ctx, samplePlatform, q.account.Person)
		},
	)
	return q.follow(j, err)
}

// due is the day on which a period's report is due.
func (q *request) due(p chaping.Period) time.Time { return q.Calendar.Due(p).Day }
