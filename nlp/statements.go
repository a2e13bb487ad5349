package nlp

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"chaping"
)

// A StatementClass is what sort of problem a statement names.
type StatementClass string

// The classes. Vague statements name no problem (质量差, 不好用).
const (
	SafetyStatement  StatementClass = "safety"
	QualityStatement StatementClass = "quality"
	VagueStatement   StatementClass = "vague"
)

// A Statement is the least text that says that a problem is present in the
// item: runes [Start, End) of the review's text without the space around it.
type Statement struct {
	Start int            `json:"start"`
	End   int            `json:"end"`
	Class StatementClass `json:"class"`
	Vague bool           `json:"vague"` // the same as the class vague
}

// A MarkedReview is a review with all statements that a reader found in it.
type MarkedReview struct {
	Field      string      `json:"field"` // kind of goods, for the report
	Product    string      `json:"product"`
	Text       string      `json:"text"`
	Good       bool        `json:"good"` // its rating is good
	Statements []Statement `json:"statements"`
	Line       int         `json:"-"` // 1-based line in the file
}

// ReadStatements reads marked reviews, one JSON object a line with field,
// product (may be left out), text, good, statements. Every fault is a
// chaping.InputError.
func ReadStatements(name string, r io.Reader) ([]MarkedReview, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 1<<16), 16<<20)
	var reviews []MarkedReview
	for line := 1; sc.Scan(); line++ {
		text := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\uFEFF"))
		if text == "" {
			continue
		}
		var m MarkedReview
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, &chaping.InputError{File: name, Line: line, Value: text, Problem: "不是可用的 JSON：" + err.Error(),
				Remedy: `每行写一个含 text、statements（start、end、class）的 JSON 对象`}
		}
		m.Line = line
		m.Text = strings.TrimSpace(m.Text)
		if err := m.check(name); err != nil {
			return nil, err
		}
		reviews = append(reviews, m)
	}
	if err := sc.Err(); err != nil {
		return nil, &chaping.InputError{File: name, Problem: "读不下去：" + err.Error(), Remedy: "检查文件是否完整，每行不超过 16 MB"}
	}
	if len(reviews) == 0 {
		return nil, &chaping.InputError{File: name, Problem: "没有任何标注", Remedy: "给出标注文件，每行一个 JSON 对象"}
	}
	return reviews, nil
}

func (m *MarkedReview) check(file string) error {
	length := len([]rune(m.Text))
	if length == 0 {
		return &chaping.InputError{File: file, Line: m.Line, Field: "text", Problem: "没有评论文字", Remedy: "补上 text"}
	}
	for i := range m.Statements {
		s := &m.Statements[i]
		if s.Start < 0 || s.End <= s.Start || s.End > length {
			return &chaping.InputError{File: file, Line: m.Line, Field: "statements", Value: fmt.Sprintf("%d–%d", s.Start, s.End),
				Problem: fmt.Sprintf("不在评论的 %d 个字之内", length), Remedy: "start、end 按字计，从 0 起，end 不含在内，首尾空白先去掉"}
		}
		switch s.Class {
		case VagueStatement:
			s.Vague = true
		case SafetyStatement, QualityStatement:
		default:
			return &chaping.InputError{File: file, Line: m.Line, Field: "class", Value: string(s.Class), Problem: "没有这种类别",
				Remedy: "用 safety、quality、vague 之一"}
		}
	}
	slices.SortFunc(m.Statements, func(a, b Statement) int { return a.Start - b.Start })
	return nil
}

// A Share is so many of so many.
type Share struct {
	Found int `json:"found"`
	Of    int `json:"of"`
}

// Ratio is the share as a number; of nothing it is 0.
func (s Share) Ratio() float64 {
	if s.Of == 0 {
		return 0
	}
	return float64(s.Found) / float64(s.Of)
}

func (s *Share) count(found bool) {
	s.Of++
	if found {
		s.Found++
	}
}

// A FieldEval is how much is found in the reviews of one kind of goods.
type FieldEval struct {
	Field       string `json:"field"`
	Reviews     int    `json:"reviews"`
	Safety      Share  `json:"safety"`      // statements found
	Quality     Share  `json:"quality"`     // vague ones left out
	Vague       Share  `json:"vague"`       //
	Problem     Share  `json:"problem"`     // reviews that state a problem: some of them found
	Precision   Share  `json:"precision"`   // affirmed mentions that are right
	FalseAlarms Share  `json:"falseAlarms"` // good reviews with a wrong affirmed mention
}

func (f *FieldEval) add(o *FieldEval) {
	f.Reviews += o.Reviews
	for _, p := range [][2]*Share{{&f.Safety, &o.Safety}, {&f.Quality, &o.Quality}, {&f.Vague, &o.Vague},
		{&f.Problem, &o.Problem}, {&f.Precision, &o.Precision}, {&f.FalseAlarms, &o.FalseAlarms}} {
		p[0].Found += p[1].Found
		p[0].Of += p[1].Of
	}
}

// A Miss is a statement that is not found.
type Miss struct {
	Line      int
	Field     string
	Statement Statement
	Words     string
	// Refused is a mention at the statement that is judged not to be affirmed; nil when
	// no term stands there.
	Refused *chaping.Mention
	Text    string
}

// A WrongMention is an affirmed mention where the reader found no problem.
type WrongMention struct {
	Line    int
	Field   string
	Mention chaping.Mention
	Text    string
}

// A StatementEval is how a dictionary and its miner do end to end.
type StatementEval struct {
	Version string // of the miner
	Total   FieldEval
	Fields  []FieldEval
	Misses  []Miss         // in file order
	Wrong   []WrongMention // in file order
}

// near is how far from a statement a mention may stand and still be about it.
const near = 4

// EvalStatements measures a miner on reviews in which a reader marked every
// problem. A statement is found when an affirmed mention overlaps it, or
// stands within four runes of it in the same clause. An affirmed mention that
// overlaps no statement and has none within four runes is wrong.
func EvalStatements(m *Miner, reviews []MarkedReview) *StatementEval {
	e := &StatementEval{Version: m.Version(), Total: FieldEval{Field: "合计"}}
	fields := map[string]*FieldEval{}
	var mentions []chaping.Mention
	for i := range reviews {
		r := &reviews[i]
		if fields[r.Field] == nil {
			fields[r.Field] = &FieldEval{Field: r.Field}
		}
		mentions = m.MineGoods(mentions[:0], r.Text, m.GoodsOf(r.Product))
		e.review(fields[r.Field], r, mentions)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		e.Fields = append(e.Fields, *fields[name])
		e.Total.add(fields[name])
	}
	return e
}

func (e *StatementEval) review(f *FieldEval, r *MarkedReview, mentions []chaping.Mention) {
	f.Reviews++
	runes := []rune(r.Text)
	found := false
	for _, s := range r.Statements {
		var refused *chaping.Mention
		hit := false
		for i := range mentions {
			mn := &mentions[i]
			if d := distance(mn, s); d > near || d > 0 && parted(runes, mn, s) {
				continue
			}
			if mn.Assertion == chaping.Affirmed {
				hit = true
				break
			}
			refused = &mentions[i]
		}
		found = found || hit
		switch {
		case s.Vague:
			f.Vague.count(hit)
		case s.Class == SafetyStatement:
			f.Safety.count(hit)
		default:
			f.Quality.count(hit)
		}
		if !hit {
			miss := Miss{Line: r.Line, Field: r.Field, Statement: s, Words: string(runes[s.Start:s.End]), Text: r.Text}
			if refused != nil {
				copied := *refused // the next review overwrites it
				miss.Refused = &copied
			}
			e.Misses = append(e.Misses, miss)
		}
	}
	if len(r.Statements) > 0 {
		f.Problem.count(found)
	}
	alarm := false
	for _, mn := range mentions {
		if mn.Assertion != chaping.Affirmed {
			continue
		}
		right := slices.ContainsFunc(r.Statements, func(s Statement) bool { return distance(&mn, s) <= near })
		f.Precision.count(right)
		if !right {
			alarm = true
			e.Wrong = append(e.Wrong, WrongMention{Line: r.Line, Field: r.Field, Mention: mn, Text: r.Text})
		}
	}
	if r.Good {
		f.FalseAlarms.count(alarm)
	}
}

// distance is the number of runes between a mention and a statement.
func distance(m *chaping.Mention, s Statement) int { return max(m.Start-s.End, s.Start-m.End, 0) }

// parted tells whether a mark that ends a clause stands between the two.
func parted(text []rune, m *chaping.Mention, s Statement) bool {
	return slices.ContainsFunc(text[min(m.End, s.End):max(m.Start, s.Start)], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("，。！？；：、,.!?;:…~～()（）", r)
	})
}
