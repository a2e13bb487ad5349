package importer

import (
	"slices"
	"testing"
)

// What buyers wrote later is found wherever the objects of sites have it.
func TestAppendedInObjects(t *testing.T) {
	const review = `{"id":880771,"content":"颜色好看","score":5,"creationTime":"2026-11-01 10:00:00","referenceName":"暖手宝",`
	for name, tt := range map[string]struct{ data, want, at string }{
		"in an object of its own": {`{"comments":[` + review + `"afterUserComment":{"created":"2026-11-15 09:00:00","hAfterUserComment":{"content":"充电口打火"}}}]}`, "充电口打火", "2026-11-15"},
		"in a list":               {`{"data":[` + review + `"append_comment":[{"content":"充电口打火","create_time":"2026-11-15 09:00:00"}]}]}`, "充电口打火", "2026-11-15"},
		"several":                 {`{"data":[` + review + `"append_comment":[{"content":"充电口打火","create_time":"2026-11-15 09:00:00"},{"content":"店家不管","create_time":"2026-11-16 09:00:00"}]}]}`, "充电口打火\n店家不管", "2026-11-15"},
		"text with a note":        {`[` + review + `"appendComment":{"text":"充电口打火","time":"2026-11-15 09:00:00"}}]`, "充电口打火", "2026-11-15"},
	} {
		t.Run(name, func(t *testing.T) {
			_, sum, sink := texts(t, "a.json", tt.data, Options{})
			if len(sink.reviews) != 1 || sink.reviews[0].Appended != tt.want || sink.reviews[0].AppendedAt.Format("2006-01-02") != tt.at ||
				sink.reviews[0].Text != "颜色好看" {
				t.Errorf("%+v %+v", sink.reviews, sum)
			}
			u, err := Inspect(t.Context(), writeFile(t, "b.json", tt.data), Options{})
			if err != nil || slices.ContainsFunc(u.Questions, func(q Question) bool { return q.Kind == AskField }) {
				t.Errorf("%+v %v", u.Questions, err)
			}
		})
	}
}
