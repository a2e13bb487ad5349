package chaping

import (
	"errors"
	"testing"
)

func TestParseReason(t *testing.T) {
	for _, r := range Reasons() {
		for _, s := range []string{string(r), r.Chinese()} {
			if got, err := ParseReason(s); got != r || err != nil {
				t.Errorf("%s: %q %v", s, got, err)
			}
		}
	}
	if r, err := ParseReason(""); r != NoReason || err != nil {
		t.Error(r, err)
	}
	var known *Error
	if _, err := ParseReason("其他"); !errors.As(err, &known) || known.Remedy == "" {
		t.Error(err)
	}
}

func TestReadingCheck(t *testing.T) {
	const body = "水壶漏电" // three bytes a character
	for _, c := range []struct {
		problem bool
		marks   []Span
		fits    bool
	}{
		{problem: true, fits: true},
		{problem: true, marks: []Span{{6, 12}}, fits: true},
		{problem: true, marks: []Span{{0, 6}, {6, 12}}, fits: true},
		{problem: true, marks: []Span{{6, 12}, {0, 6}}},
		{problem: true, marks: []Span{{0, 6}, {3, 12}}},
		{problem: true, marks: []Span{{6, 6}}},
		{problem: true, marks: []Span{{5, 12}}},
		{problem: true, marks: []Span{{6, 11}}},
		{problem: true, marks: []Span{{6, 13}}},
		{problem: true, marks: []Span{{-3, 3}}},
		{problem: false, marks: []Span{{6, 12}}},
		{problem: false, fits: true},
	} {
		r := Reading{Problem: c.problem, Marks: c.marks}
		if err := r.Check(body); (err == nil) != c.fits {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
