package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/width"

	"chaping"
)

// ContentID identifies a review that came without an ID: the same text on the
// same product at the same moment, by the same buyer where that is known, is
// the same review. nth counts the rows of a file that are alike in all this,
// from 1: without a buyer they are different reviews, and the same file again,
// or one that overlaps, counts them alike.
func ContentID(r *chaping.Review, buyer string, nth int) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%d\x00%d\x00%s", r.Platform, r.Product, r.Published.Unix(), r.Rating, r.Text)
	if buyer != "" {
		fmt.Fprintf(h, "\x00%s", buyer)
	}
	id := "sha256-" + hex.EncodeToString(h.Sum(nil)[:12])
	if nth > 1 {
		return fmt.Sprintf("%s-%d", id, nth)
	}
	return id
}

// FurtherID identifies a review that came with the ID of another: what a buyer
// wrote later.
func FurtherID(id, text string) string {
	sum := sha256.Sum256([]byte(text))
	return id + "-" + hex.EncodeToString(sum[:4])
}

// VagueBuyer tells names that several buyers may have: masked ones, and numbers
// that have lost their last digits.
func VagueBuyer(s string) bool {
	_, damaged := ID(s)
	return damaged || Rounded(s) || strings.Contains(s, "*")
}

// Buyer is a buyer's name as far as it tells buyers apart: "" of those who
// stay anonymous.
func Buyer(s string) string {
	s = strings.TrimSpace(s)
	if Blank(s) || strings.Trim(s, "*·-_ ") == "" {
		return ""
	}
	for _, anonymous := range []string{"匿名", "anonymous", "用户已注销", "已注销", "amazon customer", "kindle customer",
		"某用户", "淘宝用户", "拼多多用户", "京东用户", "抖音用户"} {
		if strings.Contains(strings.ToLower(s), anonymous) {
			return ""
		}
	}
	return s
}

// ID is an identifier without what spreadsheets put around it so that it keeps
// its digits: ="0010086", '0010086, `0010086, a trailing tab. damaged tells
// that digits are lost all the same: 1.03531E+12.
func ID(s string) (id string, damaged bool) {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		c := s[i]
		plain = c >= '0' && c <= '9'
	}
	if plain {
		return s, false
	}
	s = strings.TrimSpace(strings.Map(visible, s))
	if inner, ok := strings.CutPrefix(s, "="); ok {
		s = strings.TrimSpace(inner)
	}
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	s = strings.TrimSpace(strings.TrimLeft(s, "'`‘’＇"))
	if strings.Contains(s, "\xef\xbc") && strings.ContainsFunc(s, func(r rune) bool { return r >= '０' && r <= '９' }) {
		s = width.Fold.String(s)
	}
	if strings.Contains(s, ":") || strings.Contains(s, "：") {
		if m := idPrefix.FindString(s); len(m) < len(s) {
			s = s[len(m):]
		}
	}
	if strings.IndexByte(s, ',') > 0 && groupedID.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	if Blank(s) || s == "-" || s == "--" || s == "无" {
		return "", false
	}
	digits, fraction, isFloat := strings.Cut(s, ".")
	if isFloat && digits != "" && strings.Trim(digits, "0123456789") == "" && strings.Trim(fraction, "0") == "" &&
		fraction != "" {
		return digits, false // a number that a data frame made a fraction of
	}
	if strings.Trim(s, "#") == "" {
		return s, true // a column too narrow for its numbers
	}
	return expand(s)
}

var (
	// idPrefix is what stands before an ID in its cell: ID：, 商品编号:.
	idPrefix = regexp.MustCompile(`^(?i:商品|宝贝|产品|货品|平台|sku|spu|item|product|goods)?[ _]?(?i:id|编号|编码)\s*[:：]\s*`)
	// groupedID is a number as a spreadsheet shows it with thousands apart. Two
	// groups may be two numbers.
	groupedID = regexp.MustCompile(`^[1-9]\d{0,2}(?:,\d{3}){2,}$`)
)

// expand writes a number with an exponent out where nothing of it is lost.
func expand(s string) (id string, damaged bool) {
	i := strings.IndexAny(s, "eE")
	if i < 1 || i > 20 {
		return s, false
	}
	mantissa, exponent := s[:i], strings.TrimPrefix(s[i+1:], "+")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	n := 0
	for _, c := range exponent {
		if c < '0' || c > '9' || n > 99 {
			return s, false
		}
		n = n*10 + int(c-'0')
	}
	if exponent == "" || len(whole) != 1 || strings.Trim(whole+fraction, "0123456789") != "" || n < 3 || n > 40 {
		return s, false
	}
	if len(fraction) == n && n < 15 {
		return whole + fraction, false
	}
	return s, true
}

// Rounded tells whether an ID of digits may have lost its last ones: a
// spreadsheet keeps fifteen of a number and fills up with zeros.
func Rounded(id string) bool {
	if len(id) < 16 || strings.Trim(id, "0123456789") != "" {
		return false
	}
	return strings.Trim(id[15:], "0") == ""
}
