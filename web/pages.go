package web

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/report"
	"chaping/station"
)

// Each area of the portal has its handlers and page structs in a file, and its
// templates in the folder of the same name. What all pages have, and pages of no
// area, are in pages.
//
//go:embed admin annual auth board centre collect dashboards form help imports lexicon month pages pivot review search settings sheets table talk tokens trends urgent
var templateFiles embed.FS

// pageParts are the pages with the partials that each uses, besides the
// layout.
var pageParts = map[string][]string{
	"search": nil, "login": nil, "setup": nil, "resume": nil, "fault": nil, "conflict": nil, "loading": nil,
	"dashboards": nil, "tiles": {"cartogram"},
	"dashboard": {"period", "notices", "kpis", "firstweek"}, "home": {"notices", "kpis", "firstweek"}, "start": {"firstweek"},
	"watches": nil, "watch": nil, "import": nil, "look": {"trail", "columns"}, "importpreview": {"trail"},
	"tablelook": {"trail", "columns"}, "tablepreview": {"trail"}, "profiles": nil, "runs": {"table"}, "run": nil, "job": {"progress"},
	"review": {
		"period",
		"evidence", "table",
	}, "sample": {"period", "evidence"}, "quality": {"period"}, "trends": nil, "products": {"period", "table"}, "product": {"evidence"}, "urgent": {"pushed", "table"}, "urgentform": nil, "written": {"pushed"},
	"lexicon": {"table"}, "coverage": {"period"}, "term": {"progress"}, "preview": nil, "versions": nil, "learning": nil, "learnt": nil,
	"print": nil, "sheets": {"period", "pushed", "table"}, "form": {"pushed"}, "annual": {"pushed"}, "annuallist": nil, "calendar": nil,
	"inbox": {"period", "table"}, "submissions": {"table"}, "handin": nil, "board": {"period", "table", "cartogram"}, "lead": {"talk"}, "bulletins": nil, "bulletin": {"talk"}, "comments": {"talk"}, "mynotices": nil, "received": nil, "receiveditem": nil, "cases": {"table"}, "case": {"talk"}, "assessment": nil,
	"accounts": nil, "account": nil, "link": nil, "stations": nil, "settings": nil, "site": nil, "analysis": {"table", "cartogram"}, "sentences": {"evidence"}, "tokens": nil, "token": nil, "audit": {"table"}, "me": nil, "help": nil,
}

// pages are the parsed templates by name of the page.
type pages map[string]*template.Template

func loadPages() (pages, error) {
	paths, err := templatePaths()
	if err != nil {
		return nil, err
	}
	set := pages{}
	for name, parts := range pageParts {
		files := []string{paths["layout"]}
		for _, part := range append(slices.Clone(parts), name) {
			if paths[part] == "" {
				return nil, fmt.Errorf("no template %s", part)
			}
			files = append(files, paths[part])
		}
		t, err := template.New("layout.html").Funcs(functions).ParseFS(templateFiles, files...)
		if err != nil {
			return nil, err
		}
		set[name] = t
	}
	return set, nil
}

// templatePaths are the files of templates by the name of the page or part.
func templatePaths() (map[string]string, error) {
	files, err := fs.Glob(templateFiles, "*/*.html")
	paths := map[string]string{}
	for _, file := range files {
		paths[strings.TrimSuffix(path.Base(file), ".html")] = file
	}
	return paths, err
}

// functions are what templates call.
var functions = template.FuncMap{
	"asset": assetPath,
	"join":  func(list []string, sep string) string { return strings.Join(list, sep) },
	"lines": func(list []string) string { return strings.Join(list, "\n") },
	"split": func(s string) []string {
		return slices.DeleteFunc(
			strings.Split(s, "\n"),
			func(line string) bool { return strings.TrimSpace(line) == "" },
		)
	},
	"time":      func(t time.Time) string { return t.In(chaping.Shanghai()).Format(chaping.Minute) },
	"day":       func(t time.Time) string { return t.In(chaping.Shanghai()).Format(time.DateOnly) },
	"chinese":   chaping.ChineseDate,
	"short":     func(s string, n int) string { return chaping.Shorten(s, n) },
	"hazard":    chaping.Hazard.Chinese,
	"took":      func(from, to time.Time) string { return to.Sub(from).Round(100 * time.Millisecond).String() },
	"formats":   formatsOf,
	"explain":   func(e *chaping.InputError) string { return chaping.Explain(e, wordAdvice) },
	"lasted":    lasted,
	"periodof":  chaping.PeriodOf,
	"stepname":  stepName,
	"status":    statusName,
	"times100":  func(part float64) float64 { return 100 * part },
	"gradename": gradeName,
	"minute": func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(chaping.Shanghai()).Format(minute)
	},
	"reasons": chaping.Reasons,
	"label":   label,
	"query":   query,
	"add":     func(a, b int) int { return a + b },
	"seq": func(from, to int) (list []int) {
		for ; from <= to; from++ {
			list = append(list, from)
		}
		return list
	},
	"dict": func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i+1 < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	},
	"orblank": func(id int64) string {
		if id == 0 {
			return ""
		}
		return fmt.Sprint(id)
	},
	"safeotp": func(address string) template.URL { // otpauth: is no scheme that html/template knows
		if strings.HasPrefix(address, "otpauth://totp/") {
			return template.URL(address)
		}
		return ""
	},
	"percent": func(n, of uint64) string {
		if of == 0 {
			return "—"
		}
		return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
	},
	"web":      webAddress,
	"bytes":    sizeText,
	"wordpart": wordPart,
	"partname": partName,
	"leadid":   func(l station.Lead) string { return leadID(&l) },
}

// sizeText is the size of a file.
func sizeText(n int) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d kB", max(1, n>>10))
}

// webAddress is the address if it is one that a browser may open, or "".
func webAddress(address string) string {
	if u, err := url.Parse(address); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return address
	}
	return ""
}

// label is what a form's field is called where it is shown apart from its
// form; "" for what only the program reads.
func label(field string) string {
	if strings.HasPrefix(field, "text-") {
		return "正文"
	}
	return map[string]string{"name": "名称", "title": "名称、标题", "keywords": "商品关键词", "terms": "评论关键词", "sources": "站点", "note": "说明", "content": "内容", "lead": "线索", "responsible": "责任方", "outcome": "处置结果",
		"deadline": "期限", "judged": "研判", "warned": "预警", "disposed": "处置完成", "reason": "理由、原因", "measure": "措施", "measures": "已采取的措施", "period": "报送期", "year": "年度", "product": "涉及产品", "products": "产品",
		"companies": "企业数量、生产者和经营者", "region": "涉及区域", "place": "发生地点", "analysis": "信息分析", "advice": "初步建议", "source": "信息来源", "dangers": "危及对象", "event": "事件", "found": "发现时间",
		"harm": "伤亡和损失", "spread": "影响范围", "filler": "填报人", "person": "姓名", "contact": "联系人", "phone": "联系电话", "surfaces": "写法"}[field]
}

// query writes an address with the values, names and values in turn; empty
// values are left out.
func query(path string, pairs ...any) template.URL {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if s := fmt.Sprint(pairs[i+1]); s != "" {
			v.Set(fmt.Sprint(pairs[i]), s)
		}
	}
	if len(v) == 0 {
		return template.URL(path)
	}
	return template.URL(path + "?" + v.Encode())
}

// A frame is what the layout needs besides the page's data.
type frame struct {
	Title   string
	Page    string
	Path    string
	Account *station.Account
	Home    station.Station
	Nav     []navGroup
	Message string
	Program string
	Help    string                 // where the guide speaks of the page
	Here    string                 // the address of the page, to come back to
	Theme   string                 // light or dark; "" as the system has it
	Unseen  int                    // notices
	Seeks   bool                   // there is something to search
	Q       string                 // that was searched for
	May     func(path string) bool // whether the account may post there
	D       any
}

type navGroup struct {
	Heading string
	Links   []navLink
}

type navLink struct {
	Path, Title string
	Current     bool
}

func (q *request) navigation() []navGroup {
	var groups []navGroup
	if q.account == nil {
		return nil
	}
	for _, r := range q.routes {
		if r.nav == "" || !q.account.Has(r.roles...) || r.data && !q.seesReviews() {
			continue
		}
		path := strings.TrimSuffix(r.pattern, "{$}")
		title := r.title
		if path == inboxPath {
			title = q.inboxTitle()
		}
		link := navLink{path, title, q.r.URL.Path == path || path != "/" && strings.HasPrefix(q.r.URL.Path, path+"/")}
		if i := slices.IndexFunc(groups, func(g navGroup) bool { return g.Heading == r.nav }); i >= 0 {
			groups[i].Links = append(groups[i].Links, link)
		} else {
			groups = append(groups, navGroup{r.nav, []navLink{link}})
		}
	}
	return groups
}

// may tells whether the account may use the route of that method and pattern.
func (q *request) may(pattern string) bool {
	for _, r := range q.routes {
		if r.method+" "+r.pattern == pattern {
			return q.account != nil && q.account.Has(r.roles...)
		}
	}
	panic("no route " + pattern)
}

// render answers with a page.
func (q *request) render(page string, data any) error {
	return q.show(http.StatusOK, page, q.route.title, data)
}

// show answers with a page; requests of htmx get its body only.
func (q *request) show(status int, page, title string, data any) error {
	q.refused = q.refused || status >= http.StatusBadRequest
	if q.inside != nil {
		q.inside.page, q.inside.data = page, data
		return nil
	}
	if q.api {
		return q.answer(status, data)
	}
	f := frame{
		Title:   title,
		Page:    page,
		Path:    q.r.URL.Path,
		Account: q.account,
		Home:    q.home,
		Nav:     q.navigation(),
		Program: q.Program,
		May:     q.may,
		D:       data,
		Message: q.message(),
		Here:    q.r.URL.Path,
		Help:    helpAddress(page, q.account),
		Theme:   q.theme(),
		Seeks:   q.searches(),
	}
	if q.account != nil && q.account.ID != 0 {
		var err error
		if f.Unseen, err = q.Station.Unseen(q.r.Context(), q.account.ID); err != nil {
			return err
		}
	}
	if q.r.Method == http.MethodGet {
		f.Here = q.r.URL.RequestURI()
	}
	if found, ok := data.(searchPage); ok {
		f.Q = found.Q
	}
	name := "layout.html"
	if q.r.Header.Get("HX-Request") != "" {
		name = "main"
	}
	var b bytes.Buffer
	if q.pages[page] == nil {
		return fmt.Errorf("no page %s", page)
	}
	if err := q.pages[page].ExecuteTemplate(&b, name, f); err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "HX-Request")
	return compress(q.w, q.r, status, b.Bytes())
}

// loading answers that what the page shows is not there yet.
func (q *request) loading(what string) error {
	if q.api {
		return q.wait(what)
	}
	q.w.Header().Set("Refresh", "2")
	return q.show(http.StatusOK, "loading", q.route.title, what)
}

// message takes the message that redirect left.
func (q *request) message() string {
	c, err := q.r.Cookie("message")
	if err != nil {
		return ""
	}
	http.SetCookie(
		q.w,
		&http.Cookie{
			Name:     "message",
			Path:     "/",
			MaxAge:   -1,
			HttpOnly: true,
			Secure:   q.Secure,
			SameSite: http.SameSiteLaxMode,
		},
	)
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	return chaping.Shorten(string(text), 500)
}

func encodeMessage(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// fields are the lines of a text area, without blank ones and doubles.
func fields(text string) []string {
	var list []string
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '、' || r == '，' || r == ',' }) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}

// A difference is a field of which two people made different things.
type difference struct {
	Field  string `json:"field"`
	Theirs string `json:"theirs"`
	Mine   string `json:"mine"`
}

// conflict shows both sides of a record that somebody else has changed, with a
// form that stores mine on top of it. hidden are the fields of that form.
func (q *request) conflict(action, back string, diffs []difference, hidden url.Values) error {
	diffs = slices.DeleteFunc(diffs, func(d difference) bool { return d.Theirs == d.Mine })
	return q.show(
		http.StatusConflict,
		"conflict",
		"内容有冲突",
		conflictPage{Action: action, Back: back, Diffs: diffs, Hidden: hidden},
	)
}

type conflictPage struct {
	Action, Back string
	Diffs        []difference
	Hidden       url.Values
}

// A picker is the period that a page is about, among those to choose from.
type picker struct {
	Period  chaping.Period   `json:"period"`
	Periods []chaping.Period `json:"-"`
	At      string           `json:"-"` // the page
}

func (q *request) pick(p chaping.Period, at string) picker { return picker{p, q.periods(), at} }

// formatsOf are the formats in which a form can be had.
func formatsOf(f chaping.Form) []string {
	if f == chaping.FormAnnual {
		return annualFormats()
	}
	return report.Formats()
}
