package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chaping"
	"chaping/store"
)

// imported is a batch that a run brought at an hour, with the products' listings.
type imported struct {
	run  store.Run
	ids  []string
	text string
}

func (i imported) reviews() (list []chaping.Review) {
	for _, id := range i.ids {
		r := review("p"+id[:1], id)
		r.Text, r.Run, r.Collected = i.text, i.run.ID, i.run.Started
		r.Media = "https://pictures.example/" + i.run.ID
		if strings.HasSuffix(id, "moved") { // another month with every run
			r.Published = at(1).AddDate(0, -len(i.text)%7, 0)
		}
		list = append(list, r)
	}
	return list
}

func (i imported) put(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := context.Background()
	ok(t, s.PutRun(ctx, i.run))
	var listings []chaping.Listing
	for _, r := range i.reviews() {
		listings = append(listings, chaping.Listing{Keyword: "k", SeenAt: i.run.Started,
			Product: chaping.Product{Platform: r.Platform, ID: r.Product, Name: i.text}})
	}
	ok(t, s.PutListings(ctx, listings))
	for chunk := range slices.Chunk(i.reviews(), 3) {
		ok(t, s.PutReviews(ctx, chunk))
	}
	ok(t, s.PutReviews(ctx, i.reviews()[:1])) // again, as who is not sure does
}

func importedAt(hour int, stage, text string, ids ...string) imported {
	run := store.Run{ID: store.ImportRun(at(hour)), Stage: store.StageImport, Started: at(hour)}
	if stage != store.StageImport {
		run.ID, run.Stage = stage+"-"+text, stage
	}
	return imported{run: run, ids: ids, text: text}
}

// undoImport: whatever else was brought before and after, taking imports back
// leaves what there were without them.
func undoImport(t *testing.T, s *store.Store) {
	ctx := context.Background()
	collected := importedAt(10, "collect", "采集", "1-c", "1-ca", "1-cab", "2-cb", "3-moved")
	first := importedAt(20, store.StageImport, "第一次", "1-ca", "1-cab", "1-a", "1-ab", "3-moved", "4-a")
	second := importedAt(30, store.StageImport, "第二次导入", "1-cab", "2-cb", "1-ab", "1-b", "3-moved")
	for _, i := range []imported{collected, first, second} {
		i.put(t, s)
	}
	replaced, err := s.Replaced(ctx, second.run.ID, 3<<20)
	ok(t, err)
	equal(t, replaced, uint64(4)) // 1-cab, 1-ab, 3-moved, 2-cb
	if _, err := s.UndoImport(ctx, first.run); err != nil && strings.Contains(err.Error(), "升级到 20.10") {
		return // a cluster of old servers says that it cannot
	}
	sameAs(t, s, collected, second)
	again, err := s.UndoImport(ctx, first.run) // as after a kill
	ok(t, err)
	equal(t, again.Reviews, uint64(3)) // 1-ca, 1-a, 4-a
	sameAs(t, s, collected, second)
	u, err := s.UndoImport(ctx, second.run)
	ok(t, err)
	equal(t, []uint64{u.Reviews, u.Restored}, []uint64{5, 3})
	sameAs(t, s, collected)
	first.put(t, s)
	sameAs(t, s, collected, first)
}

// followUpsStay: an import that does not know of a follow-up does not take it away,
// whether another one has brought it or the same; another follow-up replaces it.
func followUpsStay(t *testing.T, s *store.Store) {
	ctx := context.Background()
	put := func(hour int, text, appended string) {
		t.Helper()
		i := importedAt(hour, store.StageImport, text, "1-a", "1-b")
		ok(t, s.PutRun(ctx, i.run))
		list := i.reviews()
		if list[0].Appended = appended; appended != "" {
			list[0].AppendedAt = at(hour)
		}
		ok(t, s.PutReviews(ctx, list))
	}
	stored := func(want string, hour int) {
		t.Helper()
		for _, r := range readAll(t, s, chaping.Window{From: at(0).AddDate(-2, 0, 0), To: at(0).AddDate(2, 0, 0)}) {
			followed := r.ID == "1-a"
			if followed && (r.Appended != want || !r.AppendedAt.Equal(at(hour))) || !followed && r.Appended != "" {
				t.Errorf("%s: %q %v, want %q", r.ID, r.Appended, r.AppendedAt, want)
			}
		}
	}
	put(20, "第一次", "用了一个月又漏电")
	put(30, "第二次导入", "")
	stored("用了一个月又漏电", 20)
	put(40, "第三次导入", "这次起火了")
	stored("这次起火了", 40)
	for text := range 8 { // whatever their hashes
		put(40, strings.Repeat("又", text+1), "")
	}
	put(50, "最后一次", "")
	stored("这次起火了", 40)
}

// sameTexts: reviews of a day with one text are told where the run brought one.
func sameTexts(t *testing.T, s *store.Store) {
	ctx := context.Background()
	first := importedAt(20, store.StageImport, "烧水时壶盖弹开了", "1-a", "2-b")
	second := importedAt(30, store.StageImport, "烧水时壶盖弹开了", "1-c")
	third := importedAt(40, store.StageImport, "另一句很长的话语", "1-d", "1-e")
	for _, i := range []imported{first, second, third} {
		i.put(t, s)
	}
	for run, want := range map[string][]string{second.run.ID: {"p1 1-a", "p1 1-c", "p2 2-b"}, third.run.ID: {"p1 1-d", "p1 1-e"}, "import-other": nil} {
		var got []string
		ok(t, s.SameTexts(ctx, "mall", run, period.Window(), 1, func(_ string, list []store.SameText) {
			for _, one := range list {
				if one.Published != at(1).Unix() {
					t.Errorf("%+v", one)
				}
				got = append(got, one.Product+" "+one.ID)
			}
		}))
		slices.Sort(got)
		equal(t, got, want)
	}
}

// undoImportTwoWays: the later import first; and what was mined goes with it.
func undoImportTwoWays(t *testing.T, s *store.Store) {
	ctx := context.Background()
	first := importedAt(20, store.StageImport, "第一次", "1-a", "1-ab", "3-moved")
	second := importedAt(30, store.StageImport, "第二次导入", "1-ab", "1-b", "3-moved")
	later := importedAt(40, "collect", "又采到", "1-b")
	for _, i := range []imported{first, second, later} {
		i.put(t, s)
	}
	mine(t, s, chaping.Mined{Review: second.reviews()[0], Mentions: []chaping.Mention{{Term: "漏水", Surface: "漏水", End: 2,
		Assertion: chaping.Affirmed}}})
	before, _, err := s.WindowState(ctx, period.Window(), "")
	ok(t, err)
	ok(t, s.PutReport(ctx, second.run.ID, []byte("{}")))
	u, err := s.UndoImport(ctx, second.run)
	if err != nil && strings.Contains(err.Error(), "升级到 20.10") {
		return
	}
	ok(t, err)
	equal(t, u.Periods, []chaping.Period{period})
	sameAs(t, s, first, later)
	state, _, err := s.WindowState(ctx, period.Window(), before)
	ok(t, err)
	if store.SameState(before, state) || edition(t, s).Mined() {
		t.Error("what was mined of reviews that are gone still holds")
	}
	text, err := s.Report(ctx, second.run.ID)
	ok(t, err)
	equal(t, string(text), "{}")
	_, err = s.UndoImport(ctx, first.run)
	ok(t, err)
	sameAs(t, s, later)
}

// sameAs compares all that is stored of reviews and products with what there
// would be if only these had been brought.
func sameAs(t *testing.T, s *store.Store, brought ...imported) {
	t.Helper()
	want := map[chaping.ReviewKey]chaping.Review{}
	listings := map[string]int{}
	for _, i := range brought {
		seen := map[string]bool{}
		for _, r := range i.reviews() {
			want[r.Key()] = r
			if !seen[r.Product] {
				seen[r.Product] = true
				listings[r.Product]++
			}
		}
	}
	all := chaping.Window{From: at(0).AddDate(-2, 0, 0), To: at(0).AddDate(2, 0, 0)}
	var keys []chaping.ReviewKey
	for key := range want {
		keys = append(keys, key)
	}
	media, err := s.Media(context.Background(), keys)
	ok(t, err)
	equal(t, len(media), len(want))
	for key, r := range want {
		equal(t, media[key], r.Media)
		r.Media = ""
		want[key] = r
	}
	var got []string
	for _, r := range readAll(t, s, all) {
		got = append(got, fmt.Sprintf("%+v", r))
	}
	var wanted []string
	for _, r := range want {
		wanted = append(wanted, fmt.Sprintf("%+v", r))
	}
	slices.Sort(got)
	slices.Sort(wanted)
	equal(t, got, wanted)
	for _, product := range []string{"p1", "p2", "p3", "p4"} {
		history, err := s.ListingHistory(context.Background(), chaping.ProductKey{Platform: "mall", Product: product})
		ok(t, err)
		equal(t, len(history), listings[product])
	}
}

// importsAreSeen: one that goes on is known to others, until it ends.
func importsAreSeen(t *testing.T, s *store.Store) {
	ctx := context.Background()
	run := store.ImportRun(at(3))
	release, begun, err := s.Importing(ctx, run)
	ok(t, err)
	equal(t, begun, true)
	for range 2 {
		_, begun, err = s.Importing(ctx, run)
		ok(t, err)
		equal(t, begun, false)
	}
	other, begun, err := s.Importing(ctx, store.ImportRun(at(4)))
	ok(t, err)
	equal(t, begun, true)
	other()
	release()
	release, begun, err = s.Importing(ctx, run)
	ok(t, err)
	equal(t, begun, true)
	release()
}

// openImports: those that go on, were killed or failed are told from those that came
// to their end, and reports are found by what stands in them.
func openImports(t *testing.T, s *store.Store) {
	ctx := context.Background()
	of := func(hour int, end func(*store.Run)) string {
		r := store.Run{ID: store.ImportRun(at(hour)), Stage: store.StageImport, Started: at(hour)}
		ok(t, s.PutRun(ctx, r))
		end(&r)
		ok(t, s.PutRun(ctx, r))
		ok(t, s.PutReport(ctx, r.ID, fmt.Appendf(nil, `{"hour":"h%d"}`, hour)))
		return r.ID
	}
	of(1, func(r *store.Run) { r.Finished = at(2) })
	killed := of(3, func(*store.Run) {})
	failed := of(4, func(r *store.Run) { r.Finished, r.Error = at(5), "磁盘已满" })
	ok(t, s.PutRun(ctx, store.Run{ID: "mine-x", Stage: "mine", Started: at(6)}))
	open, err := s.OpenImports(ctx)
	ok(t, err)
	if len(open) != 2 || open[0].ID != failed || open[1].ID != killed {
		t.Errorf("%+v", open)
	}
	if list, err := s.Reported(ctx, `"h3"`); err != nil || len(list) != 1 || list[0] != killed {
		t.Errorf("%q %v", list, err)
	}
}
