package mall

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages renders the site's HTML.
type pages struct{ templates *template.Template }

// shippedPages parses the templates once; they are never changed.
var shippedPages = sync.OnceValue(func() *pages {
	return &pages{template.Must(template.ParseFS(templateFiles, "templates/*.html"))}
})

// Page sizes of the mall.
const (
	searchPage   = 12
	commentsPage = 10
	reviewsPage  = 20
	reviewsMost  = 50
)

// A page is what every template needs.
type page struct {
	Charset string
	Title   string
	Nav     []string
}

func (m *Mall) page(title string) page {
	return page{Charset: "utf-8", Title: title, Nav: m.Keywords()}
}

func (m *Mall) render(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := m.pages.templates.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func (m *Mall) serveRobots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("# 示例商城\nUser-agent: *\nDisallow: /promo/\nDisallow: /cart\nAllow: /\n"))
}

func (m *Mall) serveHome(w http.ResponseWriter, _ *http.Request) {
	m.render(w, "home.html", m.page("首页"))
}

func (m *Mall) serveSearch(w http.ResponseWriter, r *http.Request) {
	type goods struct {
		ID, Link, Name, Price, Shop string
		Comments                    int
		Promoted                    bool
	}
	query := strings.TrimSpace(r.URL.Query().Get("q"))
	number := pageNumber(r)
	found, more := m.results(query, (number-1)*searchPage, searchPage)
	data := struct {
		page
		Query                string
		Goods                []goods
		Page, Previous, Next int
		More                 bool
	}{page: m.page(chaping.Shorten(query, 30)), Query: query, Page: number, Previous: number - 1, Next: number + 1, More: more}
	for _, p := range found {
		data.Goods = append(
			data.Goods,
			goods{ID: p.ID, Link: p.URL, Name: p.Name, Price: p.Price.String(), Shop: p.Shop.Name, Comments: p.reviews},
		)
	}
	if number == 1 && len(found) > 0 { // paid for, and forbidden to crawlers
		p := found[len(found)-1]
		data.Goods = append(
			data.Goods,
			goods{
				ID:       "ad" + p.ID,
				Link:     "/promo/" + p.ID,
				Name:     p.Name,
				Price:    p.Price.String(),
				Shop:     p.Shop.Name,
				Promoted: true,
			},
		)
	}
	m.render(w, "search.html", data)
}

func (m *Mall) serveItem(w http.ResponseWriter, r *http.Request) {
	id, isPage := strings.CutSuffix(r.PathValue("page"), ".html")
	p, ok := m.find(id)
	if !ok || !isPage {
		http.NotFound(w, r)
		return
	}
	type sold struct{ Name, Yuan string }
	data := struct {
		page
		Product   chaping.Product
		Category  string
		ShipsFrom string // not where the company is: a trap for crawlers
		SKUs      []sold
		GBK       bool
		Comments  int
		Seen      []chaping.Product
	}{page: m.page(p.Name), Product: p.Product, Category: m.grammar.Categories[p.category].Keyword, ShipsFrom: "江西省南昌市", GBK: p.gbk, Comments: p.reviews}
	for _, s := range p.skus {
		data.SKUs = append(data.SKUs, sold{s.Name, chaping.Price{Low: s.Price, High: s.Price}.String()})
	}
	for i := 1; i <= 6; i++ {
		data.Seen = append(data.Seen, m.product((p.index+i*5)%m.config.Products).Product)
	}
	m.render(w, "item.html", data)
}

// servePromo is what robots.txt forbids: a crawler that gets here anyway
// lands on the item.
func (m *Mall) servePromo(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/item/"+r.PathValue("item")+".html", http.StatusFound)
}

func (m *Mall) serveShop(w http.ResponseWriter, r *http.Request) {
	id, _ := strings.CutSuffix(r.PathValue("page"), ".html")
	for i := range m.grammar.Shops {
		if shop := m.shop(i); shop.ID == id {
			company := strings.Trim(shop.Name, "=") + "（演示）有限公司"
			m.render(w, "shop.html", struct {
				page
				Shop    chaping.Shop
				Company string
			}{m.page(shop.Name), shop, company})
			return
		}
	}
	http.NotFound(w, r)
}

// A shown review is one as it stands on a page.
type shown struct {
	review
	pinned bool
}

// reviewPage is page number n of the product's reviews: on the first page the
// pinned ones come on top, and from the second on every page repeats the last
// reviews of the page before, as happens on sites whose reviews move on while
// one reads.
func (m *Mall) reviewPage(p product, n, size int) (list []shown, more bool) {
	all := m.reviewsOf(p)
	if n == 1 {
		for i := range min(p.pinned, len(all)/2) {
			list = append(list, shown{all[len(all)-1-i*3%len(all)], true})
		}
	}
	start := (n - 1) * (size - p.overlap)
	end := min(start+size, len(all))
	for i := start; i < end; i++ {
		list = append(list, shown{all[i], false})
	}
	return list, end < len(all)
}

func (m *Mall) serveReviews(w http.ResponseWriter, r *http.Request) {
	type followUp struct {
		Content string `json:"content"`
		Created any    `json:"created"`
	}
	type comment struct {
		ID      string    `json:"id"`
		Nick    string    `json:"nick"`
		Score   int       `json:"score"`
		Content string    `json:"content"`
		Created any       `json:"created"`
		Pinned  bool      `json:"pinned,omitempty"`
		Append  *followUp `json:"append,omitempty"`

		Pictures []string `json:"pictures,omitempty"`
	}
	type data struct {
		Total int       `json:"total"`
		Page  int       `json:"page"`
		Pages int       `json:"pages"`
		List  []comment `json:"list"`
	}
	type answer struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    data   `json:"data"`
	}
	respond := func(status int, body answer) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(body)
	}
	p, ok := m.find(r.URL.Query().Get("item"))
	if !ok || p.gbk {
		respond(http.StatusNotFound, answer{Code: 404, Message: "没有这个商品"})
		return
	}
	size, err := strconv.Atoi(r.URL.Query().Get("size"))
	if err != nil || size < 5 || size > reviewsMost {
		size = reviewsPage
	}
	number := pageNumber(r)
	list, _ := m.reviewPage(p, number, size)
	step := size - p.overlap
	body := answer{
		Message: "ok",
		Data: data{
			Total: p.reviews,
			Page:  number,
			Pages: max(1, (p.reviews-p.overlap+step-1)/step),
			List:  []comment{},
		},
	}
	date := func(t time.Time) any {
		if p.epoch {
			return t.UnixMilli()
		}
		return t.Format(time.DateTime)
	}
	for _, s := range list {
		c := comment{
			ID:      s.ID,
			Nick:    s.nick,
			Score:   s.Rating,
			Content: s.public,
			Created: date(s.Published),
			Pinned:  s.pinned,
		}
		if s.appended != "" {
			c.Append = &followUp{s.appended, date(s.AppendedAt)}
		}
		c.Pictures = s.pictures
		body.Data.List = append(body.Data.List, c)
	}
	respond(http.StatusOK, body)
}

func (m *Mall) serveComments(w http.ResponseWriter, r *http.Request) {
	p, ok := m.find(r.PathValue("item"))
	if !ok || !p.gbk {
		http.NotFound(w, r)
		return
	}
	type comment struct {
		ID, Nick, Stars, Text, Published string
		Appended, AppendedAt             string
		Rating                           int
		Pinned                           bool
		Pictures                         []string
	}
	number := pageNumber(r)
	list, more := m.reviewPage(p, number, commentsPage)
	data := struct {
		page
		Product chaping.Product
		Total   int
		Reviews []comment
		More    bool
		Next    int
	}{page: m.page(p.Name), Product: p.Product, Total: p.reviews, More: more, Next: number + 1}
	data.Charset = "gbk"
	const layout = "2006年1月2日 15:04:05"
	for _, s := range list {
		c := comment{
			ID:        s.ID,
			Nick:      s.nick,
			Rating:    s.Rating,
			Stars:     strings.Repeat("★", s.Rating),
			Text:      s.public,
			Published: s.Published.Format(layout),
			Pinned:    s.pinned,
		}
		if s.appended != "" {
			c.Appended, c.AppendedAt = s.appended, s.AppendedAt.Format(layout)
		}
		c.Pictures = s.pictures
		data.Reviews = append(data.Reviews, c)
	}
	var b bytes.Buffer
	if err := m.pages.templates.ExecuteTemplate(&b, "comments.html", data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	encoded, err := simplifiedchinese.GB18030.NewEncoder().Bytes(b.Bytes())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html") // the charset stands in <meta> only
	_, _ = w.Write(encoded)
}
