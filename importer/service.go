package importer

import (
	"fmt"
	"regexp"
	"strings"
)

// handling are the names of columns that logs of complaints have: how they were
// taken and what was done about them.
var handling = []string{"处理", "办结", "办理", "工单", "来电", "受理", "投诉", "诉求", "回访", "坐席", "话务", "热线", "结案", "派单", "转办", "经办",
	"售后单", "退款", "ticket", "complain", "resolution", "hotline", "callcenter", "refund"}

// ofService tells ratings of how a complaint was handled from those of a product:
// who is content with the answer may have had a fire. Of such a log a column that
// speaks of contentment is not used unless it names the product.
func (m *mapper) ofService(i int) bool {
	plain := plainName(m.samples[i].name)
	if containsAny(plain, "商品", "产品", "宝贝", "质量", "product", "item") {
		return false
	}
	content := containsAny(plain, "满意", "satisf", "csat")
	if !content && !strings.HasPrefix(plain, "是否") {
		content = wordsOfContentment(m.samples[i].values)
	}
	if !content {
		return false
	}
	about := containsAny(plain, "处理", "服务", "客服", "售后", "回访", "受理", "投诉", "办理", "结案", "热线", "坐席", "物流", "配送", "安装", "维修")
	for k, s := range m.samples {
		about = about || k != i && containsAny(plainName(s.name), handling...)
	}
	if about && m.fault[i] == "" {
		name := m.samples[i].name
		m.fault[i] = "像是对处理或服务满意不满意，不像对商品"
		m.ask(Question{Kind: AskField, Column: name, Field: fieldRating, Samples: m.examples(i),
			Text:    fmt.Sprintf("列“%s”像是对处理结果满意不满意，不是对商品的评分，没有用。是对商品的评分、要用吗？", name),
			Assumed: "不用，没有评分的评论按文字判断"})
	}
	return about
}

// wordsOfContentment tells whether most values say 满意 or the contrary.
func wordsOfContentment(values []string) bool {
	n := 0
	for _, value := range values {
		if strings.Contains(value, "满意") || strings.Contains(value, "滿意") {
			n++
		}
	}
	return n*2 > len(values)
}

// followUp tells texts of rows of their own that follow a review up.
var followUp = regexp.MustCompile(`^\s*[\[【（(]?\s*(?:买家|用户|顾客)?(?:追评|追加评论|追加评价|追加)(?:于|[:：\]】）)\s]|\d)`)
