package app

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"chaping"
)

// The last of three days and of two weeks stay, people's backups stay, and the
// latest never goes.
func TestExpired(t *testing.T) {
	t.Parallel()
	var names []string
	for _, day := range strings.Fields("2026-11-26 2026-11-25 2026-11-24 2026-11-23 2026-11-22 2026-11-21 2026-11-15") {
		names = append(names, day+"-013000"+automaticEnding)
	}
	names = append(names, "2026-11-26-003000"+automaticEnding, "2026-11-01-120000.backup", "别人的"+automaticEnding, "drill-1")
	for _, c := range []struct {
		daily, weekly int
		want          string
	}{
		{3, 2, "2026-11-26-003000 2026-11-23-013000 2026-11-21-013000 2026-11-15-013000"},
		{0, 3, "2026-11-26-003000 2026-11-25-013000 2026-11-24-013000 2026-11-23-013000 2026-11-21-013000"},
		{100, 0, "2026-11-26-003000"},
		{0, 1, "2026-11-26-003000 2026-11-25-013000 2026-11-24-013000 2026-11-23-013000 2026-11-22-013000 2026-11-21-013000 2026-11-15-013000"},
	} {
		got := strings.ReplaceAll(strings.Join(expired(names, c.daily, c.weekly), " "), automaticEnding, "")
		if got != c.want {
			t.Errorf("%d days, %d weeks: %s goes, want %s", c.daily, c.weekly, got, c.want)
		}
	}
	if gone := expired(slices.Clone(names[:1]), 1, 0); len(gone) != 0 {
		t.Error("the only one goes")
	}
}

// A disk that has no room is said before anything is written.
func TestRoomFor(t *testing.T) {
	t.Parallel()
	var known *chaping.Error
	if err := roomFor(math.MaxUint64, t.TempDir()); !errors.As(err, &known) || known.Code != chaping.CodeEnvironment || known.Remedy == "" {
		t.Error(err)
	}
	if err := errors.Join(roomFor(1, t.TempDir()), roomFor(1, "nowhere")); err != nil {
		t.Error(err)
	}
}
