package web

import "slices"

// themeCookie remembers whether pages are light or dark, in this browser. It is
// kept for a year.
const (
	themeCookie = "theme"
	themeAge    = 365 * 24 * 60 * 60
)

func themes() []string { return []string{"light", "dark"} }

// theme is what was chosen; "" leaves it to the system.
func (q *request) theme() string {
	c, err := q.r.Cookie(themeCookie)
	if err != nil || !slices.Contains(themes(), c.Value) {
		return ""
	}
	return c.Value
}

// themeSave remembers how pages are to look.
func (q *request) themeSave() error {
	theme, age := q.form("theme"), themeAge
	if !slices.Contains(themes(), theme) {
		theme, age = "", -1
	}
	q.setCookie(themeCookie, theme, age)
	return q.redirect(q.back("/"), "")
}
