package station

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chaping"
)

// A Subject is a record that people speak about.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	ID   int64       `json:"id"`
}

// A SubjectKind is what kind of record it is.
type SubjectKind string

// The kinds of records that people speak about.
const (
	AboutSubmission SubjectKind = "submission"
	AboutLead       SubjectKind = "lead"
	AboutCase       SubjectKind = "case"
	AboutBulletin   SubjectKind = "bulletin"
)

// A Topic is a subject as it stands: what it is called, where it is shown, and
// whom it concerns.
type Topic struct {
	Subject
	Title   string `json:"title"`
	Path    string `json:"-"`
	Station int64  `json:"station,omitempty"` // 0: of all, or the centre's own
	inside  bool   // for those who see the board only
	all     bool   // every station sees it
	persons []int64
	// stations see it, where it is not one's own
	stations []int64
}

// Visible tells whether the account may see the record.
func (t *Topic) Visible(a *Account) bool {
	switch {
	case t.inside:
		return a.Has(RoleCentre, RoleBureau)
	case !a.Has(RolePlatform, RoleAssociation, RoleCentre, RoleBureau):
		return false
	}
	return t.all || a.Scope().Sees(t.Station) || slices.ContainsFunc(t.stations, a.Scope().Sees)
}

// A Comment is what somebody said about a record.
type Comment struct {
	Subject
	Number      int64        `json:"number"`
	At          time.Time    `json:"at"`
	Account     int64        `json:"-"` // 0: a program's
	Who         string       `json:"who"`
	Station     int64        `json:"station,omitempty"`      // whose it is, or whom it is for; 0: all who see the record
	StationName string       `json:"station_name,omitempty"` // what that is called
	Content     string       `json:"content"`
	Key         string       `json:"-"` // of its sender; "": written here
	Attachments []Attachment `json:"attachments,omitempty"`
}

// An Attachment is a file that goes with a comment.
type Attachment struct {
	ID      int64  `json:"id"`
	Comment int64  `json:"-"`
	Name    string `json:"name"`
	Hash    string `json:"sha256"`
	Size    int    `json:"size"`
	Data    []byte `json:"-"`
}

// Bounds of attachments.
const (
	MaxAttachment  = 10 << 20 // bytes of one
	MaxAttachments = 5        // of a comment
)

// fileTypes are the types that content may have, with the extensions that may
// stand for it.
var fileTypes = map[string][]string{
	"image/png": {".png"}, "image/jpeg": {".jpg", ".jpeg"}, "image/gif": {".gif"}, "image/webp": {".webp"},
	"application/pdf": {
		".pdf",
	}, "application/zip": {".xlsx", ".docx", ".pptx"}, "text/plain; charset=utf-8": {".txt", ".csv"},
}

// check tells by its content whether an attachment may be kept. What a browser
// or an office program would run is never among what may.
func (a *Attachment) check() error {
	a.Name = strings.TrimSpace(filepath.Base(strings.ReplaceAll(a.Name, "\\", "/")))
	extension := strings.ToLower(filepath.Ext(a.Name))
	kind := http.DetectContentType(a.Data)
	name := "附件“" + chaping.Shorten(a.Name, 60) + "”"
	switch {
	case len(a.Data) == 0:
		return invalid(name, "是空的", "重新选择文件")
	case len(a.Data) > MaxAttachment:
		return invalid(name, fmt.Sprintf("超过 %d MB", MaxAttachment>>20), "压缩，或分成几个")
	case !slices.Contains(fileTypes[kind], extension):
		return invalid(name, "的内容不是可以收的格式，或与文件名不符", "用 png、jpg、gif、webp、pdf、xlsx、docx、pptx、csv 或 txt")
	case kind == "application/zip" && !bytes.Contains(a.Data, []byte("[Content_Types].xml")),
		bytes.Contains(a.Data, []byte("vbaProject.bin")) && kind == "application/zip":
		return invalid(name, "不是办公文件，或带有宏", "另存为不带宏的 xlsx、docx 或 pptx")
	}
	sum := sha256.Sum256(a.Data)
	a.Hash, a.Size, a.Name = hex.EncodeToString(sum[:]), len(a.Data), chaping.Shorten(a.Name, 100)
	return nil
}

// checkAttachments tells whether files may go with what somebody says, and gives
// them their hashes.
func checkAttachments(files []Attachment) error {
	if len(files) > MaxAttachments {
		return invalid("附件", fmt.Sprintf("一次最多 %d 个", MaxAttachments), "分几次提交")
	}
	for i := range files {
		if err := files[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// Topic is the record that a subject names; missing where there is none, or the
// account may not see it.
func (d *DB) Topic(ctx context.Context, a *Account, s Subject) (t Topic, err error) {
	t.Subject = s
	switch s.Kind {
	case AboutSubmission:
		var f Submission
		if f, err = scanSubmission(d.db.QueryRowContext(ctx, "SELECT "+submissionColumns+submissions+"WHERE s.id = ?", s.ID).Scan); err == nil {
			t.Title, t.Station = "报送文件“"+f.File+"”（"+f.Station+" "+f.Period+"）", f.StationID
			t.Path = fmt.Sprintf("/comments?kind=submission&subject=%d", s.ID)
		}
	case AboutLead:
		var l Lead
		if l, err = d.Lead(ctx, s.ID); err == nil {
			t.Title, t.inside, t.persons = "线索“"+l.Title()+"”", true, []int64{l.Assignee}
			t.Path = fmt.Sprintf("/board/lead?number=%d", s.ID)
		}
	case AboutCase:
		var c Case
		if c, _, err = d.Case(ctx, Everything(), s.ID); err == nil {
			t.Title, t.Path, t.Station = fmt.Sprintf(
				"案件 %d“%s”",
				c.ID,
				c.Title,
			), fmt.Sprintf(
				"/cases/%d",
				c.ID,
			), c.Station
			if len(c.Others) > 0 { // what is said is for all of them
				t.Station, t.stations = 0, c.Sources()
			}
		}
	case AboutBulletin:
		var b Bulletin
		if b, err = d.Bulletin(ctx, Everything(), s.ID); err == nil {
			t.Title, t.Path = b.Kind.Chinese()+"“"+b.Title+"”", fmt.Sprintf("/bulletins/%d", b.ID)
			t.Station, t.all = b.Station, b.Station == 0
		}
	default:
		err = sql.ErrNoRows
	}
	if errors.Is(err, sql.ErrNoRows) || err == nil && a != nil && !t.Visible(a) {
		return Topic{}, missing("记录", s.ID)
	}
	return t, err
}

// Bulletin is one that the scope may read.
func (d *DB) Bulletin(ctx context.Context, scope Scope, id int64) (Bulletin, error) {
	list, err := d.Bulletins(ctx, scope)
	if err != nil {
		return Bulletin{}, err
	}
	i := slices.IndexFunc(list, func(b Bulletin) bool { return b.ID == id })
	if i < 0 {
		return Bulletin{}, missing("通报", id)
	}
	return list[i], nil
}

// Comments are what was said about a record, as far as the scope sees it, the
// oldest first.
func (d *DB) Comments(ctx context.Context, scope Scope, s Subject) (list []Comment, err error) {
	index := map[int64]int{}
	err = d.query(
		ctx,
		statement("comments"),
		[]any{s.Kind, s.ID, scope.all, scope.station},
		func(scan func(...any) error) error {
			var c Comment
			var at int64
			err := scan(
				&c.Number,
				&c.Kind,
				&c.ID,
				&at,
				&c.Account,
				&c.Who,
				&c.Station,
				&c.StationName,
				&c.Content,
				&c.Key,
			)
			c.At = shown(at)
			index[c.Number] = len(list)
			list = append(list, c)
			return err
		},
	)
	if err != nil || len(list) == 0 {
		return list, err
	}
	err = d.query(ctx, statement("attachments"), []any{s.Kind, s.ID}, func(scan func(...any) error) error {
		var a Attachment
		err := scan(&a.ID, &a.Comment, &a.Name, &a.Hash, &a.Size)
		if i, ok := index[a.Comment]; ok {
			list[i].Attachments = append(list[i].Attachments, a)
		}
		return err
	})
	return list, err
}

// CommentCounts are how many comments the records of a kind have, as far as the
// scope sees them.
func (d *DB) CommentCounts(ctx context.Context, scope Scope, kind SubjectKind) (map[int64]int, error) {
	counts := map[int64]int{}
	err := d.query(
		ctx,
		statement("comment_counts"),
		[]any{kind, scope.all, scope.station},
		func(scan func(...any) error) error {
			var id int64
			var n int
			err := scan(&id, &n)
			counts[id] = n
			return err
		},
	)
	return counts, err
}

// Attachment is a file that the account may see, with its content.
func (d *DB) Attachment(ctx context.Context, a *Account, id int64) (f Attachment, err error) {
	var s Subject
	var of int64
	err = d.db.QueryRowContext(ctx, statement("attachment"), id).
		Scan(&f.ID, &f.Comment, &f.Name, &f.Hash, &f.Size, &s.Kind, &s.ID, &of, &f.Data)
	if errors.Is(err, sql.ErrNoRows) || err == nil && of != 0 && !a.Scope().Sees(of) {
		return Attachment{}, missing("附件", id)
	}
	if err != nil {
		return f, err
	}
	if _, err := d.Topic(ctx, a, s); err != nil {
		return Attachment{}, missing("附件", id)
	}
	return f, nil
}

// at is an @ and what may be a name behind it. An address of mail has none: a
// letter stands before its @.
var at = regexp.MustCompile(`(?:^|[^0-9A-Za-z._-])@([\p{L}\p{N}._-]+)`)

// mentioned are the accounts that a text calls with @, each by what it logs in
// with or by the person's name; Chinese words may follow the name without a space.
func mentioned(text string, all []Account) (list []Account, err error) {
	for _, m := range at.FindAllStringSubmatch(text, -1) {
		found := -1
		for name := m[1]; name != "" && found < 0; {
			found = slices.IndexFunc(
				all,
				func(a Account) bool { return SameName(a.Name, name) || SameName(a.Person, name) },
			)
			last, size := utf8.DecodeLastRuneInString(name)
			if name = name[:len(name)-size]; !unicode.Is(unicode.Han, last) && last != '.' {
				break // a letter or a digit belongs to the name
			}
		}
		if found < 0 {
			return nil, invalid("@"+chaping.Shorten(m[1], 30), "不是这里的账号", "核对账号名或姓名；不是叫人的，在 @ 前面加字母或去掉 @")
		}
		if !slices.ContainsFunc(list, func(a Account) bool { return a.ID == all[found].ID }) {
			list = append(list, all[found])
		}
	}
	return list, nil
}

// AddComment adds what an account says about a record, with files, and tells
// those whom it concerns. Whoever is called with @ must be able to see it. A
// comment whose key is known is there already.
func (d *DB) AddComment(ctx context.Context, a *Account, c Comment) (Comment, error) {
	t, err := d.Topic(ctx, a, c.Subject)
	if err != nil {
		return c, err
	}
	concerns(ctx, t.Title)
	if c.Content = strings.TrimSpace(c.Content); c.Content == "" && len(c.Attachments) == 0 {
		return c, invalid("意见", "没有写", "写明内容，或附上文件")
	}
	if err := bounded("意见", c.Content, maxText); err != nil {
		return c, err
	}
	if err := checkAttachments(c.Attachments); err != nil {
		return c, err
	}
	if !a.Scope().Sees(0) { // a station speaks for itself
		c.Station = a.Station
	} else if t.Station != 0 {
		c.Station = t.Station
	}
	if t.inside {
		c.Station = 0
	}
	if c.Account, c.At = a.ID, d.now(); c.Who == "" || a.ID != 0 { // a program may say whom it speaks for
		c.Who = a.Person
	}
	err = d.transact(ctx, func(tx *sql.Tx) error { return d.addComment(ctx, tx, &t, &c) })
	return c, err
}

func (d *DB) addComment(ctx context.Context, tx *sql.Tx, t *Topic, c *Comment) error {
	if c.Key != "" {
		if err := tx.QueryRowContext(ctx, statement("comment_of_key"), c.Key).Scan(&c.Number); err != nil ||
			c.Number != 0 {
			return err
		}
	}
	if err := known(ctx, tx, c.Station); err != nil {
		return err
	}
	all, err := accounts(ctx, tx)
	if err != nil {
		return err
	}
	called, err := mentioned(c.Content, all)
	if err != nil {
		return err
	}
	for i := range called {
		if m := &called[i]; m.Disabled || !t.Visible(m) || c.Station != 0 && !m.Scope().Sees(c.Station) {
			return invalid("@"+m.Person, "看不到这条记录，没有发出", "去掉 @"+m.Person+"，或换成能看到的人")
		}
	}
	err = tx.QueryRowContext(ctx, statement("add_comment"), c.Kind, c.ID, c.At.UnixMilli(), orNull(c.Account), c.Who,
		orNull(c.Station), c.Content, orEmpty(c.Key)).Scan(&c.Number)
	if err != nil {
		return err
	}
	for _, f := range c.Attachments {
		if _, err := tx.ExecContext(ctx, statement("add_content"), f.Hash, f.Data); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, statement("add_attachment"), c.Number, f.Name, f.Hash, f.Size); err != nil {
			return err
		}
	}
	n := Notice{Kind: Mentioned, Key: fmt.Sprintf("comment-%d", c.Number), Path: t.Path,
		Text: c.Who + " 在" + t.Title + "里提到您：" + chaping.Shorten(c.Content, 60)}
	if err := d.tell(ctx, tx, without(called, c.Account), n); err != nil {
		return err
	}
	n.Kind, n.Text = Answered, c.Who+" 就"+t.Title+"发表了意见："+chaping.Shorten(c.Content, 60)
	return d.tell(ctx, tx, without(t.listeners(all, c), c.Account), n)
}

// listeners are those who should know of a comment: the centre of what a station
// says, the station of what the centre says, and who judges a lead.
func (t *Topic) listeners(all []Account, c *Comment) (list []Account) {
	if t.inside {
		for _, a := range all {
			if slices.Contains(t.persons, a.ID) {
				list = append(list, a)
			}
		}
		return list
	}
	centre, own := Concerned(all, c.Station)
	byStation := slices.ContainsFunc(own, func(a Account) bool { return a.ID == c.Account }) || c.Account == 0
	if byStation {
		return centre
	}
	if t.all || t.Station != 0 {
		return own
	}
	return slices.DeleteFunc(own, func(a Account) bool { return !slices.Contains(t.stations, a.Station) })
}

// orEmpty is NULL for an empty text.
func orEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// A TakenNote says that a station has taken note of a bulletin.
type TakenNote struct {
	Bulletin int64     `json:"-"`
	Station  int64     `json:"station"`
	Name     string    `json:"name"`
	At       time.Time `json:"at"`
	Who      string    `json:"who"`
}

// TakeNote notes that an account's station has taken note of a bulletin.
func (d *DB) TakeNote(ctx context.Context, a *Account, bulletin int64) error {
	b, err := d.Bulletin(ctx, a.Scope(), bulletin)
	if err != nil {
		return err
	}
	concerns(ctx, b.Title)
	if a.Station == 0 {
		return invalid("账号", "不属于监测站", "由监测站的账号签收")
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement("take_note"), b.ID, a.Station, d.now().UnixMilli(), a.Person)
		return err
	})
}

// TakenNotes are the stations that have taken note of a bulletin, of all when
// the ID is 0, as far as the scope sees them.
func (d *DB) TakenNotes(ctx context.Context, scope Scope, bulletin int64) (list []TakenNote, err error) {
	err = d.query(
		ctx,
		statement("taken_notes"),
		[]any{bulletin, scope.all, scope.station},
		func(scan func(...any) error) error {
			var t TakenNote
			var at int64
			err := scan(&t.Bulletin, &t.Station, &t.Name, &at, &t.Who)
			t.At = shown(at)
			list = append(list, t)
			return err
		},
	)
	return list, err
}
