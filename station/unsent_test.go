package station

import (
	"fmt"
	"testing"
	"time"

	"chaping"
)

// A correction that nobody has handed in is known, until somebody does; a sheet
// that was never handed in is no correction.
func TestUnsent(t *testing.T) {
	d, c, _ := started(t)
	ctx := t.Context()
	home, _, err := d.Home(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []struct {
		form    chaping.Form
		station int64
	}{{chaping.FormPlatform, 0}, {chaping.FormAssociation, home.ID}} {
		version := 0
		freeze := func() Sheet {
			t.Helper()
			version++
			c.add(time.Hour)
			s := Sheet{Form: of.form, Period: "2026-11", Station: of.station, By: "甲", Model: fmt.Appendf(nil, `{"rows": [], "version": %d}`, version)}
			if version > 1 {
				s.Reason = "改正"
			}
			s, _, err := d.Freeze(ctx, s)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		unsent := func(want string) {
			t.Helper()
			list, err := d.Unsent(ctx, of.form, "2026-11", of.station)
			got := ""
			for _, u := range list {
				got += u.Chinese()
			}
			if err != nil || got != want {
				t.Errorf("%s version %d: %q %v, want %q", of.form, version, got, err, want)
			}
		}
		submit := func(s Sheet) {
			t.Helper()
			if err := d.SubmitSheet(ctx, &s); err != nil {
				t.Fatal(err)
			}
		}
		first := freeze()
		unsent("")
		submit(first)
		unsent("")
		second := freeze()
		unsent("第 2 版已冻结，还没有报送；报送过的是第 1 版")
		third := freeze()
		unsent("第 3 版已冻结，还没有报送；报送过的是第 1 版")
		submit(second)
		unsent("第 3 版已冻结，还没有报送；报送过的是第 2 版")
		submit(third)
		unsent("")
		submit(first) // again
		unsent("")
	}
}

// What was only noted as filed is what had been frozen by then.
func TestUnsentAfterANote(t *testing.T) {
	d, c, _ := started(t)
	ctx := t.Context()
	freeze := func(reason string) {
		t.Helper()
		c.add(time.Hour)
		_, _, err := d.Freeze(ctx, Sheet{Form: chaping.FormPlatform, Period: "2026-11", By: "甲", Reason: reason, Model: []byte(`{"rows": ["` + reason + `"]}`)})
		if err != nil {
			t.Fatal(err)
		}
	}
	freeze("")
	c.add(time.Hour)
	if err := d.File(ctx, Filing{Period: "2026-11", Filed: d.now(), By: "甲"}); err != nil {
		t.Fatal(err)
	}
	if list, err := d.Unsent(ctx, chaping.FormPlatform, "2026-11", 0); err != nil || len(list) > 0 {
		t.Errorf("%+v %v", list, err)
	}
	freeze("改正")
	if list, err := d.Unsent(ctx, chaping.FormPlatform, "2026-11", 0); err != nil || len(list) != 1 || list[0] != (Unsent{Version: 2, Sent: 1}) {
		t.Errorf("%+v %v", list, err)
	}
}
