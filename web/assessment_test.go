package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

func TestAssessment(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	*h.now = time.Date(2026, time.March, 10, 9, 0, 0, 0, chaping.Shanghai())
	if r := h.handIn(t, "association", "late.csv", sheetA, nil); r.Code == http.StatusSeeOther {
		t.Error("a period that has not begun was taken")
	}
	if err := h.Station.SetRules(ctx, station.Rules{Since: "2026-01"}, nil); err != nil {
		t.Fatal(err)
	}
	submit := func(period string, at time.Time, content string) {
		t.Helper()
		if _, err := h.Station.Submit(ctx, station.Submission{Period: period, StationID: 3, File: "a.csv", Received: at}, []byte(content), nil); err != nil {
			t.Fatal(err)
		}
	}
	// Periods due 2026-01-26 (moved), 2026-02-25; that of March is not due yet.
	submit("2026-01", time.Date(2026, time.January, 26, 23, 59, 0, 0, chaping.Shanghai()), "1")
	submit("2026-02", time.Date(2026, time.February, 26, 0, 0, 0, 0, chaping.Shanghai()), "2")
	page := h.ask("association", "GET", "/assessment", nil).Body.String()
	// Timely 1 of 2, complete 2 of 2, no leads, no corrections.
	if !strings.Contains(page, `<td class="num">60.0</td><td>行业组织</td><td>正常</td><td class="num">2</td><td class="num">2</td><td class="num">1</td><td class="num">0</td><td class="num">0</td><td class="num">0</td><td class="num">0</td>`) || strings.Contains(page, "电线电缆") {
		t.Error(page)
	}
	if r := h.ask("centre", "POST", "/assessment", url.Values{"timely": {"1"}, "complete": {"0"}, "leads": {"0"}, "clean": {"0"}, "target": {"3"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if file := h.ask("bureau", "GET", "/assessment.csv?year=2026", nil).Body.String(); !strings.Contains(file, "上海市食品接触材料协会,行业组织,正常,2,2,1,0,0,0,0,50.0") || strings.Count(file, "\n") < 12 {
		t.Error(file)
	}
	for _, bad := range []string{"-1", "NaN", "很多", ""} {
		if r := h.ask("centre", "POST", "/assessment", url.Values{"timely": {bad}, "complete": {"0"}, "leads": {"0"}, "clean": {"0"}, "target": {"3"}}); r.Code != http.StatusUnprocessableEntity {
			t.Errorf("weight %q: %d", bad, r.Code)
		}
	}
}

// A station's own installation knows what it has handed in itself: nothing of the
// other stations, no score, and not from when on the centre assesses it.
func TestAssessmentOfOneStation(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	a, err := h.Station.Account(ctx, "centre", 0)
	if err != nil {
		t.Fatal(err)
	}
	a.Disabled = true
	if _, err := h.Station.PutAccount(ctx, a); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"platform", "bureau"} {
		page := h.ask(who, "GET", "/assessment?year=2026", nil).Body.String()
		for _, not := range []string{"电线电缆", "得分</th>", "采纳线索（件）", "权重", "起始报送期</h2>", "0.0"} {
			if strings.Contains(page, not) {
				t.Errorf("%s is told of %s", who, not)
			}
		}
		if !strings.Contains(page, "不是考核结果") || !strings.Contains(page, homeName) {
			t.Error(page)
		}
		if file := h.ask(who, "GET", "/assessment.csv?year=2026", nil).Body.String(); strings.Contains(file, "电线电缆") || strings.Contains(file, "得分") || !strings.Contains(file, homeName) {
			t.Error(file)
		}
	}
}

// A station that had nothing to report has no score: neither full marks nor
// none, but in words.
func TestNothingDueHasNoScore(t *testing.T) {
	h := open(t)
	rows := func(page string) (none int) { return strings.Count(page, `<td class="num">无应报</td>`) }
	if page := h.ask("centre", "GET", "/assessment?year=2026", nil).Body.String(); rows(page) != 11 || strings.Contains(page, "80.0") {
		t.Errorf("%d of 11 stations have nothing due: %s", rows(page), page)
	}
	if file := h.ask("centre", "GET", "/assessment.csv?year=2026", nil).Body.String(); strings.Count(file, ",0,0,0,0,0,0,0,无应报\n") != 11 {
		t.Error(file)
	}
	if r := h.send(program(h.token(t, "centre", station.PermitRead), "GET", "/assessment?year=2026", nil, nil)); !strings.Contains(r.Body.String(), `"score":null`) {
		t.Error(r.Body)
	}
	if err := h.Station.SetRules(t.Context(), station.Rules{Since: "2026-10"}, nil); err != nil {
		t.Fatal(err)
	}
	if page := h.ask("centre", "GET", "/assessment?year=2026", nil).Body.String(); rows(page) != 1 || strings.Count(page, `<td class="num">0.0</td>`) != 10 {
		t.Errorf("ten filed nothing, and one was added since: %s", page)
	}
}
