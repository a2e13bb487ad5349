package chaping

import (
	"encoding/json"
	"testing"
)

func TestCountAs(t *testing.T) {
	for _, tt := range []struct {
		name    string
		grade   Grade
		byPlace bool // the platform's own text
		verdict Verdict
		want    CountedAs
	}{
		{"negative", Negative, false, Unreviewed, CountsNegative},
		{"positive", Positive, false, Confirmed, CountsHidden},
		{"default text without a rating", Unrated, true, Unreviewed, CountsHidden},
		{"default text with the worst rating", Negative, true, Unreviewed, CountsNegative},
		{"neutral", Neutral, false, Unreviewed, CountsAffirmed},
		{"unrated", Unrated, false, Unreviewed, CountsAffirmed},
		{"rejected", Negative, false, Rejected, CountsNothing},
	} {
		got := CountAs(&Review{Grade: tt.grade, Default: tt.byPlace}, tt.verdict)
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got.Chinese(), tt.want.Chinese())
		}
		text, err := json.Marshal(got)
		var back CountedAs
		if err != nil || json.Unmarshal(text, &back) != nil || back != got {
			t.Errorf("%s: %s is read as %d", tt.name, text, back)
		}
	}
	if json.Unmarshal([]byte(`"总数"`), new(CountedAs)) == nil {
		t.Error("an unknown one is read")
	}
}
