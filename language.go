package chaping

import "unicode"

// So many letters without a Chinese character, or so many kana among them, are a
// text of another language: OK, 666 and the の of advertisements are none.
const (
	foreignLetters = 8
	foreignKana    = 4
)

// The same as regular expressions, for statements: a text is foreign that has
// ForeignLetters and not HanCharacter, or has ForeignKana.
const (
	HanCharacter   = `[\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}]`
	ForeignLetters = `(\pL\PL*){8}`
	ForeignKana    = `([\x{3041}-\x{3096}\x{30a1}-\x{30fa}][^\x{3041}-\x{3096}\x{30a1}-\x{30fa}]*){4}`
)

// Foreign tells whether a text is written in another language than Chinese, which
// neither the dictionary nor the text model understands.
func Foreign(text string) bool {
	letters, kana, han := 0, 0, false
	for _, r := range text {
		switch {
		case r < 0x80:
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				letters++
			}
		case r >= 0x3400 && r <= 0x4dbf || r >= 0x4e00 && r <= 0x9fff:
			han = true
		case r >= 0x3041 && r <= 0x3096 || r >= 0x30a1 && r <= 0x30fa:
			letters++
			if kana++; kana >= foreignKana {
				return true
			}
		case unicode.IsLetter(r):
			letters++
		}
	}
	return !han && letters >= foreignLetters
}
