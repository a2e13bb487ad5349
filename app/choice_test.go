package app

import (
	"testing"

	"chaping/importer"
)

// What people answer of ratings says how far they go, and in which direction.
func TestAnswersOfRatings(t *testing.T) {
	for answer, want := range map[string]Reading{
		"10": {Scale: 10}, "3r": {Scale: 3, Reversed: true}, "3": {Scale: 3}, "skip": {},
	} {
		c := Choice{Answers: map[importer.QuestionKind]string{importer.AskScale: answer, importer.AskReversed: "no"}}
		got, err := c.reading()
		if err != nil || got.Scale != want.Scale || got.Reversed != want.Reversed {
			t.Errorf("%s: %+v %v", answer, got, err)
		}
	}
	for _, answer := range []string{"r", "-3r", ""} {
		c := Choice{Answers: map[importer.QuestionKind]string{importer.AskScale: answer}}
		if got, err := c.reading(); err == nil {
			t.Errorf("%q: %+v", answer, got)
		}
	}
}
