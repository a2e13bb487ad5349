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
	"chaping/station"
	"chaping/store"
)

func (q *request) watches() error {
	list, err := q.Station.Watches(q.ctx)
	if err != nil {
		return err
	}
	p, err := q.current()
	if err != nil {
		return err
	}
	return q.render(
		"watches",
		watchesPage{Watches: list, Period: p, Running: chaping.PeriodOf(q.Now()), Names: q.siteNames()},
	)
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
	w := station.Watch{
		Version: number(q.form("version")),
		Watch: chaping.Watch{
			Name:     q.form("name"),
			Keywords: fields(q.form("keywords")),
			Terms:    fields(q.form("terms")),
			Sources:  q.list("sources"),
		},
	}
	if id := q.r.PathValue("id"); id != "new" {
		w.ID = number(id)
	}
	q.act.Object, q.act.Detail = "监测任务 "+w.Name, fmt.Sprintf(
		"商品关键词 %s；评论关键词 %s；站点 %s",
		strings.Join(w.Keywords, "、"),
		cmp.Or(strings.Join(w.Terms, "、"), "词库全部"),
		cmp.Or(strings.Join(w.Sources, "、"), "无"),
	)
	sites, err := q.sites()
	if err != nil {
		return err
	}
	for _, name := range w.Sources {
		switch i := slices.IndexFunc(sites, func(s shownSite) bool { return s.Name == name }); {
		case i < 0:
			return q.watchForm(
				http.StatusUnprocessableEntity,
				w,
				&fault{problem: "没有站点配置“" + chaping.Shorten(name, 30) + "”", remedy: "从列表中选择"},
			)
		case !sites[i].Ready():
			return q.watchForm(
				http.StatusUnprocessableEntity,
				w,
				&fault{
					problem: "站点“" + cmp.Or(sites[i].Platform, name) + "”现在不能采集",
					remedy:  cmp.Or(sites[i].Needs, strings.Join(sites[i].Problems, "；"), "请管理员在“设置”页启用"),
				},
			)
		}
	}
	known := map[string]bool{}
	for _, t := range q.terms() {
		known[t.Name] = true
	}
	for _, t := range w.Terms {
		if !known[t] {
			return q.watchForm(
				http.StatusUnprocessableEntity,
				w,
				&fault{problem: "词库里没有词条“" + chaping.Shorten(t, 30) + "”", remedy: "先在“词库”页添加，或改用已有的词条"},
			)
		}
	}
	saved, err := q.Station.PutWatch(q.ctx, w)
	if c, ok := conflictWith[station.Watch](err); ok {
		hidden := url.Values{
			"name":     {w.Name},
			"keywords": {strings.Join(w.Keywords, "\n")},
			"terms":    {strings.Join(w.Terms, "\n")},
			"sources":  w.Sources,
			"version":  {fmt.Sprint(c.Version)},
		}
		return q.conflict(
			q.r.URL.Path,
			q.r.URL.Path,
			[]difference{
				{"名称", c.Name, w.Name},
				{"商品关键词", strings.Join(c.Keywords, "、"), strings.Join(w.Keywords, "、")},
				{
					"评论关键词",
					strings.Join(c.Terms, "、"),
					strings.Join(w.Terms, "、"),
				},
				{"站点", strings.Join(c.Sources, "、"), strings.Join(w.Sources, "、")},
			},
			hidden,
		)
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
	j, err := q.jobs.start(
		kindCollect,
		w.Name+"，报送期 "+p.String(),
		q.account.Person,
		"/?period="+p.String(),
		func(ctx context.Context, j *job) (string, error) {
			defer q.desk.drop()
			r, err := q.App.Collect(ctx, app.CollectRequest{Watch: w.Watch, Period: p, Full: full}, j.tell)
			return q.collected(ctx, j, r, err)
		},
	)
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
			return &fault{
				http.StatusRequestEntityTooLarge,
				fmt.Sprintf("上传没有完成，或超过 %d MB", maxUpload>>20),
				"压缩成 .gz 或分成几个文件再上传",
				err,
			}
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
	j, err := q.jobs.start(
		kindImport,
		i.Name,
		q.account.Person,
		"/?period="+p.String(),
		func(ctx context.Context, j *job) (_ string, err error) {
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
		},
	)
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
var uploadKinds = []string{
	".xlsx",
	".xls",
	".csv",
	".tsv",
	".txt",
	".htm",
	".html",
	".xml",
	".ndjson",
	".jsonl",
	".json",
	".js",
	".zip",
}

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
		return "", &fault{
			http.StatusRequestEntityTooLarge,
			fmt.Sprintf("上传没有完成，或超过 %d MB", maxUpload>>20),
			"压缩成 .gz 或分成几个文件再上传",
			err,
		}
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
		x := shownRun{
			Run:   r,
			Stage: map[string]string{"collect": "采集", "import": "导入", "mine": "挖掘", "remove": "清除评论"}[r.Stage],
			State: "已完成",
		}
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
