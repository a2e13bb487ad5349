// Package mall is a demo e-commerce site: search pages, product and shop
// pages, a paged JSON review API and, for part of the products, a paged GBK
// HTML review page. Everything is derived from a seed, so that the site can
// be crawled at any size without being stored, and so that the truth about
// every review is known to the tests:
//
//	m := mall.New(mall.Config{Seed: 1, End: end})
//	http.Serve(listener, m)
//	for product := range m.Truth() { ... }
//
// The site has the habits of real ones: pinned old reviews on the first page,
// reviews that come again across page borders, follow-ups, default texts,
// search results that have nothing to do with the query, an advertisement
// that robots.txt forbids, pages declared as gbk that hold characters only
// GB18030 has, nicknames and telephone numbers that must not be stored.
package mall

import (
	"net/http"
	"strconv"
	"time"

	"chaping"
)

// Platform is the demo mall as a platform.
func Platform() chaping.Platform {
	return chaping.Platform{ID: "mall", Name: "示例商城", Rating: chaping.Stars()}
}

// A Config says how large the mall is and when its reviews were written. The
// same Config gives the same mall.
type Config struct {
	Seed uint64
	// End is the exclusive end of the newest reporting period, a 25th at
	// 00:00 in Asia/Shanghai. Every review is older. Zero means the 25th of
	// November 2026.
	End time.Time
	// Months is how many reporting periods the reviews cover; zero means 3.
	Months int
	// Products is how many products there are; zero means 64.
	Products int
	// ReviewsPerProduct is the average; single products have from half to one
	// and a half times as many. Zero means 60, a negative number none.
	ReviewsPerProduct int

	// Latency delays every answer.
	Latency time.Duration
	// Fault, when set, is asked before every answer what goes wrong with it.
	// It is called concurrently.
	Fault func(*http.Request) Fault
}

// A Mall is the site. It is an http.Handler and safe for concurrent use.
type Mall struct {
	config  Config
	grammar *grammar
	mux     *http.ServeMux
	pages   *pages
	cache   reviewCache
}

// New opens a mall.
func New(config Config) *Mall {
	if config.End.IsZero() {
		config.End = time.Date(2026, time.November, 25, 0, 0, 0, 0, chaping.Shanghai())
	}
	if config.Months <= 0 {
		config.Months = 3
	}
	if config.Products <= 0 {
		config.Products = 64
	}
	switch {
	case config.ReviewsPerProduct == 0:
		config.ReviewsPerProduct = 60
	case config.ReviewsPerProduct < 0:
		config.ReviewsPerProduct = 0
	}
	m := &Mall{config: config, grammar: shippedGrammar(), mux: http.NewServeMux(), pages: shippedPages()}
	m.routes()
	return m
}

// Keywords are the product keywords that the mall's search knows.
func (m *Mall) Keywords() []string {
	var out []string
	for _, c := range m.grammar.Categories {
		out = append(out, c.Keyword)
	}
	return out
}

// Terms are the words that are planted in reviews.
func (m *Mall) Terms() []string { return m.grammar.terms() }

// Window is the time that the mall's reviews cover.
func (m *Mall) Window() chaping.Window {
	return chaping.Window{From: m.config.End.AddDate(0, -m.config.Months, 0), To: m.config.End}
}

func (m *Mall) routes() {
	m.mux.HandleFunc("GET /robots.txt", m.serveRobots)
	m.mux.HandleFunc("GET /{$}", m.serveHome)
	m.mux.HandleFunc("GET /search", m.serveSearch)
	m.mux.HandleFunc("GET /item/{page}", m.serveItem)
	m.mux.HandleFunc("GET /item/{item}/comments.html", m.serveComments)
	m.mux.HandleFunc("GET /shop/{page}", m.serveShop)
	m.mux.HandleFunc("GET /api/reviews", m.serveReviews)
	m.mux.HandleFunc("GET /promo/{item}", m.servePromo)
	m.mux.HandleFunc("GET /media/{picture}", m.servePicture)
}

// ServeHTTP answers a request, after whatever fault is injected.
func (m *Mall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	latency := m.config.Latency
	if m.config.Fault != nil {
		fault := m.config.Fault(r)
		latency += fault.Latency
		if !pause(r, latency) {
			return
		}
		if fault.serve(w, r, m.mux) {
			return
		}
	} else if !pause(r, latency) {
		return
	}
	m.mux.ServeHTTP(w, r)
}

func pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// pageNumber reads the page parameter; what is no page number is page 1, as
// on most sites.
func pageNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}
