package nlp

import (
	"strings"
	"testing"

	"chaping"
)

// A said is a review of goods with the terms of the shipped dictionary that it
// affirms, and those that it does not.
type said struct {
	goods, text string
	yes, no     string // terms, separated by spaces
}

// One group a fault of mining, mended; the sentences are ours.
var shippedSays = map[string][]said{
	"a word at the edge": {
		{goods: "电吹风", text: "吹着吹着喷火苗子了", yes: "起火"},
		{goods: "电烤炉", text: "一通电里面就窜火苗子", yes: "起火"},
		{goods: "高压锅", text: "开盖的时候汤喷我脸上了", yes: "喷溅"},
		{goods: "热水器", text: "晚上手一摸花洒就麻", yes: "漏电"},
		{goods: "货架", text: "放了两箱水木板断了", yes: "断裂"},
		{goods: "置物架", text: "上面的隔板裂了", yes: "开裂"},
		{goods: "电热毯", text: "电源线那截烫得要命", yes: "插头发热"},
		{goods: "充电宝", text: "收到的还是坏的", yes: "损坏"},
		{goods: "纸尿裤", text: "好像是假货", yes: "假货"},
		{goods: "大米", text: "三袋里有一袋漏气了", yes: "漏气"},
		// what the words at the edge are asked for
		{goods: "洗衣机", text: "用水量少，挺省", no: "重量不足"},
		{goods: "面膜", text: "面膜很薄，贴着服帖", no: "材质差"},
		{goods: "衣服", text: "网购跟实体店质量差不多", no: "质量问题"},
		{goods: "手机", text: "物流速度太慢了", no: "反应迟缓"},
		{goods: "口红", text: "颜色没有色差", no: "色差"},
		{goods: "桌子", text: "老板太好了，坏的那块当天就补发", no: "断裂"},
	},
}

func TestShippedSays(t *testing.T) {
	m := shippedMiner(t)
	known := map[string]bool{}
	for _, term := range m.dict.Terms {
		known[term.Name] = true
	}
	for name, group := range shippedSays {
		t.Run(name, func(t *testing.T) {
			for _, s := range group {
				affirmed := map[string]bool{}
				for _, mn := range m.MineGoods(nil, s.text, m.GoodsOf(s.goods)) {
					if mn.Assertion == chaping.Affirmed {
						affirmed[mn.Term] = true
					}
				}
				for _, term := range strings.Fields(s.yes + " " + s.no) {
					want := strings.Contains(" "+s.yes+" ", " "+term+" ")
					if !known[term] {
						t.Errorf("%s: no term %s", s.text, term)
					}
					if affirmed[term] != want {
						t.Errorf("%s：%s: %s affirmed %v\n%s", s.goods, s.text, term, affirmed[term], m.ExplainGoods(s.text, m.GoodsOf(s.goods)))
					}
				}
			}
		})
	}
}
