package crawler

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"chaping"
)

// What stands where a product was: that it is gone, or that somebody is to
// prove something, often with status 200 and in the place of its name.
var (
	goneWords = regexp.MustCompile(`(?i)(?:商品|宝贝|页面|产品|内容|您?访问的?|您?查看的?).{0,12}(?:不存在|找不到|没有找到|已?下架|已?删除|已?失效|已?售罄下架|不见了)|^(?:很|非常|十分)?(?:抱歉|对不起)|^(?:温馨|系统|友情)?(?:提示|出错了|错误)[:：!！]?$|(?:页面|商品|宝贝)(?:不存在|走丢|丢失|飞走)|^(?:error )?(?:404|403|500|502)(?:[ ：:-]*(?:not found|error|forbidden|bad gateway|internal.*|页面.*|错误|出错.*))?$|(?:page|product|item) (?:was )?not (?:be )?found|no longer available|has been removed|^(?:登录|登陆|用户登录|会员登录|log ?in|sign ?in)$|^(?:首页|欢迎光临)$|^(?:just a moment|attention required)`)
)

// noProduct tells why the page is not that of the product, "" if it seems to
// be. A name that belongs to a page of the site's own must not take the place
// of the product's: what the search called the product, and whether there is a
// price or a shop, tell pages that look like it from products that are called
// so.
func (r *reader) noProduct(t task, n node, name string) string {
	if t.Name != "" && akin(t.Name, name) {
		return ""
	}
	gone := goneWords.MatchString(name)
	trouble := gone || troubleWords.MatchString(name) || loginWords.MatchString(name)
	step := &r.job.Profile.product
	price, _ := step.price.get(n)
	shop, _ := step.shopName.get(n)
	switch {
	case gone, trouble && (t.Name != "" || price == "" || step.price == nil):
		return fmt.Sprintf("商品页打开的不是商品，写着“%s”", chaping.Shorten(name, 40))
	case t.Name != "" && price == "" && shop == "" && step.price != nil:
		return fmt.Sprintf("商品页的名称“%s”与搜索结果中的“%s”没有相同之处，又没有价格，不像是这件商品",
			chaping.Shorten(name, 40), chaping.Shorten(t.Name, 40))
	}
	return ""
}

// akin tells whether two names have something in common: two Chinese
// characters in a row, or a word. Names without either tell nothing.
func akin(a, b string) bool {
	has := map[string]bool{}
	for _, part := range nameParts(a) {
		has[part] = true
	}
	parts := nameParts(b)
	return len(has) == 0 || len(parts) == 0 || slices.ContainsFunc(parts, func(part string) bool { return has[part] })
}

func nameParts(s string) (parts []string) {
	var word []rune
	for _, r := range append([]rune(strings.ToLower(s)), ' ') {
		han := unicode.Is(unicode.Han, r)
		chinese := len(word) > 0 && unicode.Is(unicode.Han, word[0])
		switch {
		case (unicode.IsLetter(r) || unicode.IsDigit(r)) && !han && !chinese:
			word = append(word, r)
			continue
		case len(word) > 0 && !chinese:
			parts = append(parts, string(word))
		case chinese && han:
			parts = append(parts, string([]rune{word[0], r}))
		}
		if word = nil; unicode.IsLetter(r) || unicode.IsDigit(r) {
			word = []rune{r}
		}
	}
	return parts
}
