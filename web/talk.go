package web

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"

	"chaping"
	"chaping/station"
)

// A talk is what people said about a record; one component shows it wherever
// there is one.
type talk struct {
	station.Subject
	Path     string            `json:"-"`
	List     []station.Comment `json:"comments"`
	Stations []station.Station `json:"-"` // whom a comment can be for; none: there is nothing to choose
	Typed    string            `json:"-"` // what was refused
	To       int64             `json:"-"`
}

// talk is what was said about a record that the account may see.
func (q *request) talk(s station.Subject) (t talk, err error) {
	topic, err := q.Station.Topic(q.ctx, q.account, s)
	if err != nil {
		return t, err
	}
	t.Subject, t.Path = s, topic.Path
	if s.Kind == station.AboutBulletin && topic.Station == 0 && q.account.Scope().Sees(0) {
		if t.Stations, _, err = q.stationNames(); err != nil {
			return t, err
		}
	}
	t.List, err = q.Station.Comments(q.ctx, q.account.Scope(), s)
	return t, err
}

type commentsPage struct {
	Title   string `json:"title"`
	Talk    talk   `json:"talk"`
	File    bool   `json:"-"` // it is about a file that was handed in
	Problem *fault `json:"-"`
}

// comments shows what was said about a record by itself.
func (q *request) comments() error { return q.commentsForm(http.StatusOK, nil) }

func (q *request) commentsForm(status int, problem *fault) error {
	s := station.Subject{Kind: station.SubjectKind(q.form("kind")), ID: number(q.form("subject"))}
	topic, err := q.Station.Topic(q.ctx, q.account, s)
	if err != nil {
		return err
	}
	page := commentsPage{Title: topic.Title, File: s.Kind == station.AboutSubmission, Problem: problem}
	if page.Talk, err = q.talk(s); err != nil {
		return err
	}
	if problem != nil {
		page.Talk.Typed, page.Talk.To = q.form("content"), number(q.form("station"))
	}
	return q.show(status, "comments", topic.Title, page)
}

// comment takes what somebody says about a record.
func (q *request) comment() error {
	files, err := q.attached()
	if err != nil {
		return err
	}
	c := station.Comment{
		Subject:     station.Subject{Kind: station.SubjectKind(q.form("kind")), ID: number(q.form("subject"))},
		Content:     q.form("content"),
		Station:     number(q.form("station")),
		Attachments: files,
	}
	q.act.Detail = chaping.Shorten(c.Content, 80)
	c, err = q.Station.AddComment(q.ctx, q.account, c)
	if f, ok := told(err); ok {
		return q.commentsForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	topic, err := q.Station.Topic(q.ctx, q.account, c.Subject)
	if err != nil {
		return err
	}
	return q.redirect(q.back(topic.Path)+"#talk", "意见已发表")
}

// attached are the files of a form that came with some; it reads the form.
func (q *request) attached() (files []station.Attachment, err error) {
	if !q.uploads() {
		return nil, nil
	}
	q.patient()
	q.r.Body = http.MaxBytesReader(q.w, q.r.Body, station.MaxAttachment*station.MaxAttachments+maxForm)
	if err := q.r.ParseMultipartForm(maxForm); err != nil {
		return nil, &fault{http.StatusRequestEntityTooLarge,
			fmt.Sprintf("没有收到内容，或超过每个附件 %d MB", station.MaxAttachment>>20), "缩小附件后重新提交", err}
	}
	defer func() { _ = q.r.MultipartForm.RemoveAll() }()
	q.route.declared("file")
	for _, head := range q.r.MultipartForm.File["file"] {
		if head.Size == 0 && head.Filename == "" {
			continue
		}
		file, err := head.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(file, station.MaxAttachment+1))
		_ = file.Close()
		if err != nil {
			return nil, &fault{http.StatusRequestEntityTooLarge, "附件没有收完", "重新上传", err}
		}
		files = append(files, station.Attachment{Name: uploadedName(head), Data: data})
	}
	return files, nil
}

// attachment hands out a file that goes with a comment.
func (q *request) attachment() error {
	f, err := q.Station.Attachment(q.ctx, q.account, number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	return q.handOut(f, f.Data)
}

// handOut gives a file with its content, and enters it in the log.
func (q *request) handOut(f station.Attachment, data []byte) error {
	q.act.Object, q.act.Detail = f.Name, "sha256 "+f.Hash
	return q.download(f.Name, bytes.NewReader(data))
}

// A shownBulletin is a bulletin with what became of it.
type shownBulletin struct {
	station.Bulletin
	Comments int  `json:"comments"`
	Noted    int  `json:"noted"`      // stations that have taken note
	To       int  `json:"to"`         // stations that it is for, to those who see all
	Own      bool `json:"taken_note"` // the account's own station has
}

func (q *request) shownBulletins(list []station.Bulletin, stations []station.Station) ([]shownBulletin, error) {
	comments, err := q.Station.CommentCounts(q.ctx, q.account.Scope(), station.AboutBulletin)
	if err != nil {
		return nil, err
	}
	notes, err := q.Station.TakenNotes(q.ctx, q.account.Scope(), 0)
	if err != nil {
		return nil, err
	}
	noted, own := map[int64]int{}, map[int64]bool{}
	for _, n := range notes {
		noted[n.Bulletin]++
		own[n.Bulletin] = own[n.Bulletin] || n.Station == q.account.Station
	}
	all := make([]shownBulletin, 0, len(list))
	for _, b := range list {
		s := shownBulletin{Bulletin: b, Comments: comments[b.ID], Noted: noted[b.ID], Own: own[b.ID]}
		if q.account.Scope().Sees(0) {
			if s.To = 1; b.Station == 0 {
				s.To = len(stations)
			}
		}
		all = append(all, s)
	}
	return all, nil
}

type bulletinPage struct {
	B       station.Bulletin    `json:"bulletin"`
	To      string              `json:"to"`
	Noted   []station.TakenNote `json:"noted"`
	Waiting []string            `json:"waiting"` // stations that have not taken note
	Own     *station.TakenNote  `json:"own,omitempty"`
	Overall bool                `json:"-"`
	Talk    talk                `json:"talk"`
}

// bulletinPage shows a bulletin, who has taken note of it, and what is said.
func (q *request) bulletinPage() error {
	b, err := q.Station.Bulletin(q.ctx, q.account.Scope(), number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	page := bulletinPage{B: b, To: "所有监测站", Overall: q.account.Scope().Sees(0)}
	if page.Talk, err = q.talk(station.Subject{Kind: station.AboutBulletin, ID: b.ID}); err != nil {
		return err
	}
	if page.Noted, err = q.Station.TakenNotes(q.ctx, q.account.Scope(), b.ID); err != nil {
		return err
	}
	stations, names, err := q.stationNames()
	if err != nil {
		return err
	}
	if b.Station != 0 {
		page.To = names[b.Station]
	}
	for i, n := range page.Noted {
		if n.Station == q.account.Station {
			page.Own = &page.Noted[i]
		}
	}
	for _, s := range stations {
		if (b.Station == 0 || b.Station == s.ID) &&
			!slices.ContainsFunc(page.Noted, func(n station.TakenNote) bool { return n.Station == s.ID }) {
			page.Waiting = append(page.Waiting, s.Name)
		}
	}
	return q.show(http.StatusOK, "bulletin", b.Title, page)
}

// takeNote notes that the account's station has taken note of a bulletin.
func (q *request) takeNote() error {
	id := number(q.r.PathValue("id"))
	if err := q.Station.TakeNote(q.ctx, q.account, id); err != nil {
		return err
	}
	return q.redirect(fmt.Sprintf("/bulletins/%d", id), "已签收")
}

type noticesView struct {
	List    []station.Notice
	Unseen  int
	Waiting []notice // what is due or overdue
}

// noticesPage is what an account should know of.
func (q *request) noticesPage() error {
	var view noticesView
	var err error
	if view.List, err = q.Station.Notices(q.ctx, q.account.ID); err != nil {
		return err
	}
	for _, n := range view.List {
		if !n.Seen {
			view.Unseen++
		}
	}
	if view.Waiting, err = q.notices(); err != nil {
		return err
	}
	return q.render("mynotices", view)
}

func (q *request) noticesSeen() error {
	if _, err := q.Station.See(q.ctx, q.account.ID, 0); err != nil {
		return err
	}
	return q.redirect("/notices", "全部标为已读")
}

// noticeOpen notes that a notice has been seen, and leads to what it is about.
func (q *request) noticeOpen() error {
	n, err := q.Station.See(q.ctx, q.account.ID, max(number(q.r.PathValue("id")), 1))
	if err != nil {
		return err
	}
	return q.redirect(local(n.Path), "")
}
