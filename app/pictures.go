package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"chaping"
	"chaping/crawler"
	"chaping/crawler/evidence"
	"chaping/crawler/picture"
	"chaping/store"
)

// How many pictures are fetched at most at a time, how often one is tried that
// might be had another time, and how long it is left alone then.
const (
	mostPictures  = 500
	pictureTries  = 4
	pictureRetire = 6 * time.Hour
)

// KeptPictures tells what came of fetching pictures.
type KeptPictures struct {
	Kept   int `json:"kept"`   // now, and not before
	Failed int `json:"failed"` // now
	Left   int `json:"left"`   // that are still to be fetched
}

// KeepPictures fetches the pictures that reviews with severe affirmed mentions of
// a period carry, and keeps them as evidence. Killed half-way it is run again; what
// is kept, or cannot be had, is not fetched twice.
func (a *App) KeepPictures(ctx context.Context, pipe *Pipeline, period chaping.Period, watch Watcher) (out KeptPictures, err error) {
	e, err := pipe.Store.Edition(ctx, period, pipe.Miner.Version())
	if err != nil {
		return out, err
	}
	wanted, err := pipe.severePictures(ctx, e)
	if err != nil || len(wanted) == 0 {
		return out, err
	}
	kept, err := a.Evidence(ctx)
	if err != nil {
		return out, err
	}
	known, err := kept.Pictures(ctx, wanted)
	if err != nil {
		return out, err
	}
	wanted = slices.DeleteFunc(wanted, func(address string) bool {
		p, there := known[address]
		return there && (p.ID != "" || p.Tries >= pictureTries || a.Now().Sub(p.Fetched) < pictureRetire)
	})
	fetcher := crawler.NewPictures(crawler.Options{Version: a.programRelease(), Now: a.Now}, a.ownHosts())
	defer fetcher.Close()
	for i, address := range wanted {
		if i == mostPictures {
			out.Left = len(wanted) - i
			break
		}
		fetched, err := keepPicture(ctx, kept, fetcher, address, a.Now)
		if err != nil {
			return out, err
		}
		if fetched {
			out.Kept++
		} else {
			out.Failed++
		}
		watch.tell(Progress{Step: "图片", Done: int64(i + 1), Total: int64(min(len(wanted), mostPictures))})
	}
	return out, nil
}

// keepPicture fetches one and tells whether it came.
func keepPicture(
	ctx context.Context,
	kept *evidence.Store,
	fetcher *crawler.Pictures,
	address string,
	now func() time.Time,
) (bool, error) {
	body, err := fetcher.Fetch(ctx, address)
	var thumb []byte
	if err == nil {
		thumb, err = picture.JPEG(body, picture.Thumb)
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err == nil {
		return true, kept.PutPicture(ctx, address, now(), body, thumb)
	}
	problem := err.Error()
	var never *chaping.InputError
	if errors.As(err, &never) {
		problem = never.Problem
	}
	return false, kept.NoPicture(ctx, address, now(), chaping.Shorten(problem, 300))
}

// severePictures are the addresses of pictures that reviews with severe affirmed
// mentions carry.
func (p *Pipeline) severePictures(ctx context.Context, e store.Edition) (wanted []string, err error) {
	seen := map[string]bool{}
	var keys []chaping.ReviewKey
	flush := func() error {
		found, err := p.Store.Media(ctx, keys)
		for _, key := range keys {
			for _, m := range chaping.SplitMedia(found[key]) {
				if !m.Video && !seen[m.URL] {
					seen[m.URL] = true
					wanted = append(wanted, m.URL)
				}
			}
		}
		keys = keys[:0]
		return err
	}
	err = p.Store.Affirmed(ctx, e, p.severeTerms(), func(key chaping.ReviewKey) error {
		if keys = append(keys, key); len(keys) < batch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return wanted, err
}

// ownHosts are the hosts of sites of the data directory that may stand in the own
// network, with their ports: who wrote those profiles runs the machine.
func (a *App) ownHosts() (hosts []string) {
	for _, name := range a.Sites() {
		if a.ownSite(name) == "" {
			continue
		}
		p, err := a.SiteProfile(name)
		if err == nil && p.Base != nil && slices.Contains(p.PrivateHosts, p.Base.Hostname()) {
			hosts = append(hosts, p.Base.Host)
		}
	}
	return hosts
}

// A Medium is a picture or video beside a sentence.
type Medium struct {
	URL     string `json:"url"`
	Video   bool   `json:"video"`
	ID      string `json:"id,omitempty"`      // of the picture that is kept
	Problem string `json:"problem,omitempty"` // why none is
}

// Media are the pictures and videos of reviews, with what is kept of them.
func (a *App) Media(ctx context.Context, keys []chaping.ReviewKey) (map[chaping.ReviewKey][]Medium, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.Media(ctx, keys)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	kept, err := a.keptEvidence(ctx)
	if err != nil {
		return nil, err
	}
	media := map[chaping.ReviewKey][]Medium{}
	var pictures []string
	for key, text := range found {
		for _, m := range chaping.SplitMedia(text) {
			media[key] = append(media[key], Medium{URL: m.URL, Video: m.Video})
			if !m.Video {
				pictures = append(pictures, m.URL)
			}
		}
	}
	if kept == nil {
		return media, nil
	}
	known, err := kept.Pictures(ctx, pictures)
	for _, list := range media {
		for i := range list { // no video is among them
			p := known[list[i].URL]
			list[i].ID, list[i].Problem = p.ID, p.Problem
		}
	}
	return media, err
}

// Picture is a kept picture, drawn anew: small, or as large as a page shows it.
func (a *App) Picture(ctx context.Context, id string, small bool) ([]byte, error) {
	kept, err := a.keptEvidence(ctx)
	if err != nil {
		return nil, err
	}
	if kept == nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "没有这张图片", Remedy: "刷新页面"}
	}
	body, thumb, err := kept.Picture(ctx, id)
	if err != nil || small {
		return thumb, err
	}
	return picture.JPEG(body, picture.Full)
}
