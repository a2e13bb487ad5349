package chaping

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultTexts recognises what platforms write in place of a buyer who wrote
// nothing (系统默认好评 and its kin): the wordings that all of them vary, and
// a profile's own. The zero value knows the former.
type DefaultTexts struct{ own map[string]bool }

// NewDefaultTexts adds a platform's own texts.
func NewDefaultTexts(own []string) DefaultTexts {
	d := DefaultTexts{own: make(map[string]bool, len(own))}
	for _, text := range own {
		d.own[bare(text)] = true
	}
	return d
}

// Contain tells whether a review's text is a default text. Punctuation and
// spaces do not matter, anything that a buyer adds does.
func (d DefaultTexts) Contain(text string) bool {
	if len(text) > 4*maxDefault {
		return false
	}
	// Every wording says 评, and 没 or 未, 默认, or 自动.
	usual := strings.Contains(text, "评") && strings.ContainsAny(text, "没未默动")
	if len(d.own) == 0 && !usual {
		return false
	}
	text = bare(text)
	return d.own[text] || usual && utf8.RuneCountInString(text) <= maxDefault && defaultText.MatchString(text)
}

// maxDefault is how many characters a default text has at most, with room for
// punctuation: "此用户未及时填写评价内容，系统默认好评" has 19.
const maxDefault = 60

// Who wrote nothing, that nothing was written, and what the system made of it.
var defaultText = regexp.MustCompile(`^(?:` +
	`(?:\d+[天日]内)?(?:[此该本]?(?:用户|买家|顾客|客户|会员|消费者)|评价方)(?:在?\d+[天日]内)?(?:暂时?)?(?:没有?|未|没能)(?:及时|按时|主动|有)*(?:填写|作出|做出|做|写下|写|留下|撰写|发表|进行|提交|给出)?(?:任何|文字|图文)?(?:评价|评论|评语)(?:内容|文字)?` +
	`(?:(?:由|已|则)?系统(?:自动)?(?:默认)?(?:给予|给出|为|作出|做出)?(?:5分|五分|5星|五星)?(?:好评|评价)|默认(?:5星|五星)?(?:好评|评价))?` +
	`|(?:系统)?(?:自动)?默认(?:给予|给出|为)?(?:5分|五分|5星|五星|满分)?(?:好评|评价|评论)` +
	`|系统自动(?:给予|给出)?(?:5分|五分|5星|五星|满分)?(?:好评|评价)` +
	`)$`)

// bare is the text without what varies between copies of a default text.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPunct(r) || unicode.IsSpace(r) || r == '~' || r == '～' {
			return -1
		}
		return r
	}, s)
}
