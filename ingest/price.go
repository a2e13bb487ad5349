package ingest

import (
	"regexp"
	"strings"

	"chaping"
)

// Price reads a price as shops write it: besides what chaping.ParsePrice
// reads, 199元起, 券后99, 9.9元/件, 1.2万. What is no number, is below zero, or may
// be several prices, is an error, and the price is unknown then.
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
	if m == nil {
		return chaping.Price{}, err
	}
	known, plain := chaping.ParsePrice(m[1])
	if plain != nil {
		return chaping.Price{}, err
	}
	if m[2] != "" {
		known.Low, known.High = known.Low*10_000, known.High*10_000
	}
	return known, nil
}

// pricePattern is a price with words around it that leave it one.
var pricePattern = regexp.MustCompile(
	`^(?:预估|预计)?(?:券后价?|到手价?|折后价?|现价|售价|单价|价格|活动价|秒杀价|促销价|拼单价|会员价|包邮|(?i:CN))?\s*[:：]?\s*` +
		`([¥￥]?\s*\d[\d,，. ]*?(?:\s*元?\s*[-~～–—至]\s*[¥￥]?\s*\d[\d,，. ]*?)?)\s*(万|[wW])?\s*(?:元|块|圆)?\s*(?:起|以上|` +
		`/\s*(?:件|个|台|套|只|盒|包|袋|瓶|支|条|把|双|张))?$`,
)
