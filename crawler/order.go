package crawler

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"chaping"
)

// Reading stops at the first page that is older than the window, which is right
// only where the newest reviews stand first. Many sites sort by usefulness
// instead, or put the good ones first, each kind by date, so that page after
// page looks right and what matters most stands behind the page where reading
// would stop. So a list is read on to its end where
//
//   - the dates of a page, or of two pages, contradict the order;
//   - nobody has said in the profile that the newest come first, and it has not
//     been found out yet: that takes some lists with reviews of both kinds in
//     which nothing that is wanted stood behind that page.
//
// What was found out is a mark of the queue; one list that proves the opposite
// outweighs all others.

// provenLists is how many lists have to be in order for the site to be.
const provenLists = 3

// orderNone is the mark of a site that was found to have no order.
const orderNone = "none"

func (r *reader) orderName(t task) string {
	return fmt.Sprintf("order/%s/%d", r.job.Profile.Platform.ID, t.Reviews)
}

// trusted tells whether a page older than the window ends the list.
func (r *reader) trusted(ctx context.Context, t task, step *reviewStep) (bool, error) {
	if step.sworn {
		return true, nil
	}
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	known, err := r.ownerMark(ctx, r.orderName(t))
	n, _ := strconv.Atoi(known) // none is 0
	return n >= provenLists, err
}

// learn takes in that a list was read to its end, which shows whether the site
// is in order: it proves nothing where no page was older than the window, or
// no review is negative.
func (r *reader) learn(ctx context.Context, o *outcome, t task, step *reviewStep) error {
	if step.sworn || step.unordered || t.Slice > 0 || !t.Seen.Mixed && (!t.Seen.Past || !t.Seen.Ill || !t.Seen.Well) {
		return nil
	}
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	name := r.orderName(t)
	known, err := r.ownerMark(ctx, name)
	n, _ := strconv.Atoi(known)
	value := strconv.Itoa(n + 1)
	switch {
	case err != nil || known == orderNone || n >= provenLists && !t.Seen.Mixed:
		return err
	case t.Seen.Mixed:
		value = orderNone
	}
	r.setOwnerMark(o, name, value)
	return nil
}

// hint is what a person who knows the site can do about a gap behind the page
// where reading would have stopped.
func (s *seen) hint(step *reviewStep) string {
	if !s.Past || s.Mixed || step.sworn {
		return ""
	}
	return "（早于报送期的一页已经读到；确知这个网站新的在前的，在站点配置里写 order: newest）"
}

// Lists in the order of dates are not quite in it: sites pin old reviews on
// top, count by day, and move a review up that got a follow-up.
const (
	pinnedAtMost  = 3 // entries at the top of a page that may be older than what follows
	leastSequence = 3 // entries that show an order at all
)

// inOrder tells whether the page goes on with a list that begins with the
// newest, and notes where its middle is.
func (s *seen) inOrder(entries []entry) bool {
	var days []time.Time
	for i := range entries {
		e := &entries[i]
		if e.place.dated && !e.place.pinned && !e.place.again && e.review.Appended == "" && !s.has(hash(e.place.id)) {
			days = append(days, day(e.place.published))
		}
	}
	days = days[pinnedOnTop(days):]
	if len(days) < leastSequence {
		return true
	}
	sorted := slices.SortedFunc(slices.Values(days), time.Time.Compare)
	middle := sorted[len(sorted)/2]
	later := !s.Mid.IsZero() && middle.After(s.Mid.AddDate(0, 0, 1))
	s.Mid = middle
	return !later && 3*(len(days)-longestFalling(days)) <= len(days)
}

// onTop tells whether a review is one of the first on the list's first page, which
// some sites show again in its place.
func (s *seen) onTop(id uint64) bool {
	return slices.Contains(s.First[:min(pinnedAtMost, len(s.First))], id)
}

func day(t time.Time) time.Time {
	t = t.In(chaping.Shanghai())
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// pinnedOnTop counts the entries at the top that are older than all that
// follow, if they are few.
func pinnedOnTop(days []time.Time) int {
	for n := min(pinnedAtMost, len(days)/2); n > 0; n-- {
		newest := slices.MaxFunc(days[n:], time.Time.Compare)
		if days[n].Equal(newest) && days[n-1].Before(newest) {
			return n
		}
	}
	return 0
}

// longestFalling is how many of the days form a sequence that never rises.
func longestFalling(days []time.Time) int {
	var ends []time.Time // the latest end of such a sequence of each length
	for _, d := range days {
		if i := slices.IndexFunc(ends, func(end time.Time) bool { return end.Before(d) }); i < 0 {
			ends = append(ends, d)
		} else {
			ends[i] = d
		}
	}
	return len(ends)
}
