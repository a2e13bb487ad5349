package station

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"chaping"
)

// A Sheet is a frozen version of a report form.
type Sheet struct {
	ID         int64        `json:"id"`
	Form       chaping.Form `json:"form"`
	Period     string       `json:"period"`
	Station    int64        `json:"station_id,omitempty"` // that filled it in; 0: counted from the installation's reviews
	Name       string       `json:"name,omitempty"`       // what that station is called now; or the watch, when there are several
	Version    int          `json:"version"`
	Frozen     time.Time    `json:"frozen"`
	Dictionary string       `json:"dictionary"`
	Program    string       `json:"program"`
	By         string       `json:"by"`
	Reason     string       `json:"reason,omitempty"` // why it was corrected
	Hash       string       `json:"sha256"`           // of Model
	Model      []byte       `json:"-"`                // the sheet's JSON
}

// Watch is the watch of a sheet that was counted from reviews, when there are
// several.
func (s *Sheet) Watch() string {
	if s.Station != 0 {
		return ""
	}
	return s.Name
}

// Freeze keeps a sheet as the next version and tells which one that is. When
// the last version has the same model, that one is returned and nothing is
// stored. A correction needs a reason.
func (d *DB) Freeze(ctx context.Context, s Sheet) (frozen Sheet, fresh bool, err error) {
	sum := sha256.Sum256(s.Model)
	s.Hash = hex.EncodeToString(sum[:])
	if s.Frozen.IsZero() {
		s.Frozen = d.now()
	}
	s.Frozen = shown(s.Frozen.UnixMilli()) // as it will be read back
	err = d.transact(ctx, func(tx *sql.Tx) error {
		last, err := scanSheet(
			tx.QueryRowContext(
				ctx,
				sheets+ofOne+" ORDER BY sheet.version DESC LIMIT 1",
				s.Form,
				s.Period,
				s.Station,
				s.Watch(),
			).Scan,
		)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			s.Version, s.Reason = 1, ""
		case err != nil:
			return err
		case last.Hash == s.Hash:
			s, fresh = last, false
			return nil
		case s.Reason == "":
			return &chaping.Error{
				Code:    chaping.CodeUsage,
				Message: fmt.Sprintf("%s 的报送表已冻结第 %d 版，内容现在有变化", s.Period, last.Version),
				Advice:  chaping.Advice{Code: chaping.AdviceReason},
			}
		default:
			s.Version = last.Version + 1
		}
		fresh = true
		if err := tx.QueryRowContext(ctx, "INSERT INTO sheet (form, period, station, name, version, frozen, dictionary, program, who, reason, hash, model) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
			s.Form, s.Period, orNull(s.Station), s.Watch(), s.Version, s.Frozen.UnixMilli(), s.Dictionary, s.Program, s.By, s.Reason, s.Hash, s.Model).Scan(&s.ID); err != nil {
			return err
		}
		s, err = scanSheet(tx.QueryRowContext(ctx, sheets+"WHERE sheet.id = ?", s.ID).Scan)
		return err
	})
	return s, fresh, err
}

const (
	sheetColumns = "sheet.id, form, period, coalesce(sheet.station, 0), coalesce(station.name, sheet.name), sheet.version, frozen, dictionary, program, who, reason, hash"
	fromSheets   = " FROM sheet LEFT JOIN station ON station.id = sheet.station "
	sheets       = "SELECT " + sheetColumns + ", model" + fromSheets
	ofOne        = "WHERE form = ?1 AND period = ?2 AND coalesce(sheet.station, 0) = ?3 AND sheet.name = ?4"
)

func scanSheet(scan func(...any) error) (s Sheet, err error) {
	var frozen int64
	err = scan(
		&s.ID,
		&s.Form,
		&s.Period,
		&s.Station,
		&s.Name,
		&s.Version,
		&frozen,
		&s.Dictionary,
		&s.Program,
		&s.By,
		&s.Reason,
		&s.Hash,
		&s.Model,
	)
	s.Frozen = shown(frozen)
	return s, err
}

// Sheet is a frozen version of a sheet counted from reviews, of a watch or of
// all, checked against its hash; version 0 means the last one. Where there is
// none it is a *chaping.Error with CodeInput.
func (d *DB) Sheet(ctx context.Context, form chaping.Form, period, watch string, version int) (Sheet, error) {
	return d.sheet(ctx, form, period, 0, watch, version)
}

// SheetOf is the same of a sheet that a station fills in.
func (d *DB) SheetOf(ctx context.Context, form chaping.Form, period string, of int64, version int) (Sheet, error) {
	return d.sheet(ctx, form, period, of, "", version)
}

func (d *DB) sheet(
	ctx context.Context,
	form chaping.Form,
	period string,
	of int64,
	watch string,
	version int,
) (Sheet, error) {
	s, err := scanSheet(
		d.db.QueryRowContext(
			ctx,
			sheets+ofOne+" AND (sheet.version = ?5 OR ?5 = 0) ORDER BY sheet.version DESC LIMIT 1",
			form,
			period,
			of,
			watch,
			version,
		).Scan,
	)
	return checked(s, period, err)
}

// SheetWith is the frozen version with the ID, checked against its hash.
func (d *DB) SheetWith(ctx context.Context, id int64) (Sheet, error) {
	s, err := scanSheet(d.db.QueryRowContext(ctx, sheets+"WHERE sheet.id = ?", id).Scan)
	return checked(s, s.Period, err)
}

// checked refuses a version that was not found or is not what was frozen.
func checked(s Sheet, period string, err error) (Sheet, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return s, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("%s 没有这个冻结版本", period),
			Advice:  chaping.Advice{Code: chaping.AdviceVersions},
		}
	}
	if err != nil {
		return s, err
	}
	if sum := sha256.Sum256(s.Model); hex.EncodeToString(sum[:]) != s.Hash {
		return s, &chaping.Error{
			Code:    chaping.CodeInternal,
			Message: fmt.Sprintf("%s 第 %d 版的内容与其 sha256 不符，数据库已损坏或被改动", period, s.Version),
			Remedy:  "从备份中恢复 station.db",
		}
	}
	return s, nil
}

// Sheets are the frozen versions, the latest first, without their models. An
// empty form or period means all.
func (d *DB) Sheets(ctx context.Context, form chaping.Form, period string) ([]Sheet, error) {
	var list []Sheet
	err := d.query(
		ctx,
		"SELECT "+sheetColumns+", NULL"+fromSheets+"WHERE (form = ?1 OR ?1 = '') AND (period = ?2 OR ?2 = '') ORDER BY sheet.id DESC",
		[]any{form, period},
		func(scan func(...any) error) error {
			s, err := scanSheet(scan)
			list = append(list, s)
			return err
		},
	)
	return list, err
}

// FileName is the name of a sheet's file: made of what we know, whatever the
// watch is called.
func (s *Sheet) FileName(format string) string {
	version := "草稿"
	if s.Version > 0 {
		version = fmt.Sprintf("第%d版", s.Version)
	}
	name := inFileName(s.Name)
	if name != "" {
		name = "-" + name
	}
	kind := "报送表"
	if s.Form == chaping.FormUrgent || s.Form == chaping.FormAnnual {
		kind = s.Form.Chinese()
	}
	return fmt.Sprintf("%s-%s%s-%s.%s", kind, s.Period, name, version, format)
}

// inFileName is a name as file names have it.
func inFileName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, chaping.Shorten(name, 30))
}
