package app

import (
	"slices"
	"testing"

	"chaping"
	"chaping/analysis/lead"
	"chaping/report"
	"chaping/station"
)

// What people merged by hand holds whatever is reported, and what is gone is
// told: a part, the head itself, a lead that somebody has worked on.
func TestJoinLeads(t *testing.T) {
	reported := func(product string, hazard chaping.Hazard, of int64) Reported {
		e := report.Entry{Product: product, Hazard: hazard, Content: product, Stations: []int64{of}, From: []string{product}}
		return Reported{Key: leadKey(chaping.Period{Year: 2026, Month: 11}, &e), Entry: e}
	}
	record := func(id int64, product string, hazard chaping.Hazard, head int64, state station.LeadState) station.Lead {
		k := station.LeadKey{Period: "2026-11", Product: product, Hazard: hazard}
		return station.Lead{ID: id, LeadKey: k, Head: head, State: state, Version: 1}
	}
	b := &Board{Leads: []Reported{
		reported("壶", chaping.HazardElectrical, 1),
		reported("电 壶", chaping.HazardMechanical, 2), // merged into one that is there
		reported("灯", chaping.HazardThermal, 3),      // merged into one that is gone
		reported("锅", "", 4),
		reported("锅", "", 4), // says the same, and is the same
	}}
	records := []station.Lead{
		record(1, "壶", chaping.HazardElectrical, 0, station.LeadJudging),
		record(2, "电壶", chaping.HazardMechanical, 1, station.LeadNew),
		record(3, "台灯", chaping.HazardThermal, 0, station.LeadNew),
		record(4, "灯", chaping.HazardThermal, 3, station.LeadNew),
		record(5, "扇", chaping.HazardThermal, 1, station.LeadNew),          // a part that is gone
		record(6, "车", chaping.HazardMechanical, 0, station.LeadDismissed), // worked on, and gone
		record(7, "笔", chaping.HazardMechanical, 0, station.LeadNew),       // touched only
	}
	list, gone := JoinLeads(b, records)
	find := func(id int64) BoardLead {
		t.Helper()
		i := slices.IndexFunc(list, func(l BoardLead) bool { return l.Record.ID == id })
		if i < 0 {
			t.Fatalf("no lead %d: %+v", id, list)
		}
		return list[i]
	}
	if len(list) != 3 {
		t.Fatalf("%d leads: %+v", len(list), list)
	}
	if l := find(1); len(l.Parts) != 2 || len(l.Stations) != 2 || l.Parts[0].Record.ID != 1 || len(l.Gone) != 1 || l.Gone[0].Product != "扇" {
		t.Errorf("%+v", l)
	}
	if l := find(3); l.Product != "台灯" || len(l.Parts) != 1 || len(l.Gone) != 1 || l.Gone[0].Product != "台灯" {
		t.Errorf("%+v", l)
	}
	if l := find(0); l.Product != "锅" || len(l.Gone) != 0 || l.Record.State != station.LeadNew {
		t.Errorf("%+v", l)
	}
	if len(gone) != 1 || gone[0].ID != 6 {
		t.Errorf("%+v", gone)
	}
}

// The parts of a priority add up to it, and never to more than 100.
func TestReportedPriority(t *testing.T) {
	most, parts := lead.Reported{Severity: 4, Negative: 1e9, Stations: 10, Companies: 1e6, Hidden: true}.Priority()
	sum := 0.0
	for _, p := range parts {
		if sum += p.Points; p.Points > p.Most {
			t.Errorf("%+v", p)
		}
	}
	if most != 100 || sum != most {
		t.Errorf("%v, %v of parts", most, sum)
	}
	if least, _ := (lead.Reported{}).Priority(); least != 5 {
		t.Error(least)
	}
}
