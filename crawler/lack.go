package crawler

import "fmt"

// A Lack is what a draft is without, or unsure of.
type Lack string

// What a draft may lack.
const (
	LackReviews    Lack = "reviews"
	LackIDs        Lack = "review_ids"
	LackBuyers     Lack = "buyers" // besides IDs: reviews alike are told apart by nothing
	LackDates      Lack = "dates"
	LackDayOrder   Lack = "day_order"
	LackRatings    Lack = "ratings"
	LackPaging     Lack = "paging"    // the page shows fewer reviews than it says there are
	LackNextPage   Lack = "next_page" // nothing tells whether the page shows all of them
	LackShop       Lack = "shop"
	LackTotal      Lack = "total"    // nothing says whether the list is whole
	LackAppended   Lack = "appended" // reviews seem to have follow-ups
	LackAppendedAt Lack = "appended_at"
	LackSearch     Lack = "search"     // no page that finds products by a word
	LackListPaging Lack = "list_pages" // how the list of products goes on
	LackProductID  Lack = "product_id"
	LackName       Lack = "product_name"
	LackPrice      Lack = "price"
	LackCurrency   Lack = "currency"
	LackRegion     Lack = "region"
)

// Chinese names the lack, with what to do about it.
func (l Lack) Chinese() string {
	switch l {
	case LackReviews:
		return "评论：页面上没有找到"
	case LackIDs:
		return "评论编号：没有找到，评论按内容区分"
	case LackBuyers:
		return "买家：没有找到，内容相同的评论按次序区分"
	case LackDates:
		return "发表时间：没有找到，补上才能采集"
	case LackDayOrder:
		return "发表时间：日和月的次序是猜的，请核对 date"
	case LackRatings:
		return "评分：没有找到，将由文本模型按正文评级"
	case LackPaging:
		return "评论的翻页：网站称还有更多评论，没有找到下一页"
	case LackNextPage:
		return "评论的翻页：没有找到下一页，也看不出这一页是不是全部，换一件评论多的商品核对"
	case LackShop:
		return "店铺名称：没有找到，补上 shop_name，报送表上要写"
	case LackTotal:
		return "评论总数：没有找到，看不出读到的是否就是全部"
	case LackAppended:
		return "追评：评论里有“追评”一类的字样，没有认出在哪里，在 fields 里补上 appended"
	case LackAppendedAt:
		return "追评时间：没有找到"
	case LackSearch:
		return "搜索：没有找到按关键词搜索商品的网址，在网站上搜索一次，照着改 search"
	case LackListPaging:
		return "商品列表的翻页：没有找到"
	case LackProductID:
		return "商品编号：没有找到，取网址的最后一段"
	case LackName:
		return "商品名称：没有找到"
	case LackPrice:
		return "价格：没有找到"
	case LackCurrency:
		return "币种：没有找到，价格按人民币读，不是人民币的删去 price"
	case LackRegion:
		return "公司所在区域：须是营业执照上的，网页上一般没有"
	}
	return string(l)
}

// Found tells in Chinese where the reviews stand; empty where none were found.
func (d *Draft) Found() string {
	switch d.Source {
	case "schema.org":
		return "schema.org 数据（JSON-LD、微数据）"
	case "script":
		return "页面脚本中的数据"
	case "json":
		return "JSON 接口"
	case "html":
		return "网页中重复的元素"
	}
	return ""
}

// Cautions are what collecting with the profile cannot make sure of, in Chinese.
func (p *Profile) Cautions() (list []string) {
	for i := range p.reviews {
		step := &p.reviews[i]
		if step.paging.none && step.paging.total == nil {
			list = append(list, fmt.Sprintf("reviews.%d 写明列表全在一页（paging: none），又没有 total：一页放不下的商品少读了也看不出", i))
		}
		if step.id != nil || !step.published.date.Counting() {
			continue
		}
		known := "买家、正文和大致的时间"
		if step.buyer == nil {
			known = "正文和大致的时间"
		}
		list = append(list, fmt.Sprintf("reviews.%d 没有编号，时间可能是“3天前”这样的：再次采集时按%s认出已收录的；不知道买家、又不足八个字的按天区分，网站按 24 小时一天计的可能多计，同样的话可能少计",
			i, known))
	}
	return list
}
