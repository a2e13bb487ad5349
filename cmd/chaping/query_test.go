package main

import (
	"strings"
	"testing"
)

// TestCSVIsHarmless writes what spreadsheets take for formulas.
func TestCSVIsHarmless(t *testing.T) {
	table := &resultTable{heads: []string{"店铺", "数"}}
	bad := []string{"=1+1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", "\t=1", " =1", "\u3000＝1"}
	for _, s := range bad {
		table.add(s, -1.5)
	}
	table.add("某店", 3)
	table.add("", 0)
	var b strings.Builder
	if err := table.csv(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	for i := range bad {
		if got := strings.TrimPrefix(lines[i+1], "\""); !strings.HasPrefix(got, "'") || !strings.HasSuffix(got, ",-1.5") {
			t.Errorf("%q became %q", bad[i], lines[i+1])
		}
	}
	if lines[len(bad)+1] != "某店,3" || lines[len(bad)+2] != ",0" {
		t.Errorf("%q", lines[len(bad)+1:])
	}
}
