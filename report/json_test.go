package report

import (
	"bytes"
	"encoding/json"
	"testing"

	"chaping"
)

// The hash of a frozen sheet is one of its bytes: they must stay those that
// encoding/json writes, whatever buyers write. (What is no UTF-8 is not stored.)
func TestFormJSONBytes(t *testing.T) {
	p := &Platform{Station: "<站>&\u2028\u2029\x00\x1f\x7f", Rows: []PlatformRow{{Shop: "a\"\\/", Missing: "\t\r\n\b\f"}, {}}, Evidence: []Evidence{{Sentence: "😀漏电", Verdict: chaping.Rejected, Default: true}}}
	for name, v := range map[string]any{
		"sheet": p.json(), "empty sheet": (&Platform{}).json(),
		"annual": (&Annual{}).json(), "association": (&Association{Entries: []Entry{{Content: "</script>"}}}).json(), "urgent": (&Urgent{}).json(),
		"numbers": map[string]any{"b": []float64{0, 1e-7, 1e21, 0.1, -2.5}, "a": map[int]any{2: nil, 10: []string{}}, "c": []any{}},
	} {
		got, err := encode(v)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want.Bytes())
		}
	}
}
