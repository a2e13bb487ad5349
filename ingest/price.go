package ingest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"chaping"
)

// ErrForeign: a price is none in yuan, and nobody knows the rate of the day.
var ErrForeign = errors.New("价格是外币")

// Unpriced words the error of Price for the reader of an import.
func Unpriced(err error) (problem, remedy string) {
	if errors.Is(err, ErrForeign) {
		return "价格是外币，按未知收录", "换算成人民币（元）再导入"
	}
	return "价格不是数字，按未知收录", "写成 199.00 或 199.00-259.00（元）"
}

// Price reads a price as shops write it: besides what chaping.ParsePrice
// reads, 199元起, 券后99, 9.9元/件, 1.2万, 8900分. What is no number, is below zero, may
// be several prices, or is in another currency, is an error, and the price is
// unknown then.
func Price(s string) (chaping.Price, error) {
	s = strings.TrimSpace(s)
	if Blank(s) {
		return chaping.Price{}, nil
	}
	price, err := chaping.ParsePrice(s)
	if err == nil {
		return price, nil
	}
	m := pricePattern.FindStringSubmatch(s)
	switch {
	case m == nil && foreignMoney.MatchString(foldedName(s)):
		return chaping.Price{}, fmt.Errorf("%w：%s", ErrForeign, chaping.Shorten(s, 40))
	case m == nil:
		return chaping.Price{}, err
	}
	known, plain := chaping.ParsePrice(inYuan(m[1], strings.ToLower(m[2])))
	if plain != nil {
		return chaping.Price{}, err
	}
	return known, nil
}

// pricePattern is a price with words around it that leave it one.
var pricePattern = regexp.MustCompile(
	`^(?:预估|预计)?(?:券后价?|到手价?|折后价?|现价|售价|单价|价格|活动价|秒杀价|促销价|拼单价|会员价|包邮|人民币|(?i:CN|RMB))?\s*[:：]?\s*` +
		`([¥￥]?\s*\d[\d,，. ]*?(?:\s*元?\s*[-~～–—至]\s*[¥￥]?\s*\d[\d,，. ]*?)?)\s*(万|[wW]|千元|百元|角|分)?\s*(?:元|块|圆)?\s*(?:起|以上|` +
		`/\s*(?:件|个|台|套|只|盒|包|袋|瓶|支|条|把|双|张))?` +
		`(?:\s*[(（]?(?:券后价?|到手价?|折后价?|现价|售价|活动价|秒杀价|促销价|拼单价|会员价|包邮|含税|含运费)[)）]?)?$`,
)

// moneyUnits are how many places the point of a price moves to the right that is
// in such units.
var moneyUnits = map[string]int{"万": 4, "w": 4, "万元": 4, "千元": 3, "百元": 2, "角": -1, "分": -2, "fen": -2}

var numberPattern = regexp.MustCompile(`\d[\d,，]*(?:\.\d+)?`)

// inYuan writes the numbers of a price in yuan that is in other units.
func inYuan(s, unit string) string {
	places := moneyUnits[unit]
	if places == 0 {
		return s
	}
	return numberPattern.ReplaceAllStringFunc(s, func(number string) string {
		price, err := chaping.ParsePrice(strings.ReplaceAll(number, "，", ","))
		if whole, part, _ := strings.Cut(number, "."); strings.Trim(whole+part, "0123456789") == "" {
			return movedPoint(whole, part, places)
		}
		if err != nil || places < 0 {
			return "?" // 1,5万 may be anything
		}
		return movedPoint(strconv.FormatInt(price.Low, 10), "", places-2)
	})
}

// movedPoint is a number whose point has moved to the right, or to the left.
func movedPoint(whole, part string, places int) string {
	for ; places > 0; places-- {
		next := "0"
		if part != "" {
			next, part = part[:1], part[1:]
		}
		whole += next
	}
	for ; places < 0; places++ {
		if len(whole) < 2 {
			whole = "0" + whole
		}
		whole, part = whole[:len(whole)-1], whole[len(whole)-1:]+part
	}
	if part = strings.TrimRight(part, "0"); part == "" {
		return whole
	}
	return whole + "." + part
}

var (
	// foreignMoney are marks and names of other currencies, in half-width letters
	// of lower case.
	foreignMoney = regexp.MustCompile(`[$€£₩₽฿₫₱₹]|美元|美金|美刀|港[币元幣]|日[元圆圓]|韩[元币]|欧元|英镑|加元|加币|澳元|澳币|台币|新币|` +
		`新加坡元|泰铢|卢布|卢比|林吉特|马币|印尼盾|越南盾|比索|法郎|雷亚尔|外币|` +
		`\b(?:usd|hkd|jpy|krw|eur|euro|gbp|twd|sgd|myr|thb|aud|cad|rub|inr|idr|vnd|php|brl|mxn|chf|nzd|mop|aed|sar|cents?|dollars?)\b`)
	unitPattern = regexp.MustCompile(`(万元|千元|百元|角|分|万|\bfen)\s*[)\]】]?$`)
	ownUnit     = regexp.MustCompile(`[元块圆万wW千百角分]`)
	// yuan are the names of our own currency.
	yuan = []string{"cny", "rmb", "cnh", "人民币", "人民幣", "元", "人民币元", "¥", "cn¥", "yuan", "chinese yuan", "中国人民币"}
)

// PriceOf is a price as Price reads it of a cell, and of what is said beside it: the
// name of its column, which may tell a unit or a currency (价格（分）, price_usd),
// and the cell of a column of currencies.
func PriceOf(cell, column, currency string) string {
	cell = strings.TrimSpace(cell)
	if Blank(cell) {
		return ""
	}
	if strings.Trim(currency, " -—/") != "" && !Blank(currency) && !slices.Contains(yuan, strings.TrimSpace(foldedName(currency))) {
		return cell + " " + strings.TrimSpace(currency)
	}
	if !strings.ContainsAny(column, "([（［【/_ :：$＄€£分角千百万美港日韩欧英加澳台新泰卢林马印越比法雷外人") {
		return cell // no more than what it is called
	}
	name := foldedName(column)
	if strings.HasSuffix(name, "cents") && !Blank(currency) && !ownUnit.MatchString(cell) { // ours, or it was foreign above
		return cell + "分"
	}
	if unit := unitPattern.FindStringSubmatch(name); unit != nil && !ownUnit.MatchString(cell) {
		return cell + strings.Replace(unit[1], "fen", "分", 1)
	}
	if money := foreignMoney.FindString(name); money != "" && !strings.Contains(name, "人民币") {
		return cell + " " + money
	}
	return cell
}

// foldedName is a name in half-width letters of lower case, its words apart.
func foldedName(s string) string {
	return strings.ReplaceAll(strings.ToLower(width.Fold.String(s)), "_", " ")
}
