package importer

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping/ingest"
	"chaping/ingest/foreign"
)

// garbledRows is how many texts are looked at for it.
const garbledRows = 300

// garbled finds out whether the texts of a file were decoded wrong before it was
// written. Chinese that was taken for another charset consists of characters that
// nobody uses; that they are rare proves nothing, since traditional ones are, too:
// the text must be there when it is read in the other charset. UTF-8 that was
// taken for GBK comes back as a whole, row by row.
func (m *mapper) garbled() {
	i, ok := m.column[fieldText]
	if !ok || i < 0 {
		return
	}
	var strange strings.Builder
	values := m.samples[i].values
	for _, value := range values[:min(len(values), garbledRows)] {
		if utf8.RuneCountInString(value) < 3 || strings.IndexFunc(value, func(r rune) bool { return r >= 0x4e00 }) < 0 ||
			common(value) >= soundPart {
			continue
		}
		_, back := ingest.OfGBK(value)
		m.u.mojibake = m.u.mojibake || back || ingest.BrokenGBK(value)
		strange.WriteString(value)
	}
	m.u.swapped = swapped(strange.String(), 3)
}

// swapped tells whether a text is Big5 that was taken for GBK, or GBK for Big5: it
// has many more of the most common characters then, more than by chance.
func swapped(s string, chance int) bool {
	big5 := foreign.Charset("big5")
	count := func(s, common string) (n int) {
		for _, r := range s {
			if strings.ContainsRune(common, r) {
				n++
			}
		}
		return n
	}
	s = strings.ReplaceAll(s, "\uFFFD", "")
	now := max(count(s, commonTraditional), count(s, commonSimplified))
	read := func(from, to encoding.Encoding, common string) bool {
		raw, err := encoding.ReplaceUnsupported(from.NewEncoder()).Bytes([]byte(s))
		if err != nil {
			return false
		}
		found, _ := commonIn(raw, to, common) // some bytes may be lost
		return found > 2*now+chance
	}
	return s != "" && (read(simplifiedchinese.GB18030, big5, commonTraditional) ||
		read(big5, simplifiedchinese.GB18030, commonSimplified))
}
