package chaping

import "strings"

// Excerpt is the text around the runes [start, end), reach runes on each
// side, cuts marked with an ellipsis, on one line.
func Excerpt(text string, start, end, reach int) string {
	out := strings.Join(ExcerptParts(text, start, end, reach), "")
	return Shorten(out, len(out))
}

// ExcerptParts are the same text before, within and after the runes [start,
// end), as it stands. Where they lie beyond the end of the text, all of it stands before them.
func ExcerptParts(text string, start, end, reach int) []string {
	runes := []int{max(start-reach, 0), start, end, end + reach}
	places := [4]int{0, len(text), len(text), len(text)}
	n, next := 0, 0
	for i := range text {
		for ; next < len(runes) && runes[next] <= n; next++ {
			places[next] = i
		}
		if next == len(runes) {
			break
		}
		n++
	}
	before, in, after := text[places[0]:places[1]], text[places[1]:places[2]], text[places[2]:places[3]]
	if places[0] > 0 {
		before = "…" + before
	}
	if places[3] < len(text) {
		after += "…"
	}
	return []string{before, in, after}
}
