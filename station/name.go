package station

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// visible is a name as people see it: without characters that do not show, and
// with single spaces.
func visible(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point),
			r == '\u2800': // the empty Braille pattern
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	return strings.Join(strings.Fields(name), " ")
}

// alike is what names that people take for the same have in common: width,
// case and spaces do not matter.
func alike(name string) string {
	return strings.ToLower(strings.ReplaceAll(norm.NFKC.String(visible(name)), " ", ""))
}

// SameName tells whether people take two names for the same.
func SameName(a, b string) bool { return alike(a) == alike(b) }

// maxName bounds the name of a station or a person, in characters.
const maxName = 100

// taken is another record of the table that has a name like this one; 0 where
// there is none.
func taken(ctx context.Context, tx *sql.Tx, table, name string, id int64) (int64, error) {
	others, err := called(ctx, tx, "SELECT id, name FROM "+table+" WHERE id <> ? ORDER BY id", name, id)
	if err != nil || len(others) == 0 {
		return 0, err
	}
	return others[0], nil
}

// called are the ids among the rows of id and name, each once, whose names are
// like this one.
func called(ctx context.Context, tx *sql.Tx, statement, name string, args ...any) (ids []int64, err error) {
	rows, err := tx.QueryContext(ctx, statement, args...)
	err = eachRow(rows, err, func(scan func(...any) error) error {
		var id int64
		var theirs string
		if err := scan(&id, &theirs); err != nil {
			return err
		}
		if SameName(theirs, name) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}
