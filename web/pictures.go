package web

import (
	"net/http"

	"chaping"
	"chaping/app"
)

// picturesDue is how many periods may wait for their pictures to be fetched.
const picturesDue = 16

// picturesSoon has the pictures of a period fetched in the background: it takes
// as long as sites let it, and nothing waits for them.
func (s *Server) picturesSoon(p chaping.Period) {
	if !s.Pictures {
		return
	}
	select {
	case s.pictures <- p:
	default: // when one of those that wait is mined again, it comes to the others
	}
}

// keepPictures fetches the pictures of periods that were mined, one period after
// the other, until the portal ends.
func (s *Server) keepPictures() {
	for {
		select {
		case <-s.ended.Done():
			return
		case p := <-s.pictures:
			kept, err := s.picturesOf(p)
			if err != nil && s.ended.Err() == nil {
				s.Log.Error("pictures", "period", p.String(), "err", err)
			}
			if s.kept != nil {
				s.kept(p, kept, err)
			}
			if err == nil && kept.Left > 0 {
				s.picturesSoon(p)
			}
		}
	}
}

func (s *Server) picturesOf(p chaping.Period) (app.KeptPictures, error) {
	pipe, err := s.App.Pipeline(s.ended, s.miner(), nil)
	if err != nil {
		return app.KeptPictures{}, err
	}
	return s.App.KeepPictures(s.ended, pipe, p, nil)
}

// dress fills in what is shown of sentences: the marks in them, and the pictures
// beside them.
func (q *request) dress(list []item) error {
	q.mark(list)
	keys := make([]chaping.ReviewKey, len(list))
	for i := range list {
		keys[i] = list[i].Review
	}
	media, err := q.App.Media(q.ctx, keys)
	for i := range list {
		list[i].Media = media[list[i].Review]
	}
	return err
}

// picture shows a kept picture, drawn anew. One is drawn at a time: a large one
// takes the memory of hundreds of pages.
func (q *request) picture() error {
	small := q.form("size") == "small"
	if !small {
		q.drawing.Lock()
		defer q.drawing.Unlock()
	}
	body, err := q.App.Picture(q.ctx, q.r.PathValue("id"), small)
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	q.w.WriteHeader(http.StatusOK)
	_, err = q.w.Write(body)
	return err
}
