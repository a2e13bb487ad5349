package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/assertion"
	"chaping/station"
)

// A Learnt is what the station's decisions teach, and what holds of it.
type Learnt struct {
	*nlp.Learning
	Gone    int              `json:"reviews_gone"` // decisions of which the review is not stored any more
	Current station.Learning `json:"current"`      // the version that holds
	// Stale tells that what holds was learnt for another edition of the program
	// and is not used until it is learnt again.
	Stale bool `json:"stale"`
	// Same tells that what was learnt is what holds.
	Same bool `json:"same"`

	base string // of the miner that it was learnt for
}

// learnt is the adapter that holds for the miner; nil where nothing was learnt, or
// for another edition of the program.
func (a *App) learnt(ctx context.Context, m *nlp.Miner) (*assertion.Adapter, station.Learning, error) {
	d, err := a.decisions(ctx)
	if err != nil || d == nil {
		return nil, station.Learning{}, err
	}
	l, err := d.Learning(ctx)
	if err != nil || l.Adapter == "" || l.Base != m.Adapted(nil).Base() {
		return nil, l, err
	}
	var w assertion.AdapterWeights
	if err := json.Unmarshal([]byte(l.Weights), &w); err != nil {
		return nil, l, learningFault(l, err)
	}
	adapter, err := assertion.NewAdapter(w)
	if err == nil && adapter.Version() != l.Adapter {
		err = fmt.Errorf("weights have the hash %s", adapter.Version())
	}
	if err != nil {
		return nil, l, learningFault(l, err)
	}
	return adapter, l, nil
}

func learningFault(l station.Learning, err error) error {
	return &chaping.Error{
		Code: chaping.CodeEnvironment, Message: fmt.Sprintf("监测站数据库里第 %d 版学习结果不能用", l.Version), Err: err,
		Remedy: "从备份恢复 " + station.File + "，或撤回这一版",
	}
}

// Learn trains an adapter on all decisions and measures it. It changes nothing:
// Adopt does.
func (a *App) Learn(ctx context.Context, watch Watcher) (*Learnt, error) {
	dict, _, err := a.Dictionary(ctx)
	if err != nil {
		return nil, err
	}
	miner, err := minerOf(dict)
	if err != nil {
		return nil, err
	}
	decided, all, gone, err := a.lessons(ctx, miner)
	if err != nil {
		return nil, err
	}
	watch.tell(Progress{Step: "学习", Detail: fmt.Sprintf("复核决定 %d 个", all)})
	l, err := miner.Learn(decided)
	if err != nil {
		return nil, err
	}
	out := &Learnt{Learning: l, Gone: gone, base: miner.Base()}
	out.Decisions = all
	_, out.Current, err = a.learnt(ctx, miner)
	if err != nil {
		return nil, err
	}
	out.Stale = out.Current.Adapter != "" && out.Current.Base != out.base
	out.Same = l.Version != "" && out.Current.Adapter == l.Version && !out.Stale
	return out, nil
}

// lessons are the station's decisions with the texts of their reviews; all counts
// them, and gone those of which the review is not there any more. What two people
// have decided differently comes both ways.
func (a *App) lessons(ctx context.Context, m *nlp.Miner) (list []nlp.Decided, all, gone int, err error) {
	judgements, reviews, err := a.judgedReviews(ctx)
	if err != nil || len(judgements) == 0 {
		return nil, 0, 0, err
	}
	s, err := a.Store(ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	g, err := readGoods(ctx, s, m, chaping.PeriodOf(a.Now()).Window())
	if err != nil {
		return nil, 0, 0, err
	}
	disputed := map[chaping.Judged]bool{}
	d, err := a.Station(ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	if err := d.Disputed(ctx, func(about chaping.Judged) error { disputed[about] = true; return nil }); err != nil {
		return nil, 0, 0, err
	}
	for _, j := range judgements { // in their order, so that the same is learnt again
		r, ok := reviews[j.Review]
		if !ok {
			gone++
			continue
		}
		x := nlp.Decided{
			Term: j.Term, Text: r.Body(), Confirmed: j.Verdict == chaping.Confirmed,
			Goods: g.at(chaping.ProductKey{Platform: r.Platform, Product: r.Product}),
		}
		list = append(list, x)
		if disputed[chaping.Judged{Review: j.Review, Term: j.Term}] { // the other person is heard too
			x.Confirmed = !x.Confirmed
			list = append(list, x)
		}
	}
	return list, len(judgements), gone, nil
}

func compareReviewKeys(a, b chaping.ReviewKey) int {
	return cmp.Or(
		cmp.Compare(a.Platform, b.Platform),
		cmp.Compare(a.Product, b.Product),
		cmp.Compare(a.Review, b.Review),
	)
}

// Adopt makes what was learnt hold from now on: periods are mined anew with it
// when they are next asked for. What is not better than nothing is refused, and a
// *station.Conflict says that somebody else was faster.
func (a *App) Adopt(ctx context.Context, l *Learnt, by string) (station.Learning, error) {
	if !l.Better || l.Adapter == nil {
		return station.Learning{}, &chaping.Error{
			Code: chaping.CodeInput, Message: "学到的没有明显好过现在的判断，没有采用", Remedy: "继续复核，以后再学习",
		}
	}
	d, err := a.Station(ctx)
	if err != nil {
		return station.Learning{}, err
	}
	weights, err := json.Marshal(l.Adapter.Weights())
	if err != nil {
		return station.Learning{}, err
	}
	report, err := json.Marshal(l.Learning)
	if err != nil {
		return station.Learning{}, err
	}
	return d.PutLearning(ctx, station.Learning{
		Version: l.Current.Version, Who: by, Adapter: l.Version, Base: l.base, Weights: string(weights), Report: string(report),
	})
}

// Unlearn takes back what was learnt, as a version of its own after the given
// one. Without anything learnt it is an error.
func (a *App) Unlearn(ctx context.Context, version int64, by string) (station.Learning, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return station.Learning{}, err
	}
	last, err := d.Learning(ctx)
	if err != nil {
		return last, err
	}
	if last.Adapter == "" {
		return last, &chaping.Error{Code: chaping.CodeInput, Message: "没有采用过学习结果，没有可撤回的", Remedy: "不需要处理"}
	}
	return d.PutLearning(ctx, station.Learning{Version: version, Who: by, Weights: "{}", Report: "{}"})
}

// Learning is the version of what was learnt that holds.
func (a *App) Learning(ctx context.Context) (station.Learning, error) {
	d, err := a.decisions(ctx)
	if err != nil || d == nil {
		return station.Learning{}, err
	}
	return d.Learning(ctx)
}
