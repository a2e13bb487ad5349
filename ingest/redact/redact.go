// Package redact masks personal data in reviews before they are stored:
// telephone, ID card, bank card, plate and order numbers, e-mail addresses,
// messenger accounts, house addresses and names that are announced as such
// (收件人张三); other names stay. Letters, digits and Han characters of what is
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
		if features.digits >= rule.digits && features.word >= rule.word && features.spoken >= rule.spoken && (features.wide || rule.hinted(s)) {
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
	spoken int  // digits written as Han characters that follow each other at most
	wide   bool // there are full-width characters, which hints do not foresee
}

func look(s string) (f features) {
	digits, word, spoken := 0, 0, 0
	for _, r := range s {
		if r >= 0x80 && (r < '－' || r > 'ｚ') { // Han, next to always
			if r != '（' && r != '）' {
				digits = 0
			}
			word = 0
			if spokenDigit(r) {
				spoken++
				f.spoken = max(f.spoken, spoken)
			} else {
				spoken = 0
			}
			continue
		}
		spoken = 0
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

// spokenDigit tells whether a digit is written as a Han character.
func spokenDigit(r rune) bool {
	switch r {
	case '〇', '零', '一', '幺', '二', '三', '四', '五', '六', '七', '八', '九':
		return true
	}
	return false
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
	spoken  int      // or of digits in Han characters
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
	// ID card numbers, 18 places (GB 11643). A wrong check digit is a slip of who wrote it.
	{digits: 17, pattern: regexp.MustCompile(`[1-9]\d{16}[\dXx]`), alone: true, check: idCard},
	// Mobile numbers, with or without country code, separated or not.
	{digits: 11, pattern: regexp.MustCompile(`(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}`), alone: true},
	{
		spoken:  11,
		pattern: regexp.MustCompile(`[一幺][三四五六七八九][〇零一幺二三四五六七八九]{9}`),
	},
	// Fixed lines and 400 numbers.
	{digits: 9, pattern: regexp.MustCompile(`\(?0(?:10|2\d|[3-9]\d{2})\)?[- ]?[2-9]\d{6,7}`), alone: true},
	{digits: 10, pattern: regexp.MustCompile(`[48]00[- ]?\d{3}[- ]?\d{4}`), alone: true},
	// Bank card numbers of UnionPay, then others, with Luhn check.
	{digits: 16, pattern: regexp.MustCompile(`62\d{2}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}(?:[- ]?\d{1,3})?`), alone: true},
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
	// The room behind an address that is masked by now.
	{
		hints:   []string{"路街道巷弄区园寓苑村", "号弄栋幢"},
		digits:  3,
		pattern: regexp.MustCompile(`\*{4}[-#]?(\d{3,4})(?:[^\d年元块.]|$)`),
		group:   1,
	},
	// Names, where they are announced and nothing but a name follows.
	{
		hints: []string{"件货系姓叫", "人名我"},
		pattern: regexp.MustCompile(
			`(?:收件人|收货人|联系人|姓名|我叫|我的名字叫)[是为叫:： ]{0,3}((?:` + longSurnames + `)\p{Han}{1,2}|[` + surnames + `]\p{Han}{1,2})(?:[^\p{Han}]|电话|手机|地址|住|$)`,
		),
		group: 1,
	},
}

// Surnames: the common ones, and those of two characters.
const (
	longSurnames = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|端木|轩辕|南宫|百里|呼延"
	surnames     = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆" +
		"郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文施洪严温季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁舒耿牟卜詹关" +
		"苗凌费纪靳盛童欧甄项曲游阳裴席卫查屈鲍位覃霍翁隋植甘景薄包司柏宁柯阮桂闵"
)

// idCard tests that the region and the birthday can be ones.
func idCard(s string) bool {
	month, day := s[10:12], s[12:14]
	return s[0] <= '8' && s[1] <= '7' && (s[6:8] == "19" || s[6:8] == "20") && month >= "01" && month <= "12" && day >= "01" && day <= "31"
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
