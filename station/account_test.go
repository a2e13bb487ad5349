package station

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"chaping"
)

// A clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

const secret = "correct horse battery"

// started is a station after its first start.
func started(t *testing.T) (*DB, *clock, Account) {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 26, 9, 0, 0, 0, chaping.Shanghai())}
	d, err := Open(t.Context(), t.TempDir(), c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	link, err := d.FirstLink(t.Context())
	if err != nil || link == "" {
		t.Fatal(link, err)
	}
	a, err := d.SetUp(t.Context(), link, Start{Account: Account{Name: "admin", Person: "甲"}, Password: secret, Station: 10})
	if err != nil {
		t.Fatal(err)
	}
	return d, c, a
}

func TestFirstStart(t *testing.T) {
	d, _, a := started(t)
	if !a.Has(RolePlatform) || !a.Has(RoleAdmin) || a.Station != 10 {
		t.Errorf("%+v", a)
	}
	home, ok, err := d.Home(t.Context())
	if err != nil || !ok || home.Name != "上海寻梦信息技术有限公司（拼多多）" {
		t.Errorf("%+v %v %v", home, ok, err)
	}
	if link, err := d.FirstLink(t.Context()); err != nil || link != "" {
		t.Errorf("second first link %q, %v", link, err)
	}
	stations, err := d.Stations(t.Context(), Everything())
	if err != nil || len(stations) != 10 || stations[5].Name != "上海市家电电器行业协会" || stations[0].Kind != LaboratoryStation {
		t.Errorf("%+v %v", stations, err)
	}
	own, err := d.Stations(t.Context(), (&Account{Roles: []Role{RoleAssociation}, Station: 3}).Scope())
	if err != nil || len(own) != 1 || own[0].ID != 3 {
		t.Errorf("an association sees %+v, %v", own, err)
	}
	if _, err := d.Station(t.Context(), (&Account{Roles: []Role{RoleAssociation}, Station: 3}).Scope(), 4); !errors.Is(err, ErrMissing) {
		t.Errorf("another station: %v", err)
	}
	if (Scope{}).Sees(0) || (Scope{}).Sees(1) {
		t.Error("the zero scope sees something")
	}
}

func TestLinksAreGoodOnce(t *testing.T) {
	d, c, _ := started(t)
	a, link, err := d.AddAccount(t.Context(), Account{Name: "协会", Roles: []Role{RoleAssociation}, Station: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Login(t.Context(), "协会", "", "", Visitor{}); err == nil {
		t.Error("logged in without a password")
	}
	if _, err := d.SetPassword(t.Context(), link, "short"); err == nil {
		t.Error("a short password was taken")
	}
	if _, err := d.SetPassword(t.Context(), link, secret); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetPassword(t.Context(), link, secret+"2"); err == nil {
		t.Error("the link was good twice")
	}
	_, pass, err := d.Login(t.Context(), "协会", secret, "", Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	old, err := d.ResetAccount(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := d.Session(t.Context(), pass.Session); ok || err != nil {
		t.Errorf("session after reset: %v %v", ok, err)
	}
	again, err := d.ResetAccount(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Invited(t.Context(), old); err == nil {
		t.Error("an older link is still good")
	}
	c.add(linkTime)
	if _, _, err := d.Invited(t.Context(), again); err == nil {
		t.Error("an expired link is good")
	}
}

func TestLockOut(t *testing.T) {
	d, c, _ := started(t)
	for _, name := range []string{"admin", "nobody"} {
		for range freeAttempts {
			if _, _, err := d.Login(t.Context(), name, "wrong", "", Visitor{}); err == nil || !strings.Contains(err.Error(), "不对") {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if _, _, err := d.Login(t.Context(), name, secret, "", Visitor{}); err == nil || !strings.Contains(err.Error(), "锁定") {
			t.Errorf("%s after %d failures: %v", name, freeAttempts, err)
		}
	}
	c.add(firstWait)
	if _, _, err := d.Login(t.Context(), "admin", "wrong", "", Visitor{}); err == nil || !strings.Contains(err.Error(), "不对") {
		t.Errorf("after the wait: %v", err)
	}
	c.add(firstWait)
	if _, _, err := d.Login(t.Context(), "admin", secret, "", Visitor{}); err == nil || !strings.Contains(err.Error(), "锁定") {
		t.Errorf("the wait did not double: %v", err)
	}
	c.add(firstWait)
	_, pass, err := d.Login(t.Context(), "admin", secret, "", Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Login(t.Context(), "admin", "wrong", "", Visitor{}); err == nil || strings.Contains(err.Error(), "锁定") {
		t.Errorf("failures are not forgotten after a login: %v", err)
	}
	if wait(1000, freeAttempts) != longestWait {
		t.Errorf("wait(1000) = %v", wait(1000, freeAttempts))
	}
	c.add(sessionIdle - time.Minute)
	if _, ok, err := d.Session(t.Context(), pass.Session); !ok || err != nil {
		t.Errorf("session %v %v", ok, err)
	}
	c.add(sessionIdle - time.Minute)
	if _, ok, err := d.Session(t.Context(), pass.Session); !ok || err != nil {
		t.Errorf("session in use %v %v", ok, err)
	}
	c.add(sessionIdle)
	if _, ok, _ := d.Session(t.Context(), pass.Session); ok {
		t.Error("an idle session is good")
	}
}

// Many attempts at once get no more than their number.
func TestLockOutAtOnce(t *testing.T) {
	d, _, _ := started(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for range 20 {
		wg.Go(func() {
			if _, _, err := d.Login(t.Context(), "admin", "wrong", "", Visitor{}); err != nil && strings.Contains(err.Error(), "不对") {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if looked != freeAttempts {
		t.Errorf("%d passwords were looked at, want %d", looked, freeAttempts)
	}
}

// What is remembered of failures is bounded, ends, and is told apart by what
// its sender cannot change at will.
func TestAttempts(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	a := attempts{list: map[attempted]failures{}}
	for i := range maxAttempts + 10 {
		if err := a.check(now.Add(time.Duration(i)*time.Millisecond), true, limit{attempted{kind: "stranger", name: fmt.Sprint(i)}, 1}); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.list) != maxAttempts {
		t.Errorf("%d are remembered", len(a.list))
	}
	last := limit{attempted{kind: "stranger", name: fmt.Sprint(maxAttempts)}, 1}
	var delay *Delay
	if err := a.check(now, false, last); !errors.As(err, &delay) || delay.Left <= 0 || delay.Busy {
		t.Errorf("%v", err)
	}
	if err := a.check(now.Add(time.Hour), false, last); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	for address, want := range map[string]string{"10.0.0.1": "10.0.0.1", "::ffff:10.0.0.1": "10.0.0.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "x": "x"} {
		if got := (Visitor{Address: address}).source(); got != want {
			t.Errorf("%s is of %s, want %s", address, got, want)
		}
	}
}

// A lane is short, and of one source only a part.
func TestLane(t *testing.T) {
	l := newLane()
	begun, end := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := l.do(t.Context(), "first", func() { close(begun); <-end }); err != nil {
			t.Error(err)
		}
	})
	<-begun
	places := 0
	for i := range 2 * laneLength {
		if l.enter(fmt.Sprint(i / 12)) {
			places++
		}
	}
	if places != laneLength-1 || l.waiting["0"] != laneShare {
		t.Errorf("%d places, %d of one source", places, l.waiting["0"])
	}
	var delay *Delay
	if err := l.do(t.Context(), "late", func() { t.Error("called") }); !errors.As(err, &delay) || !delay.Busy {
		t.Errorf("%v", err)
	}
	l.leave("0")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.do(gone, "gone", func() { t.Error("called for somebody who has gone") }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(end)
	all.Wait()
}

// The test vectors of RFC 6238, appendix B, cut to six digits.
func TestTOTP(t *testing.T) {
	key := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"} {
		if got := totpCode(key, at/30); got != want {
			t.Errorf("%d: %s, want %s", at, got, want)
		}
	}
	d, c, a := started(t)
	text := base32.StdEncoding.EncodeToString(key)
	code := func() string { return totpCode(key, c.now().Unix()/30) }
	if err := d.SetTOTP(t.Context(), a.ID, secret, text, "000000", ""); err == nil {
		t.Error("turned on with a wrong code")
	}
	if err := d.SetTOTP(t.Context(), a.ID, secret, text, code(), ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Login(t.Context(), "admin", secret, code(), Visitor{}); err == nil {
		t.Error("a code was good twice")
	}
	c.add(time.Minute)
	if _, _, err := d.Login(t.Context(), "admin", secret, "", Visitor{}); err == nil {
		t.Error("logged in without the second factor")
	}
	if _, _, err := d.Login(t.Context(), "admin", secret, code(), Visitor{}); err != nil {
		t.Error(err)
	}
	// Who knows the password cannot try all codes.
	c.add(time.Minute)
	for range freeAttempts {
		if _, _, err := d.Login(t.Context(), "admin", secret, "000000", Visitor{}); err == nil {
			t.Fatal("guessed")
		}
	}
	var delay *Delay
	if _, _, err := d.Login(t.Context(), "admin", secret, code(), Visitor{}); !errors.As(err, &delay) {
		t.Errorf("after %d wrong codes: %v", freeAttempts, err)
	}
}

func TestAccountRules(t *testing.T) {
	d, _, a := started(t)
	for _, bad := range []Account{
		{Name: "<b>", Roles: []Role{RoleAdmin}},
		{Name: "x", Roles: []Role{"king"}},
		{Name: "x", Roles: []Role{RolePlatform}},
		{Name: "x", Roles: []Role{RolePlatform}, Station: 99},
		{Name: "x", Roles: []Role{RoleBureau, RoleAdmin}},
		{Name: "admin", Roles: []Role{RoleAdmin}},
	} {
		if _, _, err := d.AddAccount(t.Context(), bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	stale := a
	a.Version = 1
	a.Disabled = true
	if _, err := d.PutAccount(t.Context(), a); err == nil {
		t.Error("the last administrator was disabled")
	}
	a.Disabled, a.Person = false, "乙"
	if _, err := d.PutAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	stale.Version = 1
	var conflict *Conflict
	if _, err := d.PutAccount(t.Context(), stale); !errors.As(err, &conflict) || conflict.Theirs.(Account).Person != "乙" {
		t.Errorf("%v", err)
	}
}

// What people cannot tell apart is one name.
func TestNamesAlike(t *testing.T) {
	d, _, _ := started(t)
	for _, name := range []string{"上海市家电电器行业协会\u200b", "上海市家电\u00ad电器行业协会", "\ufeff上海市家电电器行业 协会", "上海市家电电器行业协会\ufe0f", "上海寻梦信息技术有限公司(拼多多)", "\u3164上海市家电电器行业协会"} {
		if s, err := d.PutStation(t.Context(), Station{Name: name, Kind: AssociationStation}); err == nil {
			t.Errorf("%q is another station than the one in the list: %+v", name, s)
		}
	}
	if _, err := d.PutStation(t.Context(), Station{Name: "\u200b\u2800", Kind: AssociationStation}); err == nil {
		t.Error("a name that does not show")
	}
	if s, err := d.PutStation(t.Context(), Station{Name: "别的\u202e 协会\u200b", Kind: AssociationStation}); err != nil || s.Name != "别的 协会" {
		t.Errorf("%q %v", s.Name, err)
	}
	s, err := d.Station(t.Context(), Everything(), 3)
	if err != nil {
		t.Fatal(err)
	}
	was := s.Name
	s.Name = "改名的协会"
	if s, err = d.PutStation(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	other, err := d.PutStation(t.Context(), Station{Name: was, Kind: AssociationStation})
	if err != nil {
		t.Errorf("a name that nobody has: %v", err)
	}
	if own, err := d.Named(t.Context(), was); err != nil || own.ID != other.ID {
		t.Errorf("the name means %+v, who has it: %v", own, err)
	}
	s.Name = was
	s.Version++
	if _, err := d.PutStation(t.Context(), s); err == nil {
		t.Error("two stations of one name")
	}
	if _, _, err := d.AddAccount(t.Context(), Account{Name: "Admin", Roles: []Role{RoleAdmin}}); err == nil {
		t.Error("Admin beside admin")
	}
	a, _, err := d.AddAccount(t.Context(), Account{Name: "li", Person: "甲\u200b", Roles: []Role{RoleAdmin}})
	if err != nil || a.Person != "甲" {
		t.Errorf("%q %v", a.Person, err)
	}
	for i, name := range []string{"小家电", "小家电\u200b"} {
		if _, err := d.PutWatch(t.Context(), Watch{Watch: chaping.Watch{Name: name, Keywords: []string{"插座"}}}); (err != nil) != (i > 0) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestPasswords(t *testing.T) {
	for password, good := range map[string]bool{
		"啊啊啊啊啊啊啊啊啊啊": false, "aaaaaaaaaa": false, "aAaAaAaAaA": false, "一二一二一二一二一二一二": false, "0000000001": false, "1234567890": false, "7890123456": false,
		"9876543210": false, "abcdefghijkl": false, "１２３４５６７８９０": false, "123123123123": false, "lilililili": false, "short": false, "xx-li-horse-battery": false,
		secret: true, "春天的三只白鹭飞过": false, "春天的三只白鹭飞过去": true, "7Gh#k2m!Qz": true,
	} {
		if err := checkPassword("li", password); (err == nil) != good {
			t.Errorf("%s: %v", password, err)
		}
	}
}

// Who has but a session cannot take the account over.
func TestSecondFactorAsksForPassword(t *testing.T) {
	d, c, a := started(t)
	key := []byte("12345678901234567890")
	text := base32.StdEncoding.EncodeToString(key)
	code := func() string { return totpCode(key, c.now().Unix()/30) }
	if err := d.SetTOTP(t.Context(), a.ID, "wrong", text, code(), ""); err == nil {
		t.Error("turned on without the password")
	}
	if err := d.SetTOTP(t.Context(), a.ID, secret, text, code(), ""); err != nil {
		t.Fatal(err)
	}
	for i := range freeAttempts + 1 {
		err := d.SetTOTP(t.Context(), a.ID, "wrong", "", "", "")
		var delay *Delay
		if err == nil || errors.As(err, &delay) != (i >= freeAttempts) {
			t.Errorf("turning off without the password, attempt %d: %v", i, err)
		}
	}
	if err := d.SetTOTP(t.Context(), a.ID, secret, "", "", ""); err == nil {
		t.Error("after many attempts the password is still looked at")
	}
	c.add(firstWait)
	if err := d.SetTOTP(t.Context(), a.ID, secret, "", "", ""); err != nil {
		t.Error(err)
	}
	if a, err := d.Account(t.Context(), "admin", 0); err != nil || a.TOTP {
		t.Errorf("%+v %v", a, err)
	}
}

// A watch may be renamed until a sheet of it was frozen or filed.
func TestWatchKeepsTheNameOfItsSheets(t *testing.T) {
	d, _, _ := started(t)
	ctx := t.Context()
	watch := func(name string) Watch {
		w, err := d.PutWatch(ctx, Watch{Watch: chaping.Watch{Name: name, Keywords: []string{"插座"}}})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	free, frozen, filed := watch("甲"), watch("乙"), watch("丙")
	_, _, err := d.Freeze(ctx, Sheet{Form: chaping.FormPlatform, Period: "2026-11", Name: "乙", By: "甲", Model: []byte("{}")})
	if err == nil {
		err = d.File(ctx, Filing{Period: "2026-11", Name: "丙", Filed: d.now(), By: "甲"})
	}
	if err != nil {
		t.Fatal(err)
	}
	free.Name = "丁"
	if _, err := d.PutWatch(ctx, free); err != nil {
		t.Errorf("a watch without sheets: %v", err)
	}
	for _, w := range []Watch{frozen, filed} {
		w.Keywords = []string{"电热毯"}
		w, err := d.PutWatch(ctx, w)
		if err != nil {
			t.Errorf("other keywords: %v", err)
		}
		if w, err = d.Watch(ctx, w.ID); err != nil {
			t.Fatal(err)
		}
		w.Name += "二"
		if _, err := d.PutWatch(ctx, w); err == nil || !strings.Contains(err.Error(), "新建一个任务") {
			t.Errorf("%s was renamed: %v", w.Name, err)
		}
	}
}

// An entry stands for every change and for nothing else; a changed file is
// found out.
func TestAudit(t *testing.T) {
	d, _, _ := started(t)
	ctx := WithAct(t.Context(), &Act{Who: "甲", Action: "保存监测任务"})
	w, err := d.PutWatch(ctx, Watch{Watch: chaping.Watch{Name: "小家电", Keywords: []string{"插座"}, Sources: []string{"mall"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.PutWatch(ctx, Watch{Watch: chaping.Watch{Name: "小家电", Keywords: []string{"插座"}}}); err == nil {
		t.Error("two watches of one name")
	}
	if err := d.Judge(ctx); err != nil { // changes nothing
		t.Fatal(err)
	}
	w.Keywords = []string{"电热毯"}
	if _, err := d.PutWatch(ctx, w); err != nil {
		t.Fatal(err)
	}
	var conflict *Conflict
	if _, err := d.PutWatch(ctx, w); !errors.As(err, &conflict) || conflict.Theirs.(Watch).Keywords[0] != "电热毯" {
		t.Errorf("stale change: %v", err)
	}
	if err := d.Record(ctx, &Act{Who: "甲", Action: "下载", Object: "2026-11"}); err != nil {
		t.Fatal(err)
	}
	list, err := d.Audit(t.Context(), AuditFilter{})
	if err != nil || len(list) != 3 || list[0].Action != "下载" || list[2].Who != "甲" {
		t.Fatalf("%+v %v", list, err)
	}
	if found, err := d.Audit(t.Context(), AuditFilter{Text: "2026-11"}); err != nil || len(found) != 1 {
		t.Errorf("%+v %v", found, err)
	}
	n, head, err := d.VerifyAudit(t.Context())
	if err != nil || n != 3 || head != list[0].Hash {
		t.Fatal(n, head, err)
	}
	if _, err := d.db.ExecContext(t.Context(), "UPDATE audit SET who = '乙' WHERE id = 2"); err == nil {
		t.Fatal("the log was changed")
	}
	for _, change := range []string{"UPDATE audit SET who = '乙' WHERE id = 2", "DELETE FROM audit WHERE id = 2"} {
		for _, s := range []string{"DROP TRIGGER IF EXISTS audit_is_immutable", "DROP TRIGGER IF EXISTS audit_stays", change} {
			if _, err := d.db.ExecContext(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := d.VerifyAudit(t.Context()); err == nil || !strings.Contains(err.Error(), "第 2 条") && !strings.Contains(err.Error(), "第 3 条") {
			t.Errorf("%s: %v", change, err)
		}
	}
}

// An entry always says who, also where nobody had logged in.
func TestEntryOfNobody(t *testing.T) {
	d, _ := openTest(t)
	if err := d.Set(WithAct(t.Context(), &Act{Action: "某事"}), "x", "y"); err != nil {
		t.Fatal(err)
	}
	if found, err := d.Audit(t.Context(), AuditFilter{Limit: 1}); err != nil || found[0].Who != "没有登录的人" {
		t.Errorf("nobody: %+v %v", found, err)
	}
}

// What is append-only cannot be replaced.
func TestNothingIsReplaced(t *testing.T) {
	d, c, _ := started(t)
	ctx := WithAct(t.Context(), &Act{Who: "甲", Action: "试"})
	kase, err := d.PutCase(ctx, Case{Kind: ProductCase, Title: "壶", Station: 3, Lead: "线索", Times: Times{Found: c.now().Add(-time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	_, _, frozen := d.Freeze(ctx, Sheet{Form: "platform", Period: "2026-11", By: "甲", Model: []byte("{}")})
	_, edited := d.PutLexicon(ctx, 0, "甲", "试", []TermEdit{{Name: "x"}})
	_, issued := d.Issue(ctx, Bulletin{Who: "甲", Kind: General, Title: "a", Content: "b"})
	leads := d.ChangeLeads(ctx, &Account{Person: "甲"}, []LeadRef{{LeadKey: LeadKey{Period: "2026-11", Product: "壶"}}}, LeadChange{Note: "a"})
	said := Comment{Subject: Subject{Kind: AboutCase, ID: kase.ID}, Content: "a", Key: "k"}
	_, talked := d.AddComment(ctx, &Account{Person: "甲", Roles: []Role{RoleCentre}}, said)
	if err := errors.Join(frozen, edited, issued, leads, talked, d.AddNote(ctx, Everything(), kase.ID, Note{Who: "甲", Content: "a"})); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"audit", "sheet", "lexicon", "casenote", "bulletin", "leadnote", "comment"} {
		if result, err := d.db.ExecContext(t.Context(), "INSERT OR REPLACE INTO "+table+" SELECT * FROM "+table+" LIMIT 1"); err == nil {
			n, _ := result.RowsAffected()
			t.Errorf("%s: %d rows were replaced", table, n)
		}
	}
}

func TestLexicon(t *testing.T) {
	d, _, _ := started(t)
	shipped := []chaping.Term{{Name: "漏电", Surfaces: []string{"跑电"}}, {Name: "起火"}}
	l, err := d.Lexicon(context.Background(), -1)
	if err != nil || l.Version != 0 {
		t.Fatal(l, err)
	}
	edits := l.With(TermEdit{Name: "漏电", Surfaces: []string{"跑电", "电人"}}, shipped)
	l, err = d.PutLexicon(t.Context(), 0, "甲", "补写法", edits)
	if err != nil || l.Version != 1 {
		t.Fatal(l, err)
	}
	if _, err := d.PutLexicon(t.Context(), 0, "乙", "同时", nil); err == nil {
		t.Error("a second version after 0")
	}
	l.Edits = l.With(TermEdit{Name: "起火", Removed: true}, shipped)
	if got := l.Apply(shipped); len(got) != 1 || len(got[0].Surfaces) != 2 {
		t.Errorf("%+v", got)
	}
	l.Edits = l.With(TermEdit{Name: "漏电", Surfaces: []string{"跑电"}}, shipped)
	l.Edits = l.With(TermEdit{Name: "起火"}, shipped)
	if len(l.Edits) != 0 {
		t.Errorf("edits that change nothing stay: %+v", l.Edits)
	}
}

func TestParked(t *testing.T) {
	d, c, _ := started(t)
	s, err := d.Park(t.Context(), "device", Parked{"/watches", "name=a"})
	if err != nil {
		t.Fatal(err)
	}
	if p, ok, err := d.Parked(t.Context(), "device", s); err != nil || !ok || p.Body != "name=a" {
		t.Error(p, ok, err)
	}
	if _, ok, _ := d.Parked(t.Context(), "device", "x"); ok {
		t.Error("a wrong secret opens it")
	}
	if _, ok, _ := d.Parked(t.Context(), "another", s); ok {
		t.Error("another device opens it")
	}
	c.add(parkTime)
	if _, ok, _ := d.Parked(t.Context(), "device", s); ok {
		t.Error("expired and still there")
	}
}

// Who was logged in before the second factor was asked for has not shown it.
func TestSecondFactorEndsSessions(t *testing.T) {
	d, c, a := started(t)
	login := func() string {
		t.Helper()
		_, pass, err := d.Login(t.Context(), "admin", secret, "", Visitor{})
		if err != nil {
			t.Fatal(err)
		}
		return pass.Session
	}
	goesOn := func(cookie string) bool {
		t.Helper()
		_, ok, err := d.Session(t.Context(), cookie)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	here, elsewhere := login(), login()
	key := []byte("12345678901234567890")
	if err := d.SetTOTP(t.Context(), a.ID, secret, base32.StdEncoding.EncodeToString(key), "000000", here); err == nil {
		t.Fatal("turned on with a wrong code")
	}
	if !goesOn(elsewhere) {
		t.Error("a wrong code ended a session")
	}
	code := totpCode(key, c.now().Unix()/30)
	if err := d.SetTOTP(t.Context(), a.ID, secret, base32.StdEncoding.EncodeToString(key), code, here); err != nil {
		t.Fatal(err)
	}
	if goesOn(elsewhere) {
		t.Error("a session without the second factor goes on")
	}
	if !goesOn(here) {
		t.Error("one's own session ended")
	}
}
