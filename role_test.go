package chaping

import (
	"encoding/json"
	"testing"
)

func TestRoleOf(t *testing.T) {
	for _, tt := range []struct {
		name    string
		grade   Grade
		byPlace bool // the platform's own text
		verdict Verdict
		want    Role
	}{
		{"negative", Negative, false, Unreviewed, CountsNegative},
		{"positive", Positive, false, Confirmed, CountsHidden},
		{"default text without a rating", Unrated, true, Unreviewed, CountsHidden},
		{"default text with the worst rating", Negative, true, Unreviewed, CountsNegative},
		{"neutral", Neutral, false, Unreviewed, CountsAffirmed},
		{"unrated", Unrated, false, Unreviewed, CountsAffirmed},
		{"rejected", Negative, false, Rejected, CountsNothing},
	} {
		got := RoleOf(&Review{Grade: tt.grade, Default: tt.byPlace}, tt.verdict)
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got.Chinese(), tt.want.Chinese())
		}
		text, err := json.Marshal(got)
		var back Role
		if err != nil || json.Unmarshal(text, &back) != nil || back != got {
			t.Errorf("%s: %s is read as %d", tt.name, text, back)
		}
	}
	if json.Unmarshal([]byte(`"总数"`), new(Role)) == nil {
		t.Error("an unknown role is read")
	}
}
