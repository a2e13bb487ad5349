package web

import (
	"context"
	"fmt"
	"net/http"

	"chaping/app"
	"chaping/nlp"
	"chaping/station"
)

// learning shows what was learnt from decisions, and lets people learn anew.
func (q *request) learning() error {
	list, err := q.Station.Learnings(q.ctx)
	if err != nil {
		return err
	}
	judgements, err := q.App.Judgements(q.ctx)
	if err != nil {
		return err
	}
	page := learningPage{
		Decisions: len(judgements), Least: nlp.LeastDecisions, Rejections: nlp.LeastRejections, Versions: list,
		Edit: q.may("POST /lexicon/learning"),
	}
	if len(list) > 0 {
		page.Held, page.Version = list[0].Adapter, list[0].Version
		learnt := q.miner().Adapter()
		page.Stale = page.Held != "" && (learnt == nil || learnt.Version() != page.Held)
	}
	return q.render("learning", page)
}

type learningPage struct {
	Decisions  int                `json:"decisions"`
	Least      int                `json:"least_decisions"`
	Rejections int                `json:"least_rejections"`
	Held       string             `json:"adapter"` // what holds; empty: nothing
	Version    int64              `json:"version"`
	Stale      bool               `json:"stale"` // it was learnt for another edition of the program
	Versions   []station.Learning `json:"versions"`
	Edit       bool               `json:"-"`
}

// learn begins to learn from the decisions; nothing changes by it.
func (q *request) learn() error {
	j, err := q.jobs.start(kindLearn, "复核决定", q.account.Person, "", func(ctx context.Context, j *job) (string, error) {
		l, err := q.App.Learn(ctx, j.tell)
		if err != nil {
			return "", err
		}
		j.setResult(jobResult{Learnt: l})
		return "", nil
	})
	if err != nil && j == nil {
		return err
	}
	return q.fragment("learning", "learning", learntPage{Job: j, State: j.State()}) // also of one that runs
}

// learnResult shows what came of it.
func (q *request) learnResult() error {
	j, err := q.job()
	if err != nil {
		return err
	}
	state := j.State()
	if state.Running() {
		return q.fragment("learning", "learning", learntPage{Job: j, State: state})
	}
	return q.fragment("learnt", "learnt", learntPage{
		Job: j, State: state, L: state.Result.Learnt, Edit: q.may("POST /lexicon/learning"),
	})
}

type learntPage struct {
	Job   *job        `json:"job"`
	State jobState    `json:"state"`
	L     *app.Learnt `json:"learnt,omitempty"` // when it is done
	Edit  bool        `json:"-"`
}

// learningAdopt makes what a job has learnt hold.
func (q *request) learningAdopt() error {
	j := q.jobs.find(number(q.form("id")))
	if j == nil || j.State().Result.Learnt == nil {
		return noLearning()
	}
	l := j.State().Result.Learnt
	q.act.Object = "学习结果 " + l.Version
	q.act.Detail = fmt.Sprintf(
		"采用：准确率 %.4f → %.4f，召回率 %.4f → %.4f",
		l.Before.Precision,
		l.After.Precision,
		l.Before.Recall,
		l.After.Recall,
	)
	held, err := q.App.Adopt(q.ctx, l, q.account.Person)
	if err != nil {
		return learnedMeanwhile(err)
	}
	return q.learningChanged(fmt.Sprintf("已采用学习结果 %s", held.Adapter))
}

// learningPreview begins to compare a period with what holds and with what a job has
// learnt; termPreviewResult shows it.
func (q *request) learningPreview() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	j := q.jobs.find(number(q.form("id")))
	if j == nil || j.State().Result.Learnt == nil || j.State().Result.Learnt.Adapter == nil {
		return noLearning()
	}
	now := q.miner()
	return q.compare("学习结果", p, [2]*nlp.Miner{now, now.Adapted(j.State().Result.Learnt.Adapter)})
}

func noLearning() error {
	return &fault{http.StatusNotFound, "没有这次学习的结果", "在“学习”页重新学习", nil}
}

// learningRevert takes back what was learnt.
func (q *request) learningRevert() error {
	q.act.Object, q.act.Detail = "学习结果", "撤回"
	if _, err := q.App.Unlearn(q.ctx, number(q.form("version")), q.account.Person); err != nil {
		return learnedMeanwhile(err)
	}
	return q.learningChanged("已撤回学习结果")
}

// learnedMeanwhile words that somebody else adopted or took back since the page was
// read.
func learnedMeanwhile(err error) error {
	if theirs, ok := conflictWith[station.Learning](err); ok {
		return &fault{
			http.StatusConflict,
			"学习结果已由" + theirs.Who + "改为第 " + fmt.Sprint(theirs.Version) + " 版，这一次没有改",
			"重新打开“学习”页再决定",
			nil,
		}
	}
	return err
}

// learningChanged takes the change into use, and mines the period with it.
func (q *request) learningChanged(message string) error {
	if err := q.loadLexicon(q.ctx); err != nil {
		return err
	}
	q.desk.drop()
	p, err := q.current()
	if err != nil {
		return err
	}
	if _, err := q.mineJob(q.account.Person, p, 1); err == nil {
		message += "，正在重新挖掘报送期 " + p.String()
	} else {
		message += "；等现在的挖掘完成后，请再挖掘一次"
	}
	return q.redirect("/lexicon/learning", message)
}
