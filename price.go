package chaping

import (
	"fmt"
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

// priceMarks are what may stand around and inside the numbers of a price.
var priceMarks = strings.NewReplacer(
	"¥",
	"",
	"￥",
	"",
	"元",
	"",
	"RMB",
	"",
	"CNY",
	"",
	",",
	"",
	"，",
	"",
	" ",
	"",
	"\u00a0",
	"",
	"～",
	"-",
	"~",
	"-",
	"–",
	"-",
	"—",
	"-",
)

// ParsePrice reads what listings and exports write: "199", "¥1,299.00",
// "199.00-259.00元". An empty string is the unknown price. Fractions of a fen
// are refused, and so is whatever is not a price in yuan.
func ParsePrice(s string) (Price, error) {
	clean := s
	if strings.Trim(s, "0123456789.-") != "" {
		clean = priceMarks.Replace(s)
	}
	if clean == "" {
		if strings.TrimSpace(s) == "" {
			return Price{}, nil
		}
		return Price{}, fmt.Errorf("价格 %q 不含数字", s)
	}
	low, high, ranged := strings.Cut(clean, "-")
	lo, err := fen(low)
	if err != nil {
		return Price{}, fmt.Errorf("价格 %q 无法识别", s)
	}
	if !ranged {
		return Price{lo, lo}, nil
	}
	hi, err := fen(high)
	if err != nil {
		return Price{}, fmt.Errorf("价格 %q 无法识别", s)
	}
	if hi < lo {
		lo, hi = hi, lo
	}
	return Price{lo, hi}, nil
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
