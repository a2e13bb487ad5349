package importer

import (
	"strings"
	"unicode/utf8"

	"chaping/ingest"
)

// garbledRows is how many texts are looked at for it.
const garbledRows = 300

// garbled finds out whether the texts of a file were decoded wrong before it was
// written. UTF-8 that was taken for GBK consists of Chinese characters, though
// none that people use; what comes back as a whole is decoded, row by row.
func (m *mapper) garbled() {
	i, ok := m.column[fieldText]
	if !ok || i < 0 {
		return
	}
	strange, back, all := 0, 0, 0
	values := m.samples[i].values
	for _, value := range values[:min(len(values), garbledRows)] {
		if utf8.RuneCountInString(value) < 3 || strings.IndexFunc(value, func(r rune) bool { return r >= 0x4e00 }) < 0 {
			continue
		}
		if all++; common(value) < soundPart {
			strange++
			if _, ok := ingest.OfGBK(value); ok {
				back++
			}
		}
	}
	m.u.mojibake = back > 0 && strange > 0 || strange*2 > all && all > 2
}
