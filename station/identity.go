package station

import (
	"cmp"
	"context"
	"database/sql"
	"regexp"
	"strconv"
	"strings"

	"chaping"
)

// Named is the station that people mean by a name: the one that is called so,
// or else the only one that was before.
func (d *DB) Named(ctx context.Context, name string) (s Station, err error) {
	err = d.transact(withoutAct(ctx), func(tx *sql.Tx) error {
		id, err := named(ctx, tx, name)
		if err != nil {
			return err
		}
		if id == 0 {
			return &chaping.Error{
				Code:    chaping.CodeUsage,
				Message: "没有名为“" + chaping.Shorten(name, maxName) + "”的监测站",
				Remedy:  "写名单里的名称；名单在“监测站名单”页",
			}
		}
		s, err = stationOf(ctx, tx, id)
		return err
	})
	return s, err
}

// Sender is the station that people mean by a name. One that nobody knows is
// kept outside the list, where it has no duties and no rights: what it handed
// in is not lost, and belongs to nobody else.
func (d *DB) Sender(ctx context.Context, name string) (s Station, err error) {
	err = d.transact(ctx, func(tx *sql.Tx) error {
		id, err := sender(ctx, tx, name)
		if err != nil {
			return err
		}
		s, err = stationOf(ctx, tx, id)
		return err
	})
	return s, err
}

// OwnName tells whether a station is called so, or was.
func (d *DB) OwnName(ctx context.Context, id int64, name string) (own bool, err error) {
	err = d.query(
		ctx,
		"SELECT name FROM station WHERE id = ?1 UNION SELECT name FROM former WHERE station = ?1",
		[]any{id},
		func(scan func(...any) error) error {
			var known string
			err := scan(&known)
			own = own || SameName(known, name)
			return err
		},
	)
	return own, err
}

func stationOf(ctx context.Context, tx *sql.Tx, id int64) (Station, error) {
	return scanStation(tx.QueryRowContext(ctx, "SELECT "+stationColumns+" FROM station WHERE id = ?", id).Scan)
}

// named is the id of the station that people mean by a name; 0: of none.
func named(ctx context.Context, tx *sql.Tx, name string) (int64, error) {
	id, err := taken(ctx, tx, "station", name, 0)
	if err != nil || id != 0 {
		return id, err
	}
	before, err := called(ctx, tx, "SELECT station, name FROM former", name)
	if err != nil || len(before) != 1 {
		return 0, err
	}
	return before[0], nil
}

func sender(ctx context.Context, tx *sql.Tx, name string) (int64, error) {
	id, err := named(ctx, tx, name)
	if err != nil || id != 0 {
		return id, err
	}
	err = tx.QueryRowContext(
		ctx,
		"INSERT INTO station (ord, name, kind, status) VALUES (0, ?, ?, 'exited') RETURNING id",
		cmp.Or(visible(name), "没有写明的监测站"),
		AssociationStation,
	).Scan(
		&id,
	)
	return id, err
}

// versioned is how files of frozen sheets were called when that was all that
// told their version; see Sheet.FileName.
var versioned = regexp.MustCompile(`^(.+)-第(\d{1,6})版\.[a-z]+$`)

// identify prepares the migration that puts keys in the place of names: which
// station each name means, and which versions and corrections the names of
// files tell, for the last time.
func identify(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, `CREATE TEMP TABLE named (name TEXT PRIMARY KEY, station INTEGER NOT NULL);
		CREATE TEMP TABLE told (submission INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL);
		CREATE TEMP TABLE replaced (submission INTEGER PRIMARY KEY, by INTEGER NOT NULL)`); err != nil {
		return err
	}
	type handedIn struct {
		id                         int64
		period, station, file, sum string
	}
	var names []string
	var files []handedIn
	rows, err := tx.QueryContext(
		ctx,
		"SELECT station FROM submission UNION SELECT name FROM sheet WHERE form <> 'platform' AND name <> ''",
	)
	err = eachRow(rows, err, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return err
	}
	rows, err = tx.QueryContext(ctx, "SELECT id, period, station, file, hash FROM submission ORDER BY id")
	err = eachRow(rows, err, func(scan func(...any) error) error {
		var f handedIn
		err := scan(&f.id, &f.period, &f.station, &f.file, &f.sum)
		files = append(files, f)
		return err
	})
	if err != nil {
		return err
	}
	stations := map[string]int64{}
	for _, name := range names {
		id, err := sender(ctx, tx, name)
		if err != nil {
			return err
		}
		stations[name] = id
		if _, err := tx.ExecContext(ctx, "INSERT INTO named (name, station) VALUES (?, ?)", name, id); err != nil {
			return err
		}
	}
	replace := func(id, by int64) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO replaced (submission, by) VALUES (?, ?)", id, by)
		return err
	}
	type series struct {
		station      int64
		period, name string
	}
	type held struct{ version, id int64 }
	last := map[series]held{}
	same := map[series]int64{}
	for _, f := range files {
		of := stations[f.station]
		if id, ok := same[series{of, f.period, f.sum}]; ok { // under two names of one station
			if err := replace(f.id, id); err != nil {
				return err
			}
			continue
		}
		same[series{of, f.period, f.sum}] = f.id
		m := versioned.FindStringSubmatch(f.file)
		if m == nil {
			continue
		}
		version, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			return err
		}
		name, own := strings.CutPrefix(m[1], "报送表-"+f.period)
		if name = strings.TrimPrefix(name, "-"); own && name == inFileName(f.station) || m[1] == "专题分析报告-"+f.period {
			name = ""
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO told (submission, name, version) VALUES (?, ?, ?)", f.id, name, version); err != nil {
			return err
		}
		k := series{of, f.period, m[1]}
		switch before, again := last[k]; {
		case again && before.version > version:
			err = replace(f.id, before.id)
		case again:
			err = replace(before.id, f.id)
			fallthrough
		default:
			last[k] = held{version, f.id}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
