package notify

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"chaping/station"
)

// The rules of trying again.
const (
	giveUp    = 24 * time.Hour
	tellAfter = 3 // failures, then the other channels are told
)

// Messages makes one message for every channel of the installation that wants
// the event.
func (c *Config) Messages(event, key, subject, body string) []station.Message {
	return c.To(0, event, key, subject, body)
}

// To makes one message for every channel that wants the event, of the
// installation and of the station that it concerns.
func (c *Config) To(of int64, event, key, subject, body string) []station.Message {
	var list []station.Message
	for i := range c.Channels {
		if ch := &c.Channels[i]; ch.Wants(event) && (ch.Station == "" || ch.Station == strconv.FormatInt(of, 10)) {
			list = append(list, station.Message{Key: key, Channel: ch.Name, Event: event, Subject: subject, Body: body})
		}
	}
	return list
}

// ToAll makes one message for every channel that wants the event, whosever it
// is.
func (c *Config) ToAll(event, key, subject, body string) []station.Message {
	var list []station.Message
	for i := range c.Channels {
		if ch := &c.Channels[i]; ch.Wants(event) {
			list = append(list, station.Message{Key: key, Channel: ch.Name, Event: event, Subject: subject, Body: body})
		}
	}
	return list
}

// Delivered counts what Deliver did.
type Delivered struct {
	Sent, Failed int
}

// Deliver sends what is due, one message after the other, until nothing is.
func (s *Sender) Deliver(ctx context.Context, d *station.DB, c *Config) (done Delivered, err error) {
	for {
		m, ok, err := d.Claim(ctx, false)
		if err != nil || !ok {
			return done, err
		}
		if s.Settled != nil {
			settled, err := s.Settled(ctx, m)
			if err == nil && settled {
				err = d.Withdraw(ctx, m.ID)
			}
			if err != nil {
				return done, errors.Join(err, d.Failed(context.WithoutCancel(ctx), m.ID, "发送时被中断", s.now()))
			}
			if settled {
				continue
			}
		}
		var problem error
		if ch := c.channel(m.Channel); ch == nil {
			problem = fmt.Errorf("通知配置里没有渠道“%s”", m.Channel)
		} else {
			problem = s.Send(ctx, ch, Message{Key: m.Key, Event: m.Event, Subject: m.Subject, Body: m.Body})
		}
		if ctx.Err() != nil && problem != nil { // interrupted: not the channel's fault
			return done, d.Failed(context.WithoutCancel(ctx), m.ID, "发送时被中断", s.now())
		}
		if problem == nil {
			done.Sent++
			if err := d.Sent(context.WithoutCancel(ctx), m.ID); err != nil {
				return done, err
			}
			continue
		}
		done.Failed++
		var tell []station.Message
		if m.Attempts == tellAfter && m.Event != "failure" {
			for _, t := range c.Messages("failure", fmt.Sprintf("channel-failed-%d", m.ID), "通知渠道“"+m.Channel+"”发送失败",
				fmt.Sprintf("未送达的通知：%s\n原因：%v\n程序会继续重试", m.Subject, problem)) {
				if t.Channel != m.Channel {
					tell = append(tell, t)
				}
			}
		}
		if err := d.Failed(ctx, m.ID, problem.Error(), s.again(m), tell...); err != nil {
			return done, err
		}
	}
}

// again is when a message is tried again; zero when it is given up.
func (s *Sender) again(m station.Message) time.Time {
	now := s.now()
	if now.Sub(m.Created) >= giveUp && m.Attempts > tellAfter {
		return time.Time{}
	}
	return now.Add(m.Wait())
}

func (c *Config) channel(name string) *Channel {
	for i := range c.Channels {
		if c.Channels[i].Name == name {
			return &c.Channels[i]
		}
	}
	return nil
}
