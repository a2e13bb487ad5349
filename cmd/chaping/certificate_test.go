package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// putCertificate writes a certificate of our own that is good from one moment
// to another.
func putCertificate(t *testing.T, dir string, from, to time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"portal.example.com"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, b := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// A certificate that ends is told of, in the log and by doctor; one that was
// renewed is taken up while the portal goes on.
func TestCertificate(t *testing.T) {
	start := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	now := start
	dir := t.TempDir()
	cert, key := putCertificate(t, dir, start, start.Add(90*24*time.Hour))
	p := &program{now: func() time.Time { return now }}
	t.Setenv("CHAPING_SERVE", "--listen 0.0.0.0:8321 --tls-cert "+cert+" --tls-key "+key)
	c, err := openCertificate(cert, key, p.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		days float64
		says string
	}{
		{-1, "才生效"}, {0, ""}, {59, ""}, {60.5, "还有 29 天到期"}, {89.5, "还有 0 天到期"}, {91, "已于 2027-01-30 08:00 过期"},
	} {
		now = start.Add(time.Duration(test.days * float64(24*time.Hour)))
		if got := c.problem(); test.says == "" && got != "" || !strings.Contains(got, test.says) {
			t.Errorf("after %v days: %q", test.days, got)
		}
		detail, err := p.checkCertificate(t.Context())
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("doctor after %v days: %q, %v", test.days, detail, err)
		}
	}

	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	said := func(what string, times int) {
		t.Helper()
		if n := strings.Count(log.String(), what); n != times {
			t.Errorf("%d times %s:\n%s", n, what, log.String())
		}
	}
	for range 25 { // hours
		c.look(logger)
		now = now.Add(time.Hour)
	}
	said("过期", 2) // on two days

	before := c.pair.Load()
	if err := os.WriteFile(cert, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	later(t, cert, time.Hour)
	c.look(logger)
	if said("仍用原来的", 1); c.pair.Load() != before {
		t.Error("an unreadable certificate was taken up")
	}
	if _, err := p.checkCertificate(t.Context()); err == nil || !strings.Contains(err.Error(), "证书或私钥用不了") {
		t.Error("doctor:", err)
	}
	if err := p.runServe(t.Context(), serveOptions{cert: cert, key: key}); err == nil || !strings.Contains(err.Error(), "证书或私钥用不了") {
		t.Error("serve:", err)
	}
	putCertificate(t, dir, now, now.Add(90*24*time.Hour))
	later(t, cert, 2*time.Hour)
	c.look(logger)
	if c.pair.Load() == before || c.problem() != "" {
		t.Error("the renewed certificate was not taken up:", c.problem())
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	c.look(logger) // between removing and writing
	if c.problem() != "" {
		t.Error(c.problem())
	}
	t.Setenv("CHAPING_SERVE", "--no-such-flag")
	if _, err := p.checkCertificate(t.Context()); err == nil || !strings.Contains(err.Error(), "CHAPING_SERVE") {
		t.Error("doctor:", err)
	}
	t.Setenv("CHAPING_SERVE", "")
	if detail, err := p.checkCertificate(t.Context()); err != nil || !strings.Contains(detail, "没有写证书") {
		t.Error("doctor:", detail, err)
	}
}

// later says that a file was written so much later than now.
func later(t *testing.T, name string, by time.Duration) {
	t.Helper()
	at := time.Now().Add(by)
	if err := os.Chtimes(name, at, at); err != nil {
		t.Fatal(err)
	}
}
