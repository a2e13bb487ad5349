package web

import (
	"context"

	"chaping"
	"chaping/nlp/discover"
)

// What the page of a period's coverage shows.
const (
	coverageGroups   = 40
	coverageExamples = 3
)

func (s *Server) loadCoverage(ctx context.Context, key countedKey) (*discover.Coverage, error) {
	return s.App.NotHeard(ctx, key.period, s.miner(), coverageGroups, coverageExamples)
}

// coverage says what buyers complain of without a term that names it.
func (q *request) coverage() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	c, ok, err := q.desk.coverage.get(q.ctx, countedKey{p, q.miner().Version()}, deskPatience)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读报送期 " + p.String() + " 的全部评论，评论多时要几分钟")
	}
	page := coveragePage{picker: q.pick(p, "/lexicon/coverage"), C: c, Edit: q.may("POST /lexicon/term")}
	return q.render("coverage", page)
}

// A coveragePage lists groups of complaints that no term names.
type coveragePage struct {
	picker
	C    *discover.Coverage `json:"coverage"`
	Edit bool               `json:"-"`
}

// Heard is how many of the negative reviews have an affirmed mention.
func (p *coveragePage) Heard() uint64 { return p.C.Negative - p.C.Silent }

// withSurface is the term with a form that the address proposes, so that its
// effect can be previewed before it is stored.
func (q *request) withSurface(t chaping.Term) chaping.Term {
	form := chaping.Shorten(q.form("surface"), maxProposed)
	switch {
	case form == "":
	case t.Name == "":
		t.Name = form
	default:
		t.Surfaces = append(append([]string{}, t.Surfaces...), form)
	}
	return t
}

// maxProposed is the longest form in characters that a page proposes.
const maxProposed = 30
