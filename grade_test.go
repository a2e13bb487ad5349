package chaping

import (
	"encoding/json"
	"testing"
)

// A review that was written as JSON is read as it was, grade included.
func TestReviewAsJSON(t *testing.T) {
	for _, g := range []Grade{Unrated, Negative, Neutral, Positive} {
		data, err := json.Marshal(Review{ID: "1", Grade: g})
		if err != nil {
			t.Fatal(err)
		}
		var r Review
		if err := json.Unmarshal(data, &r); err != nil || r.Grade != g {
			t.Errorf("%s is read as %v: %v", data, r.Grade, err)
		}
	}
	var g Grade
	if err := json.Unmarshal([]byte(`"excellent"`), &g); err == nil {
		t.Error("a grade that does not exist is read")
	}
}
