package station

import (
	"context"
	"database/sql"
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
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point), r == '\u2800': // the empty Braille pattern
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
	rows, err := tx.QueryContext(ctx, "SELECT id, name FROM "+table+" WHERE id <> ? ORDER BY id", id)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var other int64
		var theirs string
		if err := rows.Scan(&other, &theirs); err != nil {
			return 0, err
		}
		if SameName(theirs, name) {
			return other, nil
		}
	}
	return 0, rows.Err()
}
