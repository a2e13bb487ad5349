package nlp

import (
	"fmt"
	"slices"
	"strings"

	"chaping"
	"chaping/nlp/assertion"
	"chaping/nlp/pattern"
)

// An Explanation tells step by step how a text was mined.
type Explanation struct {
	Text       string
	Normalized string // the text as terms and cues are compared with it
	Steps      []Step // one a candidate, refused ones too, by start
}

// A Step is what became of one candidate.
type Step struct {
	Surface    string // as it stands in the original
	Start, End int    // rune offsets in the original
	Terms      []string
	Form       string // the pattern that matched, as the dictionary writes it; empty for a plain form
	RefusedBy  string // the word that covers it, or why it was refused otherwise; empty when taken
	Mention    chaping.Mention
	Group      string  // cue group that decided; empty for plain affirmation
	Score      float32 // of the model where it overruled, log-odds of affirmed
	Clause     string
	Sentence   string
	Cues       []assertion.Fired // all cues that govern it, by precedence
}

// Explain mines text and keeps the reasons. Of a very long text it explains
// the beginning.
func (m *Miner) Explain(text string) *Explanation { return m.ExplainGoods(text, Goods{}) }

// ExplainGoods is Explain for a review of goods.
func (m *Miner) ExplainGoods(text string, g Goods) *Explanation {
	sc := m.pool.Get().(*scratch)
	defer m.pool.Put(sc)
	if len(text) > maxPiece {
		text = text[:m.pieceEnd(text)]
	}
	e := &Explanation{Text: text}
	var refused []Step
	step := func(at assertion.Span, of int32, v assertion.Verdict) Step {
		f := &m.forms[of]
		mn := m.mention(sc, text, at, f.term, v)
		out := Step{Surface: mn.Surface, Start: mn.Start, End: mn.End, Terms: []string{mn.Term}, Mention: mn}
		if pattern.Is(f.text) {
			out.Form = f.text
		}
		return out
	}
	m.candidates(sc, text, g, func(f found, by string) {
		s := step(assertion.Span{Start: f.start, End: f.end}, f.form, assertion.Verdict{})
		s.RefusedBy, s.Mention = by, chaping.Mention{}
		refused = append(refused, s)
	})
	slices.SortStableFunc(refused, func(a, b Step) int { return a.Start - b.Start })
	e.Normalized = string(sc.text.Runes)
	m.shift(sc, g)
	m.judge.Prepare(&sc.judge, sc.text.Runes, sc.spans)
	for i, s := range sc.spans {
		v := m.judge.Status(&sc.judge, sc.text.Runes, sc.spans, i)
		step := step(s, sc.forms[i], v)
		step.Group, step.Score = v.Group, v.Score
		step.Cues, step.Clause, step.Sentence = m.judge.Why(&sc.judge, sc.text.Runes)
		for len(refused) > 0 && refused[0].Start <= step.Start {
			e.Steps = append(e.Steps, refused[0])
			refused = refused[1:]
		}
		e.Steps = append(e.Steps, step)
	}
	e.Steps = append(e.Steps, refused...)
	return e
}

// String is the explanation for a station's user.
func (e *Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "原文：%s\n", e.Text)
	fmt.Fprintf(&b, "归一：%s\n", e.Normalized)
	if len(e.Steps) == 0 {
		b.WriteString("没有命中任何词条\n")
	}
	for n, s := range e.Steps {
		fmt.Fprintf(&b, "%d. “%s”（第 %d–%d 字）→ 词条 %s\n", n+1, s.Surface, s.Start+1, s.End, strings.Join(s.Terms, "、"))
		if s.Form != "" {
			fmt.Fprintf(&b, "   模式：%s\n", s.Form)
		}
		if s.RefusedBy != "" {
			fmt.Fprintf(&b, "   不取：%s\n", s.RefusedBy)
			continue
		}
		fmt.Fprintf(&b, "   小句：%s\n", s.Clause)
		for _, c := range s.Cues {
			what := "参考"
			if c.Status != "" {
				what = c.Status.Chinese()
				if c.Weak {
					what = "倾向" + what
				}
			}
			if c.Word == "" {
				fmt.Fprintf(&b, "   线索：%s（%s）\n", c.Group, what)
			} else {
				fmt.Fprintf(&b, "   线索：“%s”，%s（%s）\n", c.Word, c.Group, what)
			}
		}
		fmt.Fprintf(&b, "   判定：%s", s.Mention.Assertion.Chinese())
		switch {
		case s.Score != 0:
			fmt.Fprintf(&b, "，没有决定性的线索，上下文模型认为不成立（%.1f）", s.Score)
		case s.Group == "":
			b.WriteString("，没有相反的线索")
		case s.Mention.Cue == s.Group:
			fmt.Fprintf(&b, "，依据：%s", s.Group)
		default:
			fmt.Fprintf(&b, "，依据“%s”（%s）", s.Mention.Cue, s.Group)
		}
		b.WriteString("\n")
	}
	return b.String()
}
