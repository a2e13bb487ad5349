package crawler

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"chaping"
)

var countPattern = regexp.MustCompile(`(\d+(?:\.\d+)?)\s*(千|万|亿|[kKwW])?\s*(\+|以上|余|多)?`)

// parseCount reads how many there are: "128", "1,280", "13万+", "1.2w+". exact
// is false when the site itself rounds.
func parseCount(s string) (n int64, exact bool, err error) {
	s = width.Fold.String(s) // １２８，and ＋
	m := countPattern.FindStringSubmatch(strings.ReplaceAll(s, ",", ""))
	if m == nil {
		return 0, false, fmt.Errorf("数量 %q 无法识别", chaping.Shorten(s, 40))
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil || f > 1e12 {
		return 0, false, fmt.Errorf("数量 %q 无法识别", chaping.Shorten(s, 40))
	}
	switch m[2] {
	case "千", "k", "K":
		f *= 1e3
	case "万", "w", "W":
		f *= 1e4
	case "亿":
		f *= 1e8
	}
	return int64(math.Round(f)), m[2] == "" && m[3] == "", nil
}
