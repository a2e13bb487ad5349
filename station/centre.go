package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// A Centre is the research centre's installation that the station's sheets are
// sent to.
type Centre struct {
	URL   string `json:"url"` // without a path; empty: none
	Token string `json:"token"`
}

// settingCentre is the setting that holds it, as JSON.
const settingCentre = "centre"

// Centre is where sheets are sent.
func (d *DB) Centre(ctx context.Context) (c Centre, err error) {
	text, err := d.Setting(ctx, settingCentre)
	if err != nil || text == "" {
		return c, err
	}
	return c, json.Unmarshal([]byte(text), &c)
}

// SetCentre sets where sheets are sent; an empty address means nowhere. An
// empty token keeps the one that is there for the same address.
func (d *DB) SetCentre(ctx context.Context, c Centre) error {
	c.URL, c.Token = strings.TrimRight(strings.TrimSpace(c.URL), "/"), strings.TrimSpace(c.Token)
	if c.URL == "" {
		return d.Set(ctx, settingCentre, "")
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return invalid("研究中心地址", "不对", "写成 https://主机 或 https://主机:端口，后面不加路径")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return invalid("研究中心地址", "不是 https", "用 https 地址；只有本机可以用 http")
	}
	if c.Token == "" {
		known, err := d.Centre(ctx)
		if err != nil {
			return err
		}
		if known.URL == c.URL {
			c.Token = known.Token
		}
	}
	if !strings.HasPrefix(c.Token, tokenPrefix) || len(c.Token) > 200 {
		return invalid("令牌", "不对", "填研究中心发给本站的令牌，以 "+tokenPrefix+" 开头")
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return d.Set(ctx, settingCentre, string(text))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ToCentre is the channel of the outbox that leads to the centre. Its messages
// are sheets; sending one twice does no harm, so that what was cut off is sent
// again.
const ToCentre = "研究中心"

// Push queues a frozen sheet for the centre. One that was queued before, or
// sent, becomes due again.
func (d *DB) Push(ctx context.Context, s *Sheet) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		if s.ID == 0 {
			return invalid("报送表", "没有这个冻结版本", "先冻结，再报送")
		}
		key := fmt.Sprintf("sheet-%d", s.ID)
		err := d.enqueue(
			ctx,
			tx,
			[]Message{
				{
					Key:     key,
					Channel: ToCentre,
					Event:   "report",
					Subject: fmt.Sprintf("报送 %s %s第 %d 版", s.Period, s.Name, s.Version),
					Body:    fmt.Sprint(s.ID),
				},
			},
		)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(
			ctx,
			"UPDATE outbox SET due = ?, attempts = 0, sent = 0, stopped = 0, error = '' WHERE key = ? AND channel = ? AND claimed = 0",
			d.now().UnixMilli(),
			key,
			ToCentre,
		)
		return err
	})
}

// Pushed is the sheet that a message to the centre is about.
func (d *DB) Pushed(ctx context.Context, m Message) (Sheet, error) {
	return scanSheet(d.db.QueryRowContext(ctx, sheets+"WHERE sheet.id = CAST(? AS INTEGER)", m.Body).Scan)
}

// A Push is how the sending of a sheet to the centre stands.
type Push struct {
	Attempts int        `json:"attempts"`
	Due      time.Time  `json:"due"`               // of the next attempt, while it is under way
	Stopped  bool       `json:"stopped"`           // the centre refused it
	Error    string     `json:"error,omitempty"`   // of the last attempt
	Centre   string     `json:"centre,omitempty"`  // that took it
	Receipt  int64      `json:"receipt,omitempty"` // its number there
	Received *time.Time `json:"received,omitempty"`
}

// Accepted tells whether the centre has the sheet.
func (p *Push) Accepted() bool { return p.Received != nil }

// PushOf is how the sending of the sheet stands; nil when it was never asked
// for.
func (d *DB) PushOf(ctx context.Context, s *Sheet) (*Push, error) {
	var p Push
	var due, stopped, sent, received int64
	err := d.db.QueryRowContext(
		ctx,
		`SELECT o.attempts, o.due, o.stopped, o.error, o.sent, coalesce(r.centre, ''), coalesce(r.number, 0), coalesce(r.received, 0)
		FROM outbox o LEFT JOIN receipt r ON r.sheet = ?2 WHERE o.key = 'sheet-' || ?2 AND o.channel = ?1`,
		ToCentre,
		s.ID,
	).
		Scan(
			&p.Attempts,
			&due,
			&stopped,
			&p.Error,
			&sent,
			&p.Centre,
			&p.Receipt,
			&received,
		)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	p.Due, p.Stopped, p.Received = shown(due), stopped > 0, pointer(received)
	return &p, err
}

// Received notes that the centre took the sheet of a claimed message.
func (d *DB) Received(ctx context.Context, m Message, centre string, number int64, received time.Time) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE outbox SET sent = ?, claimed = 0, error = '' WHERE id = ?", d.now().UnixMilli(), m.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(
			ctx,
			"INSERT INTO receipt (sheet, centre, number, received) VALUES (CAST(?1 AS INTEGER), ?2, ?3, ?4) ON CONFLICT DO UPDATE SET centre = ?2, number = ?3, received = ?4",
			m.Body,
			centre,
			number,
			received.UnixMilli(),
		)
		return err
	})
}
