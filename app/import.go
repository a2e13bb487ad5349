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
	// Unreviewed is how many products of the table that came with the reviews have
	// none in the file; they were stored as well.
	Unreviewed int64 `json:"unreviewed_products,omitempty"`
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
	im := importing{app: a, store: s, request: r, platform: o.Profile.Platform.ID, mark: mark, out: &out}
	if err := im.read(ctx, o, watch); err != nil {
		return out, renamed(err, r.File, r.Name)
	}
	if err := im.count(ctx, before); err != nil {
		return out, err
	}
	if out.Unreviewed, err = im.rest(ctx, o.Profile); err != nil {
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
