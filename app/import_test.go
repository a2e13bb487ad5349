package app

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/importer"
	"chaping/nlp"
	"chaping/store"
	"chaping/store/storetest"
)

// TestResumeIntoAnEmptiedStore: an interrupted import goes on from the next
// line only while what it had stored is there.
func TestResumeIntoAnEmptiedStore(t *testing.T) {
	cfg := storetest.Embedded(t)
	file := filepath.Join(t.TempDir(), "评论.csv")
	var text strings.Builder
	text.WriteString("平台,商品编号,评论编号,评论内容,评论时间,评分\n")
	for i := range 100 {
		fmt.Fprintf(&text, "mall,p,%d,用了三天就漏水,2026-11-02 10:00:00,1\n", i)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	profile, err := importer.Shipped(StandardProfile)
	if err != nil {
		t.Fatal(err)
	}
	a := New(Config{Dir: cfg.DataDir, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	// interrupt leaves behind what an import does that is killed after line 61.
	interrupt := func() {
		t.Helper()
		s := storetest.Open(t, cfg)
		var stored []chaping.Review
		for i := range 60 {
			stored = append(stored, chaping.Review{Platform: "mall", Product: "p", ID: fmt.Sprint(i), Text: "用了三天就漏水",
				Published: time.Date(2026, 11, 2, 10, 0, 0, 0, chaping.Shanghai()), Rating: 1, Grade: chaping.Negative, Run: "killed"})
		}
		if err := s.PutReviews(t.Context(), stored); err != nil {
			t.Fatal(err)
		}
		mark, _, err := importMark(t.Context(), s, file, importer.Options{Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		mark.Started, mark.Counts = time.Now(), map[string]uint64{"line": 61}
		if err := s.PutRun(t.Context(), mark); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	resume := func(after int, restarted bool) {
		t.Helper()
		r, err := a.Import(t.Context(), ImportRequest{File: file}, nil)
		if err != nil || r.After != after || r.Restarted != restarted {
			t.Fatalf("%+v, %v, want to go on after %d, restarted %v", r, err, after, restarted)
		}
		s := storetest.Open(t, cfg)
		if n, err := s.ReviewCount(t.Context()); err != nil || n != 100 {
			t.Errorf("%d reviews, %v, want 100", n, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	interrupt()
	resume(61, false)

	for name, remove := range map[string]func(s *store.Store) error{
		"platform": func(s *store.Store) error { return s.RemovePlatform(t.Context(), "mall") },
		"purge": func(s *store.Store) error {
			all := chaping.Period{Year: 2027, Month: time.June}
			_, err := s.Purge(t.Context(), store.Purge{Derived: all, Reviews: all}, false)
			return err
		},
	} {
		interrupt()
		s := storetest.Open(t, cfg)
		if err := remove(s); err != nil {
			t.Fatal(name, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		resume(0, true)
	}
}

// A result and its problems have the names that the sender of the files knows,
// and nothing of where they are.
func TestImportNames(t *testing.T) {
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	reviews := write("1.csv", "评论编号,评论内容,评论时间,评分,平台,商品编号,商品名称\n1,漏电,2026-11-01 08:00:00,1,mall,A,壶\n2,漏电,2026-02-30,1,mall,A,壶\n")
	products, err := LoadProducts(t.Context(), write("2.csv", "平台,商品编号,商品名称,关键词\nmall,A,壶,水壶\nmall,,壶,水壶\n"), "商品.csv", nil)
	if err != nil || len(products.Problems) != 1 || products.Problems[0].File != "商品.csv" {
		t.Fatalf("%+v %v", products, err)
	}
	var told []*chaping.InputError
	r, err := a.Import(t.Context(), ImportRequest{File: reviews, Name: "评论.csv", Products: products,
		Problem: func(e *chaping.InputError) { told = append(told, e) }}, nil)
	if err != nil || r.File != "评论.csv" || r.Accepted != 1 || r.New != 1 || r.Refused != 1 || r.NoKey != 0 {
		t.Errorf("%+v %v", r, err)
	}
	if len(told) != 1 || len(r.Problems) != 1 || told[0].File != "评论.csv" {
		t.Errorf("%v %v", told, r.Problems)
	}
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	w, err := z.Create("十一月.csv")
	if err == nil {
		_, err = w.Write([]byte("评论编号,评论内容,评论时间,商品编号\n8,漏电,2026-11-02,A\n7,漏水,2026-11-03,A\n9,漏电,没有日期,A\n"))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	r, err = a.Import(t.Context(), ImportRequest{File: write("7.zip", zipped.String()), Name: "评论.zip"}, nil)
	if err != nil || len(r.Problems) != 1 || !strings.HasPrefix(r.Problems[0].File, "评论.zip") || !strings.Contains(r.Problems[0].File, "十一月") {
		t.Errorf("%+v %v", r, err)
	}
	for _, bad := range []string{write("3.csv", "评论编号,评论内容\n1,漏电\n"), write("4.csv", ""), filepath.Join(dir, "5.csv"), write("6.xlsx", "PK\x03\x04")} {
		if _, err := a.Import(t.Context(), ImportRequest{File: bad, Name: "评论.csv"}, nil); err == nil || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", filepath.Base(bad), err)
		}
	}
}

// A product that is imported with a keyword has no row without one, and one under
// a corrected keyword is told of.
func TestKeywordComesLater(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, chaping.Shanghai())
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	m, err := nlp.ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "评论.csv")
	text := "评论编号,评论内容,评论时间,评分,商品编号,商品名称\n1,漏电,2026-11-01 08:00:00,1,A,泡脚桶\n2,冒烟,2026-11-02 08:00:00,1,A,泡脚桶\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, test := range []struct {
		keyword string
		rows    int
		told    string
	}{{"", 2, ""}, {"足浴盆", 2, ""}, {"足浴盆", 2, ""}, {"足浴桶", 4, "原来是“足浴盆”，这次是“足浴桶”"}, {"", 4, ""}} {
		r, err := a.Import(t.Context(), ImportRequest{File: file, Facts: importer.Facts{Keyword: test.keyword}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Join(r.Lines(), "\n"); strings.Contains(lines, "原来已列在") != (test.told != "") || !strings.Contains(lines, test.told) {
			t.Errorf("%q: %s", test.keyword, lines)
		}
		if first := i == 0; (r.NoKey > 0) != first {
			t.Errorf("%q: %d rows without a keyword", test.keyword, r.NoKey)
		}
		pipe, err := a.Pipeline(t.Context(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		sheet, _, err := pipe.PlatformSheet(t.Context(), chaping.PeriodOf(now.AddDate(0, 0, -10)), SheetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(sheet.Rows) != test.rows {
			t.Errorf("%q: %d rows, want %d", test.keyword, len(sheet.Rows), test.rows)
		}
	}
}

// A file that says nothing of a product's shop leaves it as an earlier one said.
func TestImportKeepsFacts(t *testing.T) {
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	s, err := a.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{
		"商品编号,商品名称,店铺,价格,评论内容,评论时间\nK7,饭煲,甲店,99,坏了,2026-11-01 08:00:00\n",
		"商品编号,店铺,价格,评论内容,评论时间\nK7,,NULL,很好,2026-11-02 08:00:00\n",
		"商品编号,评论内容,评论时间\nK7,还行吧,2026-11-03 08:00:00\n",
	} {
		path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".csv"))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Import(t.Context(), ImportRequest{File: path}, nil); err != nil {
			t.Fatal(err)
		}
		key := chaping.ProductKey{Platform: "import", Product: "K7"}
		known, err := s.Products(t.Context(), chaping.Window{To: time.Now().Add(time.Minute)}, []chaping.ProductKey{key})
		if err != nil || len(known[key]) != 1 {
			t.Fatalf("%v %v", known, err)
		}
		if p := known[key][0].Product; p.Name != "饭煲" || p.Shop.Name != "甲店" || !p.Price.Known() {
			t.Errorf("file %d: %+v", i, p)
		}
	}
}

// What is corrected after a period's end reaches its sheet: a file of the same
// reviews, and a product table; a file of another period's reviews does not.
func TestCorrectedAfterThePeriod(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, chaping.Shanghai())
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	m, err := nlp.ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(text string) string {
		path := filepath.Join(dir, "导出.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const heading = "评论编号,评论内容,评论时间,评分,商品编号,商品名称,店铺,价格\n"
	const table = "商品编号,商品名称,店铺,价格\n"
	for _, test := range []struct {
		table      bool
		text, want string
	}{
		{false, heading + "1,漏电,2026-11-03 08:00:00,1,K8,烤箱,甲店,9990\n", "烤箱 甲店 9990.00"},
		{false, heading + "2,漏电,2026-12-01 08:00:00,1,K8,烤箱,甲店,109\n", "烤箱 甲店 9990.00"},
		{false, heading + "1,漏电,2026-11-03 08:00:00,1,K8,电烤箱,甲店,99.90\n", "电烤箱 甲店 99.90"},
		{true, table + "K8,电烤箱,乙店,89.90\n", "电烤箱 乙店 89.90"},
	} {
		now = now.AddDate(0, 0, 3)
		r := ImportRequest{File: file(test.text), Facts: importer.Facts{Keyword: "烤箱"}}
		if test.table {
			if r.Products, err = LoadProducts(t.Context(), r.File, "商品.csv", nil); err == nil {
				_, err = a.ImportProducts(t.Context(), r, nil)
			}
		} else {
			_, err = a.Import(t.Context(), r, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		pipe, err := a.Pipeline(t.Context(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		sheet, _, err := pipe.PlatformSheet(t.Context(), chaping.Period{Year: 2026, Month: time.November}, SheetOptions{})
		if err != nil || len(sheet.Rows) != 1 {
			t.Fatalf("%+v %v", sheet, err)
		}
		row := sheet.Rows[0]
		if got := fmt.Sprint(row.Product, " ", row.Shop, " ", row.Price); got != test.want {
			t.Errorf("on the sheet: %s, want %s", got, test.want)
		}
	}
}

// The products of a table that came with reviews are kept, also those without any: the
// next file has theirs.
func TestTableBesideReviews(t *testing.T) {
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	table, err := LoadProducts(t.Context(), write("商品.csv", "商品编号,商品名称,店铺,关键词\nN1,电饼铛,甲店,电饼铛\nN2,煮蛋器,乙店,\n"), "商品.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	const head = "评论编号,评论内容,评论时间,评分,商品编号\n"
	r, err := a.Import(t.Context(), ImportRequest{File: write("1.csv", head+"1,漏电,2026-11-01 08:00:00,1,N1\n"), Products: table,
		Facts: importer.Facts{Keyword: "小家电"}}, nil)
	if err != nil || r.Unreviewed != 1 || r.Products != 1 || !strings.Contains(strings.Join(r.Lines(), "\n"), "另有 1 件商品") {
		t.Fatalf("%+v %v", r, err)
	}
	first := r.Run
	if r, err = a.Import(t.Context(), ImportRequest{File: write("2.csv", head+"2,漏电,2026-11-02 08:00:00,1,N2\n")}, nil); err != nil || r.Unreviewed != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	s, err := a.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"N1": "电饼铛 电饼铛 甲店", "N2": " 煮蛋器 乙店"} {
		key := chaping.ProductKey{Platform: "import", Product: id}
		known, err := s.Products(t.Context(), chaping.Window{To: time.Now().Add(time.Minute)}, []chaping.ProductKey{key})
		if err != nil || len(known[key]) != 1 {
			t.Fatalf("%v %v", known, err)
		}
		if l := known[key][0]; l.Keyword+" "+l.Product.Name+" "+l.Product.Shop.Name != want {
			t.Errorf("%s: %+v, want %s", id, l, want)
		}
	}
	// It is one import: what it said of products without reviews goes with it.
	if undone, err := a.UndoImport(t.Context(), first); err != nil || undone.Reviews != 1 || undone.Listings != 2 {
		t.Errorf("%+v %v", undone, err)
	}
}

// TestImportInAnotherNotation: a second export of the same reviews, without IDs,
// adds none, whether it writes words for stars or leaves the seconds out; the result
// names the rule that graded, and counts what is not in Chinese.
func TestImportInAnotherNotation(t *testing.T) {
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	dir := t.TempDir()
	for i, tt := range []struct {
		head, good, bad, at string
		added               uint64
		otherwise           int64
		rule                string
	}{
		{"评分", "5", "1", "10:00:07", 3, 0, "stars-1"},
		{"评级", "好评", "差评", "10:00:07", 0, 1, "words-1"},
		{"评分", "5", "1", "10:00", 0, 3, "stars-1"},
		{"评分", "5", "1", "10:00:07", 0, 0, "stars-1"},
	} {
		text := fmt.Sprintf("商品编号,评论内容,%[1]s,评论时间\nA,壶盖弹开烫了手指头,%[3]s,2026-11-03 %[4]s\n"+
			"A,烧水很快，声音也不大,%[2]s,2026-11-03 %[4]s\nA,The lid flew off again,%[3]s,2026-11-04 %[4]s\n", tt.head, tt.good, tt.bad, tt.at)
		path := filepath.Join(dir, fmt.Sprint(i, ".csv"))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := a.Import(t.Context(), ImportRequest{File: path}, nil)
		if err != nil || r.New != tt.added || r.Otherwise != tt.otherwise || r.RatingRule != tt.rule || r.NotChinese != 1 {
			t.Errorf("%d: %v %+v", i, err, r)
		}
	}
}
