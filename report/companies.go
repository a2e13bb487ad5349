package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

const (
	countNumber = `(\d{1,7}|[一二两三四五六七八九十百千万几数]{1,6})`
	countUnits  = `(?:家|个|户)?(?:企业|店铺|商家|公司|网店|单位|厂家)?`
)

var (
	// companyCount is a number of companies with what people write around it;
	// whatever names them may follow.
	companyCount = regexp.MustCompile(`^(约|大约|近|将近|不到|不足)?(?:至少|不少于|超过|共|共计|涉及)?` + countNumber + `(左右)?(?:多|余|以上|来)?` + countUnits +
		`(左右|上下|不等)?(?:以上)?(?:[（(:：].*)?$`)
	companyRange = regexp.MustCompile(`^` + countNumber + countUnits + `[-~—–至到]+` + countNumber + countUnits + `(?:左右|不等)?$`)
	noCount      = regexp.MustCompile(`^(?:不详|未知|不明|待查|全行业|多家|数家|若干)(?:企业|商家|店铺)?$`)
	companyName  = regexp.MustCompile(`公司|企业|厂|店|商行|集团|经营部|商贸|工作室|合作社|中心`)
	nameBreak    = regexp.MustCompile(`[、，,;；\n]+`)
)

// Companies reads how many companies a sheet says are concerned: 3, 约20家, 近百家,
// 3至5家, or their names. n is the number, the greater one of two, 0 where none is
// said (不详). about tells that the number is not a least one: 近10家 are fewer than
// ten. ok is false where it cannot be read.
func Companies(cell string) (n int, about, ok bool) {
	s := strings.Join(strings.Fields(norm.NFKC.String(cell)), "")
	if m := companyCount.FindStringSubmatch(s); m != nil {
		return numeral(m[2]), m[1]+m[3]+m[4] != "" || strings.ContainsAny(m[2], "几数"), true
	}
	if m := companyRange.FindStringSubmatch(s); m != nil && numeral(m[1]) < numeral(m[2]) {
		return numeral(m[2]), true, true
	}
	if noCount.MatchString(s) {
		return 0, false, true
	}
	for _, name := range nameBreak.Split(norm.NFKC.String(cell), -1) {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !companyName.MatchString(name) {
			return 0, false, false
		}
		n++
	}
	return n, false, n > 0
}

// numeral is a number in digits, or in characters up to some ten thousands; 几 and
// 数 are one.
func numeral(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	total, last := 0, 0
	for _, r := range s {
		switch unit := map[rune]int{'十': 10, '百': 100, '千': 1000, '万': 10000}[r]; {
		case unit == 10000:
			total, last = (total+max(last, 1-min(total, 1)))*unit, 0
		case unit > 0:
			total, last = total+max(last, 1)*unit, 0
		case r == '两':
			last = 2
		case r == '几' || r == '数':
			last = 1
		default:
			last = strings.IndexRune("〇一二三四五六七八九", r) / len("一")
		}
	}
	return total + last
}

// together is what two entries that are one say of companies: the greater number. The
// companies of the other may be others, so there are at least as many; a number that
// is about so many stays as it is written.
func together(a, b string) string {
	x, xAbout, _ := Companies(a)
	y, yAbout, _ := Companies(b)
	if y > x || y == x && yAbout {
		a, b, x, xAbout = b, a, y, yAbout
	}
	switch {
	case a == b, xAbout:
		return a
	case x == 0:
		if a == "" {
			return b
		}
		return a
	}
	return fmt.Sprintf("不少于 %d", x)
}
