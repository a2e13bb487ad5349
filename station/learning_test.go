package station

import (
	"errors"
	"slices"
	"testing"

	"chaping"
)

// TestLearning: versions follow each other, nobody overwrites another's, and none
// changes.
func TestLearning(t *testing.T) {
	d, _ := openTest(t)
	ctx := t.Context()
	if l, err := d.Learning(ctx); err != nil || l.Version != 0 {
		t.Fatal(l, err)
	}
	first, err := d.PutLearning(ctx, Learning{Who: "张三", Adapter: "a1", Base: "b", Weights: "{}", Report: "{}"})
	if err != nil || first.Version != 1 || first.At.IsZero() {
		t.Fatal(first, err)
	}
	var conflict *Conflict
	if _, err := d.PutLearning(ctx, Learning{Who: "李四", Adapter: "a2"}); !errors.As(err, &conflict) ||
		conflict.Theirs != any(first) {
		t.Error(err)
	}
	if _, err := d.PutLearning(ctx, Learning{Version: 1, Who: "李四"}); err != nil {
		t.Error(err)
	}
	if l, err := d.Learning(ctx); err != nil || l.Version != 2 || l.Adapter != "" {
		t.Error(l, err)
	}
	if list, err := d.Learnings(ctx); err != nil || len(list) != 2 || list[1] != first {
		t.Error(list, err)
	}
	for _, statement := range []string{"UPDATE learning SET adapter = 'x'", "DELETE FROM learning"} {
		if _, err := d.db.ExecContext(ctx, statement); err == nil {
			t.Errorf("%s is done", statement)
		}
	}
}

// TestOpinions: the last one of a model holds, and what was answered is found by
// its question whatever review it was about.
func TestOpinions(t *testing.T) {
	d, _ := openTest(t)
	ctx := t.Context()
	about := func(review string) chaping.Judged {
		return chaping.Judged{Review: chaping.ReviewKey{Platform: "mall", Product: "A", Review: review}, Term: "漏电"}
	}
	put := func(o Opinion) {
		t.Helper()
		if err := d.PutOpinion(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	put(Opinion{About: about("1"), Model: "m", Asked: "q1", Verdict: chaping.Other, Reason: "印的字"})
	put(Opinion{About: about("1"), Model: "m", Asked: "q2", Verdict: chaping.Affirmed, Reason: "漏电"})
	put(Opinion{About: about("2"), Model: "m", Asked: "q3"})
	var said []chaping.Assertion
	if err := d.Opinions(ctx, func(o Opinion) error { said = append(said, o.Verdict); return nil }); err != nil {
		t.Fatal(err)
	}
	if slices.Sort(said); !slices.Equal(said, []chaping.Assertion{"", chaping.Affirmed}) {
		t.Error(said)
	}
	if o, found, err := d.OpinionOn(ctx, "q2", "m"); err != nil || !found || o.Verdict != chaping.Affirmed ||
		o.Reason != "漏电" {
		t.Error(o, found, err)
	}
	if _, found, err := d.OpinionOn(ctx, "q2", "another"); err != nil || found {
		t.Error(found, err)
	}
	if o, found, err := d.OpinionOn(ctx, "q3", "m"); err != nil || !found || o.Verdict != "" {
		t.Error("an answer without a verdict is asked for again", o, found, err)
	}
	if err := d.PutOpinion(ctx, Opinion{About: about("3"), Model: "m", Verdict: "是"}); err == nil {
		t.Error("a verdict that there is not is stored")
	}
}
