package uplink

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"chaping"
	"chaping/station"
)

// covered are the parts of a request that a signature covers, in the syntax of
// RFC 9421. The host is not among them: proxies change it, and a token is good
// at one centre only.
const covered = `("@method" "@path" "@query" "content-digest" "content-type" "idempotency-key")`

// Skew is how far the clocks of the two sides may differ, and so how long a
// signature is good.
const Skew = 5 * time.Minute

// HeaderInput is the header that a signed request has.
const HeaderInput = "Signature-Input"

var inputPattern = regexp.MustCompile(
	`^sig=(` + regexp.QuoteMeta(covered) + `;created=(\d{1,12});keyid="([A-Za-z0-9_-]{43})";alg="ed25519")$`,
)

// Sign signs a request with the token's key, as RFC 9421 has it. The token
// itself is not sent.
func Sign(r *http.Request, body []byte, token string, now time.Time) {
	key := station.SigningKey(token)
	r.Header.Set("Content-Digest", digest(body))
	params := fmt.Sprintf(
		`%s;created=%d;keyid="%s";alg="ed25519"`,
		covered,
		now.Unix(),
		base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey)),
	)
	r.Header.Set(HeaderInput, "sig="+params)
	r.Header.Set("Signature", "sig=:"+base64.StdEncoding.EncodeToString(ed25519.Sign(key, base(r, params)))+":")
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// base is what is signed.
func base(r *http.Request, params string) []byte {
	return fmt.Appendf(
		nil,
		"\"@method\": %s\n\"@path\": %s\n\"@query\": ?%s\n\"content-digest\": %s\n\"content-type\": %s\n\"idempotency-key\": %s\n\"@signature-params\": %s",
		r.Method,
		r.URL.EscapedPath(),
		r.URL.RawQuery,
		r.Header.Get("Content-Digest"),
		r.Header.Get("Content-Type"),
		r.Header.Get("Idempotency-Key"),
		params,
	)
}

func refuse(problem, remedy string) error {
	return &chaping.Error{Code: chaping.CodeInput, Message: problem, Remedy: remedy, Err: station.ErrToken}
}

// Signer is the public key that the request says it is signed with.
func Signer(r *http.Request) (ed25519.PublicKey, error) {
	m := inputPattern.FindStringSubmatch(r.Header.Get(HeaderInput))
	if m == nil {
		return nil, refuse("签名的格式不对", "按 RFC 9421 用 ed25519 签 "+covered)
	}
	return base64.RawURLEncoding.DecodeString(m[3])
}

// Verify checks the signature of a request with the body. Its errors have the
// cause station.ErrToken.
func Verify(r *http.Request, body []byte, key ed25519.PublicKey, now time.Time) error {
	m := inputPattern.FindStringSubmatch(r.Header.Get(HeaderInput))
	if m == nil || len(key) != ed25519.PublicKeySize {
		return refuse("签名的格式不对", "按 RFC 9421 用 ed25519 签 "+covered)
	}
	created, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil {
		return refuse("签名的时间不对", "created 写 Unix 秒")
	}
	if d := now.Sub(time.Unix(created, 0)).Abs(); d > Skew {
		return refuse(
			fmt.Sprintf("签名的时间与本机相差 %s，超过 %d 分钟", d.Round(time.Second), int(Skew/time.Minute)),
			"核对两边的时钟，重新签名",
		)
	}
	if r.Header.Get("Content-Digest") != digest(body) {
		return refuse("内容与 Content-Digest 不符", "内容在途中有改动，重新发送")
	}
	text := r.Header.Get("Signature")
	if len(text) < 6 || text[:5] != "sig=:" || text[len(text)-1] != ':' {
		return refuse("签名的格式不对", "Signature 头写 sig=:base64:")
	}
	signature, err := base64.StdEncoding.DecodeString(text[5 : len(text)-1])
	if err != nil || !ed25519.Verify(key, base(r, m[1]), signature) {
		return refuse("签名不对", "用研究中心发给本站的令牌签名；内容在途中不能改动")
	}
	return nil
}
