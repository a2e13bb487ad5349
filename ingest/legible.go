package ingest

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Legible is a text that programs have encoded once too often, as its writer wrote
// it: \u6f0f\u7535, %E6%BC%8F, base64, an object of JSON around it, UTF-8 that was read
// as Latin. Only what comes back as a whole is decoded. garbled tells that
// the text is none and does not come back.
func Legible(s string) (text string, decoded, garbled bool) {
	if isRubble(s) {
		return s, false, true
	}
	if s == "" || s[0] >= 0xe3 && s[0] < 0xf0 && strings.IndexByte(s, '\\') < 0 { // nearly all texts
		return s, false, false
	}
	if strings.Contains(s, `\n`) && brokenLine.MatchString(s) {
		s, decoded = brokenLine.ReplaceAllString(s, "$1\n"), true
	}
	for range 2 { // JSON with escapes, escapes of what was garbled
		before := s
		switch {
		case strings.Contains(s, `\u`):
			s = unescaped(s, escape)
		case strings.IndexByte(s, '%') >= 0:
			s = unpercent(s)
		case s[0] == '{':
			s = ofObject(s)
		case len(s) >= 16 && strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 || r <= ' ' }) < 0:
			if bareEscapes.MatchString(s) {
				s = unescaped(s, bareEscape)
			} else {
				s = unbase64(s)
			}
		}
		if s == before {
			break
		}
		if decoded = true; s == "" {
			break
		}
	}
	if latin, all := latinRunes(s); latin >= 4 && 5*latin >= 2*all {
		if back, ok := ofLatin(s); ok {
			return back, true, false
		}
		return s, decoded, brokenLatin(s)
	}
	return s, decoded, false
}

// brokenLatin tells texts that were Chinese in UTF-8 and were read as Latin, with
// bytes lost: the first of the three bytes of a character is a letter from ã to
// ï, which no bare letter follows. Quotes, dashes and accents alone are none.
func brokenLatin(s string) bool {
	leads, followed := 0, 0
	before := rune(0)
	for _, r := range s {
		if before >= 0xe3 && before <= 0xef {
			if leads++; r >= 0x80 && r < 0xc0 || isWindows(r) || r == utf8.RuneError {
				followed++
			}
		}
		before = r
	}
	return leads > 1 && 2*followed > leads && !hasChinese(s)
}

// brokenLine is the end of a line as programs write it within one: \n behind a
// character or a stop that no folder ends with.
var brokenLine = regexp.MustCompile(`([^\x00-\x7f]|[.!?,;~)])(?:\\r)?\\n`)

var (
	escape      = regexp.MustCompile(`(?:\\{1,2}u[0-9a-fA-F]{4})+`)
	bareEscape  = regexp.MustCompile(`(?:u[0-9a-fA-F]{4})+`)
	bareEscapes = regexp.MustCompile(`^(?:u[0-9a-fA-F]{4}|[0-9,.!?~]){3,}$`)
)

// unescaped decodes escapes of JSON and of scripts.
func unescaped(s string, escapes *regexp.Regexp) string {
	return escapes.ReplaceAllStringFunc(s, func(run string) string {
		var units []uint16
		for part := range strings.SplitSeq(strings.ReplaceAll(run, `\`, ""), "u") {
			if n, err := strconv.ParseUint(part, 16, 16); err == nil {
				units = append(units, uint16(n))
			}
		}
		text := string(utf16.Decode(units))
		if strings.ContainsRune(text, utf8.RuneError) || strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' }) >= 0 {
			return run
		}
		return text
	})
}

func unpercent(s string) string {
	if back, err := url.PathUnescape(s); err == nil && !hasChinese(s) && hasChinese(back) && utf8.ValidString(back) {
		return strings.ReplaceAll(back, "+", " ")
	}
	return s
}

func unbase64(s string) string {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
		if back, err := enc.DecodeString(s); err == nil && utf8.Valid(back) && hasChinese(string(back)) {
			return string(back)
		}
	}
	return s
}

// ofObject is the text of an object that has one.
func ofObject(s string) string {
	if !gjson.Valid(s) {
		return s
	}
	for _, key := range []string{"content", "text", "comment", "评论内容", "内容"} {
		if v := gjson.Get(s, key); v.Type == gjson.String {
			return v.Str
		}
	}
	return s
}

func hasChinese(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x4e00 && r < 0xa000 }) >= 0
}

// latinRunes counts the characters that bytes beyond ASCII are in Latin charsets.
func latinRunes(s string) (latin, all int) {
	if s == "" || s[0] >= 0xe3 && s[0] < 0xf0 {
		return 0, 1
	}
	for _, r := range s {
		all++
		if r >= 0x80 && r < 0x100 || isWindows(r) {
			latin++
		}
	}
	return latin, all
}

func isWindows(r rune) bool {
	b, ok := charmap.Windows1252.EncodeRune(r)
	return ok && b >= 0x80 && b < 0xa0
}

// ofLatin reads characters of Latin charsets as the bytes of UTF-8 that they were.
func ofLatin(s string) (string, bool) {
	raw := make([]byte, 0, len(s))
	for _, r := range s {
		if b, ok := charmap.Windows1252.EncodeRune(r); ok && r != utf8.RuneError {
			raw = append(raw, b)
		} else if r < 0x100 {
			raw = append(raw, byte(r))
		} else {
			return s, false
		}
	}
	if utf8.Valid(raw) && hasChinese(string(raw)) {
		return string(raw), true
	}
	return ofPairs(s, raw)
}

// ofPairs reads the bytes of a text that was read as Latin as GB 2312, in which a
// character is two bytes, both above 0xa0: ÉÕË® is 烧水. Words of European
// languages have no such pairs side by side, most of them common characters.
func ofPairs(s string, raw []byte) (string, bool) {
	pairs, common := 0, 0
	for i := 0; i < len(raw); i++ {
		if raw[i] < 0x80 {
			continue
		}
		if i+1 == len(raw) || raw[i] < 0xa1 || raw[i+1] < 0xa1 {
			return s, false
		}
		if pairs++; raw[i] >= 0xb0 && raw[i] < 0xd8 { // the first level, by frequency of use
			common++
		}
		i++
	}
	if pairs < 2 || 5*common < 3*pairs {
		return s, false
	}
	text, err := simplifiedchinese.GBK.NewDecoder().String(string(raw))
	return text, err == nil && hasChinese(text)
}

// isRubble tells what is left of a text whose bytes were replaced: 锟斤拷 and 烫烫烫
// for bytes that were none, and the sign for a character that could not be read.
func isRubble(s string) bool {
	if !strings.Contains(s, "锟斤拷") && strings.Count(s, "\uFFFD") < 3 {
		return false
	}
	all, lost := 0, strings.Count(s, "锟斤拷")*3+strings.Count(s, "\uFFFD")
	for _, r := range s {
		if r > ' ' {
			all++
		}
	}
	return lost >= 3 && 2*lost > all
}

// OfGBK reads a text as the UTF-8 that was taken for GBK: 鐢ㄤ簡 is 用了. ok is false
// where it does not come back as a whole, or is none.
func OfGBK(s string) (text string, ok bool) {
	raw, ok := bytesOfGBK(s)
	if !ok || !utf8.ValidString(raw) || !hasChinese(raw) || strings.ContainsRune(s, utf8.RuneError) {
		return s, false
	}
	return raw, true
}

// bytesOfGBK are the bytes that a text was read from as GBK, in which 0x80 is €. ok
// is false where characters are none of it; a question mark stands for them.
func bytesOfGBK(s string) (raw string, ok bool) {
	if raw, err := simplifiedchinese.GB18030.NewEncoder().String(s); err == nil && !strings.ContainsRune(s, '€') {
		return raw, !strings.ContainsRune(s, utf8.RuneError)
	}
	ok = true
	encoder := simplifiedchinese.GB18030.NewEncoder()
	var b strings.Builder
	for _, r := range s {
		part, err := encoder.String(string(r))
		switch {
		case r == '€':
			b.WriteByte(0x80)
		case err != nil || r == utf8.RuneError:
			ok = false
			b.WriteByte('?')
		default:
			b.WriteString(part)
		}
	}
	return b.String(), ok
}

// BrokenGBK tells whether a text is UTF-8 that was taken for GBK and has lost bytes,
// so that it does not come back: most of its bytes are characters of UTF-8 still.
// Those of Chinese that is written so, however rare its characters are, are not.
func BrokenGBK(s string) bool {
	raw, _ := bytesOfGBK(s)
	all, whole := 0, 0
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRuneInString(raw[i:])
		if raw[i] >= 0x80 {
			if all += n; n == 3 && (r >= 0x3000 || r >= 0x2000 && r < 0x2100) {
				whole += n
			}
		}
		i += n
	}
	return all >= 6 && 10*whole >= 7*all
}

var (
	// answered is where the answer of a shop begins in the cell with the review.
	answered = regexp.MustCompile(
		`[\[【(（<《]\s*(?:卖家|商家|店家|店主|掌柜|客服|官方|店铺|品牌方?|平台)(?:客服)?\s*(?:回复|答复|解释|回评|的回复)\s*[\]】)）>》]\s*[:：]?` +
			`|(?:^|[\s。！!？?~～;；|/])(?:卖家|商家|店家|店主|掌柜|客服|官方|店铺|品牌方)(?:客服)?(?:回复|答复|解释)\s*[:：]` +
			`|(?:^|[\s。！!？?~～;；|/])(?:解释|回复|答复)\s*[:：]\s*(?:亲|您好|你好|尊敬|感谢|谢谢|非常抱歉|很抱歉|抱歉|不好意思)`,
	)
	// greeted is how a shop begins to speak.
	greeted = regexp.MustCompile(`^\s*(?:亲|您好|你好|尊敬|感谢|谢谢|非常|很抱歉|抱歉|不好意思|hi|hello|dear)`)
)

// Buyers is the part of a text that its buyer wrote: an export may have the shop's
// answer behind it in one cell. What a buyer tells of an answer is his.
func Buyers(s string) (own string, cut bool) {
	if !strings.Contains(s, "回复") && !strings.Contains(s, "回评") && !strings.Contains(s, "答复") && !strings.Contains(s, "解释") ||
		!strings.ContainsAny(s, ":：]】)）>》") {
		return s, false
	}
	for _, at := range answered.FindAllStringIndex(s, -1) {
		mark := strings.TrimLeft(s[at[0]:at[1]], " \t\n。！!？?~～;；|/")
		bracketed := strings.ContainsAny(mark[:min(len(mark), 3)], "[(<") || strings.HasPrefix(mark, "【") ||
			strings.HasPrefix(mark, "（") || strings.HasPrefix(mark, "《")
		greeting := greeted.MatchString(s[at[1]:]) || strings.HasPrefix(mark, "解释") || strings.HasPrefix(mark, "回复") ||
			strings.HasPrefix(mark, "答复")
		if bracketed || greeting {
			return strings.TrimRight(s[:at[0]]+keptMark(s[at[0]:at[1]]), " \t\n;；|/"), true
		}
	}
	return s, false
}

// keptMark is the stop that ends what the buyer wrote.
func keptMark(match string) string {
	rest := strings.TrimLeft(match, "。！!？?~～")
	return match[:len(match)-len(rest)]
}
