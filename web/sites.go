package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/app"
)

// siteFields are what the form of a profile has.
const siteFields = "name text! hash address"

// trialPatience is how long a page may be waited for that a profile is tried on;
// making a profile reads several.
const trialPatience = time.Minute

// A sitePage is a site profile with what was found about it.
type sitePage struct {
	Site    app.SiteText   `json:"site"`
	New     bool           `json:"-"`
	From    []string       `json:"-"`                // profiles that a new one can begin with
	Address string         `json:"-"`                // that it was tried on
	Good    bool           `json:"good"`             // checked, and without a fault
	Faults  []string       `json:"faults,omitempty"` // of the profile
	Refusal string         `json:"refusal,omitempty"`
	Trial   *app.SiteTrial `json:"trial,omitempty"`
	Draft   *app.SiteDraft `json:"draft,omitempty"` // what a page was found to hold, with the text that it gave
	Problem *fault         `json:"-"`
}

// site shows a profile, or the form of a new one.
func (q *request) site() error {
	name := q.r.PathValue("name")
	if name != app.NewSite {
		text, err := q.App.SiteText(name)
		if err != nil {
			return notFound()
		}
		page := sitePage{Site: text}
		page.check(q)
		return q.render("site", page)
	}
	page := sitePage{New: true, From: app.ShippedSites()}
	if from := q.form("from"); from != "" {
		text, err := q.App.SiteText(from)
		if err != nil {
			return err
		}
		page.Site.Text = text.Text
	}
	return q.render("site", page)
}

// typedSite is the page with what was typed.
func (q *request) typedSite() sitePage {
	page := sitePage{
		Site:    app.SiteText{Name: q.r.PathValue("name"), Text: q.form("text"), Hash: q.form("hash"), Own: true},
		Address: q.form("address"),
	}
	if page.Site.Name == app.NewSite {
		page.New, page.Site.Name, page.From = true, q.form("name"), app.ShippedSites()
	}
	return page
}

// check fills in what is wrong with the text.
func (p *sitePage) check(q *request) {
	faults, refusal := q.App.CheckSiteText(p.Site)
	for _, f := range faults {
		p.Faults = append(p.Faults, chaping.Explain(f, wordAdvice))
	}
	if p.Good = len(faults) == 0; refusal != nil {
		p.Refusal = chaping.Explain(refusal, wordAdvice)
	}
}

// siteSave stores a profile that has no fault.
func (q *request) siteSave() error {
	page := q.typedSite()
	q.act.Object = "站点配置 " + chaping.Shorten(page.Site.Name, 40)
	if page.check(q); !page.Good {
		if !q.api {
			return q.show(http.StatusUnprocessableEntity, "site", q.route.title, page)
		}
		return bad(page.Faults[0], "")
	}
	err := q.App.PutSite(page.Site.Name, page.Site.Text, page.Site.Hash)
	if f, ok := told(err); ok && !q.api {
		page.Problem = f
		return q.show(http.StatusUnprocessableEntity, "site", q.route.title, page)
	}
	if err != nil {
		return err
	}
	return q.redirect("/settings/sites/"+url.PathEscape(page.Site.Name), "站点配置“"+page.Site.Name+"”已保存")
}

// siteCheck tells what a profile makes of a page, or makes one of what the page
// shows. Nothing is stored. One is tried at a time, so that nobody searches
// other machines for what answers.
func (q *request) siteCheck() error {
	page := q.typedSite()
	q.act.Object, q.act.Detail = "站点配置 "+chaping.Shorten(page.Site.Name, 40), chaping.Shorten(page.Address, 200)
	do := q.form("do")
	if do != "propose" {
		page.check(q)
	}
	if do == "check" || do == "try" && !page.Good {
		return q.render("site", page)
	}
	if page.Address == "" {
		return q.siteProblem(page, &fault{problem: "没有写网址", remedy: "写一件有评论的商品的网址"})
	}
	if !q.trying.TryLock() {
		return q.siteProblem(page, &fault{problem: "正在试读另一个网址", remedy: "稍后再试"})
	}
	defer q.trying.Unlock()
	q.patientWrite()
	ctx, cancel := context.WithTimeout(q.ctx, trialPatience)
	defer cancel()
	var err error
	if do == "propose" {
		var draft app.SiteDraft
		if draft, err = q.App.ProposeSite(ctx, page.Address, false); err == nil {
			page.Draft, page.Trial, page.Site.Text = &draft, &draft.Trial, draft.Profile
			page.check(q)
		}
	} else {
		var trial app.SiteTrial
		if trial, err = q.App.TrySiteText(ctx, page.Site.Name, page.Site.Text, page.Address); err == nil {
			page.Trial = &trial
		}
	}
	if f, ok := told(err); ok {
		var unread *chaping.Error
		if errors.As(err, &unread) && unread.Err != nil { // what the site answered
			f.problem += "：" + unread.Err.Error()
		}
		return q.siteProblem(page, f)
	}
	if ctx.Err() != nil && q.ctx.Err() == nil {
		return q.siteProblem(page, &fault{problem: "一分钟内没有读完", remedy: "网站太慢，稍后再试"})
	}
	if err != nil {
		return err
	}
	return q.render("site", page)
}

// siteProblem shows the page with what stands in the way.
func (q *request) siteProblem(page sitePage, f *fault) error {
	if q.api {
		return f
	}
	page.Problem = f
	return q.show(http.StatusUnprocessableEntity, "site", q.route.title, page)
}

// siteDelete removes a profile of the data directory that no watch collects.
func (q *request) siteDelete() error {
	name := q.r.PathValue("name")
	q.act.Object = "站点配置 " + chaping.Shorten(name, 40)
	sites, err := q.sites()
	if err != nil {
		return err
	}
	if err := q.usedBy(sites); err != nil {
		return err
	}
	for _, s := range sites {
		if s.Name == name && len(s.Used) > 0 {
			return bad("监测任务“"+s.Used[0]+"”在用站点“"+name+"”", "先在监测任务里去掉它，再删除")
		}
	}
	if err := q.App.RemoveSite(name, q.form("hash")); err != nil {
		return err
	}
	return q.redirect("/settings#sites", "站点配置“"+name+"”已删除；已采集的评论保留")
}

// stepName is a step of a profile as people call it.
func stepName(step string) string {
	name, number, _ := strings.Cut(step, ".")
	switch name {
	case "search":
		return "商品列表"
	case "product":
		return "商品页"
	case "shop":
		return "店铺页"
	case "reviews":
		if n, err := strconv.Atoi(number); err == nil {
			return fmt.Sprintf("评论（第 %d 种）", n+1)
		}
		return "评论"
	}
	return step
}
