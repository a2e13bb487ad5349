package uplink

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

var testNow = time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai())

const token = "chaping_test"

func signed(body string, at time.Time) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://centre.example"+inbox, strings.NewReader(body))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	r.Header.Set("Idempotency-Key", Key(&station.Sheet{Form: "platform", Period: "2026-11", Version: 1, Hash: "00"}))
	Sign(r, []byte(body), token, at)
	return r
}

func TestSignature(t *testing.T) {
	public := station.SigningKey(token).Public().(ed25519.PublicKey)
	if key, err := Signer(signed("x", testNow)); err != nil || !key.Equal(public) {
		t.Fatal(key, err)
	}
	set := func(header, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(header, value) }
	}
	for name, c := range map[string]struct {
		at     time.Duration
		body   string
		change func(*http.Request)
		want   string
	}{
		"as it was sent":            {0, "x", nil, ""},
		"a clock that is behind":    {-Skew, "x", nil, ""},
		"another body":              {0, "y", nil, "Content-Digest"},
		"another body and digest":   {0, "y", set("Content-Digest", digest([]byte("y"))), "签名不对"},
		"another key":               {0, "x", set("Idempotency-Key", "0"), "签名不对"},
		"another type":              {0, "x", set("Content-Type", "text/plain"), "签名不对"},
		"another method":            {0, "x", func(r *http.Request) { r.Method = http.MethodPut }, "签名不对"},
		"another path":              {0, "x", func(r *http.Request) { r.URL.Path = "/api/v1/mine" }, "签名不对"},
		"a query more":              {0, "x", func(r *http.Request) { r.URL.RawQuery = "period=2026-10" }, "签名不对"},
		"another host is all right": {0, "x", func(r *http.Request) { r.Host = "proxy.example" }, ""},
		"no signature":              {0, "x", set("Signature", ""), "格式"},
		"no base64":                 {0, "x", set("Signature", "sig=:?:"), "签名不对"},
		"fewer parts": {0, "x", func(r *http.Request) {
			r.Header.Set(HeaderInput, strings.Replace(r.Header.Get(HeaderInput), ` "content-digest"`, "", 1))
		}, "格式"},
		"another time": {0, "x", func(r *http.Request) {
			r.Header.Set(HeaderInput, strings.Replace(r.Header.Get(HeaderInput), fmt.Sprint(testNow.Unix()), fmt.Sprint(testNow.Unix()+1), 1))
		}, "签名不对"},
		"old":         {-Skew - time.Second, "x", nil, "超过 5 分钟"},
		"of tomorrow": {24 * time.Hour, "x", nil, "超过 5 分钟"},
	} {
		r := signed("x", testNow.Add(c.at))
		if c.change != nil {
			c.change(r)
		}
		err := Verify(r, []byte(c.body), public, testNow)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, station.ErrToken)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if strings.Contains(fmt.Sprint(signed("x", testNow).Header), token) {
		t.Error("the token is sent")
	}
	if err := Verify(signed("x", testNow), []byte("x"), station.SigningKey("other").Public().(ed25519.PublicKey), testNow); err == nil {
		t.Error("somebody else's signature")
	}
}

// Which answers end the attempts, and which do not.
func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		kind, body string
		final      bool
		want       string
	}{
		"busy":            {503, "text/html", "<h1>busy</h1>", false, "503"},
		"too many":        {429, "application/problem+json", `{"title":"慢些"}`, false, "慢些"},
		"refused":         {422, "application/problem+json; charset=utf-8", `{"title":"报送期不对","detail":"改正"}`, true, "报送期不对。改正"},
		"another site":    {200, "text/html", "<html>", true, "不像研究中心"},
		"sent on":         {302, "", "", true, "302"},
		"another file":    {200, "application/json", `{"id":1,"sha256":"00"}`, true, "不像研究中心"},
		"cut":             {200, "application/json", `{"id":1,`, true, "不像研究中心"},
		"no such address": {404, "text/plain", "404", true, "404"},
	} {
		kind, _, _ := strings.Cut(c.kind, ";")
		_, _, err := (&reply{code: c.status, kind: kind, text: []byte(c.body)}).understand("ab")
		var no *refusal
		if errors.As(err, &no) != c.final || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	number, at, err := (&reply{code: 200, kind: "application/json", text: []byte(`{"id":7,"sha256":"ab","received":"2026-11-25T09:00:00+08:00"}`)}).understand("ab")
	if number != 7 || !at.Equal(testNow) || err != nil {
		t.Error(number, at, err)
	}
}

// The waits between attempts grow, attempts go on for days, and one that was
// cut off is made again.
func TestAttempts(t *testing.T) {
	now := testNow
	clock := func() time.Time { return now }
	d, err := station.Open(t.Context(), t.TempDir(), clock)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	attempts, up := 0, false
	centre := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		attempts++
		body, _ := io.ReadAll(r.Body)
		if err := Verify(r, body, station.SigningKey(token).Public().(ed25519.PublicKey), now); err != nil || !bytes.Contains(body, []byte(`{"rows":[{"a":1},{"a":2}]}`)) || r.Header.Get("Authorization") != "" {
			t.Errorf("%v %s", err, body)
		}
		if !up {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":7,"sha256":%q,"received":%q}`, "00", now.Format(time.RFC3339))
	}))
	defer centre.Close()
	if err := d.SetCentre(t.Context(), station.Centre{URL: centre.URL, Token: token}); err != nil {
		t.Fatal(err)
	}
	sheet, _, err := d.Freeze(t.Context(), station.Sheet{Form: "platform", Period: "2026-11", By: "张三", Model: []byte(`{"rows":[{"a":1},{"a":2}]}`)})
	if err == nil {
		err = d.Push(t.Context(), &sheet)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &Sender{Station: d, Now: clock}
	deliver := func() *station.Push {
		t.Helper()
		if err := s.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		p, err := d.PushOf(t.Context(), &sheet)
		if err != nil || p == nil {
			t.Fatal(p, err)
		}
		return p
	}
	for n, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
		p := deliver()
		if p.Attempts != n+1 || attempts != n+1 || !p.Due.Equal(now.Add(wait)) || p.Stopped || p.Accepted() || !strings.Contains(p.Error, "502") {
			t.Fatalf("attempt %d: %+v", n+1, p)
		}
		now = now.Add(wait - time.Second)
		if deliver(); attempts != n+1 {
			t.Fatal("before it was due")
		}
		now = now.Add(time.Second)
	}
	now = now.AddDate(0, 0, 3)
	if p := deliver(); p.Stopped {
		t.Errorf("given up: %+v", p)
	}
	// The process dies in an attempt.
	now = now.Add(time.Hour)
	if _, ok, err := d.Claim(t.Context(), true); err != nil || !ok {
		t.Fatal(ok, err)
	}
	before := attempts
	if deliver(); attempts != before {
		t.Error("what another process sends was sent too")
	}
	now = now.Add(time.Hour)
	if deliver(); attempts != before+1 {
		t.Error("what was cut off was not sent again")
	}
	// Interrupted: not counted as the centre's fault.
	now = now.Add(time.Hour)
	stopped, stop := context.WithCancel(t.Context())
	s.Client = &http.Client{Transport: interrupter(stop)}
	if err := s.Deliver(stopped); err == nil {
		t.Error("nothing said of the interruption")
	}
	s.Client, up = nil, true
	s.Refused = func(m station.Message, problem string) []station.Message {
		return []station.Message{{Key: "refused", Channel: "c", Subject: m.Subject, Body: problem}}
	}
	if p := deliver(); !p.Stopped || !strings.Contains(p.Error, "不像研究中心") { // its hash is another's
		t.Errorf("%+v", p)
	}
	if m, ok, err := d.Claim(t.Context(), false); err != nil || !ok || m.Key != "refused" || !strings.Contains(m.Subject, "2026-11") {
		t.Errorf("nobody is told: %+v %v", m, err)
	}
}

type interrupter context.CancelFunc

func (stop interrupter) RoundTrip(*http.Request) (*http.Response, error) {
	stop()
	return nil, context.Canceled
}
