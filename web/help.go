package web

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"chaping/docs/guide"
	"chaping/station"
)

// helpPage is a page of the users' guide, or all of them.
type helpPage struct {
	Root  string
	Pages []*guide.Page
	Name  string // "" for all
	Title string
	HTML  template.HTML
}

// help begins where a beginner does.
func (q *request) help() error { return q.redirect(guide.Root+"/"+guide.Names()[0], "") }

func (q *request) helpPage() error {
	pages, err := guide.All()
	if err != nil {
		return err
	}
	name := q.r.PathValue("page")
	i := slices.IndexFunc(pages, func(p *guide.Page) bool { return p.Name == name })
	if i < 0 {
		return notFound()
	}
	text, err := pages[i].HTML()
	if err != nil {
		return err
	}
	d := helpPage{Root: guide.Root, Pages: pages, Name: name, Title: pages[i].Title, HTML: template.HTML(text)}
	return q.show(http.StatusOK, "help", "帮助："+d.Title, d)
}

func (q *request) helpWhole() error {
	pages, err := guide.All()
	if err != nil {
		return err
	}
	text, err := guide.Whole()
	if err != nil {
		return err
	}
	return q.render("help", helpPage{Root: guide.Root, Pages: pages, HTML: template.HTML(text)})
}

func (q *request) helpPicture() error {
	data, err := guide.Picture(q.r.PathValue("file"))
	if err != nil {
		return notFound()
	}
	q.w.Header().Set("Content-Type", "image/png")
	q.w.Header().Set("Cache-Control", "max-age=3600")
	_, err = q.w.Write(data)
	return err
}

// helpFor is the section of the guide that belongs to a page. {month} is the
// chapter of the account's month. What is not here has no section of its own.
var helpFor = map[string]string{
	"login": "first-day#login", "setup": "first-day#login", "me": "first-day#login", "start": "first-day#sample",
	"import": "first-day#reviews", "look": "questions#columns", "importpreview": "questions#columns",
	"tablelook": "questions#columns", "tablepreview": "questions#columns", "profiles": "questions#columns",
	"conflict": "questions#conflict", "loading": "questions#loading", "search": "first-day#everywhere",
	"dashboard": "platform#home", "home": "{month}#home", "watches": "platform#watch", "watch": "platform#watch",
	"runs": "platform#collect", "run": "questions#undo", "job": "platform#collect", "review": "platform#review",
	"sample": "platform#review", "quality": "counting#accuracy", "trends": "platform#trends", "products": "platform#trends",
	"product": "platform#trends", "urgent": "urgent#candidates", "urgentform": "urgent#write", "written": "urgent#write",
	"lexicon": "platform#lexicon", "coverage": "platform#lexicon", "term": "platform#lexicon", "preview": "platform#lexicon",
	"versions": "platform#lexicon", "learning": "platform#review", "learnt": "platform#review",
	"sheets": "platform#freeze", "form": "association#form", "annual": "year#annual", "annuallist": "year#annual",
	"calendar": "questions#due", "inbox": "{month}#inbox", "submissions": "{month}#inbox", "handin": "association#upload",
	"board": "centre#board", "bulletins": "centre#bulletins", "cases": "centre#cases", "case": "centre#cases",
	"assessment": "centre#assessment", "accounts": "admin#accounts", "account": "admin#accounts", "link": "admin#accounts",
	"stations": "centre#inbox", "settings": "admin#settings", "tokens": "admin#accounts", "token": "admin#accounts",
	"audit": "year#keeping", "site": "admin#sites", "lead": "centre#board", "mynotices": "first-day#everywhere",
	"received": "{month}#inbox", "receiveditem": "{month}#inbox", "comments": "centre#bulletins", "analysis": "platform#analysis",
	"print": "platform#freeze", "dashboards": "platform#dashboards", "tiles": "platform#dashboards",
	"bulletin": "centre#bulletins", "sentences": "platform#analysis",
}

// helpAddress is the place of the guide that belongs to a page.
func helpAddress(page string, account *station.Account) string {
	section := helpFor[page]
	month := "platform"
	switch {
	case account == nil:
	case account.Has(station.RoleCentre, station.RoleBureau):
		month = "centre"
	case account.Has(station.RoleAssociation):
		month = "association"
	}
	if section == "" {
		return guide.Root
	}
	return guide.Root + "/" + strings.ReplaceAll(section, "{month}", month)
}
