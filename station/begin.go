package station

import (
	"context"
	"database/sql"
)

// Begun is what of an installation's first week has been done.
type Begun struct {
	Accounts int  // that can log in
	Watches  int  // with product keywords
	Terms    bool // somebody has chosen review keywords, or edited the dictionary
	Platform bool // a sheet has been frozen
	Sheet    bool // one that a station fills in has
	Notified bool // a channel has been tested
}

// Begun tells what has been done.
func (d *DB) Begun(ctx context.Context) (b Begun, err error) {
	err = d.db.QueryRowContext(ctx, statement("begun")).
		Scan(&b.Accounts, &b.Watches, &b.Terms, &b.Platform, &b.Sheet, &b.Notified)
	return b, err
}

// Settled tells whether the account needs the checklist of the first week no
// more.
func (d *DB) Settled(ctx context.Context, account int64) (settled bool, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM settled WHERE account = ?)", account).Scan(&settled)
	return settled, err
}

// Settle takes the checklist away from an account, or gives it back.
func (d *DB) Settle(ctx context.Context, account int64, settled bool) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		if !settled {
			_, err := tx.ExecContext(ctx, "DELETE FROM settled WHERE account = ?", account)
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO settled (account, at) VALUES (?, ?) ON CONFLICT DO NOTHING", account, d.now().UnixMilli())
		return err
	})
}
