package web

import (
	"fmt"
	"testing"

	"chaping"
	"chaping/station"
)

// The next page goes on after the sentence that the page ended with, also when that
// has been judged meanwhile, as it has when somebody works through a period.
func TestPagesWhileJudging(t *testing.T) {
	all := make([]item, 3*pageSize)
	for i := range all {
		all[i] = item{ID: fmt.Sprintf("s%02d", i), Term: "漏电", says: fmt.Sprint("says ", i/2), Review: chaping.ReviewKey{Review: fmt.Sprint(i)}}
	}
	judged := map[chaping.Judged]chaping.Judgement{}
	page := func(after, sort string) (ids []string, p reviewPage) {
		t.Helper()
		p.Filter.State = "unreviewed"
		n := &found{counts: map[string]int{}, terms: map[string]int{}, keywords: map[string]int{}, judged: judged}
		n.choose(all, reviewFilter{State: "unreviewed"}, map[chaping.Judged]station.Opinion{})
		table := sentenceTable(chaping.Period{}, nil, false)
		rows, _, err := p.cards(&table, n, after)(chaping.Selection{Sort: sort})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			ids = append(ids, r.of.ID)
		}
		return ids, p
	}
	judge := func(id string) {
		for i := range all {
			if all[i].ID == id {
				judged[chaping.Judged{Review: all[i].Review, Term: all[i].Term}] = chaping.Judgement{Verdict: chaping.Rejected}
			}
		}
	}
	first, p := page("", "")
	if len(first) != pageSize || p.Next != first[pageSize-1] || p.Total != len(all)/2 {
		t.Fatalf("%q, then %q, of %d", first, p.Next, p.Total)
	}
	for _, id := range first[1:] { // the first is left for later
		judge(id)
	}
	next, p := page(p.Next, "")
	if len(next) == 0 || next[0] <= first[pageSize-1] {
		t.Errorf("after %s comes %q", first[pageSize-1], next)
	}
	if p.Skipped == 0 {
		t.Error("what was left for later is not told of")
	}
	// In an order of their own, what is left is to come; a sentence that there is
	// none of begins anew.
	if again, _ := page(first[pageSize-1], "term"); len(again) == 0 || again[0] != first[0] {
		t.Errorf("%q", again)
	}
	if again, _ := page("of another mining", ""); len(again) == 0 || again[0] != first[0] {
		t.Errorf("%q", again)
	}
	if list, p := page(all[len(all)-1].ID, ""); len(list) != 0 || p.Skipped == 0 {
		t.Errorf("after the last comes %q", list)
	}
}
