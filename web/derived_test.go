package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chaping"
	"chaping/analysis/incident"
	"chaping/report"
	"chaping/station"
)

// What is derived is made once, whoever asks at the same time, and what is kept
// is bounded.
func TestDerive(t *testing.T) {
	var d derived
	var made atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if v := derive(&d, "a", func() int { made.Add(1); return 7 }); v != 7 {
				t.Error(v)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	for i := range 10 * maxDerived {
		if v := derive(&d, fmt.Sprint(i), func() int { return i }); v != i {
			t.Errorf("%d: %d", i, v)
		}
	}
	if len(d.made) > maxDerived {
		t.Errorf("%d are kept", len(d.made))
	}
}

// A panic of what runs beside its request is an error of the page, and the portal
// goes on.
func TestContained(t *testing.T) {
	h := open(t)
	load := h.desk.found.load
	h.desk.found.load = func(context.Context, countedKey, *sentences) (sentences, error) { panic("a bad sentence") }
	for _, path := range []string{"/review?period=2026-11&state=all", "/search?q=x"} {
		if r := h.once("platform", "GET", path, nil); r.Code != http.StatusInternalServerError || strings.Contains(r.Body.String(), "a bad sentence") {
			t.Errorf("%s: %d %s", path, r.Code, r.Body)
		}
	}
	h.desk.found.load = load
	if r := h.ask("platform", "GET", "/review?period=2026-11&state=all", nil); r.Code != http.StatusOK {
		t.Error(r.Code)
	}
}

// A preview of a long sheet is the beginning of each of its tables, and says so; the
// sheet itself stays whole.
func TestExcerpt(t *testing.T) {
	sheet := &report.Platform{Period: chaping.Period{Year: 2026, Month: time.November}}
	for i := range previewRows {
		sheet.Rows = append(sheet.Rows, report.PlatformRow{Seq: i + 1, Product: fmt.Sprintf("第 %d 件", i+1)})
	}
	if excerpt(sheet) != sheet {
		t.Error("a sheet that fits is cut off")
	}
	sheet.Rows = append(sheet.Rows, report.PlatformRow{Seq: previewRows + 1, Product: "最后一件"})
	whole, err := sheet.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := excerpt(sheet).Document().HTML(&page); err != nil {
		t.Fatal(err)
	}
	if p := page.String(); !strings.Contains(p, "报送表 1001 行、证据 0 条，各列前 1000 行") || !strings.Contains(p, "第 1000 件") || strings.Contains(p, "最后一件") {
		t.Error("the preview is not the first rows")
	}
	if after, err := sheet.JSON(); err != nil || string(after) != string(whole) || sheet.Excerpt != "" {
		t.Error("the sheet has changed:", err)
	}
}

// What a candidate rests on is all there, but for a few folded away.
func TestUrgentFolded(t *testing.T) {
	h := open(t)
	none := func(station.Urgent) []station.Message { return nil }
	x := incident.Candidate{Key: "e", Keyword: "壶", Name: "漏电"}
	for i := range 5 {
		x.Products = append(x.Products, incident.Product{Platform: "mall", ID: fmt.Sprint("p", i), Name: fmt.Sprint("第", i, "件")})
		x.Evidence = append(x.Evidence, incident.Sentence{Term: "漏电", Sentence: fmt.Sprint("第", i, "句")})
	}
	candidate, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Station.Raise(t.Context(), chaping.Period{Year: 2026, Month: time.November}, 3, map[string]json.RawMessage{"e": candidate}, []string{"e"}, none); err != nil {
		t.Fatal(err)
	}
	body := h.ask("platform", "GET", "/urgent", nil).Body.String()
	shown, folded, _ := strings.Cut(body, "看其余的（共 5 件商品、5 条原句）")
	for i := range 5 {
		for _, text := range []string{fmt.Sprintf("第%d件", i), fmt.Sprintf("第%d句", i)} {
			if in := strings.Count(shown, text); in+strings.Count(folded, text) != 1 || (in == 1) != (i < 3) {
				t.Errorf("%s stands %d times before the others", text, in)
			}
		}
	}
}

// Hundreds of candidates stand on pages, and many are dismissed at once; programs
// that ask for no page get all.
func TestUrgentPages(t *testing.T) {
	h := open(t)
	const many = 2*openUrgents + 1
	candidates, keys := map[string]json.RawMessage{}, []string{}
	for i := range many {
		key := fmt.Sprintf("e%d", i)
		candidates[key] = json.RawMessage(fmt.Sprintf(`{"key":%q,"keyword":"壶%d号","name":"漏电"}`, key, i))
		keys = append(keys, key)
	}
	none := func(station.Urgent) []station.Message { return nil }
	if _, err := h.Station.Raise(context.Background(), chaping.Period{Year: 2026, Month: time.November}, 3, candidates, keys, none); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for page, want := range map[string]int{"": openUrgents, "?page=2": openUrgents, "?page=3": 1, "?page=99": 1, "?page=-1": openUrgents} {
		body := h.ask("platform", "GET", "/urgent"+page, nil).Body.String()
		if n := strings.Count(body, `<section class="card">`); n != want || !strings.Contains(body, fmt.Sprintf("共 %d 条", many)) {
			t.Errorf("%q: %d candidates, want %d", page, n, want)
		}
		if page == "" || page == "?page=2" || page == "?page=3" {
			for i := range many {
				seen[fmt.Sprint(i)] += strings.Count(body, fmt.Sprintf("壶%d号　漏电", i))
			}
		}
	}
	for i := range many {
		if seen[fmt.Sprint(i)] != 1 {
			t.Errorf("candidate %d is shown %d times", i, seen[fmt.Sprint(i)])
		}
	}
	token := h.token(t, "platform", station.Permits()...)
	if _, err := h.Station.Decide(t.Context(), 3, station.UrgentConfirmed, "别人", "属实", none); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"ids": {"1", "2", "3", "99"}, "reason": {"刷单" + evil}, "back": {"/urgent?page=2"}}
	if r := h.ask("platform", "POST", "/urgent/many", with(form, "reason", "")); r.Code != http.StatusUnprocessableEntity {
		t.Error("without a reason:", r.Code)
	}
	if r := h.ask("bureau", "POST", "/urgent/many", form); r.Code != http.StatusForbidden {
		t.Error("the bureau decides:", r.Code)
	}
	r := h.ask("platform", "POST", "/urgent/many", form)
	if r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/urgent?page=2" {
		t.Fatal(r.Code, r.Body)
	}
	body := h.ask("platform", "GET", "/urgent?page=2", nil, r.Result().Cookies()...).Body.String()
	if !strings.Contains(body, "已排除 2 条；2 条没有办") || strings.Contains(body, evil) {
		t.Error("what was done is not said:", body)
	}
	for id, want := range map[int64]string{1: station.UrgentDismissed, 2: station.UrgentDismissed, 3: station.UrgentConfirmed, 4: station.UrgentOpen} {
		if u, err := h.Station.Urgent(t.Context(), id); err != nil || u.Status != want {
			t.Errorf("%d is %s, %v", id, u.Status, err)
		}
	}
	for path, want := range map[string]int{"/urgent": many - 3, "/urgent?page=2": many - 3 - openUrgents} {
		var answer struct {
			Open []any `json:"open"`
		}
		r := h.send(program(token, http.MethodGet, path, nil, nil))
		if err := json.Unmarshal(r.Body.Bytes(), &answer); err != nil || len(answer.Open) != want {
			t.Errorf("%s: %d %v, want %d", path, len(answer.Open), err, want)
		}
	}
}
