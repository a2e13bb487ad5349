package station

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/sqlite"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, chaping.Shanghai())

// openTest is a new database with a clock that the test moves.
func openTest(t testing.TB) (*DB, *time.Time) {
	t.Helper()
	now := start
	d, err := Open(t.Context(), t.TempDir(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, &now
}

func TestLastJudgementHolds(t *testing.T) {
	d, _ := openTest(t)
	key := chaping.ReviewKey{Platform: "mall", Product: "A", Review: "1"}
	for _, v := range []chaping.Verdict{chaping.Confirmed, chaping.Rejected} {
		if err := d.Judge(t.Context(), chaping.Judgement{Review: key, Term: "漏电", Verdict: v, Note: "n", By: "张三"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Judge(t.Context(),
		chaping.Judgement{Review: key, Term: "异味", Verdict: chaping.Confirmed}, chaping.Judgement{Review: key, Term: "异味"}); err != nil {
		t.Fatal(err)
	}
	var got []chaping.Judgement
	if err := d.Judgements(t.Context(), func(j chaping.Judgement) error { got = append(got, j); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Verdict != chaping.Rejected || got[0].Review != key || got[0].By != "张三" || !got[0].At.Equal(start) {
		t.Errorf("%+v", got)
	}
	if err := d.Judge(t.Context(), chaping.Judgement{Review: key, Term: "x", Verdict: "perhaps"}); err == nil {
		t.Error("a verdict that does not exist was stored")
	}
}

func TestUndoIsExact(t *testing.T) {
	d, now := openTest(t)
	key := func(id string) chaping.ReviewKey {
		return chaping.ReviewKey{Platform: "mall", Product: "A", Review: id}
	}
	holding := func() map[string]chaping.Judgement {
		t.Helper()
		all := map[string]chaping.Judgement{}
		if err := d.Judgements(t.Context(), func(j chaping.Judgement) error {
			all[j.Review.Review] = j
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	judge := func(by string, v chaping.Verdict, r chaping.Reason, ids ...string) int64 {
		t.Helper()
		*now = now.Add(time.Minute)
		var list []chaping.Judgement
		for _, id := range ids {
			list = append(list, chaping.Judgement{Review: key(id), Term: "漏电", Verdict: v, Reason: r, Note: by + "说", By: by})
		}
		if err := d.Judge(t.Context(), list...); err != nil {
			t.Fatal(err)
		}
		return holding()[ids[0]].Decision
	}
	judge("张三", chaping.Confirmed, chaping.NoReason, "1")
	before := holding()
	group := judge("李四", chaping.Rejected, chaping.ReasonNegated, "1", "2", "3")
	if got := holding(); got["3"].Reason != chaping.ReasonNegated || got["1"].Decision != got["3"].Decision {
		t.Fatalf("%+v", got)
	}
	// A note on one of the group decides nothing; undoing takes it back too.
	if err := d.Annotate(t.Context(), chaping.Judged{Review: key("2"), Term: "漏电"}, "问过", "王五"); err != nil {
		t.Fatal(err)
	}
	if got := holding()["2"]; got.Verdict != chaping.Rejected || got.Note != "问过" || got.Reason != chaping.ReasonNegated {
		t.Fatalf("%+v", got)
	}
	// Somebody else judges one of the group meanwhile: that stays.
	judge("王五", chaping.Confirmed, chaping.NoReason, "3")
	undone, kept, err := d.UndoJudgement(t.Context(), group)
	if err != nil || undone != 2 || kept != 1 {
		t.Fatal(undone, kept, err)
	}
	got := holding()
	if got["1"] != before["1"] {
		t.Errorf("%+v, before: %+v", got["1"], before["1"])
	}
	if _, there := got["2"]; there || got["3"].By != "王五" {
		t.Errorf("%+v", got)
	}
	if undone, kept, err := d.UndoJudgement(t.Context(), group); undone != 0 || kept != 3 || err != nil {
		t.Errorf("undone again: %d %d %v", undone, kept, err)
	}
	if undone, _, err := d.UndoJudgement(t.Context(), got["1"].Decision); undone != 1 || err != nil || len(holding()) != 1 {
		t.Errorf("%d %v %v", undone, err, holding())
	}
}

func TestReadings(t *testing.T) {
	d, _ := openTest(t)
	reading := func(id string, problem bool, marks ...chaping.Span) chaping.Reading {
		k := chaping.ReviewKey{Platform: "mall", Product: "A", Review: id}
		return chaping.Reading{Review: k, Problem: problem, Marks: marks, By: "张三"}
	}
	holding := func() (list []chaping.Reading) {
		t.Helper()
		if err := d.Readings(t.Context(), func(r chaping.Reading) error { list = append(list, r); return nil }); err != nil {
			t.Fatal(err)
		}
		return list
	}
	marks := []chaping.Span{{Start: 3, End: 9}, {Start: 12, End: 15}}
	if err := d.Read(t.Context(), reading("1", false), reading("2", false)); err != nil {
		t.Fatal(err)
	}
	if err := d.Read(t.Context(), reading("1", true, marks...)); err != nil {
		t.Fatal(err)
	}
	got := holding()
	if len(got) != 2 || got[0].Review.Review != "2" || !got[1].Problem || !slices.Equal(got[1].Marks, marks) || !got[1].At.Equal(start) {
		t.Fatalf("%+v", got)
	}
	if undone, _, err := d.UndoReading(t.Context(), got[1].Decision); undone != 1 || err != nil {
		t.Fatal(undone, err)
	}
	if got := holding(); len(got) != 2 || got[1].Review.Review != "1" || got[1].Problem || got[1].Marks != nil {
		t.Errorf("%+v", got)
	}
	if undone, _, err := d.UndoReading(t.Context(), holding()[0].Decision); undone != 2 || err != nil || len(holding()) != 0 {
		t.Errorf("%d %v %+v", undone, err, holding())
	}
}

func TestFreeze(t *testing.T) {
	d, _ := openTest(t)
	freeze := func(model, reason string) (Sheet, bool, error) {
		return d.Freeze(t.Context(), Sheet{Form: "platform", Period: "2026-11", Dictionary: "d", Program: "p", By: "张三", Reason: reason, Model: []byte(model)})
	}
	first, fresh, err := freeze(`{"a":1}`, "")
	if err != nil || !fresh || first.Version != 1 {
		t.Fatalf("%+v %v %v", first, fresh, err)
	}
	if again, fresh, err := freeze(`{"a":1}`, ""); err != nil || fresh || again.Version != 1 || again.Hash != first.Hash {
		t.Fatalf("%+v %v %v", again, fresh, err)
	}
	var known *chaping.Error
	if _, _, err := freeze(`{"a":2}`, ""); !errors.As(err, &known) || known.Advice.Code != chaping.AdviceReason {
		t.Fatalf("a correction without a reason: %v", err)
	}
	if second, fresh, err := freeze(`{"a":2}`, "改错"); err != nil || !fresh || second.Version != 2 {
		t.Fatalf("%+v %v %v", second, fresh, err)
	}
	old, err := d.Sheet(t.Context(), "platform", "2026-11", "", 1)
	if err != nil || string(old.Model) != `{"a":1}` {
		t.Fatalf("%+v %v", old, err)
	}
	if last, err := d.Sheet(t.Context(), "platform", "2026-11", "", 0); err != nil || last.Version != 2 || last.Reason != "改错" {
		t.Fatalf("%+v %v", last, err)
	}
	for _, attack := range []string{"UPDATE sheet SET model = 'x'", "DELETE FROM sheet"} {
		if _, err := d.db.Exec(attack); err == nil {
			t.Errorf("%s went through", attack)
		}
	}
	// Damage from outside is noticed.
	if _, err := d.db.Exec("DROP TRIGGER sheet_is_immutable; UPDATE sheet SET model = 'x' WHERE version = 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sheet(t.Context(), "platform", "2026-11", "", 1); err == nil || !strings.Contains(err.Error(), "sha256") {
		t.Errorf("damage: %v", err)
	}
	if list, err := d.Sheets(t.Context(), "", ""); err != nil || len(list) != 2 || list[0].Version != 2 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestSubmit(t *testing.T) {
	d, _ := openTest(t)
	s := Submission{Period: "2026-11", StationID: 3, File: "表.xlsx"}
	entries := []json.RawMessage{[]byte(`{"product":"壶"}`), []byte(`{"product":"锅"}`)}
	first, err := d.Submit(t.Context(), s, []byte("file"), entries)
	if err != nil || first.ID == 0 {
		t.Fatal(first, err)
	}
	again, err := d.Submit(t.Context(), s, []byte("file"), entries[:1])
	if err != nil || again.ID != first.ID {
		t.Fatal(again, err)
	}
	list, err := d.Submissions(t.Context(), "2026-11")
	if err != nil || len(list) != 1 || list[0].Entries != 1 || list[0].Size != 4 {
		t.Fatalf("%+v %v", list, err)
	}
	if s, data, err := d.Original(t.Context(), Everything(), first.ID); err != nil || s.File != "表.xlsx" || string(data) != "file" {
		t.Error(s.File, data, err)
	}
}

// A file that has every entry of others takes their place, also when it comes again.
func TestSubmitHolds(t *testing.T) {
	d, _ := openTest(t)
	submit := func(content string, holds ...int64) Submission {
		t.Helper()
		s, err := d.Submit(t.Context(), Submission{Period: "2026-11", StationID: 3, Form: chaping.FormAssociation, File: content, Holds: holds},
			[]byte(content), []json.RawMessage{json.RawMessage(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	whole, part := submit("whole"), submit("part")
	if again := submit("whole", part.ID); again.ID != whole.ID || again.Replaced {
		t.Errorf("%+v", again)
	}
	list, err := d.Submissions(t.Context(), "2026-11")
	if err != nil || len(list) != 2 || list[0].Replaced || list[1].ReplacedBy != whole.ID {
		t.Errorf("%+v %v", list, err)
	}
}

// A file that was read keeps its entries when it comes again as other material.
func TestSubmitAgainAsMaterial(t *testing.T) {
	d, _ := openTest(t)
	s := Submission{Period: "2026-11", StationID: 3, File: "表.xlsx"}
	if _, err := d.Submit(t.Context(), s, []byte("file"), []json.RawMessage{[]byte(`{"product":"壶"}`)}); err != nil {
		t.Fatal(err)
	}
	s.About = "附件"
	if again, err := d.Submit(t.Context(), s, []byte("file"), nil); err != nil || again.Entries != 1 {
		t.Errorf("%+v %v", again, err)
	}
	if list, err := d.Submissions(t.Context(), "2026-11"); err != nil || len(list) != 1 || list[0].Entries != 1 {
		t.Errorf("%+v %v", list, err)
	}
}

// Of the versions of a frozen sheet the last one counts, however they come; of
// different sheets, and of files that nobody has numbered, all do. What they
// are called says nothing.
func TestVersionsReplaceEachOther(t *testing.T) {
	d, _ := openTest(t)
	of := map[string]int64{}
	for _, name := range []string{"甲", "乙"} {
		s, err := d.Sender(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		of[name] = s.ID
	}
	for i, s := range []Submission{
		{Station: "甲", Version: 2, File: "报送表-2026-11-甲-第2版.json"},
		{Station: "甲", Version: 10, File: "报送表-2026-11-甲-第10版.docx"},
		{Station: "甲", Version: 10, File: "a.xlsx"},
		{Station: "甲", Version: 1, File: "报送表-2026-11-甲-第11版.docx"},
		{Station: "甲", Name: "水壶", Version: 1, File: "报送表-2026-11-水壶-第1版.docx"},
		{Station: "甲", File: "补充.xlsx"},
		{Station: "甲", File: "报送表-2026-11-甲-第12版.docx"},
		{Station: "乙", Version: 1, File: "报送表-2026-11-甲-第1版.docx"},
	} {
		s.Period, s.Form, s.StationID = "2026-11", "association", of[s.Station]
		if _, err := d.Submit(t.Context(), s, []byte{byte(i)}, []json.RawMessage{fmt.Appendf(nil, "%d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	if err := d.Entries(t.Context(), "2026-11", func(from Submission, entry json.RawMessage) error {
		got = append(got, from.Station+string(entry))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"甲2", "甲4", "甲5", "甲6", "乙7"}; !slices.Equal(got, want) {
		t.Errorf("%v count, not %v", got, want)
	}
}

func TestOpenAgainAndNewer(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		d, err := Open(t.Context(), dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.db.Exec("PRAGMA user_version"); err != nil {
			t.Fatal(err)
		}
		d.Close()
	}
	if info, err := os.Stat(filepath.Join(dir, "station.db")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	d, err := Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.db.Exec("PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	d.Close()
	var told *chaping.Error
	if _, err := Open(t.Context(), dir, nil); !errors.As(err, &told) || told.Code != chaping.CodeEnvironment {
		t.Errorf("a newer schema: %v", err)
	}
}

// before makes a database as the program had it after so many migrations, with
// the rows.
func before(t *testing.T, version int, rows string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := sqlite.Open(filepath.Join(dir, "station.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names[:version] {
		script, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), string(script)); err != nil {
			t.Fatal(name, err)
		}
	}
	if _, err := db.ExecContext(t.Context(), fmt.Sprintf("%s; PRAGMA user_version = %d", rows, version)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A database of the version before knows no devices; what it holds stays.
func TestMigrationToDevices(t *testing.T) {
	dir := before(t, 10, `INSERT INTO attempt VALUES ('li', 9, 1); INSERT INTO parked VALUES (x'00', '/watches/new', 'a=b', 1);
		INSERT INTO account (name, person, roles, created) VALUES ('li', '李四', 'admin', 1)`)
	d, err := Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if list, err := d.Accounts(t.Context()); err != nil || len(list) != 1 || list[0].Person != "李四" {
		t.Errorf("%+v %v", list, err)
	}
	var parked int
	if err := d.db.QueryRowContext(t.Context(), "SELECT count(*) FROM parked WHERE device = x''").Scan(&parked); err != nil || parked != 1 {
		t.Errorf("%d parked forms, %v", parked, err)
	}
}
