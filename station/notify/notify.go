// Package notify sends short messages to people: by e-mail, to the bots of
// WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书), or to any webhook.
//
// # From the outbox
//
//	what happens ─▶ outbox (station.db), one row a channel ─▶ Deliver ─▶ channel
//	                        ▲                                    │
//	                        └── due again later ◀── failed ──────┘
//
// A message is queued in the transaction of what it tells of, under a key, so
// that neither a crash nor a second run loses or doubles it. Deliver claims a
// message before it sends it. One that failed is tried again after 1, 2, 4, …
// minutes, at most an hour apart, and given up after a day; from the third
// failure on the other channels are told, so that a broken channel is never
// silent. If the program dies between sending and noting it, nobody knows
// whether the message arrived: it is not sent again unless a person says so.
package notify

import (
	"bytes"
	"chaping/station"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
)

// A Message is what a channel sends.
type Message struct {
	Key     string // unique; webhooks get it as Idempotency-Key
	Event   string
	Subject string
	Body    string // plain text
}

// A Channel is one way to people.
type Channel struct {
	Name   string
	Type   string   // smtp, webhook, wecom, dingtalk, feishu
	Events []string // urgent, report, reminder, bulletin, failure; empty means all
	// Station is the number of the monitoring station that the channel belongs
	// to: it gets only what concerns that station. Empty: the installation's own.
	Station string

	URL    string // of webhooks and bots
	Secret string // signs; for dingtalk, feishu and webhook

	Server   string // of smtp: host:port
	TLS      string // starttls (default), implicit, none
	User     string
	Password string
	From     string
	To       []string
}

// Config is the file notify.yaml.
type Config struct {
	Channels []Channel
}

// Events are what messages may be about.
var Events = []string{"urgent", "report", "reminder", Bulletin, "failure"}

// Bulletin is the event of what the centre issues: 通报, 反馈, 会商.
const Bulletin = "bulletin"

var reference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// ReadConfig reads a configuration. Values may hold ${NAME}, an environment
// variable: secrets do not belong into the file.
func ReadConfig(name string, data []byte) (*Config, error) {
	fault := func(problem, remedy string) (*Config, error) {
		return nil, &chaping.InputError{File: name, Problem: problem, Remedy: remedy}
	}
	const example = "对照 configs/notify.example.yaml 改正"
	var c Config
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && err != io.EOF {
		return fault("通知配置读不懂："+strings.TrimPrefix(err.Error(), "yaml: "), example)
	}
	seen := map[string]bool{}
	for i := range c.Channels {
		ch := &c.Channels[i]
		for _, field := range append([]*string{&ch.URL, &ch.Secret, &ch.Server, &ch.User, &ch.Password, &ch.From}, pointers(ch.To)...) {
			missing := ""
			*field = reference.ReplaceAllStringFunc(*field, func(ref string) string {
				value, ok := os.LookupEnv(ref[2 : len(ref)-1])
				if !ok || value == "" {
					missing = ref[2 : len(ref)-1]
				}
				return value
			})
			if missing != "" {
				return fault(fmt.Sprintf("渠道“%s”用到的环境变量 %s 没有设置", ch.Name, missing), "设置该环境变量后重试")
			}
		}
		if ch.Name == "" || seen[ch.Name] {
			return fault(fmt.Sprintf("第 %d 个渠道没有名字或名字重复", i+1), example)
		}
		seen[ch.Name] = true
		for _, e := range ch.Events {
			if !slices.Contains(Events, e) {
				return fault(fmt.Sprintf("渠道“%s”的 events 里有不认识的“%s”", ch.Name, e), "可用："+strings.Join(Events, "、"))
			}
		}
		if problem := ch.check(); problem != "" {
			return fault(fmt.Sprintf("渠道“%s”%s", ch.Name, problem), example)
		}
	}
	return &c, nil
}

// Expand is a text of the file with the environment variables that it names.
func Expand(text string) string {
	return reference.ReplaceAllStringFunc(text, func(ref string) string { return os.Getenv(ref[2 : len(ref)-1]) })
}

func pointers(list []string) []*string {
	var p []*string
	for i := range list {
		p = append(p, &list[i])
	}
	return p
}

var stationNumber = regexp.MustCompile(`^[1-9][0-9]*$`)

func (c *Channel) check() string {
	if c.Station != "" && !stationNumber.MatchString(c.Station) {
		return "的 station 应写监测站的编号，不是名称（名称会改；编号见门户的“监测站名单”页）"
	}
	switch c.Type {
	case "smtp":
		switch {
		case !strings.Contains(c.Server, ":"):
			return "的 server 应写成 主机:端口"
		case c.From == "" || len(c.To) == 0:
			return "缺少 from 或 to"
		case !slices.Contains([]string{"", "starttls", "implicit", "none"}, c.TLS):
			return "的 tls 应为 starttls、implicit 或 none"
		case c.TLS == "none" && c.Password != "":
			return "用 tls: none 会明文发送口令"
		case strings.ContainsAny(c.From+strings.Join(c.To, ""), "\r\n"):
			return "的地址含有换行"
		}
	case "webhook", "wecom", "dingtalk", "feishu":
		u, err := url.Parse(c.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return "的 url 不是网址"
		}
	default:
		return fmt.Sprintf("的 type“%s”不认识，应为 smtp、webhook、wecom、dingtalk、feishu", c.Type)
	}
	return ""
}

// Wants tells whether the channel is for an event. A test is for all.
func (c *Channel) Wants(event string) bool {
	return len(c.Events) == 0 || event == "test" || slices.Contains(c.Events, event)
}

// Target is where the channel leads, without anything secret.
func (c *Channel) Target() string {
	if c.Type == "smtp" {
		return c.Server + " → " + strings.Join(c.To, "、")
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/…" // path and query hold the bot's key
}

// mask takes the channel's secrets out of a text.
func (c *Channel) mask(s string) string {
	secrets := []string{c.Secret, c.Password}
	if c.URL != "" {
		secrets = append(secrets, c.URL)
		if u, err := url.Parse(c.URL); err == nil {
			secrets = append(secrets, u.RequestURI())
			for _, values := range u.Query() {
				secrets = append(secrets, values...)
			}
		}
	}
	for _, secret := range secrets {
		if len(secret) > 3 {
			s = strings.ReplaceAll(s, secret, "***")
		}
	}
	return s
}

// A Sender sends messages. The zero value is ready; Now and Client are for
// tests.
type Sender struct {
	Now    func() time.Time
	Client *http.Client
	// Settled tells whether there is nothing left to tell: a reminder of what has
	// been done since is withdrawn. Nil: there always is.
	Settled func(context.Context, station.Message) (bool, error)
	smtp    smtpDialer
}

// sendTimeout bounds one attempt.
const sendTimeout = 30 * time.Second

func (s *Sender) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// Send sends a message through a channel. Errors hold no secret.
func (s *Sender) Send(ctx context.Context, c *Channel, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	var err error
	switch c.Type {
	case "smtp":
		err = s.mail(ctx, c, m)
	case "wecom":
		err = s.bot(
			ctx,
			c.URL,
			map[string]any{"msgtype": "text", "text": map[string]string{"content": cut(m.text(), 2000)}},
		) // at most 2,048 bytes
	case "dingtalk":
		err = s.dingtalk(ctx, c, m)
	case "feishu":
		err = s.feishu(ctx, c, m)
	case "webhook":
		err = s.webhook(ctx, c, m)
	}
	if err != nil {
		return errors.New(chaping.Shorten(c.mask(err.Error()), 500))
	}
	return nil
}

func (m Message) text() string { return m.Subject + "\n" + m.Body }

// cut shortens to bytes, at a character.
func cut(s string, bytes int) string {
	if len(s) <= bytes {
		return s
	}
	end := 0
	for i := range s {
		if i > bytes-3 {
			break
		}
		end = i
	}
	return s[:end] + "…"
}

func sign(key, text string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// dingtalk signs milliseconds and secret with the secret, in the query.
// https://open.dingtalk.com/document/robots/customize-robot-security-settings
func (s *Sender) dingtalk(ctx context.Context, c *Channel, m Message) error {
	address := c.URL
	if c.Secret != "" {
		u, err := url.Parse(c.URL)
		if err != nil {
			return err
		}
		at := strconv.FormatInt(s.now().UnixMilli(), 10)
		q := u.Query()
		q.Set("timestamp", at)
		q.Set("sign", base64.StdEncoding.EncodeToString(sign(c.Secret, at+"\n"+c.Secret)))
		u.RawQuery = q.Encode()
		address = u.String()
	}
	return s.bot(
		ctx,
		address,
		map[string]any{"msgtype": "text", "text": map[string]string{"content": cut(m.text(), 18_000)}},
	)
}

// feishu takes seconds and secret for the key and signs nothing with it, in
// the body. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
func (s *Sender) feishu(ctx context.Context, c *Channel, m Message) error {
	body := map[string]any{"msg_type": "text", "content": map[string]string{"text": cut(m.text(), 18_000)}}
	if c.Secret != "" {
		at := strconv.FormatInt(s.now().Unix(), 10)
		body["timestamp"], body["sign"] = at, base64.StdEncoding.EncodeToString(sign(at+"\n"+c.Secret, ""))
	}
	return s.bot(ctx, c.URL, body)
}

// bot posts to a bot and reads its answer: bots answer 200 and an error code.
func (s *Sender) bot(ctx context.Context, address string, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := s.post(ctx, address, data, nil)
	if err != nil {
		return err
	}
	var result struct {
		ErrCode int `json:"errcode"` // wecom, dingtalk
		ErrMsg  string
		Code    int // feishu
		Msg     string
	}
	if err := json.Unmarshal(answer, &result); err != nil {
		return fmt.Errorf("回应看不懂：%s", chaping.Shorten(string(answer), 100))
	}
	if result.ErrCode != 0 || result.Code != 0 {
		return fmt.Errorf("对方拒收（%d）：%s%s", result.ErrCode+result.Code, result.ErrMsg, result.Msg)
	}
	return nil
}

// webhook posts JSON. With a secret, X-Chaping-Signature is "sha256=" and the
// HMAC of X-Chaping-Timestamp (seconds), a full stop and the body.
func (s *Sender) webhook(ctx context.Context, c *Channel, m Message) error {
	at := s.now()
	data, err := json.Marshal(struct {
		Key     string `json:"key"`
		Event   string `json:"event"`
		Subject string `json:"subject"`
		Body    string `json:"body"`
		Time    string `json:"time"`
	}{m.Key, m.Event, m.Subject, m.Body, at.In(chaping.Shanghai()).Format(time.RFC3339)})
	if err != nil {
		return err
	}
	header := http.Header{"Idempotency-Key": {m.Key}}
	if c.Secret != "" {
		seconds := strconv.FormatInt(at.Unix(), 10)
		header.Set("X-Chaping-Timestamp", seconds)
		header.Set("X-Chaping-Signature", "sha256="+hex.EncodeToString(sign(c.Secret, seconds+"."+string(data))))
	}
	_, err = s.post(ctx, c.URL, data, header)
	return err
}

func (s *Sender) post(ctx context.Context, address string, data []byte, header http.Header) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	for k, v := range header {
		r.Header[k] = v
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return nil, err
	}
	if response.StatusCode/100 != 2 {
		return nil, fmt.Errorf("对方回应 %s：%s", response.Status, chaping.Shorten(string(answer), 100))
	}
	return answer, nil
}
