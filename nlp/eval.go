package nlp

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"

	"chaping"
)

// A Pair is a labelled (review, keyword) pair of a gold file: one JSON object
// a line with keyword, text, assertion, and for the report row and category.
type Pair struct {
	Row       json.Number       `json:"row"`
	Keyword   string            `json:"keyword"`
	Category  string            `json:"category"`
	Text      string            `json:"text"`
	Assertion chaping.Assertion `json:"assertion"`
	Line      int               `json:"-"` // 1-based line in the file
}

// A WrongPair is a pair that the miner judged otherwise than its label.
type WrongPair struct {
	Pair
	Got     chaping.Assertion // what the miner says of the pair
	Mention *chaping.Mention  // the mention that decided; nil when none was found
}

// A MentionEval is how a miner does on labelled pairs. A pair is predicted
// affirmed when any mention of the keyword in that review is; otherwise it
// has the status of the first mention, and other when there is none.
type MentionEval struct {
	Pairs     int
	Version   string  // of the miner
	Precision float64 // of affirmed
	Recall    float64 // of affirmed
	F1        float64 // of affirmed
	Accuracy  float64 // over the four statuses
	// Confusion counts pairs by label and prediction, in the order of Statuses.
	Confusion [4][4]int
	// Wrong are the pairs on the wrong side of affirmed, in file order.
	Wrong []WrongPair
	// Confused are pairs that are rightly not affirmed but under another
	// status than the label's, in file order.
	Confused []WrongPair
}

// Statuses is the order of the rows and columns of a confusion matrix.
func Statuses() [4]chaping.Assertion {
	return [4]chaping.Assertion{chaping.Affirmed, chaping.Negated, chaping.Hypothetical, chaping.Other}
}

func statusIndex(a chaping.Assertion) int {
	for i, s := range Statuses() {
		if s == a {
			return i
		}
	}
	return -1
}

// ReadPairs reads a gold file. Every fault is a chaping.InputError.
func ReadPairs(name string, r io.Reader) ([]Pair, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 1<<16), 16<<20)
	var pairs []Pair
	for line := 1; sc.Scan(); line++ {
		text := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\uFEFF"))
		if text == "" {
			continue
		}
		var p Pair
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			return nil, &chaping.InputError{File: name, Line: line, Value: text, Problem: "不是可用的 JSON：" + err.Error(), Remedy: `每行写一个含 keyword、text、assertion 的 JSON 对象`}
		}
		p.Line = line
		switch {
		case p.Keyword == "":
			return nil, &chaping.InputError{File: name, Line: line, Field: "keyword", Problem: "没有评论关键词", Remedy: "补上 keyword"}
		case statusIndex(p.Assertion) < 0:
			return nil, &chaping.InputError{File: name, Line: line, Field: "assertion", Value: string(p.Assertion), Problem: "没有这种判定", Remedy: "用 affirmed、negated、hypothetical、other 之一"}
		}
		pairs = append(pairs, p)
	}
	if err := sc.Err(); err != nil {
		return nil, &chaping.InputError{File: name, Problem: "读不下去：" + err.Error(), Remedy: "检查文件是否完整，每行不超过 16 MB"}
	}
	if len(pairs) == 0 {
		return nil, &chaping.InputError{File: name, Problem: "没有任何标注", Remedy: "给出标注文件，每行一个 JSON 对象"}
	}
	return pairs, nil
}

// EvalMentions measures mining on a gold file, with the file's own keywords as
// the dictionary. name is for error messages.
func EvalMentions(name string, r io.Reader, opts ...Option) (*MentionEval, error) {
	pairs, err := ReadPairs(name, r)
	if err != nil {
		return nil, err
	}
	return EvalPairs(name, pairs, opts...)
}

// EvalPairs is EvalMentions for pairs that are already read.
func EvalPairs(name string, pairs []Pair, opts ...Option) (*MentionEval, error) {
	d, err := keywordDictionary(name, pairs)
	if err != nil {
		return nil, err
	}
	m, err := NewMiner(d, opts...)
	if err != nil {
		return nil, err
	}
	return evalWith(m, pairs), nil
}

func evalWith(m *Miner, pairs []Pair) *MentionEval {
	e := &MentionEval{Pairs: len(pairs), Version: m.Version()}
	var mentions []chaping.Mention
	for _, p := range pairs {
		mentions = m.Mine(mentions[:0], p.Text)
		w := WrongPair{Pair: p, Got: chaping.Other}
		for _, mn := range mentions {
			if mn.Term != p.Keyword || w.Mention != nil && mn.Assertion != chaping.Affirmed {
				continue
			}
			w.Got, w.Mention = mn.Assertion, &mn
			if mn.Assertion == chaping.Affirmed {
				break
			}
		}
		e.Confusion[statusIndex(p.Assertion)][statusIndex(w.Got)]++
		switch {
		case w.Got == p.Assertion:
		case w.Got == chaping.Affirmed || p.Assertion == chaping.Affirmed:
			e.Wrong = append(e.Wrong, w)
		default:
			e.Confused = append(e.Confused, w)
		}
	}
	e.score()
	return e
}

// score fills the ratios from the confusion matrix. A ratio over nothing is 0.
func (e *MentionEval) score() {
	ratio := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	var predicted, labelled, right int
	for i := range e.Confusion {
		predicted += e.Confusion[i][0]
		labelled += e.Confusion[0][i]
		right += e.Confusion[i][i]
	}
	hit := e.Confusion[0][0]
	e.Precision, e.Recall = ratio(hit, predicted), ratio(hit, labelled)
	if e.Precision+e.Recall > 0 {
		e.F1 = 2 * e.Precision * e.Recall / (e.Precision + e.Recall)
	}
	e.Accuracy = ratio(right, e.Pairs)
}
