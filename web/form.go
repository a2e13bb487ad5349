package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/report"
	"chaping/report/intake"
	"chaping/scheduler/calendar"
	"chaping/station"
)

// chaping.FormAssociation is sheet A in package station.

// maxFormRows bounds a sheet that is filled in here; longer ones are uploaded.
const maxFormRows = 100

// ownSheet is sheet A as it is being filled in: what was typed, right or wrong.
type ownSheet struct {
	Filler  string       `json:"filler"`
	Phone   string       `json:"phone"`
	Nothing bool         `json:"nothing"` // 本期无
	Rows    []intake.Row `json:"rows"`
}

// rowFields are the names of a row's fields in the page's form, in the order
// of intake.Row.
func rowFields() []string {
	return []string{"product", "companies", "region", "content", "analysis", "advice", "source", "kind", "dangers"}
}

// A rowFault is what is wrong with a field of a row.
type rowFault struct {
	Row     int    `json:"row"` // from 1
	Field   string `json:"field"`
	Problem string `json:"problem"`
	Remedy  string `json:"remedy"`
}

// entries are the rows as entries, without blank rows, and what is wrong.
func (s *ownSheet) entries() (list []report.Entry, faults []rowFault) {
	for i, row := range s.Rows {
		if row == (intake.Row{}) {
			continue
		}
		e, wrong := row.Entry()
		for _, f := range wrong {
			faults = append(faults, rowFault{Row: i + 1, Field: f.Field, Problem: f.Problem, Remedy: f.Remedy})
		}
		list = append(list, e)
	}
	return list, faults
}

// shownField is a field of a row as the page shows it.
type shownField struct {
	Name    string    `json:"name"`
	Column  string    `json:"column"`
	Value   string    `json:"value"`
	Long    bool      `json:"long"`
	Options []string  `json:"options,omitempty"`
	Hint    string    `json:"hint,omitempty"`
	Fault   *rowFault `json:"fault,omitempty"`
}

type shownRow struct {
	Number int          `json:"number"` // from 1
	Fields []shownField `json:"fields"`
	Last   bool         `json:"last"`
}

// shown lays the rows out; a sheet without any begins with a blank one.
func (s *ownSheet) shown(faults []rowFault) []shownRow {
	rows := s.Rows
	if len(rows) == 0 {
		rows = make([]intake.Row, 1)
	}
	columns, names := intake.Columns(), rowFields()
	list := make([]shownRow, 0, len(rows))
	for i, row := range rows {
		r := shownRow{Number: i + 1, Last: i == len(rows)-1}
		for f, value := range row {
			field := shownField{
				Name:   names[f],
				Column: columns[f],
				Value:  value,
				Long:   slices.Contains([]string{"content", "analysis", "advice"}, names[f]),
			}
			switch names[f] {
			case "product", "content":
				field.Hint = "必填"
			case "companies":
				field.Hint = "例如 3、约20家、不详"
			case "kind":
				field.Options = []string{report.Hidden.Chinese(), report.Complaint.Chinese(), report.Practice.Chinese()}
			case "dangers":
				field.Hint = "健康、财产、环境、人身安全"
			}
			for n := range faults {
				if faults[n].Row == r.Number && faults[n].Field == field.Column {
					field.Fault = &faults[n]
				}
			}
			r.Fields = append(r.Fields, field)
		}
		list = append(list, r)
	}
	return list
}

// A formPage is the page on which sheet A is filled in.
type formPage struct {
	Period    chaping.Period       `json:"period"`
	Periods   []chaping.Period     `json:"periods"`
	Due       calendar.Due         `json:"due"`
	Ended     bool                 `json:"ended"`   // the period; before, nothing can be frozen
	Overdue   bool                 `json:"overdue"` // it is owed, the due day has passed and nothing was handed in
	Station   station.Station      `json:"station"`
	Stations  []station.Station    `json:"stations,omitempty"` // that may be chosen
	Draft     station.Draft        `json:"draft"`
	Sheet     ownSheet             `json:"sheet"`
	Rows      []shownRow           `json:"rows"`
	Faults    []rowFault           `json:"faults"`
	Frozen    []shownSheet         `json:"frozen"`
	Submitted []station.Submission `json:"submitted"`
	Unsent    []station.Unsent     `json:"unsent"` // a correction that was frozen and not handed in
	Formats   []string             `json:"formats"`
	Centre    string               `json:"-"` // where frozen versions can be sent
	Conflict  bool                 `json:"-"` // of an autosave
	Problem   *fault               `json:"-"`
}

// Query is what the page's addresses end with.
func (f *formPage) Query() string {
	return "?" + url.Values{"period": {f.Period.String()}, "station": {strconv.FormatInt(f.Station.ID, 10)}}.Encode()
}

// Late tells whether a file came after the due day.
func (f *formPage) Late(s station.Submission) bool {
	return chaping.Late(s.Received, f.Due.Day)
}

// formStation is the station whose form is filled in: the account's own, or
// for those who see all the one in the address; zero if none was chosen yet.
func (q *request) formStation() (station.Station, error) {
	id := q.own()
	if chosen := number(q.form("station")); chosen != 0 && q.account.Scope().Sees(0) {
		id = chosen
	}
	if id == 0 {
		return station.Station{}, nil
	}
	return q.Station.Station(q.ctx, q.account.Scope(), id)
}

// openForm reads what the page of sheet A shows.
func (q *request) openForm() (f formPage, err error) {
	if f.Station, err = q.formStation(); err != nil {
		return f, err
	}
	if f.Station.Kind == station.PlatformStation {
		return f, bad(f.Station.Name+"是电子商务平台，报送电商平台报送表", "在“报送表”页由评论统计生成；行业组织、检验检测机构才填写这张表")
	}
	if q.form("period") == "" {
		f.Period, err = q.App.CurrentPeriodOf(q.ctx, f.Station.ID)
	} else {
		f.Period, err = q.period()
	}
	if err != nil {
		return f, err
	}
	if q.account.Scope().Sees(0) {
		if f.Stations, err = q.Station.Stations(q.ctx, q.account.Scope()); err != nil {
			return f, err
		}
		f.Stations = slices.DeleteFunc(
			f.Stations,
			func(s station.Station) bool { return unlisted(s) || s.Kind == station.PlatformStation },
		)
	}
	f.Periods, f.Due, f.Formats = q.periods(), q.Calendar.Due(f.Period), report.Formats()
	f.Ended = !q.Now().Before(f.Period.Window().To)
	if f.Station.ID == 0 {
		return f, nil
	}
	if f.Draft, err = q.Station.Draft(q.ctx, q.account.Scope(), chaping.FormAssociation, f.Period.String(), f.Station.ID); err != nil {
		return f, err
	}
	if f.Draft.Version > 0 {
		if err := json.Unmarshal(f.Draft.Content, &f.Sheet); err != nil {
			return f, err
		}
	}
	frozen, err := q.Station.Sheets(q.ctx, chaping.FormAssociation, f.Period.String())
	if err != nil {
		return f, err
	}
	if f.Frozen, err = q.pushes(slices.DeleteFunc(frozen, func(s station.Sheet) bool { return s.Station != f.Station.ID })); err != nil {
		return f, err
	}
	if f.Station.ID == q.home.ID {
		c, err := q.Station.Centre(q.ctx)
		if err != nil {
			return f, err
		}
		f.Centre = c.URL
	}
	if f.Unsent, err = q.Station.Unsent(q.ctx, chaping.FormAssociation, f.Period.String(), f.Station.ID); err != nil {
		return f, err
	}
	duties, err := q.Station.Duties(q.ctx, q.account.Scope(), []chaping.Period{f.Period}, q.due)
	for i := range duties {
		if y := &duties[i]; y.Station.ID == f.Station.ID {
			f.Submitted, f.Overdue = y.Files, y.Missing()
		}
	}
	return f, err
}

// sheetForm shows sheet A to be filled in.
func (q *request) sheetForm() error {
	f, err := q.openForm()
	if err != nil {
		return err
	}
	return q.showForm(http.StatusOK, f)
}

func (q *request) showForm(status int, f formPage) error {
	_, f.Faults = f.Sheet.entries()
	f.Rows = f.Sheet.shown(f.Faults)
	return q.show(status, "form", q.route.title, &f)
}

// typed is the sheet in the posted form.
func (q *request) typed() (s ownSheet, err error) {
	s = ownSheet{
		Filler:  chaping.Shorten(q.form("filler"), 50),
		Phone:   chaping.Shorten(q.form("phone"), 50),
		Nothing: q.form("nothing") != "",
	}
	for f, name := range rowFields() {
		values := q.list(name)
		if len(values) > maxFormRows {
			return s, bad(fmt.Sprintf("超过 %d 行", maxFormRows), "用表格软件填好后，在“提交报送文件”页上传")
		}
		for i, v := range values {
			if i == len(s.Rows) {
				s.Rows = append(s.Rows, intake.Row{})
			}
			s.Rows[i][f] = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n"))
		}
	}
	return s, nil
}

// edit does to the rows what a button of the page says, and gives the row to
// go on at.
func (s *ownSheet) edit(do string) (row int) {
	do, at, _ := strings.Cut(do, "-")
	i := int(number(at)) - 1
	switch inside := i >= 0 && i < len(s.Rows); {
	case do == "add" && len(s.Rows) < maxFormRows:
		s.Rows = append(s.Rows, intake.Row{})
		return len(s.Rows)
	case do == "up" && inside && i > 0:
		s.Rows[i-1], s.Rows[i] = s.Rows[i], s.Rows[i-1]
		return i
	case do == "down" && inside && i < len(s.Rows)-1:
		s.Rows[i+1], s.Rows[i] = s.Rows[i], s.Rows[i+1]
		return i + 2
	case do == "remove" && inside:
		s.Rows = slices.Delete(s.Rows, i, i+1)
		return min(i+1, len(s.Rows))
	}
	return i + 1
}

// keep stores the posted form as the draft.
func (q *request) keep(f *formPage, version int64) error {
	if f.Station.ID == 0 {
		return bad("没有选择监测站", "选择填报单位")
	}
	content, err := json.Marshal(f.Sheet)
	if err != nil {
		return err
	}
	f.Draft, err = q.Station.PutDraft(
		q.ctx,
		q.account.Scope(),
		station.Draft{
			Form:    chaping.FormAssociation,
			Period:  f.Period.String(),
			Station: f.Station.ID,
			Content: content,
			Who:     q.account.Person,
			Version: version,
		},
	)
	return err
}

// formSave stores what was typed, by itself or by a button.
func (q *request) formSave() error {
	f, err := q.openForm()
	if err != nil {
		return err
	}
	if f.Sheet, err = q.typed(); err != nil {
		return err
	}
	typed, err := json.Marshal(f.Sheet)
	if err != nil {
		return err
	}
	do, message, version := q.form("do"), "", number(q.form("version"))
	row := f.Sheet.edit(do)
	if do == "copy" {
		if row, message, err = q.copyEarlier(&f); err != nil {
			return err
		}
	}
	err = q.keep(&f, version)
	if theirs, ok := conflictWith[station.Draft](err); ok && string(theirs.Content) == string(typed) {
		err = q.keep(&f, theirs.Version) // it had saved itself while the button was pressed
	}
	if q.r.Header.Get("HX-Request") != "" { // it saves itself
		if _, f.Conflict = conflictWith[station.Draft](err); err != nil && !f.Conflict {
			return err
		}
		_, f.Faults = f.Sheet.entries()
		f.Draft.Version = max(f.Draft.Version, version)
		return q.fragment("form", "saved", &f)
	}
	if theirs, ok := conflictWith[station.Draft](err); ok {
		return q.formConflict(&f, theirs)
	}
	if err != nil {
		return err
	}
	path := "/form" + f.Query()
	if row > 0 {
		path += fmt.Sprintf("#row-%d", row)
	}
	if do == "save" {
		message = "草稿已保存"
	}
	return q.redirect(path, message)
}

// formConflict shows where two people have filled in different things.
func (q *request) formConflict(f *formPage, theirs station.Draft) error {
	var other ownSheet
	if err := json.Unmarshal(theirs.Content, &other); err != nil {
		return err
	}
	yes := map[bool]string{true: "是", false: "否"}
	diffs := []difference{
		{"填报人", other.Filler, f.Sheet.Filler},
		{"联系电话", other.Phone, f.Sheet.Phone},
		{"本期无", yes[other.Nothing], yes[f.Sheet.Nothing]},
	}
	for i := range max(len(other.Rows), len(f.Sheet.Rows)) {
		var a, b intake.Row
		if i < len(other.Rows) {
			a = other.Rows[i]
		}
		if i < len(f.Sheet.Rows) {
			b = f.Sheet.Rows[i]
		}
		for n, column := range intake.Columns() {
			diffs = append(diffs, difference{fmt.Sprintf("第 %d 行 %s", i+1, column), a[n], b[n]})
		}
	}
	hidden := url.Values{}
	for name, v := range q.r.PostForm {
		hidden[name] = v
	}
	hidden.Set("version", strconv.FormatInt(theirs.Version, 10))
	return q.conflict("/form"+f.Query(), "/form"+f.Query(), diffs, hidden)
}

// copyEarlier appends the rows of the last period before that has any: as
// they were frozen, handed in, or begun.
func (q *request) copyEarlier(f *formPage) (row int, message string, err error) {
	p := f.Period
	for range 12 {
		p = p.Previous()
		rows, err := q.earlierRows(f.Station, p)
		if err != nil {
			return 0, "", err
		}
		if len(rows) == 0 {
			continue
		}
		for len(f.Sheet.Rows) > 0 && f.Sheet.Rows[len(f.Sheet.Rows)-1] == (intake.Row{}) {
			f.Sheet.Rows = f.Sheet.Rows[:len(f.Sheet.Rows)-1]
		}
		row = len(f.Sheet.Rows) + 1
		rows = rows[:min(len(rows), maxFormRows-len(f.Sheet.Rows))]
		f.Sheet.Rows, f.Sheet.Nothing = append(f.Sheet.Rows, rows...), false
		return row, fmt.Sprintf("已复制 %s 期的 %d 行，请逐行核对、修改", p, len(rows)), nil
	}
	return 0, "此前 12 期没有可以复制的内容", nil
}

func (q *request) earlierRows(of station.Station, p chaping.Period) (rows []intake.Row, err error) {
	add := func(e report.Entry) {
		row := intake.Row{e.Product, e.Companies, e.Region, e.Content, e.Analysis, e.Advice, e.Source}
		if !e.Suggested {
			row[7], row[8] = e.Kind.Chinese(), report.DangerNames(e.Endangers)
		}
		if !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	filed, err := q.App.FiledEntries(q.ctx, p, of.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range filed {
		add(e)
	}
	if len(rows) > 0 {
		return rows, nil
	}
	d, err := q.Station.Draft(q.ctx, q.account.Scope(), chaping.FormAssociation, p.String(), of.ID)
	if err != nil || d.Version == 0 {
		return nil, err
	}
	var s0 ownSheet
	err = json.Unmarshal(d.Content, &s0)
	return slices.DeleteFunc(s0.Rows, func(r intake.Row) bool { return r == (intake.Row{}) }), err
}

// association is the sheet as it would be frozen now.
func (q *request) association(f *formPage) (*report.Association, error) {
	a := &report.Association{
		Station: f.Station.Name,
		Filler:  f.Sheet.Filler,
		Phone:   f.Sheet.Phone,
		Period:  f.Period,
		Program: q.Program,
	}
	a.Entries, _ = f.Sheet.entries()
	q.classify(a.Entries)
	of := station.Sheet{Form: chaping.FormAssociation, Period: f.Period.String(), Station: f.Station.ID}
	if of.Station == 0 {
		return a, a.File(time.Time{}, q.Now(), nil)
	}
	last, err := q.App.LastFrozen(q.ctx, of)
	if err != nil {
		return nil, err
	}
	return a, a.File(time.Time{}, q.Now(), last)
}

// complete tells what keeps the sheet from being frozen; nil if nothing does.
func (f *formPage) complete() *fault {
	list, faults := f.Sheet.entries()
	switch {
	case len(faults) > 0:
		return &fault{problem: fmt.Sprintf("有 %d 处要改正，没有冻结", len(faults)), remedy: "内容已保存为草稿，按各栏的说明改正"}
	case f.Sheet.Nothing && len(list) > 0:
		return &fault{problem: fmt.Sprintf("勾选了“本期无”，又填了 %d 行", len(list)), remedy: "去掉勾选，或删除这些行"}
	case !f.Sheet.Nothing && len(list) == 0:
		return &fault{problem: "没有填写内容", remedy: "至少填写一行；没有风险信息时勾选“本期无”"}
	}
	return nil
}

// formFreeze keeps what was typed, freezes it, and hands it in if that is what
// was asked for.
func (q *request) formFreeze() error {
	f, err := q.openForm()
	if err != nil {
		return err
	}
	if f.Sheet, err = q.typed(); err != nil {
		return err
	}
	err = q.keep(&f, number(q.form("version")))
	if theirs, ok := conflictWith[station.Draft](err); ok {
		return q.formConflict(&f, theirs)
	}
	if err != nil {
		return err
	}
	if f.Problem = f.complete(); f.Problem != nil {
		return q.showForm(http.StatusUnprocessableEntity, f)
	}
	sheet, err := q.association(&f)
	if err != nil {
		return err
	}
	q.act.Object, q.act.Detail = f.Station.Name+" 报送期 "+f.Period.String(), q.form("reason")
	of := station.Sheet{Station: f.Station.ID, By: q.account.Person, Reason: q.reason()}
	frozen, fresh, err := q.App.FreezeAssociation(q.ctx, sheet, of, time.Time{})
	if problem, ok := told(err); ok {
		f.Problem = problem
		return q.showForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	message := frozenMessage(frozen, fresh)
	if q.form("then") == "submit" {
		return q.handOver(&frozen, message, "/form"+f.Query(), func() error { return q.submitForm(&f, frozen) })
	}
	return q.redirect("/form"+f.Query(), message)
}

// frozenForm is the frozen version that the request names. Without a station
// there is none: the sheets of no name are not the portal's.
func (q *request) frozenForm(f *formPage) (station.Sheet, error) {
	if f.Station.ID == 0 {
		return station.Sheet{}, bad("没有选择监测站", "选择填报单位")
	}
	return q.Station.SheetOf(
		q.ctx,
		chaping.FormAssociation,
		f.Period.String(),
		f.Station.ID,
		int(number(q.form("version"))),
	)
}

// formSubmit hands a frozen version in.
func (q *request) formSubmit() error {
	f, err := q.openForm()
	if err != nil {
		return err
	}
	s, err := q.frozenForm(&f)
	if err != nil {
		return err
	}
	return q.handOver(
		&s,
		fmt.Sprintf("第 %d 版已交", s.Version),
		"/form"+f.Query(),
		func() error { return q.submitForm(&f, s) },
	)
}

// formPush sends a frozen version of the installation's own station to the
// centre's installation.
func (q *request) formPush() error {
	f, err := q.openForm()
	if err != nil {
		return err
	}
	if f.Station.ID != q.home.ID {
		return bad("只有本站的报送表才能从这里报送到研究中心", "用“报送这一版”报送")
	}
	s, err := q.frozenForm(&f)
	if err != nil {
		return err
	}
	return q.pushSheet(&s, "/form"+f.Query())
}

// submitForm puts a frozen version into the inbox, as an upload would: the
// docx, which is the same each time it is made, with its entries.
func (q *request) submitForm(f *formPage, s station.Sheet) error {
	sheet, err := report.ReadAssociation(s.Model)
	if err != nil {
		return err
	}
	entries, err := raw(sheet.Entries)
	if err != nil {
		return err
	}
	file, err := q.docx(sheet.Document())
	if err != nil {
		return err
	}
	q.act.Action, q.act.Object = "报送", fmt.Sprintf("%s 报送期 %s 第 %d 版", f.Station.Name, s.Period, s.Version)
	_, err = q.Station.Submit(
		q.ctx,
		s.Submission(f.Station.ID, fmt.Sprintf("网页填写，第 %d 版，sha256 %s", s.Version, s.Hash[:12]), s.FileName("docx")),
		file,
		entries,
	)
	return err
}

// formInAddress is the frozen version that the address names, or the draft.
func (q *request) formInAddress() (*report.Association, station.Sheet, error) {
	f, err := q.openForm()
	if err != nil {
		return nil, station.Sheet{}, err
	}
	if number(q.form("version")) <= 0 && f.Station.ID != 0 {
		sheet, err := q.association(&f)
		return sheet, station.Sheet{Period: f.Period.String(), Name: f.Station.Name}, err
	}
	s, err := q.frozenForm(&f)
	if err != nil {
		return nil, s, err
	}
	sheet, err := report.ReadAssociation(s.Model)
	return sheet, s, err
}

func (q *request) formPreview() error {
	sheet, _, err := q.formInAddress()
	if err != nil {
		return err
	}
	return q.preview(sheet.Document())
}

// formTyped previews what stands in the form, saved or not.
func (q *request) formTyped() error {
	f, err := q.openForm()
	if err != nil {
		return err
	}
	if f.Sheet, err = q.typed(); err != nil {
		return err
	}
	sheet, err := q.association(&f)
	if err != nil {
		return err
	}
	return q.preview(sheet.Document())
}

func (q *request) formDownload() error {
	sheet, s, err := q.formInAddress()
	if err != nil {
		return err
	}
	return q.downloadForm(sheet, report.Formats(), q.form("format"), s.FileName(q.form("format")))
}

func isPartial(err error) bool {
	var known *chaping.Error
	return errors.As(err, &known) && known.Code == chaping.CodePartial
}

// conflictWith is the record as somebody else has left it, if that is what
// the error says.
func conflictWith[T any](err error) (theirs T, ok bool) {
	var c *station.Conflict
	if !errors.As(err, &c) {
		return theirs, false
	}
	theirs, ok = c.Theirs.(T)
	return theirs, ok
}

// back is the page that a form was sent from, if it is ours.
func (q *request) back(otherwise string) string {
	if from := q.form("back"); from != "" {
		return local(from)
	}
	return otherwise
}
