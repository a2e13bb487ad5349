package web

import (
	"chaping/station"
	"net/http"
	"strings"
	"testing"
	"time"

	"chaping"
)

// Numbers are compared with the last period and last year; what goes on is shown
// as going on, and never as a fall.
func TestKPIs(t *testing.T) {
	h := open(t)
	if r := h.handIn(t, "association", "甲.csv", sheetA, nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if err := h.Station.SetRules(t.Context(), station.Rules{Since: "2026-11"}, nil); err != nil {
		t.Fatal(err)
	}
	home := h.ask("centre", "GET", "/", nil).Body.String()
	for _, want := range []string{"已报送的监测站（共 10 个）", "1 个", "上期没有数据", "线索还没有人研判"} {
		if !strings.Contains(home, want) {
			t.Errorf("no %s at the centre", want)
		}
	}
	if own := h.ask("association", "GET", "/", nil).Body.String(); !strings.Contains(own, "本期报送的条目") || strings.Contains(own, "已报送的监测站") || strings.Contains(own, "/board") {
		t.Error(own)
	}
	q := &request{Server: h.Server}
	p := chaping.Period{Year: 2026, Month: time.November}
	k := q.newKPI(p, "x", "线索", "条", "/", [3]figure{knownFigure(3), knownFigure(6), knownFigure(3)})
	if k.Running != "" || strings.Join(k.Changes, "，") != "比上期 -3（-50%），比去年同期持平" {
		t.Errorf("%+v", k)
	}
	running := q.newKPI(p.Next(), "x", "线索", "条", "/", [3]figure{knownFigure(0), knownFigure(6), {}})
	if running.Running == "" || strings.Join(running.Changes, "，") != "上期全期 6，去年同期没有数据" {
		t.Errorf("%+v", running)
	}
}
