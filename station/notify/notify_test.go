package notify

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

var at = time.Date(2026, 11, 25, 9, 30, 0, 0, chaping.Shanghai())

func sender() *Sender { return &Sender{Now: func() time.Time { return at }} }

func hash(key, text string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// server answers and keeps the last request.
func server(t *testing.T, answer string, status int) (address string, last func() (*http.Request, string)) {
	t.Helper()
	var request *http.Request
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() (*http.Request, string) { return request, string(body) }
}

func TestSignatures(t *testing.T) {
	message := Message{Key: "k1", Event: "urgent", Subject: "标题", Body: "正文\n第二行"}
	const secret = "SEC12345"
	t.Run("dingtalk", func(t *testing.T) {
		url, last := server(t, `{"errcode":0,"errmsg":"ok"}`, 200)
		if err := sender().Send(t.Context(), &Channel{Type: "dingtalk", URL: url + "/robot/send?access_token=abcdef", Secret: secret}, message); err != nil {
			t.Fatal(err)
		}
		r, body := last()
		q := r.URL.Query()
		if q.Get("access_token") != "abcdef" || q.Get("timestamp") != "1795570200000" || q.Get("sign") != base64.StdEncoding.EncodeToString(hash(secret, "1795570200000\n"+secret)) {
			t.Errorf("%v", q)
		}
		if body != `{"msgtype":"text","text":{"content":"标题\n正文\n第二行"}}` {
			t.Error(body)
		}
	})
	t.Run("feishu", func(t *testing.T) {
		url, last := server(t, `{"code":0,"msg":"success"}`, 200)
		if err := sender().Send(t.Context(), &Channel{Type: "feishu", URL: url, Secret: secret}, message); err != nil {
			t.Fatal(err)
		}
		_, body := last()
		var got map[string]any
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if got["timestamp"] != "1795570200" || got["sign"] != base64.StdEncoding.EncodeToString(hash("1795570200\n"+secret, "")) || got["msg_type"] != "text" {
			t.Error(body)
		}
	})
	t.Run("webhook", func(t *testing.T) {
		url, last := server(t, "", 204)
		if err := sender().Send(t.Context(), &Channel{Type: "webhook", URL: url, Secret: secret}, message); err != nil {
			t.Fatal(err)
		}
		r, body := last()
		if r.Header.Get("X-Chaping-Signature") != "sha256="+hex.EncodeToString(hash(secret, r.Header.Get("X-Chaping-Timestamp")+"."+body)) || r.Header.Get("Idempotency-Key") != "k1" {
			t.Errorf("%v", r.Header)
		}
		if !strings.Contains(body, `"subject":"标题"`) || !strings.Contains(body, `"time":"2026-11-25T09:30:00+08:00"`) {
			t.Error(body)
		}
	})
	t.Run("wecom", func(t *testing.T) {
		url, last := server(t, `{"errcode":0}`, 200)
		long := Message{Subject: "s", Body: strings.Repeat("长", 5000)}
		if err := sender().Send(t.Context(), &Channel{Type: "wecom", URL: url}, long); err != nil {
			t.Fatal(err)
		}
		_, body := last()
		var got struct{ Text struct{ Content string } }
		if err := json.Unmarshal([]byte(body), &got); err != nil || len(got.Text.Content) > 2048 || !strings.HasSuffix(got.Text.Content, "长…") {
			t.Errorf("%d bytes, %v", len(got.Text.Content), err)
		}
	})
}

// A bot that refuses with status 200, a server that fails, an answer that is
// none: all are failures, and none shows a secret.
func TestFailures(t *testing.T) {
	for _, tt := range []struct {
		answer string
		status int
		want   string
	}{
		{`{"errcode":93000,"errmsg":"invalid webhook url, key=topsecretkey"}`, 200, "对方拒收（93000）"},
		{`oops topsecretkey`, 500, "500"}, {`<html>`, 200, "看不懂"},
	} {
		url, _ := server(t, tt.answer, tt.status)
		c := &Channel{Name: "c", Type: "wecom", URL: url + "/send?key=topsecretkey"}
		err := sender().Send(t.Context(), c, Message{})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "topsecretkey") {
			t.Errorf("%s: %v", tt.answer, err)
		}
		if strings.Contains(c.Target(), "topsecretkey") {
			t.Error(c.Target())
		}
	}
	c := &Channel{Type: "wecom", URL: "http://127.0.0.1:1/send?key=topsecretkey"}
	if err := sender().Send(t.Context(), c, Message{}); err == nil || strings.Contains(err.Error(), "topsecretkey") {
		t.Errorf("%v", err)
	}
}

// mailServer speaks enough SMTP, and gives what it was sent.
func mailServer(t *testing.T, implicit bool, config *tls.Config) (address string, letters chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	letters = make(chan string, 4)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveMail(conn, implicit, config, letters)
		}
	}()
	return l.Addr().String(), letters
}

func serveMail(conn net.Conn, implicit bool, config *tls.Config, letters chan string) {
	defer func() { conn.Close() }()
	secure := implicit
	if implicit {
		conn = tls.Server(conn, config)
	}
	r := bufio.NewReader(conn)
	say := func(s string) { io.WriteString(conn, s+"\r\n") }
	say("220 test")
	log := ""
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		log += line
		switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); verb {
		case "EHLO":
			say("250-test")
			if !secure {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go")
			conn = tls.Server(conn, config)
			r = bufio.NewReader(conn)
			secure = true
		case "AUTH":
			want := base64.StdEncoding.EncodeToString([]byte("\x00user\x00pass word"))
			if !secure || !strings.Contains(line, want) {
				say("535 no")
				continue
			}
			say("235 ok")
		case "DATA":
			say("354 go")
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				log += line
			}
			say("250 ok")
			letters <- log
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestMail(t *testing.T) {
	cert := httptest.NewUnstartedServer(nil)
	cert.StartTLS()
	defer cert.Close()
	serverConfig := &tls.Config{Certificates: cert.TLS.Certificates}
	trusting := &tls.Config{RootCAs: cert.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	for _, implicit := range []bool{false, true} {
		address, letters := mailServer(t, implicit, serverConfig)
		mode := "starttls"
		if implicit {
			mode = "implicit"
		}
		c := &Channel{Name: "m", Type: "smtp", Server: address, TLS: mode, User: "user", Password: "pass word", From: "监测站 <a@example.com>", To: []string{"b@example.com", "c@example.com"}}
		s := sender()
		s.smtp.config = trusting
		if err := s.Send(t.Context(), c, Message{Key: "k", Subject: "重要风险信息\r\nBcc: evil@example.com", Body: strings.Repeat("正文。", 100)}); err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		log := <-letters
		if !strings.Contains(log, "RCPT TO:<b@example.com>") || !strings.Contains(log, "RCPT TO:<c@example.com>") {
			t.Error(log)
		}
		letter, err := mail.ReadMessage(strings.NewReader(log[strings.Index(log, "From:"):]))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
		if err != nil || subject != "重要风险信息 Bcc: evil@example.com" || letter.Header.Get("Bcc") != "" {
			t.Errorf("%q %v", subject, err)
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, letter.Body))
		if err != nil || string(body) != strings.Repeat("正文。", 100)+"\n" {
			t.Errorf("%q %v", body, err)
		}
		// A wrong password, and a certificate that nobody vouches for.
		c.Password = "wrong"
		if err := s.Send(t.Context(), c, Message{}); err == nil || !strings.Contains(err.Error(), "登录被拒") {
			t.Errorf("%s: %v", mode, err)
		}
		if err := sender().Send(t.Context(), c, Message{}); err == nil {
			t.Errorf("%s: an unknown certificate was trusted", mode)
		}
	}
}

func open(t *testing.T, now *time.Time) *station.DB {
	t.Helper()
	d, err := station.Open(t.Context(), t.TempDir(), func() time.Time { return *now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// A channel that is down is tried again, the others are told, and nothing is
// sent twice.
func TestDeliver(t *testing.T) {
	now := at
	d := open(t, &now)
	good, bad := 0, 0
	down := true
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" && down {
			bad++
			w.WriteHeader(503)
			return
		}
		good++
	}))
	defer s.Close()
	c := &Config{Channels: []Channel{{Name: "好", Type: "webhook", URL: s.URL + "/good"}, {Name: "坏", Type: "webhook", URL: s.URL + "/bad"}}}
	send := &Sender{Now: func() time.Time { return now }}
	deliver := func() Delivered {
		done, err := send.Deliver(t.Context(), d, c)
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	for range 2 {
		if err := d.Enqueue(t.Context(), c.Messages("report", "sheet-2026-11-v1", "报送表已生成", "…")...); err != nil {
			t.Fatal(err)
		}
	}
	if done := deliver(); done != (Delivered{1, 1}) {
		t.Fatalf("%+v", done)
	}
	if done := deliver(); done != (Delivered{}) { // not due yet
		t.Fatalf("%+v", done)
	}
	for range 4 {
		now = now.Add(10 * time.Minute)
		deliver()
	}
	if good != 2 || bad != 5 { // the message, and that the other channel is broken
		t.Errorf("good %d, bad %d", good, bad)
	}
	down = false
	now = now.Add(time.Hour)
	if done := deliver(); done.Sent != 1 || good != 3 {
		t.Errorf("%+v, good %d", done, good)
	}
	now = now.Add(48 * time.Hour)
	if done := deliver(); done != (Delivered{}) || good != 3 {
		t.Errorf("sent again: %+v", done)
	}
}

func TestGivesUp(t *testing.T) {
	now := at
	d := open(t, &now)
	c := &Config{Channels: []Channel{{Name: "坏", Type: "webhook", URL: "http://127.0.0.1:1/"}}}
	send := &Sender{Now: func() time.Time { return now }}
	if err := d.Enqueue(t.Context(), c.Messages("report", "k", "s", "b")...); err != nil {
		t.Fatal(err)
	}
	attempts := 0
	for range 100 {
		done, err := send.Deliver(t.Context(), d, c)
		if err != nil {
			t.Fatal(err)
		}
		attempts += done.Failed
		now = now.Add(time.Hour)
	}
	left, err := d.Outbox(t.Context(), false, 10)
	if err != nil || len(left) != 1 || !left[0].Stopped || left[0].Error == "" || attempts < 20 || attempts > 30 {
		t.Errorf("%d attempts, %+v %v", attempts, left, err)
	}
}

func TestInterruptedDelivery(t *testing.T) {
	now := at
	d := open(t, &now)
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then is a lost client noticed
		cancel()
		<-r.Context().Done()
	}))
	defer s.Close()
	c := &Config{Channels: []Channel{{Name: "慢", Type: "webhook", URL: s.URL}}}
	if err := d.Enqueue(t.Context(), c.Messages("report", "k", "s", "b")...); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Sender{Now: func() time.Time { return now }}).Deliver(ctx, d, c); err != nil {
		t.Fatal(err)
	}
	if left, err := d.Outbox(t.Context(), false, 10); err != nil || len(left) != 1 || left[0].Stopped {
		t.Errorf("%+v %v", left, err)
	}
}

func TestReadConfig(t *testing.T) {
	data, err := os.ReadFile("../../configs/notify.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadConfig("notify.yaml", data); err == nil || !strings.Contains(err.Error(), "CHAPING_SMTP_PASSWORD") {
		t.Errorf("an unset variable: %v", err)
	}
	for _, name := range []string{"CHAPING_SMTP_PASSWORD", "CHAPING_WECOM_KEY", "CHAPING_DINGTALK_TOKEN", "CHAPING_DINGTALK_SECRET", "CHAPING_FEISHU_TOKEN", "CHAPING_FEISHU_SECRET", "CHAPING_WEBHOOK_SECRET"} {
		t.Setenv(name, "value-of-"+name)
	}
	c, err := ReadConfig("notify.yaml", data)
	if err != nil || len(c.Channels) != 5 || c.Channels[0].Password != "value-of-CHAPING_SMTP_PASSWORD" {
		t.Fatalf("%+v %v", c, err)
	}
	if c.Channels[2].Wants("report") || !c.Channels[2].Wants("urgent") || !c.Channels[2].Wants("test") {
		t.Error("events")
	}
	if c, err := ReadConfig("n.yaml", []byte("channels: [{name: a, type: wecom, url: 'http://x', station: 3}]")); err != nil || len(c.To(3, "reminder", "k", "s", "b")) != 1 || len(c.To(8, "reminder", "k", "s", "b"))+len(c.Messages("reminder", "k", "s", "b")) != 0 {
		t.Errorf("a channel of station 3: %v", err)
	}
	for bad, want := range map[string]string{
		"channels: [{name: a, type: fax}]": "fax", "channels: [{type: wecom, url: 'http://x'}]": "名字", "channels: [{name: a, type: wecom, url: x}]": "url",
		"channels: [{name: a, type: smtp, server: x}]": "server", "channels: [{name: a, type: smtp, server: 'x:25', tls: none, password: p, from: a@b, to: [c@d]}]": "明文",
		"channels: [{name: a, type: wecom, url: 'http://x', events: [party]}]": "party", "what: 1": "what",
		"channels: [{name: a, type: wecom, url: 'http://x', station: 某协会}]": "编号", "channels: [{name: a, type: wecom, url: 'http://x', station: 0}]": "编号",
		"channels: [{name: a, type: wecom, url: 'http://x'}, {name: a, type: wecom, url: 'http://x'}]": "重复",
	} {
		if _, err := ReadConfig("n.yaml", []byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
