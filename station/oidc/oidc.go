package oidc

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"chaping"
	"chaping/station"
)

const (
	// patience is how long the provider may take to answer.
	patience = 10 * time.Second
	// attemptTime is how long somebody may take at the provider.
	attemptTime = 10 * time.Minute
	// skew is how far the provider's clock may be ahead of ours.
	skew = time.Minute
	// atOnce is how many logins may ask the provider at the same time.
	atOnce = 8
	// pause is how long a provider that did not answer is not asked again: who
	// comes meanwhile need not wait for it.
	pause = 5 * time.Second
)

// A Provider is the installation's identity provider. It is safe for
// concurrent use.
type Provider struct {
	Config
	redirect string // where it sends people back to
	now      func() time.Time
	client   *http.Client
	turn     chan struct{}

	mu    sync.Mutex
	known *oidc.Provider // what it says of itself; nil until it was asked
	ends  string         // where people log out of it; may be empty
	fault error          // why it did not answer last time,
	asked time.Time      // which was then
}

// New is the provider of a configuration. It asks nothing yet.
func New(c Config, redirect string, now func() time.Time) *Provider {
	return &Provider{
		Config:   c,
		redirect: redirect,
		now:      now,
		client:   &http.Client{Timeout: patience},
		turn:     make(chan struct{}, atOnce),
	}
}

// An Attempt is a login that has begun. Its browser keeps it until the provider
// sends it back, and nobody else has it: so nobody is logged in by another's
// answer.
type Attempt struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Began    time.Time `json:"began"`
}

// Begin is where to send somebody who wants to log in.
func (p *Provider) Begin(ctx context.Context) (address string, a Attempt, err error) {
	flow, _, err := p.flow(ctx)
	if err != nil {
		return "", a, err
	}
	a = Attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Began: p.now()}
	return flow.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), a, nil
}

// flow is how the provider is spoken to.
func (p *Provider) flow(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	known, _, err := p.discover(ctx)
	if err != nil {
		return nil, nil, err
	}
	return &oauth2.Config{
		ClientID:     p.ClientID,
		ClientSecret: p.ClientSecret,
		Endpoint:     known.Endpoint(),
		RedirectURL:  p.redirect,
		Scopes:       append([]string{oidc.ScopeOpenID}, p.Scopes...),
	}, known, nil
}

// discover asks the provider what it says of itself, until it has said so.
func (p *Provider) discover(ctx context.Context) (known *oidc.Provider, ends string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, p.ends, nil
	}
	if since := p.now().Sub(p.asked); p.fault != nil && since >= 0 && since < pause {
		return nil, "", p.away(p.fault)
	}
	p.known, p.ends, p.fault = p.ask(ctx)
	if p.fault != nil {
		p.asked = p.now()
		return nil, "", p.away(p.fault)
	}
	return p.known, p.ends, nil
}

func (p *Provider) ask(ctx context.Context) (known *oidc.Provider, ends string, err error) {
	known, err = oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer) // for all who wait
	var more struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err == nil {
		err = known.Claims(&more)
	}
	if err != nil {
		return nil, "", err
	}
	for _, address := range []string{known.Endpoint().AuthURL, known.Endpoint().TokenURL} {
		if !safe(address) {
			return nil, "", errors.New("it names an address without https: " + address)
		}
	}
	if safe(more.EndSession) {
		ends = more.EndSession
	}
	return known, ends, nil
}

// Check asks the provider what it says of itself.
func (p *Provider) Check(ctx context.Context) error {
	_, _, err := p.discover(ctx)
	return err
}

// LogoutAddress is where somebody logs out of the provider and is sent on to
// the address then; empty where it has no such place.
func (p *Provider) LogoutAddress(ctx context.Context, then string) (string, error) {
	_, ends, err := p.discover(ctx)
	if err != nil || ends == "" {
		return "", err
	}
	return ends + "?" + url.Values{"client_id": {p.ClientID}, "post_logout_redirect_uri": {then}}.Encode(), nil
}

// away is the provider not answering, or not as it must.
func (p *Provider) away(err error) error {
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: p.Name + "现在用不了",
		Remedy:  "用登录名和密码登录，或稍后再试；一直这样，请管理员检查",
		Err:     err,
	}
}

// refused is an answer that lets nobody in.
func (p *Provider) refused(message, remedy string, err error) error {
	return &chaping.Error{Code: chaping.CodeInput, Message: message, Remedy: cmp.Or(remedy, "从登录页重新开始"), Err: err}
}

// Finish is who the provider says that somebody is whom it sent back with an
// answer.
func (p *Provider) Finish(ctx context.Context, a Attempt, answer url.Values) (id station.Identity, err error) {
	switch state := answer.Get("state"); {
	case a.State == "" || subtle.ConstantTimeCompare([]byte(state), []byte(a.State)) != 1:
		return id, p.refused("这次登录不是从这个浏览器开始的，或者已经用过", "", nil)
	case p.now().Sub(a.Began) > attemptTime || a.Began.Sub(p.now()) > skew:
		return id, p.refused("登录用的时间太长，已经失效", "", nil)
	}
	if issuer := answer.Get("iss"); issuer != "" && issuer != p.Issuer { // RFC 9207
		return id, p.refused("答复来自别的身份提供方", "", errors.New("iss is "+issuer))
	}
	if code := answer.Get("error"); code != "" {
		return id, p.refused(p.Name+"没有让您登录（"+chaping.Shorten(code, 60)+"）", "", errors.New(answer.Get("error_description")))
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	default:
		return id, p.refused("同时登录的人太多", "稍后再试", nil)
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), patience)
	defer cancel()
	flow, known, err := p.flow(ctx)
	if err != nil {
		return id, err
	}
	token, err := flow.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(a.Verifier))
	var no *oauth2.RetrieveError
	switch {
	case errors.As(err, &no) && no.ErrorCode == "invalid_client":
		return id, p.away(err)
	case errors.As(err, &no) && no.Response.StatusCode < 500:
		return id, p.refused(p.Name+"不认这次登录，可能已经用过或过期", "", err)
	case err != nil:
		return id, p.away(err)
	}
	claims, err := p.claims(ctx, known, token, a.Nonce)
	if err != nil {
		return id, err
	}
	return p.identity(claims)
}

// claims are what the provider says of somebody, checked: the ID token and,
// where that does not say enough, its user info.
func (p *Provider) claims(ctx context.Context, known *oidc.Provider, token *oauth2.Token, nonce string) (claims, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, p.away(errors.New("the token response has no id_token"))
	}
	verifier := known.Verifier(&oidc.Config{ClientID: p.ClientID, Now: func() time.Time { return p.now().Add(-skew) }})
	checked, err := verifier.Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return nil, p.refused(p.Name+"的证明已过期", "从登录页重新开始；每次都这样，请管理员核对两边的时钟", err)
	case err != nil:
		return nil, p.refused(p.Name+"的证明不可信", "请管理员查看日志", err)
	case subtle.ConstantTimeCompare([]byte(checked.Nonce), []byte(nonce)) != 1:
		return nil, p.refused(p.Name+"的证明不是为这次登录出的", "", errors.New("another nonce"))
	}
	all := claims{}
	if err := checked.Claims(&all); err != nil {
		return nil, p.away(err)
	}
	if all.text(p.Claim) != "" && (p.RolesClaim == "" || all[p.RolesClaim] != nil) || known.UserInfoEndpoint() == "" {
		return all, nil
	}
	info, err := known.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, p.away(err)
	}
	if info.Subject != checked.Subject {
		return nil, p.refused(p.Name+"的证明不可信", "请管理员查看日志", errors.New("user info of another subject"))
	}
	more := claims{}
	if err := info.Claims(&more); err != nil {
		return nil, p.away(err)
	}
	for name, value := range more {
		if _, said := all[name]; !said { // what is signed holds
			all[name] = value
		}
	}
	return all, nil
}

// claims are what a provider says of a person.
type claims map[string]any

func (c claims) text(name string) string {
	s, _ := c[name].(string)
	return s
}

// list is a claim of one or several texts.
func (c claims) list(name string) (list []string) {
	switch v := c[name].(type) {
	case string:
		return []string{v}
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok {
				list = append(list, s)
			}
		}
	}
	return list
}

// secondFactors are the methods of RFC 8176 that are, or come with, a second
// factor.
var secondFactors = []string{"mfa", "otp", "hwk"}

func (p *Provider) identity(c claims) (id station.Identity, err error) {
	name := c.text(p.Claim)
	if name == "" {
		return id, p.refused(p.Name+"没有说明您的“"+p.Claim+"”，不知道是哪个账号", "请管理员核对 scopes 和 claim", nil)
	}
	if verified, _ := c["email_verified"].(bool); p.Claim == "email" && !verified && c["email_verified"] != "true" {
		return id, p.refused(p.Name+"没有验证您的邮箱“"+chaping.Shorten(name, 60)+"”", "在"+p.Name+"验证邮箱后再试", nil)
	}
	id = station.Identity{
		Issuer:   p.Issuer,
		Subject:  c.text("sub"),
		Provider: p.Name,
		Name:     cmp.Or(p.Accounts[name], name),
		Person:   cmp.Or(c.text("name"), name),
		Create:   p.Create,
		Station:  p.Station,
		SecondFactor: p.SecondFactor == "provider" ||
			slices.ContainsFunc(c.list("amr"), func(m string) bool { return slices.Contains(secondFactors, m) }),
	}
	id.Roles, err = p.rolesOf(c.list(p.RolesClaim))
	return id, err
}
