package station

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
)

func TestRaiseOnce(t *testing.T) {
	d, _ := openTest(t)
	raise := func(period string) int {
		p, err := chaping.ParsePeriod(period)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := d.Raise(t.Context(), p, 3, map[string]json.RawMessage{"fire|mall|A": []byte(`{"reviews":"` + period + `"}`)}, []string{"fire|mall|A"}, func(u Urgent) []Message {
			return []Message{{Key: "raised-" + period, Channel: "c", Event: "urgent"}}
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(fresh)
	}
	for _, tt := range []struct {
		period string
		fresh  int
	}{{"2026-01", 1}, {"2026-01", 0}, {"2026-02", 0}, {"2025-12", 0}, {"2026-05", 0}} {
		if n := raise(tt.period); n != tt.fresh {
			t.Errorf("%s: %d new", tt.period, n)
		}
	}
	u, err := d.Urgent(t.Context(), 1)
	if err != nil || u.Last != "2026-05" || string(u.Candidate) != `{"reviews":"2026-05"}` {
		t.Fatalf("%+v %v", u, err)
	}
	if _, err := d.Decide(t.Context(), 1, UrgentDismissed, "张三", "误报", func(Urgent) []Message { return nil }); err != nil {
		t.Fatal(err)
	}
	if n := raise("2026-06"); n != 0 { // decided: still the same event
		t.Error("a dismissed event was raised again")
	}
	if u, _ := d.Urgent(t.Context(), 1); string(u.Candidate) != `{"reviews":"2026-05"}` || u.Last != "2026-06" {
		t.Errorf("what was decided on has changed: %+v", u)
	}
	if n := raise("2026-10"); n != 1 { // quiet for more than three periods
		t.Error("a new event was not raised")
	}
	if list, err := d.Outbox(t.Context(), true, 100); err != nil || len(list) != 2 {
		t.Errorf("%d messages, %v", len(list), err)
	}
}

func TestDecideOnce(t *testing.T) {
	d, _ := openTest(t)
	if _, err := d.Raise(t.Context(), chaping.Period{Year: 2026, Month: 11}, 3, map[string]json.RawMessage{"e": []byte("{}")}, []string{"e"}, func(Urgent) []Message { return nil }); err != nil {
		t.Fatal(err)
	}
	told := 0
	tell := func(u Urgent) []Message {
		told++
		return []Message{{Key: "confirmed", Channel: "c", Subject: u.Reason}}
	}
	for range 2 { // a second time changes nothing
		if u, err := d.Decide(t.Context(), 1, UrgentConfirmed, "张三", "属实", tell); err != nil || u.By != "张三" || u.Decided == nil {
			t.Fatalf("%+v %v", u, err)
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	if _, err := d.Decide(t.Context(), 1, UrgentDismissed, "李四", "不属实", tell); err == nil || !strings.Contains(err.Error(), "张三") {
		t.Errorf("a decision was turned: %v", err)
	}
	if _, err := d.Decide(t.Context(), 7, UrgentConfirmed, "李四", "x", tell); err == nil {
		t.Error("no such candidate")
	}
}

// Pages read only as much of urgent reports as they show.
func TestUrgentLists(t *testing.T) {
	d, now := openTest(t)
	nothing := func(Urgent) []Message { return nil }
	candidates, order := map[string]json.RawMessage{}, []string{"e1", "e2", "e3", "e4"}
	for _, e := range order {
		candidates[e] = json.RawMessage(`{"keyword":"` + e + `"}`)
	}
	if _, err := d.Raise(t.Context(), chaping.Period{Year: 2026, Month: 11}, 3, candidates, order, nothing); err != nil {
		t.Fatal(err)
	}
	for id, status := range map[int64]string{1: UrgentConfirmed, 2: UrgentDismissed} {
		if _, err := d.Decide(t.Context(), id, status, "张三", "核实过", nothing); err != nil {
			t.Fatal(err)
		}
	}
	at, err := d.PutStation(t.Context(), Station{Name: "协会", Kind: AssociationStation})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{`{"event":"a"}`, `{"event":"b"}`} {
		u := Urgent{Station: at.ID, Found: now.Add(-time.Hour), Event: event, Candidate: json.RawMessage(event), By: "王五"}
		if _, _, err := d.FileUrgent(t.Context(), Scope{all: true}, u, nothing); err != nil {
			t.Fatal(err)
		}
	}
	ids := func(list []Urgent) (ids []int64) {
		for _, u := range list {
			ids = append(ids, u.ID)
		}
		return ids
	}
	n, err := d.CountUrgents(t.Context(), OpenUrgents())
	if err != nil {
		t.Fatal(err)
	}
	latest, err := d.UrgentsSelected(t.Context(), OpenUrgents(), 1, 0)
	if err != nil || n != 2 || !slices.Equal(ids(latest), []int64{4}) || string(latest[0].Candidate) != `{"keyword":"e4"}` {
		t.Errorf("%d open, %+v, %v", n, latest, err)
	}
	if latest, err := d.UrgentsSelected(t.Context(), OpenUrgents(), 0, 0); err != nil || latest != nil {
		t.Errorf("none asked for: %+v, %v", latest, err)
	}
	other, err := d.PutStation(t.Context(), Station{Name: "检测", Kind: PlatformStation})
	if err != nil {
		t.Fatal(err)
	}
	all := UrgentSelection{Scope: Scope{all: true}, Suggested: true}
	for _, tt := range []struct {
		what      string
		selection UrgentSelection
		open      []int64
		decided   []int64
	}{
		{"centre", all, []int64{4, 3}, []int64{6, 5, 2, 1}},
		{"station of the installation", UrgentSelection{Scope: Scope{station: other.ID}, Suggested: true}, []int64{4, 3}, []int64{2, 1}},
		{"who wrote them", UrgentSelection{Scope: Scope{station: at.ID}}, nil, []int64{6, 5}},
		{"another station", UrgentSelection{Scope: Scope{station: other.ID}}, nil, nil},
		{"nobody", UrgentSelection{}, nil, nil},
	} {
		for decided, want := range map[bool][]int64{false: tt.open, true: tt.decided} {
			tt.selection.Decided = decided
			list, err := d.UrgentsSelected(t.Context(), tt.selection, 10, 0)
			if err != nil || !slices.Equal(ids(list), want) {
				t.Errorf("%s, decided %t: %v %v", tt.what, decided, ids(list), err)
			}
			if n, err := d.CountUrgents(t.Context(), tt.selection); err != nil || n != len(want) {
				t.Errorf("%s, decided %t: %d %v", tt.what, decided, n, err)
			}
		}
	}
	all.Decided = true
	if list, err := d.UrgentsSelected(t.Context(), all, 2, 1); err != nil || !slices.Equal(ids(list), []int64{5, 2}) {
		t.Errorf("%v %v", ids(list), err)
	}
	if _, err := d.PutCase(t.Context(), Case{Kind: ProductCase, Title: "壶", Urgent: 5, Times: Times{Found: *now}}); err != nil {
		t.Fatal(err)
	}
	if list, err := d.UrgentsWithoutCase(t.Context()); err != nil || !slices.Equal(ids(list), []int64{6}) {
		t.Errorf("%v wait for a case, %v", ids(list), err)
	}
}

func TestOutbox(t *testing.T) {
	d, now := openTest(t)
	ctx := t.Context()
	message := Message{Key: "k", Channel: "c", Subject: "s"}
	for range 2 {
		if err := d.Enqueue(ctx, message, Message{Key: "k", Channel: "other"}); err != nil {
			t.Fatal(err)
		}
	}
	claim := func() (Message, bool) {
		m, ok, err := d.Claim(ctx, false)
		if err != nil {
			t.Fatal(err)
		}
		return m, ok
	}
	first, ok := claim()
	second, ok2 := claim()
	if _, third := claim(); !ok || !ok2 || third || first.Channel == second.Channel {
		t.Fatalf("claimed %v %v %v", first, second, third)
	}
	if err := d.Sent(ctx, first.ID); err != nil {
		t.Fatal(err)
	}
	if err := d.Failed(ctx, second.ID, "拒收", now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, ok := claim(); ok {
		t.Error("claimed before it was due")
	}
	*now = now.Add(time.Minute)
	if m, ok := claim(); !ok || m.Attempts != 2 {
		t.Fatalf("%+v %v", m, ok)
	}
	// The process dies here. Nobody knows whether the message arrived.
	*now = now.Add(time.Hour)
	if m, ok := claim(); ok {
		t.Errorf("%+v was sent again without being asked", m)
	}
	left, err := d.Outbox(ctx, false, 10)
	if err != nil || len(left) != 1 || !left[0].Stopped || !strings.Contains(left[0].Error, "不确定") {
		t.Fatalf("%+v %v", left, err)
	}
	if err := d.Retry(ctx, left[0].ID); err != nil {
		t.Fatal(err)
	}
	if m, ok := claim(); !ok || m.ID != left[0].ID {
		t.Errorf("%+v %v", m, ok)
	}
	if err := d.Retry(context.WithoutCancel(ctx), first.ID); err == nil {
		t.Error("what was sent can be sent again")
	}
}

// Whether a report was late is for the limit to say that held when it came.
func TestUrgentLimit(t *testing.T) {
	d, now := openTest(t)
	at, err := d.PutStation(t.Context(), Station{Name: "协会", Kind: AssociationStation})
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]bool{}
	for _, test := range []struct {
		hours int
		late  bool
	}{{0, false}, {24, true}, {48, false}, {24, true}} {
		if err := d.SetRules(t.Context(), Rules{Hours: test.hours}, nil); err != nil {
			t.Fatal(err)
		}
		event := fmt.Sprintf(`{"event":"%d"}`, len(want))
		u := Urgent{Station: at.ID, Found: now.Add(-31 * time.Hour), Event: event, Candidate: json.RawMessage(event), By: "王五"}
		filed, fresh, err := d.FileUrgent(t.Context(), Scope{all: true}, u, func(Urgent) []Message { return nil })
		if err != nil || !fresh || filed.Hours != test.hours {
			t.Fatalf("%+v %v", filed, err)
		}
		want[filed.ID] = test.late
	}
	list, err := d.Urgents(t.Context(), UrgentConfirmed)
	if err != nil || len(list) != len(want) {
		t.Fatal(list, err)
	}
	for _, u := range list {
		if u.Late() != want[u.ID] {
			t.Errorf("%+v", u)
		}
	}
}
