package report

import "strings"

// texts keeps many short strings in few large ones: a sheet of a large station has
// millions of them, which the garbage collector would have to visit one by one.
type texts struct {
	block strings.Builder
	known map[string]string
}

// textBlock is how many bytes are kept in one string.
const textBlock = 64 << 10

// keep is a copy of s among the others.
func (t *texts) keep(s string) string {
	if t.block.Cap()-t.block.Len() < len(s) {
		t.block = strings.Builder{}
		t.block.Grow(max(len(s), textBlock))
	}
	at := t.block.Len()
	t.block.WriteString(s)
	return t.block.String()[at:]
}

// once is keep for strings that come again and again: equal ones share a copy.
func (t *texts) once(s string) string {
	if known, ok := t.known[s]; ok {
		return known
	}
	if t.known == nil {
		t.known = map[string]string{}
	}
	s = t.keep(s)
	t.known[s] = s
	return s
}
