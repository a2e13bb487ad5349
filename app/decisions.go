package app

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/nlp"
)

// A decision is a judgement with the text that it is about, a line of a file in
// the format of labelled pairs.
type decision struct {
	Row       int               `json:"row"` // 1-based
	Keyword   string            `json:"keyword"`
	Category  string            `json:"category,omitempty"`   // fields of the goods
	Star      *int              `json:"star_label,omitempty"` // 1: the review is graded good; 0: bad
	Assertion chaping.Assertion `json:"assertion"`
	Text      string            `json:"text"`
	Platform  string            `json:"platform"`
	Product   string            `json:"product"`
	Review    string            `json:"review"`
	Reason    chaping.Reason    `json:"reason,omitempty"`
	Note      string            `json:"note,omitempty"`
	By        string            `json:"by,omitempty"`
	At        time.Time         `json:"at,omitzero"`
	Decision  int64             `json:"decision,omitempty"` // the same for judgements that were made at once

	line int
}

func (d *decision) key() chaping.ReviewKey {
	return chaping.ReviewKey{Platform: d.Platform, Product: d.Product, Review: d.Review}
}

// assertionOf is the label that a judgement stands for. A rejection without a
// reason, or with one that labels do not know, is of another sense or object.
func assertionOf(j *chaping.Judgement) chaping.Assertion {
	switch {
	case j.Verdict == chaping.Confirmed:
		return chaping.Affirmed
	case j.Reason == chaping.ReasonNegated:
		return chaping.Negated
	case j.Reason == chaping.ReasonHypothetical:
		return chaping.Hypothetical
	}
	return chaping.Other
}

// judgement is what a label stands for.
func (d *decision) judgement(by string) chaping.Judgement {
	j := chaping.Judgement{
		Review: d.key(), Term: d.Keyword, Verdict: chaping.Rejected, Reason: d.Reason, Note: d.Note, By: cmp.Or(d.By, by), At: d.At,
	}
	switch d.Assertion {
	case chaping.Affirmed:
		j.Verdict, j.Reason = chaping.Confirmed, chaping.NoReason
	case chaping.Negated:
		j.Reason = cmp.Or(j.Reason, chaping.ReasonNegated)
	case chaping.Hypothetical:
		j.Reason = cmp.Or(j.Reason, chaping.ReasonHypothetical)
	}
	return j
}

// DecisionsExported says what a file of decisions holds.
type DecisionsExported struct {
	Decisions int `json:"decisions"`
	Gone      int `json:"reviews_gone"` // decisions of which the review is not stored any more: they are left out
}

// ExportDecisions writes the station's judgements with the texts that they are
// about, one JSON object a line, by review and term. Texts are as they are stored:
// what names people was struck out when they came in.
func (a *App) ExportDecisions(ctx context.Context, w io.Writer) (out DecisionsExported, err error) {
	list, reviews, err := a.judgedReviews(ctx)
	if err != nil {
		return out, err
	}
	s, err := a.Store(ctx)
	if err != nil {
		return out, err
	}
	v, err := a.Vocabulary(ctx, "")
	if err != nil {
		return out, err
	}
	g, err := readGoods(ctx, s, v.Miner, chaping.PeriodOf(a.Now()).Window())
	if err != nil {
		return out, err
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range list {
		j := &list[i]
		r, ok := reviews[j.Review]
		if !ok {
			out.Gone++
			continue
		}
		out.Decisions++
		d := decision{
			Row: out.Decisions, Keyword: j.Term, Assertion: assertionOf(j), Text: r.Body(), Platform: r.Platform, Product: r.Product,
			Review: r.ID, Reason: j.Reason, Note: j.Note, By: j.By, At: j.At, Decision: j.Decision,
			Category: strings.Join(v.FieldsOf(g.at(chaping.ProductKey{Platform: r.Platform, Product: r.Product})), "、"),
		}
		if r.Grade == chaping.Negative || r.Grade == chaping.Positive {
			star := 0
			if r.Grade == chaping.Positive {
				star = 1
			}
			d.Star = &star
		}
		if err := enc.Encode(d); err != nil {
			return out, err
		}
	}
	return out, nil
}

// judgedReviews are the station's judgements that have a verdict, by review and
// term, with their reviews as far as they are stored.
func (a *App) judgedReviews(
	ctx context.Context,
) (list []chaping.Judgement, reviews map[chaping.ReviewKey]chaping.Review, err error) {
	judgements, err := a.Judgements(ctx)
	if err != nil {
		return nil, nil, err
	}
	var keys []chaping.ReviewKey
	for _, j := range judgements {
		if j.Verdict != chaping.Unreviewed {
			list, keys = append(list, j), append(keys, j.Review)
		}
	}
	if len(list) == 0 {
		return nil, nil, nil
	}
	slices.SortFunc(keys, compareReviewKeys)
	slices.SortFunc(list, func(x, y chaping.Judgement) int {
		return cmp.Or(compareReviewKeys(x.Review, y.Review), cmp.Compare(x.Term, y.Term))
	})
	s, err := a.Store(ctx)
	if err != nil {
		return nil, nil, err
	}
	reviews = map[chaping.ReviewKey]chaping.Review{}
	return list, reviews, s.ReviewsNamed(ctx, slices.Compact(keys), func(r *chaping.Review) error {
		reviews[r.Key()] = *r
		return nil
	})
}

// DecisionsImported says what became of a file of decisions.
type DecisionsImported struct {
	Stored  int      `json:"stored"`
	Known   int      `json:"known"`            // judged the same already
	Contra  []string `json:"contradictory"`    // judged otherwise already, by whom: these stay as they are
	Unknown []string `json:"unknown_terms"`    // terms that the dictionary lacks; stored all the same
	Gone    int      `json:"reviews_not_here"` // reviews that are not stored; their judgements are, and count once they come
	Refused []error  `json:"-"`                // lines that cannot be used: *chaping.InputError
	Lines   int      `json:"refused_lines"`    // of them
}

// ImportDecisions stores the judgements of a file that ExportDecisions wrote, or
// of labelled pairs that name their reviews. What the station itself has judged
// stays. by made those that do not say who did. name is for messages.
func (a *App) ImportDecisions(ctx context.Context, name string, r io.Reader, by string) (*DecisionsImported, error) {
	list, refused, err := readDecisions(name, r)
	if err != nil {
		return nil, err
	}
	out := &DecisionsImported{Refused: refused, Lines: len(refused), Contra: []string{}, Unknown: []string{}}
	held, err := a.Judgements(ctx)
	if err != nil {
		return nil, err
	}
	v, err := a.Vocabulary(ctx, "")
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, t := range v.Miner.Dictionary().Terms {
		known[t.Name] = true
	}
	groups := map[int64][]chaping.Judgement{}
	var order []int64
	var keys []chaping.ReviewKey
	for i := range list {
		d := &list[i]
		j := d.judgement(by)
		if !known[j.Term] && !slices.Contains(out.Unknown, j.Term) {
			out.Unknown = append(out.Unknown, j.Term)
		}
		if old := held[chaping.Judged{Review: j.Review, Term: j.Term}]; old.Verdict != chaping.Unreviewed {
			if old.Verdict == j.Verdict {
				out.Known++
			} else {
				out.Contra = append(out.Contra, fmt.Sprintf("第 %d 行：%s，文件里%s，本站%s（%s，%s）", d.line, j.Term,
					j.Verdict.Chinese(), old.Verdict.Chinese(), old.By, old.At.Format(chaping.Minute)))
			}
			continue
		}
		group := d.Decision
		if group <= 0 || len(groups[group]) > 0 && !together(&groups[group][0], &j) {
			group = -int64(d.line) // a decision of its own
		}
		if groups[group] == nil {
			order = append(order, group)
		}
		groups[group] = append(groups[group], j)
		keys = append(keys, j.Review)
	}
	if out.Gone, err = a.notHere(ctx, keys); err != nil || len(order) == 0 {
		return out, err
	}
	station, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	for _, group := range order {
		if err := station.Judge(ctx, groups[group]...); err != nil {
			return nil, err
		}
		out.Stored += len(groups[group])
	}
	return out, nil
}

// together tells whether two judgements can have been one decision.
func together(a, b *chaping.Judgement) bool {
	return a.Verdict == b.Verdict && a.Reason == b.Reason && a.By == b.By && a.At.Equal(b.At)
}

// notHere counts the reviews that are not stored.
func (a *App) notHere(ctx context.Context, keys []chaping.ReviewKey) (int, error) {
	slices.SortFunc(keys, compareReviewKeys)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return 0, nil
	}
	s, err := a.Store(ctx)
	if err != nil {
		return 0, err
	}
	here := 0
	err = s.ReviewsNamed(ctx, keys, func(*chaping.Review) error { here++; return nil })
	return len(keys) - here, err
}

// readDecisions reads a file of decisions; a line that cannot be used is refused,
// and so is one that says the opposite of an earlier line.
func readDecisions(name string, r io.Reader) (list []decision, refused []error, err error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 1<<16), 16<<20)
	first := map[chaping.Judged]*decision{}
	for line := 1; sc.Scan(); line++ {
		text := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\uFEFF"))
		if text == "" {
			continue
		}
		d := decision{line: line}
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			refused = append(refused, notJSON(name, line, text, err))
			continue
		}
		fault := d.check(name)
		about := chaping.Judged{Review: d.key(), Term: d.Keyword}
		if before := first[about]; fault == nil && before != nil {
			if (before.Assertion == chaping.Affirmed) == (d.Assertion == chaping.Affirmed) {
				continue // said twice
			}
			fault = &chaping.InputError{
				File: name, Line: line, Field: "assertion", Value: string(d.Assertion),
				Problem: fmt.Sprintf("与第 %d 行对同一条评论、同一个词的判定相反", before.line), Remedy: "留下对的一行",
			}
		}
		if fault != nil {
			refused = append(refused, fault)
			continue
		}
		first[about] = &d
		list = append(list, d)
	}
	if err := sc.Err(); err != nil {
		return nil, nil, &chaping.InputError{File: name, Problem: "读不下去：" + err.Error(), Remedy: "检查文件是否完整，每行不超过 16 MB"}
	}
	if len(list) == 0 && len(refused) == 0 {
		return nil, nil, &chaping.InputError{File: name, Problem: "没有任何复核决定", Remedy: "给出导出的文件，每行一个 JSON 对象"}
	}
	return list, refused, nil
}

func notJSON(name string, line int, text string, err error) error {
	f := &chaping.InputError{
		File: name, Line: line, Value: chaping.Shorten(text, 60), Problem: "不是可用的 JSON：" + err.Error(),
		Remedy: `每行写一个含 platform、product、review、keyword、assertion 的 JSON 对象`,
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		f.Field, f.Value = kind.Field, kind.Value
		f.Problem, f.Remedy = "类型不对，应为 "+kind.Type.String(), "对照导出的文件改正"
	}
	return f
}

func (d *decision) check(name string) *chaping.InputError {
	fault := func(field, value, problem, remedy string) *chaping.InputError {
		return &chaping.InputError{
			File: name, Line: d.line, Field: field, Value: chaping.Shorten(value, 60), Problem: problem, Remedy: remedy,
		}
	}
	for _, f := range []struct{ name, value string }{{"platform", d.Platform}, {"product", d.Product}, {"review", d.Review}} {
		if f.value == "" || len(f.value) > chaping.MaxKey {
			return fault(f.name, f.value, "没有写明是哪条评论", "补上 platform、product、review；复核是对库里一条评论的决定")
		}
	}
	if d.Keyword == "" {
		return fault("keyword", "", "没有评论关键词", "补上 keyword")
	}
	if statuses := nlp.Statuses(); !slices.Contains(statuses[:], d.Assertion) {
		return fault("assertion", string(d.Assertion), "没有这种判定", "用 affirmed、negated、hypothetical、other 之一")
	}
	reason, err := chaping.ParseReason(string(d.Reason))
	if err != nil {
		return fault(
			"reason",
			string(d.Reason),
			"没有这种排除的原因",
			"写 negated、hypothetical、other_goods、other_meaning、service 之一，或不写",
		)
	}
	if d.Reason = reason; reason != chaping.NoReason && d.Assertion == chaping.Affirmed {
		return fault("reason", string(reason), "判定为 affirmed 的不能有排除的原因", "删去 reason，或改 assertion")
	}
	const longest = 2000 // runes
	if len([]rune(d.Note)) > longest || len([]rune(d.By)) > 100 {
		return fault("note", d.Note, "说明或姓名过长", "说明不超过 2000 字，姓名不超过 100 字")
	}
	return nil
}
