package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/app"
	"chaping/scheduler/calendar"
	"chaping/station"
	"chaping/store"
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
	may := q.may("POST /mine")
	if may && !q.api && len(watches) == 0 && c.Reviews == 0 && q.form("period") == "" {
		return q.redirect("/start", "")
	}
	reviewed, unreviewed := 0, 0
	if c.Mined {
		_, ok, err := q.items(p, func(i *item) bool {
			if i.Judgement.Verdict == chaping.Unreviewed {
				unreviewed++
			} else {
				reviewed++
			}
			return false
		})
		if err != nil {
			return err
		}
		if !ok {
			return q.loading("正在读取报送期 " + p.String() + " 的证据")
		}
	}
	sheets, err := q.Station.Sheets(q.ctx, chaping.FormPlatform, p.String())
	if err != nil {
		return err
	}
	submitted, err := q.submitted(p)
	if err != nil {
		return err
	}
	open, err := q.Station.Urgents(q.ctx, station.UrgentOpen)
	if err != nil {
		return err
	}
	period := p.String()
	ended := !q.Now().Before(p.Window().To)
	steps := []step{
		{Title: "采集或导入评论", Done: c.Reviews > 0, Detail: fmt.Sprintf("采集范围内有评论 %d 条", c.Reviews), Path: "/watches", Link: "去采集"},
		{Title: "挖掘", Done: c.Mined && !c.Stale, Detail: minedDetail(c), Path: "/mine", Link: "开始挖掘", Post: true},
		{Title: "复核证据", Done: c.Mined && unreviewed == 0, Detail: fmt.Sprintf("已复核 %d 条，未复核 %d 条（可以不全部复核，报送表会写明）", reviewed, unreviewed), Path: "/review?period=" + period, Link: "去复核"},
		{Title: "冻结报送表", Done: len(sheets) > 0, Detail: frozenDetail(sheets, ended, p), Path: "/sheets?period=" + period, Link: "去冻结"},
		{Title: "报送", Done: submitted, Detail: map[bool]string{true: "已登记报送", false: "下载后报送研究中心，并在这里登记"}[submitted], Path: "/sheets?period=" + period, Link: "去报送"},
	}
	next := slices.IndexFunc(steps, func(s step) bool { return !s.Done })
	due := q.Calendar.Due(p)
	days := int(due.Day.Sub(dayOf(q.Now())).Hours() / 24)
	notices, err := q.notices()
	if err != nil {
		return err
	}
	rows := slices.Clone(c.Rows[:min(10, len(c.Rows))])
	return q.render("dashboard", dashboardPage{picker: q.pick(p, "/"), Due: due, Days: days, Steps: steps, Next: next, Rows: rows, More: len(c.Rows) - len(rows), Urgent: open, Notices: notices, Jobs: q.running(), Watches: watches, Submitted: submitted})
}

type dashboardPage struct {
	picker
	Due       calendar.Due     `json:"due"`
	Days      int              `json:"days"` // until the due day
	Steps     []step           `json:"steps"`
	Next      int              `json:"next"` // of the steps; -1: all are done
	Rows      []chaping.Tally  `json:"rows"` // most negative reviews first
	More      int              `json:"more"` // rows not listed
	Urgent    []station.Urgent `json:"urgent"`
	Notices   []notice         `json:"notices"`
	Jobs      []*job           `json:"jobs"`
	Watches   []station.Watch  `json:"watches"`
	Submitted bool             `json:"submitted"`
}

// Overdue is how many days ago the due day was.
func (d dashboardPage) Overdue() int { return max(0, -d.Days) }

func dayOf(t time.Time) time.Time {
	t = t.In(chaping.Shanghai())
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, chaping.Shanghai())
}

func minedDetail(c counted) string {
	switch {
	case !c.Mined:
		return "还没有用现在的词库挖掘"
	case c.Stale:
		return "挖掘之后又有新的评论，数字未更新"
	}
	return fmt.Sprintf("命中 %d 处，其中成立 %d 处", c.Edition.Mentions, c.Edition.Affirmed)
}

func frozenDetail(sheets []station.Sheet, ended bool, p chaping.Period) string {
	switch {
	case len(sheets) > 0:
		return fmt.Sprintf("已冻结第 %d 版（%s，%s）", sheets[0].Version, sheets[0].Frozen.Format("2006-01-02 15:04"), sheets[0].By)
	case !ended:
		return "采集范围到 " + chaping.ChineseDate(p.Window().LastDay()) + " 才结束，之后才能冻结"
	}
	return "还没有冻结"
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
	view := homePage{Period: p, Due: q.Calendar.Due(p), Now: q.Now()}
	if q.account.Has(concerned...) {
		filings, err := q.Station.Duties(q.ctx, q.account.Scope(), []chaping.Period{p}, q.due)
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
		for i := range filings {
			if !filings[i].Filed() {
				view.Missing++
			}
		}
		open := slices.DeleteFunc(cases, func(c station.Case) bool { return c.Closed() })
		view.Filings, view.Cases, view.Bulletins = filings, open, bulletins[:min(len(bulletins), 3)]
	}
	if view.Notices, err = q.notices(); err != nil {
		return err
	}
	return q.render("home", view)
}

type homePage struct {
	Period    chaping.Period     `json:"period"`
	Due       calendar.Due       `json:"due"`
	Filings   []station.Duty     `json:"stations"`
	Missing   int                `json:"missing"` // stations that have not reported
	Cases     []station.Case     `json:"cases"`
	Bulletins []station.Bulletin `json:"bulletins"`
	Notices   []notice           `json:"notices"`
	Now       time.Time          `json:"-"`
}

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
	return q.render("start", startPage{Period: p, Sample: sample, Watches: watches, Jobs: q.running()})
}

type startPage struct {
	Period  chaping.Period
	Sample  bool
	Watches []station.Watch
	Jobs    []*job
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
	j, err := q.jobs.start(kindCollect, "示例商城，报送期 "+p.String(), who, "/?period="+p.String(), func(ctx context.Context, j *job) (string, error) {
		defer q.desk.drop()
		r, err := q.App.CollectSample(ctx, app.SampleMall(1, p, q.Now()), p, nil, j.tell)
		return q.collected(ctx, j, r, err)
	})
	return q.follow(j, err)
}

func (q *request) removeSample() error {
	q.act.Object = "示例商城的数据"
	j, err := q.jobs.start(kindRemove, "示例商城的数据", q.account.Person, "/start", func(ctx context.Context, j *job) (string, error) {
		q.work.Lock()
		defer q.work.Unlock()
		defer q.desk.drop()
		return "示例商城的评论、商品、命中和计数已全部删除", q.Store.RemovePlatform(ctx, samplePlatform)
	})
	return q.follow(j, err)
}

func (q *request) watches() error {
	list, err := q.Station.Watches(q.ctx)
	if err != nil {
		return err
	}
	p, err := q.current()
	if err != nil {
		return err
	}
	return q.render("watches", watchesPage{Watches: list, Period: p, Running: chaping.PeriodOf(q.Now()), Names: q.siteNames()})
}

type watchesPage struct {
	Watches []station.Watch `json:"watches"`
	Period  chaping.Period  `json:"period"` // to be worked on
	Running chaping.Period  `json:"-"`
	Names   siteNames       `json:"-"`
}

// siteNames are the platforms of site profiles, by the profile's name.
type siteNames map[string]string

func (q *request) siteNames() siteNames {
	names := siteNames{}
	for _, s := range q.App.CheckSites() {
		names[s.Name] = s.Platform
	}
	return names
}

// Of words the sites of a watch.
func (n siteNames) Of(sources []string) string {
	var list []string
	for _, s := range sources {
		if platform := n[s]; platform != "" && platform != s {
			s = platform + "（" + s + "）"
		}
		list = append(list, s)
	}
	return strings.Join(list, "、")
}

func (q *request) watchPage() error {
	var w station.Watch
	if id := q.r.PathValue("id"); id != "new" {
		var err error
		if w, err = q.Station.Watch(q.ctx, number(id)); err != nil {
			return err
		}
	}
	return q.watchForm(http.StatusOK, w, nil)
}

func (q *request) watchForm(status int, w station.Watch, problem *fault) error {
	sites, err := q.sites()
	if err != nil {
		return err
	}
	return q.show(status, "watch", q.route.title, watchPage{W: w, Sites: sites, Problem: problem})
}

type watchPage struct {
	W       station.Watch `json:"watch"`
	Sites   []shownSite   `json:"sites"` // to choose from
	Problem *fault        `json:"-"`
}

func (q *request) watchSave() error {
	w := station.Watch{Version: number(q.form("version")), Watch: chaping.Watch{Name: q.form("name"), Keywords: fields(q.form("keywords")), Terms: fields(q.form("terms")), Sources: q.list("sources")}}
	if id := q.r.PathValue("id"); id != "new" {
		w.ID = number(id)
	}
	q.act.Object, q.act.Detail = "监测任务 "+w.Name, fmt.Sprintf("商品关键词 %s；评论关键词 %s；站点 %s", strings.Join(w.Keywords, "、"), cmp.Or(strings.Join(w.Terms, "、"), "词库全部"), cmp.Or(strings.Join(w.Sources, "、"), "无"))
	sites, err := q.sites()
	if err != nil {
		return err
	}
	for _, name := range w.Sources {
		switch i := slices.IndexFunc(sites, func(s shownSite) bool { return s.Name == name }); {
		case i < 0:
			return q.watchForm(http.StatusUnprocessableEntity, w, &fault{problem: "没有站点配置“" + chaping.Shorten(name, 30) + "”", remedy: "从列表中选择"})
		case !sites[i].Ready():
			return q.watchForm(http.StatusUnprocessableEntity, w, &fault{problem: "站点“" + cmp.Or(sites[i].Platform, name) + "”现在不能采集", remedy: cmp.Or(sites[i].Needs, strings.Join(sites[i].Problems, "；"), "请管理员在“设置”页启用")})
		}
	}
	known := map[string]bool{}
	for _, t := range q.terms() {
		known[t.Name] = true
	}
	for _, t := range w.Terms {
		if !known[t] {
			return q.watchForm(http.StatusUnprocessableEntity, w, &fault{problem: "词库里没有词条“" + chaping.Shorten(t, 30) + "”", remedy: "先在“词库”页添加，或改用已有的词条"})
		}
	}
	saved, err := q.Station.PutWatch(q.ctx, w)
	if c, ok := conflictWith[station.Watch](err); ok {
		hidden := url.Values{"name": {w.Name}, "keywords": {strings.Join(w.Keywords, "\n")}, "terms": {strings.Join(w.Terms, "\n")}, "sources": w.Sources, "version": {fmt.Sprint(c.Version)}}
		return q.conflict(q.r.URL.Path, q.r.URL.Path, []difference{{"名称", c.Name, w.Name}, {"商品关键词", strings.Join(c.Keywords, "、"), strings.Join(w.Keywords, "、")},
			{"评论关键词", strings.Join(c.Terms, "、"), strings.Join(w.Terms, "、")}, {"站点", strings.Join(c.Sources, "、"), strings.Join(w.Sources, "、")}}, hidden)
	}
	if f, ok := told(err); ok {
		return q.watchForm(http.StatusUnprocessableEntity, w, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/watches", "监测任务“"+saved.Name+"”已保存")
}

func (q *request) watchDelete() error {
	w, err := q.Station.Watch(q.ctx, number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	q.act.Object = "监测任务 " + w.Name
	if err := q.Station.DeleteWatch(q.ctx, w.ID, number(q.form("version"))); err != nil {
		return err
	}
	return q.redirect("/watches", "监测任务“"+w.Name+"”已删除；已采集的评论保留")
}

func (q *request) watchCollect() error {
	w, err := q.Station.Watch(q.ctx, number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	p, err := q.period()
	if err != nil {
		return err
	}
	if len(w.Sources) == 0 {
		return bad("任务“"+w.Name+"”没有选站点", "修改任务，选择站点；或导入评论文件")
	}
	q.act.Object = "监测任务 " + w.Name + "，报送期 " + p.String()
	full := q.form("full") != ""
	j, err := q.jobs.start(kindCollect, w.Name+"，报送期 "+p.String(), q.account.Person, "/?period="+p.String(), func(ctx context.Context, j *job) (string, error) {
		defer q.desk.drop()
		r, err := q.App.Collect(ctx, app.CollectRequest{Watch: w.Watch, Period: p, Full: full}, j.tell)
		return q.collected(ctx, j, r, err)
	})
	return q.follow(j, err)
}

// collected ends the job of a collection: with mining what it has brought.
func (s *Server) collected(ctx context.Context, j *job, r app.CollectResult, err error) (string, error) {
	j.setResult(jobResult{Collection: &r})
	if err != nil {
		return "", err
	}
	summary, err := collectText(r)
	return s.mineAfter(ctx, r.Period, j, summary, err)
}

func (q *request) mine() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	n := int(number(q.form("n")))
	if !slices.Contains(trendPeriods, n) {
		n = 1
	}
	q.act.Object = "报送期 " + p.String()
	if n > 1 {
		q.act.Object += fmt.Sprintf(" 及以前共 %d 期", n)
	}
	j, err := q.mineJob(q.account.Person, p, n)
	return q.follow(j, err)
}

func (q *request) importPage() error {
	return q.render("import", importPage{Profiles: q.App.ImportProfiles(), Max: maxUpload >> 20})
}

type importPage struct {
	Profiles []string `json:"profiles"`
	Max      int      `json:"max_megabytes"`
}

// maxUpload bounds an upload.
const maxUpload = 1 << 30

func (q *request) importFile() error {
	_ = http.NewResponseController(q.w).SetReadDeadline(time.Time{}) // large files take their time
	q.r.Body = http.MaxBytesReader(q.w, q.r.Body, maxUpload)
	parts, err := q.r.MultipartReader()
	if err != nil {
		return bad("没有收到文件", "选择文件后再提交")
	}
	dir, err := os.MkdirTemp(q.Dir, "upload-*")
	if err != nil {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "放不下上传的文件", Remedy: "请管理员检查磁盘空间", Err: err}
	}
	started := false
	defer func() {
		if !started {
			os.RemoveAll(dir)
		}
	}()
	i := app.ImportRequest{}
	products, productsName := "", ""
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return &fault{http.StatusRequestEntityTooLarge, fmt.Sprintf("上传没有完成，或超过 %d MB", maxUpload>>20), "压缩成 .gz 或分成几个文件再上传", err}
		}
		switch part.FormName() {
		case "profile":
			i.Profile, err = partText(part)
		case "keyword":
			i.Facts.Keyword, err = partText(part)
		case "file", "products":
			var path string
			if path, err = keepPart(dir, part); err == nil && path != "" {
				name := chaping.Shorten(filepath.Base(part.FileName()), 80)
				if part.FormName() == "file" {
					i.File, i.Name = path, name
				} else {
					products, productsName = path, name
				}
			}
		}
		if err != nil {
			return err
		}
	}
	if i.File == "" {
		return bad("没有选择文件", "选择 xlsx、csv 或 ndjson 文件（可为 .gz）")
	}
	if i.Profile != "" && !slices.Contains(q.App.ImportProfiles(), i.Profile) {
		return bad("没有导入模板“"+chaping.Shorten(i.Profile, 30)+"”", "从列表中选择")
	}
	q.act.Object, q.act.Detail = i.Name, "模板 "+cmp.Or(i.Profile, "自动识别")
	p, err := q.current()
	if err != nil {
		return err
	}
	j, err := q.jobs.start(kindImport, i.Name, q.account.Person, "/?period="+p.String(), func(ctx context.Context, j *job) (_ string, err error) {
		defer os.RemoveAll(dir)
		defer q.desk.drop()
		if products != "" {
			if i.Products, err = app.LoadProducts(ctx, products, productsName); err != nil {
				return "", err
			}
		}
		r, err := q.App.Import(ctx, i, j.tell)
		j.setResult(jobResult{Import: &r})
		if err != nil {
			return "", err
		}
		summary, err := importText(r, i.Products)
		return q.Server.mineAfter(ctx, p, j, summary, err)
	})
	if err != nil {
		return err
	}
	started = true
	return q.follow(j, nil)
}

func partText(p *multipart.Part) (string, error) {
	b, err := io.ReadAll(io.LimitReader(p, 1<<10))
	return strings.TrimSpace(string(b)), err
}

// uploadKinds are the endings of files that can be imported. Nothing else of
// an uploaded name goes into a path.
var uploadKinds = []string{".xlsx", ".xls", ".csv", ".tsv", ".txt", ".htm", ".html", ".xml", ".ndjson", ".jsonl", ".json", ".js", ".zip"}

// keepPart writes an uploaded file; "" when none was chosen.
func keepPart(dir string, p *multipart.Part) (string, error) {
	name := p.FileName()
	if name == "" {
		return "", nil
	}
	base := strings.ToLower(filepath.Base(name))
	gz := strings.HasSuffix(base, ".gz")
	kind := filepath.Ext(strings.TrimSuffix(base, ".gz"))
	if !slices.Contains(uploadKinds, kind) {
		return "", bad("不能导入“"+chaping.Shorten(filepath.Base(name), 40)+"”这种文件", "用 xlsx、csv 或 ndjson 文件（可为 .gz）")
	}
	if gz {
		kind += ".gz"
	}
	f, err := os.CreateTemp(dir, "*"+kind)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, p)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", &fault{http.StatusRequestEntityTooLarge, fmt.Sprintf("上传没有完成，或超过 %d MB", maxUpload>>20), "压缩成 .gz 或分成几个文件再上传", err}
	}
	return f.Name(), nil
}

func (q *request) runs() error {
	records, err := q.Store.Runs(q.ctx, store.RunFilter{Limit: 100})
	if err != nil {
		return err
	}
	var list []shownRun
	for _, r := range records {
		x := shownRun{Run: r, Stage: map[string]string{"collect": "采集", "import": "导入", "mine": "挖掘", "remove": "清除评论"}[r.Stage], State: "已完成"}
		switch {
		case r.Finished.IsZero():
			x.State = "未完成"
		case r.Error != "":
			x.State = "失败：" + r.Error
		}
		for _, c := range [...][2]string{{"pages", "页"}, {"products", "商品"}, {"reviews", "评论"}, {"rows", "行"}, {"accepted", "采用"}, {"refused", "拒收"}, {"mentions", "命中"}, {"affirmed", "成立"}, {"gaps", "没有读全的商品"}} {
			if n := r.Counts[c[0]]; n > 0 {
				x.Counts = append(x.Counts, fmt.Sprintf("%s %d", c[1], n))
			}
		}
		list = append(list, x)
	}
	var jobs []jobView
	for _, j := range q.jobs.all() {
		jobs = append(jobs, jobView{Job: j, State: j.State()})
	}
	return q.render("runs", runsPage{Jobs: jobs, Runs: list})
}

type runsPage struct {
	Jobs []jobView  `json:"jobs"` // since the program was started
	Runs []shownRun `json:"runs"`
}

type shownRun struct {
	Run    store.Run `json:"run"`
	Stage  string    `json:"-"`
	State  string    `json:"-"`
	Counts []string  `json:"-"`
}
