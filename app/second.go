package app

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"chaping"
	"chaping/nlp/reader"
	"chaping/station"
	"chaping/store"
)

// ReaderFile is the file of the data directory that names the second reader.
const ReaderFile = "reader.yaml"

// SecondReader is the second reader's configuration; nil where there is none.
func (a *App) SecondReader() (*reader.Config, error) {
	return written(a, ReaderFile, "第二读者的配置", reader.ReadConfig)
}

// A SecondReading is what came of a run of the second reader on a period.
type SecondReading struct {
	Period   string `json:"period"`
	Model    string `json:"model"`
	Doubtful int    `json:"doubtful"`          // mentions that nobody has judged and the program's model is not sure of
	Known    int    `json:"known"`             // of them, answered before
	Asked    int    `json:"asked"`             // questions of this run
	NoAnswer int    `json:"no_answer"`         // of these, answers without a verdict
	Left     int    `json:"left"`              // mentions that were not asked about: the budget was spent, or the service away
	Against  int    `json:"against"`           // mentions that nobody has judged and the second reader rejects
	Problem  string `json:"problem,omitempty"` // why the run ended early, in Chinese
	// Agreement compares the opinions on the period's mentions with what people
	// made of them.
	Agreement Agreement `json:"agreement"`
}

// An Agreement compares verdicts of people with opinions of the second reader.
type Agreement struct {
	BothConfirm   int `json:"both_confirm"`
	BothReject    int `json:"both_reject"`
	PersonRejects int `json:"person_rejects"` // and the second reader does not
	ReaderRejects int `json:"reader_rejects"` // and the person does not
}

// Judged is on how many mentions both have spoken, and Agreed on how many alike.
func (a Agreement) Judged() int { return a.Agreed() + a.PersonRejects + a.ReaderRejects }

// Agreed is on how many mentions both say the same.
func (a Agreement) Agreed() int { return a.BothConfirm + a.BothReject }

func (a *Agreement) count(person chaping.Verdict, opinion chaping.Assertion) {
	switch confirms := opinion == chaping.Affirmed; {
	case person == chaping.Confirmed && confirms:
		a.BothConfirm++
	case person == chaping.Confirmed:
		a.ReaderRejects++
	case confirms:
		a.PersonRejects++
	default:
		a.BothReject++
	}
}

// doubt is a mention to ask the second reader about.
type doubt struct {
	about    chaping.Judged
	question reader.Question
	sure     float32
}

// Opinions are what the second reader says of mentions, by review and term; none
// where it was never asked. Those without a verdict are left out.
func (a *App) Opinions(ctx context.Context) (map[chaping.Judged]station.Opinion, error) {
	d, err := a.decisions(ctx)
	if err != nil || d == nil {
		return nil, err
	}
	all := map[chaping.Judged]station.Opinion{}
	err = d.Opinions(ctx, func(o station.Opinion) error {
		if o.Verdict != "" {
			all[o.About] = o
		}
		return nil
	})
	return all, err
}

// ReadSecond asks the second reader about the doubtful mentions of a period, the
// most doubtful first, as far as its budget goes. A service that is away is no
// error: Problem says so, and what it has answered stays. r asks; nil takes what
// the configuration names.
func (a *App) ReadSecond(
	ctx context.Context,
	p *Pipeline,
	period chaping.Period,
	r *reader.Reader,
) (*SecondReading, error) {
	if r == nil {
		c, err := a.SecondReader()
		if err != nil {
			return nil, err
		}
		if c == nil {
			return nil, &chaping.Error{
				Code: chaping.CodeEnvironment, Message: "没有配置第二读者",
				Remedy: "把样例 reader.example.yaml 复制为 " + a.Path(ReaderFile) + " 再改",
			}
		}
		r = &reader.Reader{Config: *c, Now: a.Now}
	}
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	out := &SecondReading{Period: period.String(), Model: r.Model}
	doubts, err := p.doubts(ctx, period, r.Margin)
	if err != nil {
		return nil, err
	}
	out.Doubtful = len(doubts)
	held := map[chaping.Judged]string{} // questions that this model has answered
	err = d.Opinions(ctx, func(o station.Opinion) error {
		if o.Model == r.Model {
			held[o.About] = o.Asked
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range doubts {
		p.Watch.tell(Progress{Step: "第二读者", Done: int64(i), Total: int64(len(doubts))})
		if err := out.read(ctx, d, r, &doubts[i], held[doubts[i].about]); err != nil {
			return nil, err
		}
	}
	return out, a.compareOpinions(ctx, p, period, out)
}

// read brings one opinion, from what was answered before or by asking. held is the
// question that is answered already.
func (s *SecondReading) read(ctx context.Context, d *station.DB, r *reader.Reader, x *doubt, held string) error {
	key, err := r.Key(x.question)
	if err != nil {
		return err
	}
	if held == key {
		s.Known++
		return nil
	}
	o, known, err := d.OpinionOn(ctx, key, r.Model)
	if err != nil {
		return err
	}
	o.About = x.about
	if known {
		s.Known++
		return d.PutOpinion(ctx, o)
	}
	if s.Problem != "" || s.Asked == r.Budget {
		s.Left++
		return nil
	}
	s.Asked++
	answer, err := r.Ask(ctx, x.question)
	var away *reader.Unavailable
	switch {
	case errors.As(err, &away):
		s.Asked, s.Left, s.Problem = s.Asked-1, s.Left+1, away.Chinese()
		return nil
	case errors.Is(err, reader.ErrNoAnswer):
		s.NoAnswer++ // and it is not asked again: the same words bring the same
	case err != nil:
		return err
	}
	o.Verdict, o.Reason = answer.Verdict, answer.Reason
	return d.PutOpinion(ctx, o)
}

// doubts are the mentions of a period that nobody has judged and of which the
// model is less sure than margin, the most doubtful first.
func (p *Pipeline) doubts(ctx context.Context, period chaping.Period, margin float32) (list []doubt, err error) {
	g, err := p.goods(ctx, period)
	if err != nil {
		return nil, err
	}
	err = p.Found(ctx, period, store.TallyFilter{}, func(f *Found) error {
		if f.Judgement.Verdict != chaping.Unreviewed {
			return nil
		}
		of := g.at(chaping.ProductKey{Platform: f.Review.Platform, Product: f.Review.Product})
		sure, mention, known := p.Miner.Confidence(f.Review.Body(), of, f.Term)
		if known && sure < margin {
			list = append(list, doubt{chaping.Judged{Review: f.Review.Key(), Term: f.Term}, reader.Question{
				Term: f.Term, Goods: p.Miner.FieldsOf(of), Text: f.Review.Body(), Start: mention.Start, End: mention.End,
			}, sure})
		}
		return nil
	})
	slices.SortStableFunc(list, func(x, y doubt) int {
		return cmp.Or(
			cmp.Compare(x.sure, y.sure),
			compareReviewKeys(x.about.Review, y.about.Review),
			cmp.Compare(x.about.Term, y.about.Term),
		)
	})
	return list, err
}

// compareOpinions counts what people and the second reader make of the period's
// mentions.
func (a *App) compareOpinions(ctx context.Context, p *Pipeline, period chaping.Period, out *SecondReading) error {
	opinions, err := a.Opinions(ctx)
	if err != nil {
		return err
	}
	return p.Found(ctx, period, store.TallyFilter{}, func(f *Found) error {
		o, ok := opinions[chaping.Judged{Review: f.Review.Key(), Term: f.Term}]
		switch {
		case !ok:
		case f.Judgement.Verdict != chaping.Unreviewed:
			out.Agreement.count(f.Judgement.Verdict, o.Verdict)
		case o.Verdict != chaping.Affirmed:
			out.Against++
		}
		return nil
	})
}

// decidedBySecond are the rejections that count without a person: the second
// reader's, where its configuration says so and nobody has judged. None
// otherwise.
func (a *App) decidedBySecond(
	ctx context.Context,
	people map[chaping.Judged]chaping.Judgement,
) (map[chaping.Judged]chaping.Judgement, string, error) {
	c, err := a.SecondReader()
	if err != nil || c == nil || !c.Decides {
		return nil, "", err
	}
	opinions, err := a.Opinions(ctx)
	if err != nil {
		return nil, "", err
	}
	decided := map[chaping.Judged]chaping.Judgement{}
	for about, o := range opinions {
		if o.Model == c.Model && o.Verdict != chaping.Affirmed && people[about].Verdict == chaping.Unreviewed {
			decided[about] = chaping.Judgement{
				Review: about.Review, Term: about.Term, Verdict: chaping.Rejected, Note: o.Reason, By: "第二读者 " + o.Model, At: o.At,
			}
		}
	}
	return decided, c.Model, nil
}
