package store_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// TestGivenPlace checks a server or cluster that somebody else runs, as
// scripts/cluster-check.sh has it do.
func TestGivenPlace(t *testing.T) {
	place := storetest.TakeGiven(t)
	t.Run("Migrations", func(t *testing.T) {
		cfg := place.Fresh(t)
		first := storetest.Open(t, cfg)
		if err := first.PutReviews(ctx, []chaping.Review{aReview()}); err != nil {
			t.Fatal(err)
		}
		again := storetest.Open(t, cfg) // which has nothing left to do
		version, err := again.ServerVersion()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := again.ReviewCount(ctx); err != nil || n != 1 {
			t.Errorf("%d reviews, %v", n, err)
		}
		t.Logf("version %s", version)
	})
	t.Run("Suite", func(t *testing.T) { storetest.Suite(t, place.Fresh) })
	t.Run("Killed", func(t *testing.T) { killedMeanwhile(t, storetest.Open(t, place.Fresh(t))) })
	t.Run("Figures", func(t *testing.T) { figures(t, storetest.Open(t, place.Fresh(t))) })
}

// killedMeanwhile has a server killed and started again while reviews come in:
// none may be lost, and none counted twice.
func killedMeanwhile(t *testing.T, s *store.Store) {
	kill, start := os.Getenv("CHAPING_CHECK_KILL"), os.Getenv("CHAPING_CHECK_START")
	if kill == "" || start == "" {
		t.Skip("CHAPING_CHECK_KILL and CHAPING_CHECK_START are not set")
	}
	list := randomReviews(10_000)
	for i := range list {
		list[i].Product = fmt.Sprint(i % 50)
	}
	const batches = 20
	var killing sync.WaitGroup
	defer killing.Wait()
	i := 0
	for batch := range slices.Chunk(list, len(list)/batches) {
		if i++; i == batches/4 {
			killing.Go(func() {
				for _, command := range []string{kill, start} {
					if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
						t.Errorf("%s: %v\n%s", command, err, out)
					}
				}
			})
		}
		if err := s.PutReviews(ctx, batch); err != nil {
			t.Fatalf("batch %d: %v", i, err)
		}
	}
	killing.Wait()
	want := map[string]string{}
	for i := range list {
		want[list[i].ID] = list[i].Text
	}
	err := s.Reviews(ctx, period.Window(), func(r *chaping.Review) error {
		if want[r.ID] != r.Text {
			t.Errorf("review %s has changed, or came twice", r.ID)
		}
		delete(want, r.ID)
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("%d of %d reviews are lost, %v", len(want), len(list), err)
	}
}

// figures tells what the place takes for what a station does most.
func figures(t *testing.T, s *store.Store) {
	const reviews, asked = 100_000, 20
	list := benchReviews(reviews)
	took := func(what string, do func() error) {
		t.Helper()
		start := time.Now()
		if err := do(); err != nil {
			t.Fatal(what, err)
		}
		t.Logf("%-44s %8.3f s", what, time.Since(start).Seconds())
	}
	took("100,000 reviews written", func() error { return s.PutReviews(ctx, list) })
	read := 0
	took("and read", func() error {
		return s.Reviews(ctx, period.Window(), func(*chaping.Review) error { read++; return nil })
	})
	if read != reviews {
		t.Errorf("%d of %d reviews were read", read, reviews)
	}
	var mined []chaping.Mined
	for i := 0; i < len(list); i += 20 {
		mined = append(mined, chaping.Mined{Review: list[i], Mentions: []chaping.Mention{
			{Term: "漏水", Surface: "漏水", Start: 15, End: 17, Assertion: chaping.Affirmed}}})
	}
	took("5,000 mentions written and counted", func() error {
		storetest.Mine(t, s, period, "check", []chaping.Term{{Name: "漏水", Hazard: "quality"}}, mined...)
		return nil
	})
	var times []time.Duration
	for range asked {
		start := time.Now()
		rows, err := s.Counts(ctx, store.CountQuery{Dictionary: "check", First: period, Last: period,
			By: []store.Dimension{store.ByProduct, store.ByTerm}})
		if err != nil || len(rows) == 0 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	t.Logf("%-44s %8.3f s (median), %.3f s (slowest of %d)", "counts by product and term", times[asked/2].Seconds(),
		times[asked-1].Seconds(), asked)
}

// TestClusterCheck runs the script on a server, with a few parts of the suite.
func TestClusterCheck(t *testing.T) {
	server := storetest.StartServer(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	check := func(only string) (string, error) {
		cmd := exec.Command(filepath.Join("..", "scripts", "cluster-check.sh"), server.DSN("default"))
		cmd.Env = append(os.Environ(), "CHAPING_CHECK_PROGRAM="+program, "CHAPING_CHECK_ONLY="+only)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := check("Migrations|Suite/TalliesCountReviews|Killed|Figures")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, words := range []string{"version 18.16", "TalliesCountReviews", "100,000 reviews written", "Killed：没有测"} {
		if !strings.Contains(out, words) {
			t.Errorf("no word of %q:\n%s", words, out)
		}
	}
	if strings.Contains(out, storetest.Password) || strings.Contains(out, "s3cret") {
		t.Error("the password is shown")
	}
	server.Stop()
	if out, err := check("Migrations"); err == nil {
		t.Errorf("no error where no server is:\n%s", out)
	}
}
