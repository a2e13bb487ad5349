package web

import (
	"sync"
	"time"

	"chaping"
)

// recountAfter is how long after the last judgement of a period its numbers are
// counted anew: who reviews makes many in a row.
const recountAfter = 2 * time.Second

// recounts count periods anew after people have judged mentions, so that pages
// agree with what they decided.
type recounts struct {
	after   time.Duration
	mu      sync.Mutex
	due     map[chaping.Period]*time.Timer
	running sync.WaitGroup
	done    func(chaping.Period, error) // nil, or of a test
}

// recountSoon counts the period anew in the background, once nobody has judged
// for a moment.
func (s *Server) recountSoon(p chaping.Period) {
	r := &s.recounts
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.ended.Err() != nil {
		return
	}
	if t := r.due[p]; t != nil && t.Stop() {
		r.running.Done()
	}
	if r.due == nil {
		r.due = map[chaping.Period]*time.Timer{}
	}
	s.desk.counted.doubt()
	r.running.Add(1)
	r.due[p] = time.AfterFunc(r.after, func() {
		defer r.running.Done()
		err := s.recount(p)
		if err != nil && s.ended.Err() == nil {
			s.Log.Error("recount", "period", p.String(), "err", err)
		}
		if r.done != nil {
			r.done(p, err)
		}
	})
}

// recount brings the counts of a period that was mined up to date, and what is
// said of how right they are.
func (s *Server) recount(p chaping.Period) error {
	ctx := s.ended
	s.work.Lock()
	defer s.work.Unlock()
	defer s.desk.drop()
	pipe, err := s.App.Pipeline(ctx, s.miner(), nil)
	if err != nil {
		return err
	}
	if _, err = pipe.Mine(ctx, p, false); err == nil {
		_, err = s.App.PeriodQuality(ctx, pipe, p)
	}
	return err
}

// wait lets those that are due go, and waits for the one that runs.
func (r *recounts) wait() {
	r.mu.Lock()
	for _, t := range r.due {
		if t.Stop() {
			r.running.Done()
		}
	}
	r.mu.Unlock()
	r.running.Wait()
}
