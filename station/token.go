package station

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
)

// A Token lets a program in, with the rights of one role and, of what that
// role may do, what its permits name. The token itself is shown once; kept are
// its hash and the public key of what it signs.
type Token struct {
	ID      int64      `json:"id"`
	Name    string     `json:"name"` // what it is for
	Role    Role       `json:"role"`
	Station int64      `json:"station,omitzero"` // 0 for none
	Permits []Permit   `json:"scopes"`
	By      string     `json:"by"`
	Created time.Time  `json:"created"`
	Expires time.Time  `json:"expires"`
	Used    *time.Time `json:"used,omitempty"` // to five minutes
	Revoked *time.Time `json:"revoked,omitempty"`
}

// A Permit is a kind of thing that a token may do.
type Permit string

// The permits. Every route needs exactly one.
const (
	PermitRead   Permit = "read"   // look, and take out
	PermitWrite  Permit = "write"  // what changes the station's records
	PermitSubmit Permit = "submit" // hand reports in
	PermitAdmin  Permit = "admin"  // accounts, stations, tokens
)

// Permits are all permits.
func Permits() []Permit { return []Permit{PermitRead, PermitWrite, PermitSubmit, PermitAdmin} }

// Chinese names the permit.
func (p Permit) Chinese() string {
	switch p {
	case PermitRead:
		return "读取"
	case PermitWrite:
		return "办理"
	case PermitSubmit:
		return "报送"
	case PermitAdmin:
		return "管理"
	}
	return string(p)
}

// Account is whom the token stands for.
func (t *Token) Account() Account {
	return Account{Name: fmt.Sprintf("令牌 %d", t.ID), Person: t.Name, Roles: []Role{t.Role}, Station: t.Station}
}

// Valid tells whether the token still lets in.
func (t *Token) Valid(now time.Time) bool { return t.Revoked == nil && now.Before(t.Expires) }

// MaxTokenLife is how long a token may live; sooner or later it is in a
// backup, a log or a former employee's files.
const MaxTokenLife = 2 * 366 * 24 * time.Hour

// tokenPrefix tells people and secret scanners what a token is.
const tokenPrefix = "chaping_"

// SigningKey is the key with which the holder of a token signs. Whoever knows
// the public key alone can check signatures and make none.
func SigningKey(token string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("chaping signing key\n" + token))
	return ed25519.NewKeyFromSeed(seed[:])
}

// AddToken makes a token. Only the caller ever learns it.
func (d *DB) AddToken(ctx context.Context, t Token) (added Token, token string, err error) {
	now := shown(d.now().UnixMilli())
	t.Name = visible(t.Name)
	as := Account{Name: "token", Roles: []Role{t.Role}, Station: t.Station}
	switch {
	case t.Name == "" || utf8.RuneCountInString(t.Name) > 40:
		return t, "", invalid("令牌名称", "为空或太长", "写 40 字以内的用途，例如“ERP 接口”")
	case len(t.Permits) == 0:
		return t, "", invalid("范围", "没有选", "至少选一个")
	case !t.Expires.After(now) || t.Expires.After(now.Add(MaxTokenLife)):
		return t, "", invalid("有效期", "不对", "应在今天以后、两年以内")
	}
	for _, p := range t.Permits {
		if !slices.Contains(Permits(), p) {
			return t, "", invalid("范围“"+string(p)+"”", "不存在", "用 read、write、submit、admin")
		}
		if t.Role == RoleBureau && p != PermitRead {
			return t, "", invalid("范围“"+string(p)+"”", "市场监管局的令牌不能用", "只读的角色只选 read")
		}
	}
	if err := as.check(); err != nil {
		return t, "", err
	}
	t.Station, t.Created, t.Expires = as.Station, now, shown(t.Expires.UnixMilli())
	token, _ = randomToken()
	token = tokenPrefix + token
	err = d.transact(ctx, func(tx *sql.Tx) error {
		if err := known(ctx, tx, t.Station); err != nil {
			return err
		}
		return tx.QueryRowContext(
			ctx,
			"INSERT INTO token (name, role, station, permits, hash, key, who, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
			t.Name,
			string(t.Role),
			orNull(t.Station),
			joinPermits(t.Permits),
			tokenHash(token),
			[]byte(SigningKey(token).Public().(ed25519.PublicKey)),
			t.By,
			t.Created.UnixMilli(),
			t.Expires.UnixMilli(),
		).Scan(
			&t.ID,
		)
	})
	return t, token, err
}

func joinPermits(permits []Permit) string {
	var b []string
	for _, p := range permits {
		b = append(b, string(p))
	}
	return strings.Join(b, ",")
}

const tokenColumns = "id, name, role, coalesce(station, 0), permits, who, created, expires, used, revoked"

func scanToken(scan func(...any) error) (t Token, err error) {
	var permits string
	var created, expires, used, revoked int64
	err = scan(&t.ID, &t.Name, &t.Role, &t.Station, &permits, &t.By, &created, &expires, &used, &revoked)
	for p := range strings.SplitSeq(permits, ",") {
		t.Permits = append(t.Permits, Permit(p))
	}
	t.Created, t.Expires, t.Used, t.Revoked = shown(created), shown(expires), pointer(used), pointer(revoked)
	return t, err
}

// Tokens are all tokens, the latest first.
func (d *DB) Tokens(ctx context.Context) ([]Token, error) {
	var list []Token
	err := d.query(
		ctx,
		"SELECT "+tokenColumns+" FROM token ORDER BY id DESC",
		nil,
		func(scan func(...any) error) error {
			t, err := scanToken(scan)
			list = append(list, t)
			return err
		},
	)
	return list, err
}

// RevokeToken ends a token at once; one that has ended stays so.
func (d *DB) RevokeToken(ctx context.Context, id int64) (t Token, err error) {
	err = d.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE token SET revoked = ? WHERE id = ? AND revoked = 0", d.now().UnixMilli(), id); err != nil {
			return err
		}
		t, err = scanToken(tx.QueryRowContext(ctx, "SELECT "+tokenColumns+" FROM token WHERE id = ?", id).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return missing("令牌", id)
		}
		concerns(ctx, fmt.Sprintf("令牌 %d“%s”", t.ID, t.Name))
		return err
	})
	return t, err
}

// ErrToken is the cause of an error that says that a token or a signature does
// not let in.
var ErrToken = errors.New("no such token")

// Token is the token that a program sent, if it lets in. Failures are counted
// by the address that they come from, and after some it is told to wait. What
// is right is let in all the same: nobody guesses 256 bits, and one program
// with an old token must not lock out the others behind the same address.
func (d *DB) Token(ctx context.Context, token, address string) (Token, error) {
	return d.findToken(ctx, "hash", tokenHash(token), address, func() error { return nil })
}

// TokenOf is the token that has a signature's public key, if verify finds the
// signature good. Failures are counted as those of Token.
func (d *DB) TokenOf(ctx context.Context, key ed25519.PublicKey, address string, verify func() error) (Token, error) {
	return d.findToken(ctx, "key", key, address, verify)
}

func (d *DB) findToken(
	ctx context.Context,
	column string,
	value []byte,
	address string,
	verify func() error,
) (Token, error) {
	now := d.now()
	t, err := scanToken(
		d.db.QueryRowContext(ctx, "SELECT "+tokenColumns+" FROM token WHERE "+column+" = ?", value).Scan,
	)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !t.Valid(now) {
		return t, d.noToken(address)
	}
	if err == nil {
		if err = verify(); errors.Is(err, ErrToken) {
			if locked := d.noToken(address); !errors.Is(locked, ErrToken) {
				err = locked
			}
		}
	}
	if err == nil && (t.Used == nil || now.Sub(*t.Used) > sessionTouch) {
		_, err = d.db.ExecContext(ctx, "UPDATE token SET used = ? WHERE id = ?", now.UnixMilli(), t.ID)
	}
	return t, err
}

// noToken counts a failure and is what its sender is told.
func (d *DB) noToken(address string) error {
	if err := d.attempts.check(d.now(), true, limit{attempted{"token", "", Visitor{Address: address}.source()}, freeAttempts}); err != nil {
		return err
	}
	return &chaping.Error{Code: chaping.CodeInput, Message: "令牌不对、已过期或已停用", Remedy: "请管理员新建令牌", Err: ErrToken}
}
