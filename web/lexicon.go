package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"chaping"
	"chaping/app"
	"chaping/nlp"
	"chaping/nlp/lexicon"
	"chaping/station"
)

func itoa(n int) string { return strconv.Itoa(n) }

type namedHazard struct {
	Class chaping.Hazard `json:"class"`
	Name  string         `json:"name"`
}

func hazardNames() []namedHazard {
	var list []namedHazard
	for _, h := range chaping.Hazards() {
		list = append(list, namedHazard{Class: h, Name: h.Chinese()})
	}
	return list
}

// lexiconPage lists the terms in use.
func (q *request) lexiconPage() error {
	lex := q.lexical.Load()
	edited := map[string]station.TermEdit{}
	for _, e := range lex.lexicon.Edits {
		edited[e.Name] = e
	}
	field, hazard, only := q.form("field"), chaping.Hazard(q.form("hazard")), q.form("only")
	counts := map[string]int{}
	var list []shownTerm
	for _, t := range q.terms() {
		counts[t.Field]++
		_, isEdited := edited[t.Name]
		if field != "" && t.Field != field || hazard != "" && t.Hazard != hazard || only == "edited" && !isEdited || only == "removed" {
			continue
		}
		list = append(list, shownTerm{Term: t, Edited: isEdited})
	}
	var removed []station.TermEdit
	for _, e := range lex.lexicon.Edits {
		if !e.Removed {
			continue
		}
		removed = append(removed, e)
		if only == "removed" {
			list = append(list, shownTerm{Term: termChange(e).term(), Edited: true})
		}
	}
	edit := q.may("POST /lexicon/term")
	t := termTable(ranked(counts), lex.lexicon.Version, edit)
	source := inMemory(&t, list)
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, terms, err := present(q, t, source, "field", "hazard", "only")
	if err != nil {
		return err
	}
	return q.render(
		"lexicon",
		lexiconPage{
			Table:   view,
			Terms:   terms,
			Total:   view.Total,
			More:    view.Total - len(terms),
			All:     len(q.terms()),
			Fields:  ranked(counts),
			Hazards: hazardNames(),
			Only:    only,
			Scopes:  choices("", "在用的", "edited", "本站改过的", "removed", "本站停用的"),
			Version: q.miner().Version(),
			Lexicon: lex.lexicon,
			Removed: removed,
			Edit:    edit,
		},
	)
}

type lexiconPage struct {
	Table   *tableView         `json:"table"`
	Terms   []shownTerm        `json:"terms"` // of the page
	Total   int                `json:"total"`
	More    int                `json:"more"` // on other pages
	All     int                `json:"all"`  // whatever the filter
	Fields  []rankedName       `json:"fields"`
	Hazards []namedHazard      `json:"hazards"`
	Only    string             `json:"-"`
	Scopes  []choice           `json:"-"`
	Version string             `json:"dictionary"`
	Lexicon station.Lexicon    `json:"changes"`
	Removed []station.TermEdit `json:"removed"`
	Edit    bool               `json:"-"`
}

type shownTerm struct {
	chaping.Term
	Edited bool `json:"edited"` // by the station
}

func (q *request) termPage() error {
	name := q.form("name")
	base := q.lexical.Load().lexicon
	t := chaping.Term{}
	if name != "" {
		i := slices.IndexFunc(q.terms(), func(t chaping.Term) bool { return t.Name == name })
		if i >= 0 {
			t = q.terms()[i]
		} else {
			shipped, err := shippedTerms()
			if err != nil {
				return err
			}
			j := slices.IndexFunc(shipped, func(t chaping.Term) bool { return t.Name == name })
			if j < 0 {
				return &fault{http.StatusNotFound, "词库里没有词条“" + chaping.Shorten(name, 30) + "”", "从“词库”页选择", nil}
			}
			t = shipped[j]
		}
	}
	return q.termForm(http.StatusOK, q.withSurface(t), base.Version, name == "", nil)
}

func (q *request) termForm(status int, t chaping.Term, base int64, isNew bool, problem *fault) error {
	counts := map[string]int{}
	for _, x := range q.terms() {
		counts[x.Field]++
	}
	p := chaping.PeriodOf(q.Now()).Previous() // the last one that is complete
	return q.show(
		status,
		"term",
		cmp.Or(t.Name, "新词条"),
		termPage{
			picker:  q.pick(p, ""),
			T:       t,
			Base:    base,
			New:     isNew,
			Fields:  ranked(counts),
			Hazards: hazardNames(),
			Edit:    q.may("POST /lexicon/term"),
			Note:    q.form("note"),
			Problem: problem,
		},
	)
}

type termPage struct {
	picker
	T       chaping.Term  `json:"term"`
	Base    int64         `json:"base"` // the version that it stands in
	New     bool          `json:"-"`
	Fields  []rankedName  `json:"fields"`
	Hazards []namedHazard `json:"hazards"`
	Edit    bool          `json:"-"`
	Note    string        `json:"-"`
	Problem *fault        `json:"-"`
}

// editInForm is the change that the form asks for.
func (q *request) editInForm() station.TermEdit {
	severity, err := strconv.Atoi(cmp.Or(q.form("severity"), "0"))
	if err != nil {
		severity = -1 // refused by the dictionary's own check
	}
	e := station.TermEdit{
		Name:     q.form("name"),
		Surfaces: fields(q.form("surfaces")),
		Field:    cmp.Or(q.form("field"), "本站"),
		Hazard:   chaping.Hazard(q.form("hazard")),
		Severity: chaping.Severity(severity),
		Removed:  q.form("removed") != "",
	}
	slices.Sort(e.Surfaces)
	e.Surfaces = slices.DeleteFunc(slices.Compact(e.Surfaces), func(s string) bool { return s == e.Name })
	return e
}

func (e termChange) term() chaping.Term {
	return chaping.Term{Name: e.Name, Surfaces: e.Surfaces, Field: e.Field, Hazard: e.Hazard, Severity: e.Severity}
}

type termChange station.TermEdit

// changed is the dictionary with the changes, on top of the version in use.
func (q *request) changed(changes ...station.TermEdit) (*nlp.Miner, []station.TermEdit, error) {
	shipped, err := shippedTerms()
	if err != nil {
		return nil, nil, err
	}
	next := q.lexical.Load().lexicon
	for _, e := range changes {
		// Forms stand in the order of the shipped term where they are the same.
		for _, t := range shipped {
			if t.Name == e.Name && slices.Equal(slices.Sorted(slices.Values(t.Surfaces)), slices.Sorted(slices.Values(e.Surfaces))) {
				e.Surfaces = t.Surfaces
			}
		}
		next.Edits = next.With(e, shipped)
	}
	edits := next.Edits
	d, err := nlp.NewDictionary("词库", next.Apply(shipped))
	if err != nil {
		return nil, nil, err
	}
	m, err := nlp.NewMiner(d)
	if err != nil {
		return nil, nil, err
	}
	return m.Adapted(q.miner().Adapter()), edits, nil
}

// termPreview begins to compare the period with and without the change.
func (q *request) termPreview() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	e := q.editInForm()
	next, _, err := q.changed(e)
	if err != nil {
		return err
	}
	return q.compare("词条 "+e.Name, p, [2]*nlp.Miner{q.miner(), next})
}

// compare begins to compare the period as the two miners find it.
func (q *request) compare(title string, p chaping.Period, miners [2]*nlp.Miner) error {
	if j := q.jobs.active(kindPreview); j != nil { // what was asked before is no longer wanted
		j.cancel()
		<-j.done
	}
	j, err := q.jobs.start(
		kindPreview,
		title,
		q.account.Person,
		"",
		func(ctx context.Context, j *job) (string, error) {
			diff, err := q.App.CompareDictionaries(ctx, p, miners, previewSamples, func(read int64) {
				j.tell(app.Progress{Step: "比较", Done: read, Detail: fmt.Sprintf("已比较 %d 条评论", read)})
			})
			if err != nil {
				return "", err
			}
			j.setResult(jobResult{Difference: diff})
			return "", nil
		},
	)
	if err != nil {
		return err
	}
	return q.fragment("term", "previewing", previewPage{Job: j, State: j.State()})
}

// previewSamples is how many sentences of each kind of change are shown.
const previewSamples = 40

// termPreviewResult shows what the comparison came to.
func (q *request) termPreviewResult() error {
	j, err := q.job()
	if err != nil {
		return err
	}
	state := j.State()
	if state.Running() {
		return q.fragment("term", "previewing", previewPage{Job: j, State: state})
	}
	diff := state.Result.Difference
	if diff == nil {
		return q.fragment("preview", "preview", previewPage{Job: j, State: state})
	}
	groups := map[lexicon.ChangeKind][]lexicon.Change{}
	for _, c := range diff.Samples {
		groups[c.Kind] = append(groups[c.Kind], c)
	}
	return q.fragment(
		"preview",
		"preview",
		previewPage{
			Job:     j,
			State:   state,
			D:       diff,
			Added:   groups[lexicon.Added],
			Removed: groups[lexicon.Removed],
			Changed: groups[lexicon.Changed],
		},
	)
}

type previewPage struct {
	Job     *job                `json:"job"`
	State   jobState            `json:"state"`
	D       *lexicon.Difference `json:"difference,omitempty"` // when it is done
	Added   []lexicon.Change    `json:"-"`
	Removed []lexicon.Change    `json:"-"`
	Changed []lexicon.Change    `json:"-"`
}

// fragment answers with a part of a page.
func (q *request) fragment(page, part string, data any) error {
	if q.api {
		return q.answer(http.StatusOK, data)
	}
	var b strings.Builder
	if err := q.pages[page].ExecuteTemplate(&b, part, data); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.Header().Set("Cache-Control", "no-store")
	return compress(q.w, q.r, http.StatusOK, []byte(b.String()))
}

// termSave makes a version with the change, and mines the period with it.
func (q *request) termSave() error {
	e := q.editInForm()
	base, note := number(q.form("base")), q.form("note")
	action := "修改"
	if e.Removed {
		action = "停用"
	}
	q.act.Object = action + "词条 " + e.Name
	q.act.Detail = fmt.Sprintf(
		"写法 %s；领域 %s；危害 %s；严重程度 %d。%s",
		cmp.Or(strings.Join(e.Surfaces, "、"), "只有词条本身"),
		e.Field,
		cmp.Or(e.Hazard.Chinese(), "未分类"),
		e.Severity,
		note,
	)
	form := func(f *fault) error {
		return q.termForm(http.StatusUnprocessableEntity, termChange(e).term(), base, q.form("new") != "", f)
	}
	if note == "" {
		return form(&fault{problem: "没有写修改说明", remedy: "写明为什么改，例如“补充写法”"})
	}
	miner, edits, err := q.changed(e)
	if f, ok := told(err); ok {
		return form(f)
	}
	if err != nil {
		return err
	}
	saved, err := q.Station.PutLexicon(q.ctx, base, q.account.Person, note, edits)
	if theirs, ok := conflictWith[station.Lexicon](err); ok {
		hidden := url.Values{
			"name":     {e.Name},
			"surfaces": {strings.Join(e.Surfaces, "\n")},
			"field":    {e.Field},
			"hazard":   {string(e.Hazard)},
			"severity": {itoa(int(e.Severity))},
			"note":     {note},
			"base":     {strconv.FormatInt(theirs.Version, 10)},
		}
		if e.Removed {
			hidden.Set("removed", "1")
		}
		their := "没有改这个词条；改的是：" + theirs.Note
		for _, x := range theirs.Edits {
			if x.Name == e.Name {
				their = fmt.Sprintf(
					"写法 %s；危害 %s；严重程度 %d",
					strings.Join(x.Surfaces, "、"),
					x.Hazard.Chinese(),
					x.Severity,
				)
			}
		}
		return q.conflict(
			"/lexicon/term",
			"/lexicon/term?"+url.Values{"name": {e.Name}}.Encode(),
			[]difference{
				{"版本", fmt.Sprintf("第 %d 版（%s）", theirs.Version, theirs.Who), fmt.Sprintf("在第 %d 版上修改", base)},
				{
					"词条 " + e.Name,
					their,
					fmt.Sprintf("写法 %s；危害 %s；严重程度 %d", strings.Join(e.Surfaces, "、"), e.Hazard.Chinese(), e.Severity),
				},
			},
			hidden,
		)
	}
	if err != nil {
		return err
	}
	return q.lexiconSaved(miner, saved, "", "/lexicon")
}

// lexiconSaved takes a new version into use, and mines the period with it.
func (q *request) lexiconSaved(miner *nlp.Miner, saved station.Lexicon, note, to string) error {
	q.lexical.Store(&lexical{miner, saved})
	q.desk.drop()
	p, err := q.current()
	if err != nil {
		return err
	}
	message := fmt.Sprintf("词库第 %d 版已保存", saved.Version)
	if _, err := q.mineJob(q.account.Person, p, 1); err == nil {
		message += "，正在用它重新挖掘报送期 " + p.String()
	} else {
		message += "；等现在的挖掘完成后，请再挖掘一次"
	}
	return q.redirect(to, message+note)
}

// termsSwitch takes many terms out of use, or into it again, in one version.
func (q *request) termsSwitch() error {
	disable := q.form("do") == "disable"
	names, note := q.list("names"), q.form("note")
	word := map[bool]string{true: "停用", false: "启用"}[disable]
	switch {
	case !disable && q.form("do") != "enable":
		return bad("没有选择停用还是启用", "重新选择")
	case len(names) == 0:
		return bad("没有选中词条", "先选中要"+word+"的词条")
	case note == "":
		return bad("没有写修改说明", "写明为什么改，例如“本站不卖这类商品”")
	}
	var changes []station.TermEdit
	var failed []string
	edits := q.lexical.Load().lexicon.Edits
	for _, name := range names {
		inUse := slices.IndexFunc(q.terms(), func(t chaping.Term) bool { return t.Name == name })
		out := slices.IndexFunc(edits, func(e station.TermEdit) bool { return e.Name == name && e.Removed })
		switch {
		case disable && inUse >= 0:
			t := q.terms()[inUse]
			changes = append(changes, station.TermEdit{
				Name: t.Name, Surfaces: t.Surfaces, Field: t.Field, Hazard: t.Hazard, Severity: t.Severity, Removed: true,
			})
		case !disable && out >= 0:
			e := edits[out]
			e.Removed = false
			changes = append(changes, e)
		default:
			failed = append(failed, chaping.Shorten(name, 20))
		}
	}
	if len(changes) == 0 {
		return bad("选中的词条没有一个能"+word, "刷新“词库”页再选")
	}
	miner, next, err := q.changed(changes...)
	if err != nil {
		return err
	}
	q.act.Object = fmt.Sprintf("%s词条 %d 个", word, len(changes))
	q.act.Detail = chaping.Shorten(strings.Join(names, "、"), 300) + "。" + note
	saved, err := q.Station.PutLexicon(q.ctx, number(q.form("base")), q.account.Person, note, next)
	if err != nil {
		return err
	}
	message := fmt.Sprintf("，%s %d 个词条", word, len(changes))
	if len(failed) > 0 {
		message += fmt.Sprintf("；%d 个没有%s，因为已经%s或不在词库：%s", len(failed), word, word, strings.Join(failed, "、"))
	}
	return q.lexiconSaved(miner, saved, message, q.back("/lexicon"))
}

// lexiconVersions lists the versions, and how two of them differ.
func (q *request) lexiconVersions() error {
	list, err := q.Station.Lexicons(q.ctx)
	if err != nil {
		return err
	}
	var diff []termDifference
	a, b := number(q.form("a")), number(q.form("b"))
	if b > 0 {
		shipped, err := shippedTerms()
		if err != nil {
			return err
		}
		var sides [2]map[string]chaping.Term
		names := map[string]bool{}
		for i, v := range []int64{a, b} {
			l, err := q.Station.Lexicon(q.ctx, v)
			if v == 0 {
				l, err = station.Lexicon{}, nil
			}
			if err != nil {
				return err
			}
			sides[i] = map[string]chaping.Term{}
			for _, t := range l.Apply(shipped) {
				sides[i][t.Name] = t
			}
			for _, e := range l.Edits {
				names[e.Name] = true
			}
		}
		describe := func(t chaping.Term, ok bool) string {
			if !ok {
				return "没有"
			}
			return fmt.Sprintf(
				"写法 %s；%s；%s；严重程度 %d",
				cmp.Or(strings.Join(t.Surfaces, "、"), "只有词条本身"),
				t.Field,
				cmp.Or(t.Hazard.Chinese(), "未分类"),
				t.Severity,
			)
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			x, okx := sides[0][name]
			y, oky := sides[1][name]
			if before, after := describe(x, okx), describe(y, oky); before != after {
				diff = append(diff, termDifference{name, before, after})
			}
		}
	}
	return q.render("versions", versionsPage{List: list, A: a, B: b, Diff: diff})
}

type versionsPage struct {
	List []station.Lexicon `json:"versions"`
	A    int64             `json:"a"`
	B    int64             `json:"b"`
	Diff []termDifference  `json:"differences"`
}

type termDifference struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}
