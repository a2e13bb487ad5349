package app

import (
	"strings"
	"testing"

	"chaping"
)

// FuzzReadDecisions: whatever a file holds, a line is taken or refused by name.
func FuzzReadDecisions(f *testing.F) {
	f.Add([]byte(`{"platform":"p","product":"1","review":"2","keyword":"漏电","assertion":"affirmed","text":"漏电"}`))
	f.Add([]byte("\ufeff{\"platform\":1}\n[]\nnull\n"))
	f.Add(
		[]byte(
			`{"platform":"p","product":"1","review":"2","keyword":"漏电","assertion":"other","reason":"服务","at":"2026-11-26T09:00:00+08:00"}`,
		),
	)
	f.Fuzz(func(t *testing.T, data []byte) {
		list, refused, err := readDecisions("file", strings.NewReader(string(data)))
		for _, r := range refused {
			if fault, ok := r.(*chaping.InputError); !ok || fault.File != "file" || fault.Line < 1 ||
				fault.Remedy == "" {
				t.Errorf("%v", r)
			}
		}
		for _, d := range list {
			j := d.judgement("somebody")
			if j.Term == "" || j.Review.Review == "" || j.Verdict == chaping.Unreviewed ||
				j.Verdict == chaping.Confirmed && j.Reason != "" {
				t.Errorf("%+v", j)
			}
			if got := assertionOf(&j); (got == chaping.Affirmed) != (d.Assertion == chaping.Affirmed) {
				t.Errorf("%s comes back as %s", d.Assertion, got)
			}
		}
		if err == nil && len(list)+len(refused) == 0 {
			t.Error("an empty file passes in silence")
		}
	})
}
