package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"chaping"
	"chaping/importer"
	"chaping/store"
	"chaping/store/spool"
)

// An importing is an import under way: what the importer asks of the store, and the
// records of the run and of how far it came.
type importing struct {
	app      *App
	store    *store.Store
	request  ImportRequest
	platform string
	mark     store.Run // how far the file was imported
	out      *ImportResult
	sink     *spool.Spool
	asked    bool // whether there are reviews without IDs of their own
	unnamed  bool // there are
}

// read reads the file into the store. The run is recorded before its first row, so
// that it can be taken back, and is missed should it not come to its end.
func (im *importing) read(ctx context.Context, o importer.Options, watch Watcher) (err error) {
	if im.sink, err = im.app.Spool(ctx); err != nil {
		return err
	}
	defer im.sink.Close()
	record := store.Run{ID: im.out.Run, Stage: store.StageImport, Started: o.Now}
	if err := errors.Join(putReport(ctx, im.store, im.out), im.store.PutRun(ctx, record)); err != nil {
		return err
	}
	if o.Named, err = im.store.NamedProducts(ctx, im.platform); err != nil {
		return err
	}
	im.mark.Started = record.Started
	if o.Shops, err = im.store.ShopsOf(ctx, im.platform, false); err != nil {
		return err
	}
	im.connect(ctx, &o, watch)
	im.out.Summary, err = importer.Import(ctx, im.request.File, o)
	im.describe()
	if err == nil {
		err = Emptied(ctx, im.sink)
	}
	if store.Away(err) { // nor can it be recorded
		return err
	}
	return im.record(context.WithoutCancel(ctx), record, err)
}

// connect gives the importer what it asks and tells while it reads.
func (im *importing) connect(ctx context.Context, o *importer.Options, watch Watcher) {
	o.Sink, o.Run = im.sink, im.out.Run
	o.Stored = func(ctx context.Context, ids []string) (map[string][]chaping.Product, error) {
		return storedProducts(ctx, im.store, im.platform, ids, o.Now)
	}
	o.AllShops = func() (map[string]string, error) { return im.store.ShopsOf(ctx, im.platform, true) }
	o.Alike, o.Problem = im.alike, im.problem
	o.Kept = func(line int) error { return im.kept(ctx, line) }
	o.Check = func(sum importer.Summary) error {
		if sum.FarBelow() {
			im.app.warn(farBelow(&sum, im.request.Name))
		}
		return nil
	}
	var size int64
	if info, err := os.Stat(im.request.File); err == nil {
		size = info.Size()
	}
	o.Progress = func(read, rows int64) {
		watch.tell(Progress{Step: "导入", Done: read, Total: size, Detail: fmt.Sprintf("%d 行", rows)})
	}
}

// alike reads the reviews without IDs of their own that other runs stored. A first
// import has none, and need not ask for each batch.
func (im *importing) alike(ctx context.Context, products []string, w chaping.Window, each func(chaping.StoredReview) error) (err error) {
	if !im.asked {
		im.unnamed, err = im.store.HasUnnamed(ctx, im.platform, im.out.Run)
		im.asked = err == nil
	}
	if im.unnamed && err == nil {
		err = im.store.AlikeReviews(ctx, im.platform, products, w, im.out.Run, each)
	}
	if store.Away(err) { // nor is it written to: the reviews wait
		return nil
	}
	return err
}

// kept records how far the file is in the database. The mark must not be ahead of
// reviews that wait.
func (im *importing) kept(ctx context.Context, line int) error {
	if im.sink.Waiting() {
		return nil
	}
	im.mark.Counts = map[string]uint64{"line": uint64(line)}
	if err := im.store.PutRun(ctx, im.mark); !store.Away(err) {
		return err
	}
	return nil
}

// problem keeps the first rows that were refused, and passes on all.
func (im *importing) problem(e *chaping.InputError) {
	e.File = called(e.File, im.request.File, im.request.Name)
	if len(im.out.Problems) < maxProblems {
		im.out.Problems = append(im.out.Problems, e)
	}
	if im.request.Problem != nil {
		im.request.Problem(e)
	}
}

// describe completes the summary with what the importer does not know.
func (im *importing) describe() {
	out := im.out
	if len(out.Rules) > 0 {
		out.RatingRule = strings.Join(out.Rules, "、")
	}
	if im.request.Products != nil {
		out.Questions = append(out.Questions, im.request.Products.Questions...)
	}
	out.File = im.request.Name
	calledExamples(&out.Summary, im.request)
}

// record keeps what the run came to, and takes the file's mark back where all of it
// was read: imported again, it begins at its first row.
func (im *importing) record(ctx context.Context, run store.Run, failed error) error {
	run.Finished = im.app.Now()
	run.Counts = map[string]uint64{
		"rows":     uint64(im.out.Rows),
		"accepted": uint64(im.out.Accepted),
		"refused":  uint64(im.out.Refused),
	}
	if im.out.Accepted > 0 {
		run.State = store.Dates(im.out.First, im.out.Last)
	}
	if failed != nil {
		run.Error = renamed(failed, im.request.File, im.request.Name).Error()
	}
	if err := errors.Join(failed, putReport(ctx, im.store, im.out), im.store.PutRun(ctx, run)); err != nil {
		return err
	}
	im.mark.Finished, im.mark.Counts = im.app.Now(), nil
	return im.store.PutRun(ctx, im.mark)
}

// rest stores the products of the table of which the file has no reviews: another
// file may have them. A person has said of the reviews' products
// alone what neither says.
func (im *importing) rest(ctx context.Context, profile *importer.Profile) (int64, error) {
	if im.request.Products == nil {
		return 0, nil
	}
	list, err := im.store.ListedAt(ctx, im.platform, im.mark.Started)
	switch {
	case store.Away(err): // the reviews wait, and what they say of products
		return 0, nil
	case err != nil:
		return 0, err
	}
	listed := map[string]bool{} // by ID, or by name and shop
	for _, p := range list {
		listed[p.ID], listed[importer.NameID(p.Name, p.Shop.Name)] = true, true
	}
	table := ProductTable{Facts: im.request.Products.Facts}
	for _, id := range im.request.Products.Order {
		if f := table.Facts[id]; !listed[id] && !listed[importer.NameID(f.Product, f.Shop)] {
			table.Order = append(table.Order, id)
		}
	}
	if len(table.Order) == 0 {
		return 0, nil
	}
	t := tableImport{table: &table, profile: profile, store: im.store, seen: im.mark.Started}
	err = im.app.putTable(ctx, &t, &ListedProducts{}, nil)
	return int64(len(table.Order)), err
}

// count counts what the import has brought, beside what there was before.
func (im *importing) count(ctx context.Context, before uint64) (err error) {
	out := im.out
	if out.Distinct, err = im.store.CountRun(ctx, out.Run); err != nil {
		return err
	}
	after, err := im.store.ReviewCount(ctx)
	if err != nil {
		return err
	}
	out.Repeated, out.New = out.Accepted-int64(out.Distinct), min(after-before, out.Distinct)
	if out.New < out.Distinct {
		if out.Replaced, err = im.store.Replaced(ctx, out.Run, out.Distinct); err != nil {
			return err
		}
	}
	if before > 0 || len(out.Tables) > 1 {
		if err := out.twice(ctx, im.store, im.platform, after); err != nil && !store.Away(err) {
			return err
		}
	}
	return out.keywords(ctx, im.store, im.mark.Started)
}
