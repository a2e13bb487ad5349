package station

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"chaping"
)

// A Message is to be sent through one channel. Key and channel make it unique:
// queueing it again changes nothing, so nothing is sent twice.
type Message struct {
	ID       int64      `json:"id"`
	Key      string     `json:"key"`
	Channel  string     `json:"channel"`
	Event    string     `json:"event"`
	Subject  string     `json:"subject"`
	Body     string     `json:"body"`
	Created  time.Time  `json:"created"`
	Attempts int        `json:"attempts"`
	Due      time.Time  `json:"due"`
	Sent     *time.Time `json:"sent,omitempty"`
	Stopped  bool       `json:"stopped"` // given up, or not known whether it arrived
	Error    string     `json:"error,omitempty"`
}

// Enqueue queues messages, all or none.
func (d *DB) Enqueue(ctx context.Context, messages ...Message) error {
	return d.transact(ctx, func(tx *sql.Tx) error { return d.enqueue(ctx, tx, messages) })
}

func (d *DB) enqueue(ctx context.Context, tx *sql.Tx, messages []Message) error {
	now := d.now().UnixMilli()
	for _, m := range messages {
		if _, err := tx.ExecContext(ctx, "INSERT INTO outbox (key, channel, event, subject, body, created, due) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			m.Key, m.Channel, m.Event, m.Subject, m.Body, now, now); err != nil {
			return err
		}
	}
	return nil
}

// claimTime is how long an attempt may take. One that has taken longer was
// cut off, and nobody knows whether the message arrived.
const claimTime = 10 * time.Minute

// Wait is how long a message that could not be sent waits for its next
// attempt: 1, 2, 4, … minutes, at most an hour.
func (m *Message) Wait() time.Duration {
	return min(firstDelay<<min(m.Attempts-1, 10), maxDelay)
}

const (
	firstDelay = time.Minute
	maxDelay   = time.Hour
)

// Claim takes the message that is due next, of those to the centre or of the
// others, and marks that an attempt to send it begins; ok is false when there
// is none. What another process has claimed is left alone; what was claimed
// and never finished is stopped, unless it may be sent twice.
func (d *DB) Claim(ctx context.Context, toCentre bool) (m Message, ok bool, err error) {
	err = d.transact(ctx, func(tx *sql.Tx) error {
		now := d.now().UnixMilli()
		if _, err := tx.ExecContext(ctx, "UPDATE outbox SET stopped = ?1, claimed = 0, error = '发送时程序中断，不确定是否送达；确认未送达后再重发' WHERE claimed > 0 AND claimed <= ?2 AND sent = 0 AND channel <> ?3",
			now, now-claimTime.Milliseconds(), ToCentre); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE outbox SET claimed = 0 WHERE claimed > 0 AND claimed <= ? AND channel = ?", now-claimTime.Milliseconds(), ToCentre); err != nil {
			return err
		}
		m, err = scanMessage(
			tx.QueryRowContext(
				ctx,
				"SELECT "+messageColumns+" FROM outbox WHERE sent = 0 AND stopped = 0 AND claimed = 0 AND due <= ? AND (channel = ?) = ? ORDER BY due, id LIMIT 1",
				now,
				ToCentre,
				toCentre,
			).Scan,
		)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		m.Attempts++
		_, err := tx.ExecContext(ctx, "UPDATE outbox SET claimed = ?, attempts = attempts + 1 WHERE id = ?", now, m.ID)
		return err
	})
	return m, ok, err
}

// Sent notes that a claimed message was sent.
func (d *DB) Sent(ctx context.Context, id int64) error {
	_, err := d.db.ExecContext(
		ctx,
		"UPDATE outbox SET sent = ?, claimed = 0, error = '' WHERE id = ?",
		d.now().UnixMilli(),
		id,
	)
	return err
}

// Withdraw takes a message that was not sent out of the outbox.
func (d *DB) Withdraw(ctx context.Context, id int64) error {
	_, err := d.db.ExecContext(ctx, "DELETE FROM outbox WHERE id = ? AND sent = 0", id)
	return err
}

// Failed notes that a claimed message could not be sent: it is due again at
// again, or given up when that is the zero time. Further messages that tell of
// it are queued in the same transaction.
func (d *DB) Failed(ctx context.Context, id int64, problem string, again time.Time, tell ...Message) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		stopped := int64(0)
		if again.IsZero() {
			stopped = d.now().UnixMilli()
		}
		if _, err := tx.ExecContext(ctx, "UPDATE outbox SET claimed = 0, error = ?, due = ?, stopped = ? WHERE id = ?", problem, millis(again), stopped, id); err != nil {
			return err
		}
		return d.enqueue(ctx, tx, tell)
	})
}

// Retry makes a message that was not sent due at once, with its attempts
// counted anew.
func (d *DB) Retry(ctx context.Context, id int64) error {
	result, err := d.db.ExecContext(
		ctx,
		"UPDATE outbox SET stopped = 0, claimed = 0, attempts = 0, due = ? WHERE id = ? AND sent = 0",
		d.now().UnixMilli(),
		id,
	)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("没有编号 %d 的未送出通知", id), Remedy: "核对编号"}
}

const messageColumns = "id, key, channel, event, subject, body, created, attempts, due, sent, stopped, error"

func scanMessage(scan func(...any) error) (m Message, err error) {
	var created, due, sent, stopped int64
	err = scan(
		&m.ID,
		&m.Key,
		&m.Channel,
		&m.Event,
		&m.Subject,
		&m.Body,
		&created,
		&m.Attempts,
		&due,
		&sent,
		&stopped,
		&m.Error,
	)
	m.Created, m.Due, m.Stopped = shown(created), shown(due), stopped > 0
	if sent > 0 {
		t := shown(sent)
		m.Sent = &t
	}
	return m, err
}

// Outbox are the messages, the latest first: those not sent yet, or all.
func (d *DB) Outbox(ctx context.Context, all bool, limit int) ([]Message, error) {
	var list []Message
	err := d.query(
		ctx,
		"SELECT "+messageColumns+" FROM outbox WHERE sent = 0 OR ?1 ORDER BY id DESC LIMIT ?2",
		[]any{all, limit},
		func(scan func(...any) error) error {
			m, err := scanMessage(scan)
			list = append(list, m)
			return err
		},
	)
	return list, err
}
