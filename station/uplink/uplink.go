// Package uplink sends a station's frozen sheets to the research centre's
// installation.
//
//	frozen sheet ─▶ outbox (station.db) ─▶ Deliver ─ POST /api/v1/inbox ─▶ centre
//	                      ▲                   │                             │
//	                      └── due again ◀─────┴◀── receipt: number, time ◀──┘
//
// What is sent is the sheet's JSON, byte for byte what was frozen, signed with
// the token that the centre gave the station; the token itself is not sent.
// Centres know a sheet by the station that signs, form, period and version:
// sending it again gives the same receipt, and an older version that comes
// after a newer one does not count. So nothing needs to
// be known of an attempt that was cut off. Attempts go on until the centre has
// taken the sheet or refused it.
package uplink

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"chaping"
	"chaping/station"
)

// A Sender sends what is queued for the centre.
type Sender struct {
	Station *station.DB
	Now     func() time.Time
	// Refused are the messages that tell people of a refusal; may be nil.
	Refused func(m station.Message, problem string) []station.Message
	// Announce are the messages that tell channels of what has come from the
	// centre; may be nil.
	Announce func(id int64, item *station.ExchangeItem) []station.Message
	Client   *http.Client // for tests; nil for the usual one
}

// inbox is where a centre takes reports in.
const inbox = "/api/v1/inbox"

// The bounds of an attempt.
const (
	sendTimeout = 8 * time.Minute // less than an attempt may take; see station.Claim
	maxAnswer   = 64 << 10        // bytes
)

// A refusal is the centre's no: asking again is of no use.
type refusal struct{ text string }

func (r *refusal) Error() string { return r.text }

// Deliver sends what is due, one sheet after the other, until nothing is. That
// an attempt failed is noted with the sheet and is no error.
func (s *Sender) Deliver(ctx context.Context) error {
	ctx = station.WithAct(ctx, nil) // what comes of it is entered, not the attempts
	for {
		m, ok, err := s.Station.Claim(ctx, true)
		if err != nil || !ok {
			return err
		}
		if err := s.deliver(ctx, m); err != nil {
			return err
		}
	}
}

func (s *Sender) deliver(ctx context.Context, m station.Message) error {
	note := context.WithoutCancel(ctx)
	c, err := s.Station.Centre(ctx)
	if err != nil {
		return err
	}
	answer, ok, err := m.Answering()
	if err != nil {
		return err
	}
	if ok {
		return s.settle(ctx, m, s.answer(ctx, c, answer), "回复")
	}
	sheet, err := s.Station.Pushed(ctx, m)
	if err != nil {
		return err
	}
	number, received, err := s.send(ctx, c, &sheet)
	if err == nil {
		if err := s.noted(note, &sheet, number, received); err != nil {
			return err
		}
		return s.Station.Received(
			entered(note, m, "研究中心收到"+sheet.Form.Chinese(), fmt.Sprintf("%s，回执 %d 号", c.URL, number)),
			m,
			c.URL,
			number,
			received,
		)
	}
	return s.settle(ctx, m, err, sheet.Form.Chinese())
}

// settle notes what became of an attempt to send what has no receipt, or whose
// receipt did not come.
func (s *Sender) settle(ctx context.Context, m station.Message, err error, what string) error {
	note := context.WithoutCancel(ctx)
	var no *refusal
	switch {
	case err == nil:
		return s.Station.Sent(note, m.ID)
	case ctx.Err() != nil: // interrupted: not the centre's fault
		return s.Station.Failed(note, m.ID, "发送时被中断", s.Now())
	case errors.As(err, &no):
		var tell []station.Message
		if s.Refused != nil {
			tell = s.Refused(m, no.text)
		}
		return s.Station.Failed(
			entered(note, m, "研究中心不收"+what, no.text),
			m.ID,
			no.text,
			time.Time{},
			tell...)
	}
	return s.Station.Failed(note, m.ID, err.Error(), s.Now().Add(m.Wait()))
}

// noted notes what the centre has taken as handed in here too.
func (s *Sender) noted(ctx context.Context, sheet *station.Sheet, number int64, received time.Time) error {
	if sheet.Form == chaping.FormUrgent { // filed when it was confirmed
		return nil
	}
	err := s.Station.SubmitSheet(ctx, sheet)
	if err != nil || sheet.Form == chaping.FormAnnual {
		return err
	}
	return s.Station.File(
		ctx,
		station.Filing{
			Period: sheet.Period,
			Name:   sheet.Watch(),
			Filed:  received,
			By:     sheet.By,
			Note:   fmt.Sprintf("研究中心回执 %d 号", number),
		},
	)
}

// entered enters what came of a message into the audit log.
func entered(ctx context.Context, m station.Message, action, detail string) context.Context {
	return station.WithAct(ctx, &station.Act{Who: "程序", Action: action, Object: m.Subject, Detail: detail})
}

// send hands a sheet in and is the number and the time of the receipt.
func (s *Sender) send(
	ctx context.Context,
	c station.Centre,
	sheet *station.Sheet,
) (number int64, received time.Time, err error) {
	if c.URL == "" {
		return 0, received, &refusal{"没有设置研究中心的地址"}
	}
	body, kind, err := form(
		[][2]string{{"form", string(sheet.Form)}, {"period", sheet.Period}, {"name", sheet.Watch()}, {"version", fmt.Sprint(sheet.Version)}},
		station.Attachment{Name: sheet.FileName("json"), Data: sheet.Model},
	)
	if err != nil {
		return 0, received, err
	}
	answer, err := s.post(ctx, c, inbox, kind, Key(sheet), body, maxAnswer)
	if err != nil {
		return 0, received, err
	}
	return answer.understand(sheet.Hash)
}

// A reply is what the centre answered.
type reply struct {
	code int
	kind string // its media type
	text []byte
}

// read reads a reply in JSON; ok is false where it is none.
func (r *reply) read(to any) (ok bool) {
	return (r.kind == "application/json" || r.kind == "application/problem+json") && json.Unmarshal(r.text, to) == nil
}

// busy tells whether the centre may take later what it does not take now.
func (r *reply) busy() bool {
	return r.code >= 500 || r.code == http.StatusRequestTimeout || r.code == http.StatusTooEarly ||
		r.code == http.StatusTooManyRequests
}

// post sends a signed request to the centre, and reads its answer.
func (s *Sender) post(
	ctx context.Context,
	c station.Centre,
	path, kind, key string,
	body []byte,
	most int64,
) (a reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+path, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Idempotency-Key", key)
	Sign(r, body, c.Token, s.Now())
	client := http.Client{}
	if s.Client != nil {
		client = *s.Client
	}
	// The address is what the administrator wrote, and no other.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		return a, fmt.Errorf("连不上研究中心：%w", err)
	}
	defer answer.Body.Close()
	a.code = answer.StatusCode
	a.kind, _, _ = mime.ParseMediaType(answer.Header.Get("Content-Type"))
	a.text, err = io.ReadAll(io.LimitReader(answer.Body, most))
	if err != nil {
		return a, fmt.Errorf("研究中心的答复没有读完：%w", err)
	}
	return a, nil
}

// understand reads the centre's answer.
func (r *reply) understand(hash string) (number int64, received time.Time, err error) {
	var a struct {
		ID       int64     `json:"id"`
		Received time.Time `json:"received"`
		Hash     string    `json:"sha256"`
		Title    string    `json:"title"`
		Detail   string    `json:"detail"`
	}
	readable := r.read(&a)
	switch {
	case r.code == http.StatusOK && readable && a.ID > 0 && a.Hash == hash:
		return a.ID, a.Received, nil
	case r.busy():
		return 0, received, fmt.Errorf("研究中心暂时不收（%d）%s", r.code, chaping.Shorten(a.Title, 100))
	case readable && a.Title != "":
		return 0, received, &refusal{
			fmt.Sprintf("研究中心不收：%s。%s", chaping.Shorten(a.Title, 200), chaping.Shorten(a.Detail, 200)),
		}
	}
	return 0, received, &refusal{fmt.Sprintf("这个地址不像研究中心的 chaping（答复 %d）；请管理员核对地址", r.code)}
}

// Key is what makes two hand-ins of a station the same.
func Key(s *station.Sheet) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d\n%s", s.Form, s.Period, s.Watch(), s.Version, s.Hash))
	return hex.EncodeToString(sum[:])
}

// form is a request's body with fields and files.
func form(fields [][2]string, files ...station.Attachment) (body []byte, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		err = errors.Join(err, w.WriteField(f[0], f[1]))
	}
	for _, f := range files {
		part, perr := w.CreateFormFile("file", f.Name)
		if perr == nil {
			_, perr = part.Write(f.Data)
		}
		err = errors.Join(err, perr)
	}
	err = errors.Join(err, w.Close())
	return b.Bytes(), w.FormDataContentType(), err
}
