package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/report/intake"
	"chaping/scheduler/calendar"
	"chaping/station"
)

// inboxPath is the page that is an inbox to those who see all stations, and to a
// station the place where it hands in; handInTitle is what the station calls it.
const (
	inboxPath   = "/inbox"
	handInTitle = "提交报送文件"
)

// inboxTitle is what the account calls the page.
func (q *request) inboxTitle() string {
	if q.oversees() {
		return "收件"
	}
	return handInTitle
}

// inbox shows what stations handed in for a period: all of them to centre and
// bureau, its own to a station.
func (q *request) inbox() error { return q.inboxForm(http.StatusOK, nil, nil) }

func (q *request) inboxForm(status int, problem *fault, refused []*chaping.InputError) error {
	p, err := q.period()
	if err != nil {
		return err
	}
	filings, err := q.duties(p)
	if err != nil {
		return err
	}
	filed, late, missing, free := 0, 0, 0, 0
	for i := range filings {
		switch {
		case !filings[i].Filed() && filings[i].Exempt:
			free++
		case filings[i].Filed():
			filed++
		}
		switch {
		case filings[i].Late():
			late++
		case filings[i].Missing():
			missing++
		}
	}
	if ruled, err := q.ruled(); err != nil {
		return err
	} else if !ruled {
		free = 0
	}
	t := dutyTable()
	if q.may("POST /inbox/urge") {
		t.bulk = urgeBulk(p)
	}
	source := inMemory(&t, filings)
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, shown, err := present(q, t, source, "period")
	if err != nil {
		return err
	}
	stations, _, err := q.stationNames()
	if err != nil {
		return err
	}
	annual, err := q.Station.Submissions(q.ctx, strconv.Itoa(p.Year)) // annual reports
	if err != nil {
		return err
	}
	annual = slices.DeleteFunc(annual, func(s station.Submission) bool { return !q.account.Scope().Sees(s.StationID) })
	return q.show(
		status,
		"inbox",
		q.inboxTitle(),
		inboxPage{
			picker:   q.pick(p, "/inbox"),
			Due:      q.Calendar.Due(p),
			Table:    view,
			Filings:  shown,
			All:      filings,
			Filed:    filed,
			Late:     late,
			Missing:  missing,
			Free:     free,
			Owed:     len(filings) - free,
			Stations: stations,
			Own:      q.own(),
			Refused:  refused,
			Annual:   annual,
			Problem:  problem,
		},
	)
}

type inboxPage struct {
	picker
	Due      calendar.Due          `json:"due"`
	Table    *tableView            `json:"table"`
	Filings  []station.Duty        `json:"stations"` // of the page
	All      []station.Duty        `json:"-"`
	Filed    int                   `json:"filed"`
	Late     int                   `json:"late"`     // handed in after the due day
	Missing  int                   `json:"missing"`  // the due day has passed without them
	Free     int                   `json:"not_owed"` // have not reported, and need not
	Owed     int                   `json:"owed"`     // all others
	Stations []station.Station     `json:"-"`
	Own      int64                 `json:"-"` // the account's station; 0: it is to be chosen
	Refused  []*chaping.InputError `json:"-"`
	Annual   []station.Submission  `json:"annual"` // annual reports
	Problem  *fault                `json:"-"`
}

// handIn takes a report that was filled in elsewhere.
func (q *request) handIn() error {
	q.patient()
	q.r.Body = http.MaxBytesReader(q.w, q.r.Body, intake.MaxJSON+maxForm)
	file, head, err := q.r.FormFile("file")
	if err != nil {
		return q.inboxForm(
			http.StatusUnprocessableEntity,
			&fault{problem: fmt.Sprintf("没有收到文件，或超过 %d MB", intake.MaxJSON>>20), remedy: "选择文件后再提交"},
			nil,
		)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return &fault{http.StatusRequestEntityTooLarge, "上传没有完成", "重新上传", err}
	}
	name := uploadedName(head)
	id := q.own()
	if q.account.Scope().Sees(0) { // the centre takes in for anybody
		id = cmp.Or(number(q.form("station")), q.own())
	}
	of, err := q.Station.Station(q.ctx, q.account.Scope(), id)
	if err != nil {
		return q.inboxForm(http.StatusUnprocessableEntity, &fault{problem: "没有选择监测站", remedy: "选择是哪个监测站报送的"}, nil)
	}
	switch chaping.Form(q.form("form")) {
	case chaping.FormUrgent:
		return q.receiveUrgent(of, data)
	case chaping.FormAnnual:
		return q.receiveAnnual(of, name, data)
	}
	p, err := q.period()
	if err != nil {
		return err
	}
	for field, name := range map[string]string{"version": "版本", "corrects": "要更正的文件"} {
		if text := q.form(field); text != "" && text != "0" && number(text) <= 0 {
			return q.inboxForm(
				http.StatusUnprocessableEntity,
				&fault{problem: name + "“" + chaping.Shorten(text, 20) + "”不是编号", remedy: "重新打开页面再选"},
				nil,
			)
		}
	}
	h := app.Handed{
		Station:  of,
		Period:   p,
		File:     name,
		Data:     data,
		About:    q.form("about"),
		Corrects: number(q.form("corrects")),
		Version:  int(number(q.form("version"))),
		Watch:    q.form("name"),
	}
	q.act.Object, q.act.Detail = of.Name+" 报送期 "+p.String(), name
	if !q.api && h.About == "" { // of other material nothing is read
		return q.keepForm(&h)
	}
	received, err := q.App.Receive(q.ctx, h, q.miner())
	if f, ok := told(err); ok {
		return q.inboxForm(http.StatusUnprocessableEntity, f, received.Refused)
	}
	if err != nil {
		return err
	}
	if q.api {
		return q.json(http.StatusOK, "application/json", received)
	}
	return q.handedIn(&received)
}

// handedIn says what was kept of a file.
func (q *request) handedIn(s *app.Received) error {
	if len(s.Refused) > 0 {
		return q.inboxForm(
			http.StatusOK,
			&fault{
				problem: fmt.Sprintf("已读入 %d 条，有 %d 处没有读入或要核对", s.Entries, len(s.Refused)),
				remedy:  "按下面的说明改正后再交一次：这次读入的行都还在新文件里的，新文件取代这一份，不会重复计数",
			},
			s.Refused,
		)
	}
	message := fmt.Sprintf("“%s”已收到，读入 %d 条", s.File, s.Entries)
	if len(s.ReplacedFiles) > 0 {
		message += "，取代了“" + strings.Join(s.ReplacedFiles, "”“") + "”"
	}
	if s.About != "" {
		message = "“" + s.File + "”已收到，原件已保存"
	}
	return q.redirect("/inbox?period="+s.Period, message)
}

// receiveUrgent takes an urgent report in that a station's installation has sent.
func (q *request) receiveUrgent(of station.Station, data []byte) error {
	u, err := q.App.ReceiveUrgent(q.ctx, q.account.Scope(), of, data)
	if err != nil {
		return err
	}
	q.act.Object = of.Name
	if x, err := app.CandidateOf(u); err == nil {
		q.act.Object += "：" + chaping.Shorten(x.Keyword+" "+x.Name, 80)
	}
	if q.api {
		sum := sha256.Sum256(data)
		return q.json(http.StatusOK, "application/json", app.Received{Submission: station.Submission{
			ID:        u.ID,
			Period:    u.First,
			StationID: of.ID,
			Station:   of.Name,
			Form:      chaping.FormUrgent,
			Hash:      hex.EncodeToString(sum[:]),
			Received:  u.Raised,
			Size:      len(data),
		}})
	}
	return q.redirect("/urgent/"+strconv.FormatInt(u.ID, 10), fmt.Sprintf("已收到重要风险信息，编号 %d", u.ID))
}

// receiveAnnual takes a year's report in that a station's installation has sent.
func (q *request) receiveAnnual(of station.Station, name string, data []byte) error {
	h := app.Handed{Station: of, File: name, Data: data, Version: int(number(q.form("version")))}
	s, err := q.App.ReceiveAnnual(q.ctx, h, q.form("period"))
	if err != nil {
		return err
	}
	q.act.Object, q.act.Detail = of.Name+" "+s.Period+" 年", name
	if q.api {
		return q.json(http.StatusOK, "application/json", app.Received{Submission: s})
	}
	return q.redirect("/inbox", "“"+name+"”已收到")
}

// uploadedName is what the sender calls a file, without folders.
func uploadedName(head *multipart.FileHeader) string {
	return chaping.Shorten(filepath.Base(strings.ReplaceAll(head.Filename, "\\", "/")), 80)
}

// classify suggests what nobody said of entries of sheet A.
func (q *request) classify(entries []report.Entry) {
	for i := range entries {
		entries[i].Hazard = q.miner().HazardOf(entries[i].Content)
		entries[i].Classify()
	}
}

// raw is every element of a list as JSON.
func raw[T any](list []T) ([]json.RawMessage, error) {
	all := make([]json.RawMessage, 0, len(list))
	for i := range list {
		one, err := json.Marshal(list[i])
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// original hands a submission out as it came.
func (q *request) original() error {
	s, data, err := q.Station.Original(q.ctx, q.account.Scope(), number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	q.act.Object = s.Station + " " + s.File
	format := q.form("format")
	if format == "" {
		return q.download(s.File, bytes.NewReader(data))
	}
	m, formats, err := modelIn(&s, data)
	if err != nil {
		return err
	}
	return q.downloadForm(m, formats, format, strings.TrimSuffix(s.File, filepath.Ext(s.File))+"."+format)
}

// modelIn is the form in a submission that is a form's JSON, and the formats it
// can be had in; none in any other file.
func modelIn(s *station.Submission, data []byte) (m app.Model, formats []string, err error) {
	switch {
	case !s.Modelled():
		return nil, nil, bad("“"+s.File+"”只有收到的原件", "下载原件")
	case s.Form == chaping.FormPlatform:
		m, err = report.ReadPlatform(data)
		return m, report.Formats(), err
	case s.Form == chaping.FormAssociation:
		m, err = report.ReadAssociation(data)
		return m, report.Formats(), err
	}
	m, err = report.ReadAnnual(data)
	return m, annualFormats(), err
}
