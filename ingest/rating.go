package ingest

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"chaping"
)

// WordRule grades ratings that are words: 差评, 中评, 好评 are 1, 2 and 3 of 3.
func WordRule() chaping.RatingRule {
	return chaping.RatingRule{Version: "words-1", Max: 3, Negative: 1, Neutral: 2}
}

// A Rating is one as a source writes it. The zero Rating is none.
type Rating struct {
	Value float64
	Of    float64       // best rating, where it is written beside the value: 5 of "1/5"
	Word  chaping.Grade // where the rating is a word: Negative of 差评
}

// None tells whether there is no rating.
func (r Rating) None() bool { return r.Value == 0 && r.Word == chaping.Unrated }

// words are ratings that are grades, words that begin with a negation before
// those that they negate.
var words = map[string]chaping.Grade{
	"差评": chaping.Negative, "中评": chaping.Neutral, "好评": chaping.Positive,
	"差": chaping.Negative, "中": chaping.Neutral, "好": chaping.Positive,
	"很差": chaping.Negative, "较差": chaping.Negative, "非常差": chaping.Negative, "极差": chaping.Negative,
	"一般": chaping.Neutral, "普通": chaping.Neutral,
	"还行": chaping.Neutral, "较好": chaping.Positive, "很好": chaping.Positive, "非常好": chaping.Positive,
	"优": chaping.Positive, "良": chaping.Positive,
	"不满意": chaping.Negative, "非常不满意": chaping.Negative, "很不满意": chaping.Negative, "较不满意": chaping.Negative,
	"基本满意": chaping.Positive,
	"满意":   chaping.Positive, "非常满意": chaping.Positive, "很满意": chaping.Positive, "比较满意": chaping.Positive,
	"不推荐": chaping.Negative, "推荐": chaping.Positive, "力荐": chaping.Positive, "强烈推荐": chaping.Positive,
	"不好": chaping.Negative, "很不好": chaping.Negative, "失望": chaping.Negative, "一般般": chaping.Neutral,
	"不错": chaping.Positive, "棒": chaping.Positive, "很棒": chaping.Positive,
	"負評": chaping.Negative, "差評": chaping.Negative, "中評": chaping.Neutral, "普評": chaping.Neutral,
	"好評": chaping.Positive, "不滿意": chaping.Negative, "滿意": chaping.Positive,
	"不太满意": chaping.Negative, "不怎么样": chaping.Negative, "不太好": chaping.Negative, "糟糕": chaping.Negative,
	"很糟糕": chaping.Negative, "垃圾": chaping.Negative, "极好": chaping.Positive, "太差": chaping.Negative,
	"还可以": chaping.Neutral, "凑合": chaping.Neutral, "将就": chaping.Neutral,
	"负面": chaping.Negative, "中性": chaping.Neutral, "正面": chaping.Positive,
	"负面评价": chaping.Negative, "中性评价": chaping.Neutral, "正面评价": chaping.Positive,
	"negative": chaping.Negative, "neutral": chaping.Neutral, "positive": chaping.Positive, "neg": chaping.Negative,
	"pos": chaping.Positive,
	"bad": chaping.Negative, "poor": chaping.Negative, "terrible": chaping.Negative, "average": chaping.Neutral,
	"normal": chaping.Neutral,
	"ok":     chaping.Neutral, "good": chaping.Positive, "excellent": chaping.Positive,
}

// numerals are the numbers of stars in words.
var numerals = map[string]float64{"零": 0, "半": 0.5, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
	"八": 8, "九": 9, "十": 10,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}

// ParseRating reads "5", "4.0", "１", "5星", "一颗星", "三星半", "★★★☆☆", "1/5",
// "1.0 out of 5 stars", "4,5 von 5", "20%", "star5", "差评" and their kin. Nothing, and 0,
// are no rating.
func ParseRating(s string) (Rating, error) {
	if len(s) == 1 && s[0] >= '0' && s[0] <= '9' {
		return Rating{Value: float64(s[0] - '0')}, nil
	}
	written := s
	s = strings.TrimSpace(s)
	if Blank(s) || strings.Trim(s, "-—－") == "" {
		return Rating{}, nil
	}
	no := func() (Rating, error) {
		return Rating{}, fmt.Errorf("评分 %q 无法识别", chaping.Shorten(written, 20))
	}
	if len(s) > 80 {
		return no()
	}
	s = point(s)
	if v, err := number(s); err == nil {
		return Rating{Value: v}, nil
	}
	if r, ok := stars(s); ok {
		return r, nil
	}
	s = strings.ToLower(strings.TrimSpace(width.Fold.String(s)))
	if g, ok := words[s]; ok {
		return Rating{Word: g}, nil
	}
	for _, mark := range []string{"评分", "评级", "得分", "打分", "星级", "星数", "rating", "rated", "score", "评价", ":", "："} {
		s = strings.TrimSpace(strings.TrimPrefix(s, mark))
	}
	if before, grade, ok := strings.Cut(s, "("); ok { // 1星(非常差), 5(非常满意)
		grade = strings.TrimSuffix(strings.TrimSpace(grade), ")")
		if g, ok := words[strings.TrimSpace(before)]; ok { // 差评(1星)
			if inner, err := ParseRating(grade); err == nil && !inner.None() {
				return inner, nil
			}
			return Rating{Word: g}, nil
		}
		_, isWord := words[grade]
		_, err := number(grade)
		if isWord || err == nil {
			s = strings.TrimSpace(before)
		}
	}
	switch v, rest, ok := leading(s); {
	case !ok:
	case named(rest): // 5-非常满意
		return Rating{Value: v}, nil
	case halved(rest): // 三星半
		return Rating{Value: v + 0.5}, nil
	case rest == "%" && v <= 100:
		return Rating{Value: v, Of: 100}, nil
	default:
		if of, ok := scaleOf(rest); ok {
			return checked(Rating{Value: v, Of: of}, no)
		}
	}
	// 5つ星のうち4.0; 满分5分，打4分
	if of, after, ok := cutScale(s); ok {
		if v, rest, ok := leading(strings.TrimSpace(after)); ok {
			if _, ok := scaleOf(rest); ok {
				return checked(Rating{Value: v, Of: of}, no)
			}
		}
	}
	if r, ok := drawn(s); ok {
		return checked(r, no)
	}
	if g, ok := words[s]; ok {
		return Rating{Word: g}, nil
	}
	return no()
}

// drawn is a rating as pages draw it, and crawlers save it: the name of a class
// (star5, allstar50, icon-star-4), alone or among others, or the width of a row of
// stars (width: 80%).
func drawn(s string) (Rating, bool) {
	if m := drawnWidth.FindStringSubmatch(s); m != nil {
		v, err := number(m[1])
		return Rating{Value: v, Of: 100}, err == nil
	}
	classes := strings.Fields(s)
	if i := strings.LastIndex(s, " rating"); i > 0 && i+len(" rating") == len(s) {
		classes = []string{s[:i]}
	}
	var found Rating
	count := 0
	for _, class := range classes {
		if !className.MatchString(class) { // a sentence
			return found, false
		}
		if r, ok := starClass(class); ok {
			found = r
			count++
		}
	}
	if count == 0 && len(classes) == 2 { // star 5
		found, ok := starClass(classes[0] + "-" + classes[1])
		return found, ok
	}
	return found, count == 1
}

var (
	drawnWidth = regexp.MustCompile(`^(?:[a-z-]+:[^:;]*;\s*)*width\s*:\s*(\d{1,3}(?:\.\d+)?)\s*%\s*;?(?:\s*[a-z-]+:[^:;]*;?)*$`)
	className  = regexp.MustCompile(`^[a-z0-9_-]+$`)
)

// starClass is the rating that the name of a class of stars ends with.
func starClass(s string) (Rating, bool) {
	i := strings.LastIndex(s, "st")
	if i < 0 || !strings.Contains(s, "star") && !strings.Contains(s, "-str") {
		return Rating{}, false
	}
	digits := strings.TrimLeft(strings.TrimLeft(s[i:], "abcdefghijklmnopqrstuvwxyz"), "-_")
	half := 0.0
	if whole, ok := strings.CutSuffix(digits, "-5"); ok && len(whole) == 1 { // a-star-4-5
		digits, half = whole, 0.5
	}
	v, err := strconv.Atoi(digits)
	switch {
	case err != nil:
		return Rating{}, false
	case v >= 10 && v <= 50:
		return Rating{Value: float64(v), Of: 50}, true
	}
	return Rating{Value: float64(v) + half, Of: 5}, true
}

// point writes the comma of a fraction at the beginning as a point: 4,5 von 5.
func point(s string) string {
	digits := func(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
	whole, rest, ok := strings.Cut(s, ",")
	if n := digits(rest); !ok || len(whole) == 0 || len(whole) > 2 || digits(whole) < len(whole) || n == 0 || n > 2 {
		return s
	}
	return whole + "." + rest
}

func checked(r Rating, no func() (Rating, error)) (Rating, error) {
	if r.Of > 0 && r.Value > r.Of {
		return no()
	}
	return r, nil
}

func number(s string) (float64, error) {
	for i := 0; i < len(s); i++ {
		if (s[i] < '0' || s[i] > '9') && s[i] != '.' && (s[i] != '-' || i > 0) {
			return 0, strconv.ErrSyntax
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v > 1000 || v < -1 {
		return 0, strconv.ErrRange
	}
	return v, nil
}

// stars counts the full stars of a row of them.
func stars(s string) (Rating, bool) {
	var full, half, empty float64
	for _, r := range s {
		switch r {
		case '★', '⭐', '🌟':
			full++
		case '⯪', '½':
			half++
		case '☆', '✩':
			empty++
		case ' ', '\ufe0f':
		default:
			return Rating{}, false
		}
	}
	if full+half+empty == 0 || full+half+empty > 10 {
		return Rating{}, false
	}
	r := Rating{Value: full + half/2}
	if empty > 0 {
		r.Of = math.Ceil(full + half + empty)
	}
	return r, true
}

// leading is the number that s begins with, in digits or as a word, and what
// follows it.
func leading(s string) (v float64, rest string, ok bool) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	if i > 0 {
		v, err := number(s[:i])
		return v, strings.TrimSpace(s[i:]), err == nil
	}
	for word, v := range numerals {
		if rest, ok := strings.CutPrefix(s, word); ok {
			return v, strings.TrimSpace(rest), true
		}
	}
	return 0, "", false
}

// named tells whether a joint and a word follow the number of a rating that mean
// the same.
func named(rest string) bool {
	word := strings.TrimLeft(rest, "-_:=|、. ")
	_, ok := words[word]
	return ok && word != rest
}

// halved tells whether stars with a half follow.
func halved(rest string) bool {
	for _, unit := range []string{"颗星半", "顆星半", "个半星", "星半", "颗半星", "颗半"} {
		if rest == unit {
			return true
		}
	}
	return false
}

// scaleOf reads what may follow the number of a rating, 0 if it names no
// scale.
func scaleOf(rest string) (of float64, ok bool) {
	united := false
	for _, unit := range []string{"颗星", "顆星", "个星", "星级", "星", "分", "points", "point", "stars", "star", "-star",
		"étoiles", "sterne", "级"} {
		if after, found := strings.CutPrefix(rest, unit); found {
			united = strings.HasPrefix(after, " ") // 5星 非常好
			rest = strings.TrimSpace(after)
			break
		}
	}
	if united && utf8.RuneCountInString(rest) <= 6 && !strings.ContainsAny(rest, "0123456789/(") && rest[0] >= 0x80 {
		return 0, true
	}
	rest = strings.TrimLeft(rest, ",，、 ")
	rest = strings.TrimPrefix(rest, "rating")
	if rest == "" || rest == "评价" || rest == "好评" || rest == "差评" || rest == "中评" {
		return 0, true
	}
	for _, joint := range []string{"/", "out of", "of", "von", "sur", "最多", "满分", "共", "总分", "(满分", "de", "su"} {
		after, found := strings.CutPrefix(rest, joint)
		if !found {
			continue
		}
		v, unit, ok := leading(strings.TrimSpace(after))
		unit = strings.TrimSuffix(unit, ")")
		if !ok || v < 2 || v > 100 || utf8.RuneCountInString(unit) > 8 {
			return 0, false
		}
		return v, true
	}
	return 0, false
}

// cutScale cuts a scale that is written before the value.
func cutScale(s string) (of float64, after string, ok bool) {
	for _, joint := range []string{"つ星のうち", "分，打", "分,打", "分中的", "中的", "分制"} {
		if before, after, found := strings.Cut(s, joint); found {
			v, err := number(strings.TrimPrefix(before, "满分"))
			return v, after, err == nil && v >= 2
		}
	}
	return 0, "", false
}

// A Scale says what the numbers of a column of ratings mean.
type Scale struct {
	Max float64 // best rating; 0 means that of the rule
	// Signed numbers are grades: 1 is 好评, 0 中评, -1 差评.
	Signed bool
	// Reversed numbers have 1 as the best.
	Reversed bool
	// Zero is the worst rating, or of Reversed numbers the best, and not none.
	Zero bool
}

// ScaleOf guesses the scale of a column from its values; ok is false where
// none holds them all, or where so few are beyond the rule's that they may be
// mistakes. most is the best rating of the rule.
func ScaleOf(values []float64, most int) (s Scale, ok bool) {
	highest, lowest, tens, beyond := 0.0, 0.0, true, 0
	halves, parts := false, false
	for _, v := range values {
		halves = halves || math.Mod(v, 1) != 0
		parts = parts || math.Mod(v, 0.5) != 0
		if v > float64(most) {
			beyond++
		}
		highest, lowest = max(highest, v), min(lowest, v)
		tens = tens && math.Mod(v, 10) == 0
	}
	switch {
	case lowest < 0:
		return Scale{Signed: true}, lowest == -1 && highest <= 1
	case highest <= 1 && parts: // 0.03, 0.98: no rule begins below one
		return Scale{Max: 1}, true
	case highest <= 1 && halves:
		return Scale{Max: float64(most)}, false
	case highest <= float64(most):
		return Scale{Max: float64(most)}, true
	case beyond*3 < len(values):
		return Scale{Max: float64(most)}, false
	case highest > 10 && highest <= 50 && tens:
		return Scale{Max: 50}, true
	case highest <= 10:
		return Scale{Max: 10}, true
	case highest <= 100:
		return Scale{Max: 100}, true
	}
	return Scale{}, false
}

// BeyondScale begins the error of a rating that its scale does not have.
const BeyondScale = "评分不在"

// grade puts a rating on the rule's scale. A fraction belongs to the next
// whole rating, so that 2.5 of five stars is no negative one where 2 is the
// last.
func (s Scale) grade(r Rating, rule chaping.RatingRule) (int, chaping.RatingRule, error) {
	switch {
	case r.Word != chaping.Unrated:
		return int(r.Word), WordRule(), nil
	case s.Signed:
		if r.Value != -1 && r.Value != 0 && r.Value != 1 {
			return 0, rule, fmt.Errorf("评分 %v 不是 -1、0、1", r.Value)
		}
		return int(r.Value) + 2, WordRule(), nil
	case r.Value < 0:
		return 0, rule, fmt.Errorf("评分 %v 不是评分", r.Value)
	}
	most := r.Of
	if most == 0 {
		most = s.Max
	}
	if most == 0 {
		most = float64(rule.Max)
	}
	switch {
	case s.Reversed && s.Zero:
		r.Value = most - r.Value
	case s.Reversed && r.Value > 0:
		r.Value = most + 1 - r.Value
	}
	switch whole := r.Value == math.Trunc(r.Value); {
	case r.Value > most || r.Value < 0:
		return 0, rule, fmt.Errorf("%s 1–%v 之间", BeyondScale, most)
	case s.Zero && r.Value == 0:
		return 1, rule, nil
	case most == 3 && whole && !s.Zero: // 差评, 中评, 好评
		return int(r.Value), WordRule(), nil
	case most == 2 && whole && !s.Zero && r.Value > 0: // 差评, 好评
		return 2*int(r.Value) - 1, WordRule(), nil
	}
	return int(math.Ceil(r.Value/most*float64(rule.Max) - 1e-9)), rule, nil
}
