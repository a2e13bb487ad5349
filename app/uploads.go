package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/importer"
	"chaping/report"
	"chaping/store/backup"
)

// # Imports in steps
//
// A file that is imported in steps waits in the data directory between them, so
// that a person may think, and a program that is killed goes on:
//
//	NewUpload ─▶ KeepUpload ─▶ Look ⇄ Choose ─▶ Preview ─▶ ImportUpload
//
// A list of the annual report and a form that is handed in are shown to their
// sender in the same way: KeepFile ─▶ OwnFile ─▶ DropUpload.
//
// What nobody has gone on with for a day is removed.

const (
	uploadDir   = backup.UploadFolder
	uploadFile  = "upload.json"
	uploadLife  = 24 * time.Hour
	maxUploads  = 30      // files that wait
	maxWaiting  = 4 << 30 // bytes of them
	previewRows = 20      // that are shown as they will be stored
	previewRead = 5000    // that are looked at
)

// An Upload is a file that is being imported in steps.
type Upload struct {
	ID   string    `json:"id"`
	Name string    `json:"name"` // what its sender calls it
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	// File and Table are the names of the file and of the product table that
	// came with it in the upload's folder; Table may be empty.
	File      string `json:"file"` // empty: the product table came alone
	Table     string `json:"table,omitempty"`
	TableName string `json:"table_name,omitempty"`
	// For says what else than reviews is to be stored of it, Owner whose it is
	// then, and Values what was said of it.
	For    UploadUse         `json:"for,omitempty"`
	Owner  string            `json:"owner,omitempty"`
	Values map[string]string `json:"values,omitempty"`
	Choice Choice            `json:"choice"`

	dir string
}

// An UploadUse is what an upload waits for.
type UploadUse string

// Besides the import of reviews: a list of the annual report, a form that is
// handed in.
const (
	UseList UploadUse = "list"
	UseForm UploadUse = "form"
)

// maxOwn is how many files of one use wait for one person: the oldest goes.
const maxOwn = 3

// KeepFile makes an upload of a file that is to be looked at before it is
// stored. owner is the account that may go on with it.
func (a *App) KeepFile(use UploadUse, owner, name string, data []byte, values map[string]string) (*Upload, error) {
	waiting, err := a.waiting()
	if err != nil {
		return nil, err
	}
	own := 0
	for _, u := range waiting { // the latest first
		if u.For == use && u.Owner == owner {
			if own++; own >= maxOwn {
				if err := a.DropUpload(u); err != nil {
					return nil, err
				}
			}
		}
	}
	u, err := a.NewUpload(name, owner)
	if err != nil {
		return nil, err
	}
	u.For, u.Owner, u.Values, u.File = use, owner, values, "file"
	if err := os.WriteFile(u.Path(u.File), data, 0o600); err != nil {
		return nil, errors.Join(err, a.DropUpload(u))
	}
	return u, a.KeepUpload(u)
}

// OwnFile is an upload of KeepFile, for its owner, with the file's content.
func (a *App) OwnFile(use UploadUse, owner, id string) (*Upload, []byte, error) {
	u, err := a.anyUpload(id)
	if err != nil {
		return nil, nil, err
	}
	if u.For != use || u.Owner != owner {
		return nil, nil, noUpload()
	}
	data, err := os.ReadFile(u.Path(u.File))
	return u, data, err
}

// A Choice is what a person has said of an upload.
type Choice struct {
	Profile string            `json:"profile,omitempty"` // "" leaves it to the importer
	Map     map[string]string `json:"map,omitempty"`
	Facts   importer.Facts    `json:"facts"`
	// Answers are those to questions, by kind: to scale the best rating, to
	// reversed, fill and shop yes or no, to order day-first, month-first, year-first or skip,
	// to exported a day or skip. skip and no take what is assumed.
	Answers map[importer.QuestionKind]string `json:"answers,omitempty"`
	SaveAs  string                           `json:"save_as,omitempty"` // name of the profile to keep
	// TableMap says for a field which column of the product table it is.
	TableMap map[string]string `json:"table_map,omitempty"`
}

// Path is where a file of the upload is.
func (u *Upload) Path(name string) string { return filepath.Join(u.dir, filepath.Base(name)) }

// Dir is the folder of the upload's files.
func (u *Upload) Dir() string { return u.dir }

var uploadID = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// NewUpload makes the folder of a new upload. KeepUpload makes it one that can be
// gone on with, DropUpload removes it.
func (a *App) NewUpload(name, by string) (*Upload, error) {
	if err := a.SweepUploads(); err != nil {
		return nil, err
	}
	list, err := a.waiting()
	if err != nil {
		return nil, err
	}
	var size int64
	for _, u := range list {
		size += u.size()
	}
	if len(list) >= maxUploads || size > maxWaiting {
		return nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: fmt.Sprintf("没有导入完的文件已有 %d 个", len(list)),
			Remedy: "先把它们导入，或删除；放了一天的会自动删除"}
	}
	u := &Upload{ID: rand.Text(), Name: name, By: by, At: a.Now()}
	u.dir = a.Path(uploadDir, u.ID)
	return u, os.MkdirAll(u.dir, 0o700)
}

func (u *Upload) size() (n int64) {
	entries, err := os.ReadDir(u.dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}

// KeepUpload keeps how an upload stands.
func (a *App) KeepUpload(u *Upload) error {
	return report.WriteFile(u.Path(uploadFile), func(w io.Writer) error { return json.NewEncoder(w).Encode(u) })
}

// DropUpload removes an upload.
func (a *App) DropUpload(u *Upload) error { return os.RemoveAll(u.dir) }

func noUpload() error {
	return &chaping.Error{Code: chaping.CodeInput, Message: "这个上传的文件已经提交或导入过，或没有提交，过了一天自动删除了", Remedy: "先看是不是已经收到；没有收到的重新上传"}
}

// Upload is one of reviews that waits.
func (a *App) Upload(id string) (*Upload, error) {
	u, err := a.anyUpload(id)
	if err == nil && u.For != "" {
		return nil, noUpload()
	}
	return u, err
}

func (a *App) anyUpload(id string) (*Upload, error) {
	missing := noUpload()
	if !uploadID.MatchString(id) {
		return nil, missing
	}
	u := &Upload{dir: a.Path(uploadDir, id)}
	text, err := os.ReadFile(u.Path(uploadFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing
	}
	if err == nil {
		err = json.Unmarshal(text, u)
	}
	if err != nil {
		return nil, err
	}
	if u.ID != id || a.Now().Sub(u.At) > uploadLife {
		return nil, missing
	}
	return u, nil
}

// Uploads are those of reviews that wait, the latest first.
func (a *App) Uploads() (list []*Upload, err error) {
	list, err = a.waiting()
	return slices.DeleteFunc(list, func(u *Upload) bool { return u.For != "" }), err
}

func (a *App) waiting() (list []*Upload, err error) {
	entries, err := os.ReadDir(a.Path(uploadDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if u, err := a.anyUpload(e.Name()); err == nil {
			list = append(list, u)
		}
	}
	slices.SortFunc(list, func(a, b *Upload) int { return b.At.Compare(a.At) })
	return list, err
}

// SweepUploads removes what nobody has gone on with for a day, also what never
// became an upload.
func (a *App) SweepUploads() error {
	entries, err := os.ReadDir(a.Path(uploadDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if _, live := a.anyUpload(e.Name()); live == nil {
			continue
		}
		info, ferr := e.Info()
		if ferr != nil || a.Now().Sub(info.ModTime()) < uploadLife {
			continue // being received
		}
		err = errors.Join(err, os.RemoveAll(a.Path(uploadDir, e.Name())))
	}
	return err
}

// TableOnly tells whether it is a product table without reviews.
func (u *Upload) TableOnly() bool { return u.File == "" && u.Table != "" }

// request is what an upload is imported with, but for the product table.
func (u *Upload) request() (r ImportRequest, err error) {
	r = ImportRequest{File: u.Path(cmp.Or(u.File, u.Table)), Name: u.Name, Profile: u.Choice.Profile, Facts: u.Choice.Facts}
	r.Reading, err = u.Choice.reading()
	return r, err
}

// whole is what an upload is imported with.
func (u *Upload) whole(ctx context.Context) (r ImportRequest, err error) {
	if r, err = u.request(); err == nil && u.Table != "" {
		r.Products, err = LoadProducts(ctx, u.Path(u.Table), u.TableName, u.Choice.TableMap)
	}
	return r, err
}

// A Look is what an upload's columns are taken for.
type Look struct {
	importer.Understanding
	// Known is the profile that was found because a file with the same columns
	// was read with it.
	Known string `json:"known,omitempty"`
	// Open are the questions that are not answered, those that block first.
	Open     []importer.Question     `json:"open"`
	Table    *importer.Understanding `json:"table,omitempty"`    // of the product table
	Products int                     `json:"products"`           // in it
	Problems []*chaping.InputError   `json:"problems,omitempty"` // of it, the first
}

// lookAtTable tells what the product table's columns are, and what is in it.
func (l *Look) lookAtTable(ctx context.Context, u *Upload) error {
	table, err := InspectProducts(ctx, u.Path(u.Table), u.TableName, u.Choice.TableMap)
	if err != nil {
		return err
	}
	if l.Table = &table; len(table.Missing) > 0 {
		l.Open = append(l.Open, importer.Question{Kind: importer.AskTable, Field: table.Missing[0], Blocks: true,
			Text: "没有认出商品表的哪一列是" + importer.TitleOf(table.Missing[0]), Assumed: "不能用这个商品表"})
		return nil
	}
	products, err := LoadProducts(ctx, u.Path(u.Table), u.TableName, u.Choice.TableMap)
	if err != nil {
		return err
	}
	l.Products, l.Problems = len(products.Facts), products.Problems[:min(len(products.Problems), maxProblems)]
	return nil
}

// Blocked tells whether a question must be answered before anything is stored.
func (l *Look) Blocked() bool {
	return slices.ContainsFunc(l.Open, func(q importer.Question) bool { return q.Blocks })
}

// unanswered are the kinds of questions that go when they are answered: what was
// said about them stands elsewhere in a Choice.
var unanswered = []importer.QuestionKind{importer.AskProduct, importer.AskMissing}

// Look tells what an upload's columns are.
func (a *App) Look(ctx context.Context, u *Upload) (l Look, err error) {
	r, err := u.request()
	if err == nil && u.Table != "" {
		err = l.lookAtTable(ctx, u)
	}
	if err != nil {
		return l, err
	}
	if u.TableOnly() {
		l.Understanding, l.Table = *l.Table, nil
		return l, nil
	}
	o, err := a.importOptions(ctx, r)
	if err != nil {
		return l, renamed(err, r.File, r.Name)
	}
	if l.Understanding, err = importer.Inspect(ctx, r.File, o); err != nil {
		return l, renamed(err, r.File, r.Name)
	}
	l.File = u.Name
	if r.Profile == "" && o.Profile.Name != StandardProfile {
		l.Known = o.Profile.Name
	}
	for _, q := range l.Questions {
		if l.Known != "" && !q.Blocks && q.Kind != importer.AskExported { // it was answered when the profile was made
			continue
		}
		if u.Choice.Answers[q.Kind] == "" || q.Blocks && slices.Contains(unanswered, q.Kind) {
			l.Open = append(l.Open, q)
		}
	}
	slices.SortStableFunc(l.Open, func(a, b importer.Question) int {
		return map[bool]int{true: 0, false: 1}[a.Blocks] - map[bool]int{true: 0, false: 1}[b.Blocks]
	})
	return l, nil
}

// Choose takes what a person says of an upload. fields are those of its columns,
// in their order, as Look has shown them, table those of the product table's.
// What differs from what the importer finds by itself is kept.
func (a *App) Choose(ctx context.Context, u *Upload, c Choice, fields, table []string) error {
	c.Map, c.TableMap = u.Choice.Map, nil
	if u.TableOnly() {
		table = fields
	}
	if u.Table != "" {
		found, err := InspectProducts(ctx, u.Path(u.Table), u.TableName, nil)
		if err == nil && len(table) == len(found.Columns) {
			c.TableMap, err = difference(found.Columns, table)
		}
		if err != nil {
			return err
		}
	}
	next := *u
	next.Choice = c
	if u.TableOnly() {
		if _, err := a.Look(ctx, &next); err != nil {
			return err
		}
		u.Choice = c
		return a.KeepUpload(u)
	}
	if c.Profile != u.Choice.Profile { // the columns were those of another profile
		next.Choice.Map, next.Choice.Answers = nil, nil
		if _, err := a.Look(ctx, &next); err != nil {
			return err
		}
		u.Choice = next.Choice
		return a.KeepUpload(u)
	}
	now, err := a.Look(ctx, u)
	if err != nil {
		return err
	}
	if changed(now.Columns, fields) {
		if now.Known != "" || c.Profile != "" {
			next.Choice.Profile = StandardProfile
		}
		next.Choice.Map = nil
		found, err := a.Look(ctx, &next)
		if err != nil {
			return err
		}
		if next.Choice.Map, err = difference(found.Columns, fields); err != nil {
			return err
		}
	}
	if _, err := a.Look(ctx, &next); err != nil {
		return err
	}
	u.Choice = next.Choice
	return a.KeepUpload(u)
}

func changed(columns []importer.Column, fields []string) bool {
	return slices.ContainsFunc(columns, func(c importer.Column) bool { return c.Field != "" }) &&
		len(fields) == len(columns) && !slices.EqualFunc(columns, fields,
		func(c importer.Column, field string) bool { return c.Field == field })
}

// difference is the mapping that makes of what was found what is wanted.
func difference(columns []importer.Column, fields []string) (map[string]string, error) {
	found, wanted := map[string]string{}, map[string]string{}
	for i, c := range columns {
		if importer.Joins(c.Field) {
			found[c.Field] = importer.JoinColumns(found[c.Field], c.Name)
		} else if c.Field != "" {
			found[c.Field] = c.Name
		}
		if i >= len(fields) || fields[i] == "" {
			continue
		}
		if importer.FieldNamed(fields[i]) != fields[i] {
			return nil, &chaping.Error{Code: chaping.CodeUsage, Message: "没有字段“" + chaping.Shorten(fields[i], 30) + "”",
				Remedy: "从列表中选择"}
		}
		if importer.Joins(fields[i]) {
			wanted[fields[i]] = importer.JoinColumns(wanted[fields[i]], c.Name)
			continue
		}
		if other, twice := wanted[fields[i]]; twice {
			return nil, &chaping.Error{Code: chaping.CodeInput,
				Message: fmt.Sprintf("“%s”选了两列：%s、%s", importer.TitleOf(fields[i]), other, c.Name), Remedy: "只选一列，另一列改为不用"}
		}
		wanted[fields[i]] = c.Name
	}
	differ := map[string]string{}
	for field, column := range wanted {
		if found[field] != column {
			differ[field] = column
		}
	}
	for field := range found {
		if _, ok := wanted[field]; !ok {
			differ[field] = ""
		}
	}
	return differ, nil
}

// reading is what the answers say of the file.
func (c *Choice) reading() (r Reading, err error) {
	r.Map = c.Map
	for kind, answer := range c.Answers {
		ok := true
		switch kind {
		case importer.AskScale:
			if answer != "skip" {
				best, reversed := strings.CutSuffix(answer, "r")
				_, err = fmt.Sscanf(best, "%g", &r.Scale)
				ok = err == nil && r.Scale > 0 && r.Scale <= 1000
				r.Reversed = r.Reversed || reversed
			}
		case importer.AskReversed:
			var reversed bool
			reversed, ok = yes(answer)
			r.Reversed = r.Reversed || reversed
		case importer.AskFillDown:
			r.FillDown, ok = yes(answer)
		case importer.AskShop:
			r.ShopFromTable, ok = yes(answer)
		case importer.AskSheet:
			r.ProductFromTable, ok = yes(answer)
		case importer.AskVoid:
			r.SkipVoid, ok = yes(answer)
		case importer.AskOrder:
			r.DayOrder, ok = dayOrders[answer]
		case importer.AskExported:
			if answer != "skip" {
				day, derr := time.ParseInLocation(time.DateOnly, answer, chaping.Shanghai())
				r.ExportedAt, ok = day.Add(24*time.Hour-time.Second), derr == nil // the day is all that is told
			}
		case importer.AskField, importer.AskGuess, importer.AskIdentity, importer.AskProduct, importer.AskMissing,
			importer.AskGone, importer.AskTable, importer.AskUnused:
		default:
			ok = false
		}
		if !ok {
			return r, &chaping.Error{Code: chaping.CodeUsage, Message: "不认识的回答“" + chaping.Shorten(answer, 30) + "”",
				Remedy: "从列表中选择"}
		}
	}
	return r, nil
}

func yes(answer string) (yes, ok bool) { return answer == "yes", answer == "yes" || answer == "no" }

var dayOrders = map[string]string{"day-first": importer.DayFirst, "month-first": importer.MonthFirst,
	"year-first": importer.YearFirst, "skip": ""}

// A PreviewRow is a row of a file as it will be stored, or why it will not.
type PreviewRow struct {
	Line      int                   `json:"line"`
	Product   chaping.Product       `json:"product"`
	Keyword   string                `json:"keyword"`
	Published time.Time             `json:"published,omitzero"`
	Rating    int                   `json:"rating"` // 0: none, the text decides
	Grade     string                `json:"grade"`
	Text      string                `json:"text"`
	Appended  string                `json:"appended,omitempty"`
	Refused   *chaping.InputError   `json:"refused,omitempty"`  // why it is not stored
	Problems  []*chaping.InputError `json:"problems,omitempty"` // what is left out of it
	Merged    bool                  `json:"merged"`             // the same review as a row before
}

// A Preview is what becomes of an upload's first rows.
type Preview struct {
	Rows []PreviewRow `json:"rows"` // some of them
	// Summary is of more of them, or of all of a small file.
	Summary importer.Summary `json:"summary"`
}

// Preview tells what becomes of an upload's first rows. Nothing is stored.
func (a *App) Preview(ctx context.Context, u *Upload) (p Preview, err error) {
	r, err := u.whole(ctx)
	if err != nil {
		return p, err
	}
	if u.TableOnly() {
		return a.previewTable(ctx, r)
	}
	o, err := a.importOptions(ctx, r)
	if err != nil {
		return p, renamed(err, r.File, r.Name)
	}
	o.Limit = previewRead
	o.Row = func(row importer.Row) {
		if len(p.Rows) < previewRows {
			p.Rows = append(p.Rows, previewRow(&row, r))
		}
	}
	p.Summary, err = importer.Import(ctx, r.File, o)
	p.Summary.File = r.Name
	calledExamples(&p.Summary, r)
	return p, renamed(err, r.File, r.Name)
}

func previewRow(row *importer.Row, r ImportRequest) PreviewRow {
	p := PreviewRow{Line: row.Line, Refused: row.Fault, Problems: row.Notes, Merged: row.Merged}
	for _, e := range append([]*chaping.InputError{row.Fault}, row.Notes...) {
		if e != nil {
			e.File = called(e.File, r.File, r.Name)
		}
	}
	if row.Fault == nil {
		p.Product, p.Keyword = row.Listing.Product, row.Listing.Keyword
		p.Published, p.Rating, p.Grade = row.Review.Published, row.Review.Rating, row.Review.Grade.String()
		p.Text, p.Appended = row.Review.Text, row.Review.Appended
	}
	return p
}

// ImportUpload stores an upload's reviews, and keeps the profile where a name is
// given for it. The upload goes once they are stored; until then it can be gone
// on with.
func (a *App) ImportUpload(ctx context.Context, u *Upload, watch Watcher) (ImportResult, *ProductTable, error) {
	r, err := u.whole(ctx)
	if err != nil {
		return ImportResult{}, nil, err
	}
	if u.TableOnly() {
		result, err := a.ImportProducts(ctx, r, watch)
		if err == nil {
			err = a.DropUpload(u)
		}
		return result, r.Products, err
	}
	if u.Choice.SaveAs != "" {
		look, err := a.Look(ctx, u)
		if err == nil {
			err = a.SaveImportProfile(u.Choice.SaveAs, &look.Understanding)
		}
		if err != nil {
			return ImportResult{}, r.Products, err
		}
	}
	result, err := a.Import(ctx, r, watch)
	if err == nil {
		err = a.DropUpload(u)
	}
	return result, r.Products, err
}
