// Package redact masks personal data in reviews before they are stored:
// telephone, ID card, bank card, plate and order numbers, e-mail addresses,
// messenger accounts and house addresses. Letters, digits and Han characters of what is
// found become asterisks, one for one, so that offsets stay what they were
// and a reader still sees what kind of thing stood there:
//
//	redact.Text("打我电话13812345678") == "打我电话***********"
//
// It is careful in both directions: what only looks like personal data (model
// numbers, prices, dates, sizes) survives, because an analyst needs it.
package redact

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text masks the personal data in s. The result has as many runes as s, but
// invalid UTF-8 becomes U+FFFD.
func Text(s string) string {
	features := look(s)
	var candidates []rule
	for _, rule := range rules {
		if features.digits >= rule.digits && features.word >= rule.word && (features.wide || rule.hinted(s)) {
			candidates = append(candidates, rule)
		}
	}
	if len(candidates) == 0 {
		return s
	}
	if !utf8.ValidString(s) {
		s = string([]rune(s)) // one U+FFFD a byte
	}
	// Full-width digits and letters are three bytes each, so matching happens
	// on a copy of the same number of runes with ASCII in their place.
	runes := []rune(s)
	folded := make([]rune, len(runes))
	for i, r := range runes {
		folded[i] = fold(r)
	}
	text := string(folded)
	masked := false
	for _, rule := range candidates {
		spans := rule.spans(text)
		for _, span := range spans {
			start := utf8.RuneCountInString(text[:span[0]])
			end := start + utf8.RuneCountInString(text[span[0]:span[1]])
			for i := start; i < end; i++ {
				if unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]) {
					runes[i] = '*'
					folded[i] = '*'
				}
			}
		}
		if len(spans) > 0 {
			masked = true
			text = string(folded)
		}
	}
	if !masked {
		return s
	}
	return string(runes)
}

// features are what rules ask for before they look closer. Next to all
// reviews have too few digits or letters in a row for any of them.
type features struct {
	digits int  // that follow each other at most, blanks, hyphens and brackets aside
	word   int  // Latin letters, digits, hyphens and underscores that follow each other at most
	wide   bool // there are full-width characters, which hints do not foresee
}

func look(s string) (f features) {
	digits, word := 0, 0
	for _, r := range s {
		if r >= 0x80 && (r < '－' || r > 'ｚ') { // Han, next to always
			if r != '（' && r != '）' {
				digits = 0
			}
			word = 0
			continue
		}
		r, wide := fold(r), r >= 0x80
		f.wide = f.wide || wide && (alphanumeric(r) || r == '@')
		switch {
		case digit(r):
			digits++
			f.digits = max(f.digits, digits)
		case r == ' ' || r == '-' || r == '(' || r == ')':
		default:
			digits = 0
		}
		if alphanumeric(r) || r == '-' || r == '_' {
			word++
			f.word = max(f.word, word)
		} else {
			word = 0
		}
	}
	return f
}

// fold maps full-width characters to ASCII.
func fold(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// A rule finds one kind of personal data.
type rule struct {
	hints   []string // the text must hold a character of each
	digits  int      // and so long a run of digits
	word    int      // or of Latin letters and digits
	pattern *regexp.Regexp
	group   int // what is masked: 0 the whole match
	// alone wants no digit or Latin letter directly before and after the match,
	// so that parts of longer numbers and model names are left alone.
	alone bool
	check func(match string) bool
}

func (r rule) hinted(text string) bool {
	for _, hint := range r.hints {
		if !containsOne(text, hint) {
			return false
		}
	}
	return true
}

// containsOne is strings.ContainsAny, but looks for one character after the
// other, which is many times faster where there are few.
func containsOne(text, characters string) bool {
	for _, r := range characters {
		if strings.ContainsRune(text, r) {
			return true
		}
	}
	return false
}

func (r rule) spans(text string) [][2]int {
	var out [][2]int
	for at := 0; at < len(text); {
		m := r.pattern.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		start, end := at+m[2*r.group], at+m[2*r.group+1]
		next := at + m[1]
		if m[1] == m[0] {
			next++
		}
		ok := start < end && (r.check == nil || r.check(text[start:end]))
		if ok && r.alone && (alphanumeric(before(text, start)) || alphanumeric(after(text, end))) {
			ok = false
		}
		if ok {
			out = append(out, [2]int{start, end})
		} else if start < end && start+1 < next {
			next = at + m[0] + 1 // the true match may begin inside
			for next < len(text) && !utf8.RuneStart(text[next]) {
				next++
			}
		}
		at = next
	}
	return out
}

func before(s string, i int) rune { r, _ := utf8.DecodeLastRuneInString(s[:i]); return r }
func after(s string, i int) rune  { r, _ := utf8.DecodeRuneInString(s[i:]); return r }

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// digit reports an ASCII digit.
func digit(r rune) bool { return r >= '0' && r <= '9' }

const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

var rules = []rule{
	// E-mail addresses.
	{
		hints:   []string{"@"},
		pattern: regexp.MustCompile(`[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+`),
	},
	// ID card numbers, 18 places with check digit (GB 11643).
	{digits: 17, pattern: regexp.MustCompile(`[1-9]\d{16}[\dXx]`), alone: true, check: idCard},
	// Mobile numbers, with or without country code, separated or not.
	{digits: 11, pattern: regexp.MustCompile(`(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}`), alone: true},
	// Fixed lines and 400 numbers.
	{digits: 9, pattern: regexp.MustCompile(`\(?0(?:10|2\d|[3-9]\d{2})\)?[- ]?[2-9]\d{6,7}`), alone: true},
	{digits: 10, pattern: regexp.MustCompile(`[48]00[- ]?\d{3}[- ]?\d{4}`), alone: true},
	// Bank card numbers, with Luhn check.
	{
		digits:  16,
		pattern: regexp.MustCompile(`[3-6]\d{3}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}(?:[- ]?\d{1,3})?`),
		alone:   true,
		check:   luhn,
	},
	// Order and parcel numbers are named as such.
	{
		hints:   []string{"单快物编流"},
		digits:  8,
		pattern: regexp.MustCompile(`(?:订单|单号|快递|运单|物流|编号|流水)[号码是为:： ]{0,4}([A-Za-z]{0,4}\d{8,24})`),
		group:   1,
	},
	// Messenger accounts are named as such.
	{
		hints: []string{"微威wvWVqQ扣企旺"},
		word:  5,
		pattern: regexp.MustCompile(
			`(?i)(?:微信号?|wx|vx|v信|威信|weixin|wechat|qq群?|扣扣|企鹅号?|旺旺)[号码是为:： ]{0,4}([a-z0-9][a-z0-9_-]{4,19})`,
		),
		group: 1,
	},
	// Number plates.
	{
		hints:  []string{provinces},
		digits: 3,
		pattern: regexp.MustCompile(
			`[` + provinces + `][A-HJ-NP-Z][·•. ]?(?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])`,
		),
		check: plate,
	},
	// House addresses, from the name of the street on.
	{
		hints:  []string{"路街道巷弄区园寓苑村", "号弄栋幢"},
		digits: 1,
		check:  street,
		pattern: regexp.MustCompile(
			`[^\P{Han}住到寄在往给送是址我了的]{1,10}?(?:路|街|大道|巷|弄|小区|花园|公寓|苑|新村|家园)\s?\d{1,5}\s?(?:号|弄|栋|幢)(?:[\d\p{Han}#-]{0,4}?\d{1,4}\s?(?:号楼|号|栋|幢|单元|室|楼)){0,4}`,
		),
	},
	{
		hints:   []string{"楼栋幢座", "室"},
		digits:  2,
		pattern: regexp.MustCompile(`\d{1,4}\s?(?:号楼|栋|幢|座)\s?(?:\d{1,3}\s?单元)?\s?\d{2,4}\s?室`),
	},
}

// idCard tests the check digit and that the birthday can be one.
func idCard(s string) bool {
	weights := [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	last := s[17]
	if last == 'x' {
		last = 'X'
	}
	if "10X98765432"[sum%11] != last {
		return false
	}
	month, day := s[10:12], s[12:14]
	return (s[6:8] == "19" || s[6:8] == "20") && month >= "01" && month <= "12" && day >= "01" && day <= "31"
}

// luhn tests the check digit of a card number.
func luhn(s string) bool {
	sum, double := 0, false
	count := 0
	for i := len(s) - 1; i >= 0; i-- {
		if !digit(rune(s[i])) {
			continue
		}
		d := int(s[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
		count++
	}
	return count >= 16 && sum%10 == 0
}

var noStreet = regexp.MustCompile(`(?:一|线|电|水|思|套|公|铁|半|短|回|通|来)路`)

// street refuses words that only end like a street: 短路2号 is none.
func street(s string) bool { return !noStreet.MatchString(s) }

// plate wants at least three digits, so that words in capitals survive.
func plate(s string) bool {
	n := 0
	for _, r := range s {
		if digit(r) {
			n++
		}
	}
	return n >= 3
}
