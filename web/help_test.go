package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"chaping/docs/guide"
	"chaping/station"
)

// Every page of the portal has its place in the guide, for everybody who may
// see it; every link of the guide into the portal is a page.
func TestHelpPlaces(t *testing.T) {
	t.Parallel()
	pages, err := guide.All()
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{guide.Root: true}
	for _, p := range pages {
		places[guide.Root+"/"+p.Name] = true
		for _, s := range p.Sections {
			places[guide.Root+"/"+p.Name+"#"+s.ID] = true
		}
		for _, link := range p.Links {
			path, _, _ := strings.Cut(link, "?")
			if strings.HasPrefix(path, "/") && !slices.ContainsFunc(allRoutes(), func(r route) bool {
				return r.method == http.MethodGet && strings.TrimSuffix(r.pattern, "{$}") == path
			}) {
				t.Errorf("%s links to %s, which is no page", p.Name, link)
			}
		}
	}
	for page := range pageParts {
		if helpFor[page] == "" && page != "help" && page != "fault" && page != "resume" {
			t.Errorf("%s has no place in the guide", page)
		}
		for _, role := range station.Roles() {
			if place := helpAddress(page, &station.Account{Roles: []station.Role{role}}); !places[place] {
				t.Errorf("%s leads %s to %s, which is not there", page, role, place)
			}
		}
	}
	for page := range helpFor {
		if _, ok := pageParts[page]; !ok {
			t.Errorf("there is no page %s", page)
		}
	}
}

// The guide is there for those who cannot log in yet.
func TestHelpPages(t *testing.T) {
	h := open(t)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://portal.example"+path, nil))
		return w
	}
	for path, want := range map[string]string{
		"/login":              `href="/help/first-day#login"`,
		"/help/platform":      `<h2 id="freeze">`,
		"/help/glossary":      `<a href="/help/counting#assertions">`,
		"/help/all":           `id="glossary-frozen"`,
		"/help/pictures/none": "没有",
		"/help/nothing":       "没有",
	} {
		if body := get(path).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s has no %s:\n%s", path, want, body)
		}
	}
	if w := get("/help/pictures/dashboard.png"); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("a picture: %d %s", w.Code, w.Header())
	}
	if w := get("/help"); w.Code != http.StatusSeeOther {
		t.Errorf("/help: %d", w.Code)
	}
}
