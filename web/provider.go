package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"chaping"
	"chaping/station/oidc"
)

// attemptCookie keeps a login that has begun while its owner is at the
// identity provider.
const attemptCookie = "attempt"

// attempt is that login, and where its owner wanted to go.
type attempt struct {
	oidc.Attempt
	Next string `json:"next"`
}

func (s *Server) loadProvider() error {
	c, err := s.App.IdentityProvider()
	if err != nil || c == nil {
		return err
	}
	if s.Address == "" {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "启用了" + c.Name + "登录，但不知道别人打开门户的地址，它不知道把人送回哪里",
			Advice:  chaping.Advice{Code: chaping.AdviceAddress},
		}
	}
	s.provider = oidc.New(*c, s.Address+"/login/oidc/callback", s.Now)
	return nil
}

// providerLogin sends somebody to the identity provider.
func (q *request) providerLogin() error {
	if q.provider == nil {
		return notFound()
	}
	next := local(q.form("next"))
	address, a, err := q.provider.Begin(q.ctx)
	if err != nil {
		return q.notProvided(next, err)
	}
	kept, err := json.Marshal(attempt{a, next})
	if err != nil {
		return err
	}
	q.setCookie(q.cookieName(attemptCookie), base64.RawURLEncoding.EncodeToString(kept), 10*60)
	http.Redirect(q.w, q.r, address, http.StatusSeeOther)
	return nil
}

// providerAnswer takes somebody whom the identity provider has sent back.
func (q *request) providerAnswer() error {
	if q.provider == nil {
		return notFound()
	}
	var a attempt
	if c, err := q.r.Cookie(q.cookieName(attemptCookie)); err == nil {
		kept, err := base64.RawURLEncoding.DecodeString(c.Value)
		if err == nil && json.Unmarshal(kept, &a) != nil {
			a = attempt{} // somebody else's cookie: an answer without a beginning
		}
	}
	q.setCookie(q.cookieName(attemptCookie), "", -1) // an answer is good once
	next := local(a.Next)
	id, err := q.provider.Finish(q.ctx, a.Attempt, q.r.URL.Query())
	if err != nil {
		return q.notProvided(next, err)
	}
	_, pass, err := q.Station.LoginAs(q.ctx, id, q.visitor())
	if err != nil {
		return q.notProvided(next, err)
	}
	q.admitted(pass)
	return q.redirect(next, "")
}

// notProvided shows the login page with what went wrong: passwords go on.
func (q *request) notProvided(next string, err error) error {
	var known *chaping.Error
	if !errors.As(err, &known) {
		return err
	}
	f := &fault{status: http.StatusUnprocessableEntity, problem: known.Message, remedy: remedyOf(known), err: known.Err}
	if known.Code == chaping.CodeEnvironment {
		f.status = http.StatusServiceUnavailable
	}
	q.Log.WarnContext(q.ctx, "login by identity provider", "problem", known.Message, "err", known.Err)
	return q.showLogin(f.status, next, "", f)
}

// providerLogout sends somebody to where he logs out of the identity provider:
// who logs out of the portal only is let in again without being asked.
func (q *request) providerLogout() error {
	if q.provider == nil {
		return notFound()
	}
	address, err := q.provider.LogoutAddress(q.ctx, q.Address+"/login")
	if err != nil {
		return q.notProvided("/", err)
	}
	if address == "" {
		return q.redirect("/login", q.provider.Name+"没有说明怎样退出，请在它自己的页面退出")
	}
	http.Redirect(q.w, q.r, address, http.StatusSeeOther)
	return nil
}
