package synth

import (
	"strconv"
	"time"

	"chaping"
)

// Each calls each for every distinct review, as the store keeps it, with the
// grade that stars come to. The review is overwritten by the next one.
func (l *Load) Each(collected time.Time, each func(*chaping.Review) error) error {
	m := l.maker()
	var defaults chaping.DefaultTexts
	rule := chaping.Stars()
	for i := range l.Reviews {
		r := m.review(i)
		grade, err := rule.Grade(r.Rating)
		if err != nil {
			return err
		}
		out := chaping.Review{
			Platform: Platform, Product: l.Product(r.Product).ID, ID: strconv.Itoa(1e9 + r.ID), Published: r.Published,
			Rating: r.Rating, Grade: grade, Rule: rule.String(), Text: string(r.Text), Collected: collected, Run: "synth",
		}
		out.Default = defaults.Contain(out.Text)
		if err := each(&out); err != nil {
			return err
		}
	}
	return nil
}
