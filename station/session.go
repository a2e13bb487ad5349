package station

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"chaping"
)

// How long sessions last: without use, and at all.
const (
	sessionIdle = 8 * time.Hour
	sessionLife = 7 * 24 * time.Hour
	// sessionTouch is how often use is noted, so that reading writes nothing.
	sessionTouch = 5 * time.Minute
)

// Lock-out with back-off: after freeAttempts failures in a row, every further
// one doubles the wait.
const (
	freeAttempts = 5
	firstWait    = 30 * time.Second
	longestWait  = 15 * time.Minute
	attemptLife  = 24 * time.Hour
)

func wait(failures int) time.Duration {
	if failures < freeAttempts {
		return 0
	}
	return time.Duration(min(float64(longestWait), float64(firstWait)*math.Pow(2, float64(failures-freeAttempts))))
}

// errLogin does not tell what was wrong.
func errLogin() error {
	return &chaping.Error{Code: chaping.CodeInput, Message: "登录名、密码或验证码不对", Remedy: "重新输入；忘记密码请管理员重置"}
}

// attempt counts a failure of name, unless it has to wait: then left is how
// long, after how many failures.
func (d *DB) attempt(ctx context.Context, tx *sql.Tx, name string) (failures int, left time.Duration, err error) {
	now := d.now()
	if _, err := tx.ExecContext(ctx, "DELETE FROM attempt WHERE last < ?", now.Add(-attemptLife).UnixMilli()); err != nil {
		return 0, 0, err
	}
	var last int64
	err = tx.QueryRowContext(ctx, "SELECT failures, last FROM attempt WHERE name = ?", name).Scan(&failures, &last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, err
	}
	if left := shown(last).Add(wait(failures)).Sub(now); failures >= freeAttempts && left > 0 {
		return failures, left, nil
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO attempt (name, failures, last) VALUES (?1, 1, ?2) ON CONFLICT DO UPDATE SET failures = failures + 1, last = ?2", name, now.UnixMilli())
	return failures, 0, err
}

// Login checks name, password and, where the account asks for it, the code of
// its authenticator, and begins a session. cookie is its secret. An attempt
// counts as failed before it is looked at, so that many at once do not get
// more than their number.
func (d *DB) Login(ctx context.Context, name, password, code string) (a Account, cookie string, err error) {
	name = strings.TrimSpace(name)
	if len(name) > 200 || len(password) > 4*maxPassword {
		return a, "", errLogin()
	}
	var hash string
	var secret []byte
	var counter int64
	known := false
	err = d.transact(withoutAct(ctx), func(tx *sql.Tx) error {
		failures, left, err := d.attempt(ctx, tx, name)
		if err != nil {
			return err
		}
		if left > 0 {
			return &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("连续 %d 次没有登录成功，暂时锁定", failures), Remedy: fmt.Sprintf("%s后再试；忘记密码请管理员重置", chineseWait(left))}
		}
		var id int64
		err = tx.QueryRowContext(ctx, "SELECT id, password, totp, counter FROM account WHERE name = ? AND disabled = 0", name).Scan(&id, &hash, &secret, &counter)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		known = true
		a, err = scanAccount(tx.QueryRowContext(ctx, "SELECT "+accountColumns+" FROM account WHERE id = ?", id).Scan)
		return err
	})
	if err != nil {
		return a, "", err
	}
	ok := d.matches(password, hash)
	if ok && len(secret) > 0 {
		counter, ok = totpMatch(secret, strings.TrimSpace(code), d.now(), counter)
	}
	if !ok || !known {
		if known { // only of accounts, so that strangers cannot fill the log
			err = d.Record(ctx, a.Act("登录失败"))
		}
		return Account{}, "", errors.Join(errLogin(), err)
	}
	cookie, sum := randomToken()
	err = d.transact(WithAct(ctx, a.Act("登录")), func(tx *sql.Tx) error {
		if len(secret) > 0 { // a code is good once
			result, err := tx.ExecContext(ctx, "UPDATE account SET counter = ?1 WHERE id = ?2 AND counter < ?1", counter, a.ID)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, errLogin())
			}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM attempt WHERE name = ?", name); err != nil {
			return err
		}
		now := d.now().UnixMilli()
		if _, err := tx.ExecContext(ctx, "DELETE FROM session WHERE seen < ? OR created < ?", d.now().Add(-sessionIdle).UnixMilli(), d.now().Add(-sessionLife).UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO session (hash, account, created, seen) VALUES (?, ?, ?, ?)", sum, a.ID, now, now)
		return err
	})
	return a, cookie, err
}

func chineseWait(d time.Duration) string {
	if d > time.Minute {
		return fmt.Sprintf("%d 分钟", int(math.Ceil(d.Minutes())))
	}
	return fmt.Sprintf("%d 秒", int(math.Ceil(d.Seconds())))
}

// Session is the account whose session has the cookie; ok is false where there
// is none, or it has expired.
func (d *DB) Session(ctx context.Context, cookie string) (a Account, ok bool, err error) {
	now := d.now()
	var id, seen int64
	hash := tokenHash(cookie)
	err = d.db.QueryRowContext(ctx, "SELECT account, seen FROM session WHERE hash = ? AND seen > ? AND created > ?",
		hash, now.Add(-sessionIdle).UnixMilli(), now.Add(-sessionLife).UnixMilli()).Scan(&id, &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	if err != nil {
		return a, false, err
	}
	if now.Sub(shown(seen)) > sessionTouch {
		if _, err := d.db.ExecContext(ctx, "UPDATE session SET seen = ? WHERE hash = ?", now.UnixMilli(), hash); err != nil {
			return a, false, err
		}
	}
	if a, err = d.Account(ctx, "", id); err != nil {
		return a, false, err
	}
	return a, !a.Disabled, nil
}

// Logout ends a session.
func (d *DB) Logout(ctx context.Context, cookie string) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM session WHERE hash = ?", tokenHash(cookie))
		return err
	})
}

// A Parked form was sent when its session had expired.
type Parked struct {
	Path string
	Body string // url-encoded
}

// parkTime is how long a form waits for its sender.
const parkTime = 24 * time.Hour

// Park keeps a form and returns the secret with which its sender gets it back.
func (d *DB) Park(ctx context.Context, p Parked) (secret string, err error) {
	secret, hash := randomToken()
	return secret, d.transact(withoutAct(ctx), func(tx *sql.Tx) error {
		now := d.now()
		// Strangers can park forms too: the oldest make room.
		if _, err := tx.ExecContext(ctx, "DELETE FROM parked WHERE expires < ? OR hash IN (SELECT hash FROM parked ORDER BY expires DESC LIMIT -1 OFFSET 200)", now.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO parked (hash, path, body, expires) VALUES (?, ?, ?, ?)", hash, p.Path, p.Body, now.Add(parkTime).UnixMilli())
		return err
	})
}

// Parked gives a form back. It stays until it expires: its sender may look at
// it and come back later.
func (d *DB) Parked(ctx context.Context, secret string) (p Parked, ok bool, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT path, body FROM parked WHERE hash = ? AND expires > ?", tokenHash(secret), d.now().UnixMilli()).Scan(&p.Path, &p.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}
