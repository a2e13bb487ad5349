package report

import (
	"chaping/report/pdf"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/sync/errgroup"

	"chaping"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func period(t testing.TB, s string) chaping.Period {
	t.Helper()
	p, err := chaping.ParsePeriod(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// unjudged is when nobody has reviewed anything.
func unjudged(chaping.ReviewKey, string) chaping.Judgement { return chaping.Judgement{} }

// sheet is a platform sheet of three products, one of them hostile.
func sheet(t testing.TB) *Platform {
	t.Helper()
	p := &Platform{
		Station: "上海寻梦信息技术有限公司（拼多多）", Filed: time.Date(2020, 8, 25, 10, 0, 0, 0, chaping.Shanghai()), Period: period(t, "2020-08"),
		Dictionary: "d-1234", Program: "test", Rules: []GradeRule{{"京东", chaping.RatingRule{Version: "jd-2016", Max: 5, Negative: 1, Neutral: 3}.Chinese()}},
	}
	product := func(id, name string, low, high int64, region string) chaping.Product {
		return chaping.Product{Platform: "mall", ID: id, Name: name, URL: "http://mall.example/item/" + id + ".html",
			Price: chaping.Price{Low: low, High: high}, Shop: chaping.Shop{Name: "示例电器旗舰店", Region: region}}
	}
	tallies := []chaping.Tally{
		{Keyword: "电热水壶", Term: "异味", Product: product("1", "不锈钢电热水壶 1.7L", 9900, 12900, "浙江省宁波市"), NegativeReviews: 3, Reviews: 40, AllNegativeReviews: 6, ReviewsWithoutDefault: 35, HiddenComplaints: 1, AffirmedReviews: 4},
		{Keyword: "电热水壶", Term: "漏电", Product: product("2", "玻璃养生壶", 15900, 15900, ""), NegativeReviews: 7, Reviews: 22, AllNegativeReviews: 7, ReviewsWithoutDefault: 22, HiddenComplaints: 0, AffirmedReviews: 7},
		{Keyword: "插座", Term: "起火", Product: product("3", `=HYPERLINK("http://evil.example","点我")`+"\x00\x0b", 0, 0, "+cmd|' /C calc'!A0"), NegativeReviews: 3, Reviews: 5, AllNegativeReviews: 3, ReviewsWithoutDefault: 5, AffirmedReviews: 3},
		{Keyword: "插座", Term: "烫手", Product: product("3", "无人提起", 0, 0, ""), Reviews: 5},
	}
	for i := range tallies {
		tallies[i].Period = p.Period
	}
	row, ordered := p.CollectRows()
	for i := range tallies {
		row(&tallies[i])
	}
	ordered()
	add, done := p.CollectEvidence(unjudged)
	review := func(product, id, text string, grade chaping.Grade, rating int) chaping.Review {
		return chaping.Review{Platform: "mall", Product: product, ID: id, Text: text, Grade: grade, Rating: rating, Published: time.Date(2020, 8, 1, 9, 0, 0, 0, chaping.Shanghai())}
	}
	for _, e := range []chaping.Evidence{
		{Keyword: "电热水壶", Term: "漏电", Review: review("2", "r1", "刚用两次。壶把手漏电，手都麻了！客服不理", chaping.Negative, 1), Mention: chaping.Mention{Surface: "漏电", Start: 8, End: 10}},
		{Keyword: "电热水壶", Term: "异味", Review: review("1", "r2", "总体好，就是有异味", chaping.Positive, 5), Mention: chaping.Mention{Surface: "异味", Start: 7, End: 9}},
		{Keyword: "电热水壶", Term: "异味", Review: review("1", "r3", "=1+1 异味太大", chaping.Negative, 1), Mention: chaping.Mention{Surface: "异味", Start: 5, End: 7}},
		{Keyword: "别的", Term: "异味", Review: review("1", "r4", "异味", chaping.Negative, 1), Mention: chaping.Mention{Surface: "异味", Start: 0, End: 2}},
	} {
		if err := add(&e); err != nil {
			t.Fatal(err)
		}
	}
	done()
	return p
}

func TestPlatformJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sheet.json")
	if err := sheet(t).WriteJSON(path); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "platform.json")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the JSON differs from %s (rewrite it with -update if that is meant):\n%s", golden, got)
	}
	var doc struct{ Rows []map[string]any }
	if err := json.Unmarshal(got, &doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields("seq product_keyword term from to negative_reviews reviews shop product url price region all_negative_reviews reviews_without_default hidden_complaints") {
		if _, ok := doc.Rows[0][name]; !ok {
			t.Errorf("rows lack %q, a name that other programs rely on", name)
		}
	}
}

func TestPlatformXLSX(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sheet.xlsx")
	if err := sheet(t).Document().WriteXLSX(path); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got := strings.Join(book.GetSheetList(), " "); got != "报送表 统计口径 证据" {
		t.Errorf("worksheets: %s", got)
	}
	rows, err := book.GetRows("报送表")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"上海市产品质量安全风险信息报送表",
		"（电商平台）",
		"填报单位：上海寻梦信息技术有限公司（拼多多）|||||||填报时间：2020年8月25日",
		"序号|关键词|评论关键词|时间采集范围|差评数|评论数|店铺名称|商品名称|商品地址|商品价格|公司所在区域",
		"1|电热水壶|漏电|2020年7月25日至\n2020年8月24日|7|22|示例电器旗舰店|玻璃养生壶|http://mall.example/item/2.html|159.00",
		"2|电热水壶|异味|2020年7月25日至\n2020年8月24日|3|40|示例电器旗舰店|不锈钢电热水壶 1.7L|http://mall.example/item/1.html|99.00-129.00|浙江省宁波市",
		`3|插座|起火|2020年7月25日至` + "\n" + `2020年8月24日|3|5|示例电器旗舰店|=HYPERLINK("http://evil.example","点我")|http://mall.example/item/3.html||+cmd|' /C calc'!A0`,
	} {
		if got := strings.Join(rows[i], "|"); got != want {
			t.Errorf("row %d:\n got %q\nwant %q", i+1, got, want)
		}
	}
	for _, name := range book.GetSheetList() {
		all, err := book.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for r := range all {
			for c := range all[r] {
				cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
				if f, _ := book.GetCellFormula(name, cell); f != "" {
					t.Errorf("%s!%s is a formula: %s", name, cell, f)
				}
			}
		}
	}
	if v, err := book.GetCellValue("报送表", "E5"); err != nil || v != "7" {
		t.Errorf("E5 = %q, %v", v, err)
	}
	if typ, err := book.GetCellType("报送表", "E5"); err != nil || typ == excelize.CellTypeSharedString || typ == excelize.CellTypeInlineString {
		t.Errorf("a count is stored as text: %v, %v", typ, err)
	}
	titles := book.GetDefinedName()
	if len(titles) != 3 || titles[0].RefersTo != "'报送表'!$4:$4" {
		t.Errorf("print titles: %+v", titles)
	}
	layout, err := book.GetPageLayout("报送表")
	if err != nil || *layout.Orientation != "landscape" || *layout.Size != 9 {
		t.Errorf("page: %+v, %v", layout, err)
	}
	evidence, err := book.GetRows("证据")
	if err != nil {
		t.Fatal(err)
	}
	if len(evidence) != 4 { // heading and three; the one without a row is passed over
		t.Fatalf("evidence: %q", evidence)
	}
	for i, want := range []string{"壶把手漏电，手都麻了！", "=1+1 异味太大", "总体好，就是有异味"} {
		if evidence[i+1][9] != want {
			t.Errorf("evidence %d: %q, want %q", i+1, evidence[i+1][9], want)
		}
	}
}

func TestEmptyMonth(t *testing.T) {
	p := &Platform{Period: period(t, "2020-09")}
	dir := t.TempDir()
	if err := p.Document().WriteXLSX(filepath.Join(dir, "s.xlsx")); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(filepath.Join(dir, "s.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for cell, want := range map[string]string{"A5": "无", "A3": "填报单位：（风险信息监测站名）"} {
		if v, _ := book.GetCellValue("报送表", cell); v != want {
			t.Errorf("%s = %q, want %q", cell, v, want)
		}
	}
	if err := p.WriteJSON(filepath.Join(dir, "s.json")); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "s.json")); !strings.Contains(string(data), `"rows": []`) {
		t.Errorf("an empty month must give an empty array:\n%s", data)
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	p := sheet(t)
	if err := p.Document().WriteXLSX(filepath.Join(dir, "absent", "s.xlsx")); err == nil || !strings.Contains(err.Error(), "处理办法") {
		t.Errorf("error %v", err)
	}
	target := filepath.Join(dir, "s.json")
	if err := os.Mkdir(target, 0o755); err != nil { // a directory in the way
		t.Fatal(err)
	}
	if err := p.WriteJSON(target); err == nil {
		t.Error("no error")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestSentence(t *testing.T) {
	for _, tt := range []struct {
		body       string
		start, end int
		want       string
	}{
		{"好。有异味！差", 3, 5, "有异味！"},
		{"有异味", 1, 3, "有异味"},
		{strings.Repeat("长", 100) + "漏电" + strings.Repeat("短", 100), 100, 102, "…" + strings.Repeat("长", 60) + "漏电" + strings.Repeat("短", 60) + "…"},
		{"首评\n追评漏电", 5, 7, "追评漏电"},
		{"漏电", 5, 9, "漏电"},
		{"漏电", -1, 2, "漏电"},
		{"漏电", 2, 1, "漏电"},
		{"\n漏电", 0, 0, ""},
	} {
		if got := sentence(tt.body, tt.start, tt.end); got != tt.want {
			t.Errorf("sentence(%q) = %q, want %q", tt.body, got, tt.want)
		}
	}
}

// A disk that fills up in the middle of a render leaves neither a file under
// the final name nor a temporary one, and keeps what was there before.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.xlsx")
	full := func(w io.Writer) error {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			return err
		}
		return syscall.ENOSPC
	}
	if err := WriteFile(path, full); err == nil || !strings.Contains(err.Error(), "磁盘") {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, full); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "before" {
		t.Errorf("%q, %v", data, err)
	}
}

// The monthly sheets of 200 stations, 100 rows each, for print and as data.
func BenchmarkStations200(b *testing.B) {
	fonts := pdf.SystemFonts()
	p := long(b)
	rows := p.Rows
	p.Rows = nil
	for i := range 100 {
		r := rows[1+i%5] // without the 300-character names: in row 6 the region has one
		r.Seq = i + 1
		p.Rows = append(p.Rows, r)
	}
	dir := b.TempDir()
	for b.Loop() {
		var g errgroup.Group
		g.SetLimit(runtime.NumCPU())
		for i := range 200 {
			g.Go(func() error {
				d, stem := p.Document(), filepath.Join(dir, strconv.Itoa(i))
				return errors.Join(d.WriteXLSX(stem+".xlsx"), d.WriteDOCX(stem+".docx"), p.WriteJSON(stem+".json"), d.WritePDF(b.Context(), stem+".pdf", fonts))
			})
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteXLSX50k(b *testing.B) {
	p := sheet(b)
	row := p.Rows[0]
	p.Rows = p.Rows[:0]
	for i := range 50_000 {
		row.Seq = i + 1
		p.Rows = append(p.Rows, row)
	}
	path := filepath.Join(b.TempDir(), "s.xlsx")
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Document().WriteXLSX(path); err != nil {
			b.Fatal(err)
		}
	}
}

// What a person has rejected stays visible and is told, also of rows of which
// nothing is left.
func TestJudged(t *testing.T) {
	p := sheet(t)
	p.Rows, p.Evidence = p.Rows[:0], nil
	// The tallies count one negative review less, and have nothing left of 异味.
	p.Rows = append(p.Rows, PlatformRow{ProductKeyword: "壶", Term: "漏电", Platform: "mall", ProductID: "1", Reviews: 9, NegativeReviews: 1, AllNegativeReviews: 4, HiddenComplaints: 1, AffirmedReviews: 2})
	sortRows(p.Rows)
	verdicts := map[string]chaping.Verdict{"异味 n1": chaping.Rejected, "异味 n2": chaping.Rejected, "异味 h": chaping.Rejected, "漏电 n1": chaping.Rejected, "漏电 h": chaping.Confirmed}
	add, done := p.CollectEvidence(func(k chaping.ReviewKey, term string) chaping.Judgement {
		return chaping.Judgement{Verdict: verdicts[term+" "+k.Review], Note: "因为"}
	})
	for _, term := range []string{"异味", "漏电"} {
		for id, grade := range map[string]chaping.Grade{"n1": chaping.Negative, "n2": chaping.Negative, "h": chaping.Positive} {
			for range 2 { // two mentions in one review are one review
				e := chaping.Evidence{Keyword: "壶", Term: term, Review: chaping.Review{Platform: "mall", Product: "1", ID: id, Grade: grade, Text: term}, Mention: chaping.Mention{Surface: term, End: 2}}
				if err := add(&e); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	done()
	if len(p.Rows) != 1 || p.RejectedRows != 1 || p.RejectedReviews != 4 {
		t.Fatalf("%+v, %d rows gone, %d reviews", p.Rows, p.RejectedRows, p.RejectedReviews)
	}
	r := p.Rows[0]
	if r.Term != "漏电" || r.Seq != 1 || r.NegativeReviews != 1 || r.HiddenComplaints != 1 || r.AffirmedReviews != 2 || r.Confirmed != 1 || r.Rejected != 1 || r.Reviews != 9 || r.AllNegativeReviews != 4 {
		t.Errorf("%+v", r)
	}
	if len(p.Evidence) != 6 || p.Evidence[5].Counted != chaping.CountsNothing || p.Evidence[5].Note != "因为" {
		t.Errorf("%+v", p.Evidence)
	}
	if got := p.reviewed(); !strings.Contains(got, "已确认 1 条，已排除 4 条，未复核 1 条") {
		t.Error(got)
	}
}

// A product that two keywords list has two rows of a term, and its reviews are
// to be looked at once: the sheet says as many as the page does.
func TestJudgedOnce(t *testing.T) {
	p := &Platform{}
	for _, k := range []string{"壶", "电热水壶"} {
		p.Rows = append(p.Rows, PlatformRow{ProductKeyword: k, Term: "漏电", Platform: "mall", ProductID: "1", Reviews: 9, AffirmedReviews: 3})
	}
	p.Rows = append(p.Rows, PlatformRow{ProductKeyword: "壶", Term: "漏电", Platform: "mall", ProductID: "2", Reviews: 5, AffirmedReviews: 2})
	sortRows(p.Rows)
	verdicts := map[string]chaping.Verdict{"a": chaping.Confirmed, "d": chaping.Confirmed, "r": chaping.Rejected}
	add, done := p.CollectEvidence(func(k chaping.ReviewKey, _ string) chaping.Judgement {
		return chaping.Judgement{Verdict: verdicts[k.Review]}
	})
	for _, e := range []struct{ keyword, product, review string }{
		{"壶", "1", "a"}, {"壶", "1", "b"}, {"壶", "1", "c"}, {"壶", "1", "r"}, {"电热水壶", "1", "a"}, {"电热水壶", "1", "b"}, {"电热水壶", "1", "c"}, {"电热水壶", "1", "r"}, {"壶", "2", "d"}, {"壶", "2", "e"},
	} {
		if err := add(&chaping.Evidence{Keyword: e.keyword, Term: "漏电", Review: chaping.Review{Platform: "mall", Product: e.product, ID: e.review, Text: "漏电"}, Mention: chaping.Mention{End: 2}}); err != nil {
			t.Fatal(err)
		}
	}
	done()
	if got := p.reviewed(); !strings.Contains(got, "已确认 2 条，已排除 1 条，未复核 3 条") {
		t.Error(got)
	}
	p.Period = chaping.Period{Year: 2026, Month: time.November}
	model, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ReadPlatform(model); err != nil || again.UnreviewedReviews != 3 {
		t.Errorf("%+v %v", again, err)
	}
}

// A frozen sheet reads back as it was written.
func TestReadPlatform(t *testing.T) {
	p := sheet(t)
	p.Select(3, 2, false)
	data, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadPlatform(data)
	if err != nil {
		t.Fatal(err)
	}
	read.Program = p.Program
	again, err := read.JSON()
	if err != nil || string(again) != string(data) {
		t.Errorf("read and written again:\n%s\n%s", data, again)
	}
	if len(read.Rows) != 2 || read.Rows[1].Term != "异味" && read.Rows[1].Term != "起火" || read.Definitions()[0] != p.Definitions()[0] {
		t.Errorf("%+v", read.Rows)
	}
	for _, bad := range []string{"", "{}", `{"period":"2026-11","filed":"x"}`} {
		if _, err := ReadPlatform([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// Both profiles' columns are as wide as their text area.
func TestProfiles(t *testing.T) {
	for profile, want := range map[Profile]float64{"": 257, Wide: 257, Strict: 225} {
		p, a := sheet(t), association(t)
		p.Profile, a.Profile = profile, profile
		for _, d := range []*Document{p.Document(), a.Document()} {
			for _, block := range d.Sections[0].Blocks {
				if table, ok := block.(Table); ok {
					if got := table.edges()[len(table.Columns)-1]; got != want || d.Sections[0].Page.text() != want {
						t.Errorf("%s, %q: columns %v mm, text %v mm", d.Title, profile, got, d.Sections[0].Page.text())
					}
				}
			}
		}
	}
}

// Rows without a negative review are not printed, but nothing of them is lost.
func TestRowsWithoutNegativeReviews(t *testing.T) {
	filled := func() *Platform {
		p := &Platform{Period: period(t, "2020-08")}
		add, done := p.CollectRows()
		for i, negative := range []uint64{0, 4, 0, 1} {
			add(&chaping.Tally{Keyword: "壶", Term: "漏电", Product: chaping.Product{Platform: "mall", ID: strconv.Itoa(i)}, NegativeReviews: negative, Reviews: 9, AllNegativeReviews: negative, HiddenComplaints: 2, AffirmedReviews: negative + 2})
		}
		done()
		evidence, done := p.CollectEvidence(unjudged)
		for i := range 4 {
			if err := evidence(&chaping.Evidence{Keyword: "壶", Term: "漏电", Review: chaping.Review{Platform: "mall", Product: strconv.Itoa(i), ID: "r" + strconv.Itoa(i), Text: "漏电", Grade: chaping.Positive}, Mention: chaping.Mention{Surface: "漏电", End: 2}}); err != nil {
				t.Fatal(err)
			}
		}
		done()
		return p
	}
	for _, tt := range []struct {
		least                   uint64
		top                     int
		none                    bool
		rows, unlisted, omitted int
	}{
		{0, 0, false, 2, 2, 0},
		{2, 0, false, 1, 2, 1},
		{0, 1, false, 1, 2, 1},
		{0, 0, true, 4, 0, 0},
		{0, 3, true, 3, 0, 1},
	} {
		p := filled()
		p.Select(tt.least, tt.top, tt.none)
		if len(p.Rows) != tt.rows || len(p.Unlisted) != tt.unlisted || p.RowsOmitted != tt.omitted || len(p.Evidence) != tt.rows+tt.unlisted {
			t.Errorf("%+v: %d rows, %d unlisted, %d omitted, %d sentences", tt, len(p.Rows), len(p.Unlisted), p.RowsOmitted, len(p.Evidence))
		}
		model, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadPlatform(model)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range again.Evidence {
			if r := again.row(e.Seq); r.Seq != e.Seq || "r"+r.ProductID != e.Review {
				t.Errorf("%+v: the sentence of %s stands at %+v", tt, e.Review, r)
			}
		}
		if same, err := again.JSON(); err != nil || string(same) != string(model) {
			t.Errorf("%+v: read again, the JSON is another: %v", tt, err)
		}
		told := strings.Contains(string(model), "2 行不列入报送表（没有差评可报），其中高星隐性投诉 4 条")
		if told != (tt.unlisted > 0) {
			t.Errorf("%+v: told %v", tt, told)
		}
	}
}

// What a worksheet has no room for is the last evidence, in whatever order it was
// read, and is counted, as long as its row is on the sheet.
func TestEvidenceWithoutRoom(t *testing.T) {
	p := &Platform{}
	for i, seq := range []int{3, 1, 2, 1, 3, 4} {
		p.Evidence = append(p.Evidence, Evidence{Seq: seq, Review: strconv.Itoa(i)})
	}
	for i := range 4 {
		p.Rows = append(p.Rows, PlatformRow{Seq: i + 1, NegativeReviews: uint64(9 - i)})
	}
	p.omit(4, 5)
	p.sortEvidence(3)
	var kept []string
	for _, e := range p.Evidence {
		kept = append(kept, e.Review)
	}
	if !slices.Equal(kept, []string{"1", "3", "2"}) || p.EvidenceOmitted != 8 {
		t.Errorf("kept %v, %d left out", kept, p.EvidenceOmitted)
	}
	if p.Select(0, 3, false); p.EvidenceOmitted != 2 {
		t.Errorf("%d left out of the first three rows, want 2", p.EvidenceOmitted)
	}
	if p.Select(0, 2, false); p.EvidenceOmitted != 0 || len(p.Evidence) != 3 {
		t.Errorf("%d left out of the first two rows, %d kept", p.EvidenceOmitted, len(p.Evidence))
	}
}
