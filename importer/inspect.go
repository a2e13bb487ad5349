package importer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"chaping"
	"chaping/ingest"
)

// An Understanding is what a file's columns were taken for, before anything of
// it is stored.
type Understanding struct {
	File      string         `json:"file"`
	Format    string         `json:"format"`  // xlsx, xls, xml, html, csv, ndjson, json
	Charset   string         `json:"charset"` // of text formats
	Delimiter string         `json:"delimiter,omitempty"`
	Tables    []TableSummary `json:"tables,omitempty"` // worksheets, or files of an archive
	HeaderRow int            `json:"header_row"`       // 0 where there is none
	Rows      int            `json:"rows"`             // that were looked at
	Whole     bool           `json:"whole"`            // these are all
	Columns   []Column       `json:"columns"`
	Scale     float64        `json:"scale"`  // best rating
	Signed    bool           `json:"signed"` // ratings are 1, 0 and -1 for 好评, 中评 and 差评
	Dates     []string       `json:"dates"`  // formats of the column of publication
	// ExportedAt is when the file says, above its header, that it was exported.
	ExportedAt time.Time  `json:"exported_at,omitzero"`
	Missing    []string   `json:"missing,omitempty"` // required fields that no column was found for
	Questions  []Question `json:"questions,omitempty"`
	// Signature is the same for files with the same columns.
	Signature string `json:"signature"`

	profile  *Profile   // what to import with
	paths    [][]string // JSON: keys to each of the arrays of records
	from1904 bool       // days are counted from 1904
	rounded  bool       // IDs of products have lost their last digits

	vocabulary *vocabulary
	// pagesOfReviews says that addresses are those of reviews, one a row.
	pagesOfReviews bool
	called         string     // the file, by its sender
	gradeWord      string     // the rating that this says of all its reviews
	sheetGrades    bool       // names of worksheets say the ratings of theirs
	titles         saidTitles // what titles say of the products
	clock          titleZone  // what they say of the zone of the times
	mojibake       bool       // texts are UTF-8 that was taken for GBK
	swapped        bool       // texts are Big5 that was taken for GBK, or the other way
}

// A TableSummary says what became of a table of a file.
type TableSummary struct {
	Name    string `json:"name"`
	Header  int    `json:"header_row,omitempty"`
	Rows    int64  `json:"rows"`
	Skipped string `json:"skipped,omitempty"` // why it is not read; empty if it is
	Hidden  bool   `json:"hidden,omitempty"`  // the workbook does not show it
}

// A Column is one of a file, and what it is taken for.
type Column struct {
	Name       string     `json:"name"`
	Field      string     `json:"field,omitempty"` // "" if it is not used
	Confidence Confidence `json:"confidence,omitempty"`
	Looks      string     `json:"looks,omitempty"` // in Chinese, what its values look like
	Samples    []string   `json:"samples"`         // three values
	Filled     int        `json:"filled"`          // rows that have a value
	Parsed     int        `json:"parsed"`          // of these, values that the field can be read from
	Fault      string     `json:"fault,omitempty"` // why it is not used although its name is known
}

// Confidence is how a column was recognised.
type Confidence string

// The confidences.
const (
	ByPerson Confidence = "person" // somebody said so
	ByName   Confidence = "name"   // its name is known
	Likely   Confidence = "likely" // its name is much like a known one
	ByValues Confidence = "values" // its values look like it
)

// A Question is something that only a person knows. The import goes on as
// Assumed says.
type Question struct {
	Kind    QuestionKind `json:"kind"`
	Column  string       `json:"column,omitempty"`
	Field   string       `json:"field,omitempty"`
	Text    string       `json:"text"` // in Chinese
	Assumed string       `json:"assumed"`
	Samples []string     `json:"samples,omitempty"`
	// Blocks: without an answer nothing, or next to nothing, can be stored, or
	// what is stored is graded without the file's ratings.
	Blocks bool `json:"blocks"`
}

// QuestionKind sorts questions by their answer.
type QuestionKind string

// The kinds of questions.
const (
	AskField    QuestionKind = "field"    // the column looks like the field and is not used: Options.Map
	AskGuess    QuestionKind = "guess"    // the column was taken for the field because of its values: Options.Map
	AskScale    QuestionKind = "scale"    // the best rating: Options.Scale
	AskReversed QuestionKind = "reversed" // low ratings stand at contented texts: Options.Reversed
	AskOrder    QuestionKind = "order"    // 05/11/2026: Options.DayFirst
	AskExported QuestionKind = "exported" // dates are relative: Options.ExportedAt
	AskIdentity QuestionKind = "identity" // the column of IDs is not used as such
	AskProduct  QuestionKind = "product"  // which product: Options.Facts
	AskShop     QuestionKind = "shop"     // names of tables look like shops
	AskFillDown QuestionKind = "fill"     // products stand in the first row of several: Options.FillDown
	AskGone     QuestionKind = "gone"     // the saved profile's column is not there: another profile
	AskTable    QuestionKind = "table"    // the product table has no column of IDs: another mapping of it
	AskMissing  QuestionKind = "missing"  // a required field has no column: Options.Map
	AskSheet    QuestionKind = "sheet"    // names of tables look like products: Options.ProductFromTable
	AskVoid     QuestionKind = "void"     // the file says that rows are void: Options.SkipVoid
	AskUnused   QuestionKind = "unused"   // the column says what is not used; there is no answer
)

const (
	sampleRows   = 2000 // of each table
	sampleTables = 50
	sampleCell   = 400 // bytes kept of a value
	sampleCols   = 400 // members of JSON objects that are looked at
	sampleCells  = 2 << 20
)

// TitleOf is a field as people call it.
func TitleOf(field string) string {
	titles := map[string]string{fieldID: "评论编号", fieldKeyword: "商品关键词", fieldProductID: "商品编号", fieldProduct: "商品名称",
		fieldURL: "商品地址", fieldPrice: "商品价格",
		fieldShop: "店铺名称", fieldShopID: "店铺编号", fieldRegion: "公司所在区域", fieldPublished: "评论时间", fieldRating: "评分",
		fieldText: "评论内容", fieldTitle: "评论标题",
		fieldAppended: "追评内容", fieldAppendedAt: "追评时间", fieldBuyer: "买家或订单",
		fieldPictures: "图片", fieldVideos: "视频", fieldPlatform: "平台",
		fieldMore: "并入评论的内容", fieldSpeaker: "谁写的", fieldState: "是否有效", fieldCaptured: "采集时间", fieldClock: "评论时刻", fieldCurrency: "价格的币种",
		fieldParent: "追评所追的评论"}
	return titles[field]
}

// Fields lists the fields that a column can be mapped to, with what people call
// them.
func Fields() (list []Field) {
	for _, name := range fieldNames() {
		list = append(list, Field{Name: name, Title: TitleOf(name)})
	}
	return list
}

// A Field is one that a column can be mapped to.
type Field struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// FieldNamed is the field of that name or title; "" if there is none.
func FieldNamed(name string) string {
	name = strings.TrimSpace(name)
	for _, f := range Fields() {
		if f.Name == strings.ToLower(name) || f.Title == name {
			return f.Name
		}
	}
	return ""
}

// Profile is what the file is imported with: a mapping of these columns, which
// may be saved and used for files with the same columns.
func (u *Understanding) Profile() *Profile { return u.profile }

// Inspect reads the beginning of a file and tells what its columns are. Nothing
// is stored. Of an archive it is the first file that has reviews.
func Inspect(ctx context.Context, path string, o Options) (Understanding, error) {
	if o.Profile == nil {
		p, err := Shipped("standard")
		if err != nil {
			return Understanding{File: path}, err
		}
		o.Profile = p
	}
	var read atomic.Int64
	list, skipped, closer, err := contents(ctx, path, &read)
	if err != nil {
		return Understanding{File: path}, err
	}
	defer closer.Close()
	var first *Understanding
	var failed error
	for _, c := range list {
		u, err := inspect(c, &o)
		if len(list) > 1 {
			t := TableSummary{Name: c.name, Rows: int64(u.Rows), Header: u.HeaderRow}
			if fault := u.fault(); err != nil {
				t.Skipped = problemOf(err)
			} else if u.ofProducts() {
				t.Skipped = "是商品表，不是评论"
			} else if fault != nil {
				t.Skipped = fault.Problem
			}
			skipped = append(skipped, t)
		}
		if err != nil && failed == nil {
			failed = err
		}
		if err == nil && (first == nil || len(first.Missing) > 0 && len(u.Missing) == 0) {
			first = &u
		}
		if ctx.Err() != nil {
			return u, ctx.Err()
		}
	}
	if first == nil {
		return Understanding{File: path}, failed
	}
	first.Questions = append(first.Questions, first.titles.questions()...)
	if len(list) > 1 || len(skipped) > 0 {
		first.Tables = append(first.Tables, skipped...)
	}
	return *first, nil
}

func problemOf(err error) string {
	var input *chaping.InputError
	if errors.As(err, &input) {
		return input.Problem
	}
	return err.Error()
}

// inspect understands one content.
func inspect(c content, o *Options) (u Understanding, err error) {
	in, err := c.open(o.Profile.Charset)
	if err != nil {
		return Understanding{File: c.file}, err
	}
	defer in.Close()
	u = Understanding{File: c.file, called: c.name, Format: in.format, Charset: in.charset, Whole: true}
	if c.onDisk != nil && o.Name != "" {
		u.called = o.Name
	}
	v := newVocabulary(o.Profile)
	var samples []*sample
	if in.format == formatLines || in.format == formatJSON {
		u.Charset = in.charset
		samples, err = u.objects(in, v, o)
	} else {
		samples, err = u.tables(in, v, o)
	}
	if err != nil {
		return u, err
	}
	m := mapper{u: &u, vocabulary: v, options: o, samples: samples}
	return u, m.mapColumns()
}

// tables samples the columns of the tables that have the header of the best of
// them.
func (u *Understanding) tables(in *input, v *vocabulary, o *Options) ([]*sample, error) {
	opened, comma, err := openGrid(in, v.known)
	if err != nil {
		return nil, err
	}
	g := &stacked{grid: opened, vocabulary: v}
	u.vocabulary = v
	defer g.Close()
	if in.format == formatText {
		u.Delimiter = comma
	}
	if book, ok := opened.(*workbook); ok {
		u.from1904 = book.from1904
	}
	var all []*sampledTable
	titles := newSides(v, &u.titles)
	for len(all) < sampleTables {
		name, err := g.table()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		t := &sampledTable{summary: TableSummary{Name: g.called(), Hidden: g.hidden()}, name: name, lower: g.from > 0}
		if err := t.read(g, v, titles); err != nil {
			return nil, err
		}
		u.Whole = u.Whole && t.whole
		if all = append(all, t); t.broken { // the import will say what is wrong
			break
		}
	}
	base := bestTable(all)
	if base == nil {
		for _, t := range all {
			if t.fault != nil {
				return nil, t.fault
			}
		}
		return nil, &chaping.InputError{File: u.File, Problem: "文件是空的，或者只有一行",
			Remedy: "第一行应是列名，下面每行一条评论"}
	}
	u.ExportedAt = exportedAt(base.above)
	u.clock.of(base)
	u.HeaderRow = base.summary.Header
	for _, t := range all {
		switch {
		case t.rows == 0:
			t.summary.Skipped = "没有数据"
		case t != base && !t.like(base, v):
			t.summary.Skipped = "列名与“" + cmp.Or(base.summary.Name, "第一张表") + "”不同"
		case t != base:
			u.clock.beside(t)
			base.join(t, v)
		}
		if len(all) > 1 && (!t.lower || t.summary.Skipped != "") {
			u.Tables = append(u.Tables, t.summary)
		}
	}
	u.Rows = base.rows
	for _, s := range base.samples {
		s.rows = base.rows
	}
	return base.samples, nil
}

// A sampledTable is a table with values of each of its columns.
type sampledTable struct {
	summary TableSummary
	name    string
	lower   bool // it stands below another in one worksheet
	names   []string
	samples []*sample
	rows    int
	reviews bool                // its names have those of text and date
	score   float64             // of the header
	above   []gridRow           // the header
	whole   bool                // all rows were read
	broken  bool                // it cannot be read to its end
	fault   *chaping.InputError // of the first row that cannot be read
}

// read samples the table that g stands at.
func (t *sampledTable) read(g grid, v *vocabulary, titles *sides) error {
	head := readHead(g)
	if head.err != nil && len(head.rows) == 0 {
		return head.err
	}
	h := findHeader(head.rows, v)
	wide := len(h.names)
	b := besides(&h, v)
	if b != nil {
		h.names = h.names[:b.width]
	}
	t.summary.Header, t.names, t.score, t.above = h.line, h.names, h.score, head.rows[:h.skip]
	text, date := false, false
	for i, column := range h.names {
		text, date = text || v.exact(column) == fieldText, date || v.exact(column) == fieldPublished
		if i < maxColumns {
			t.samples = append(t.samples, &sample{name: column})
		}
	}
	t.reviews = text && date
	g.setWidth(wide)
	titles.begin(t.lower, b)
	titles.above(t.above[:max(h.skip-1, 0)])
	cells := 0
	add := func(row gridRow) {
		if t.fault == nil {
			t.fault = row.fault
		}
		cells += len(row.cells)
		if row.fault == nil && (titles.among(&row, &h) || blankRow(row.cells)) {
			return
		}
		titles.close()
		parts := [][]string{row.cells}
		if b != nil && row.fault == nil {
			parts = b.split(row.cells)
		}
		for _, part := range parts {
			if row.fault == nil && !row.title && !blankRow(part) && !h.isHeader(row.cells) && !isFooter(part, len(h.names)) {
				t.add(part)
			}
		}
	}
	for _, row := range head.rows[h.skip:] {
		add(row)
	}
	t.whole, t.broken = head.ended, head.err != nil
	for !t.whole && !t.broken && t.rows < sampleRows && cells < sampleCells {
		row, err := g.next()
		if err != nil {
			t.whole = errors.Is(err, io.EOF)
			break
		}
		add(row)
	}
	t.summary.Rows = int64(t.rows)
	return nil
}

// add takes the values of a row.
func (t *sampledTable) add(cells []string) {
	for i, cell := range cells {
		if i < len(t.samples) && !ingest.Blank(cell) {
			t.samples[i].values = append(t.samples[i].values, cell[:min(len(cell), sampleCell)])
			t.samples[i].at = append(t.samples[i].at, t.rows)
		}
	}
	t.rows++
}

// bestTable is the one whose header says most; of equal ones the first, unless
// another has ten times its rows. nil: none has a row.
func bestTable(all []*sampledTable) (best *sampledTable) {
	for _, t := range all {
		if t.rows > 0 && (best == nil || t.reviews && !best.reviews || t.reviews == best.reviews && (t.score > best.score || t.score == best.score && t.rows > 10*best.rows)) {
			best = t
		}
	}
	return best
}

// like tells whether a table has the columns of another, in whatever order,
// with others beside them or under other names that are known.
func (t *sampledTable) like(base *sampledTable, v *vocabulary) bool {
	own, wanted := plainNames(t.names), plainNames(base.names)
	if slices.Equal(own, wanted) || t.score > 0 && containsAll(own, wanted) {
		return true
	}
	fields := func(names []string) (list []string) {
		for _, name := range names {
			list = append(list, v.exact(name))
		}
		return list
	}
	needed := []string{fieldText, fieldPublished}
	return t.score > 0 && containsAll(fields(wanted), needed) && containsAll(fields(own), needed)
}

// join adds the values of a table that has the same columns, or those of the same
// fields.
func (t *sampledTable) join(other *sampledTable, v *vocabulary) {
	for j := range t.samples {
		k := slices.IndexFunc(other.names, func(name string) bool { return plainName(name) == plainName(t.names[j]) })
		if field := v.exact(t.names[j]); k < 0 && field != "" {
			k = slices.IndexFunc(other.names, func(name string) bool { return v.exact(name) == field })
		}
		if k < 0 || k >= len(other.samples) {
			continue
		}
		t.samples[j].values = append(t.samples[j].values, other.samples[k].values...)
		for _, at := range other.samples[k].at {
			t.samples[j].at = append(t.samples[j].at, t.rows+at)
		}
	}
	t.rows += other.rows
}

// exported is what titles say of the moment of export. What the table is about,
// 统计时间 and the like, is none, and neither is a range of days.
var (
	exported = regexp.MustCompile(
		`(?:导出|下载|采集|抓取)(?:于|时间|日期)?\s*[:：]?\s*(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?)`,
	)
	toDay = regexp.MustCompile(`^\s*(?:至|到|~|～|-|–|—)`)
)

// exportedAt is when the rows above a header say that the table was exported.
func exportedAt(rows []gridRow) time.Time {
	for _, row := range rows {
		line := strings.Join(row.cells, " ")
		for _, m := range exported.FindAllStringSubmatchIndex(line, -1) {
			if toDay.MatchString(line[m[1]:]) {
				continue
			}
			if at, err := (ingest.Dates{ingest.AnyDate}).Parse(line[m[2]:m[3]], time.Time{}); err == nil {
				if at.Hour() == 0 && at.Minute() == 0 {
					at = at.Add(24*time.Hour - time.Second) // the day is all that is told
				}
				return at
			}
		}
	}
	return time.Time{}
}

// A titleZone is the zone that the titles of a table say its times are in.
type titleZone struct {
	zone  string // as formats have it, "" for Beijing's
	line  string // the title that names it
	doubt bool   // which it is, or whether it is that of all times, is not certain
}

// of takes in the titles of a table.
func (z *titleZone) of(t *sampledTable) {
	for _, row := range t.above[:max(len(t.above)-1, 0)] {
		line := strings.TrimSpace(strings.Join(row.cells, " "))
		zone, err := ingest.ZoneOfTitle(line)
		if zone == "" && err == nil {
			continue
		}
		z.doubt = z.doubt || err != nil || z.line != "" && z.zone != zone
		z.zone, z.line = zone, line
	}
}

// beside takes in another table that is read in the same way.
func (z *titleZone) beside(t *sampledTable) {
	var other titleZone
	if other.of(t); other.line == "" && (z.line == "" || t.lower) {
		return
	}
	z.doubt = z.doubt || other.doubt || other.zone != z.zone
	z.line = cmp.Or(z.line, other.line)
}

// Known is the profile that was made from a file with the same columns; nil if
// there is none among them.
func (u *Understanding) Known(profiles []*Profile) *Profile {
	for _, p := range profiles {
		if u.Signature != "" && p.Signature == u.Signature {
			return p
		}
	}
	return nil
}

func plainNames(names []string) (list []string) {
	for _, name := range names {
		list = append(list, plainName(name))
	}
	return list
}

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// What Options.DayOrder may be.
const (
	DayFirst   = ingest.DayFirst
	MonthFirst = ingest.MonthFirst
	YearFirst  = ingest.YearFirst
)
