package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"chaping"
	"chaping/nlp"
	"chaping/report"
	"chaping/report/intake"
	"chaping/station"
	"chaping/station/uplink"
)

// Handed is a file that a station hands in.
type Handed struct {
	Station  station.Station // who; zero: whose name stands on the form
	Period   chaping.Period
	File     string // its name
	Data     []byte
	About    string // what it is, in words, if it is no form but some other file; it is kept as it is
	Corrects int64  // the submission that it takes the place of; 0: none
	Version  int    // of the frozen sheet that it is; 0: of none
	Watch    string // of that sheet
}

// Received is what was kept of it.
type Received struct {
	station.Submission
	Refused []*chaping.InputError `json:"refused"` // lines that are not, and what is to be checked
	// ReplacedFiles are those of which it has every row, so that they no longer count.
	ReplacedFiles []string `json:"replaced_files,omitempty"`
}

// Receive takes in a monthly form, or some other file about a month, from a
// station. miner says which hazards the entries are about. A form of another
// station or another period is refused as a whole.
func (a *App) Receive(ctx context.Context, h Handed, miner *nlp.Miner) (r Received, err error) {
	d, err := a.Station(ctx)
	if err != nil {
		return r, err
	}
	s := station.Submission{
		Period:    h.Period.String(),
		StationID: h.Station.ID,
		Corrects:  h.Corrects,
		About:     chaping.Shorten(h.About, 200),
		File:      h.File,
	}
	if h.About != "" {
		if len(h.Data) > intake.MaxFile {
			return r, tooLarge(h.File, intake.MaxFile)
		}
		r.Submission, err = d.Submit(ctx, s, h.Data, nil)
		return r, err
	}
	look, err := a.LookAtForm(ctx, h)
	r.Refused = look.Refused
	if err != nil {
		return r, err
	}
	entries, err := look.Form.Records(miner.HazardOf)
	if err != nil {
		return r, err
	}
	s.StationID, s.Form = look.Station.ID, look.Kind
	if s.Version = h.Version; s.Version > 0 {
		s.Name = h.Watch
	}
	overlaps, err := a.Overlaps(ctx, h, &look, miner)
	if err != nil {
		return r, err
	}
	for _, o := range overlaps {
		if o.Whole() {
			s.Holds = append(s.Holds, o.Submission.ID)
		}
	}
	if r.Submission, err = d.Submit(ctx, s, h.Data, entries); err == nil {
		r.tell(overlaps)
	}
	return r, err
}

// tell says what became of files that have the same rows.
func (r *Received) tell(overlaps []Overlap) {
	if r.Submission.Replaced && len(overlaps) > 0 {
		r.Refused = append(r.Refused, &chaping.InputError{
			File:    r.File,
			Problem: "这份文件交过，已由后来的取代，不再计数",
			Remedy:  "它才是对的，就改一处（例如填报时间）再交",
		})
		return
	}
	for _, o := range overlaps {
		switch {
		case o.Whole():
			r.ReplacedFiles = append(r.ReplacedFiles, o.Submission.File)
		case r.Form == chaping.FormAssociation: // of a platform's rows the last holds
			r.Refused = append(r.Refused, &chaping.InputError{
				File:    r.File,
				Problem: fmt.Sprintf("有 %d 条与已交的“%s”相同，两份一并计数", o.Same, o.Submission.File),
				Remedy:  "是更正的，再交一次，并写明取代哪一份",
			})
		}
	}
}

// An Overlap is a file that a station has handed in before and that has some of
// the rows of one that it hands in now.
type Overlap struct {
	Submission station.Submission
	Same       int // rows
}

// Whole tells whether the new file has every row of it. Then it takes its place:
// so a file of which some lines were not read can be mended and handed in again.
func (o Overlap) Whole() bool { return o.Same == o.Submission.Entries }

// Overlaps are the files beside which rows of a form would count twice, without
// the one that it corrects. What is a frozen sheet's version has its own order,
// see station.DB.Submit, and the same file again is that file.
func (a *App) Overlaps(ctx context.Context, h Handed, look *FormLook, miner *nlp.Miner) (list []Overlap, err error) {
	if h.Version > 0 {
		return nil, nil
	}
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := look.Form.Records(miner.HazardOf)
	if err != nil {
		return nil, err
	}
	rows := map[string]bool{}
	for _, content := range entries {
		row, err := report.RowIdentity(content)
		if err != nil {
			return nil, err
		}
		rows[row] = true
	}
	sum := sha256.Sum256(h.Data)
	hash := hex.EncodeToString(sum[:])
	err = d.Entries(ctx, h.Period.String(), func(of station.Submission, content json.RawMessage) error {
		if of.StationID != look.Station.ID || of.Form != look.Kind || of.Version != 0 || of.ID == h.Corrects || of.Hash == hash {
			return nil
		}
		row, err := report.RowIdentity(content)
		if err != nil || !rows[row] {
			return err
		}
		i := slices.IndexFunc(list, func(o Overlap) bool { return o.Submission.ID == of.ID })
		if i < 0 {
			i, list = len(list), append(list, Overlap{Submission: of})
		}
		list[i].Same++
		return nil
	})
	return list, err
}

// A FormLook is what was read of a monthly form that is handed in.
type FormLook struct {
	Station station.Station // whose it is
	Kind    chaping.Form
	Form    *intake.Form
	Refused []*chaping.InputError // lines that are not read, and what is to be checked
}

// LookAtForm reads a monthly form, and stores nothing. One of another station or
// another period is refused as a whole.
func (a *App) LookAtForm(ctx context.Context, h Handed) (l FormLook, err error) {
	d, err := a.Station(ctx)
	if err != nil {
		return l, err
	}
	l.Form, err = intake.Read(ctx, h.File, h.Data, func(e *chaping.InputError) { l.Refused = append(l.Refused, e) })
	if err != nil {
		return l, err
	}
	if l.Station, err = a.senderOf(ctx, d, h, l.Form); err != nil {
		return l, err
	}
	if period := h.Period.String(); l.Form.Period != "" && l.Form.Period != period {
		return l, &chaping.InputError{
			File:    h.File,
			Problem: "表上的报送期是 " + l.Form.Period + "，不是 " + period,
			Remedy:  "选对报送期再提交",
		}
	}
	if err := l.outside(h.Period, h.File); err != nil {
		return l, err
	}
	l.Kind = formOf(l.Form, l.Station)
	return l, nil
}

// Covers is 时间采集范围 as the form has it, of its first row; empty where it has
// none that is understood.
func (l FormLook) Covers() string {
	from, to := l.Form.From, l.Form.To
	if len(l.Form.Rows) > 0 {
		from, to = l.Form.Rows[0].From, l.Form.Rows[0].To
	}
	if from == "" || to == "" {
		return ""
	}
	return from + " 至 " + to
}

// outside refuses a form that was filled in before the period began, or whose
// 时间采集范围 is of other days. Of some rows only, those are not taken; of rows
// that cover more or fewer days than the period, it is said.
func (l *FormLook) outside(period chaping.Period, file string) error {
	window := period.Window()
	first, last := window.FirstDay().Format(time.DateOnly), window.LastDay().Format(time.DateOnly)
	if filed := l.Form.Filed; filed != "" && filed < first {
		return &chaping.InputError{
			File:    file,
			Field:   "填报时间",
			Value:   filed,
			Problem: "早于 " + period.String() + " 期的采集范围（" + window.Chinese() + "）",
			Remedy:  "选对报送期再提交，或改正表上的填报时间",
		}
	}
	elsewhere := func(value string) error {
		return &chaping.InputError{
			File:    file,
			Field:   "时间采集范围",
			Value:   value,
			Problem: "不在 " + period.String() + " 期内（" + window.Chinese() + "）",
			Remedy:  "选对报送期再提交，或改正表上的时间采集范围",
		}
	}
	if l.Form.From != "" && l.Form.To != "" && (l.Form.From > last || l.Form.To < first) {
		return elsewhere(l.Form.From + " 至 " + l.Form.To)
	}
	var kept []report.PlatformRow
	var refused []*chaping.InputError
	other := 0 // rows of other days than the period's
	for _, r := range l.Form.Rows {
		if r.From == "" || r.To == "" || r.From == first && r.To == last {
			kept = append(kept, r)
			continue
		}
		if r.From <= last && r.To >= first {
			other++
			kept = append(kept, r)
			continue
		}
		refused = append(refused, &chaping.InputError{
			File:    file,
			Field:   "时间采集范围",
			Value:   r.From + " 至 " + r.To,
			Problem: fmt.Sprintf("不在 %s 期内，第 %d 条（%s，%s）没有读入", period, r.Seq, chaping.Shorten(r.Product, 20), r.Term),
			Remedy:  "报到那一期去，或改正时间采集范围",
		})
	}
	if len(refused) > 0 && len(kept) == 0 {
		return elsewhere(refused[0].Value)
	}
	l.Refused = append(l.Refused, refused...)
	if other > 0 {
		l.Refused = append(l.Refused, &chaping.InputError{
			File:    file,
			Field:   "时间采集范围",
			Problem: fmt.Sprintf("有 %d 条与 %s 期的采集范围（%s）不同，照表读入", other, period, window.Chinese()),
			Remedy:  "核对差评数是不是这一期的",
		})
	}
	l.Form.Rows = kept
	return nil
}

// senderOf is the station that a form is from.
func (a *App) senderOf(ctx context.Context, d *station.DB, h Handed, form *intake.Form) (station.Station, error) {
	if h.Station.ID != 0 {
		return h.Station, a.ownForm(ctx, d, h.Station, form.Station)
	}
	if form.Station == "" {
		return h.Station, &chaping.InputError{
			File:    h.File,
			Field:   "填报单位",
			Problem: "没有填",
			Advice:  chaping.Advice{Code: chaping.AdviceSender},
		}
	}
	return d.Sender(ctx, form.Station)
}

// ownForm refuses a form that names another station than the one it is from.
func (a *App) ownForm(ctx context.Context, d *station.DB, of station.Station, named string) error {
	own, err := d.OwnName(ctx, of.ID, named)
	if err != nil || named == "" || own {
		return err
	}
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: "表上的填报单位是“" + chaping.Shorten(named, 40) + "”，不是“" + of.Name + "”",
		Remedy:  "核对文件，或在表上改正填报单位",
	}
}

// formOf is which form was read. One without a line is what such a station
// fills in.
func formOf(f *intake.Form, of station.Station) chaping.Form {
	if len(f.Rows) > 0 || len(f.Entries) == 0 && of.Kind == station.PlatformStation {
		return chaping.FormPlatform
	}
	return chaping.FormAssociation
}

func tooLarge(file string, most int64) error {
	return &chaping.InputError{
		File:    file,
		Problem: fmt.Sprintf("文件超过 %d MB", most>>20),
		Remedy:  "删去图片和多余的内容，或压缩、分成几个文件",
	}
}

// ReceiveUrgent takes in an important risk that a station's installation sends
// as JSON. It stands among the urgent ones, whatever the month.
func (a *App) ReceiveUrgent(ctx context.Context, scope station.Scope, of station.Station, data []byte) (station.Urgent, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return station.Urgent{}, err
	}
	refuse := func(problem, remedy string) (station.Urgent, error) {
		return station.Urgent{}, &chaping.Error{Code: chaping.CodeInput, Message: problem, Remedy: remedy}
	}
	w, err := report.ReadWritten(data)
	if err != nil {
		return refuse("读不懂重要风险信息："+err.Error(), "发送重要风险信息报告的 json")
	}
	if err := a.ownForm(ctx, d, of, w.Station); err != nil {
		return station.Urgent{}, err
	}
	if w.Trigger != 1 && w.Trigger != 2 || w.Product == "" || w.Event == "" || w.Content == "" {
		return refuse("重要风险信息缺少情形、产品、事件或情况说明", "补全后再发送")
	}
	found, err := time.ParseInLocation(chaping.Minute, w.Found, chaping.Shanghai())
	if err != nil {
		return refuse("发现时间“"+chaping.Shorten(w.Found, 30)+"”不对", "写成 2026-11-25 08:00")
	}
	if now := a.Now(); found.After(now) && found.Sub(now) <= uplink.Skew { // the sender's clock, as far as its signature may be off
		found = now
	}
	u := station.Urgent{Station: of.ID, Found: found, Candidate: data, By: w.Filler}
	u, _, err = d.FileUrgent(ctx, scope, u, a.ConfirmedMessages)
	return u, err
}

// ReceiveAnnual takes in the report of a year that a station's installation
// sends as JSON.
func (a *App) ReceiveAnnual(ctx context.Context, h Handed, year string) (s station.Submission, err error) {
	d, err := a.Station(ctx)
	if err != nil {
		return s, err
	}
	r, err := report.ReadAnnual(h.Data)
	if err != nil {
		return s, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "读不懂年度报告：" + err.Error(),
			Remedy:  "发送年度报告的 json",
		}
	}
	if err := a.ownForm(ctx, d, h.Station, r.Station); err != nil {
		return s, err
	}
	if of := strconv.Itoa(r.Year); r.Year < 2020 || r.Year > a.Now().Year() || year != of {
		return s, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "报告的年度是 " + of + "，不是 " + chaping.Shorten(year, 20),
			Remedy:  "核对年度",
		}
	}
	s = station.Submission{
		Period:    year,
		StationID: h.Station.ID,
		Form:      chaping.FormAnnual,
		Version:   h.Version,
		About:     "《" + r.Title() + "》",
		File:      h.File,
	}
	return d.Submit(ctx, s, h.Data, nil)
}
