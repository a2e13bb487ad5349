package station

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"chaping"
)

// # Login by an identity provider
//
// The provider says who somebody is; which account that is, and whether it may
// come in, is decided here. The first time, a name that the provider gives
// finds the account; from then on the provider's own key of the person does.
// So whoever gets a former colleague's address of mail does not get the
// account with it.

// An Identity is who an identity provider says that somebody is.
type Identity struct {
	Issuer, Subject string
	Provider        string // as people call it
	Name            string // login name of the account that it is for, the first time
	Person          string // shown, of an account that is made
	Roles           []Role // nil: as the account has them
	Create          bool   // makes the account where there is none
	Station         int64  // of such an account
	SecondFactor    bool   // the provider saw to one, as far as this installation asks for it
}

// LoginAs begins a session of the account that an identity belongs to.
func (d *DB) LoginAs(ctx context.Context, id Identity, from Visitor) (a Account, pass Pass, err error) {
	session, sum := randomToken()
	pass = Pass{session, from.Device}
	act := &Act{Action: "登录", Object: "经" + id.Provider}
	err = d.transact(WithAct(ctx, act), func(tx *sql.Tx) error {
		if a, err = d.identified(ctx, tx, &id); err != nil {
			return err
		}
		*act = Act{Who: a.label(), Station: a.Station, Action: act.Action, Object: act.Object}
		switch {
		case a.Disabled:
			return &chaping.Error{
				Code:    chaping.CodeInput,
				Message: "您的账号“" + a.Name + "”已停用",
				Remedy:  "请管理员在“账号”页启用",
			}
		case a.TOTP && !id.SecondFactor:
			return &chaping.Error{
				Code:    chaping.CodeInput,
				Message: "您的账号“" + a.Name + "”启用了验证器，而" + id.Provider + "没有说明您用了第二种凭证",
				Remedy:  "用密码和验证码登录，或在" + id.Provider + "用第二种凭证登录后再试",
			}
		}
		if id.Roles != nil && !slices.Equal(a.Roles, id.Roles) {
			act.Detail = "角色由“" + chineseRoles(a.Roles) + "”改为“" + chineseRoles(id.Roles) + "”"
			a.Roles = id.Roles
			if a.Has(RolePlatform, RoleAssociation) {
				a.Station = cmp.Or(a.Station, id.Station)
			}
			if err := a.check(); err != nil {
				return err
			}
			if err := d.putAccount(ctx, tx, &a); err != nil {
				return err
			}
			a.Version++
		}
		return begin(ctx, tx, &pass, sum, a.ID, from.source(), d.now())
	})
	if err != nil {
		if a.ID != 0 {
			refused := &Act{Who: a.label(), Station: a.Station, Action: "登录失败", Object: act.Object, Detail: reason(err)}
			err = errors.Join(err, d.Record(context.WithoutCancel(ctx), refused))
		}
		return Account{}, Pass{}, err
	}
	return a, pass, nil
}

// identified is the account that an identity belongs to, which belongs to it
// from now on.
func (d *DB) identified(ctx context.Context, tx *sql.Tx, id *Identity) (a Account, err error) {
	const columns = "SELECT " + accountColumns + " FROM account WHERE "
	a, err = scanAccount(
		tx.QueryRowContext(ctx, columns+"id = (SELECT account FROM identity WHERE issuer = ? AND subject = ?)", id.Issuer, id.Subject).Scan,
	)
	if !errors.Is(err, sql.ErrNoRows) {
		return a, err
	}
	a, err = scanAccount(tx.QueryRowContext(ctx, columns+"name = ? COLLATE NOCASE ORDER BY id LIMIT 1", id.Name).Scan)
	switch {
	case err == nil:
	case !errors.Is(err, sql.ErrNoRows):
		return Account{}, err
	case id.Create:
		a = Account{Name: id.Name, Person: id.Person, Roles: id.Roles, Station: id.Station}
		if err := a.check(); err != nil {
			return Account{}, err
		}
		if err := d.addAccount(ctx, tx, &a); err != nil {
			return Account{}, err
		}
	default:
		return Account{}, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "本门户没有与您在" + id.Provider + "的身份“" + chaping.Shorten(id.Name, 60) + "”对应的账号",
			Remedy:  "请管理员新建登录名与此相同的账号",
		}
	}
	var other int
	err = tx.QueryRowContext(ctx, "SELECT count(*) FROM identity WHERE issuer = ? AND account = ?", id.Issuer, a.ID).Scan(&other)
	if err != nil {
		return a, err
	}
	if other > 0 {
		return a, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "账号“" + a.Name + "”已经属于" + id.Provider + "的另一个身份",
			Remedy:  "换了身份的，请管理员重置这个账号；换了人的，请管理员新建账号",
		}
	}
	_, err = tx.ExecContext(
		ctx,
		"INSERT INTO identity (issuer, subject, account, linked) VALUES (?, ?, ?, ?)",
		id.Issuer,
		id.Subject,
		a.ID,
		d.now().UnixMilli(),
	)
	a.Linked = true
	return a, err
}

// reason is why somebody was refused, for the audit log.
func reason(err error) string {
	var known *chaping.Error
	var input *chaping.InputError
	switch {
	case errors.As(err, &known):
		return known.Message
	case errors.As(err, &input):
		return input.Error()
	}
	return "程序内部出错"
}
