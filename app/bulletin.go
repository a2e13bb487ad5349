package app

import (
	"context"
	"crypto/rand"

	"chaping/station"
	"chaping/station/notify"
)

// Issue publishes a bulletin, and tells the channels that want bulletins: those
// of the installation, and those of the station that it is for, or of all
// stations. It is published whether or not the channels can be reached.
func (a *App) Issue(ctx context.Context, b station.Bulletin) (station.Bulletin, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return b, err
	}
	channels, err := a.Channels()
	if err != nil {
		return b, err
	}
	text := b.Content + "\n\n" + b.Who + "发布，请到门户的“通报与反馈”签收、回复。"
	key, subject := "bulletin-"+rand.Text(), b.Kind.Chinese()+"："+b.Title
	messages := channels.To(b.Station, notify.Bulletin, key, subject, text)
	if b.Station == 0 {
		messages = channels.ToAll(notify.Bulletin, key, subject, text)
	}
	return d.Issue(ctx, b, messages...)
}
