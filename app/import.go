package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/importer"
	"chaping/store"
)

// StandardProfile is the import template for files that name no other.
const StandardProfile = "standard"

// An ImportRequest is a file of reviews to be imported.
type ImportRequest struct {
	File string // where it is
	Name string // what its sender calls it; empty: File
	// Profile is the template: the name of a shipped one or of one that was
	// saved, or a file. Empty: the saved one for the same columns, if there is
	// one; otherwise StandardProfile, which finds out what the columns are.
	Profile  string
	Reading  Reading       // what a person knows better than the importer
	Charset  string        // instead of the template's; empty: that one
	Products *ProductTable // for products whose rows say nothing; may be nil
	Facts    importer.Facts
	// Problem is given every row that was refused, or kept with a fault; may be
	// nil.
	Problem func(*chaping.InputError)
}

// An ImportResult says what became of a file.
type ImportResult struct {
	importer.Summary
	Distinct uint64 `json:"distinct"` // distinct reviews among the accepted rows
	Repeated int64  `json:"repeated"` // accepted rows whose ID came before
	New      uint64 `json:"new"`      // reviews that the store did not have; at most, if others write meanwhile
	// Replaced are reviews that the store had with another text.
	Replaced uint64 `json:"replaced"`
	Run      string `json:"run"`
	// Content names what the file says and how it was read: a file that is imported
	// again has the same.
	Content string `json:"content,omitempty"`
	// After is the line up to which an interrupted import of the same file had
	// kept the rows: the numbers are of those that follow.
	After int `json:"resumed_after_line,omitempty"`
	// Restarted says that an interrupted import was not continued, because
	// reviews had been removed from the store since.
	Restarted  bool                  `json:"restarted,omitempty"`
	RatingRule string                `json:"rating_rule"`        // the version of the rule that graded the rows
	Profile    string                `json:"profile"`            // the template that was used
	Problems   []*chaping.InputError `json:"problems,omitempty"` // the first rows that Problem was given
	// Listed says what became of the products of a table that was imported
	// without reviews.
	Listed *ListedProducts `json:"listed,omitempty"`
	// Relisted are the products that had another product keyword before.
	Relisted *store.Relisted `json:"relisted,omitempty"`
}

// Periods are those whose reviews the file has, the earliest first.
func (r *ImportResult) Periods() []chaping.Period {
	seen := map[chaping.Period]bool{}
	for day := range r.Days {
		// Days are written by Import in this layout.
		if at, err := time.ParseInLocation(time.DateOnly, day, chaping.Shanghai()); err == nil {
			seen[chaping.PeriodOf(at)] = true
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b chaping.Period) int {
		return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month))
	})
}

// maxProblems is how many rows a result lists.
const maxProblems = 20

// Import reads a file of reviews into the store. The same file may be imported
// again, nothing is there twice; an import that was interrupted goes on after
// the last row that was kept. Rows that are refused are no error: the result
// counts them.
func (a *App) Import(ctx context.Context, r ImportRequest, watch Watcher) (ImportResult, error) {
	r.Name = cmp.Or(r.Name, r.File)
	o, err := a.importOptions(ctx, r)
	if err != nil {
		return ImportResult{}, renamed(err, r.File, r.Name)
	}
	s, err := a.Store(ctx)
	if err != nil {
		return ImportResult{}, err
	}
	mark, restarted, err := importMark(ctx, s, r.File, o)
	if err != nil {
		return ImportResult{}, renamed(err, r.File, r.Name)
	}
	before, err := s.ReviewCount(ctx)
	if err != nil {
		return ImportResult{}, err
	}
	o.After = int(mark.Counts["line"])
	out := ImportResult{
		Summary: importer.Summary{
			File: r.Name,
		}, Content: mark.ID, After: o.After, Restarted: restarted, RatingRule: o.Profile.Rating.Version, Profile: o.Profile.Name,
	}
	if o.Now, err = importStart(ctx, s, a.Now()); err != nil {
		return out, err
	}
	out.Run = store.ImportRun(o.Now)
	release, ok, err := s.Importing(ctx, out.Run)
	if err != nil || !ok {
		return out, cmp.Or(err, errors.New("import: two runs of one name"))
	}
	defer release()
	if err := a.importInto(ctx, s, r, o, mark, &out, watch); err != nil {
		return out, renamed(err, r.File, r.Name)
	}
	if out.Distinct, err = s.CountRun(ctx, out.Run); err != nil {
		return out, err
	}
	after, err := s.ReviewCount(ctx)
	if err != nil {
		return out, err
	}
	out.Repeated, out.New = out.Accepted-int64(out.Distinct), min(after-before, out.Distinct)
	if out.New < out.Distinct {
		if out.Replaced, err = s.Replaced(ctx, out.Run, out.Distinct); err != nil {
			return out, err
		}
	}
	if before > 0 || len(out.Tables) > 1 {
		if err := out.twice(ctx, s, o.Profile.Platform.ID, after); err != nil && !store.Away(err) {
			return out, err
		}
	}
	if err := out.keywords(ctx, s, o.Now); err != nil {
		return out, err
	}
	return out, putReport(ctx, s, &out)
}

// keywords notes which products had another product keyword before, and whether any
// has none: a product table that came before may have given it one.
func (r *ImportResult) keywords(ctx context.Context, s *store.Store, seen time.Time) error {
	list, keyless, err := s.Relisted(ctx, seen)
	if err != nil {
		return err
	}
	if list.Products > 0 {
		r.Relisted = &list
	}
	if keyless == 0 {
		r.NoKey = 0
	}
	return nil
}

// importStart is the moment of an import. No other has the same: it tells what
// they said of products apart.
func importStart(ctx context.Context, s *store.Store, now time.Time) (time.Time, error) {
	list, err := s.Runs(ctx, store.RunFilter{Stage: store.StageImport})
	taken := map[int64]bool{}
	for _, r := range list {
		taken[r.Started.UnixMilli()] = true
	}
	for taken[now.UnixMilli()] {
		now = now.Add(time.Millisecond)
	}
	return now, err
}

// importInto reads the file and keeps the records of the run and of how far it
// came.
func (a *App) importInto(
	ctx context.Context,
	s *store.Store,
	r ImportRequest,
	o importer.Options,
	mark store.Run,
	out *ImportResult,
	watch Watcher,
) error {
	sink, err := a.Spool(ctx)
	if err != nil {
		return err
	}
	defer sink.Close()
	var size int64
	if info, err := os.Stat(r.File); err == nil {
		size = info.Size()
	}
	record := store.Run{ID: out.Run, Stage: store.StageImport, Started: o.Now}
	// So that it can be taken back, and is missed should it not come to its end.
	if err := errors.Join(putReport(ctx, s, out), s.PutRun(ctx, record)); err != nil {
		return err
	}
	if o.Named, err = s.NamedProducts(ctx, o.Profile.Platform.ID); err != nil {
		return err
	}
	o.Stored = func(ctx context.Context, ids []string) (map[string][]chaping.Product, error) {
		return storedProducts(ctx, s, o.Profile.Platform.ID, ids, o.Now)
	}
	asked, some := false, false // there are any: a first import need not ask for each batch
	o.Alike = func(ctx context.Context, products []string, w chaping.Window, each func(chaping.StoredReview) error) (err error) {
		if !asked {
			some, err = s.HasUnnamed(ctx, o.Profile.Platform.ID, out.Run)
			asked = err == nil
		}
		if some && err == nil {
			err = s.AlikeReviews(ctx, o.Profile.Platform.ID, products, w, out.Run, each)
		}
		if store.Away(err) { // nor is it written to: the reviews wait
			return nil
		}
		return err
	}
	mark.Started = record.Started
	o.Sink, o.Run = sink, out.Run
	o.Kept = func(line int) error {
		if sink.Waiting() { // the mark is in the database: it must not be ahead of the reviews
			return nil
		}
		mark.Counts = map[string]uint64{"line": uint64(line)}
		if err := s.PutRun(ctx, mark); !store.Away(err) {
			return err
		}
		return nil
	}
	o.Problem = func(e *chaping.InputError) {
		e.File = called(e.File, r.File, r.Name)
		if len(out.Problems) < maxProblems {
			out.Problems = append(out.Problems, e)
		}
		if r.Problem != nil {
			r.Problem(e)
		}
	}
	o.Check = func(sum importer.Summary) error {
		if sum.FarBelow() {
			a.warn(farBelow(&sum, r.Name))
		}
		return nil
	}
	o.Progress = func(read, rows int64) {
		watch.tell(Progress{Step: "导入", Done: read, Total: size, Detail: fmt.Sprintf("%d 行", rows)})
	}
	out.Summary, err = importer.Import(ctx, r.File, o)
	if len(out.Rules) > 0 {
		out.RatingRule = strings.Join(out.Rules, "、")
	}
	if r.Products != nil {
		out.Questions = append(out.Questions, r.Products.Questions...)
	}
	out.File = r.Name
	calledExamples(&out.Summary, r)
	if err == nil {
		err = Emptied(ctx, sink)
	}
	if store.Away(err) { // nor can it be recorded
		return err
	}
	record.Finished = a.Now()
	record.Counts = map[string]uint64{
		"rows":     uint64(out.Rows),
		"accepted": uint64(out.Accepted),
		"refused":  uint64(out.Refused),
	}
	if out.Accepted > 0 {
		record.State = store.Dates(out.First, out.Last)
	}
	if err != nil {
		record.Error = renamed(err, r.File, r.Name).Error()
	}
	kept := context.WithoutCancel(ctx)
	if err := errors.Join(err, putReport(kept, s, out), s.PutRun(kept, record)); err != nil {
		return err
	}
	mark.Finished, mark.Counts = a.Now(), nil // from the beginning, if it is imported again
	return s.PutRun(ctx, mark)
}

// farBelow says before anything is stored that many rows are taken for the same
// reviews.
func farBelow(sum *importer.Summary, name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s：前 %d 行里有 %d 行被认作与前面相同的评论，将合并。请核对认评论的列。例如", name, sum.Rows, sum.Merged)
	for i, e := range sum.Alike {
		if i > 0 {
			b.WriteString("；")
		}
		fmt.Fprintf(&b, "第 %d 行 %s %s", e.Line, e.Value, e.Text)
	}
	return b.String()
}

// calledExamples gives examples the name of the file that its sender knows.
func calledExamples(sum *importer.Summary, r ImportRequest) {
	for _, list := range sum.Examples {
		for i := range list {
			list[i].File = called(list[i].File, r.File, r.Name)
		}
	}
}

// StageFile is the stage of the records that say how far a file was imported.
const StageFile = "import-file"

// importMark is the record of how far a file was imported with these options.
// It is found by the file's content, not its name: a corrected file is another
// one, and begins anew. restarted says that what it speaks of was removed.
func importMark(
	ctx context.Context,
	s *store.Store,
	file string,
	o importer.Options,
) (mark store.Run, restarted bool, err error) {
	f, err := os.Open(file)
	if err != nil {
		return mark, false, &chaping.Error{Code: chaping.CodeInput, Message: "打不开要导入的文件", Err: err, Remedy: "检查路径和读取权限"}
	}
	defer f.Close()
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(struct {
		Profile  *importer.Profile
		Facts    importer.Facts
		Products map[string]importer.Facts
		Reading  Reading
	}{o.Profile, o.Facts, o.Products, readingOf(o)}); err != nil {
		return mark, false, err
	}
	if _, err := io.Copy(h, f); err != nil {
		return mark, false, &chaping.Error{Code: chaping.CodeInput, Message: "读不出要导入的文件", Err: err, Remedy: "检查文件和磁盘"}
	}
	mark = store.Run{ID: fmt.Sprintf("%s-%x", StageFile, h.Sum(nil)[:16]), Stage: StageFile}
	list, err := s.Runs(ctx, store.RunFilter{ID: mark.ID, Limit: 1})
	if err != nil || len(list) == 0 || list[0].Done() {
		return mark, false, err
	}
	removed, err := s.RemovedSince(ctx, list[0])
	if !removed {
		mark.Counts = list[0].Counts
	}
	return mark, removed, err
}
