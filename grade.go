package chaping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Grade is what a rating comes to: 差评, 中评 or 好评.
type Grade uint8

// The grades. Unrated is the zero value: no rating, and no model has judged
// the text either.
const (
	Unrated Grade = iota
	Negative
	Neutral
	Positive
)

var gradeNames = [...]string{"unrated", "negative", "neutral", "positive"}

// String is the grade as data files write it.
func (g Grade) String() string {
	if int(g) < len(gradeNames) {
		return gradeNames[g]
	}
	return fmt.Sprintf("grade(%d)", uint8(g))
}

// MarshalText writes the grade as String does.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (g *Grade) UnmarshalText(text []byte) error {
	i := slices.Index(gradeNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no grade: %q", Shorten(string(text), 20))
	}
	*g = Grade(i)
	return nil
}

// Chinese names the grade as stations read it.
func (g Grade) Chinese() string {
	switch g {
	case Negative:
		return "差评"
	case Neutral:
		return "中评"
	case Positive:
		return "好评"
	}
	return "未评级"
}

// A RatingRule is a platform's own rule for what a rating means (D13). Rules
// are versioned: a change of rule is a new version, and every review keeps
// the version that graded it.
type RatingRule struct {
	Version  string // "jd-2016", "stars-1"
	Max      int    // best rating; 1 is the worst
	Negative int    // ratings 1…Negative are negative
	Neutral  int    // ratings Negative+1…Neutral are neutral, the rest positive
}

// Stars is the default rule for five stars: 1–2 negative, 3 neutral, 4–5
// positive (D13).
func Stars() RatingRule { return RatingRule{Version: "stars-1", Max: 5, Negative: 2, Neutral: 3} }

// String writes the whole rule, "jd-2016/5/1/3": version, best rating, and
// the highest negative and neutral ones. Review.Rule holds it, so that a stored grade
// explains itself.
func (r RatingRule) String() string {
	return fmt.Sprintf("%s/%d/%d/%d", r.Version, r.Max, r.Negative, r.Neutral)
}

// ParseRatingRule reads what RatingRule.String wrote.
func ParseRatingRule(s string) (RatingRule, error) {
	parts := strings.Split(s, "/")
	if len(parts) < 4 {
		return RatingRule{}, fmt.Errorf("评分规则 %q 无法识别", s)
	}
	n := len(parts) - 3
	r := RatingRule{Version: strings.Join(parts[:n], "/")}
	for i, field := range []*int{&r.Max, &r.Negative, &r.Neutral} {
		v, err := strconv.Atoi(parts[n+i])
		if err != nil {
			return RatingRule{}, fmt.Errorf("评分规则 %q 无法识别", s)
		}
		*field = v
	}
	return r, r.Validate()
}

// Chinese words the rule for a reader of the sheet.
func (r RatingRule) Chinese() string {
	span := func(lo, hi int) string {
		if lo == hi {
			return fmt.Sprintf("%d 分", lo)
		}
		return fmt.Sprintf("%d–%d 分", lo, hi)
	}
	s := fmt.Sprintf("满分 %d 分", r.Max)
	if r.Negative >= 1 {
		s += "；" + span(1, r.Negative) + "为差评"
	}
	if r.Neutral > r.Negative {
		s += "；" + span(r.Negative+1, r.Neutral) + "为中评"
	}
	if r.Max > r.Neutral {
		s += "；" + span(r.Neutral+1, r.Max) + "为好评"
	}
	return s + "（规则版本 " + r.Version + "）"
}

// Validate reports a rule that cannot grade.
func (r RatingRule) Validate() error {
	if r.Version == "" || r.Max < 1 || r.Negative < 0 || r.Neutral < r.Negative || r.Max < r.Neutral {
		return fmt.Errorf("评分规则无效：version=%q max=%d negative=%d neutral=%d（应有 version，且 0 ≤ negative ≤ neutral ≤ max）",
			r.Version, r.Max, r.Negative, r.Neutral)
	}
	return nil
}

// Grade grades a rating. Rating 0 (none) is Unrated; a rating outside
// 0…Max is an error.
func (r RatingRule) Grade(rating int) (Grade, error) {
	switch {
	case rating < 0 || rating > r.Max:
		return Unrated, fmt.Errorf("评分 %d 超出规则 %s 的范围 1–%d", rating, r.Version, r.Max)
	case rating == 0:
		return Unrated, nil
	case rating <= r.Negative:
		return Negative, nil
	case rating <= r.Neutral:
		return Neutral, nil
	}
	return Positive, nil
}
