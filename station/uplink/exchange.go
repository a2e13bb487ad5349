package uplink

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"chaping"
	"chaping/station"
)

// Where a centre is asked for what concerns a station, and takes answers in.
const (
	exchange = "/api/v1/exchange"
	answers  = "/api/v1/exchange/answers"
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
		last.Asked, last.Error = s.Now(), err.Error()
		return s.Station.PutInquiry(context.WithoutCancel(ctx), last)
	}
	return s.Station.TakeIn(ctx, c.URL, x)
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
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	answer, err := s.post(ctx, c, answers, "application/json", a.Key, body, maxAnswer)
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
