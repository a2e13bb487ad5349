package crawler

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"chaping/crawler/frontier"
)

// A coordinator hands claims out to workers and takes their results in.
type coordinator struct {
	*collection
	claims  chan<- frontier.Claim
	results <-chan done

	idle     int                       // workers
	held     map[string]frontier.Claim // claimed and not yet reported to the queue
	pending  batch                     // done and not yet stored
	extend   *time.Ticker
	lingered *time.Timer
	free     *time.Timer // when more can be claimed
}

// coordinate hands out claims and takes in results until nothing is left. It
// does so in turns: what was done is stored and reported, then as much is
// claimed as there are idle workers. A turn waits until half of the workers is
// idle, or the first result has waited a moment, so that stores and queues see
// a few pages at once.
func (c *collection) coordinate(ctx context.Context, claims chan<- frontier.Claim, results <-chan done) error {
	o := coordinator{
		collection: c, claims: claims, results: results,
		idle: c.Workers, held: map[string]frontier.Claim{},
		extend: time.NewTicker(c.Lease / 3), lingered: time.NewTimer(linger), free: time.NewTimer(0),
	}
	defer o.extend.Stop()
	defer o.lingered.Stop()
	defer o.free.Stop()
	for {
		acks, err := o.keep(ctx)
		if err != nil {
			return errors.Join(err, o.leave(ctx))
		}
		if c.spent(o.under()) {
			return errors.Join(c.ack(ctx, acks), o.leave(ctx))
		}
		claimed, stale, err := c.queue.Turn(ctx, o.idle, acks...)
		if err != nil {
			return errors.Join(err, o.leave(ctx))
		}
		c.doneElsewhere(stale)
		o.handOut(&claimed)
		if o.under() > 0 {
			if err := o.await(ctx, claimed.Wait); err != nil {
				return errors.Join(err, o.leave(ctx))
			}
			continue
		}
		switch {
		case claimed.Open == 0:
			return nil
		case claimed.Wait > c.Patience:
			c.log.Warn("网站暂停访问，本次采集先到这里", "wait", claimed.Wait)
			return nil
		}
		if err := c.Sleep(ctx, min(claimed.Wait, poll)); err != nil {
			return err
		}
	}
}

// under is how many pages are under way.
func (o *coordinator) under() int { return o.Workers - o.idle }

func (o *coordinator) handOut(claimed *frontier.Batch) {
	for _, claim := range claimed.Claims {
		o.held[claim.Key] = claim
		o.claims <- claim
		o.idle--
	}
	o.progress.Open = claimed.Open
}

func (o *coordinator) take(d done) {
	if len(o.pending.done) == 0 {
		o.lingered.Reset(linger)
	}
	o.idle++
	o.pending.add(d)
}

// keep stores what was done, and leaves the results to report.
func (o *coordinator) keep(ctx context.Context) ([]frontier.Result, error) {
	for _, d := range o.pending.done {
		delete(o.held, d.claim.Key)
	}
	results, err := o.store(ctx, o.pending)
	if err == nil {
		o.pending = batch{}
	}
	return results, err
}

// leave waits for the workers, keeps what is done and gives back what is not.
func (o *coordinator) leave(ctx context.Context) error {
	soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	for o.under() > 0 {
		o.take(<-o.results)
	}
	acks, err := o.keep(soft)
	if err != nil {
		return err
	}
	return o.ack(soft, acks)
}

// await takes in results until it is time for another turn. More can be claimed
// after so long; 0: only when a worker is idle.
func (o *coordinator) await(ctx context.Context, wait time.Duration) error {
	enough := max(1, o.under()/2)
	o.free.Stop()
	if wait > 0 {
		o.free.Reset(min(wait, poll))
	}
	for {
		select {
		case d := <-o.results:
			if o.take(d); len(o.pending.done) >= enough || o.pending.full() {
				return nil
			}
		case <-o.lingered.C:
			if len(o.pending.done) > 0 {
				return nil
			}
		case <-o.free.C:
			return nil
		case <-o.extend.C:
			if _, err := o.queue.Extend(ctx, slices.Collect(maps.Values(o.held))...); err != nil {
				o.log.Warn("无法续租", "err", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
