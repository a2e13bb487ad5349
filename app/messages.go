package app

import (
	"context"
	"fmt"
	"time"

	"chaping/station"
	"chaping/station/notify"
	"chaping/station/uplink"
)

// ChannelsFile is the file of the data directory with the notification channels.
const ChannelsFile = "notify.yaml"

// Channels are the configured channels; none without a file.
func (a *App) Channels() (*notify.Config, error) {
	c, err := written(a, ChannelsFile, "通知配置", notify.ReadConfig)
	if c == nil && err == nil {
		c = &notify.Config{}
	}
	return c, err
}

// A Delivery is what became of the notifications that were due. Those that
// failed stay in the outbox and are tried again.
type Delivery struct {
	Sent   int `json:"sent"`
	Failed int `json:"failed"`
}

// Deliver sends what is due in the outbox: notifications to their channels,
// reports to the research centre.
func (a *App) Deliver(ctx context.Context) (Delivery, error) {
	c, err := a.Channels()
	if err != nil {
		return Delivery{}, err
	}
	d, err := a.Station(ctx)
	if err != nil {
		return Delivery{}, err
	}
	sender := notify.Sender{Now: a.Now, Settled: a.settled}
	done, err := sender.Deliver(ctx, d, c)
	if err == nil {
		err = a.DeliverToCentre(ctx)
	}
	if err == nil {
		err = a.FetchFromCentre(ctx, fetchEvery)
	}
	return Delivery{Sent: done.Sent, Failed: done.Failed}, err
}

// DeliverToCentre sends the reports that are due to the research centre. People
// are told when it refuses one.
func (a *App) DeliverToCentre(ctx context.Context) error {
	d, err := a.Station(ctx)
	if err != nil {
		return err
	}
	return (&uplink.Sender{Station: d, Now: a.Now, Refused: a.refusedMessages}).Deliver(ctx)
}

// fetchEvery is how often the centre is asked for what concerns the station,
// besides when something is handed in there.
const fetchEvery = time.Hour

// FetchFromCentre asks the research centre for what concerns the station, unless
// it was asked within the time.
func (a *App) FetchFromCentre(ctx context.Context, within time.Duration) error {
	d, err := a.Station(ctx)
	if err != nil {
		return err
	}
	last, err := d.Inquiry(ctx)
	if err != nil || within > 0 && a.Now().Before(last.Asked.Add(within)) {
		return err
	}
	c, err := a.Channels()
	if err != nil {
		c = &notify.Config{} // told by whoever sends messages
	}
	announce := func(id int64, item *station.ExchangeItem) []station.Message { return a.announced(c, id, item) }
	return (&uplink.Sender{Station: d, Now: a.Now, Announce: announce}).Fetch(ctx)
}

// announceFor is how old a record of the centre may be for channels to be told of
// it: an installation that asks for the first time gets those of years.
const announceFor = 30 * 24 * time.Hour

// announced are the messages to the channels that want bulletins, once a record.
func (a *App) announced(c *notify.Config, id int64, item *station.ExchangeItem) []station.Message {
	var text string
	var since time.Time
	switch {
	case item.Bulletin != nil:
		text, since = item.Bulletin.Content+"\n\n"+item.Bulletin.Who+"发布，", item.Bulletin.At
	case item.Case != nil && !item.Case.Closed():
		text, since = item.Case.Lead+"\n\n", item.Case.Found
	default:
		return nil
	}
	if a.Now().Sub(since) > announceFor {
		return nil
	}
	return c.ToAll(
		notify.Bulletin,
		fmt.Sprintf("received-%d", id),
		"研究中心来件："+item.Title(),
		text+"请到门户的“研究中心来件”查看、回复。",
	)
}

func (a *App) refusedMessages(m station.Message, problem string) []station.Message {
	c, err := a.Channels()
	if err != nil {
		return nil // told by whoever sends messages
	}
	return c.Messages("failure", fmt.Sprintf("refused-%d-%d", m.ID, a.Now().Unix()), "研究中心没有收下："+m.Subject, problem)
}
