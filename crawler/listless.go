package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/tidwall/gjson"

	"chaping"
)

// A page without entries is the end of a list, a list that is empty, or no
// list at all: sites say with status 200, too, that they are busy, that one
// has to log in, that there is no such thing. The first two are complete and
// the last is a gap. What tells them apart is, the surest first: that as many
// were read as the site says there are; the profile's mark of an empty list;
// what the answer says of itself; and how it differs from the page before,
// which had entries. What none of these decides is not understood, and said
// so.

// A look is what is remembered of a list's first page that had entries.
type look struct {
	Codes []string `json:"c,omitempty"` // of a JSON answer: name=value
	Keys  []string `json:"k,omitempty"` // names of what is in it besides
	Title string   `json:"t,omitempty"` // of a web page, without its digits
	Box   string   `json:"b,omitempty"` // the element that holds the entries
	Words []string `json:"w,omitempty"` // signs of trouble that stand on every page
	Ends  bool     `json:"e,omitempty"` // and words for an end
}

// A listPage is a page that should be one of a list.
type listPage struct {
	what         string // the list is of these, in Chinese
	items, empty *field
	total        *field
	counted      bool // pages are, until one is empty
	format       format
	on           *page
	asked        string // address
	first        bool   // page of the list
	whole        bool   // as many were read as there are
	short        bool   // the page before had fewer entries than the first one
	like         look
}

var (
	troubleWords = regexp.MustCompile(`(?i)系统(?:繁忙|异常|错误|维护)|服务(?:繁忙|异常|不可用|器错误)|网络(?:繁忙|异常|错误|开小差|拥堵)|开小差|(?:稍后|稍候|重新|重)再?(?:重?试|刷新)|挤爆|人太多|过于频繁|太频繁|频率过|访问受限|限流|拒绝访问|没有权限|无权|暂无权限|(?:安全|访问|人机|身份|滑动|滑块)验证|验证码|拖动滑块|按住滑块|加载失败|请求失败|获取失败|too many requests|rate limit|access denied|forbidden|unauthori[sz]ed|captcha|are you (?:a )?human|verify you|temporarily unavailable|service unavailable|internal server error|something went wrong`)
	// Of these, the header of a shop is full; as a sign they count only where
	// the page before had none.
	loginWords = regexp.MustCompile(`(?i)请先?(?:登录|登陆)|未登录|登[录陆]后|重新登[录陆]|登[录陆](?:已)?(?:过期|失效|超时)|扫码登[录陆]|(?:log|sign) ?in to|please (?:log|sign) ?in|login required|not logged in`)
	wallWords  = regexp.MustCompile(`(?i)登[录陆](?:后|以后|之后|才能|即可|查看)|需要?登[录陆]|(?:log|sign) ?in to|login required`) // what is behind a login
	// elsewhereWords send the reader elsewhere for the rest: to an app, a code to
	// scan, a membership.
	elsewhereWords = regexp.MustCompile(`(?i)` + elsewhere + `.{0,12}` + theRest + `|` + theRest + `.{0,12}` + elsewhere +
		`|(?:仅|只|为[您你])(?:能|可|可以)?(?:展示|显示|提供|查看|看)(?:了|到)?.{0,6}(?:部分|前|最近|最新|近)\s?\d*.{0,3}(?:条|页|评[论价]|点评)|` +
		`(?:see|read|view|find) (?:more|all|the rest)[^.]{0,20} in (?:the|our) app|(?:open|get|download) (?:the|our) app[^.]{0,20} (?:more|all|the rest)`)
	endWords = regexp.MustCompile(`(?i)没有更多|没有了|没有(?:任何|相关|找到)?(?:评论|评价|点评|数据|内容|结果|记录|商品)|暂无|暂时没有|(?:还|尚)(?:没有|无)|无更多|无(?:评论|评价|数据|记录)|到底|全部加载|加载完|最后一页|no more|no (?:further )?(?:reviews?|comments?|data|results?|records?)|nothing (?:more|found)|end of|out of range|be the first`)

	badFlags  = regexp.MustCompile(`(?i)^(?:is|need|require|must|show|has|to|go|force)?_?(?:re)?(?:login|captcha|verify|verification|risk|blocked|banned|limited|punish|slider)(?:_?(?:url|required|flag|type|code|data))?$`)
	moreFlags = regexp.MustCompile(`(?i)^(?:has|have)?_?(?:more|next)(?:_?page)?$`)
	endFlags  = regexp.MustCompile(`(?i)^(?:is|at|the)?_?(?:end|last|finish|finished|over|nomore|no_more)(?:_?page)?$`)
)

const (
	elsewhere = `(?:\bapp\b|客户端|手机(?:端|版|上)|小程序|微信|公众号|二维码|扫码|扫一扫|会员|\bvip\b)`
	rest      = `(?:更多|全部|所有|完整|其余|其他|剩余|余下)`
	theRest   = `(?:(?:看|读|浏览)` + rest + `|` + rest + `(?:\s?\d+\s?条)?的?(?:用户|买家)?(?:评[论价]|点评|内容|请))`
)

// refused tells whether words say that something is kept back.
func refused(s string) bool {
	return troubleWords.MatchString(s) || loginWords.MatchString(s) || elsewhereWords.MatchString(s)
}

// lack tells why the page, which has no entries, is not the end of its list;
// "" if it is.
func (p *listPage) lack(n node) string {
	switch {
	case p.whole, p.empty != nil && p.empty.shows(n):
		return ""
	case p.first && p.empty != nil:
		return fmt.Sprintf("既没有%s也没有“无%[1]s”的标志，页面结构可能已变%s", p.what, says(n))
	}
	switch p.format {
	case formatHTML:
		return p.htmlLack(n)
	case formatSchema:
		return p.schemaLack(n)
	}
	return p.dataLack(n)
}

// says quotes the page.
func says(n node) string {
	s := ""
	switch {
	case n.document() != nil:
		s = visible(n.document())
	case n.json.Exists():
		if s = readEnvelope(n.json).message; s == "" {
			s = n.json.Raw
		}
	}
	if s = strings.Join(strings.Fields(s), " "); s == "" {
		return ""
	}
	return "；返回的是“" + chaping.Shorten(s, 60) + "”"
}

// visible is the text of the page's body.
func visible(doc *goquery.Selection) string {
	body := doc.Find("body")
	if body.Length() == 0 {
		return ""
	}
	return strings.TrimSpace(text(body.Nodes[0]))
}

// dataLack judges JSON, and the data in a page's scripts.
func (p *listPage) dataLack(n node) string {
	at := n.json
	if p.items.json != "" {
		at = p.items.at(n.json, func(r gjson.Result) bool { return r.IsArray() })
	}
	if p.format == formatScript {
		if at.IsArray() || !p.first && p.short {
			return ""
		}
		return "页面的脚本中没有" + p.what + "列表，页面结构可能已变"
	}
	e := readEnvelope(n.json)
	why, good := e.judge(p.like)
	switch {
	case why != "" && e.end:
		return ""
	case why != "":
		return fmt.Sprintf("网站没有给出%s：%s%s", p.what, why, says(n))
	case p.counted && e.more && !e.end:
		return fmt.Sprintf("这一页没有%s，网站却说还有%s", p.what, says(n))
	case p.first && p.total == nil && at.IsArray() && p.beside(n, func(total float64) bool { return total > 0 }):
		return fmt.Sprintf("没有%s，旁边的总数却不是零%s", p.what, says(n))
	case at.IsArray(), p.none(n, at), e.end, e.last, !p.first && p.short:
		return ""
	case at.Exists() && (at.Type == gjson.Null || at.Raw == `""` || at.Raw == "{}" || at.Type == gjson.False):
		// Programs write an empty list like this, too; then nothing else in
		// the answer is different.
		if good || !p.first && len(p.like.Codes) == 0 && e.within(p.like) {
			return ""
		}
		return fmt.Sprintf("没有%s列表（%s 是 %s），看不出是不是全部%s", p.what, p.items.json, at.Raw, says(n))
	case at.Exists():
		return fmt.Sprintf("%s 不是列表，读不出%s%s", p.items.json, p.what, says(n))
	}
	return fmt.Sprintf("返回中没有%s列表 %s，看不出是不是全部%s", p.what, p.items.json, says(n))
}

// none tells whether the answer itself says that there are no entries: a total
// of zero where the profile has it, or beside the list.
func (p *listPage) none(n node, at gjson.Result) bool {
	if value, ok := p.total.get(n); ok {
		total, _, err := parseCount(value)
		return err == nil && total == 0
	}
	return !at.IsArray() && p.beside(n, func(total float64) bool { return total == 0 })
}

// beside tells whether a total stands beside the list that is as asked.
func (p *listPage) beside(n node, is func(float64) bool) (found bool) {
	around := n.json
	if i := strings.LastIndexByte(p.items.json, '.'); i > 0 {
		around = n.json.Get(p.items.json[:i])
	}
	around.ForEach(func(key, value gjson.Result) bool {
		found = value.Type == gjson.Number && is(value.Num) && rankOf(totals, key.String()) >= 0 && key.String() != "count"
		return !found
	})
	return found
}

// schemaLack judges a page by what it says in schema.org's vocabulary: one
// that has a product says of it that it has no reviews.
func (p *listPage) schemaLack(n node) string {
	if broken := n.json.Get("broken").String(); broken != "" {
		return broken + "，读不出" + p.what
	}
	if p.items.json != "reviews" || n.json.Get("product").Exists() {
		return ""
	}
	if why := p.htmlLack(n); why != "" {
		return why
	}
	return "页面上没有 schema.org 的商品数据，读不出" + p.what + says(n)
}

// htmlLack judges a web page.
func (p *listPage) htmlLack(n node) string {
	doc := n.document()
	shown := visible(doc)
	switch {
	case shown == "" && doc.Find("body *").Length() == 0:
		if p.short { // a fragment, and there was room for more in the one before
			return ""
		}
		return "页面是空的；空白页就是末尾的网站，在站点配置里写 empty: body:empty"
	case p.led():
		return "被转到别的页面 " + p.on.url.Path + says(n)
	}
	now := signs(shown)
	if p.first && p.like.Title == "" && p.like.Box == "" {
		// Nothing to compare with. A page of a few words that speaks of trouble
		// is about nothing else.
		trouble := troubleWords.MatchString(shown) || wallWords.MatchString(shown) || goneWords.MatchString(shown) ||
			strings.Contains(elsewhereWords.FindString(shown), "评")
		if trouble && utf8.RuneCountInString(shown) <= fewWords && !endWords.MatchString(shown) {
			return "页面不是" + p.what + "列表" + says(n)
		}
		return ""
	}
	for _, sign := range now {
		if !slices.Contains(p.like.Words, sign) {
			return "页面不是" + p.what + "列表" + says(n)
		}
	}
	if box := p.box(doc); box != nil {
		if inner := strings.TrimSpace(text(box.Nodes[0])); inner == "" || endWords.MatchString(inner) {
			return ""
		}
	}
	if p.first { // of another product: its title is another one
		return ""
	}
	ends := endWords.MatchString(shown) && !p.like.Ends
	if ends || p.short || p.empty == nil && p.like.Title != "" && titleOf(doc) == p.like.Title {
		return ""
	}
	return fmt.Sprintf("这一页既没有%s，也看不出列表到此为止%s", p.what, says(n))
}

// led tells whether the site led from the list to another page.
func (p *listPage) led() bool {
	asked, err := url.Parse(p.asked)
	if err != nil || p.on.url == nil {
		return false
	}
	to := strings.TrimRight(p.on.url.Path, "/")
	from := strings.TrimRight(asked.Path, "/")
	return to != from && (!p.first || to == "" || strings.Contains(strings.ToLower(to), "login"))
}

// signs are the words for trouble in a text.
func signs(shown string) []string {
	var list []string
	for _, re := range []*regexp.Regexp{troubleWords, loginWords, elsewhereWords} {
		for _, s := range re.FindAllString(shown, 20) {
			if !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	return list
}

// fewWords is how long a page's text is that is about one thing.
const fewWords = 300

var digits = regexp.MustCompile(`\d+`)

func titleOf(doc *goquery.Selection) string {
	return chaping.Shorten(digits.ReplaceAllString(strings.TrimSpace(doc.Find("head title").First().Text()), ""), 60)
}

// boxOf names the element around the entry.
func boxOf(item node) string {
	if item.html == nil || item.html.Parent().Length() == 0 {
		return ""
	}
	above := item.html.Parent()
	id, class := above.AttrOr("id", ""), above.AttrOr("class", "")
	if id == "" && class == "" && slices.Contains([]string{"body", "html", "div"}, goquery.NodeName(above)) {
		return ""
	}
	return chaping.Shorten(goquery.NodeName(above)+"#"+id+"."+class, 120)
}

// box is the element that held the entries of the page before.
func (p *listPage) box(doc *goquery.Selection) (found *goquery.Selection) {
	name, _, ok := strings.Cut(p.like.Box, "#")
	if !ok {
		return nil
	}
	doc.Find(name).EachWithBreak(func(_ int, s *goquery.Selection) bool {
		if chaping.Shorten(name+"#"+s.AttrOr("id", "")+"."+s.AttrOr("class", ""), 120) == p.like.Box {
			found = s
		}
		return found == nil
	})
	return found
}

// remember looks at a page with entries.
func remember(as format, n node, items []node) (l look) {
	switch as {
	case formatJSON, formatJSONP:
		e := readEnvelope(n.json)
		l.Codes, l.Keys = e.codes, e.keys
	case formatHTML, formatSchema:
		doc := n.document()
		if doc == nil {
			break
		}
		shown := visible(doc)
		l.Title, l.Words, l.Ends = titleOf(doc), signs(shown), endWords.MatchString(shown)
		l.Box = boxOf(items[0])
	}
	return l
}

// anyList is the look of a list of the site that had reviews: the first page of a
// product without any is compared with it, as there is no page before. It is the
// zero look where none was read yet, by this collection or an earlier one.
func (r *reader) anyList(ctx context.Context, t task) (l look, err error) {
	if r.job.Profile.reviews[t.Reviews].format != formatHTML {
		return l, nil
	}
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	known, err := r.ownerMark(ctx, r.lookName(t))
	if err != nil || known == "" {
		return l, err
	}
	return l, json.Unmarshal([]byte(known), &l) // written by haveList
}

// haveList remembers the look of a list with reviews for anyList.
func (r *reader) haveList(ctx context.Context, o *outcome, t task) error {
	if r.job.Profile.reviews[t.Reviews].format != formatHTML {
		return nil
	}
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	name := r.lookName(t)
	if known, err := r.ownerMark(ctx, name); err != nil || known != "" {
		return err
	}
	text, err := json.Marshal(t.Like)
	if err != nil {
		return err
	}
	r.setOwnerMark(o, name, string(text))
	return nil
}

func (r *reader) lookName(t task) string {
	return fmt.Sprintf("look/%s/%d", r.job.Profile.Platform.ID, t.Reviews)
}

// beyond tells whether a page of reviews that cannot be read stands behind the
// end of its list: there are no more than were read; or the site knows of no such
// page, and the last one had room for more, or was older than the window already.
func (r *reader) beyond(t task, err error) bool {
	if t.Slice > 0 || t.Page <= r.job.Profile.reviews[t.Reviews].paging.from {
		return false
	}
	return t.Seen.Whole || noPage(err) && (t.Seen.Through || t.Seen.Short && t.Seen.Most <= t.Seen.Count)
}

// mayEnd tells whether the page that is not there may stand behind the end of its
// list, as the profile does not say how that is told.
func (r *reader) mayEnd(t task, err error) bool {
	paging := &r.job.Profile.reviews[t.Reviews].paging
	return t.Page > paging.from && noPage(err) && paging.total == nil
}

// noPage tells whether the site says that there is no such page.
func noPage(err error) bool {
	gone, ok := errors.AsType[errGone](err)
	return ok && (gone.status == http.StatusNotFound || gone.status == http.StatusRequestedRangeNotSatisfiable)
}
