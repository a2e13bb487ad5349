package chaping

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Price is a listed price in fen (分), a range where the item has several
// SKUs (D16). The zero Price is unknown.
type Price struct {
	Low  int64 `json:"low"` // fen; Low == High for a single price
	High int64 `json:"high"`
}

// Known tells whether there is a price at all.
func (p Price) Known() bool { return p != Price{} }

// With is the range of two prices of an item; an unknown one adds nothing.
func (p Price) With(other Price) Price {
	switch {
	case !p.Known():
		return other
	case !other.Known():
		return p
	}
	return Price{min(p.Low, other.Low), max(p.High, other.High)}
}

// String is the price in yuan as the sheet prints it: "199.00",
// "199.00-259.00", or "" when unknown.
func (p Price) String() string {
	switch {
	case !p.Known():
		return ""
	case p.Low == p.High:
		return yuan(p.Low)
	}
	return yuan(p.Low) + "-" + yuan(p.High)
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// priceMarks writes the marks of prices in one way.
var priceMarks = strings.NewReplacer("￥", "¥", "RMB", "¥", "CNY", "¥", "，", ",", "\u00a0", " ", "～", "-", "~", "-", "–", "-",
	"—", "-", "至", "-")

var (
	// ¥1,299.00, 199元
	amountPattern = regexp.MustCompile(`^(¥?)\s*(\d[\d, ]*(?:\s?\.\s?\d+)?)\s*(元|¥)?$`)
	// 1,299 and 1 299, in groups of three
	groupPattern = regexp.MustCompile(`^(\d{1,3})(?:(?:,\d{3})+|(?: \d{3})+)(\.\d+)?$`)
)

// ParsePrice reads what listings and exports write: "199", "¥1,299.00",
// "199.00-259.00元". An empty string is the unknown price. Fractions of a fen
// are refused, and so is whatever is not a price in yuan, or may be two:
// "99 129", "199,299".
func ParsePrice(s string) (Price, error) {
	clean := s
	if strings.Trim(s, "0123456789.-") != "" {
		clean = strings.TrimSpace(priceMarks.Replace(s))
	}
	if clean == "" {
		if strings.TrimSpace(s) == "" {
			return Price{}, nil
		}
		return Price{}, fmt.Errorf("价格 %q 不含数字", s)
	}
	low, high, ranged := strings.Cut(clean, "-")
	lo, err := amount(low)
	if err != nil {
		return Price{}, fmt.Errorf("价格 %q 无法识别", s)
	}
	if !ranged {
		return Price{lo, lo}, nil
	}
	hi, err := amount(high)
	if err != nil {
		return Price{}, fmt.Errorf("价格 %q 无法识别", s)
	}
	if hi < lo {
		lo, hi = hi, lo
	}
	return Price{lo, hi}, nil
}

// amount reads one number of yuan with its marks.
func amount(s string) (int64, error) {
	if strings.Trim(s, "0123456789.") == "" {
		return fen(s)
	}
	m := amountPattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, strconv.ErrSyntax
	}
	number := strings.TrimSpace(m[2])
	if whole, part, ok := strings.Cut(number, "."); ok {
		number = strings.TrimSpace(whole) + "." + strings.TrimSpace(part)
	}
	if !strings.ContainsAny(number, ", ") {
		return fen(number)
	}
	// The more digits come first, the more it looks like two prices.
	g := groupPattern.FindStringSubmatch(number)
	switch {
	case g == nil:
		return 0, strconv.ErrSyntax
	case len(g[1]) == 1 || g[2] != "":
	case len(g[1]) == 2 && m[1]+m[3] != "" && strings.Contains(number, ","):
	default:
		return 0, strconv.ErrSyntax
	}
	return fen(strings.NewReplacer(",", "", " ", "").Replace(number))
}

func fen(s string) (int64, error) {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > 2 {
		if strings.Trim(frac[2:], "0") != "" {
			return 0, strconv.ErrSyntax
		}
		frac = frac[:2]
	}
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return 0, strconv.ErrSyntax
		}
	}
	if whole == "" || len(whole) > 12 {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
}
