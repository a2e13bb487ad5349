package app

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/importer"
	"chaping/store"
)

// A ProductTable says of products what rows of reviews do not.
type ProductTable = importer.Products

// LoadProducts reads a product table. name is what its sender calls the file;
// empty: file. mapping says for a field which column it is, over what the names
// say; it may be nil.
func LoadProducts(ctx context.Context, file, name string, mapping map[string]string) (*ProductTable, error) {
	name = cmp.Or(name, file)
	standard, err := importer.Shipped(StandardProfile)
	if err != nil {
		return nil, err
	}
	table, err := importer.LoadProducts(ctx, file, standard, mapping)
	if err != nil {
		return nil, renamed(err, file, name)
	}
	for _, e := range table.Problems {
		e.File, e.Field = called(e.File, file, name), cmp.Or(importer.TitleOf(e.Field), e.Field)
	}
	return table, nil
}

// called is what the sender of a file calls it, or a table in it: the importer
// names that after the file.
func called(what, file, name string) string {
	if table, ok := strings.CutPrefix(what, file); ok {
		return name + table
	}
	return what
}

// renamed is an error about file in which it has the name that its sender knows.
func renamed(err error, file, name string) error {
	var input *chaping.InputError
	if errors.As(err, &input) {
		input.File = called(input.File, file, name)
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Path == file {
		path.Path = name
	}
	return err
}

// InspectProducts tells what the columns of a product table are.
func InspectProducts(ctx context.Context, file, name string, mapping map[string]string) (importer.Understanding, error) {
	standard, err := importer.Shipped(StandardProfile)
	if err != nil {
		return importer.Understanding{}, err
	}
	u, err := importer.InspectProducts(ctx, file, standard, mapping)
	u.File = cmp.Or(name, file)
	return u, renamed(err, file, u.File)
}

// ListedProducts says how many products of a table the store did not have, had
// otherwise, and had just so.
type ListedProducts struct {
	New     int64 `json:"new"`
	Changed int64 `json:"changed"`
	Same    int64 `json:"same"`
	// Platform is whose products they are.
	Platform string `json:"platform,omitempty"`

	keyless int64 // that have no keyword now
}

// A tableImport stores the products of a table.
type tableImport struct {
	table   *ProductTable
	facts   importer.Facts // of products of which neither the table nor the store says anything
	profile *importer.Profile
	store   *store.Store
	seen    time.Time
}

func (a *App) tableImport(ctx context.Context, r ImportRequest) (t tableImport, err error) {
	t = tableImport{table: r.Products, facts: r.Facts, seen: a.Now()}
	t.facts.ProductID, t.facts.Product = "", "" // one name is not that of all
	if t.profile, err = a.ImportProfile(cmp.Or(r.Profile, StandardProfile)); err != nil {
		return t, err
	}
	t.store, err = a.Store(ctx)
	return t, err
}

// tableChunk is how many products are stored at once.
const tableChunk = 1000

// listings are what is to be stored of products. What the table leaves blank is
// as it was: a table of keywords does not take the shops away.
func (t *tableImport) listings(ctx context.Context, ids []string, count *ListedProducts) (list []chaping.Listing, err error) {
	var keys []chaping.ProductKey
	for _, id := range ids {
		keys = append(keys, chaping.ProductKey{Platform: t.profile.Platform.ID, Product: id})
	}
	known, err := t.store.Products(ctx, chaping.Window{To: t.seen}, keys)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		own := t.listingsOf(id, known[keys[i]])
		list = append(list, own...)
		if own[0].Keyword == "" {
			count.keyless++
		}
		switch {
		case len(known[keys[i]]) == 0:
			count.New++
		case !slices.ContainsFunc(own, func(l chaping.Listing) bool { return !has(known[keys[i]], l) }):
			count.Same++
		default:
			count.Changed++
		}
	}
	return list, nil
}

// has tells whether a listing is among those that are known, whenever it was seen.
func has(known []chaping.Listing, l chaping.Listing) bool {
	return slices.ContainsFunc(known, func(k chaping.Listing) bool { return k.Keyword == l.Keyword && k.Product == l.Product })
}

// listingsOf are those of a product: one for each keyword that the table has it
// under, or that it is known under, or that a person has given.
func (t *tableImport) listingsOf(id string, known []chaping.Listing) (list []chaping.Listing) {
	f := t.table.Facts[id]
	keywords := f.Keywords()
	if len(keywords) == 0 {
		for _, k := range known {
			if k.Keyword != "" {
				keywords = append(keywords, k.Keyword)
			}
		}
		if len(keywords) == 0 {
			keywords = t.facts.Keywords()
		}
		if len(keywords) == 0 {
			keywords = []string{""}
		}
	}
	for _, keyword := range keywords {
		was := slices.Clone(known)
		slices.SortStableFunc(was, func(a, b chaping.Listing) int { // that of the same keyword first
			return map[bool]int{false: 1}[a.Keyword == keyword] - map[bool]int{false: 1}[b.Keyword == keyword]
		})
		own := f
		for _, k := range was {
			own = own.Complete(factsOf(k))
		}
		own = own.Complete(t.facts)
		own.Keyword = keyword
		l, _ := t.profile.Listing(own, t.seen) // a price that is no number has been told
		list = append(list, l)
	}
	return list
}

// storedProducts are what was said of products before now, under each of their
// keywords.
func storedProducts(
	ctx context.Context,
	s *store.Store,
	platform string,
	ids []string,
	now time.Time,
) (map[string][]chaping.Product, error) {
	var keys []chaping.ProductKey
	for _, id := range ids {
		keys = append(keys, chaping.ProductKey{Platform: platform, Product: id})
	}
	known, err := s.Products(ctx, chaping.Window{To: now}, keys)
	if store.Away(err) {
		return nil, nil // nor is it written to: the reviews wait, and what they say of products
	}
	out := map[string][]chaping.Product{}
	for key, listings := range known {
		for _, l := range listings {
			out[key.Product] = append(out[key.Product], l.Product)
		}
	}
	return out, err
}

// factsOf are what a listing says. Its ID in place of a name says nothing.
func factsOf(l chaping.Listing) importer.Facts {
	p := l.Product
	f := importer.Facts{Product: p.Name, URL: p.URL, Shop: p.Shop.Name, ShopID: p.Shop.ID, Region: p.Shop.Region}
	if p.Name == p.ID {
		f.Product = ""
	}
	if p.Price.Known() {
		f.Price = p.Price.String()
	}
	return f
}

// ImportProducts stores the products of r.Products, a table that comes without
// reviews. Rows that are refused are no error: the result counts them.
func (a *App) ImportProducts(ctx context.Context, r ImportRequest, watch Watcher) (out ImportResult, err error) {
	r.Name = cmp.Or(r.Name, r.File)
	t, err := a.tableImport(ctx, r)
	if err != nil {
		return out, err
	}
	if t.seen, err = importStart(ctx, t.store, t.seen); err != nil {
		return out, err
	}
	out = ImportResult{Summary: r.Products.Summary(r.Name), Run: store.ImportRun(t.seen), Profile: t.profile.Name,
		Listed: &ListedProducts{Platform: t.profile.Platform.ID}, Problems: r.Products.Problems[:min(len(r.Products.Problems), maxProblems)]}
	release, ok, err := t.store.Importing(ctx, out.Run)
	if err != nil || !ok {
		return out, cmp.Or(err, errors.New("import: two runs of one name"))
	}
	defer release()
	record := store.Run{ID: out.Run, Stage: store.StageImport, Started: t.seen}
	if err := errors.Join(putReport(ctx, t.store, &out), t.store.PutRun(ctx, record)); err != nil {
		return out, err
	}
	err = a.putTable(ctx, &t, out.Listed, watch)
	out.NoKey = out.Listed.keyless
	if store.Away(err) { // nor can it be recorded
		return out, err
	}
	record.Finished = a.Now()
	record.Counts = map[string]uint64{"rows": uint64(out.Rows), "accepted": uint64(out.Accepted),
		"refused": uint64(out.Refused), "products": uint64(out.Products)}
	if err == nil {
		err = out.keywords(ctx, t.store, t.seen)
	}
	if err != nil {
		record.Error = err.Error()
	}
	kept := context.WithoutCancel(ctx)
	return out, errors.Join(err, putReport(kept, t.store, &out), t.store.PutRun(kept, record))
}

func (a *App) putTable(ctx context.Context, t *tableImport, count *ListedProducts, watch Watcher) error {
	sink, err := a.Spool(ctx)
	if err != nil {
		return err
	}
	defer sink.Close()
	done := 0
	for ids := range slices.Chunk(t.table.Order, tableChunk) {
		list, err := t.listings(ctx, ids, count)
		if err == nil {
			err = sink.PutListings(ctx, list)
		}
		if err != nil {
			return err
		}
		done += len(ids)
		watch.tell(Progress{Step: "导入商品", Done: int64(done), Total: int64(len(t.table.Order))})
	}
	return Emptied(ctx, sink)
}

// previewTable tells what becomes of a table's first rows.
func (a *App) previewTable(ctx context.Context, r ImportRequest) (p Preview, err error) {
	t, err := a.tableImport(ctx, r)
	if err != nil {
		return p, err
	}
	p.Summary = r.Products.Summary(r.Name)
	ids := t.table.Order[:min(len(t.table.Order), previewRows)]
	list, err := t.listings(ctx, ids, &ListedProducts{})
	if err != nil {
		return p, err
	}
	for _, l := range list {
		id := l.Product.ID
		p.Rows = append(p.Rows, PreviewRow{Line: t.table.Lines[id], Product: l.Product, Keyword: l.Keyword,
			Problems: t.table.Notes[id]})
	}
	for _, e := range t.table.Refused[:min(len(t.table.Refused), previewRows)] {
		p.Rows = append(p.Rows, PreviewRow{Line: e.Line, Refused: e})
	}
	slices.SortStableFunc(p.Rows, func(a, b PreviewRow) int { return cmp.Compare(a.Line, b.Line) })
	p.Rows = p.Rows[:min(len(p.Rows), previewRows)]
	return p, nil
}
