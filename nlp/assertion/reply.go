package assertion

import (
	"slices"

	"chaping/nlp/fold"
)

// reply is a Reply as folded texts have its words.
type reply struct {
	marks, open, lead, no, deny, sees, link, fine, not [][]rune
}

func newReply(r *Reply, folder *fold.Folder) *reply {
	folded := func(words []string) (out [][]rune) {
		for _, w := range words {
			out = append(out, []rune(folder.String(w)))
		}
		// the longest first: 没有 before 没
		slices.SortStableFunc(out, func(a, b []rune) int { return len(b) - len(a) })
		return out
	}
	return &reply{marks: folded(r.Marks), open: folded(r.Open), lead: folded(r.Lead), no: folded(r.No),
		deny: folded(r.Deny), sees: folded(r.Sees), link: folded(r.Link), fine: folded(r.Fine), not: folded(r.Not)}
}

// How far a question may reach on either side of the mention that it asks about, its
// particles included.
const (
	askedBefore = 8
	askedAfter  = 6
)

// refuses tells whether mention m stands in a question that the clause behind it
// answers with no, and the word that says so.
func (r *reply) refuses(text []rune, m Span, s *scope) (string, bool) {
	if int(s.clauseB) >= len(text) || m.Start-s.clauseA > askedBefore || s.clauseB-m.End > askedAfter {
		return "", false
	}
	before, tail := text[s.clauseA:m.Start], text[m.End:s.clauseB]
	if text[s.clauseB] != '？' && !slices.ContainsFunc(r.marks, func(w []rune) bool { return ends(tail, w) }) ||
		slices.ContainsFunc(r.open, func(w []rune) bool { return holds(before, w) }) {
		return "", false
	}
	said := text[m.Start:m.End]
	if slices.ContainsFunc(said, denies) { // 不一样？是不一样
		return "", false
	}
	answer, end := clauseBehind(text, s.clauseB)
	if int(end) < len(text) && text[end] == '？' { // 鼓包？没有？你看看
		return "", false
	}
	if next, _ := clauseBehind(text, end); len(next) > 0 && next[0] == '是' && // 没有的事，是漏得哗哗的
		slices.ContainsFunc(next, func(r rune) bool { return slices.Contains(said, r) }) {
		return "", false
	}
	return r.denied(answer, said)
}

// clauseBehind is the clause behind the marks at p, and where it ends.
func clauseBehind(text []rune, p int32) ([]rune, int32) {
	for int(p) < len(text) && clauseMark(text, p) {
		p++
	}
	from := p
	for int(p) < len(text) && !clauseMark(text, p) {
		p++
	}
	return text[from:p], p
}

// denied tells whether an answer denies what was said, and the word that does.
func (r *reply) denied(answer, said []rune) (string, bool) {
	if slices.ContainsFunc(r.not, func(w []rune) bool { return holds(answer, w) }) {
		return "", false
	}
	short := answer
	for n := 1; n > 0; short = short[n:] {
		n = opens(short, r.lead)
	}
	for _, w := range r.no {
		if starts(short, w) && endsClause(short, int32(len(w))) {
			return string(w), true
		}
	}
	for _, w := range r.fine {
		if closes(answer, w) {
			return string(w), true
		}
	}
	for i := range answer {
		if n := opens(answer[i:], r.deny); n > 0 && r.sameAs(answer[i+n:], said) {
			return string(answer[i : i+n]), true
		}
	}
	return "", false
}

// sameAs tells whether what a denial denies is what was said, or to have seen it.
func (r *reply) sameAs(denied, said []rune) bool {
	if opens(denied, r.sees) > 0 {
		return true
	}
	denied = denied[opens(denied, r.link):]
	return len(denied) > 0 && slices.Contains(said, denied[0])
}

// opens is how long the first of the words is that text begins with, 0 for none.
func opens(text []rune, words [][]rune) int {
	for _, w := range words {
		if starts(text, w) {
			return len(w)
		}
	}
	return 0
}

// closes tells whether a clause ends with w, but for particles.
func closes(clause, w []rune) bool {
	for i := len(clause) - len(w); i >= 0; i-- {
		if starts(clause[i:], w) {
			return endsClause(clause, int32(i+len(w)))
		}
	}
	return false
}

func ends(text, w []rune) bool {
	n := len(text) - len(w)
	return n >= 0 && slices.Equal(text[n:], w)
}
