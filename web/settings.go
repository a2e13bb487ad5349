package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"chaping"
	"chaping/app"
	"chaping/station"
)

// A settingsPage is the administrator's page.
type settingsPage struct {
	Settings station.Settings  `json:"settings"`
	Kinds    []station.Kind    `json:"kinds"`
	Sites    []shownSite       `json:"sites"`
	Plans    []shownPlan       `json:"plans"`
	Running  bool              `json:"plans_running"` // a process runs them at their times
	Backups  []app.Backup      `json:"backups"`
	Channels []shownChannel    `json:"channels"`
	Unsent   []unsentMessage   `json:"unsent"` // notifications that have not gone out, the latest first
	Stations []station.Station `json:"-"`
	Problem  *fault            `json:"-"`
}

type shownSite struct {
	app.Site
	Needs    string   `json:"needs,omitempty"` // why it may not be collected yet
	Problems []string `json:"problems,omitempty"`
	Off      bool     `json:"off"`
	Used     []string `json:"used,omitempty"` // watches that collect it
}

// Ready tells whether the site can be collected now.
func (s shownSite) Ready() bool { return !s.Off && s.Needs == "" && len(s.Problems) == 0 }

// sites are the site profiles with what stands in the way of collecting them.
func (q *request) sites() (list []shownSite, err error) {
	settings, err := q.Station.Settings(q.ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range q.App.CheckSites() {
		x := shownSite{Site: s, Off: slices.Contains(settings.SitesOff, s.Name)}
		for _, f := range s.Faults {
			x.Problems = append(x.Problems, chaping.Explain(f, wordAdvice))
		}
		if s.Refusal != nil {
			x.Needs = chaping.Explain(s.Refusal, wordAdvice)
		}
		list = append(list, x)
	}
	return list, nil
}

// usedBy fills in which watches collect the sites.
func (q *request) usedBy(sites []shownSite) error {
	watches, err := q.Station.Watches(q.ctx)
	for i := range sites {
		for _, w := range watches {
			if slices.Contains(w.Sources, sites[i].Name) {
				sites[i].Used = append(sites[i].Used, w.Name)
			}
		}
	}
	return err
}

func (q *request) settings() error { return q.settingsForm(http.StatusOK, nil, nil) }

// settingsForm shows the page; typed are settings that could not be stored.
func (q *request) settingsForm(status int, typed *station.Settings, problem *fault) error {
	p := settingsPage{Kinds: station.Kinds(), Problem: problem}
	var err error
	if p.Settings, err = q.Station.Settings(q.ctx); err != nil {
		return err
	}
	if p.Unsent, err = q.unsentMessages(); err != nil {
		return err
	}
	if p.Channels, err = q.channels(); err != nil {
		if f, ok := told(err); ok && problem == nil {
			p.Problem = f
		}
	}
	if p.Stations, _, err = q.stationNames(); err != nil {
		return err
	}
	if p.Sites, err = q.sites(); err != nil {
		return err
	}
	if err := q.usedBy(p.Sites); err != nil {
		return err
	}
	if typed != nil {
		p.Settings = *typed
	}
	if p.Running, err = q.App.PlansRun(q.ctx); err != nil {
		return err
	}
	if p.Plans, err = q.plans(); err != nil {
		f, ok := told(err)
		if !ok {
			return err
		}
		if p.Problem == nil {
			p.Problem = f
		}
	}
	if p.Backups, err = q.App.Backups(q.ctx); err != nil {
		return err
	}
	return q.show(status, "settings", q.route.title, &p)
}

// settingsSave stores contact and retention.
func (q *request) settingsSave() error {
	s, err := q.Station.Settings(q.ctx)
	if err != nil {
		return err
	}
	s.Contact, s.Phone, s.Version = q.form("contact"), q.form("phone"), number(q.form("version"))
	for field, to := range map[string]*int{"page_days": &s.PageDays, "pinned_days": &s.PinnedDays} {
		*to = 0
		if text := q.form(field); text != "" {
			if *to, err = strconv.Atoi(text); err != nil || *to == 0 {
				return q.settingsForm(
					http.StatusUnprocessableEntity,
					&s,
					&fault{problem: "保存天数“" + chaping.Shorten(text, 20) + "”不是天数", remedy: "写天数，或不写用默认值"},
				)
			}
		}
	}
	return q.putSettings(
		s,
		fmt.Sprintf("联系人 %s，电话 %s，网页保存 %d 天、严重命中的 %d 天（0 为默认）", s.Contact, s.Phone, s.PageDays, s.PinnedDays),
		url.Values{
			"contact":     {s.Contact},
			"phone":       {s.Phone},
			"page_days":   {q.form("page_days")},
			"pinned_days": {q.form("pinned_days")},
		},
	)
}

// sitesSave switches site profiles on and off.
func (q *request) sitesSave() error {
	s, err := q.Station.Settings(q.ctx)
	if err != nil {
		return err
	}
	on := q.list("on")
	s.SitesOff, s.Version = nil, number(q.form("version"))
	for _, name := range q.App.Sites() {
		if !slices.Contains(on, name) {
			s.SitesOff = append(s.SitesOff, name)
		}
	}
	detail := "全部启用"
	if len(s.SitesOff) > 0 {
		detail = "停用 " + strings.Join(s.SitesOff, "、")
	}
	return q.putSettings(s, "站点："+detail, url.Values{"on": on})
}

func (q *request) putSettings(s station.Settings, detail string, again url.Values) error {
	q.act.Object, q.act.Detail = "设置", detail
	_, err := q.Station.PutSettings(q.ctx, s)
	if theirs, ok := conflictWith[station.Settings](err); ok {
		again.Set("version", strconv.FormatInt(theirs.Version, 10))
		days := func(n int) string { return strconv.Itoa(n) }
		return q.conflict(
			q.r.URL.Path,
			"/settings",
			[]difference{{"联系人", theirs.Contact, s.Contact}, {"电话", theirs.Phone, s.Phone},
				{
					"网页保存天数",
					days(theirs.PageDays),
					days(s.PageDays),
				}, {"严重命中的网页保存天数", days(theirs.PinnedDays), days(s.PinnedDays)}, {"停用的站点", strings.Join(theirs.SitesOff, "、"), strings.Join(s.SitesOff, "、")}},
			again,
		)
	}
	if f, ok := told(err); ok {
		return q.settingsForm(http.StatusUnprocessableEntity, &s, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/settings", "设置已保存")
}

// backUp makes a backup, or verifies one that is there, or restores it beside the
// data, as a job.
func (q *request) backUp() error {
	name, restore := q.form("name"), q.form("restore") != ""
	if restore && name == "" {
		return bad("没有选择备份", "从列表中选择要恢复的备份")
	}
	title := "现在的数据"
	if name != "" {
		files, err := q.App.Backups(q.ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(files, func(b app.Backup) bool { return b.Name == name }) {
			return bad("没有备份“"+chaping.Shorten(name, 60)+"”", "刷新页面，从列表中选择")
		}
		if title = "核对 " + name; restore {
			title = "恢复 " + name
		}
	}
	q.act.Object = title
	j, err := q.jobs.start(
		kindBackup,
		title,
		q.account.Person,
		"/settings#backups",
		func(ctx context.Context, j *job) (string, error) {
			var r app.BackupResult
			var aside string
			var err error
			switch {
			case name == "":
				r, err = q.App.BackUp(ctx, j.tell)
			case restore:
				r, aside, err = q.App.RestoreBeside(ctx, name, j.tell)
			default:
				r, err = q.App.VerifyBackup(ctx, name, j.tell)
			}
			j.setResult(jobResult{Backup: &r})
			if err != nil {
				return "", err
			}
			if aside != "" {
				return fmt.Sprintf(
					"%s 已恢复到 %s，逐表核对过，评论 %d 行；现在的数据没有动。换上去的步骤见帮助“恢复”一节",
					r.File, aside, r.Rows["reviews"],
				), nil
			}
			return fmt.Sprintf(
				"%s 完好：%d 个文件共 %.1f MB；评论 %d 行，命中 %d 行",
				r.File,
				r.Parts,
				float64(r.Bytes)/1e6,
				r.Rows["reviews"],
				r.Rows["mentions"],
			), nil
		},
	)
	return q.follow(j, err)
}
