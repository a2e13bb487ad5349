package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/station"
	"chaping/station/notify"
)

// An Urging is what became of asking stations for their reports.
type Urging struct {
	Urged   []string // stations that are asked now
	Already []string // that were asked today
	Filed   []string // that have reported
	Unheard []string // that were asked, and have no account, channel or token to hear of it by
}

// Urge asks stations to hand in their report of a period: with a note among
// what the centre issues, which reaches their own installations too, and
// through the channels that belong to them. A station is asked once a day.
func (a *App) Urge(ctx context.Context, p chaping.Period, stations []int64, who, note string) (u Urging, err error) {
	d, err := a.Station(ctx)
	if err != nil {
		return u, err
	}
	calendar, err := a.Calendar()
	if err != nil {
		return u, err
	}
	channels, err := a.Channels()
	if err != nil {
		return u, err
	}
	due := calendar.Due(p).Day
	duties, err := d.Duties(
		ctx,
		station.Everything(),
		[]chaping.Period{p},
		func(chaping.Period) time.Time { return due },
	)
	if err != nil {
		return u, err
	}
	accounts, err := d.Accounts(ctx)
	if err != nil {
		return u, err
	}
	tokens, err := d.Tokens(ctx)
	if err != nil {
		return u, err
	}
	issued, err := d.Bulletins(ctx, station.Everything())
	if err != nil {
		return u, err
	}
	now := a.Now().In(chaping.Shanghai())
	title := "催报：" + p.String() + " 期报送表"
	for i := range duties {
		y := &duties[i]
		if !slices.Contains(stations, y.Station.ID) {
			continue
		}
		today := slices.ContainsFunc(issued, func(b station.Bulletin) bool {
			return b.Station == y.Station.ID && b.Title == title &&
				b.At.Format(time.DateOnly) == now.Format(time.DateOnly)
		})
		switch {
		case y.Filed():
			u.Filed = append(u.Filed, y.Station.Name)
			continue
		case today:
			u.Already = append(u.Already, y.Station.Name)
			continue
		}
		text := fmt.Sprintf("还没有收到贵站 %s 期的报送表。\n采集范围：%s\n报送截止：%s（当日 24:00 前）\n请填写报送表，或上传已经填好的文件；没有风险信息的，填“本期无”。",
			p, p.Window().Chinese(), due.Format(time.DateOnly))
		if note = strings.TrimSpace(note); note != "" {
			text += "\n" + note
		}
		key := fmt.Sprintf("urge-%d-%s-%s", y.Station.ID, p, now.Format(time.DateOnly))
		b := station.Bulletin{Who: who, Kind: station.Feedback, Station: y.Station.ID, Title: title, Content: text}
		if _, err := d.Issue(station.ActOn(ctx, fmt.Sprintf("报送期 %s %s", p, y.Station.Name)), b, channels.To(y.Station.ID, "reminder", key, title+"（"+y.Station.Name+"）", text)...); err != nil {
			return u, err
		}
		if !hears(y.Station.ID, channels, accounts, tokens, now) {
			u.Unheard = append(u.Unheard, y.Station.Name)
		}
		u.Urged = append(u.Urged, y.Station.Name)
	}
	return u, nil
}

// hears tells whether anything reaches a station: an account of its own, a channel
// for it, or a token with which its installation fetches what concerns it.
func hears(id int64, c *notify.Config, accounts []station.Account, tokens []station.Token, now time.Time) bool {
	_, own := station.Concerned(accounts, id)
	return len(own) > 0 ||
		slices.ContainsFunc(c.Channels, func(ch notify.Channel) bool {
			return ch.Station == strconv.FormatInt(id, 10) && ch.Wants("reminder")
		}) ||
		slices.ContainsFunc(tokens, func(t station.Token) bool {
			return t.Station == id && t.Revoked == nil && now.Before(t.Expires)
		})
}
