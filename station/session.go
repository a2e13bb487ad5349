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

// deviceLife is how long a device is known without use, maxDevices how many an
// account has.
const (
	deviceLife = 180 * 24 * time.Hour
	maxDevices = 20
)

// errLogin does not tell what was wrong.
func errLogin() error {
	return &chaping.Error{Code: chaping.CodeInput, Message: "登录名、密码或验证码不对", Remedy: "重新输入；忘记密码请管理员重置"}
}

// A Pass is what a browser keeps of a login: the secrets of its session, and of
// the device for later logins.
type Pass struct{ Session, Device string }

// Login checks name, password and, where the account asks for it, the code of
// its authenticator, and begins a session. An attempt counts as failed before
// it is looked at, so that many at once do not get more than their number.
func (d *DB) Login(ctx context.Context, name, password, code string, from Visitor) (a Account, pass Pass, err error) {
	name = strings.TrimSpace(name)
	if len(name) > 200 || len(password) > 4*maxPassword {
		return a, pass, errLogin()
	}
	source, device := from.source(), tokenHash(from.Device)
	var (
		id, counter               int64
		hash                      string
		secret                    []byte
		knownDevice, knownAddress bool
	)
	err = d.db.QueryRowContext(
		ctx,
		`SELECT id, password, totp, counter, EXISTS (SELECT * FROM device d WHERE d.account = a.id AND d.hash = ?2 AND d.seen > ?3),
			EXISTS (SELECT * FROM device d WHERE d.account = a.id AND d.source = ?4 AND d.seen > ?3) FROM account a WHERE name = ?1 AND disabled = 0`,
		name,
		device,
		d.now().Add(-deviceLife).UnixMilli(),
		source,
	).Scan(
		&id,
		&hash,
		&secret,
		&counter,
		&knownDevice,
		&knownAddress,
	)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return a, pass, err
	}
	if known {
		if a, err = d.Account(ctx, "", id); err != nil {
			return a, pass, err
		}
	}
	at, limits := d.strangers, []limit{
		{attempted{"stranger", name, source}, freeAttempts},
		{attempted{"source", "", source}, freeSpread},
	}
	switch {
	case knownDevice:
		at, limits = d.trusted, []limit{{attempted{"device", name, string(device)}, freeAttempts}}
	case !knownAddress:
		limits = append(limits, limit{attempted{"name", name, ""}, freeSpread})
	}
	if err := d.attempts.check(d.now(), false, limits...); err != nil { // before it takes a place
		return Account{}, pass, err
	}
	ok := false
	var locked error
	err = at.do(ctx, source, func() {
		if locked = d.attempts.check(d.now(), true, limits...); locked == nil {
			ok = matches(password, hash)
		}
	})
	if err := errors.Join(err, locked); err != nil {
		return Account{}, pass, err
	}
	if ok && len(secret) > 0 {
		counter, ok = totpMatch(secret, strings.TrimSpace(code), d.now(), counter)
	}
	if !ok || !known {
		if known { // only of accounts, so that strangers cannot fill the log; and later, so that the time does not tell
			act := a.Act("登录失败")
			d.late.Go(func() { _ = d.Record(context.WithoutCancel(ctx), act) })
		}
		return Account{}, pass, errLogin()
	}
	session, sum := randomToken()
	pass = Pass{session, from.Device}
	err = d.transact(WithAct(ctx, a.Act("登录")), func(tx *sql.Tx) error {
		if len(secret) > 0 { // a code is good once
			result, err := tx.ExecContext(
				ctx,
				"UPDATE account SET counter = ?1 WHERE id = ?2 AND counter < ?1",
				counter,
				a.ID,
			)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, errLogin())
			}
		}
		return begin(ctx, tx, &pass, sum, a.ID, source, d.now())
	})
	if err != nil {
		return Account{}, Pass{}, err
	}
	d.attempts.succeed(limits...)
	return a, pass, nil
}

// begin begins a session, whose secret has the hash sum.
func begin(ctx context.Context, tx *sql.Tx, pass *Pass, sum []byte, account int64, source string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM session WHERE seen < ? OR created < ?", now.Add(-sessionIdle).UnixMilli(), now.Add(-sessionLife).UnixMilli()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO session (hash, account, created, seen) VALUES (?, ?, ?, ?)", sum, account, now.UnixMilli(), now.UnixMilli()); err != nil {
		return err
	}
	return remember(ctx, tx, pass, account, source, now)
}

// remember makes the device known for the account. Several accounts may share
// a device; one that nobody has logged in from gets a secret of ours.
func remember(ctx context.Context, tx *sql.Tx, pass *Pass, account int64, source string, now time.Time) error {
	hash := tokenHash(pass.Device)
	var known bool
	if err := tx.QueryRowContext(ctx, "SELECT count(*) > 0 FROM device WHERE hash = ?", hash).Scan(&known); err != nil {
		return err
	}
	if !known {
		pass.Device, hash = randomToken()
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO device (hash, account, source, seen) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET source = excluded.source, seen = excluded.seen", hash, account, source, now.UnixMilli()); err != nil {
		return err
	}
	_, err := tx.ExecContext(
		ctx,
		"DELETE FROM device WHERE seen < ?1 OR account = ?2 AND hash IN (SELECT hash FROM device WHERE account = ?2 ORDER BY seen DESC LIMIT -1 OFFSET ?3)",
		now.Add(-deviceLife).UnixMilli(),
		account,
		maxDevices,
	)
	return err
}

// KnowsDevice tells whether somebody has logged in from the device.
func (d *DB) KnowsDevice(ctx context.Context, device string) (known bool, err error) {
	err = d.db.QueryRowContext(
		ctx,
		"SELECT count(*) > 0 FROM device WHERE hash = ? AND seen > ?",
		tokenHash(device),
		d.now().Add(-deviceLife).UnixMilli(),
	).Scan(
		&known,
	)
	return known, err
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

// parkTime is how long a form waits for its sender, maxParked how many of one
// device do.
const (
	parkTime  = 24 * time.Hour
	maxParked = 5
)

// Park keeps a form of a known device and returns the secret with which its
// sender gets it back. The device's oldest make room.
func (d *DB) Park(ctx context.Context, device string, p Parked) (secret string, err error) {
	secret, hash := randomToken()
	return secret, d.transact(withoutAct(ctx), func(tx *sql.Tx) error {
		now := d.now()
		if _, err := tx.ExecContext(ctx, "INSERT INTO parked (hash, device, path, body, expires) VALUES (?, ?, ?, ?, ?)", hash, tokenHash(device), p.Path, p.Body, now.Add(parkTime).UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(
			ctx,
			"DELETE FROM parked WHERE expires < ?1 OR hash IN (SELECT hash FROM parked WHERE device = ?2 ORDER BY expires DESC LIMIT -1 OFFSET ?3)",
			now.UnixMilli(),
			tokenHash(device),
			maxParked,
		)
		return err
	})
}

// Parked gives a form back to the device that it came from: nobody is made to
// send another's form. It stays until it expires: its sender may look at it and
// come back later.
func (d *DB) Parked(ctx context.Context, device, secret string) (p Parked, ok bool, err error) {
	err = d.db.QueryRowContext(
		ctx,
		"SELECT path, body FROM parked WHERE hash = ? AND device = ? AND expires > ?",
		tokenHash(secret),
		tokenHash(device),
		d.now().UnixMilli(),
	).Scan(
		&p.Path,
		&p.Body,
	)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}
