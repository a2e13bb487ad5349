package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/scheduler/calendar"
	"chaping/station"
)

// chaping.FormPlatform is sheet B in package station.

// watchInAddress is the watch that a sheet is cut to; the zero watch for all
// that was counted.
func (q *request) watchInAddress() (w station.Watch, err error) {
	if id := number(q.form("watch")); id != 0 {
		return q.Station.Watch(q.ctx, id)
	}
	return w, nil
}

// draft is the sheet as it would be frozen now; ok is false while it is being
// made, or while there is nothing to make it of.
func (q *request) draft(p chaping.Period, w station.Watch, c counted) (*drafted, bool, error) {
	return q.draftWithin(p, w, c, 2*deskPatience)
}

func (q *request) draftWithin(p chaping.Period, w station.Watch, c counted, patience time.Duration) (*drafted, bool, error) {
	mark, err := q.Station.LastJudgement(q.ctx)
	if err != nil {
		return nil, false, err
	}
	read, err := q.Station.LastReading(q.ctx)
	if err != nil {
		return nil, false, err
	}
	sample, _, err := q.Station.Sample(q.ctx, p)
	if err != nil {
		return nil, false, err
	}
	if !c.Mined || c.Stale {
		return nil, false, nil
	}
	versions, err := q.Station.Sheets(q.ctx, chaping.FormPlatform, p.String())
	if err != nil {
		return nil, false, err
	}
	lacks, err := q.App.Unfinished(q.ctx, p)
	if err != nil {
		return nil, false, err
	}
	var last string
	if i := slices.IndexFunc(versions, func(s station.Sheet) bool { return s.Name == w.Name }); i >= 0 {
		last = versions[i].Hash
	}
	return q.desk.drafts.get(
		q.ctx,
		draftKey{
			period:     p,
			dictionary: q.miner().Version(),
			name:       w.Name,
			keywords:   strings.Join(w.Keywords, joint),
			terms:      strings.Join(w.Terms, joint),
			edition:    c.Edition.ID(),
			judgement:  mark,
			reading:    read,
			sample:     sample.ID,
			station:    q.home.Name,
			today:      dayOf(q.Now()),
			last:       last,
			unfinished: strings.Join(lacks.Lines(), joint),
		},
		patience,
	)
}

func (q *request) sheets() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	w, err := q.watchInAddress()
	if err != nil {
		return err
	}
	c, ok, err := q.counted(p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读取报送期 " + p.String())
	}
	lacks, err := q.App.Unfinished(q.ctx, p)
	if err != nil {
		return err
	}
	now, ok, err := q.draft(p, w, c)
	if err != nil {
		return err
	}
	if !ok && c.Mined && !c.Stale {
		return q.loading("正在生成报送期 " + p.String() + " 的报送表")
	}
	versions, err := q.Station.Sheets(q.ctx, chaping.FormPlatform, p.String())
	if err != nil {
		return err
	}
	watches, err := q.Station.Watches(q.ctx)
	if err != nil {
		return err
	}
	var own []station.Sheet
	for _, v := range versions {
		if v.Name == w.Name {
			own = append(own, v)
		}
	}
	changed := now != nil && len(own) > 0 && now.Hash != own[0].Hash
	submitted, err := q.submitted(p)
	if err != nil {
		return err
	}
	unsent, err := q.Station.Unsent(q.ctx, chaping.FormPlatform, p.String(), 0)
	if err != nil {
		return err
	}
	centre, err := q.Station.Centre(q.ctx)
	if err != nil {
		return err
	}
	list, err := q.pushes(versions)
	if err != nil {
		return err
	}
	t := sheetTable()
	source := inMemory(&t, list)
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, shown, err := present(q, t, source, "period", "watch")
	if err != nil {
		return err
	}
	page := sheetsPage{
		picker:     q.pick(p, "/sheets"),
		Counted:    c,
		Table:      view,
		Versions:   shown,
		All:        len(list),
		Own:        own,
		Changed:    changed,
		W:          w,
		Unfinished: lacks.Lines(),
		Watches:    watches,
		Ended: !q.Now().Before(
			p.Window().To,
		),
		Due:       q.Calendar.Due(p),
		Submitted: submitted,
		Unsent:    unsent,
		Formats:   report.Formats(),
		Centre:    centre.URL,
	}
	if now != nil {
		page.Draft, page.Hash = now.Sheet, now.Hash
		undecided, some, err := q.App.Undecided(q.ctx)
		if err != nil {
			return err
		}
		page.Concerns = now.concerns(undecided, some)
	}
	return q.render("sheets", page)
}

type sheetsPage struct {
	picker
	Counted    counted          `json:"counted"`
	Draft      *report.Platform `json:"-"` // download it
	Concerns   []report.Concern `json:"-"` // about the draft
	Table      *tableView       `json:"table"`
	Versions   []shownSheet     `json:"versions"` // of the page
	All        int              `json:"-"`
	Own        []station.Sheet  `json:"-"`          // of the watch
	Changed    bool             `json:"changed"`    // since the last version of the watch
	Unfinished []string         `json:"unfinished"` // why the reviews are not all there; to freeze the draft then needs a reason in decided
	Hash       string           `json:"hash"`       // of the draft, for freezing it; empty: there is none
	W          station.Watch    `json:"-"`
	Watches    []station.Watch  `json:"watches"`
	Ended      bool             `json:"ended"` // the window, so that it can be frozen
	Due        calendar.Due     `json:"due"`
	Submitted  bool             `json:"submitted"`
	Unsent     []station.Unsent `json:"unsent"` // corrections that were frozen and not handed in
	Formats    []string         `json:"formats"`
	Centre     string           `json:"-"` // where sheets can be sent
}

// shownSheet is a frozen version, and how its sending to the centre stands.
type shownSheet struct {
	station.Sheet
	Push *station.Push `json:"push,omitempty"`
}

// pushes are frozen versions with how their sending to the centre stands.
func (q *request) pushes(versions []station.Sheet) (list []shownSheet, err error) {
	for i := range versions {
		push, err := q.Station.PushOf(q.ctx, &versions[i])
		if err != nil {
			return nil, err
		}
		list = append(list, shownSheet{versions[i], push})
	}
	return list, nil
}

// maxOpen is for how many days a page may be open and its draft be frozen.
const maxOpen = 14

// shownWithin tells whether hash was shown for what the sheet is now, on its
// day of filing or one of the days before: time alone changes nothing that is
// signed.
func shownWithin(sheet *report.Platform, now, hash string) (bool, error) {
	earlier := *sheet
	for range maxOpen {
		if now == hash {
			return true, nil
		}
		earlier.Filed = earlier.Filed.AddDate(0, 0, -1)
		var err error
		if now, err = earlier.Hash(); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (q *request) sheetPreview() error {
	if q.form("version") != "" {
		sheet, _, err := q.sheetInAddress()
		if err != nil {
			return err
		}
		return q.preview(excerpt(sheet).Document())
	}
	p, err := q.period()
	if err != nil {
		return err
	}
	now, _, err := q.draftInAddress(p)
	if err != nil {
		return err
	}
	page, err := now.preview()
	if err != nil {
		return err
	}
	return q.framed(page)
}

// previewRows is how many rows a preview has of each table: a browser takes
// minutes for more, and nobody reads them there.
const previewRows = 1000

// excerpt is the sheet as it is previewed: long tables are cut off, and it says
// so.
func excerpt(sheet *report.Platform) *report.Platform {
	rows, more, sentences := len(sheet.Rows), len(sheet.Unlisted), len(sheet.Evidence)
	if max(rows, more, sentences) <= previewRows {
		return sheet
	}
	short := *sheet // the desk's is shown to others
	short.Rows = sheet.Rows[:min(rows, previewRows)]
	short.Unlisted = sheet.Unlisted[:min(more, previewRows)]
	short.Evidence = sheet.Evidence[:min(sentences, previewRows)]
	short.Excerpt = fmt.Sprintf("预览：报送表 %d 行、证据 %d 条，各列前 %d 行；全部内容在下载的文件里。", rows, sentences, previewRows)
	return &short
}

// preview answers with a report's own page.
func (q *request) preview(d *report.Document) error {
	var b bytes.Buffer
	if err := d.HTML(&b); err != nil {
		return err
	}
	return q.framed(b.Bytes())
}

// framed answers with a page that carries its styles in itself, so it has a policy
// of its own: no script, nothing loaded, shown in a frame of ours only.
func (q *request) framed(page []byte) error {
	h := q.w.Header()
	h.Set(
		"Content-Security-Policy",
		"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
	)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	return compress(q.w, q.r, http.StatusOK, page)
}

// sheetInAddress is the frozen version that the address names, or the draft.
func (q *request) sheetInAddress() (*report.Platform, station.Sheet, error) {
	p, err := q.period()
	if err != nil {
		return nil, station.Sheet{}, err
	}
	if v := number(q.form("version")); v > 0 {
		s, err := q.Station.Sheet(q.ctx, chaping.FormPlatform, p.String(), q.form("name"), int(v))
		if err != nil {
			return nil, s, err
		}
		sheet, err := app.Thaw(s)
		return sheet, s, err
	}
	now, w, err := q.draftInAddress(p)
	if err != nil {
		return nil, station.Sheet{}, err
	}
	return now.Sheet, station.Sheet{Name: w.Name, Period: p.String()}, nil
}

// draftInAddress is the draft of the period and of the watch that the address
// names.
func (q *request) draftInAddress(p chaping.Period) (*drafted, station.Watch, error) {
	w, err := q.watchInAddress()
	if err != nil {
		return nil, w, err
	}
	c, ok, err := q.counted(p)
	if err != nil {
		return nil, w, err
	}
	var now *drafted
	if ok {
		now, ok, err = q.draft(p, w, c)
	}
	if err == nil && !ok {
		err = &fault{http.StatusServiceUnavailable, "报送表还没有生成", "在“报送表”页等它生成，或先挖掘", nil}
	}
	return now, w, err
}

func (q *request) sheetFreeze() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	if err := q.App.Ended(p); err != nil {
		return err
	}
	now, w, err := q.draftInAddress(p)
	if err != nil {
		return err
	}
	back := "/sheets?" + url.Values{"period": {p.String()}, "watch": {q.form("watch")}}.Encode()
	shown, err := shownWithin(now.Sheet, now.Hash, q.form("hash"))
	if err != nil {
		return err
	}
	if !shown { // what is signed is what was shown
		if q.api {
			return &fault{http.StatusConflict, "没有冻结：内容与 hash 不符", "重新读取 /sheets，核对后用新的 hash 冻结", nil}
		}
		return q.redirect(back, "没有冻结：您打开这一页之后，内容有了变化（有人复核，或有新的评论）。请再看一遍再冻结")
	}
	q.act.Object, q.act.Detail = "报送期 "+p.String()+" "+w.Name, q.form("reason")
	decided := chaping.Shorten(q.form("decided"), 400)
	if decided != "" {
		decided = q.account.Person + "：" + decided
	}
	mine := *now.Draft // the desk's is shown to others
	sheet := *now.Sheet
	mine.Sheet = &sheet
	frozen, fresh, err := q.App.FreezeDraft(
		q.ctx,
		&mine,
		app.SheetRequest{Period: p, Watch: w.Watch, Decided: decided},
		q.account.Person,
		q.reason(),
	)
	if err != nil {
		return err
	}
	return q.redirect(back, frozenMessage(frozen, fresh))
}

// reason is why a form that was frozen before is corrected.
func (q *request) reason() string { return chaping.Shorten(q.form("reason"), 500) }

func frozenMessage(frozen station.Sheet, fresh bool) string {
	if !fresh {
		return fmt.Sprintf("内容与第 %d 版相同，没有新建版本", frozen.Version)
	}
	return fmt.Sprintf("已冻结第 %d 版", frozen.Version)
}

// sheetSubmit notes that a frozen version was handed in, and keeps what was.
func (q *request) sheetSubmit() error {
	sheet, s, err := q.sheetInAddress()
	if err != nil {
		return err
	}
	if sheet.Frozen == nil {
		return bad("只有冻结的报送表才能报送", "先冻结")
	}
	q.act.Object = fmt.Sprintf("报送期 %s %s第 %d 版", s.Period, s.Name, s.Version)
	if err := q.Station.SubmitSheet(q.ctx, &s); err != nil {
		return err
	}
	return q.redirect("/sheets?period="+s.Period, fmt.Sprintf("已登记报送第 %d 版", s.Version))
}

// sheetPush sends a frozen version to the centre, now and until it is there.
func (q *request) sheetPush() error {
	sheet, s, err := q.sheetInAddress()
	if err != nil {
		return err
	}
	if sheet.Frozen == nil {
		return bad("只有冻结的报送表才能报送", "先冻结")
	}
	return q.pushSheet(&s, "/sheets?period="+s.Period)
}

// handOver hands a frozen version in by the route there is from here: as a job
// that ends with the centre's receipt, or by note, which keeps it in this
// installation's inbox. message says what was done before.
func (q *request) handOver(s *station.Sheet, message, back string, note func() error) error {
	route, err := q.App.Route(q.ctx)
	if err != nil {
		return err
	}
	if route == app.RouteCentre && (s.Station == 0 || s.Station == q.home.ID) {
		err := q.pushSheet(s, back)
		if busy, ok := errors.AsType[*fault](err); ok && busy.status == http.StatusConflict { // what was frozen stays frozen
			if err := q.Station.Push(q.ctx, s); err != nil {
				return err
			}
			return q.redirect(back, message+"，已排队：另一项报送完成以后自动送到研究中心")
		}
		return err
	}
	if err := note(); err != nil {
		return err
	}
	if route == app.RouteHere {
		return q.redirect(back, message+"，并已报送")
	}
	return q.redirect(back, message+"，并已登记报送。本机没有连接研究中心，请把文件送交研究中心")
}

// pushSheet queues a frozen version and sends it as a job.
func (q *request) pushSheet(s *station.Sheet, back string) error {
	c, err := q.Station.Centre(q.ctx)
	if err != nil {
		return err
	}
	if c.URL == "" {
		return bad("还没有设置研究中心的地址", wordAdvice(chaping.Advice{Code: chaping.AdviceCentre}))
	}
	q.act.Object = fmt.Sprintf("%s %s %s第 %d 版", s.Form.Chinese(), s.Period, s.Name, s.Version)
	j, err := q.jobs.start(
		kindPush,
		q.act.Object,
		q.account.Person,
		back,
		func(ctx context.Context, j *job) (string, error) {
			done, err := q.App.Submit(ctx, *s)
			if err != nil {
				return "", err
			}
			switch p := done.Push; {
			case p.Stopped:
				return "", errors.New(p.Error)
			case p.Error == "" && p.Accepted():
				return fmt.Sprintf("研究中心已于 %s 收到，回执 %d 号", p.Received.Format(chaping.Minute), p.Receipt), nil
			case p.Error == "": // claimed by another attempt
				return "另一次发送正在进行，结果稍后见报送页", nil
			default:
				return "", &chaping.Error{
					Code:    chaping.CodePartial,
					Message: p.Error,
					Remedy:  "不必再报送，程序会自动重试，下一次在 " + p.Due.Format("15:04"),
				}
			}
		},
	)
	return q.follow(j, err)
}

func (q *request) sheetDownload() error {
	sheet, s, err := q.sheetInAddress()
	if err != nil {
		return err
	}
	format := q.form("format")
	return q.downloadForm(sheet, report.Formats(), format, s.FileName(format))
}

// downloadForm hands a form out in one of the formats.
func (q *request) downloadForm(f app.Model, formats []string, format, name string) error {
	if !slices.Contains(formats, format) {
		return bad("没有格式“"+chaping.Shorten(format, 20)+"”", "用 "+strings.Join(formats, "、"))
	}
	if format == "pdf" && !q.api {
		return q.print(f, name)
	}
	dir, err := os.MkdirTemp(q.Dir, "download-*")
	if err != nil {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "文件写不出来", Remedy: "请管理员检查磁盘空间", Err: err}
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sheet."+format)
	if err := q.App.WriteFile(q.ctx, f, format, path); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	q.act.Object = name
	return q.download(name, file)
}

// extension is that of a file's name, which its sender has chosen, as it may
// stand in a header.
func extension(name string) string {
	ext := filepath.Ext(name)
	if strings.Trim(strings.ToLower(ext), ".abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return ""
	}
	return ext
}

// download hands a file out under a safe name, never to be opened in place.
func (q *request) download(name string, body io.Reader) error {
	if err := q.Station.Record(q.ctx, q.act); err != nil { // before it is out
		return err
	}
	h := q.w.Header()
	kind := mime.TypeByExtension(filepath.Ext(name))
	if kind == "" || strings.HasPrefix(kind, "text/html") {
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	h.Set(
		"Content-Disposition",
		"attachment; filename=\"chaping"+extension(
			name,
		)+"\"; filename*=UTF-8''"+strings.ReplaceAll(
			url.QueryEscape(name),
			"+",
			"%20",
		),
	)
	h.Set("Cache-Control", "no-store")
	_, _ = io.Copy(q.w, body) // errors mean that the browser has gone
	return nil
}
