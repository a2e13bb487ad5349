package uplink

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"chaping"
	"chaping/station"
)

// Where a centre is asked for what concerns a station, and takes answers in.
const (
	exchange    = "/api/v1/exchange"
	answers     = "/api/v1/exchange/answers"
	attachments = "/api/v1/exchange/attachments"
)

// maxExchange bounds what a centre has for a station, in bytes.
const maxExchange = 64 << 20

// Fetch asks the centre for all that concerns the station, and stores it. That
// the centre did not answer is noted, and no error.
func (s *Sender) Fetch(ctx context.Context) error {
	ctx = station.WithAct(ctx, nil) // nobody did it
	c, err := s.Station.Centre(ctx)
	if err != nil || c.URL == "" {
		return err
	}
	last, err := s.Station.Inquiry(ctx)
	if err != nil {
		return err
	}
	if last.Centre != c.URL {
		last = station.Inquiry{Centre: c.URL}
	}
	x, err := s.fetch(ctx, c, last.Hash)
	if err != nil {
		last.Asked, last.Error, last.Lacks = s.Now(), err.Error(), ""
		return s.Station.PutInquiry(context.WithoutCancel(ctx), last)
	}
	if err := s.Station.TakeIn(ctx, c.URL, x, s.Announce); err != nil {
		return err
	}
	if err := s.fetchFiles(ctx, c); err != nil {
		return s.Station.PutInquiry(
			context.WithoutCancel(ctx),
			station.Inquiry{Centre: c.URL, Hash: x.Hash, Asked: s.Now(), Lacks: err.Error()},
		)
	}
	return nil
}

// filesTime is how long a Fetch asks for files; the next one goes on.
const filesTime = 2 * time.Minute

// fetchFiles asks the centre for the files that go with what it has for the
// station. One that it does not give keeps no other back.
func (s *Sender) fetchFiles(ctx context.Context, c station.Centre) error {
	lacking, err := s.Station.Lacking(ctx, c.URL)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, filesTime)
	defer cancel()
	var first error
	for i, f := range lacking {
		err := s.fetchFile(ctx, c, f)
		if err == nil {
			continue
		}
		err = fmt.Errorf("附件“%s”：%w", f.Name, err)
		first = cmp.Or(first, err)
		var no *refusal
		var bad *chaping.Error
		if !errors.As(err, &no) && !errors.As(err, &bad) {
			return fmt.Errorf("还有 %d 个附件没有取到；%w", len(lacking)-i, err)
		}
	}
	return first
}

func (s *Sender) fetchFile(ctx context.Context, c station.Centre, f station.Attachment) error {
	body, err := json.Marshal(map[string]int64{"id": f.ID})
	if err != nil {
		return err
	}
	key := fmt.Sprintf("attachment-%d-%d", f.ID, s.Now().UnixNano())
	answer, err := s.post(ctx, c, attachments, "application/json", key, body, station.MaxAttachment+1)
	if err != nil {
		return err
	}
	if answer.code != http.StatusOK {
		return answer.refused()
	}
	f.Data = answer.text
	return s.Station.PutContent(ctx, f)
}

func (s *Sender) fetch(ctx context.Context, c station.Centre, known string) (x station.Exchange, err error) {
	body, err := json.Marshal(map[string]string{"known": known})
	if err != nil {
		return x, err
	}
	key := fmt.Sprintf("exchange-%d", s.Now().UnixNano())
	answer, err := s.post(ctx, c, exchange, "application/json", key, body, maxExchange)
	if err != nil {
		return x, err
	}
	if err := answer.refused(); err != nil {
		return x, err
	}
	if err := json.Unmarshal(answer.text, &x); err != nil || x.Hash == "" {
		return x, fmt.Errorf("读不懂研究中心的答复：%w", err)
	}
	return x, nil
}

// answer hands an answer in.
func (s *Sender) answer(ctx context.Context, c station.Centre, a station.Answer) error {
	if c.URL == "" {
		return &refusal{"没有设置研究中心的地址"}
	}
	kind := "application/json"
	body, err := json.Marshal(a)
	if err == nil && len(a.Files) > 0 {
		for i := range a.Files {
			if a.Files[i].Data, err = s.Station.Content(ctx, a.Files[i]); err != nil {
				return err
			}
		}
		fields := [][2]string{{"key", a.Key}, {"kind", string(a.Kind)}, {"subject", fmt.Sprint(a.Number)}, {"content", a.Content}, {"who", a.Who}}
		if a.Noted {
			fields = append(fields, [2]string{"noted", "1"})
		}
		body, kind, err = form(fields, a.Files...)
	}
	if err != nil {
		return err
	}
	answer, err := s.post(ctx, c, answers, kind, a.Key, body, maxAnswer)
	if err != nil {
		return err
	}
	return answer.refused()
}

// refused is why the centre did not take a request: a *refusal where asking
// again is of no use.
func (r *reply) refused() error {
	var a struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	readable := r.read(&a)
	switch {
	case r.code == http.StatusOK && readable:
		return nil
	case r.busy():
		return fmt.Errorf("研究中心暂时不答复（%d）%s", r.code, chaping.Shorten(a.Title, 100))
	case readable && a.Title != "":
		return &refusal{fmt.Sprintf("研究中心不收：%s。%s", chaping.Shorten(a.Title, 200), chaping.Shorten(a.Detail, 200))}
	}
	return &refusal{fmt.Sprintf("研究中心的程序还没有双向交换，或地址不对（答复 %d）", r.code)}
}
