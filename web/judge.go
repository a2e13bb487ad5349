package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"chaping"
)

// judged is what a person made of it; the zero judgement where nobody has.
func (s *sentence) judged() chaping.Judgement {
	if s.judgement == nil {
		return chaping.Judgement{}
	}
	return *s.judgement
}

// judge takes the verdict on one sentence, for all of the period that say the
// same, and answers with it.
func (q *request) judge() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	asked := q.form("verdict")
	reason, err := chaping.ParseReason(q.form("reason"))
	if err != nil {
		return bad("排除的原因无法识别", "重新选择")
	}
	if reason != chaping.NoReason {
		asked = string(chaping.Rejected)
	}
	verdict, known := map[string]chaping.Verdict{"confirmed": chaping.Confirmed, "rejected": chaping.Rejected, "none": chaping.Unreviewed}[asked]
	if !known && asked != "note" {
		return bad("没有选择确认还是排除", "重新选择")
	}
	of, err := q.sampleToJudge(p)
	if err != nil {
		return err
	}
	i, same, err := q.sentence(p, of, q.form("id"))
	if err != nil {
		return err
	}
	note := chaping.Shorten(q.form("note"), 500)
	about := chaping.Judged{Review: i.Review, Term: i.Term}
	if asked == "note" {
		verdict = i.Judgement.Verdict
	} else if verdict == chaping.Rejected && note == "" && reason == chaping.NoReason {
		note = "人工复核：不成立"
	}
	q.act.Object, q.act.Detail = fmt.Sprintf(
		"%s “%s” %s/%s/%s",
		verdict.Chinese(),
		i.Term,
		i.Review.Platform,
		i.Review.Product,
		i.Review.Review,
	), strings.TrimSpace(reason.Chinese()+" "+note)
	rows := 1 // that change
	switch asked {
	case "note": // is written down, and decides nothing
		err = q.Station.Annotate(q.ctx, about, note, q.account.Person)
	case "none":
		rows, _, err = q.Station.UndoJudgement(q.ctx, i.Judgement.Decision)
		if err == nil && note != i.Judgement.Note { // was written since: it is not the decision's
			err = q.Station.Annotate(q.ctx, about, note, q.account.Person)
		}
	default:
		var list []chaping.Judgement
		for _, other := range same {
			text := note
			if note == i.Judgement.Note && other.ID != i.ID { // nothing was written: each keeps its own
				text = other.Judgement.Note
			}
			list = append(list, chaping.Judgement{
				Review: other.Review, Term: other.Term, Verdict: verdict, Reason: reason, Note: text, By: q.account.Person,
			})
		}
		if rows = len(list); rows > 1 {
			q.act.Detail = strings.TrimSpace(fmt.Sprintf("%s，同样的句子 %d 条", q.act.Detail, len(list)))
		}
		err = q.Station.Judge(q.ctx, list...)
	}
	if err != nil {
		return err
	}
	q.recountSoon(p)
	if q.r.Header.Get("HX-Request") == "" {
		message := verdict.Chinese()
		if rows > 1 {
			message += fmt.Sprintf("，连同样的句子共 %d 条", rows)
		}
		return q.redirect(q.back("/review?period="+p.String()), message)
	}
	judged, err := q.App.Judgements(q.ctx)
	if err != nil {
		return err
	}
	i.Judgement = judged[about]
	list := []item{i}
	if err := q.dress(list); err != nil {
		return err
	}
	if c, ok, err := q.counted(p); err != nil {
		return err
	} else if ok {
		nameItems(list, c.names())
	}
	done, err := q.progressThere(of)
	if err != nil {
		return err
	}
	return q.fragment("review", "evidence", shownItem{I: list[0], Period: p, Judge: true, Progress: done, Rows: rows})
}

// judgeMany takes one verdict on many sentences, and on all that say the same,
// in one decision.
func (q *request) judgeMany() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	reason, err := chaping.ParseReason(q.form("reason"))
	if err != nil {
		return bad("排除的原因无法识别", "重新选择")
	}
	asked := q.form("verdict")
	if reason != chaping.NoReason {
		asked = string(chaping.Rejected)
	}
	ids := q.list("ids")
	switch {
	case asked != "confirmed" && asked != "rejected" && asked != "none":
		return bad("没有选择确认还是排除", "重新选择")
	case len(ids) == 0:
		return bad("没有选中句子", "先选中要复核的句子")
	}
	chosen, same, err := q.sentences(p, ids)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return bad("选中的句子已不在报送期 "+p.String()+" 里", "刷新页面；词库或评论可能刚有变化")
	}
	note := chaping.Shorten(q.form("note"), 500)
	if asked == "rejected" && note == "" && reason == chaping.NoReason {
		note = "人工复核：不成立"
	}
	q.act.Object = fmt.Sprintf("%d 个句子", len(chosen))
	q.act.Detail = strings.TrimSpace(chaping.Verdict(asked).Chinese() + " " + reason.Chinese() + " " + note)
	rows := 0
	if asked == "none" {
		done := map[int64]bool{}
		for _, i := range chosen {
			if i.Judgement.Verdict == chaping.Unreviewed || done[i.Judgement.Decision] {
				continue
			}
			done[i.Judgement.Decision] = true
			n, _, err := q.Station.UndoJudgement(q.ctx, i.Judgement.Decision)
			if err != nil {
				return err
			}
			rows += n
		}
	} else {
		list := make([]chaping.Judgement, 0, len(same))
		for _, i := range same {
			list = append(list, chaping.Judgement{
				Review: i.Review, Term: i.Term, Verdict: chaping.Verdict(asked), Reason: reason,
				Note: cmp.Or(note, i.Judgement.Note), By: q.account.Person,
			})
		}
		rows = len(list)
		if err := q.Station.Judge(q.ctx, list...); err != nil {
			return err
		}
	}
	q.recountSoon(p)
	message := fmt.Sprintf("%s：选中 %d 条，连同样的句子共 %d 条",
		map[string]string{"confirmed": "已确认", "rejected": "已排除", "none": "已撤销"}[asked], len(chosen), rows)
	if gone := len(ids) - len(chosen); gone > 0 {
		message += fmt.Sprintf("；%d 条没有办，因为已不在这一期里", gone)
	}
	return q.redirect(q.back("/review?period="+p.String()), message)
}

// sentences are those of the IDs, and with them all that say the same and are
// judged with one of them.
func (q *request) sentences(p chaping.Period, ids []string) (chosen, same []item, err error) {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	type saying struct {
		says     string
		decision int64
	}
	said := map[saying]bool{}
	chosen, ok, err := q.itemsWithin(p, deskDecision, func(i *item) bool { return wanted[i.ID] })
	if err != nil {
		return nil, nil, err
	}
	for _, i := range chosen {
		said[saying{i.says, i.Judgement.Decision}], said[saying{says: i.says}] = true, true
	}
	if ok {
		same, ok, err = q.itemsWithin(p, deskDecision, func(i *item) bool {
			decision := i.Judgement.Decision
			if i.Judgement.Verdict == chaping.Unreviewed {
				decision = 0
			}
			return wanted[i.ID] || said[saying{i.says, decision}]
		})
	}
	if err == nil && !ok {
		err = stillReading(p)
	}
	return chosen, same, err
}

// sentence is the one of that ID, and all that say the same and are judged with
// it: those of which nobody has made anything, or the same at once.
func (q *request) sentence(p chaping.Period, of *sampled, id string) (i item, same []item, err error) {
	list, ok, err := q.itemsWithin(p, deskDecision, func(i *item) bool { return i.ID == id })
	if err != nil {
		return i, nil, err
	}
	if !ok {
		return i, nil, stillReading(p)
	}
	if at := slices.IndexFunc(of.items, func(i item) bool { return i.ID == id }); len(list) == 0 && at >= 0 {
		judged, err := q.App.Judgements(q.ctx) // one of a period with more sentences than a page can have
		if err != nil {
			return i, nil, err
		}
		list = append(list, of.items[at])
		list[0].Judgement = judged[chaping.Judged{Review: list[0].Review, Term: list[0].Term}]
	}
	if len(list) == 0 {
		return i, nil, &fault{http.StatusNotFound, "这条证据已不在报送期 " + p.String() + " 里", "刷新页面；词库或评论可能刚有变化", nil}
	}
	i = list[0]
	same = append(same, i)
	_, ok, err = q.itemsWithin(p, deskDecision, func(other *item) bool {
		if other.says == i.says && other.ID != i.ID && (other.Judgement.Verdict == chaping.Unreviewed ||
			other.Judgement.Decision == i.Judgement.Decision) {
			same = append(same, *other)
		}
		return false
	})
	if err == nil && !ok {
		err = stillReading(p)
	}
	return i, same, err
}

// nameItems says what the products of sentences are called.
func nameItems(list []item, names map[chaping.ProductKey]string) {
	for i := range list {
		list[i].Product = names[chaping.ProductKey{Platform: list[i].Review.Platform, Product: list[i].Review.Product}]
	}
}

// shownItem is what the template of one sentence needs.
type shownItem struct {
	I        item
	Period   chaping.Period
	Judge    bool
	Progress *progress // of the sample, where it is to be shown anew
	Rows     int       // sentences whose verdict has changed
	Pick     bool      // it can be selected, to be judged with others
}
