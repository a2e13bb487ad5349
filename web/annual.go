package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/station"
)

// The annual report in package station: its texts, and the figures that they
// are written about.
const (
	formFigures   = "figures"
	formLists     = "lists"
	maxAnnualText = 20_000 // characters of a section
)

// annualText is the report as it is being written.
type annualText struct {
	Products []string          `json:"products"`
	Texts    map[string]string `json:"texts"`
}

// An annualPage is the page on which the annual report is written.
type annualPage struct {
	Year      int                    `json:"year"`
	Years     []int                  `json:"years"`
	Station   station.Station        `json:"station"`
	Title     string                 `json:"title"`
	Draft     station.Draft          `json:"draft"`
	Written   annualText             `json:"written"`
	Sections  []report.AnnualSection `json:"sections"`
	Done      int                    `json:"done"`    // sections that say something
	Figures   time.Time              `json:"figures"` // when they were made; zero: never
	Store     bool                   `json:"store"`   // they are counted from reviews, which takes a while
	Running   *job                   `json:"-"`       // that makes figures
	Lists     []report.AnnualList    `json:"lists"`   // imported, in the template's order
	Kinds     []report.ListKind      `json:"kinds"`
	Refused   []*chaping.InputError  `json:"refused"` // lines of the list that was sent
	Frozen    []shownSheet           `json:"frozen"`
	Submitted []station.Submission   `json:"submitted"`
	Formats   []string               `json:"formats"`
	Conflict  bool                   `json:"-"` // of an autosave
	Problem   *fault                 `json:"-"`

	figures yearFigures
	lists   station.Draft
}

// yearFigures are the figures of a year, as they are kept.
type yearFigures struct {
	report.Annual
	Judged int64 `json:"judged,omitempty"` // the mark of the last judgement that they regard
}

// Query is what the page's addresses end with.
func (a *annualPage) Query() string { return "?year=" + strconv.Itoa(a.Year) }

// annualFormats are the formats of a report in running text.
func annualFormats() []string { return []string{"docx", "pdf", "html", "json"} }

// openAnnual reads what the page shows.
func (q *request) openAnnual() (a *annualPage, err error) {
	now := q.Now().In(chaping.Shanghai())
	a = &annualPage{Year: now.Year(), Formats: annualFormats(), Written: annualText{Texts: map[string]string{}}}
	if now.Month() <= time.March && q.form("year") == "" { // 年终: that of the year before is being finished
		a.Year--
	}
	if q.form("year") != "" {
		if a.Year, err = q.calendarYear(); err != nil {
			return nil, err
		}
	}
	return a, q.fillAnnual(a)
}

// openYear reads what the page shows of a year.
func (q *request) openYear(year int) (*annualPage, error) {
	a := &annualPage{Year: year, Formats: annualFormats(), Written: annualText{Texts: map[string]string{}}}
	return a, q.fillAnnual(a)
}

func (q *request) fillAnnual(a *annualPage) (err error) {
	now := q.Now().In(chaping.Shanghai())
	if a.Year > now.Year() {
		return bad(fmt.Sprintf("%d 年还没有开始", a.Year), "从页面上的列表选择")
	}
	for y := now.Year(); y > now.Year()-5 && y >= 2020; y-- {
		a.Years = append(a.Years, y)
	}
	if a.Station, err = q.Station.Station(q.ctx, q.account.Scope(), q.account.Station); err != nil {
		return bad("您的账号不属于监测站", "用监测站的账号登录，或请管理员在“账号”页指定监测站")
	}
	a.Store = a.Station.ID == q.home.ID && a.Station.Kind == station.PlatformStation
	year := strconv.Itoa(a.Year)
	if a.Draft, err = q.Station.Draft(q.ctx, q.account.Scope(), chaping.FormAnnual, year, a.Station.ID); err != nil {
		return err
	}
	if a.Draft.Version > 0 {
		if err := json.Unmarshal(a.Draft.Content, &a.Written); err != nil {
			return err
		}
	}
	figures, err := q.Station.Draft(q.ctx, q.account.Scope(), formFigures, year, a.Station.ID)
	if err != nil {
		return err
	}
	if figures.Version > 0 {
		a.Figures = figures.Saved
		if err := json.Unmarshal(figures.Content, &a.figures); err != nil {
			return err
		}
	}
	a.Kinds = report.ListKinds()
	if a.lists, err = q.Station.Draft(q.ctx, q.account.Scope(), formLists, year, a.Station.ID); err != nil {
		return err
	}
	if a.lists.Version > 0 {
		if err := json.Unmarshal(a.lists.Content, &a.Lists); err != nil {
			return err
		}
	}
	frozen, err := q.Station.Sheets(q.ctx, chaping.FormAnnual, year)
	if err != nil {
		return err
	}
	if a.Frozen, err = q.pushes(slices.DeleteFunc(frozen, func(s station.Sheet) bool { return s.Station != a.Station.ID })); err != nil {
		return err
	}
	submitted, err := q.Station.Submissions(q.ctx, year)
	a.Submitted = slices.DeleteFunc(submitted, func(s station.Submission) bool { return s.StationID != a.Station.ID })
	a.Running = q.jobs.active(kindFigures)
	return err
}

// report is the report as it would be frozen now.
func (a *annualPage) report(program string) *report.Annual {
	r := a.figures.Annual
	r.Year, r.Products, r.Station, r.Program, r.Texts, r.Lists = a.Year, a.Written.Products, a.Station.Name, program, a.Written.Texts, nil
	for _, l := range a.Lists {
		l.Records = slices.Clone(l.Records)
		l.Only(r.Products)
		r.Lists = append(r.Lists, l)
	}
	return &r
}

func (q *request) annual() error {
	a, err := q.openAnnual()
	if err != nil {
		return err
	}
	return q.showAnnual(http.StatusOK, a)
}

func (q *request) showAnnual(status int, a *annualPage) error {
	r := a.report(q.Program)
	a.Title, a.Sections, a.Done = r.Title(), r.Sections(), 0
	for _, s := range a.Sections {
		if s.Filled || s.Text != "" {
			a.Done++
		}
	}
	return q.show(status, "annual", q.route.title, a)
}

// takeAnnual keeps what was typed as the draft.
func (q *request) takeAnnual(a *annualPage) error {
	if err := q.typedAnnual(a); err != nil {
		return err
	}
	content, err := json.Marshal(a.Written)
	if err != nil {
		return err
	}
	a.Draft, err = q.Station.PutDraft(
		q.ctx,
		q.account.Scope(),
		station.Draft{
			Form:    chaping.FormAnnual,
			Period:  strconv.Itoa(a.Year),
			Station: a.Station.ID,
			Content: content,
			Who:     q.account.Person,
			Version: number(q.form("version")),
		},
	)
	return err
}

// typedAnnual is what stands in the posted form.
func (q *request) typedAnnual(a *annualPage) error {
	a.Written = annualText{Products: fields(q.form("products")), Texts: map[string]string{}}
	for _, s := range a.report(q.Program).Sections() {
		text := strings.TrimSpace(strings.ReplaceAll(q.form("text-"+s.Key), "\r\n", "\n"))
		if utf8.RuneCountInString(text) > maxAnnualText {
			return bad(fmt.Sprintf("“%s”超过 %d 字", s.Heading, maxAnnualText), "通知要求简明扼要；细节放在附件里")
		}
		if text != "" {
			a.Written.Texts[s.Key] = text
		}
	}
	return nil
}

// annualSave stores what was typed, by itself or by the button.
func (q *request) annualSave() error {
	a, err := q.openAnnual()
	if err != nil {
		return err
	}
	err = q.takeAnnual(a)
	if q.r.Header.Get("HX-Request") != "" { // it saves itself
		if _, a.Conflict = conflictWith[station.Draft](err); err != nil && !a.Conflict {
			return err
		}
		a.Draft.Version = max(a.Draft.Version, number(q.form("version")))
		return q.fragment("annual", "saved", a)
	}
	if theirs, ok := conflictWith[station.Draft](err); ok {
		return q.annualConflict(a, theirs)
	}
	if err != nil {
		return err
	}
	return q.redirect("/annual"+a.Query(), "草稿已保存")
}

func (q *request) annualConflict(a *annualPage, theirs station.Draft) error {
	var other annualText
	if err := json.Unmarshal(theirs.Content, &other); err != nil {
		return err
	}
	diffs := []difference{{"产品", strings.Join(other.Products, "、"), strings.Join(a.Written.Products, "、")}}
	for _, s := range a.report(q.Program).Sections() {
		diffs = append(diffs, difference{s.Heading, other.Texts[s.Key], a.Written.Texts[s.Key]})
	}
	hidden := url.Values{}
	for name, v := range q.r.PostForm {
		hidden[name] = v
	}
	hidden.Set("version", strconv.FormatInt(theirs.Version, 10))
	return q.conflict("/annual"+a.Query(), "/annual"+a.Query(), diffs, hidden)
}

// annualFigures makes the figures: from the reviews as a job, because a year
// may have to be mined; from what the station handed in, at once.
func (q *request) annualFigures() error {
	a, err := q.openAnnual()
	if err != nil {
		return err
	}
	q.act.Object = fmt.Sprintf("%s %d 年", a.Station.Name, a.Year)
	scope, who := q.account.Scope(), q.account.Person
	if !a.Store {
		r := &yearFigures{Annual: report.Annual{Year: a.Year, Products: a.Written.Products}}
		if err := q.App.HandedIn(q.ctx, &r.Annual, a.Station.ID); err != nil {
			return err
		}
		if err := q.Server.keepFigures(q.ctx, scope, r, a.Station, who); err != nil {
			return err
		}
		return q.redirect("/annual"+a.Query(), fmt.Sprintf("已汇总本站 %d 年报送的 %d 条，同一产品、同一危害类别的合并为 %d 条", a.Year, r.Given, len(r.Entries)))
	}
	year, of := a.Year, a.Station
	request := app.AnnualRequest{Year: year, Products: a.Written.Products, Lists: a.report("").Lists, Station: of.ID}
	j, err := q.jobs.start(
		kindFigures,
		fmt.Sprintf("%d 年", year),
		who,
		"/annual"+a.Query(),
		func(ctx context.Context, j *job) (string, error) {
			q.Server.work.Lock()
			defer q.Server.work.Unlock()
			defer q.Server.desk.drop()
			pipe, err := q.App.Pipeline(ctx, q.Server.miner(), j.tell)
			if err != nil {
				return "", err
			}
			judged, err := q.Server.Station.LastJudgement(ctx) // before, so that none is missed
			if err != nil {
				return "", err
			}
			r, err := q.App.AnnualReport(ctx, pipe, request)
			if err != nil {
				return "", err
			}
			r.Lists = nil // kept by themselves
			known := 0
			for _, p := range r.Periods {
				if p.Known {
					known++
				}
			}
			return fmt.Sprintf(
					"%d 年的数字已更新：%d 个报送期有评论，涉及商品 %d 件",
					year,
					known,
					r.Items,
				), q.Server.keepFigures(
					ctx,
					scope,
					&yearFigures{*r, judged},
					of,
					who,
				)
		},
	)
	return q.follow(j, err)
}

// outdated says why the figures are not those that would be made now; nil if they
// are. Figures of what was handed in are made anew at once.
func (q *request) outdated(a *annualPage) (*fault, error) {
	now := report.Annual{Year: a.Year, Products: a.Written.Products}
	if err := q.App.HandedIn(q.ctx, &now, a.Station.ID); err != nil {
		return nil, err
	}
	was, err := handedIn(&a.figures.Annual)
	if err != nil {
		return nil, err
	}
	is, err := handedIn(&now)
	if err != nil {
		return nil, err
	}
	same := was == is
	if !a.Store {
		if same {
			return nil, nil
		}
		a.figures, a.Figures = yearFigures{Annual: now}, q.Now()
		if err := q.Server.keepFigures(q.ctx, q.account.Scope(), &a.figures, a.Station, q.account.Person); err != nil {
			return nil, err
		}
		return &fault{problem: fmt.Sprintf("本年的数字有了变化，已按现在报送的内容和所写的产品重新汇总：%d 条，合并为 %d 条。没有冻结", now.Given, len(now.Entries)),
			remedy: "核对各节写的数字，再冻结；内容已保存为草稿"}, nil
	}
	again := func(problem string) (*fault, error) {
		return &fault{problem: problem + "，没有冻结", remedy: "点“重新汇总”，核对各节写的数字，再冻结；内容已保存为草稿"}, nil
	}
	judged, err := q.Station.LastJudgement(q.ctx)
	if err != nil {
		return nil, err
	}
	periods := report.AnnualPeriods(a.Year)
	year := chaping.Window{From: periods[0].Window().From, To: periods[len(periods)-1].Window().To}
	changed, err := q.Store.ChangedSince(q.ctx, year, a.Figures)
	switch {
	case err != nil:
		return nil, err
	case a.Figures.IsZero():
		return again("还没有汇总本年的数字")
	case !slices.Equal(a.figures.Products, a.Written.Products):
		return again(fmt.Sprintf("数字是按%s汇总的，与现在所写的产品不同", productsNamed(a.figures.Products)))
	case changed:
		return again("汇总以后又采集、导入或挖掘过本年的评论")
	case judged != a.figures.Judged:
		return again("汇总以后又复核过")
	case !same:
		return again("汇总以后又报送或确认过")
	}
	return nil, nil
}

// handedIn are the figures that come of what was handed in, as they are kept.
func handedIn(r *report.Annual) (string, error) {
	var of report.Annual
	of.Given, of.Entries, of.Urgent = r.Given, slices.Concat(r.Entries), slices.Concat(r.Urgent) // none is nil
	content, err := json.Marshal(of)
	return string(content), err
}

func productsNamed(list []string) string {
	if len(list) == 0 {
		return "全部产品"
	}
	return "“" + strings.Join(list, "、") + "”"
}

// keepFigures puts figures in the place of those before.
func (s *Server) keepFigures(
	ctx context.Context,
	scope station.Scope,
	r *yearFigures,
	of station.Station,
	who string,
) error {
	year := strconv.Itoa(r.Year)
	before, err := s.Station.Draft(ctx, scope, formFigures, year, of.ID)
	if err != nil {
		return err
	}
	content, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = s.Station.PutDraft(
		ctx,
		scope,
		station.Draft{
			Form:    formFigures,
			Period:  year,
			Station: of.ID,
			Content: content,
			Who:     who,
			Version: before.Version,
		},
	)
	return err
}

// annualFreeze keeps what was typed and freezes it as a version, and hands it
// in if that is what was asked for.
func (q *request) annualFreeze() error {
	a, err := q.openAnnual()
	if err != nil {
		return err
	}
	err = q.takeAnnual(a)
	if theirs, ok := conflictWith[station.Draft](err); ok {
		return q.annualConflict(a, theirs)
	}
	if err != nil {
		return err
	}
	r := a.report(q.Program)
	r.Finished = true
	var open []string
	for _, s := range r.Sections() {
		if !s.Optional && !s.Filled && s.Text == "" {
			open = append(open, s.Part[:len("一、")]+s.Heading)
		}
	}
	refuse := func(f *fault) error {
		a.Problem = f
		return q.showAnnual(http.StatusUnprocessableEntity, a)
	}
	switch {
	case len(a.Written.Products) == 0:
		return refuse(&fault{problem: "没有写是关于什么产品的报告，没有冻结", remedy: "在“产品”里写明，例如“电热水壶”；内容已保存为草稿"})
	case len(open) > 0:
		return refuse(&fault{problem: "还没有写：" + strings.Join(open, " ") + "，没有冻结", remedy: "写完再冻结；内容已保存为草稿"})
	}
	old, err := q.outdated(a)
	if err != nil {
		return err
	}
	if old != nil {
		return refuse(old)
	}
	q.act.Object, q.act.Detail = fmt.Sprintf("%s %d 年专题分析报告", a.Station.Name, a.Year), q.form("reason")
	frozen, fresh, err := q.App.Freeze(
		q.ctx,
		station.Sheet{
			Form:       chaping.FormAnnual,
			Period:     strconv.Itoa(a.Year),
			Station:    a.Station.ID,
			Dictionary: r.Dictionary,
			By:         q.account.Person,
			Reason:     q.reason(),
		},
		r,
		time.Time{},
	)
	if f, ok := told(err); ok {
		return refuse(f)
	}
	if err != nil {
		return err
	}
	message := frozenMessage(frozen, fresh)
	if q.form("then") == "submit" {
		return q.handOver(&frozen, message, "/annual"+a.Query(), func() error { return q.submitAnnual(a, frozen) })
	}
	return q.redirect("/annual"+a.Query(), message)
}

// annualSubmit hands a frozen version in.
func (q *request) annualSubmit() error {
	a, err := q.openAnnual()
	if err != nil {
		return err
	}
	s, err := q.Station.SheetOf(
		q.ctx,
		chaping.FormAnnual,
		strconv.Itoa(a.Year),
		a.Station.ID,
		int(number(q.form("version"))),
	)
	if err != nil {
		return err
	}
	return q.handOver(
		&s,
		fmt.Sprintf("第 %d 版已交", s.Version),
		"/annual"+a.Query(),
		func() error { return q.submitAnnual(a, s) },
	)
}

func (q *request) submitAnnual(a *annualPage, s station.Sheet) error {
	r, err := report.ReadAnnual(s.Model)
	if err != nil {
		return err
	}
	file, err := q.docx(r.Document())
	if err != nil {
		return err
	}
	q.act.Action, q.act.Object = "报送", fmt.Sprintf("%s %d 年专题分析报告第 %d 版", a.Station.Name, a.Year, s.Version)
	_, err = q.Station.Submit(
		q.ctx,
		s.Submission(
			a.Station.ID,
			fmt.Sprintf("《%s》第 %d 版，sha256 %s", r.Title(), s.Version, s.Hash[:12]),
			annualName(s, "docx"),
		),
		file,
		nil,
	)
	return err
}

// docx is a document as a Word file: the same bytes each time.
func (q *request) docx(d *report.Document) ([]byte, error) {
	dir, err := os.MkdirTemp(q.Dir, "submit-*")
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: "文件写不出来", Remedy: "请管理员检查磁盘空间", Err: err}
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "form.docx")
	if err := d.WriteDOCX(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func annualName(s station.Sheet, format string) string {
	version := "草稿"
	if s.Version > 0 {
		version = fmt.Sprintf("第%d版", s.Version)
	}
	return fmt.Sprintf("专题分析报告-%s-%s.%s", s.Period, version, format)
}

// annualInAddress is the frozen version that the address names, or the draft.
func (q *request) annualInAddress() (*report.Annual, station.Sheet, error) {
	a, err := q.openAnnual()
	if err != nil {
		return nil, station.Sheet{}, err
	}
	v := int(number(q.form("version")))
	if v <= 0 {
		r := a.report(q.Program)
		r.FiledOn(q.Now())
		return r, station.Sheet{Period: strconv.Itoa(a.Year)}, nil
	}
	s, err := q.Station.SheetOf(q.ctx, chaping.FormAnnual, strconv.Itoa(a.Year), a.Station.ID, v)
	if err != nil {
		return nil, s, err
	}
	r, err := report.ReadAnnual(s.Model)
	return r, s, err
}

func (q *request) annualPreview() error {
	r, _, err := q.annualInAddress()
	if err != nil {
		return err
	}
	return q.preview(r.Document())
}

// annualTyped previews what stands in the form, saved or not.
func (q *request) annualTyped() error {
	a, err := q.openAnnual()
	if err != nil {
		return err
	}
	if err := q.typedAnnual(a); err != nil {
		return err
	}
	return q.preview(a.report(q.Program).Document())
}

func (q *request) annualDownload() error {
	r, s, err := q.annualInAddress()
	if err != nil {
		return err
	}
	return q.downloadForm(r, annualFormats(), q.form("format"), annualName(s, q.form("format")))
}
