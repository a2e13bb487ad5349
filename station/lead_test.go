package station

import (
	"errors"
	"testing"
	"time"
)

// Leads are merged into one another, taken out again, and opened as a case;
// whoever works on what somebody else has changed is told of it.
func TestLeads(t *testing.T) {
	d, c, _ := started(t)
	ctx := t.Context()
	ref := func(product string) LeadRef {
		t.Helper()
		r := LeadRef{LeadKey: LeadKey{Period: "2026-11", Product: product, Hazard: "electrical"}}
		list, err := d.Leads(ctx, LeadFilter{Period: "2026-11"})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			if l.Same() == r.Same() {
				r.Version = l.Version
			}
		}
		return r
	}
	lead := func(product string) Lead {
		t.Helper()
		list, err := d.Leads(ctx, LeadFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			if SameName(l.Product, product) {
				return l
			}
		}
		return Lead{}
	}
	if err := d.MergeLeads(ctx, "甲", []LeadRef{ref("壶"), ref("灯")}); err != nil {
		t.Fatal(err)
	}
	// What was merged into a lead goes with it, under any way of writing it.
	if err := d.MergeLeads(ctx, "甲", []LeadRef{ref("扇"), ref("　壶 ")}); err != nil {
		t.Fatal(err)
	}
	if lead("灯").Head != lead("扇").ID || lead("壶").Head != lead("扇").ID {
		t.Errorf("%+v %+v", lead("灯"), lead("壶"))
	}
	if err := d.MergeLeads(ctx, "甲", []LeadRef{ref("壶"), ref("锅")}); err == nil {
		t.Error("merged into what is merged itself")
	}
	state := LeadJudging
	if err := d.ChangeLeads(ctx, &Account{Person: "甲"}, []LeadRef{ref("壶")}, LeadChange{State: &state}); err == nil {
		t.Error("changed what is merged")
	}
	var conflict *Conflict
	stale := ref("灯")
	stale.Version = 0
	if err := d.SplitLead(ctx, "乙", stale); !errors.As(err, &conflict) || conflict.Theirs.(Lead).Head != lead("扇").ID {
		t.Error(err)
	}
	if err := d.SplitLead(ctx, "乙", ref("灯")); err != nil || lead("灯").Head != 0 {
		t.Error(lead("灯"), err)
	}
	kase := Case{Kind: ProductCase, Title: "扇和灯", Lead: "线索", By: "甲", Leads: []LeadRef{ref("扇"), ref("灯")}, Times: Times{Found: c.now().Add(-time.Hour)}}
	kase, err := d.PutCase(ctx, kase)
	if err != nil || lead("扇").Case != kase.ID || lead("灯").State != LeadCase {
		t.Fatal(kase, err)
	}
	again := kase
	again.ID, again.Leads = 0, []LeadRef{ref("锅"), ref("灯")}
	if _, err := d.PutCase(ctx, again); err == nil || lead("锅").ID != 0 {
		t.Error("a second case of a lead", err)
	}
	if err := d.MergeLeads(ctx, "甲", []LeadRef{ref("锅"), ref("灯")}); err == nil {
		t.Error("a lead with a case was merged into another")
	}
	notes, err := d.LeadNotes(ctx, lead("扇").ID)
	if err != nil || len(notes) != 5 || notes[len(notes)-1].Action != "case" {
		t.Errorf("%+v %v", notes, err)
	}
}
