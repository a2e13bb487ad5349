package station

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"chaping/sqlite"
)

// named11 is what stood in a database that knew stations by their names: of
// station 3, also under a name that it had before and one that people write
// alike; of station 10, whose installation it is; and of a name that no
// station has.
const named11 = `
	INSERT INTO setting VALUES ('home', '10');
	UPDATE station SET name = '改名的协会' WHERE id = 3;
	INSERT INTO account (name, person, roles, station, created) VALUES ('li', '李四', 'association', 3, 1);
	INSERT INTO sheet (form, period, name, version, frozen, dictionary, program, who, reason, hash, model) VALUES
		('platform', '2026-11', '', 1, 1, 'd', 'p', '甲', '', 'a1', x'01'),
		('platform', '2026-11', '小家电', 1, 1, 'd', 'p', '甲', '', 'a2', x'02'),
		('association', '2026-11', '上海市食品接触材料协会', 1, 1, '', 'p', '甲', '', 'a3', x'03'),
		('association', '2026-11', '改名的协会', 1, 2, '', 'p', '甲', '', 'a4', x'04'),
		('association', '2026-10', '上海市食品接触材料 协会', 1, 1, '', 'p', '甲', '', 'a5', x'05'),
		('association', '2026-10', '', 1, 1, '', 'p', '甲', '', 'a6', x'06'),
		('annual', '2026', '改名的协会', 1, 1, '', 'p', '甲', '', 'a7', x'07'),
		('association', '2026-10', '不在名单的协会', 1, 1, '', 'p', '甲', '', 'a8', x'08');
	INSERT INTO receipt VALUES (1, 'https://centre.example', 7, 5), (4, 'https://centre.example', 8, 5);
	INSERT INTO submission (period, station, about, file, hash, received, original) VALUES
		('2026-11', '上海市食品接触材料协会', '', '报送表-2026-11-上海市食品接触材料协会-第2版.docx', 'h1', 11, x'f1'),
		('2026-11', '上海市食品接触材料协会', '', '报送表-2026-11-上海市食品接触材料协会-第1版.docx', 'h2', 12, x'f2'),
		('2026-11', '改名的协会', '照片', 'a.zip', 'h3', 13, x'f3'),
		('2026', '改名的协会', '《报告》', '专题分析报告-2026-第1版.docx', 'h4', 14, x'f4'),
		('2026-11', '上海寻梦信息技术有限公司(拼多多)', '', '报送表-2026-11-第1版.json', 'a1', 15, x'f5'),
		('2026-11', '上海寻梦信息技术有限公司（拼多多）', '', '报送表-2026-11-小家电-第1版.json', 'a2', 16, x'f6'),
		('2026-11', '不在名单的协会', '', '表.xlsx', 'h7', 17, x'f7'),
		('2026-11', '不在名单的协会 ', '', '表.xlsx', 'h7', 18, x'f7'),
		('2026-11', '', '', '空.xlsx', 'h9', 19, x'f9');
	INSERT INTO entry VALUES (1, 1, '{"product":"壶"}'), (2, 1, '{"product":"锅"}'), (5, 1, '{"term":"漏电"}'), (7, 1, '{"product":"杯"}'), (8, 1, '{"product":"杯"}'), (9, 1, 'no JSON');
	INSERT INTO filing VALUES ('2026-11', '', 21, '甲', ''), ('2026-10', '小家电', 22, '甲', '')`

func TestMigrationToKeys(t *testing.T) {
	d, err := Open(t.Context(), before(t, 11, named11), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var got []string
	add := func(kind, statement string) {
		if err := d.query(t.Context(), statement, nil, func(scan func(...any) error) error {
			var line string
			err := scan(&line)
			got = append(got, kind+" "+line)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	add("station", "SELECT format('%d %s ord %d %s', id, name, ord, status) FROM station WHERE id = 3 OR id > 10 ORDER BY id")
	add("sheet", "SELECT format('%d %s %s of %s %s v%d %s', id, form, period, coalesce(station, '-'), name, version, hex(model)) FROM sheet ORDER BY id")
	add("submission", "SELECT format('%d %s of %d %s %s v%d sheet %s by %s %s %d', id, period, station, form, name, version, coalesce(sheet, '-'), coalesce(superseded_by, '-'), hex(original), received) FROM submission ORDER BY id")
	add("entry", "SELECT format('%d %s', submission, content) FROM entry ORDER BY submission")
	add("receipt", "SELECT format('%d %d', sheet, number) FROM receipt ORDER BY sheet")
	add("filing", "SELECT format('%s of %s %s', period, coalesce(station, '-'), name) FROM filing ORDER BY period")
	add("broken", "SELECT format('%s %d %s', \"table\", rowid, parent) FROM pragma_foreign_key_check")
	want := strings.Split(strings.TrimSpace(`
station 3 改名的协会 ord 3 active
station 11 没有写明的监测站 ord 0 exited
station 12 不在名单的协会 ord 0 exited
sheet 1 platform 2026-11 of -  v1 01
sheet 2 platform 2026-11 of - 小家电 v1 02
sheet 3 association 2026-11 of 3 上海市食品接触材料协会 v1 03
sheet 4 association 2026-11 of 3  v1 04
sheet 5 association 2026-10 of 3  v1 05
sheet 6 association 2026-10 of -  v1 06
sheet 7 annual 2026 of 3  v1 07
sheet 8 association 2026-10 of 12  v1 08
submission 1 2026-11 of 3 association  v2 sheet - by - F1 11
submission 2 2026-11 of 3 association  v1 sheet 4 by 1 F2 12
submission 3 2026-11 of 3   v0 sheet - by - F3 13
submission 4 2026 of 3 annual  v1 sheet 7 by - F4 14
submission 5 2026-11 of 10 platform  v1 sheet 1 by - F5 15
submission 6 2026-11 of 10 platform 小家电 v1 sheet 2 by - F6 16
submission 7 2026-11 of 12 association  v0 sheet - by - F7 17
submission 8 2026-11 of 12 association  v0 sheet - by 7 F7 18
submission 9 2026-11 of 11 association  v0 sheet - by - F9 19
entry 1 {"product":"壶"}
entry 2 {"product":"锅"}
entry 5 {"term":"漏电"}
entry 7 {"product":"杯"}
entry 8 {"product":"杯"}
entry 9 no JSON
receipt 1 7
receipt 4 8
filing 2026-10 of 10 小家电
filing 2026-11 of 10 `), "\n")
	for i := range want {
		want[i] = strings.TrimSpace(want[i])
	}
	for i := range got {
		got[i] = strings.TrimSpace(got[i])
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	// What is frozen stays so, and versions go on where they were.
	for _, attack := range []string{"UPDATE sheet SET model = 'x'", "DELETE FROM sheet", "INSERT OR REPLACE INTO sheet SELECT * FROM sheet"} {
		if _, err := d.db.ExecContext(t.Context(), attack); err == nil {
			t.Errorf("%s went through", attack)
		}
	}
	if s, fresh, err := d.Freeze(t.Context(), Sheet{Form: "association", Period: "2026-11", Station: 3, Reason: "更正", By: "甲", Model: []byte("{}")}); err != nil || !fresh || s.Version != 2 || s.Name != "改名的协会" {
		t.Errorf("%+v %v %v", s, fresh, err)
	}
	s, err := d.Submit(t.Context(), Submission{Period: "2026-11", StationID: 3, Form: "association", Version: 3, File: "x"}, []byte("3"), nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := d.Submissions(t.Context(), "2026-11")
	if err != nil || list[0].ReplacedBy != s.ID {
		t.Errorf("version 2 of before still counts: %+v %v", list[0], err)
	}
	if _, filed, err := d.Filing(t.Context(), "2026-11", ""); err != nil || !filed {
		t.Error(filed, err)
	}

	// Nobody gets by a name what came under it before it was on the list.
	if _, err := d.PutStation(t.Context(), Station{Name: "不在名单的协会", Kind: AssociationStation}); err == nil {
		t.Error("a new station has the reports of another")
	}
	own, err := d.Named(t.Context(), "不在名单的协会")
	if err != nil {
		t.Fatal(err)
	}
	own.Status = "active"
	if _, err := d.PutStation(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	if own, err = d.Station(t.Context(), Everything(), own.ID); err != nil || own.Order != 11 || own.Added.IsZero() {
		t.Errorf("%+v %v", own, err)
	}
}

// A migration that fails, at whatever statement, leaves what was there; the
// next start does it again.
func TestMigrationCutOff(t *testing.T) {
	dir := before(t, 11, named11)
	was := content(t, dir)
	for _, obstacle := range []string{"sheet_new", "receipt_new", "submission_new", "entry_new", "filing_new", "submission_of", "sheet_once"} {
		for _, statement := range []string{"CREATE TABLE %s (x)", "DROP TABLE %s"} {
			if strings.HasPrefix(statement, "DROP") {
				if _, err := Open(t.Context(), dir, nil); err == nil {
					t.Fatalf("%s: went through", obstacle)
				}
			}
			db, err := sqlite.Open(filepath.Join(dir, "station.db"))
			if err == nil {
				_, err = db.ExecContext(t.Context(), fmt.Sprintf(statement, obstacle))
				db.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if is := content(t, dir); !slices.Equal(is, was) {
			t.Fatalf("cut off at %s: %v, was %v", obstacle, is, was)
		}
	}
	opensAgain(t, dir)
}

// A process that is killed with half of the migration done loses nothing.
func TestMigrationKilled(t *testing.T) {
	if dir := os.Getenv("CHAPING_TEST_MIGRATE"); dir != "" {
		dieMigrating(t, dir)
	}
	dir := before(t, 11, named11+"; UPDATE submission SET original = randomblob(4000000) WHERE id IN (1, 3)")
	was := content(t, dir)
	cmd := exec.Command(os.Args[0], "-test.run", "^TestMigrationKilled$")
	cmd.Env = append(os.Environ(), "CHAPING_TEST_MIGRATE="+dir)
	out, err := cmd.CombinedOutput()
	if state, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || state.Signal() != syscall.SIGKILL {
		t.Fatalf("not killed: %v %s", err, out)
	}
	if info, err := os.Stat(filepath.Join(dir, "station.db-wal")); err != nil || info.Size() < 1e6 {
		t.Fatalf("it had written nothing yet: %v %v", info, err)
	}
	if is := content(t, dir); !slices.Equal(is, was) {
		t.Error("something is lost")
	}
	opensAgain(t, dir)
}

// dieMigrating does half of the migration and kills the process.
func dieMigrating(t *testing.T, dir string) {
	db, err := sqlite.Open(filepath.Join(dir, "station.db"), "cache_size(1)") // what is written goes to the disk at once
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err == nil {
		err = identify(t.Context(), tx)
	}
	if err != nil {
		t.Fatal(err)
	}
	script, err := migrations.ReadFile("migrations/0012_identity.sql")
	if err != nil {
		t.Fatal(err)
	}
	half, _, _ := strings.Cut(string(script), "DROP TABLE receipt;")
	if _, err := tx.ExecContext(t.Context(), half); err != nil {
		t.Fatal(err)
	}
	t.Fatal(syscall.Kill(os.Getpid(), syscall.SIGKILL))
}

func opensAgain(t *testing.T, dir string) {
	t.Helper()
	d, err := Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if list, err := d.Submissions(t.Context(), ""); err != nil || len(list) != 9 {
		t.Errorf("%d submissions, %v", len(list), err)
	}
}

// content is what a database holds of what stations handed in, and how.
func content(t *testing.T, dir string) (lines []string) {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(dir, "station.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT 'submission ' || hex(original) || file FROM submission UNION ALL SELECT 'sheet ' || hash || hex(model) FROM sheet
		UNION ALL SELECT content FROM entry UNION ALL SELECT name || ord FROM station UNION ALL SELECT name || sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1`)
	err = eachRow(rows, err, func(scan func(...any) error) error {
		var line string
		err := scan(&line)
		lines = append(lines, line)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
