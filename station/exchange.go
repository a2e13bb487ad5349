package station

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"chaping"
)

// # What comes back from the centre
//
// A station's own installation asks the centre for all that concerns it, with
// the signature that its sheets have: bulletins, feedback, consultations and
// cases, with what was said about them. The answer is the whole of it under a
// hash, so that nothing depends on what was asked before, and an answer that is
// lost or comes twice does no harm; whoever has that hash already is told so
// and no more. Answers of the station go the other way through its outbox, each
// under a key that the centre takes once. Files that go with what is said follow
// one by one: the answer names them by their hashes.

// An Exchange is all that concerns a station.
type Exchange struct {
	Hash      string         `json:"hash"`
	Unchanged bool           `json:"unchanged"` // since the hash that was asked with: there are no items
	Items     []ExchangeItem `json:"items"`
}

// An ExchangeItem is a record of the centre.
type ExchangeItem struct {
	Kind     SubjectKind `json:"kind"` // bulletin or case
	Number   int64       `json:"number"`
	Bulletin *Bulletin   `json:"bulletin,omitempty"`
	Case     *Case       `json:"case,omitempty"`
	Notes    []Note      `json:"notes,omitempty"` // of a case
	Comments []Comment   `json:"comments,omitempty"`
	Noted    *TakenNote  `json:"noted,omitempty"` // that the station has taken note of a bulletin
}

// Title is what the record is called.
func (x ExchangeItem) Title() string {
	switch {
	case x.Bulletin != nil:
		return x.Bulletin.Kind.Chinese() + "“" + x.Bulletin.Title + "”"
	case x.Case != nil:
		return fmt.Sprintf("案件 %d“%s”", x.Number, x.Case.Title)
	}
	return "记录"
}

// For is all that concerns the scope's station; known is the hash that it has.
func (d *DB) For(ctx context.Context, scope Scope, known string) (x Exchange, err error) {
	bulletins, err := d.Bulletins(ctx, scope)
	if err != nil {
		return x, err
	}
	noted, err := d.TakenNotes(ctx, scope, 0)
	if err != nil {
		return x, err
	}
	for i := range bulletins {
		item := ExchangeItem{Kind: AboutBulletin, Number: bulletins[i].ID, Bulletin: &bulletins[i]}
		for j := range noted {
			if noted[j].Bulletin == item.Number && scope.Sees(noted[j].Station) {
				item.Noted = &noted[j]
			}
		}
		x.Items = append(x.Items, item)
	}
	cases, err := d.Cases(ctx, scope)
	if err != nil {
		return x, err
	}
	for i := range cases {
		_, notes, err := d.Case(ctx, scope, cases[i].ID)
		if err != nil {
			return x, err
		}
		x.Items = append(x.Items, ExchangeItem{Kind: AboutCase, Number: cases[i].ID, Case: &cases[i], Notes: notes})
	}
	for i := range x.Items {
		item := &x.Items[i]
		if item.Comments, err = d.Comments(ctx, scope, Subject{Kind: item.Kind, ID: item.Number}); err != nil {
			return x, err
		}
	}
	text, err := json.Marshal(x.Items)
	if err != nil {
		return x, err
	}
	sum := sha256.Sum256(text)
	if x.Hash = hex.EncodeToString(sum[:]); x.Hash == known {
		x.Unchanged, x.Items = true, nil
	}
	return x, nil
}

// An Inquiry is when the centre was asked last, and what it said.
type Inquiry struct {
	Centre string    `json:"centre"`
	Hash   string    `json:"hash"`
	Asked  time.Time `json:"asked,omitzero"`
	Error  string    `json:"error,omitempty"` // why it did not answer
	// Lacks says which files did not come with what it said, and why.
	Lacks string `json:"lacks,omitempty"`
}

const settingInquiry = "inquiry"

// Inquiry is the last one.
func (d *DB) Inquiry(ctx context.Context) (i Inquiry, err error) {
	text, err := d.Setting(ctx, settingInquiry)
	if err != nil || text == "" {
		return i, err
	}
	return i, json.Unmarshal([]byte(text), &i)
}

// PutInquiry notes that the centre was asked and did not answer.
func (d *DB) PutInquiry(ctx context.Context, i Inquiry) error {
	text, err := json.Marshal(i)
	if err != nil {
		return err
	}
	return d.Set(ctx, settingInquiry, string(text))
}

// TakeIn stores what the centre has for the station, and tells the station's
// people of what is new, and its channels, where announce makes messages of it.
// Taking the same in again changes nothing.
func (d *DB) TakeIn(ctx context.Context, centre string, x Exchange, announce func(id int64, item *ExchangeItem) []Message) error {
	inquiry, err := json.Marshal(Inquiry{Centre: centre, Hash: x.Hash, Asked: d.now()})
	if err != nil {
		return err
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		if x.Unchanged {
			return set(ctx, tx, settingInquiry, string(inquiry))
		}
		all, err := accounts(ctx, tx)
		if err != nil {
			return err
		}
		_, own := Concerned(all, 0)
		var there []string
		for i := range x.Items {
			item := &x.Items[i]
			if item.Kind != AboutBulletin && item.Kind != AboutCase {
				continue // of a later version of the program
			}
			there = append(there, fmt.Sprintf("%s-%d", item.Kind, item.Number))
			id, err := d.takeIn(ctx, tx, centre, item, own)
			if err != nil {
				return err
			}
			if id == 0 || announce == nil {
				continue
			}
			if err := d.enqueue(ctx, tx, announce(id, item)); err != nil {
				return err
			}
		}
		list, err := json.Marshal(slices.Concat([]string{}, there))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, statement("withdrawn"), centre, string(list), d.now().UnixMilli()); err != nil {
			return err
		}
		return set(ctx, tx, settingInquiry, string(inquiry))
	})
}

// takeIn stores an item; id is 0 where it is there as it is.
func (d *DB) takeIn(ctx context.Context, tx *sql.Tx, centre string, item *ExchangeItem, own []Account) (id int64, err error) {
	content, err := json.Marshal(item)
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	err = tx.QueryRowContext(ctx, statement("take_in"), centre, item.Kind, item.Number, hash, string(content), d.now().UnixMilli()).
		Scan(&id)
	if errors.Is(err, sql.ErrNoRows) { // as it was
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return id, d.tell(ctx, tx, own, Notice{
		Kind: Issued,
		Key:  fmt.Sprintf("received-%d-%s", id, hash[:16]),
		Text: "研究中心的" + item.Title() + "有新内容",
		Path: fmt.Sprintf("/received/%d", id),
	})
}

// A Received is a copy of a record of the centre.
type Received struct {
	ID      int64        `json:"id"`
	Centre  string       `json:"centre"`
	Item    ExchangeItem `json:"item"`
	Changed time.Time    `json:"changed"`
	Gone    bool         `json:"gone"` // the centre does not mention it any more
}

// Files are all that go with what was said about it.
func (r *Received) Files() (list []Attachment) {
	for _, c := range r.Item.Comments {
		list = append(list, c.Attachments...)
	}
	return list
}

// FromCentre are the copies of a kind, of all kinds when it is empty, what
// changed last first.
func (d *DB) FromCentre(ctx context.Context, kind SubjectKind) ([]Received, error) {
	return d.received(ctx, kind, 0)
}

// OneFromCentre is the copy of that ID.
func (d *DB) OneFromCentre(ctx context.Context, id int64) (Received, error) {
	list, err := d.received(ctx, "", max(id, 1))
	if err == nil && len(list) == 0 {
		err = missing("来件", id)
	}
	if err != nil {
		return Received{}, err
	}
	return list[0], nil
}

func (d *DB) received(ctx context.Context, kind SubjectKind, id int64) (list []Received, err error) {
	err = d.query(ctx, statement("received"), []any{kind, id}, func(scan func(...any) error) error {
		var r Received
		var content string
		var changed, gone int64
		if err := scan(&r.ID, &r.Centre, &r.Item.Kind, &r.Item.Number, &content, &changed, &gone); err != nil {
			return err
		}
		r.Changed, r.Gone = shown(changed), gone > 0
		list = append(list, r)
		return json.Unmarshal([]byte(content), &list[len(list)-1].Item)
	})
	return list, err
}

// An Answer is what a station says about a record of the centre.
type Answer struct {
	Key     string      `json:"key"` // makes it one answer, however often it is sent
	Kind    SubjectKind `json:"kind"`
	Number  int64       `json:"subject"`
	Content string      `json:"content"`
	Who     string      `json:"who"`
	Noted   bool        `json:"noted"` // the station takes note of a bulletin
	// Files go with it. Queued, they have no data: Content has it by the hash.
	Files []Attachment `json:"files,omitempty"`
}

// eventAnswer is the event of the outbox's messages with answers.
const eventAnswer = "answer"

// AnswerCentre queues an answer for the centre.
func (d *DB) AnswerCentre(ctx context.Context, r *Received, a Answer) error {
	a.Kind, a.Number, a.Content = r.Item.Kind, r.Item.Number, strings.TrimSpace(a.Content)
	if a.Content == "" && !a.Noted && len(a.Files) == 0 {
		return invalid("回复", "没有写", "写明内容，附上文件，或签收")
	}
	if err := bounded("回复", a.Content, maxText); err != nil {
		return err
	}
	if err := checkAttachments(a.Files); err != nil {
		return err
	}
	if a.Key == "" {
		a.Key = rand.Text()
	}
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	subject := "签收" + r.Item.Title()
	if a.Content != "" {
		subject = "回复" + r.Item.Title() + "：" + chaping.Shorten(a.Content, 40)
	}
	concerns(ctx, r.Item.Title())
	return d.transact(ctx, func(tx *sql.Tx) error {
		for _, f := range a.Files {
			if _, err := tx.ExecContext(ctx, statement("add_content"), f.Hash, f.Data); err != nil {
				return err
			}
		}
		return d.enqueue(
			ctx,
			tx,
			[]Message{{Key: "answer-" + a.Key, Channel: ToCentre, Event: eventAnswer, Subject: subject, Body: string(body)}},
		)
	})
}

// Content is the content of a file that is kept here; missing where none has the
// hash.
func (d *DB) Content(ctx context.Context, f Attachment) (data []byte, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT data FROM content WHERE hash = ?", f.Hash).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "附件“" + f.Name + "”还没有取到",
			Remedy:  "到“研究中心来件”页按“现在取”，或到研究中心的门户下载",
		}
	}
	return data, err
}

// PutContent keeps the content of a file that came from the centre, if that may
// be kept and is what its hash says.
func (d *DB) PutContent(ctx context.Context, f Attachment) error {
	said := f.Hash
	if err := f.check(); err != nil {
		return err
	}
	if f.Hash != said {
		return invalid("附件“"+f.Name+"”", "的内容与校验值不符", "稍后重取")
	}
	_, err := d.db.ExecContext(ctx, statement("add_content"), f.Hash, f.Data)
	return err
}

// Lacking are the files that go with what the centre has for the station and
// that have not come from there yet.
func (d *DB) Lacking(ctx context.Context, centre string) (list []Attachment, err error) {
	all, err := d.received(ctx, "", 0)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, r := range all {
		if r.Centre != centre || r.Gone {
			continue
		}
		for _, f := range r.Files() {
			if seen[f.Hash] {
				continue
			}
			seen[f.Hash] = true
			var there bool
			if err := d.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT * FROM content WHERE hash = ?)", f.Hash).Scan(&there); err != nil {
				return nil, err
			}
			if !there {
				list = append(list, f)
			}
		}
	}
	return list, nil
}

// Answering is the answer that a message to the centre is; ok is false where it
// is a sheet.
func (m *Message) Answering() (a Answer, ok bool, err error) {
	if m.Channel != ToCentre || m.Event != eventAnswer {
		return a, false, nil
	}
	return a, true, json.Unmarshal([]byte(m.Body), &a)
}

// AnswersWaiting are the answers that the centre has not taken yet.
func (d *DB) AnswersWaiting(ctx context.Context) (list []Message, err error) {
	err = d.query(ctx, statement("answers_waiting"), []any{ToCentre}, func(scan func(...any) error) error {
		m, err := scanMessage(scan)
		list = append(list, m)
		return err
	})
	return list, err
}
