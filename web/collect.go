package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"chaping"
	"chaping/app"
	"chaping/station"
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
	page := watchPage{W: w, Sites: sites, Problem: problem}
	page.termGroups(q.terms())
	return q.show(status, "watch", q.route.title, page)
}

type watchPage struct {
	W       station.Watch `json:"watch"`
	Sites   []shownSite   `json:"sites"`  // to choose from
	Sets    []termGroup   `json:"sets"`   // of terms, to choose from
	Fields  []termGroup   `json:"fields"` // whose terms can be chosen
	Chosen  int           `json:"chosen"` // terms that the watch stands for
	Single  []string      `json:"-"`      // terms that are chosen one by one
	Problem *fault        `json:"-"`
}

// A termGroup is a set of terms, or those of a product field.
type termGroup struct {
	Name    string `json:"name"` // as a watch has it
	Title   string `json:"-"`
	Meaning string `json:"-"`
	Terms   int    `json:"terms"`
	On      bool   `json:"-"`
}

// termGroups fills in the groups of terms and which of them the watch has.
func (p *watchPage) termGroups(terms []chaping.Term) {
	for _, name := range p.W.Terms {
		if !chaping.IsTermSet(name) {
			p.Single = append(p.Single, name)
		}
	}
	group := func(name, title, meaning string) termGroup {
		return termGroup{Name: name, Title: title, Meaning: meaning, Terms: chaping.CountTerms(terms, []string{name}),
			On: slices.Contains(p.W.Terms, name)}
	}
	for _, s := range chaping.TermSets() {
		p.Sets = append(p.Sets, group(string(s), string(s), s.Meaning()))
	}
	fields := map[string]bool{}
	for i := range terms {
		if f := terms[i].Field; f != "" && !fields[f] {
			fields[f] = true
			p.Fields = append(p.Fields, group(chaping.TermsOfField(f), f, ""))
		}
	}
	slices.SortFunc(p.Fields, func(a, b termGroup) int { return cmp.Compare(b.Terms, a.Terms) })
	if p.Chosen = len(terms); len(p.W.Terms) > 0 {
		p.Chosen = chaping.CountTerms(terms, p.W.Terms)
	}
}

func (q *request) watchSave() error {
	w := station.Watch{
		Version: number(q.form("version")),
		Watch: chaping.Watch{
			Name:     q.form("name"),
			Keywords: fields(q.form("keywords")),
			Terms:    append(q.list("sets"), fields(q.form("terms"))...),
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
	if _, unknown := chaping.SelectTerms(q.terms(), w.Terms); len(unknown) > 0 {
		return q.watchForm(
			http.StatusUnprocessableEntity,
			w,
			&fault{problem: "词库里没有词条“" + chaping.Shorten(unknown[0], 30) + "”", remedy: "先在“词库”页添加，或改用已有的词条"},
		)
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
	return s.mineAfter(ctx, []chaping.Period{r.Period}, r.Period, j, summary, err)
}

func (q *request) mine() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	n := max(int(number(q.form("n"))), 1)
	if n > 1 && !slices.Contains(trendPeriods, n) {
		return bad(fmt.Sprintf("不能挖掘以前共 %d 期", n), "“n”应为 1、6、12、24")
	}
	q.act.Object = "报送期 " + p.String()
	if n > 1 {
		q.act.Object += fmt.Sprintf(" 及以前共 %d 期", n)
	}
	j, err := q.mineJob(q.account.Person, p, n)
	return q.follow(j, err)
}
