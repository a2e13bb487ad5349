package station

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 as every authenticator implements it
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Cost of a password hash: OWASP's m=46 MiB, t=1, p=1, some 40 ms.
const (
	argonMemory  = 46 << 10 // KiB
	argonTime    = 1
	argonThreads = 1
	argonKey     = 32
)

// The bounds of a password, in characters. Length is what makes it strong.
const (
	minPassword = 10
	maxPassword = 200
)

// hashPassword writes the hash of a new password in the PHC format. whose is
// who may set it.
func (d *DB) hashPassword(ctx context.Context, whose, password string) (hash string, err error) {
	err = d.trusted.do(ctx, whose, func() { hash = hashPassword(password) })
	return hash, err
}

func hashPassword(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	return fmt.Sprintf(
		"$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version,
		argonMemory,
		argonTime,
		argonThreads,
		base64.RawStdEncoding.EncodeToString(
			salt,
		),
		base64.RawStdEncoding.EncodeToString(
			argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey),
		),
	)
}

// matches tells whether the password has the hash. A hash that cannot be read
// costs the same time and matches nothing.
func matches(password, hash string) bool {
	var version int
	var m, t uint32
	var p uint8
	parts := strings.Split(hash, "$")
	if len(parts) == 6 && parts[1] == "argon2id" {
		if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &m, &t, &p); err == nil &&
			version == argon2.Version {
			salt, err := base64.RawStdEncoding.DecodeString(parts[4])
			want, werr := base64.RawStdEncoding.DecodeString(parts[5])
			if err == nil && werr == nil && len(want) > 0 {
				return subtle.ConstantTimeCompare(
					argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want))),
					want,
				) == 1
			}
		}
	}
	argon2.IDKey([]byte(password), make([]byte, 16), argonTime, argonMemory, argonThreads, argonKey)
	return false
}

// checkPassword refuses what is easily guessed.
func checkPassword(name, password string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < minPassword:
		return invalid("密码", fmt.Sprintf("太短，至少要 %d 个字符", minPassword), "用几个不相干的词连成一句，容易记又难猜")
	case n > maxPassword:
		return invalid("密码", fmt.Sprintf("太长，最多 %d 个字符", maxPassword), "缩短一些")
	case strings.Contains(strings.ToLower(password), strings.ToLower(name)):
		return invalid("密码", "里含有登录名", "换一个与登录名无关的密码")
	case guessable(password):
		return invalid("密码", "太容易猜到", "不要用很少几个字符重复，或一串连着的数字、字母")
	}
	return nil
}

// minVariety is how many different characters a password has at least.
const minVariety = 5

// guessable tells whether a password is a few characters again and again, or a
// row of digits or letters, with one jump.
func guessable(password string) bool {
	variety := map[rune]bool{}
	jumps, before := 0, rune(-1)
	for _, r := range strings.ToLower(password) {
		if before >= 0 && (r-before > 1 || before-r > 1) {
			jumps++
		}
		variety[r], before = true, r
	}
	return len(variety) < minVariety || jumps <= 1
}

// randomToken makes a random token and the hash that is stored of it.
func randomToken() (text string, hash []byte) {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	text = base64.RawURLEncoding.EncodeToString(b)
	return text, tokenHash(text)
}

func tokenHash(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// Time-based one-time passwords after RFC 6238 with the values that every
// authenticator takes: SHA-1, 6 digits, steps of 30 s.
const (
	totpStep   = 30 * time.Second
	totpDigits = 1_000_000
	totpSlack  = 1 // steps before and after, for clocks that differ
)

func totpCode(secret []byte, counter int64) string {
	var msg [8]byte
	binary.BigEndian.PutUint64(msg[:], uint64(counter))
	mac := hmac.New(sha1.New, secret)
	mac.Write(msg[:])
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%totpDigits)
}

// totpMatch gives the step whose code this is, if it lies near now and after
// the last one used.
func totpMatch(secret []byte, code string, now time.Time, used int64) (counter int64, ok bool) {
	at := now.Unix() / int64(totpStep/time.Second)
	for c := at - totpSlack; c <= at+totpSlack; c++ {
		if c > used && subtle.ConstantTimeCompare([]byte(totpCode(secret, c)), []byte(code)) == 1 {
			return c, true
		}
	}
	return 0, false
}

// NewTOTP makes a secret for an authenticator: as text to type in, and as the
// address that it reads.
func NewTOTP(name string) (secret, address string) {
	b := make([]byte, 20)
	rand.Read(b) // never fails
	secret = base32.StdEncoding.EncodeToString(b)
	return secret, "otpauth://totp/" + url.PathEscape(
		"chaping:"+name,
	) + "?" + url.Values{
		"secret": {secret},
		"issuer": {"chaping"},
	}.Encode()
}
