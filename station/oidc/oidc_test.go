package oidc

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chaping"
)

// A provider that does not answer is not asked by everybody who comes, and is
// asked again by and by; one that sends people where others can listen is not
// used.
func TestDiscovery(t *testing.T) {
	var asked atomic.Int64
	answer := func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer(w)
	}))
	defer server.Close()
	now := time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai())
	p := New(Config{Name: "认证", Issuer: server.URL, ClientID: "chaping"}, "https://portal.example/login/oidc/callback", func() time.Time { return now })
	fails := func(times int64) {
		t.Helper()
		_, _, err := p.Begin(t.Context())
		var known *chaping.Error
		if !errors.As(err, &known) || known.Code != chaping.CodeEnvironment || known.Remedy == "" {
			t.Errorf("%v", err)
		}
		if n := asked.Load(); n != times {
			t.Errorf("asked %d times, want %d", n, times)
		}
	}
	fails(1)
	fails(1)
	now = now.Add(pause)
	fails(2)
	now = now.Add(-time.Hour) // the clock was set back
	fails(3)
	describe := func(authorize string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q,"end_session_endpoint":"http://out.example"}`,
				server.URL, authorize, server.URL+"/token", server.URL+"/keys")
		}
	}
	answer = describe("http://sso.example/authorize")
	now = now.Add(pause)
	fails(4)
	answer = describe(server.URL + "/authorize")
	now = now.Add(pause)
	address, a, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		server.URL + "/authorize?", "code_challenge_method=S256", "code_challenge=", "nonce=" + a.Nonce, "state=" + a.State,
		"scope=openid", "redirect_uri=https%3A%2F%2Fportal.example%2Flogin%2Foidc%2Fcallback", "response_type=code",
	} {
		if !strings.Contains(address, want) {
			t.Errorf("%s has no %s", address, want)
		}
	}
	if strings.Contains(address, a.Verifier) {
		t.Error("the verifier goes to the provider by the browser")
	}
	if to, err := p.LogoutAddress(t.Context(), "https://portal.example/login"); err != nil || to != "" {
		t.Errorf("logging out without https: %q, %v", to, err)
	}
	if n := asked.Load(); n != 5 {
		t.Errorf("asked %d times", n)
	}
}
