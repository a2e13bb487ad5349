package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"chaping"
	"chaping/ingest"
)

// Some exports give what a buyer wrote later a row of its own, which a column
// calls 追评 and whose parent another column names. Such a row is no review: it
// goes to the one that it follows up (D14).

// followUpKinds are what columns call such rows.
var followUpKinds = regexp.MustCompile(`^(?:买家|用户|顾客|客户|会员)?(?:追评|追加评价|追加评论|追加|二次评价|后续评价)(?:内容)?$|` +
	`^(?:additional|append(?:ed)?|follow[_-]?up)(?:review|comment)?$`)

// firstKinds are what they call the others.
var firstKinds = regexp.MustCompile(`^(?:买家|用户)?(?:初评|首评|初次评价|首次评价|主评|主评价|评价|评论|普通评价|普通评论)$`)

// parentNames are names of columns with the ID of another row.
var parentNames = regexp.MustCompile(`^(?:父|上级|主评|原评|原始|所属|所追|初评|首评|被追).*|parent|replyto|belongto|originalid`)

// followFlags are names of columns that only say whether a row is one.
var followFlags = regexp.MustCompile(`^是否(?:为|是|属于)?(?:追评|追加|追加评价|追加评论|二次评价)$|` +
	`^is(?:additional|append(?:ed)?|follow_?up|after)(?:review|comment)?$`)

// orderNames are names of columns with the order that was reviewed: a review and
// what follows it up have the same.
var orderNames = regexp.MustCompile(`订单|訂單|交易(?:编)?号|order|trade`)

// followsUp tells whether a value of a column calls its row a follow-up.
func followsUp(name, value string) bool {
	value = plainValue(value)
	if followFlags.MatchString(name) {
		return slices.Contains(yesValues, value)
	}
	return followUpKinds.MatchString(value)
}

// followUps counts the rows that a column calls follow-ups of others; 0 where it
// is no such column. One that is called a kind of rows may have kinds that are not
// known.
func (m *mapper) followUps(i int) (n int) {
	name := lastName(m.samples[i].name)
	if m.looks[i].same > mostMarks {
		return 0
	}
	for _, value := range m.samples[i].values {
		switch plain := plainValue(value); {
		case followsUp(name, value):
			n++
		case followFlags.MatchString(name):
			if !slices.Contains(noValues, plain) {
				return 0
			}
		case firstKinds.MatchString(plain), buyers.MatchString(plain), speaks(name, value), speakerNames.MatchString(name):
		default:
			return 0
		}
	}
	return n
}

// parents finds, where a column calls rows follow-ups, the column that names the
// review of each: most of them are IDs of other rows, or orders of one.
func (m *mapper) parents() {
	id, ok := m.column[fieldID]
	if _, told := m.column[fieldParent]; told || ok && id < 0 {
		return
	}
	for i, s := range m.samples {
		if m.field[i] != "" && m.field[i] != fieldSpeaker || m.followUps(i) == 0 {
			continue
		}
		name, follows := lastName(s.name), map[int]bool{}
		for k, value := range s.values {
			follows[s.at[k]] = followsUp(name, value)
		}
		best, most := -1, 0
		if ok {
			best, most = m.parentColumn(id, follows)
		}
		if most == 0 && !m.has(fieldAppended) {
			best, most = m.orderColumn(follows)
		}
		if best < 0 || most*2 < m.followUps(i) {
			continue
		}
		if m.field[i] == "" {
			m.set(i, fieldSpeaker, ByName)
		}
		if best == id && ok || m.field[best] == fieldBuyer { // both rows have what the column has
			m.column[fieldParent] = best
			return
		}
		if m.field[best] != "" {
			delete(m.column, m.field[best])
		}
		m.set(best, fieldParent, ByName)
		return
	}
}

// parentColumn is the column in which the rows that follow up others have most IDs
// of those, and how many.
func (m *mapper) parentColumn(id int, follows map[int]bool) (best, most int) {
	first := map[string]bool{}
	for k, value := range m.samples[id].values {
		if !follows[m.samples[id].at[k]] {
			first[strings.TrimSpace(value)] = true
		}
	}
	best = -1
	for j, parent := range m.samples {
		if j != id && m.field[j] != "" && !parentNames.MatchString(plainName(parent.name)) {
			continue
		}
		n := 0
		for k, value := range parent.values {
			if follows[parent.at[k]] && first[strings.TrimSpace(value)] {
				n++
			}
		}
		if n > most {
			best, most = j, n
		}
	}
	return best, most
}

// orderColumn is the column of orders by which most follow-ups have just one
// review, of the same product.
func (m *mapper) orderColumn(follows map[int]bool) (best, most int) {
	product := map[int]string{}
	for _, field := range []string{fieldProductID, fieldProduct} {
		if i, ok := m.column[field]; ok && i >= 0 {
			for k, value := range m.samples[i].values {
				product[m.samples[i].at[k]] += "\x00" + value
			}
		}
	}
	best = -1
	for j, orders := range m.samples {
		if !orderNames.MatchString(plainName(orders.name)) || m.field[j] != "" && m.field[j] != fieldBuyer || m.looks[j].dateLike() > 0.5 && m.looks[j].long < 0.5 {
			continue
		}
		first := map[string]int{}
		for k, value := range orders.values {
			if !follows[orders.at[k]] {
				first[value+product[orders.at[k]]]++
			}
		}
		n := 0
		for k, value := range orders.values {
			if follows[orders.at[k]] && first[value+product[orders.at[k]]] == 1 {
				n++
			}
		}
		if n > most {
			best, most = j, n
		}
	}
	return best, most
}

// tellFollowUps says what becomes of the rows that a column calls follow-ups.
func (m *mapper) tellFollowUps() {
	for i, s := range m.samples {
		n := 0
		if m.field[i] == "" || m.field[i] == fieldSpeaker {
			n = m.followUps(i)
		}
		if n == 0 || followFlags.MatchString(lastName(s.name)) && m.has(fieldAppended) { // it stands beside its review
			continue
		}
		q := Question{Kind: AskUnused, Column: s.name, Samples: m.examples(i), Assumed: "每行追评另算一条评论",
			Text: fmt.Sprintf("列“%s”写明 %d 行是追评，程序没有用它。", s.name, n)}
		if parent, ok := m.column[fieldParent]; ok && parent >= 0 && m.field[i] == fieldSpeaker {
			q.Text = fmt.Sprintf("列“%s”写明 %d 行是追评，按列“%s”并入所追评的评论。", s.name, n, m.samples[parent].name)
			q.Assumed = "追评不另算评论；找不到所追评的评论的，各算一条"
		}
		m.ask(q)
	}
}

// mostFollowed is how many reviews are held that later rows may follow up.
const mostFollowed = 1 << 17

// followed are the reviews of a file whose follow-ups have rows of their own.
type followed struct {
	held    map[uint64]*held     // by the hash of the review's ID
	waiting map[uint64][]*parsed // follow-ups that came before their review
	batches int                  // that were sent
	orphans int                  // follow-ups whose review is not in the file, or is one of several
	orphan  string               // which the first of them names
}

// A held review may be followed up by a row further down.
type held struct {
	review chaping.Review
	batch  int  // followed.batches when it was put, -1 if it was not
	at     int  // in that batch
	others bool // the order has other reviews of the product: which one is followed up is not known
}

func newFollowed() *followed {
	return &followed{held: map[uint64]*held{}, waiting: map[uint64][]*parsed{}}
}

// followsByRow tells whether follow-ups have rows of their own that name their reviews.
func (p *Profile) followsByRow() bool { return len(p.Fields[fieldParent]) > 0 }

// byOrder tells whether they name the order that was reviewed.
func (p *Profile) byOrder() bool {
	parents := p.Fields[fieldParent]
	return len(parents) > 0 && orderNames.MatchString(lastName(parents[0]))
}

// parentOf is what a row calls the review that it follows up; for a review, what
// rows call it that follow it up. An order may have reviews of several products.
func (im *run) parentOf(r *row, p *parsed, product string) string {
	field := fieldParent
	if !p.marks.follows && !im.byOrder {
		field = fieldID
	}
	id, damaged := ingest.ID(r.field(field))
	switch {
	case damaged || id == "":
		return ""
	case im.byOrder:
		return id + ofProduct + product
	}
	return id
}

// ofProduct stands between an order and the product that was reviewed.
const ofProduct = "\x00"

// join gives the text of a row that follows a review up to the review. One that
// comes before its review waits for it.
func (im *run) join(p *parsed) {
	key := xxhash.Sum64String(p.parent)
	h := im.followed.held[key]
	if h != nil && h.others {
		im.single(p)
		return
	}
	if h == nil {
		if len(im.followed.waiting) < mostFollowed {
			waiting := *p // what it stands in is used again
			im.followed.waiting[key] = append(im.followed.waiting[key], &waiting)
			return
		}
		im.single(p)
		return
	}
	appendTo(&h.review, p)
	if p.place <= im.After { // an earlier import has kept both
		return
	}
	im.batch.last = max(im.batch.last, p.place)
	if h.batch == im.followed.batches {
		im.batch.reviews[h.at] = h.review
	} else {
		h.batch, h.at = im.followed.batches, len(im.batch.reviews)
		im.batch.reviews = append(im.batch.reviews, h.review)
	}
	im.batch.bytes += len(p.review.Text)
	if im.Row != nil {
		im.Row(Row{Line: p.row.line, Review: p.review, Listing: p.listing, Notes: p.notes, Merged: true})
	}
}

// appendTo adds what a row says to the review that it follows up.
func appendTo(r *chaping.Review, p *parsed) {
	if text := p.review.Text; !strings.Contains(r.Appended, text) {
		r.Appended = strings.TrimSpace(r.Appended + "\n" + text)
	}
	if r.AppendedAt.IsZero() {
		r.AppendedAt = p.review.Published
	}
	r.Media = strings.Trim(r.Media+"\n"+p.review.Media, "\n")
}

// hold keeps a review for rows that follow it up, and gives it those that came
// before it. nil: too many are held.
func (im *run) hold(p *parsed) *held {
	key := xxhash.Sum64String(p.parent)
	for _, early := range im.followed.waiting[key] {
		appendTo(&p.review, early)
	}
	delete(im.followed.waiting, key)
	before := im.followed.held[key]
	if before != nil && before.review.ID == p.review.ID && p.review.Appended == "" { // the file has the review twice
		p.review.Appended, p.review.AppendedAt = before.review.Appended, before.review.AppendedAt
	}
	if before == nil && len(im.followed.held) >= mostFollowed {
		return nil
	}
	h := &held{review: p.review, batch: -1, others: before != nil && (before.others || im.byOrder && before.review.ID != p.review.ID)}
	im.followed.held[key] = h
	return h
}

// single takes a row that follows up what is not in the file for a review of its own.
func (im *run) single(p *parsed) {
	if im.followed.orphans++; im.followed.orphan == "" {
		named, _, _ := strings.Cut(p.parent, ofProduct)
		im.followed.orphan = chaping.Shorten(named, 40)
	}
	p.marks.follows = false
	after := im.After
	im.After = 0 // it may have waited beyond what an earlier import has kept
	im.take(p)
	im.After = after
}

// left takes the rows that still wait for what they follow up.
func (im *run) left() {
	var list []*parsed
	for _, rows := range im.followed.waiting {
		list = append(list, rows...)
	}
	clear(im.followed.waiting)
	slices.SortFunc(list, func(a, b *parsed) int { return a.place - b.place })
	for _, p := range list {
		im.single(p)
	}
}
