package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/width"

	"chaping"
)

// A table may say of its rows that somebody else than a buyer wrote them (角色：商家,
// 类型：问大家), or that they are void (状态：已删除, 是否有效：否). The first are no reviews
// and are not counted. Void ones are: a review that was taken away may have told
// of a fire, and whether it is to count a person must say.

// marks are what the columns of a row say of it.
type marks struct {
	others, void bool
	follows      bool // the row follows up the review that another column names
	product      bool // the row describes a product
}

var (
	// speakerNames are names of columns that say who speaks, shopNames those of
	// flags that it is the shop, replierNames those of who has answered.
	speakerNames = regexp.MustCompile(`^(?:用户|账号|帐号|评论者?|评价者?|发布者?|发言者?|作者|回复者?|留言者?|内容|消息|信息|记录|数据|评论人|发言人)?(?:角色|身份|类型|类别|方|主体)$|` +
		`^(?:user|author|sender|comment|review|rate|rater|message|msg|content|post|record|reviewer|commenter)?(?:role|type|identity|kind)$|^(?:speaker|said_?by|from_?type)$`)
	shopNames = regexp.MustCompile(`^是否(?:为|是)?(?:商家|卖家|店家|官方|客服|店铺|商户)(?:回复|评论|发布|账号)?$|^是否(?:为|是)?(?:回复|问答|提问)$|` +
		`^(?:is)(?:seller|merchant|shop|official|admin|staff|owner|vendor|reply|answer|question)(?:reply)?$`)
	replierNames = regexp.MustCompile(`^(?:回复人|回复者|回复账号|回复方|答复人|replier|repliedby|replyby)$`)
	stateNames   = regexp.MustCompile(`状态$|^审核结果$|^(?:评论|评价|审核)?(?:结论)$|status$|^(?:state|curated|moderation|visibility)$|状态(?:名称|描述|说明)$`)
	voidNames    = regexp.MustCompile(`^(?:是否|已|已被|是否已|是否被|是否已被)?(?:为|是)?(?:评论|评价)?(?:删除|刷单|隐藏|屏蔽|折叠|作废|无效|违规|垃圾|虚假|水军|下架|撤回|失效)(?:评论|评价|标记|标志|标识)?$|` +
		`^(?:is)?(?:deleted?|removed?|hidden|spam|blocked|fake|archived|invalid|void|trashed|disabled)(?:flag)?$`)
	validNames = regexp.MustCompile(`^(?:是否|是否为)?(?:评论|评价)?(?:有效|显示|展示|公开|可见|审核通过|通过审核|通过|正常)(?:评论|评价)?$|` +
		`^(?:is)?(?:published|visible|valid|approved|public|displayed?|shown|active|enabled|live)(?:flag)?$`)

	others = regexp.MustCompile(`^(?:平台|官方|商家|店铺|卖家|售后|品牌|在线|人工)?(?:商家|卖家|賣家|店家|店主|掌柜|客服|官方|店铺|店小二|小二|商户|品牌方|品牌商|供应商|经销商|厂家|厂商|管理员|客服人员|工作人员|平台)` +
		`(?:人员|专员|账号|号|回复|答复|解释|回评|追加回复|的回复)?$|^(?:回复|答复|解释|官方旗舰店)$|` +
		`^(?:问大家|大家问|问答|提问|问题|问|答|回答|用户提问|用户回答|买家提问|买家问|商品问答|问大家(?:的)?(?:提问|问题|回答|答|问))$|` +
		`^(?:seller|merchant|shop|store|vendor|official|admin|administrator|staff|owner|shopowner|supplier|brand|customerservice|customer_?support|support|service|agent|system|reply|sellerreply|merchantreply|officialreply|question|answer|questions?_?(?:and)?_?answers?|qa|q&a|ask|faq)$`)
	buyers = regexp.MustCompile(`^(?:普通|匿名|注册)?(?:买家|買家|用户|会员|顾客|客户|消费者|购买者|个人|粉丝|游客|评价|评论|初评|追评|首评|主评|追加评价|买家评论|买家评价|用户评论|用户评价|商品评价)$|` +
		`^(?:buyer|customer|user|member|consumer|guest|reviewer|review|comment|rate|purchaser)$`)
	// Where rows are posts of a forum, its users reply as well.
	forumKinds  = regexp.MustCompile(`^(?:主题帖?|主[帖贴]|[帖贴]子|发[帖贴]|原[帖贴]|楼主|跟[帖贴评]|回[帖贴]|topic|thread|post)$`)
	bareReplies = regexp.MustCompile(`^(?:回复|答复|回答|答|reply|answer)$`)
	productRows = regexp.MustCompile(`^(?:商品|宝贝|产品|货品|商品信息|商品介绍|商品详情|宝贝信息|产品信息|product|item|goods|listing)$`)
	repliers    = regexp.MustCompile(`店|客服|官方|商家|卖家|掌柜|seller|shop|store|official|service`)
	voids       = regexp.MustCompile(`^(?:已被?|评论已|评价已|系统|平台|商家|用户|买家|审核)*(?:删除|隐藏|屏蔽|折叠|无效|失效|作废|下架|撤回|撤销|过滤|封禁|驳回|拒绝|违规|刷单|虚假|垃圾|不通过|未通过|不显示|未显示|不展示|未展示|不可见|不公开|仅自己可见|审核不通过|审核未通过|无效评价|虚假评价|违规评价|刷单评价|垃圾评论|无效评论|删除评论)(?:的)?(?:评论|评价)?$|` +
		`^(?:removed|deleted|hidden|spam|rejected|unpublished|archived|invalid|blocked|trash(?:ed)?|disapproved|unapproved|notpublished|notapproved|declined|void|fake|suppressed|withdrawn|banned)$`)
	sound = regexp.MustCompile(`^(?:正常|有效|已?显示|已?展示|公开|可见|已?通过|审核通过|已?审核|已?发布|待审核|审核中|未审核|已?上架|展示中|显示中)$|` +
		`^(?:published|approved|active|visible|normal|ok|valid|pending|live|public|notspam|enabled|accepted|new)$`)
	yesValues = []string{"是", "y", "yes", "true", "1", "t", "√", "有", "对"}
	noValues  = []string{"否", "n", "no", "false", "0", "f", "×", "x", "不是", "无", "非"}
)

// plainValue is a value as the expressions above have it.
func plainValue(s string) string {
	if len(s) > 60 {
		return ""
	}
	return strings.ToLower(strings.Join(strings.Fields(width.Fold.String(s)), ""))
}

// lastName is a column's name without what it stands in, as plainName writes it.
func lastName(name string) string {
	return plainName(name[strings.LastIndexByte(name, '.')+1:])
}

// speaks tells whether a value of a column says that somebody else than a buyer
// wrote the row.
func speaks(name, value string) bool {
	value = plainValue(value)
	switch {
	case value == "":
		return false
	case shopNames.MatchString(name):
		return slices.Contains(yesValues, value)
	case replierNames.MatchString(name):
		return repliers.MatchString(value)
	}
	return others.MatchString(value) || speakerNames.MatchString(name) && productRows.MatchString(value)
}

// voided tells whether a value of a column says that the row is void.
func voided(name, value string) bool {
	value = plainValue(value)
	switch {
	case value == "":
		return false
	case voidNames.MatchString(name) && slices.Contains(yesValues, value),
		validNames.MatchString(name) && slices.Contains(noValues, value):
		return true
	}
	return voids.MatchString(value)
}

// marksOf reads what a row's columns say of it.
func (im *run) marksOf(r *row) (m marks) {
	if r.cells == nil {
		return m
	}
	if len(im.profile.Fields[fieldSpeaker]) > 0 {
		r.cells(fieldSpeaker, func(column, value string) {
			m.others = m.others || speaks(lastName(column), value)
			m.follows = m.follows || im.byRow && followsUp(lastName(column), value)
			m.product = m.product || m.others && productRows.MatchString(plainValue(value))
		})
	}
	if len(im.profile.Fields[fieldState]) > 0 {
		r.cells(fieldState, func(column, value string) { m.void = m.void || voided(lastName(column), value) })
	}
	return m
}

// marks finds the columns that say who wrote a row and whether it is void: by
// their names, and only where their values are such; by their values alone where
// all are.
func (m *mapper) marks() {
	for field, is := range map[string]func(i int) bool{fieldSpeaker: m.tellsSpeaker, fieldState: m.tellsState} {
		if i, told := m.column[field]; told && (i < 0 || m.how[i] == ByPerson) {
			continue
		}
		for i, s := range m.samples {
			if m.field[i] == "" && len(s.values) > 0 && is(i) {
				m.set(i, field, ByName)
			}
		}
	}
	m.tellMarks()
}

// part counts the values of a column that are so.
func (m *mapper) part(i int, is func(name, value string) bool) (n int, first string) {
	name, known := lastName(m.samples[i].name), map[string]bool{}
	for _, value := range m.samples[i].values {
		so, ok := known[value]
		if !ok {
			so = is(name, value)
			known[value] = so
		}
		if so {
			if n++; first == "" {
				first = chaping.Shorten(strings.TrimSpace(value), 20)
			}
		}
	}
	return n, first
}

// mostMarks is how many different values a column of roles or states may have.
const mostMarks = 20

func (m *mapper) tellsSpeaker(i int) bool {
	name, l := lastName(m.samples[i].name), &m.looks[i]
	if l.same > mostMarks && !replierNames.MatchString(name) { // texts, IDs, names
		return false
	}
	n, _ := m.part(i, speaks)
	if posts, _ := m.part(i, func(_, value string) bool { return forumKinds.MatchString(plainValue(value)) }); posts > 0 {
		answers, _ := m.part(i, func(_, value string) bool { return bareReplies.MatchString(plainValue(value)) })
		n -= answers
	}
	switch {
	case replierNames.MatchString(name):
		return n > 0 && !m.answersBeside(i)
	case shopNames.MatchString(name):
		return true
	case speakerNames.MatchString(name):
		return n > 0 || containsAny(name, "角色", "身份", "role") && l.same <= 20
	}
	known, _ := m.part(i, func(name, value string) bool { return speaks(name, value) || buyers.MatchString(plainValue(value)) })
	return n > 0 && known == len(m.samples[i].values) && l.same >= 2 && l.same <= 8
}

// answersBeside tells whether answers have a column of their own: who has
// answered has not written the row then.
func (m *mapper) answersBeside(i int) bool {
	return slices.ContainsFunc(m.samples, func(s *sample) bool {
		return s != m.samples[i] && len(s.values) > 0 && containsAny(plainName(s.name), "回复内容", "商家回复", "卖家回复", "回复", "答复", "reply", "answer") &&
			!containsAny(plainName(s.name), "时间", "日期", "人", "数", "次", "time", "date", "count") && lookAt(s).text > 0.5
	})
}

func (m *mapper) tellsState(i int) bool {
	name, l := lastName(m.samples[i].name), &m.looks[i]
	if l.same > mostMarks {
		return false
	}
	flags := func(_, value string) bool {
		value = plainValue(value)
		return slices.Contains(yesValues, value) || slices.Contains(noValues, value) || voids.MatchString(value) || sound.MatchString(value)
	}
	known, _ := m.part(i, flags)
	if voidNames.MatchString(name) || validNames.MatchString(name) {
		return known == len(m.samples[i].values)
	}
	n, _ := m.part(i, voided)
	if stateNames.MatchString(name) {
		return l.same <= 20 && !containsAny(name, "订单", "物流", "发货", "退款", "支付", "售后", "库存", "order", "delivery", "payment", "http") &&
			(n > 0 || containsAny(name, "评论", "评价", "审核", "review"))
	}
	return n > 0 && l.same >= 2 && l.same <= 8 && known == len(m.samples[i].values) && l.text > 0.9
}

// tellMarks asks about what the columns say.
func (m *mapper) tellMarks() {
	for i, s := range m.samples {
		switch m.field[i] {
		case fieldSpeaker:
			if n, first := m.part(i, speaks); n > 0 {
				m.ask(Question{Kind: AskGuess, Column: s.name, Field: fieldSpeaker, Samples: m.examples(i),
					Text:    fmt.Sprintf("列“%s”写明有的行不是买家写的（如 %s），是商家、客服的话、问答或商品介绍，是吗？", s.name, first),
					Assumed: "这些行不是评论，不计入"})
			}
		case fieldState:
			if n, first := m.part(i, voided); n > 0 && !m.options.SkipVoid && !m.options.Profile.SkipVoid {
				m.ask(Question{Kind: AskVoid, Column: s.name, Field: fieldState, Samples: m.examples(i),
					Text:    fmt.Sprintf("列“%s”标明有的行作废（如 %s）。这些行不算评论吗？", s.name, first),
					Assumed: "照样计入"})
			}
		}
	}
}
