package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"chaping"
)

// forge is a provider that says whatever a test wants of whoever comes.
type forge struct {
	*httptest.Server
	key    *ecdsa.PrivateKey
	answer map[string]any // of the token endpoint
	info   map[string]any // of the user info
}

func newForge(t *testing.T) *forge {
	f := &forge{key: newKey(t)}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		var v any
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			v = map[string]any{
				"issuer": f.URL, "authorization_endpoint": f.URL + "/authorize", "token_endpoint": f.URL + "/token",
				"jwks_uri": f.URL + "/keys", "userinfo_endpoint": f.URL + "/info", "id_token_signing_alg_values_supported": []string{"ES256"},
			}
		case "/keys":
			v = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: f.key.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}}
		case "/token":
			v = f.answer
		case "/info":
			v = f.info
		default:
			http.NotFound(w, r)
			return
		}
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, key crypto.PrivateKey, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// What a provider, or somebody in its place, says lets in only who it was meant
// for, now, for this login.
func TestFinish(t *testing.T) {
	f := newForge(t)
	now := time.Now()
	var begun Attempt
	said := func(change map[string]any) map[string]any {
		c := map[string]any{
			"iss": f.URL, "sub": "7", "aud": "chaping", "nonce": begun.Nonce, "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(),
			"email": "li@station.example", "email_verified": true, "name": "李四",
		}
		for k, v := range change {
			if c[k] = v; v == nil {
				delete(c, k)
			}
		}
		return c
	}
	none := func(claims map[string]any) string { // the algorithm that signs nothing
		body, err := json.Marshal(claims)
		if err != nil {
			t.Fatal(err)
		}
		part := base64.RawURLEncoding.EncodeToString
		return part([]byte(`{"alg":"none"}`)) + "." + part(body) + "."
	}
	with := func(change map[string]any) func() string {
		return func() string { return sign(t, f.key, said(change)) }
	}
	for name, c := range map[string]struct {
		token  func() string
		info   map[string]any
		config func(*Config)
		fault  string // empty: lets in
		second bool
	}{
		"good":                          {token: with(nil)},
		"a password is no second":       {token: with(map[string]any{"amr": []string{"pwd"}})},
		"a code is":                     {token: with(map[string]any{"amr": []string{"pwd", "otp"}}), second: true},
		"said as one text":              {token: with(map[string]any{"amr": "mfa"}), second: true},
		"the provider sees to it":       {token: with(nil), config: func(c *Config) { c.SecondFactor = "provider" }, second: true},
		"another nonce":                 {token: with(map[string]any{"nonce": "of another login"}), fault: "不是为这次登录出的"},
		"no nonce":                      {token: with(map[string]any{"nonce": nil}), fault: "不是为这次登录出的"},
		"for another client":            {token: with(map[string]any{"aud": "another"}), fault: "不可信"},
		"of another provider":           {token: with(map[string]any{"iss": "https://another.example"}), fault: "不可信"},
		"expired":                       {token: with(map[string]any{"exp": now.Add(-time.Hour).Unix()}), fault: "已过期"},
		"without an end":                {token: with(map[string]any{"exp": nil}), fault: "已过期"},
		"signed by another":             {token: func() string { return sign(t, newKey(t), said(nil)) }, fault: "不可信"},
		"signed by nobody":              {token: func() string { return none(said(nil)) }, fault: "不可信"},
		"changed after it was signed":   {token: func() string { return strings.Replace(sign(t, f.key, said(nil)), ".", ".A", 1) }, fault: "不可信"},
		"no token":                      {token: func() string { return "" }, fault: "现在用不了"},
		"an address that is not proved": {token: with(map[string]any{"email_verified": false}), fault: "没有验证您的邮箱"},
		"proved in the user info": {
			token: with(map[string]any{"email": nil, "email_verified": nil}),
			info:  map[string]any{"sub": "7", "email": "li@station.example", "email_verified": true},
		},
		"user info of another": {
			token: with(map[string]any{"email": nil}),
			info:  map[string]any{"sub": "8", "email": "li@station.example", "email_verified": true}, fault: "不可信",
		},
		"what is signed holds": {
			token: with(map[string]any{"email_verified": false, "groups": nil}), config: func(c *Config) { c.RolesClaim = "groups" },
			info: map[string]any{"sub": "7", "email": "wang@station.example", "email_verified": true}, fault: "没有验证您的邮箱",
		},
		"nothing says who": {token: with(map[string]any{"email": nil}), info: map[string]any{"sub": "7"}, fault: "没有说明您的"},
	} {
		t.Run(name, func(t *testing.T) {
			config := Config{Name: "认证", Issuer: f.URL, ClientID: "chaping", Claim: "email", SecondFactor: "account"}
			if c.config != nil {
				c.config(&config)
			}
			p := New(config, "https://portal.example/login/oidc/callback", func() time.Time { return now })
			var err error
			if _, begun, err = p.Begin(t.Context()); err != nil {
				t.Fatal(err)
			}
			f.info = c.info
			f.answer = map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": c.token()}
			id, err := p.Finish(t.Context(), begun, url.Values{"state": {begun.State}, "code": {"c"}})
			if c.fault != "" {
				if err == nil || !strings.Contains(chaping.Explain(err, nil), c.fault) {
					t.Errorf("let in: %+v, %v; want %q", id, err, c.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if id.Issuer != f.URL || id.Subject != "7" || id.Name != "li@station.example" || id.SecondFactor != c.second {
				t.Errorf("%+v", id)
			}
		})
	}
}
