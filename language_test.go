package chaping

import (
	"regexp"
	"testing"
	"unicode/utf8"
)

func TestForeign(t *testing.T) {
	for text, want := range map[string]bool{
		"Sparks came out of the plug": true,
		"Überhitzt nach zwei Tagen":   true,
		"Очень плохо пахнет":          true,
		"電源を入れたら煙が出ました":               true,
		"전원 코드에서 연기가 났어요":             true,
		"有毒の味道，好の":                    false,
		"very good 质量好":               false,
		"OK":                          false,
		"666666666666":                false,
		"插头冒烟了":                       false,
		"":                            false,
		"!!!……，。":                     false,
		"good":                        false,
		"此用戶沒有填寫評價":                   false,
	} {
		if got := Foreign(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// What statements count is what the program counts.
func FuzzForeign(f *testing.F) {
	han, letters, kana := regexp.MustCompile(HanCharacter), regexp.MustCompile(ForeignLetters), regexp.MustCompile(ForeignKana)
	for _, s := range []string{"Sparks, again", "電源を入れたら", "插头 OK", "a1b2c3d4e5f6g7h8"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		if want := letters.MatchString(s) && !han.MatchString(s) || kana.MatchString(s); Foreign(s) != want {
			t.Errorf("%q: %t", s, !want)
		}
	})
}
