package station

import (
	"context"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"chaping"
)

// A Role is what an account may do. An account may have several.
type Role string

// The roles.
const (
	RolePlatform    Role = "platform"    // a platform station
	RoleAssociation Role = "association" // an association's or laboratory's station
	RoleCentre      Role = "centre"      // the research centre
	RoleBureau      Role = "bureau"      // the bureau: reads, changes nothing
	RoleAdmin       Role = "admin"       // accounts, stations, operation
)

// Roles are all roles.
func Roles() []Role {
	return []Role{RolePlatform, RoleAssociation, RoleCentre, RoleBureau, RoleAdmin}
}

// Chinese names the role.
func (r Role) Chinese() string {
	switch r {
	case RolePlatform:
		return "平台监测站"
	case RoleAssociation:
		return "行业组织、检验检测机构监测站"
	case RoleCentre:
		return "研究中心"
	case RoleBureau:
		return "市场监管局（只读）"
	case RoleAdmin:
		return "管理员"
	}
	return string(r)
}

// An Account is a person who may log in.
type Account struct {
	ID       int64     `json:"id"`
	Name     string    `json:"name"`   // typed to log in
	Person   string    `json:"person"` // shown to others
	Roles    []Role    `json:"roles"`
	Station  int64     `json:"station,omitempty"` // 0 for none
	Ready    bool      `json:"ready"`             // has set a password
	TOTP     bool      `json:"totp"`
	Linked   bool      `json:"linked"` // belongs to an identity of a provider
	Disabled bool      `json:"disabled"`
	Created  time.Time `json:"created"`
	Version  int64     `json:"version"`
}

// Has tells whether the account has any of the roles.
func (a *Account) Has(roles ...Role) bool {
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(roles, r) })
}

// Act is the beginning of an entry of the audit log: what the account does.
func (a *Account) Act(action string) *Act {
	return &Act{Who: a.label(), Station: a.Station, Action: action}
}

func (a *Account) label() string { return a.Person + "（" + a.Name + "）" }

// A Scope says whose records may be seen: one station's, or everybody's.
// Everything that reads or writes a station's records takes one, and the only
// ones there are come from Account.Scope and Everything.
type Scope struct {
	all     bool
	station int64
}

// Scope is what the account may see: centre, bureau and administrators see
// all stations, the others their own and nothing else.
func (a *Account) Scope() Scope {
	return Scope{all: a.Has(RoleCentre, RoleBureau, RoleAdmin), station: a.Station}
}

// Everything is the scope of the program itself and of its command line.
func Everything() Scope { return Scope{all: true} }

// Sees tells whether the scope covers a station's records.
func (s Scope) Sees(station int64) bool {
	return s.all || station != 0 && station == s.station
}

const accountColumns = "id, name, person, roles, coalesce(station, 0), password <> '', coalesce(length(totp), 0) > 0, " +
	"EXISTS (SELECT * FROM identity WHERE account = account.id), disabled, created, version"

func scanAccount(scan func(...any) error) (a Account, err error) {
	var roles string
	var created int64
	err = scan(&a.ID, &a.Name, &a.Person, &roles, &a.Station, &a.Ready, &a.TOTP, &a.Linked, &a.Disabled, &created, &a.Version)
	for r := range strings.SplitSeq(roles, ",") {
		a.Roles = append(a.Roles, Role(r))
	}
	a.Created = shown(created)
	return a, err
}

// Accounts are all accounts, by name.
func (d *DB) Accounts(ctx context.Context) ([]Account, error) {
	var list []Account
	err := d.query(
		ctx,
		"SELECT "+accountColumns+" FROM account ORDER BY name",
		nil,
		func(scan func(...any) error) error {
			a, err := scanAccount(scan)
			list = append(list, a)
			return err
		},
	)
	return list, err
}

// HasCentre tells whether somebody works for the research centre here.
func (d *DB) HasCentre(ctx context.Context) (bool, error) {
	accounts, err := d.Accounts(ctx)
	return slices.ContainsFunc(accounts, func(a Account) bool { return a.Has(RoleCentre) && !a.Disabled }), err
}

// Account is one account, by name or by id.
func (d *DB) Account(ctx context.Context, name string, id int64) (Account, error) {
	a, err := scanAccount(
		d.db.QueryRowContext(ctx, "SELECT "+accountColumns+" FROM account WHERE name = ? OR id = ?", name, id).Scan,
	)
	if errors.Is(err, sql.ErrNoRows) {
		return a, &chaping.Error{Code: chaping.CodeInput, Message: "没有这个账号", Remedy: "核对登录名", Err: ErrMissing}
	}
	return a, err
}

var accountName = regexp.MustCompile(`^[\p{Han}A-Za-z0-9][\p{Han}A-Za-z0-9._@-]{0,39}$`)

func (a *Account) check() error {
	a.Name, a.Person = strings.TrimSpace(a.Name), visible(a.Person)
	if !accountName.MatchString(a.Name) {
		return invalid("登录名", "不合要求", "用 1–40 个汉字、字母、数字、. _ @ -，以汉字、字母或数字开头")
	}
	if a.Person == "" {
		a.Person = a.Name
	}
	if err := bounded("姓名", a.Person, maxName); err != nil {
		return err
	}
	if len(a.Roles) == 0 {
		return invalid("角色", "没有选", "至少选一个角色")
	}
	for _, r := range a.Roles {
		if !slices.Contains(Roles(), r) {
			return invalid("角色“"+string(r)+"”", "不存在", "用 platform、association、centre、bureau、admin")
		}
	}
	switch needs := a.Has(RolePlatform, RoleAssociation); {
	case needs && a.Station == 0:
		return invalid("监测站", "没有选", "监测站的账号要属于一个监测站")
	case !needs:
		a.Station = 0
	}
	if a.Has(RoleBureau) && len(a.Roles) > 1 {
		return invalid("角色", "不能这样组合", "只读的账号不能再有别的角色")
	}
	return nil
}

func joinRoles(roles []Role) string {
	var b []string
	for _, r := range roles {
		b = append(b, string(r))
	}
	return strings.Join(b, ",")
}

func chineseRoles(roles []Role) string {
	var b []string
	for _, r := range roles {
		b = append(b, r.Chinese())
	}
	return strings.Join(b, "、")
}

func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// linkTime is how long a one-time link is good.
const linkTime = 72 * time.Hour

// AddAccount adds an account without a password and returns the token of the
// one-time link with which its owner sets one.
func (d *DB) AddAccount(ctx context.Context, a Account) (added Account, link string, err error) {
	if err := a.check(); err != nil {
		return a, "", err
	}
	err = d.transact(ctx, func(tx *sql.Tx) error {
		if err := d.addAccount(ctx, tx, &a); err != nil {
			return err
		}
		link, err = d.invite(ctx, tx, a.ID)
		return err
	})
	return a, link, err
}

func (d *DB) addAccount(ctx context.Context, tx *sql.Tx, a *Account) error {
	if other, err := taken(ctx, tx, "account", a.Name, 0); err != nil {
		return err
	} else if other != 0 {
		return invalid("登录名“"+a.Name+"”", "已经有人用了", "换一个登录名")
	}
	if a.Station != 0 {
		var known int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM station WHERE id = ?", a.Station).Scan(&known); err != nil {
			return err
		}
		if known == 0 {
			return missing("监测站", a.Station)
		}
	}
	a.Created, a.Version = shown(d.now().UnixMilli()), 1
	return tx.QueryRowContext(
		ctx,
		"INSERT INTO account (name, person, roles, station, created) VALUES (?, ?, ?, ?, ?) RETURNING id",
		a.Name,
		a.Person,
		joinRoles(a.Roles),
		orNull(a.Station),
		a.Created.UnixMilli(),
	).Scan(
		&a.ID,
	)
}

// PutAccount changes what an account is called and may do. Whoever loses
// rights is logged out. The last administrator cannot be taken away.
func (d *DB) PutAccount(ctx context.Context, a Account) (Account, error) {
	if err := a.check(); err != nil {
		return a, err
	}
	return a, d.transact(ctx, func(tx *sql.Tx) error { return d.putAccount(ctx, tx, &a) })
}

func (d *DB) putAccount(ctx context.Context, tx *sql.Tx, a *Account) error {
	result, err := tx.ExecContext(
		ctx,
		"UPDATE account SET person = ?, roles = ?, station = ?, disabled = ?, version = version + 1 WHERE id = ? AND version = ?",
		a.Person,
		joinRoles(a.Roles),
		orNull(a.Station),
		a.Disabled,
		a.ID,
		a.Version,
	)
	err = changed(result, err, "账号", a.ID, func() (any, error) {
		return scanAccount(
			tx.QueryRowContext(ctx, "SELECT "+accountColumns+" FROM account WHERE id = ?", a.ID).Scan,
		)
	})
	if err != nil {
		return err
	}
	var admins int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM account WHERE disabled = 0 AND ',' || roles || ',' LIKE '%,admin,%'").Scan(&admins); err != nil {
		return err
	}
	if admins == 0 {
		return invalid("账号", "是最后一个管理员，不能停用或取消管理员角色", "先给另一个账号管理员角色")
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM session WHERE account = ?", a.ID)
	return err
}

// ResetAccount makes a new one-time link for an account. Its password, its
// second factor, its sessions and its identities of providers end at once.
func (d *DB) ResetAccount(ctx context.Context, id int64) (link string, err error) {
	err = d.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE account SET password = '', totp = NULL, counter = 0, version = version + 1 WHERE id = ?", id); err != nil {
			return err
		}
		for _, known := range []string{"session", "device", "identity"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+known+" WHERE account = ?", id); err != nil {
				return err
			}
		}
		link, err = d.invite(ctx, tx, id)
		return err
	})
	return link, err
}

// invite makes a one-time link; earlier ones for the same account end.
func (d *DB) invite(ctx context.Context, tx *sql.Tx, account int64) (string, error) {
	text, hash := randomToken()
	if _, err := tx.ExecContext(ctx, "DELETE FROM invite WHERE account IS ?1 OR expires < ?2", orNull(account), d.now().UnixMilli()); err != nil {
		return "", err
	}
	_, err := tx.ExecContext(
		ctx,
		"INSERT INTO invite (hash, account, expires) VALUES (?, ?, ?)",
		hash,
		orNull(account),
		d.now().Add(linkTime).UnixMilli(),
	)
	return text, err
}

// FirstLink makes the one-time link of the first start; "" once there is an
// account.
func (d *DB) FirstLink(ctx context.Context) (link string, err error) {
	err = d.transact(withoutAct(ctx), func(tx *sql.Tx) error {
		var accounts int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM account").Scan(&accounts); err != nil || accounts > 0 {
			return err
		}
		link, err = d.invite(ctx, tx, 0)
		return err
	})
	return link, err
}

// errLink is a one-time link that is not good.
func errLink() error {
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: "这个链接无效、已经用过或已过期",
		Remedy:  "请管理员重新生成；首次启动的链接，重新启动门户会打印新的",
		Err:     ErrMissing,
	}
}

// Invited is the account that a one-time link is for; first is set for the
// link of the first start, which is for none.
func (d *DB) Invited(ctx context.Context, link string) (a Account, first bool, err error) {
	id, err := d.invited(ctx, d.db.QueryRowContext, link)
	if err != nil || id == 0 {
		return a, err == nil, err
	}
	a, err = d.Account(ctx, "", id)
	return a, false, err
}

type queryRow func(ctx context.Context, query string, args ...any) *sql.Row

func (d *DB) invited(ctx context.Context, query queryRow, link string) (account int64, err error) {
	err = query(
		ctx,
		"SELECT coalesce(account, 0) FROM invite WHERE hash = ? AND expires > ?",
		tokenHash(link),
		d.now().UnixMilli(),
	).Scan(
		&account,
	)
	if errors.Is(err, sql.ErrNoRows) {
		err = errLink()
	}
	return account, err
}

// A Start is what the first start asks for.
type Start struct {
	Account  Account // its roles and station are set here
	Password string
	Station  int64 // one of the list, or 0 for
	Name     string
	Kind     Kind // of a new one
	Centre   bool // this is the research centre's installation: no station
}

// SetUp is the first start: the first account, who administers and works for
// the home station.
func (d *DB) SetUp(ctx context.Context, link string, s Start) (Account, error) {
	a := s.Account
	a.Roles = []Role{RoleAdmin}
	if err := a.check(); err != nil {
		return a, err
	}
	if err := checkPassword(a.Name, s.Password); err != nil {
		return a, err
	}
	if _, err := d.invited(ctx, d.db.QueryRowContext, link); err != nil { // before it costs anything
		return a, err
	}
	hash, err := d.hashPassword(ctx, link, s.Password)
	if err != nil {
		return a, err
	}
	err = d.transact(ctx, func(tx *sql.Tx) error {
		id, err := d.invited(ctx, tx.QueryRowContext, link)
		if err != nil {
			return err
		}
		var accounts int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM account").Scan(&accounts); err != nil {
			return err
		}
		if id != 0 || accounts > 0 {
			return errLink()
		}
		if s.Centre {
			a.Roles = append(a.Roles, RoleCentre)
		} else if err := d.home(ctx, tx, &a, s); err != nil {
			return err
		}
		if err := d.addAccount(ctx, tx, &a); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE account SET password = ? WHERE id = ?", hash, a.ID); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM invite WHERE hash = ?", tokenHash(link))
		return err
	})
	return a, err
}

// home settles which station the installation is for.
func (d *DB) home(ctx context.Context, tx *sql.Tx, a *Account, s Start) error {
	home := Station{Name: visible(s.Name), Kind: s.Kind}
	if s.Station != 0 {
		var err error
		home, err = stationOf(ctx, tx, s.Station)
		if errors.Is(err, sql.ErrNoRows) {
			return missing("监测站", s.Station)
		}
		if err != nil {
			return err
		}
	} else {
		if home.Name == "" || !slices.Contains(Kinds(), home.Kind) {
			return invalid("监测站", "没有选", "从名单中选一个，或写出名称并选择类型")
		}
		if err := bounded("监测站名称", home.Name, maxName); err != nil {
			return err
		}
		other, err := taken(ctx, tx, "station", home.Name, 0)
		if err == nil && other != 0 {
			home, err = stationOf(ctx, tx, other)
		}
		if err == nil && home.Order == 0 { // new, or known from what it handed in only
			home.Kind, home.Status = s.Kind, "active"
			err = d.putStation(ctx, tx, &home)
		}
		if err != nil {
			return err
		}
	}
	a.Roles, a.Station = append(a.Roles, home.Kind.Role()), home.ID
	_, err := tx.ExecContext(
		ctx,
		"INSERT INTO setting (name, value) VALUES ('home', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
		fmt.Sprint(home.ID),
	)
	return err
}

// SetPassword uses a one-time link.
func (d *DB) SetPassword(ctx context.Context, link, password string) (Account, error) {
	a, first, err := d.Invited(ctx, link)
	if err != nil {
		return a, err
	}
	if first {
		return a, errLink()
	}
	if err := checkPassword(a.Name, password); err != nil {
		return a, err
	}
	hash, err := d.hashPassword(ctx, link, password)
	if err != nil {
		return a, err
	}
	err = d.transact(ctx, func(tx *sql.Tx) error {
		id, err := d.invited(ctx, tx.QueryRowContext, link)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE account SET password = ?, version = version + 1 WHERE id = ?", hash, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM invite WHERE hash = ?", tokenHash(link))
		return err
	})
	if err == nil {
		d.attempts.forgive(a.Name)
	}
	return a, err
}

// proved is nil if the password is that of the account, who has logged in: a
// stolen session must not be enough to take the account over.
func (d *DB) proved(ctx context.Context, id int64, password string) error {
	var hash string
	if err := d.db.QueryRowContext(ctx, "SELECT password FROM account WHERE id = ?", id).Scan(&hash); err != nil {
		return err
	}
	whose := fmt.Sprintf("account %d", id)
	l := limit{attempted{"password", whose, ""}, freeAttempts}
	ok := false
	var locked error
	err := d.trusted.do(ctx, whose, func() {
		if locked = d.attempts.check(d.now(), true, l); locked == nil {
			ok = matches(password, hash)
		}
	})
	switch err := errors.Join(err, locked); {
	case err != nil:
		return err
	case !ok:
		return invalid("密码", "不对", "重新输入；忘记了请管理员重置")
	}
	d.attempts.succeed(l)
	return nil
}

// ChangePassword changes one's own password. All other sessions end; keep is
// the cookie of the one that stays.
func (d *DB) ChangePassword(ctx context.Context, id int64, old, password, keep string) error {
	a, err := d.Account(ctx, "", id)
	if err == nil {
		err = d.proved(ctx, id, old)
	}
	if err == nil {
		err = checkPassword(a.Name, password)
	}
	if err != nil {
		return err
	}
	hash, err := d.hashPassword(ctx, fmt.Sprintf("account %d", id), password)
	if err != nil {
		return err
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE account SET password = ?, version = version + 1 WHERE id = ?", hash, id); err != nil {
			return err
		}
		return endOtherSessions(ctx, tx, id, keep)
	})
}

// SetTOTP turns the second factor on, once code shows that the authenticator
// has the secret; an empty secret turns it off. Either asks for the password,
// and ends all sessions but that of the cookie keep: who logged in without the
// second factor has not shown it.
func (d *DB) SetTOTP(ctx context.Context, id int64, password, secret, code, keep string) error {
	if err := d.proved(ctx, id, password); err != nil {
		return err
	}
	var key []byte
	var counter int64
	if secret != "" {
		var err error
		if key, err = base32.StdEncoding.DecodeString(secret); err != nil || len(key) < 16 {
			return invalid("验证器密钥", "不对", "重新打开这一页")
		}
		ok := false
		if counter, ok = totpMatch(key, strings.TrimSpace(code), d.now(), 0); !ok {
			return invalid("验证码", "不对", "核对验证器上的六位数字和手机的时间")
		}
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(
			ctx,
			"UPDATE account SET totp = ?, counter = ?, version = version + 1 WHERE id = ?",
			key,
			counter,
			id,
		)
		if err != nil {
			return err
		}
		return endOtherSessions(ctx, tx, id, keep)
	})
}

// endOtherSessions ends an account's sessions but that of the cookie keep.
func endOtherSessions(ctx context.Context, tx *sql.Tx, id int64, keep string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM session WHERE account = ? AND hash <> ?", id, tokenHash(keep))
	return err
}
