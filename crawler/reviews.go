package crawler

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"chaping"
	"chaping/ingest"
)

// A reviewPage is a page of a product's list of reviews while it is read.
type reviewPage struct {
	r    *reader
	o    *outcome
	t    task // with what the page adds to it
	step *reviewStep
	on   *page
	n    node

	short   bool // the page before had fewer than others have
	entries []entry
	ids     []uint64  // of the reviews that were not on the pages before
	fresh   int       // those of them whose traces are new as well
	round   bool      // some of them were read before, further up
	apart   int       // entries that came again out of their place
	last    time.Time // date of the last entry in its natural place

	// What stands in its natural place tells where the page is.
	natural int  // such reviews
	older   int  // those of them that are older than the window
	wanted  bool // one that is new is not older
}

// usualSize is the most entries that a first page of the site's lists had: one with
// fewer has room for more. entries are those of this list's.
func (r *reader) usualSize(ctx context.Context, o *outcome, t task, entries int) (int, error) {
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	name := fmt.Sprintf("size/%s/%d", r.job.Profile.Platform.ID, t.Reviews)
	known, err := r.ownerMark(ctx, name)
	usual, _ := strconv.Atoi(known) // 0 if it is not known
	if entries > usual && err == nil {
		r.setOwnerMark(o, name, strconv.Itoa(entries))
	}
	return usual, err
}

// reviews reads a page of a product's reviews.
func (r *reader) reviews(ctx context.Context, o *outcome, t task, on *page, n node) error {
	p := reviewPage{r: r, o: o, t: t, step: &r.job.Profile.reviews[t.Reviews], on: on, n: n}
	if err := p.read(ctx); err != nil {
		return err
	}
	p.date()
	p.take()
	return p.turn(ctx)
}

// read reads the page's entries, or says why a page without any is not the end
// of its list.
func (p *reviewPage) read(ctx context.Context) (err error) {
	step, t := p.step, &p.t
	items := step.items.list(p.n)
	first := t.Page == step.paging.from
	switch {
	case len(items) == 0:
		list := listPage{what: "评论", items: &step.items, empty: step.empty, total: step.paging.total, counted: step.paging.counts(), format: step.format,
			on: p.on, asked: t.URL, first: first, whole: t.Seen.Whole, short: t.Seen.Short, like: t.Like}
		if first {
			if list.like, err = p.r.anyList(ctx, *t); err != nil {
				return err
			}
		}
		if why := list.lack(p.n); why != "" {
			return errLayout{Fault{URL: t.URL, Field: "reviews.items", Problem: why}}
		}
	case first:
		t.Like = remember(step.format, p.n, items)
		if err := p.r.haveList(ctx, p.o, *t); err != nil {
			return err
		}
	}
	usual := 0
	if first && len(items) > 0 {
		if usual, err = p.r.usualSize(ctx, p.o, *t, len(items)); err != nil {
			return err
		}
	}
	p.short = t.Seen.Short
	t.Seen.size(len(items), step.paging.size, usual)

	from := p.r.source(step, p.on.read)
	p.entries = make([]entry, 0, len(items))
	for _, item := range items {
		p.entries = append(p.entries, p.r.review(p.o, *t, step, item, p.on.as, from))
	}
	if step.id == nil {
		p.round = t.Seen.number(p.entries)
		if err := p.recognise(ctx); err != nil {
			return err
		}
	}
	if step.shared && first && t.Slice == 0 {
		if t.Owner, err = p.r.owner(ctx, p.o, *t, p.entries); err != nil {
			return err
		}
		if t.Owner != "" {
			p.o.add(countShared, 1)
		}
	}
	return nil
}

// date finds out where the page stands in its list: it is past the window when
// it has reviews in their natural place and all of them are older.
func (p *reviewPage) date() {
	for i := range p.entries {
		review, place := &p.entries[i].review, p.entries[i].place
		if !place.dated || place.pinned {
			continue
		}
		p.natural++
		p.last = place.published
		if place.published.Before(p.t.From) {
			p.older++
		} else if !place.again && review.Appended == "" && !p.t.Seen.has(hash(place.id)) {
			p.wanted = true
		}
	}
}

// take hands on the page's reviews that are of the window and were not read
// before.
func (p *reviewPage) take() {
	o, t, window := p.o, &p.t, p.r.job.Window
	moved := true // what came again goes on with the page before, as where new ones came in front
	for i := range p.entries {
		review, place, ok := &p.entries[i].review, p.entries[i].place, p.entries[i].ok
		if place.id == "" {
			t.Seen.Bad = true
			continue
		}
		id := hash(place.id)
		if place.again || t.Seen.has(id) || slices.Contains(p.ids, id) {
			o.add(countDuplicates, 1)
			if !moved && !place.again && !place.pinned && !slices.Contains(p.ids, id) && !t.Seen.onTop(id) {
				p.apart++
			}
			continue
		}
		p.ids, moved = append(p.ids, id), false
		if slices.Contains(t.Seen.Old, uint32(id)) {
			p.apart++
			// Its trace was here before. Traces are short: it is counted as
			// known, and stored all the same, which changes nothing if it is.
			p.round = true
			o.add(countDuplicates, 1)
			if ok && window.Contains(review.Published) {
				review.Product = cmp.Or(t.Owner, review.Product)
				o.reviews = append(o.reviews, *review)
			}
			continue
		}
		p.fresh++
		t.Seen.Ill = t.Seen.Ill || review.Grade == chaping.Negative
		t.Seen.Well = t.Seen.Well || review.Grade == chaping.Positive || review.Grade == chaping.Neutral
		switch {
		case !ok:
			o.add(countRefused, 1)
			t.Seen.Bad = true
		case !window.Contains(review.Published):
			o.add(countOutside, 1)
			if p.entries[i].corrected { // it may have been of the window
				o.reviews = append(o.reviews, *review)
			}
		default:
			if from, to := p.entries[i].when.Within(); p.entries[i].when.Unit != 0 && (from.Before(window.From) || to.After(window.To)) {
				o.add(countVague, 1)
			}
			p.r.keep(o, t, p.step, id, review)
		}
	}
}

// turn goes on to the next page, or says how the list ended.
func (p *reviewPage) turn(ctx context.Context) error {
	r, o, t, step, now := p.r, p.o, &p.t, p.step, p.on.read
	if t.Began.IsZero() {
		t.Began = now
	}
	// Other orders than the whole list's say nothing about the window.
	ordered := !step.unordered && t.Slice <= len(step.slices.parts)
	before := t.Seen.Mixed
	if ordered {
		t.Seen.Mixed = before || !t.Seen.inOrder(p.entries) || t.Seen.Past && p.wanted
	}
	mixed := t.Seen.Mixed && !before // as this page shows
	got := t.Seen.Count + int64(p.fresh)
	stated := r.stated(o, t, step, p.n, len(p.entries), got)
	if ordered && !t.Seen.Mixed && p.natural > 0 && p.older == p.natural {
		trusted, err := r.trusted(ctx, *t, step)
		if err != nil {
			return err
		}
		t.Seen.Past = true
		if trusted {
			if lost := t.Seen.shrunk(got); lost != "" && t.Slice == 0 {
				r.truncated(o, *t, step, lost, now)
				return nil
			}
			t.Total = 0 // the rest was not asked for
			return r.sliced(o, *t, step, now)
		}
	}
	t.Seen.Through = !step.unordered && !t.Seen.Mixed && !p.last.IsZero() && p.last.Before(t.From)
	next, cursor, more := p.more()
	if mixed && t.Slice == 0 && (more || t.Page > step.paging.from) {
		o.add(countMixed, 1)
	}
	if full := t.Page+1-step.paging.from >= step.paging.limit; !more || full || mixed {
		if err := r.learn(ctx, o, *t, step); err != nil {
			return err
		}
		if more && full && ordered && t.Seen.Past && !t.Seen.Mixed { // behind a page that would have been the last
			t.Total = 0
			return r.sliced(o, *t, step, now)
		}
	}
	if t.Slice > 0 && !more {
		t.Parts += got
	}
	if short, total := t.short(step, stated, got, more); short != "" {
		return p.cut(short+t.Seen.hint(step), total)
	}
	if more {
		return p.follow(next, cursor, got)
	}
	return r.sliced(o, *t, step, now)
}

// more tells whether there is a following page, as paging and the page itself
// have it.
func (p *reviewPage) more() (address, cursor string, more bool) {
	t, step := &p.t, p.step
	address, cursor, more = p.r.next(p.o, &step.paging, t, p.on, p.n, len(p.entries))
	switch {
	case len(p.entries) == 0 || t.Page == step.paging.from:
	case p.fresh > 0:
		t.Seen.Apart += p.apart
	default:
		more = false // the site shows the same page for ever
		t.Seen.Round = t.Seen.Round || p.round
		t.Seen.Stuck = !p.short && !t.Seen.Through
	}
	if !more && len(p.entries) > 0 && t.Page > step.paging.from {
		t.Seen.Wall = p.wall()
	}
	if t.Seen.Whole && t.Seen.Short && step.paging.counts() {
		more = false // a page beyond the end: some sites answer it with an error
	}
	return address, cursor, more
}

// wall is what stands beside the entries of a page and sends the reader elsewhere
// for the rest, "" if nothing does that did not on the first page.
func (p *reviewPage) wall() string {
	doc := p.n.document()
	if doc == nil || p.step.format != formatHTML || p.step.items.css == nil {
		return ""
	}
	beside := doc.Clone()
	beside.FindMatcher(*p.step.items.css).Remove()
	for _, s := range elsewhereWords.FindAllString(visible(beside), 20) {
		if !slices.Contains(p.t.Like.Words, s) {
			return s
		}
	}
	return ""
}

// cut goes on where a list ended before its end, which is another way to look at
// it if there is one. total is how many reviews the site says there are.
func (p *reviewPage) cut(short string, total int64) error {
	t, step := &p.t, p.step
	switch {
	case t.Slice > 0:
		t.Cut = true
	case step.slices.count() > 0:
		t.Total = total
		t.Cut = len(step.slices.parts) == 0
	default:
		p.r.truncated(p.o, *t, step, short, p.on.read)
		return nil
	}
	return p.r.look(p.o, *t, step, p.on.read)
}

// follow puts the next page in line. got is how many reviews were read so far.
func (p *reviewPage) follow(address, cursor string, got int64) error {
	following := p.t
	following.Page, following.URL, following.Cursor = p.t.Page+1, address, cursor
	following.Seen.Last, following.Seen.Count = p.ids, got
	following.Seen.Old = p.t.Seen.Old.add(p.t.Seen.Last) // those of this page are in Last
	if p.t.Page == p.step.paging.from {
		following.Seen.First = p.ids
		following.Seen.Last = nil
	}
	return p.r.follow(p.o, following)
}

// keep hands on a review of the window, and counts it unless it was counted
// with another product or in another part of the list.
func (r *reader) keep(o *outcome, t *task, step *reviewStep, id uint64, review *chaping.Review) {
	review.Product = cmp.Or(t.Owner, review.Product)
	o.reviews = append(o.reviews, *review)
	if t.Owner != "" || slices.Contains(t.Had, id) { // stored again, which changes nothing
		o.add(countDuplicates, 1)
		return
	}
	if step.slices.count() > 0 && len(t.Had) < maxHad {
		t.Had = append(slices.Clip(t.Had), id)
	}
	if !step.shared && step.id != nil && r.twins.known(id, review) {
		o.add(countTwins, 1)
	}
	o.add(countReviews, 1)
	if review.Default {
		o.add(countDefaults, 1)
	}
	if review.Rating == 0 && review.Grade != chaping.Unrated {
		o.add(countByText, 1)
	}
	if review.Appended != "" {
		o.add(countAppended, 1)
	}
}

// A statement is how many reviews the site says there are.
type statement struct {
	value string
	least int64 // at least so many, 0 if it does not say
}

// stated reads how many reviews the site says there are, and keeps in t what
// that says of the list. entries are those of the page, got all so far.
func (r *reader) stated(o *outcome, t *task, step *reviewStep, n node, entries int, got int64) (s statement) {
	if step.paging.total == nil || t.Slice > 0 {
		return s
	}
	value, ok := step.paging.total.get(n)
	if !ok || value == "" {
		if t.Page == step.paging.from && entries > 0 {
			o.add(countUntold, 1)
		}
		return statement{least: t.Seen.Most}
	}
	total, exact, err := parseCount(value)
	s.value = strings.TrimSpace(countPattern.FindString(strings.ReplaceAll(width.Fold.String(value), ",", "")))
	switch {
	case err != nil:
		o.fault(Fault{URL: t.URL, Field: step.paging.total.name, Value: value, Problem: err.Error()})
		return statement{least: t.Seen.Most}
	case !exact: // 1.3万 may be 12,500
		s.least = total - total/10
		return s
	}
	seen := &t.Seen
	if total < seen.Most && (!seen.Fell || total < seen.Least) {
		seen.Fell, seen.Least = true, total
	}
	seen.Most = max(seen.Most, total)
	seen.Whole = total > 0 && got >= seen.Most
	s.least = total
	return s
}

// shrunk tells what may be missing where the list lost entries while it was
// read: those behind moved up, past the page that was read next.
func (s *seen) shrunk(got int64) string {
	if !s.Fell || got >= s.Most {
		return ""
	}
	if s.Least < got { // there is no such list
		return fmt.Sprintf("网站起初称共 %d 条，后来称共 %d 条，只读到 %d 条", s.Most, s.Least, got)
	}
	return fmt.Sprintf("读的过程中网站的评论总数由 %d 条减到 %d 条，后面的评论往前移，可能跳过了 %d 条", s.Most, s.Least, s.Most-s.Least)
}

// short tells what is missing when the reading of a list has to end here: the
// limit of pages, or what the site says there is. "" if nothing is missing, or
// there is a page to follow. least is how many the site says there are at
// least, 0 if it does not say.
func (t *task) short(step *reviewStep, stated statement, got int64, more bool) (problem string, least int64) {
	least = stated.least
	lost := t.Seen.shrunk(got)
	full := t.Page+1-step.paging.from >= step.paging.limit
	switch {
	case full && (more || t.Slice > 0 && step.paging.pages != nil): // sites count no pages beyond their limit
		return fmt.Sprintf("超过 %d 页，其余未读", step.paging.limit), least
	case more:
		return "", least
	case lost != "":
		return lost, max(least, t.Seen.Most)
	case got < least:
		return fmt.Sprintf("网站称共 %s 条，只读到 %d 条", cmp.Or(stated.value, strconv.FormatInt(least, 10)), got), least
	case t.Seen.Whole:
	case t.Seen.Round:
		return "翻页绕回到已经读过的一页，看不出后面还有没有", least
	case t.Seen.Wall != "":
		return fmt.Sprintf("最后一页上写着“%s”，后面的没有读到", t.Seen.Wall), least
	case t.Seen.Stuck && t.Page == step.paging.from+1:
		return "第 2 页与第 1 页是同样的一页，看不出后面还有没有；列表全在一页的，在站点配置里写 paging: none，否则核对翻页的写法", least
	case t.Seen.Stuck:
		return "满的一页之后又是读过的同样的一页，看不出后面还有没有；写 total 可以核对", least
	case t.Seen.Apart > 0:
		return fmt.Sprintf("翻页中有评论又出现在别的位置，重复 %d 条，列表的次序在变，可能有同样多的没有读到；换一种固定的排序，或写 total 核对",
			t.Seen.Apart), least
	}
	return "", least
}

// follow puts the task in line, at its URL or at the one that its page has.
func (r *reader) follow(o *outcome, t task) error {
	if t.URL == "" {
		if err := r.address(&t); err != nil {
			return errLayout{Fault{Field: "reviews.url", Problem: err.Error()}}
		}
	}
	key := []string{t.Product, strconv.Itoa(t.Reviews), strconv.Itoa(t.Page)}
	if t.Slice > 0 {
		key = append(key, strconv.Itoa(t.Slice))
	}
	o.next(t, key...)
	return nil
}

// sliced goes on when one way to look at the list has come to its end.
func (r *reader) sliced(o *outcome, t task, step *reviewStep, now time.Time) error {
	if t.Slice == 0 { // the whole list, to the end that matters
		return r.finished(o, t, now)
	}
	return r.look(o, t, step, now)
}

// look goes on with the next way to look at the list. After the last one,
// the product's reviews are complete if no part was cut.
func (r *reader) look(o *outcome, t task, step *reviewStep, now time.Time) error {
	if t.Slice < step.slices.count() {
		t.Slice++
		t.Page, t.Cursor, t.URL = step.paging.from, step.paging.start, ""
		t.Seen = seen{Bad: t.Seen.Bad}
		return r.follow(o, t)
	}
	if t.Cut || t.Parts < t.Total {
		r.truncated(o, t, step, "分段之后仍有读不到的", now)
		return nil
	}
	return r.finished(o, t, now)
}

func (r *reader) truncated(o *outcome, t task, step *reviewStep, problem string, now time.Time) {
	r.covered(o, t.Product, problem, true, now)
	o.note(noteTruncated, Fault{URL: t.URL, Field: step.items.name, Value: t.Product,
		Problem: fmt.Sprintf("商品 %s 的评论：%s", t.Product, problem)})
}

// source is how the site writes the reviews of a step.
func (r *reader) source(step *reviewStep, now time.Time) *ingest.Source {
	p := r.job.Profile
	s := ingest.Source{
		Platform: p.Platform.ID, Rule: p.Platform.Rating, Dates: step.published.date, Defaults: p.DefaultTexts,
		Run: r.job.Run, Now: now, Ahead: skew, GradeText: r.gradeText,
	}
	if step.appendedAt != nil {
		s.AppendedDates = step.appendedAt.date
	}
	return ingest.NewSource(s)
}

// review reads one review as the page told it at a time. It is not ok when it
// cannot be used; why is noted.
func (r *reader) review(
	o *outcome,
	t task,
	step *reviewStep,
	item node,
	told time.Time,
	from *ingest.Source,
) (e entry) {
	at := &e.place
	id, found := step.id.get(item)
	if step.id != nil && (!found || id == "") {
		o.fault(Fault{URL: t.URL, Field: step.id.name, Value: step.id.raw(item), Problem: "评论没有编号，未收录"})
		o.add(countRefused, 1)
	}
	at.id = id
	if value, ok := step.pinned.get(item); ok {
		at.pinned = truthy(value)
	}
	value, _ := step.published.get(item)
	published, fault := from.Published(value, told)
	at.published, at.dated = published, fault == nil
	e.when, e.dated = ingest.When{At: published, Unit: ingest.Counted(value)}, value
	if fault != nil {
		o.fault(Fault{URL: t.URL, Field: step.published.name, Value: value, Problem: fault.Problem + "，评论未收录"})
		return e
	}
	if at.id == "" && step.id != nil {
		return e
	}
	record := ingest.Record{Product: t.Product, ID: id, Published: published, Told: told}
	record.Text, _ = step.text.get(item)
	record.Appended, _ = step.appended.get(item)
	record.AppendedAt, _ = step.appendedAt.get(item)
	if pictures, videos := step.pictures.every(item), step.videos.every(item); pictures != "" || videos != "" {
		base, err := url.Parse(t.URL)
		if err != nil { // as it cannot have been fetched
			base = nil
		}
		record.Media = ingest.Media(pictures, videos, base)
	}
	if value, ok := step.isDefault.get(item); ok {
		record.Default = truthy(value)
	}
	if value, ok := step.rating.get(item); ok && value != "" {
		record.Rating = value
	} else if step.rating != nil {
		o.fault(Fault{URL: t.URL, Field: step.rating.name, Value: step.rating.raw(item), Problem: "评论没有评分，按未评分收录"})
	}
	if step.id == nil {
		buyer, _ := step.buyer.get(item)
		e.buyer = ingest.Buyer(buyer)
	}
	review, notes, fault := from.Review(&record)
	if fault != nil {
		notes = append(notes, fault)
	}
	for _, note := range notes {
		o.fault(Fault{URL: t.URL, Field: step.nameOf(note.Field), Value: note.Value, Problem: note.Problem})
	}
	e.review, e.ok = review, fault == nil
	return e
}

// nameOf is the path in the profile of what ingest names.
func (s *reviewStep) nameOf(fieldName string) string {
	fields := map[string]*field{ingest.FieldID: s.id, ingest.FieldPublished: &s.published,
		ingest.FieldRating: s.rating, ingest.FieldText: s.text, ingest.FieldAppendedAt: s.appendedAt}
	if f := fields[fieldName]; f != nil {
		return f.name
	}
	return fieldName
}
