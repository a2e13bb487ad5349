// Package ingest makes reviews of what sites and exports write: it reads their
// texts, dates, ratings, prices and identifiers in all the ways in which they
// are spelt, grades, and masks personal data. Crawler and importer bring the
// fields together; what a field means is known here and nowhere else.
package ingest

import (
	"fmt"
	"strings"
	"time"

	"chaping"
	"chaping/ingest/redact"
)

// A Record is a review as its source writes it. What is empty is not known.
type Record struct {
	Product    string // ID of the product, as it is to be stored
	ID         string
	Published  time.Time // from Source.Published
	Rating     string
	Text       string
	Appended   string
	AppendedAt string
	Buyer      string
	Media      []chaping.Medium
	Default    bool      // the source says that the platform wrote the text
	Told       time.Time // when the source was read: relative dates count from it
}

// The fields that faults name.
const (
	FieldID         = "id"
	FieldPublished  = "published"
	FieldRating     = "rating"
	FieldText       = "text"
	FieldAppendedAt = "appended_at"
)

// MaxText is the longest text of one review, in bytes.
const MaxText = 16 << 20

// A Source is where records come from, and how it writes them.
type Source struct {
	Platform      string
	Rule          chaping.RatingRule
	Scale         Scale
	Dates         Dates // of publication
	AppendedDates Dates
	Defaults      chaping.DefaultTexts
	Run           string
	Now           time.Time     // when the reviews are collected
	Ahead         time.Duration // how far its clock may be ahead of ours
	// GradeText grades a review without a rating by its text; nil leaves it
	// unrated.
	GradeText func(*chaping.Review)

	ruleName string
}

// NewSource prepares a source for reading. It is not changed afterwards and may
// be used by several goroutines.
func NewSource(s Source) *Source {
	s.ruleName = s.Rule.String()
	return &s
}

// Published reads a review's date. Without a usable one there is no review.
func (s *Source) Published(value string, told time.Time) (time.Time, *chaping.InputError) {
	at, err := s.Dates.Parse(value, told)
	fault := func(problem, remedy string) (time.Time, *chaping.InputError) {
		return at, &chaping.InputError{Field: FieldPublished, Value: value, Problem: problem, Remedy: remedy}
	}
	if err != nil {
		problem, remedy := Undated(err)
		return fault(problem, remedy)
	}
	if at.After(s.Now.Add(s.Ahead)) {
		return fault("日期在未来", "核对日期")
	}
	return at, nil
}

// Review makes a review of a record. Notes say what was left out of it; a fault
// says why there is none. A review without an ID has none yet: see ContentID.
func (s *Source) Review(r *Record) (review chaping.Review, notes []*chaping.InputError, fault *chaping.InputError) {
	review = chaping.Review{
		Platform: s.Platform, Product: r.Product, ID: r.ID, Published: r.Published,
		Text: redact.Text(Text(r.Text)), Appended: redact.Text(Text(r.Appended)),
		Collected: s.Now, Run: s.Run, Media: chaping.JoinMedia(r.Media),
	}
	if n := len(review.Text) + len(review.Appended); n > MaxText {
		return review, nil, &chaping.InputError{Field: FieldText, Value: review.Text,
			Problem: fmt.Sprintf("评论有 %d MB，超过 16 MB 的上限", n>>20), Remedy: "核对这一行是否混入了别的内容"}
	}
	if len(r.ID) > chaping.MaxKey || len(r.Product) > chaping.MaxKey {
		return review, nil, &chaping.InputError{Field: FieldID, Value: r.ID,
			Problem: fmt.Sprintf("评论编号或商品编号超过 %d 字节", chaping.MaxKey), Remedy: "核对这一列是否真是编号"}
	}
	review.Default = r.Default || s.Defaults.Contain(review.Text)
	if err := s.rate(&review, r.Rating); err != nil {
		notes = append(notes, &chaping.InputError{Field: FieldRating, Value: r.Rating,
			Problem: err.Error() + "，按未评分收录", Remedy: "核对评分和平台的评分规则"})
	}
	if review.Rating == 0 && s.GradeText != nil {
		s.GradeText(&review)
	}
	if review.Appended == "" || Blank(r.AppendedAt) {
		return review, notes, nil
	}
	// A follow-up without a usable date is still a follow-up.
	at, err := s.AppendedDates.Parse(r.AppendedAt, r.Told)
	problem := ""
	switch {
	case err != nil:
		problem, _ = Undated(err)
	case at.After(s.Now.Add(s.Ahead)):
		problem = "追评日期在未来"
	default:
		review.AppendedAt = at
	}
	if problem != "" {
		notes = append(notes, &chaping.InputError{Field: FieldAppendedAt, Value: r.AppendedAt,
			Problem: problem + "，追评按无日期收录", Remedy: "核对追评的日期"})
	}
	return review, notes, nil
}

// Words tells whether a review's rating was a word: 差评, 中评, 好评.
func (s *Source) Words(r *chaping.Review) bool { return r.Rating > 0 && r.Rule != s.ruleName }

// rate sets rating, grade and rule; without a rating it leaves them.
func (s *Source) rate(review *chaping.Review, written string) error {
	rating, err := ParseRating(written)
	if err != nil || Blank(written) || rating.None() && !s.Scale.Signed && !s.Scale.Zero ||
		strings.Trim(written, "-—－ ") == "" {
		return err
	}
	value, rule, err := s.Scale.grade(rating, s.Rule)
	if err != nil || value == 0 {
		return err
	}
	grade, err := rule.Grade(value)
	if err != nil {
		return err
	}
	review.Rating, review.Grade, review.Rule = value, grade, s.ruleName
	if rule != s.Rule {
		review.Rule = rule.String()
	}
	return nil
}
