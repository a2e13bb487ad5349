package station

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"chaping"
)

// A Station is a monitoring station (监测站).
type Station struct {
	ID      int64  `json:"id"`
	Order   int    `json:"order"` // of the list, which is no ranking; 0: not on the list, see Sender
	Name    string `json:"name"`
	Kind    Kind   `json:"kind"`
	Status  string `json:"status"` // active, warned, exited
	Version int64  `json:"version"`
	// Added is when it was put on the list; zero: with the installation.
	Added time.Time `json:"added"`
	// Since is the first period that the centre assesses it for, 2026-11;
	// empty: see Rules.
	Since string `json:"since,omitempty"`
	// Exited is when it left the list; zero: it has not, or nobody knows.
	Exited time.Time `json:"exited,omitzero"`
}

// Listed tells whether the station is on the list; see Sender.
func (s *Station) Listed() bool { return s.Order > 0 }

const stationColumns = "station.id, ord, station.name, kind, status, version, added, since, exited"

func scanStation(scan func(...any) error) (s Station, err error) {
	var added, exited int64
	err = scan(&s.ID, &s.Order, &s.Name, &s.Kind, &s.Status, &s.Version, &added, &s.Since, &exited)
	s.Added, s.Exited = shown(added), shown(exited)
	return s, err
}

// A Kind is one of the notice's three types of stations (R7).
type Kind string

// The kinds.
const (
	PlatformStation    Kind = "platform"
	AssociationStation Kind = "association"
	LaboratoryStation  Kind = "laboratory"
)

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{PlatformStation, AssociationStation, LaboratoryStation} }

// Chinese is the kind as the notice has it.
func (k Kind) Chinese() string {
	switch k {
	case PlatformStation:
		return "电子商务平台"
	case AssociationStation:
		return "行业组织"
	case LaboratoryStation:
		return "检验检测机构"
	}
	return string(k)
}

// Role is what people of such a station do.
func (k Kind) Role() Role {
	if k == PlatformStation {
		return RolePlatform
	}
	return RoleAssociation
}

// A Conflict is a change to a record that somebody else has changed since it
// was read. Theirs is the record as it stands.
type Conflict struct{ Theirs any }

func (*Conflict) Error() string { return "这条记录在您打开之后已被别人改过" }

// Stations are the stations that the scope sees, in the list's order; last
// those that are not on it.
func (d *DB) Stations(ctx context.Context, scope Scope) ([]Station, error) {
	var list []Station
	err := d.query(
		ctx,
		"SELECT "+stationColumns+" FROM station ORDER BY ord = 0, ord, id",
		nil,
		func(scan func(...any) error) error {
			s, err := scanStation(scan)
			if scope.Sees(s.ID) {
				list = append(list, s)
			}
			return err
		},
	)
	return list, err
}

// Station is one station; a *chaping.Error where the scope sees none of that
// id.
func (d *DB) Station(ctx context.Context, scope Scope, id int64) (Station, error) {
	s, err := scanStation(d.db.QueryRowContext(ctx, "SELECT "+stationColumns+" FROM station WHERE id = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !scope.Sees(id) {
		return Station{}, missing("监测站", id)
	}
	return s, err
}

// missing is a record that is not there, or that the reader must not see.
func missing(what string, id int64) error {
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: fmt.Sprintf("没有编号 %d 的%s", id, what),
		Remedy:  "可能已被删除；回到列表重新选择",
		Err:     ErrMissing,
	}
}

// known tells whether there is a station of that id; 0 stands for none.
func known(ctx context.Context, tx *sql.Tx, id int64) error {
	if id == 0 {
		return nil
	}
	_, err := stationOf(ctx, tx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return missing("监测站", id)
	}
	return err
}

// ErrMissing is the cause of an error that says that there is no such record.
var ErrMissing = errors.New("no such record")

// PutStation stores a station: a new one if its ID is 0, at the end of the
// list; otherwise the change of the version that was read, or a *Conflict.
func (d *DB) PutStation(ctx context.Context, s Station) (Station, error) {
	s.Name = visible(s.Name)
	if s.Name == "" {
		return s, invalid("监测站名称", "不能为空", "写出监测站的全称")
	}
	if err := bounded("监测站名称", s.Name, maxName); err != nil {
		return s, err
	}
	err := d.transact(ctx, func(tx *sql.Tx) error {
		other, err := taken(ctx, tx, "station", s.Name, s.ID)
		if err != nil {
			return err
		}
		if other != 0 {
			return invalid("监测站名称", "已有同名的监测站", "换一个名称，或修改已有的那一条；那一条注明“不在名单”的，以这个名称报送过，是同一个监测站就把它的状态改为正常，不是就给它改名")
		}
		return d.putStation(ctx, tx, &s)
	})
	return s, err
}

func (d *DB) putStation(ctx context.Context, tx *sql.Tx, s *Station) error {
	if s.ID == 0 {
		s.Status, s.Version, s.Added = "active", 1, shown(d.now().UnixMilli())
		return tx.QueryRowContext(
			ctx,
			"INSERT INTO station (ord, name, kind, added) SELECT coalesce(max(ord), 0) + 1, ?, ?, ? FROM station RETURNING id, ord",
			s.Name,
			s.Kind,
			s.Added.UnixMilli(),
		).Scan(
			&s.ID,
			&s.Order,
		)
	}
	result, err := tx.ExecContext(ctx, `UPDATE station SET name = ?1, kind = ?2, status = ?3, version = version + 1,
		ord = iif(ord = 0 AND ?3 <> 'exited', (SELECT max(ord) + 1 FROM station), ord), added = iif(ord = 0 AND ?3 <> 'exited', ?4, added),
		exited = CASE WHEN ?3 <> 'exited' THEN 0 WHEN status = 'exited' THEN exited ELSE ?4 END WHERE id = ?5 AND version = ?6`,
		s.Name, s.Kind, s.Status, d.now().UnixMilli(), s.ID, s.Version)
	return changed(result, err, "监测站", s.ID, func() (any, error) {
		return stationOf(ctx, tx, s.ID)
	})
}

// changed looks whether an update by id and version found its record; if not,
// theirs reads what stands there.
func changed(result sql.Result, err error, what string, id int64, theirs func() (any, error)) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil || n == 1 {
		return err
	}
	record, err := theirs()
	if errors.Is(err, sql.ErrNoRows) {
		return missing(what, id)
	}
	if err != nil {
		return err
	}
	return &Conflict{Theirs: record}
}

// invalid is a field of a form that cannot be taken.
func invalid(field, problem, remedy string) error {
	return &chaping.Error{Code: chaping.CodeInput, Message: field + problem, Remedy: remedy}
}

// Home is the station that the installation's reviews belong to; ok is false
// before the first start.
func (d *DB) Home(ctx context.Context) (s Station, ok bool, err error) {
	s, err = scanStation(
		d.db.QueryRowContext(
			ctx,
			"SELECT "+stationColumns+" FROM station JOIN setting ON setting.name = 'home' AND station.id = CAST(setting.value AS INTEGER)",
		).Scan,
	)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	return s, err == nil, err
}

// Setting is a stored setting, "" where there is none.
func (d *DB) Setting(ctx context.Context, name string) (value string, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT value FROM setting WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return value, err
}

// Set stores a setting.
func (d *DB) Set(ctx context.Context, name, value string) error {
	return d.transact(ctx, func(tx *sql.Tx) error { return set(ctx, tx, name, value) })
}

func set(ctx context.Context, tx *sql.Tx, name, value string) error {
	_, err := tx.ExecContext(
		ctx,
		"INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
		name,
		value,
	)
	return err
}
