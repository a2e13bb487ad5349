package chaping

// Excerpt is the text around the runes [start, end), reach runes on each
// side, cuts marked with an ellipsis, on one line.
func Excerpt(text string, start, end, reach int) string {
	from, to, n := 0, len(text), 0
	for i := range text {
		if n == start-reach {
			from = i
		}
		if n == end+reach {
			to = i
			break
		}
		n++
	}
	out := text[from:to]
	if from > 0 {
		out = "…" + out
	}
	if to < len(text) {
		out += "…"
	}
	return Shorten(out, len(out))
}
