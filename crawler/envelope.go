package crawler

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"chaping"
)

// An envelope is what an answer in JSON says of itself, beside what was asked
// for: whether it went well, and why not. Sites have no names in common for
// that, but few names.
type envelope struct {
	codes   []string // name=value, of what may be a code of success or failure
	keys    []string // names of everything else, at the top
	failed  string   // it says so without a code
	good    bool     // it says so
	message string
	end     bool // the message is that there is no more
	last    bool // it says that this was the last page
	more    bool // it says that there is more
}

var (
	codeNames    = regexp.MustCompile(`(?i)^(?:(?:err(?:or)?|ret(?:urn)?|res(?:ult|p|ponse)?|sub|biz|api|status|state|rsp)_?(?:code|no|num)|ret|rtn|rc|errno|status|state|err|return|code)$`)
	successNames = regexp.MustCompile(`(?i)^(?:is_?)?(?:success|succ|successful|succeed|succeeded|ok)$`)
	failureNames = regexp.MustCompile(`(?i)^(?:is_?|has_?)?(?:error|errors|fail|failed|failure|exception)$`)
	messageNames = regexp.MustCompile(`(?i)^(?:err(?:or)?|ret(?:urn)?|res(?:ult|p)?|sub|status|show|user)?_?(?:msg|message|errmsg|info|tips?|desc|description|reason|text|toast|detail)$|^(?:error|errors|err)$`)
	// Where an answer speaks of itself, besides at the top.
	envelopeNames = regexp.MustCompile(`(?i)^(?:status|meta|head|header|base_?resp|response_?(?:status|metadata)|resp|result_?info|error|state)$`)

	wellCodes = regexp.MustCompile(`(?i)^(?:0+|200|2000|20000|10000|a00000|ok|success|succ|succeed|successful|true|normal)$`)
	illCodes  = regexp.MustCompile(`(?i)^(?:-\d+|[45]\d\d|[1-9]\d{3,}|err(?:or)?.*|fail.*|.*(?:denied|invalid|limit|expired|unauthori[sz]ed|forbidden).*|ng|no|false)$`)
	wellWords = regexp.MustCompile(`(?i)^(?:ok|success(?:ful)?|succ|操作成功|请求成功|查询成功|调用成功|获取成功|成功)[!！.。]?$`)
)

func readEnvelope(v gjson.Result) (e envelope) {
	e.read(v, "", true)
	slices.Sort(e.codes)
	slices.Sort(e.keys)
	e.keys = slices.Compact(e.keys)
	return e
}

func (e *envelope) read(v gjson.Result, prefix string, top bool) {
	if !v.IsObject() {
		return
	}
	v.ForEach(func(key, value gjson.Result) bool {
		name := key.String()
		if len(e.keys)+len(e.codes) < 60 && len(name) <= 60 {
			e.take(prefix, name, value, top)
		}
		return true
	})
}

// take reads one member.
func (e *envelope) take(prefix, name string, value gjson.Result, top bool) {
	first := value // of a list like ["FAIL_SYS::…"]
	if value.IsArray() {
		first = value.Get("0")
	}
	said := first.Type == gjson.String || first.Type == gjson.Number || first.IsBool()
	text := strings.TrimSpace(first.String())
	switch {
	case successNames.MatchString(name) && said:
		if truthy(text) && !strings.EqualFold(text, "n") {
			e.good = true
		} else {
			e.failed = name + " " + text
		}
	case failureNames.MatchString(name) && blamed(value):
		e.failed = name
		if said && !value.IsBool() {
			e.failed += " " + chaping.Shorten(text, 60)
		}
	case codeNames.MatchString(name) && said && len(text) <= 80:
		if head, _, cut := strings.Cut(text, "::"); cut { // FAIL_SYS_USER_VALIDATE::…
			text = head
		}
		e.codes = append(e.codes, prefix+name+"="+text)
	case badFlags.MatchString(name) && said && truthy(text):
		e.keys = append(e.keys, prefix+name+"!")
	default:
		e.keys = append(e.keys, prefix+name)
	}
	if messageNames.MatchString(name) && first.Type == gjson.String && e.message == "" {
		e.message = text
		e.end = endWords.MatchString(text) && !refused(text)
	}
	e.paged(name, first)
	switch {
	case envelopeNames.MatchString(name) || failureNames.MatchString(name):
		if first.IsObject() {
			e.read(first, name+".", false)
		}
	case top && (strings.EqualFold(name, "data") || strings.EqualFold(name, "result")) && value.IsObject():
		value.ForEach(func(key, inner gjson.Result) bool {
			switch inside := key.String(); {
			case inner.IsBool() && (moreFlags.MatchString(inside) || endFlags.MatchString(inside)):
				e.paged(inside, inner)
			case successNames.MatchString(inside), failureNames.MatchString(inside), badFlags.MatchString(inside),
				messageNames.MatchString(inside) && e.message == "":
				e.take(name+".", inside, inner, false)
			}
			return true
		})
	}
}

// paged reads what says whether there is a page behind this one.
func (e *envelope) paged(name string, value gjson.Result) {
	if !value.IsBool() {
		return
	}
	switch {
	case moreFlags.MatchString(name):
		e.more, e.last = value.Bool(), !value.Bool()
	case endFlags.MatchString(name):
		e.more, e.last = !value.Bool(), value.Bool()
	}
}

// blamed tells whether the value of something called an error is one.
func blamed(v gjson.Result) bool {
	switch {
	case v.IsArray():
		return len(v.Array()) > 0
	case v.IsObject():
		return v.Raw != "{}"
	case v.Type == gjson.Number:
		return v.Num != 0
	}
	return truthy(v.String()) && !wellCodes.MatchString(v.String()) && v.Type != gjson.Null
}

// judge tells what went wrong with an answer without entries, by what the one
// before said that had some; and whether it says that nothing did.
func (e *envelope) judge(before look) (why string, good bool) {
	if e.failed != "" {
		return e.failed, false
	}
	for _, code := range e.codes {
		name, value, _ := strings.Cut(code, "=")
		switch known := slices.IndexFunc(before.Codes, func(s string) bool { return strings.HasPrefix(s, name+"=") }); {
		case slices.Contains(before.Codes, code):
			good = true
		case known >= 0, illCodes.MatchString(value) && !wellCodes.MatchString(value):
			return name + " " + value, false
		case wellCodes.MatchString(value):
			good = true
		}
	}
	if refused(e.message) {
		return "另有说明", false
	}
	for _, key := range e.keys {
		if flag, bad := strings.CutSuffix(key, "!"); bad && !slices.Contains(before.Keys, key) {
			return flag, false
		}
	}
	return "", good || e.good || wellWords.MatchString(e.message)
}

// within tells whether the answer has nothing that the one before had not.
func (e *envelope) within(before look) bool {
	return len(before.Keys) > 0 && !slices.ContainsFunc(e.keys, func(key string) bool { return !slices.Contains(before.Keys, key) })
}
