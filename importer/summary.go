package importer

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/ingest"
)

// A Summary says what became of a file's rows: Rows = Accepted + Refused.
type Summary struct {
	File     string `json:"file"`
	Rows     int64  `json:"rows"`
	Accepted int64  `json:"accepted"`
	Refused  int64  `json:"refused"`
	Damaged  int64  `json:"damaged"` // accepted with bytes that had to be replaced
	Noted    int64  `json:"noted"`   // accepted without something that could not be read: a price, a rating
	Passed   int64  `json:"passed"`  // rows that are none and not counted: totals, remarks, headers again
	// Others are rows that the file says somebody else than a buyer wrote, Void
	// those that it says are void. The first are not counted; neither are the
	// others where they are skipped.
	Others      int64 `json:"others"`
	Void        int64 `json:"void"`
	VoidSkipped bool  `json:"void_skipped,omitempty"`
	// Decoded are texts that were encoded once too often, Cut those behind which
	// a shop's answer stood.
	Decoded int64 `json:"decoded"`
	Cut     int64 `json:"cut"`
	// FollowUps are rows whose text says that it follows a review up. Each counts.
	FollowUps int64            `json:"follow_ups,omitempty"`
	Reasons   map[string]int64 `json:"reasons"` // refused, damaged and noted rows by reason
	Products  int64            `json:"products"`
	Grades    map[string]int64 `json:"grades"` // distinct reviews by grade: accepted rows without Merged
	// Rules are the rating rules, or models, that graded them, the most used first.
	Rules  []string `json:"-"`
	ByText int64    `json:"graded_by_text"` // of these, those without a rating that Options.GradeText graded
	// NotChinese are reviews in another language: neither dictionary nor text
	// model understand them.
	NotChinese int64     `json:"not_chinese"`
	Defaults   int64     `json:"defaults"`
	First      time.Time `json:"first"` // earliest and latest publication
	Last       time.Time `json:"last"`
	NoKey      int64     `json:"without_keyword"` // rows whose product has no product keyword

	// Merged are accepted rows that are the same review as one before, because
	// of their ID or of buyer, product, time and text: they are stored as one.
	// Numbered are rows that are like one before in all that is known and were
	// taken for further reviews. Further are rows with the ID of one before and
	// another text: each is stored as a review of its own.
	Merged   int64 `json:"merged"`
	Numbered int64 `json:"numbered"`
	Further  int64 `json:"further"`
	// Perhaps are reviews without an ID that have the product, the minute and the text
	// of one that is stored, and another buyer, opinion or second.
	Perhaps int64 `json:"known_perhaps,omitempty"`
	// Otherwise are reviews without an ID that are stored already, with the rating
	// or the time in another notation: they have the ID of those.
	Otherwise int64     `json:"known_otherwise"`
	Alike     []Example `json:"alike,omitempty"` // some of the merged
	// Ratings are accepted rows by rating, with what the text model makes of
	// some of their texts.
	Ratings   []RatingCount        `json:"ratings,omitempty"`
	Days      map[string]int64     `json:"days,omitempty"`         // accepted rows by day of publication
	Examples  map[string][]Example `json:"examples,omitempty"`     // of Reasons
	NoFacts   int64                `json:"products_without_facts"` // products with no shop, region, price and address
	Unjoined  int64                `json:"unjoined"`               // rows whose product the product file does not have
	Unknown   []string             `json:"unjoined_examples,omitempty"`
	Repeats   []Repeat             `json:"repeats,omitempty"` // texts that stand in many rows
	Tables    []TableSummary       `json:"tables,omitempty"`
	Questions []Question           `json:"questions,omitempty"` // what had to be assumed
}

// FarBelow tells whether so many rows were the same reviews that something is
// wrong with what tells them apart.
func (s *Summary) FarBelow() bool { return s.Merged >= 3 && s.Merged*5 > s.Accepted }

// An Example is a row of a file.
type Example struct {
	Line  int    `json:"line"`
	Value string `json:"value"`
	Text  string `json:"text,omitempty"`
	// Of what was refused or not read:
	File   string `json:"file,omitempty"`
	Field  string `json:"field,omitempty"`
	Remedy string `json:"remedy,omitempty"`
}

// A RatingCount is how many rows have a rating.
type RatingCount struct {
	Rating   string `json:"rating"` // as Rule understands it: "1"–"5", 差评; "" for none
	Grade    string `json:"grade"`
	Rows     int64  `json:"rows"`
	Read     int64  `json:"read"`     // texts that the model has read
	Negative int64  `json:"negative"` // of these, what it takes for complaints
}

// A Repeat is a text that stands in many rows.
type Repeat struct {
	Text string `json:"text"`
	Rows int64  `json:"rows"` // at least
}

const (
	maxExamples = 5
	maxRepeats  = 1000 // texts whose repetition is counted at once
	modelRows   = 2000 // rows whose texts the model reads, and then one in modelEvery
	modelEvery  = 64
)

// summary gathers a Summary.
type summary struct {
	Summary
	ratings map[ratingKey]*RatingCount
	texts   map[string]int64
	rules   map[string]int64 // as reviews have them
	days    map[int64]int64  // since 1970 in Beijing
}

type ratingKey struct {
	rating int
	grade  chaping.Grade
	word   bool
}

func newSummary(file string) *summary {
	return &summary{Summary: Summary{File: file, Reasons: map[string]int64{}, Grades: map[string]int64{},
		Days: map[string]int64{}, Examples: map[string][]Example{}},
		ratings: map[ratingKey]*RatingCount{}, texts: map[string]int64{}, rules: map[string]int64{}, days: map[int64]int64{}}
}

// example keeps a row that a reason concerns.
func (s *summary) example(reason string, e *chaping.InputError) {
	if list := s.Examples[reason]; len(list) < maxExamples && len(s.Examples) < 100 {
		s.Examples[reason] = append(list, Example{Line: e.Line, Value: chaping.Shorten(e.Value, 60), File: e.File,
			Field: e.Field, Remedy: e.Remedy})
	}
}

// count takes in an accepted row.
func (s *summary) count(p *parsed, same sameness, im *run) {
	r := &p.review
	s.Accepted++
	if same != isSame {
		s.Grades[r.Grade.String()]++
		if r.Rating == 0 && r.Grade != chaping.Unrated {
			s.ByText++
		}
		if p.foreign {
			s.NotChinese++
		}
		if r.Rule != "" {
			s.rules[r.Rule]++
		}
		if r.Default {
			s.Defaults++
		}
	}
	if p.decoded {
		s.Decoded++
	}
	if p.cut {
		s.Cut++
	}
	if p.follows {
		s.FollowUps++
	}
	if p.listing.Keyword == "" {
		s.NoKey++
	}
	if s.First.IsZero() || r.Published.Before(s.First) {
		s.First = r.Published
	}
	if r.Published.After(s.Last) {
		s.Last = r.Published
	}
	s.days[(r.Published.Unix()+8*3600)/86400]++
	if same == isOther {
		s.Further++
	}
	if same == isSame {
		s.Merged++
		if len(s.Alike) < maxExamples {
			s.Alike = append(s.Alike, Example{Line: p.row.line, Value: r.ID, Text: chaping.Shorten(r.Text, 40)})
		}
	}
	if im.Products != nil && !p.joined {
		s.Unjoined++
		if len(s.Unknown) < maxExamples && !slices.Contains(s.Unknown, r.Product) {
			s.Unknown = append(s.Unknown, r.Product)
		}
	}
	s.rate(r, im)
	if s.Accepted <= modelRows || s.Accepted%modelEvery == 0 {
		s.repeat(r)
	}
}

// rate counts the rating, and what the model makes of the text.
func (s *summary) rate(r *chaping.Review, im *run) {
	key := ratingKey{r.Rating, r.Grade, r.Rating > 0 && im.source.Words(r)}
	if r.Rating == 0 {
		key.grade = chaping.Unrated
	}
	c := s.ratings[key]
	if c == nil {
		c = &RatingCount{Grade: key.grade.String()}
		if key.word {
			c.Rating = r.Grade.Chinese()
		} else if r.Rating > 0 {
			c.Rating = strconv.Itoa(r.Rating)
		}
		s.ratings[key] = c
	}
	c.Rows++
	if im.GradeText == nil || r.Rating == 0 || s.Accepted > modelRows && s.Accepted%modelEvery != 0 {
		return
	}
	text := chaping.Review{Text: r.Text, Default: r.Default}
	im.GradeText(&text)
	if text.Grade != chaping.Unrated {
		c.Read++
		if text.Grade == chaping.Negative {
			c.Negative++
		}
	}
}

// repeat counts texts that come often (Misra and Gries 1982).
func (s *summary) repeat(r *chaping.Review) {
	if r.Default || len(r.Text) < 12 || len(r.Text) > 1000 {
		return
	}
	if _, ok := s.texts[r.Text]; ok || len(s.texts) < maxRepeats {
		s.texts[r.Text]++
		return
	}
	for text := range s.texts {
		if s.texts[text]--; s.texts[text] == 0 {
			delete(s.texts, text)
		}
	}
}

// now is the Summary of what was gathered so far.
func (s *summary) now(im *run) Summary {
	out := s.Summary
	out.VoidSkipped = out.Void > 0 && (im.SkipVoid || im.profile != nil && im.profile.SkipVoid)
	out.Numbered += im.rows.numbered.repeated()
	out.Reasons, out.Grades, out.Examples = maps.Clone(s.Reasons), maps.Clone(s.Grades), maps.Clone(s.Examples)
	for _, key := range slices.SortedFunc(maps.Keys(s.ratings), func(a, b ratingKey) int {
		return cmp.Or(cmp.Compare(a.rating, b.rating), cmp.Compare(a.grade, b.grade))
	}) {
		out.Ratings = append(out.Ratings, *s.ratings[key])
	}
	for _, rule := range slices.SortedFunc(maps.Keys(s.rules), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.rules[b], s.rules[a]), cmp.Compare(a, b))
	}) {
		version, _, _ := strings.Cut(rule, "/")
		if !slices.Contains(out.Rules, version) {
			out.Rules = append(out.Rules, version)
		}
	}
	out.Days = make(map[string]int64, len(s.days))
	for day, n := range s.days {
		out.Days[time.Unix(day*86400, 0).UTC().Format(time.DateOnly)] = n
	}
	for text, n := range s.texts {
		if n >= 3 {
			out.Repeats = append(out.Repeats, Repeat{Text: chaping.Shorten(text, 60), Rows: n})
		}
	}
	slices.SortFunc(out.Repeats, func(a, b Repeat) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Text, b.Text))
	})
	out.Repeats = out.Repeats[:min(len(out.Repeats), 2*maxExamples)]
	return out
}

// fault is why a file that was understood so cannot be imported.
func (u *Understanding) fault() *chaping.InputError {
	if len(u.Missing) == 0 {
		return nil
	}
	var names []string
	for _, c := range u.Columns {
		names = append(names, c.Name)
	}
	field := u.Missing[0]
	for _, c := range u.Columns {
		if c.Field == "" && c.Filled > 0 && strings.HasPrefix(c.Fault, "名称像"+TitleOf(field)) && len(c.Samples) > 0 {
			return &chaping.InputError{File: u.File, Line: max(u.HeaderRow, 1), Field: field, Value: c.Samples[0],
				Problem: fmt.Sprintf("列“%s”名称像%s，内容读不懂", c.Name, TitleOf(field)),
				Remedy:  "核对这一列的内容；是别的列的，指明哪一列是" + TitleOf(field)}
		}
	}
	if len(u.Columns) == 1 && u.Format == formatText {
		return &chaping.InputError{File: u.File, Line: max(u.HeaderRow, 1), Field: field, Value: strings.Join(u.Columns[0].Samples[:min(1, len(u.Columns[0].Samples))], ""),
			Problem: "缺少必需的列：" + TitleOf(field) + "。文件不像表格：每行只有一段文字，没有分成几列", Remedy: "第一行应是列名，下面每行一条评论，各列用逗号或制表符隔开；或另存为 xlsx"}
	}
	remedy := "给文件补上这一列，或指明哪一列是" + TitleOf(field)
	if len(u.Missing) > 1 && slices.ContainsFunc(u.Columns, func(c Column) bool { return c.Field == fieldProductID }) {
		remedy += "；这是商品表的话，请作为商品表导入"
	}
	problem := "缺少必需的列：" + TitleOf(field)
	if len(u.Missing) > 1 && u.ofProducts() {
		problem += "（像是商品表）"
	}
	return &chaping.InputError{File: u.File, Line: max(u.HeaderRow, 1), Field: field,
		Value:   chaping.Shorten(fmt.Sprint(names), 200),
		Problem: problem, Remedy: remedy}
}

// dateFails tells whether a date fails for a reason.
func dateFails(value string, why error) bool {
	_, err := (ingest.Dates{ingest.AnyDate}).Parse(value, time.Time{})
	return errors.Is(err, why)
}

// An Opinion compares ratings with what the text model makes of the texts: which
// part of those with low and of those with high ratings it takes for complaints.
type Opinion struct {
	Low, High float64
	Reversed  bool // the high ratings stand at the complaints
}

// Opinion is the model's of the file's ratings; ok is false where it has read too
// few texts to have one.
func (s *Summary) Opinion() (o Opinion, ok bool) {
	var read, negative [2]int64
	for _, c := range s.Ratings {
		switch c.Grade {
		case chaping.Negative.String():
			read[0], negative[0] = read[0]+c.Read, negative[0]+c.Negative
		case chaping.Positive.String():
			read[1], negative[1] = read[1]+c.Read, negative[1]+c.Negative
		}
	}
	if read[0] < 5 || read[1] < 5 {
		return o, false
	}
	o.Low, o.High = float64(negative[0])/float64(read[0]), float64(negative[1])/float64(read[1])
	o.Reversed = o.High > o.Low+0.3
	return o, true
}
