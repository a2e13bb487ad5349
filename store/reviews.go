package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/cespare/xxhash/v2"

	"chaping"
)

const (
	// ClickHouse refuses an insert that touches more than 100 partitions,
	// which are months here.
	maxMonths = 100

	// A batch is sent once it is this large, so that memory does not depend
	// on what the caller passes.
	maxRows  = 1 << 16
	maxBytes = 64 << 20

	// hashBits of a review's version are content hash; see 0001_reviews.sql.
	hashBits = 20
)

// The dates that DateTime holds, whole days in Asia/Shanghai.
var (
	firstDate = time.Date(1970, 1, 2, 0, 0, 0, 0, chaping.Shanghai())
	lastDate  = time.Date(2106, 1, 1, 0, 0, 0, 0, chaping.Shanghai()) // exclusive
)

// PutReviews stores reviews. Of two copies of a review, the one collected
// later holds, whichever comes first; a zero Collected means now. A review
// that cannot be kept (a date outside 1970–2105, an empty or overlong key, a
// rating out of range) is a *chaping.InputError that names it, and nothing of
// the call is stored.
func (s *Store) PutReviews(ctx context.Context, reviews []chaping.Review) error {
	for i := range reviews {
		if err := checkReview(&reviews[i]); err != nil {
			return err
		}
	}
	return s.superseding(ctx, reviews, func(ctx context.Context) error {
		if err := s.putMedia(ctx, reviews); err != nil { // first: no review that holds is without what it carries
			return err
		}
		return s.putReviews(ctx, reviews)
	})
}

func (s *Store) putReviews(ctx context.Context, reviews []chaping.Review) error {
	month := make([]int, len(reviews))
	order := make([]int, len(reviews)) // by month, so that few inserts touch a month
	for i := range reviews {
		t := reviews[i].Published.In(chaping.Shanghai())
		month[i], order[i] = t.Year()*12+int(t.Month()), i
	}
	slices.SortStableFunc(order, func(i, j int) int { return month[i] - month[j] })
	now := s.now()
	b := newReviewColumns(len(order))
	months, last := 0, -1
	for n, i := range order {
		if month[i] != last {
			months, last = months+1, month[i]
		}
		if months > maxMonths || len(b.id) == maxRows || b.bytes > maxBytes {
			if err := b.send(ctx, s); err != nil {
				return err
			}
			b, months = newReviewColumns(len(order)-n), 1
		}
		b.add(&reviews[i], now)
	}
	return b.send(ctx, s)
}

func checkReview(r *chaping.Review) error {
	bad := func(field, value, problem, remedy string) error {
		return &chaping.InputError{
			File: fmt.Sprintf(
				"评论 %s/%s/%s",
				chaping.Shorten(r.Platform, 40),
				chaping.Shorten(r.Product, 40),
				chaping.Shorten(r.ID, 40),
			),
			Field:   field,
			Value:   value,
			Problem: problem,
			Remedy:  remedy,
		}
	}
	switch {
	case !keyFits(r.Platform) || !keyFits(r.Product) || !keyFits(r.ID):
		return bad("编号", "", fmt.Sprintf("平台、商品和评论编号不能为空，且各不超过 %d 字节", chaping.MaxKey), "改正来源中的编号字段")
	case r.Published.Before(firstDate) || !r.Published.Before(lastDate):
		return bad("发表时间", r.Published.Format(time.RFC3339), "不在 1970–2105 年之间", "检查来源的日期格式")
	case !r.AppendedAt.IsZero() && (r.AppendedAt.Before(firstDate) || !r.AppendedAt.Before(lastDate)):
		return bad("追评时间", r.AppendedAt.Format(time.RFC3339), "不在 1970–2105 年之间", "检查来源的日期格式")
	case !r.Collected.IsZero() && (r.Collected.Before(firstDate) || !r.Collected.Before(lastDate)):
		return bad("采集时间", r.Collected.Format(time.RFC3339), "不在 1970–2105 年之间", "检查本机时钟")
	case int(int32(r.Rating)) != r.Rating:
		return bad("评分", strconv.Itoa(r.Rating), "超出范围", "检查来源的评分字段")
	}
	return nil
}

func keyFits(s string) bool { return 0 < len(s) && len(s) <= chaping.MaxKey }

// version orders the copies of a review. It uses scratch and returns it.
func version(r *chaping.Review, now time.Time, scratch []byte) (uint64, []byte) {
	collected := r.Collected
	if collected.IsZero() {
		collected = now
	}
	scratch = scratch[:0]
	for _, n := range []int64{r.Published.Unix(), millis(r.AppendedAt), int64(r.Rating), int64(r.Grade), int64(bit(r.Default))} {
		scratch = binary.AppendVarint(scratch, n)
	}
	for _, text := range []string{r.Text, r.Appended, r.Rule, r.Run} {
		scratch = binary.AppendUvarint(scratch, uint64(len(text)))
		scratch = append(scratch, text...)
	}
	scratch = append(scratch, r.Media...)
	hash := xxhash.Sum64(scratch) & (1<<(hashBits-1) - 1)
	hash |= uint64(bit(r.Appended != "")) << (hashBits - 1) // of two copies of one moment the one with more holds
	return uint64(collected.UnixMilli())<<hashBits | hash, scratch
}

// reviewColumns are reviews on their way to the table.
type reviewColumns struct {
	platform, product, id []string
	published             []time.Time
	rating                []int32
	grade                 []uint8
	rule                  []string
	isDefault             []uint8
	text, appended        []string
	appendedAt            []time.Time
	run                   []string
	version               []uint64
	bytes                 int
	scratch               []byte
}

// newReviewColumns are empty, with room for so many reviews, or for a batch.
func newReviewColumns(rows int) reviewColumns {
	n := min(rows, maxRows)
	texts := func() []string { return make([]string, 0, n) }
	return reviewColumns{
		platform: texts(), product: texts(), id: texts(), rule: texts(), text: texts(), appended: texts(), run: texts(),
		published: make([]time.Time, 0, n), appendedAt: make([]time.Time, 0, n),
		rating: make(
			[]int32,
			0,
			n,
		), grade: make([]uint8, 0, n), isDefault: make([]uint8, 0, n), version: make([]uint64, 0, n),
	}
}

func (b *reviewColumns) add(r *chaping.Review, now time.Time) {
	appendedAt := r.AppendedAt
	if appendedAt.IsZero() {
		appendedAt = time.Unix(0, 0)
	}
	b.platform = append(b.platform, r.Platform)
	b.product = append(b.product, r.Product)
	b.id = append(b.id, r.ID)
	b.published = append(b.published, r.Published)
	b.rating = append(b.rating, int32(r.Rating))
	b.grade = append(b.grade, uint8(r.Grade))
	b.rule = append(b.rule, r.Rule)
	b.isDefault = append(b.isDefault, bit(r.Default))
	b.text = append(b.text, r.Text)
	b.appended = append(b.appended, r.Appended)
	b.appendedAt = append(b.appendedAt, appendedAt)
	b.run = append(b.run, r.Run)
	v, scratch := version(r, now, b.scratch)
	b.version, b.scratch = append(b.version, v), scratch
	b.bytes += len(r.Text) + len(r.Appended)
}

func (b *reviewColumns) send(ctx context.Context, s *Store) error {
	if len(b.id) == 0 {
		return nil
	}
	return s.insert(ctx, "reviews", `platform, product, id, published, rating, grade, rule, is_default,
		text, appended, appended_at, run, version`,
		b.platform, b.product, b.id, b.published, b.rating, b.grade, b.rule, b.isDefault,
		b.text, b.appended, b.appendedAt, b.run, b.version)
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// Reviews calls each for every review published in the window, once, in no
// order. It streams: memory does not grow with the window, and other
// statements may run meanwhile. The review is overwritten by the next one.
// An error of each ends the reading and is returned.
func (s *Store) Reviews(ctx context.Context, w chaping.Window, each func(*chaping.Review) error) error {
	return s.reviewsIn(ctx, w, "reviews", each)
}

// reviewsIn reads the reviews of a window that the statement of that name gives.
func (s *Store) reviewsIn(
	ctx context.Context,
	w chaping.Window,
	name string,
	each func(*chaping.Review) error,
	args ...any,
) error {
	return s.queryIn(ctx, w, name, nil, readReviews(each), args...)
}

// ReviewsNamed calls each for those of the reviews that there are, whenever they
// were published.
func (s *Store) ReviewsNamed(ctx context.Context, keys []chaping.ReviewKey, each func(*chaping.Review) error) error {
	return s.queryKeys(ctx, "reviews_by_key", false, keys, readReviews(each))
}

// queryKeys executes a statement on reviews by their keys, so many at a time that
// it does not grow too long.
func (s *Store) queryKeys(
	ctx context.Context,
	name string,
	data any,
	keys []chaping.ReviewKey,
	each func(scan func(...any) error) error,
) error {
	const most = 2000 // in a statement
	for some := range slices.Chunk(keys, most) {
		var list []clickhouse.GroupSet
		for _, k := range some {
			list = append(list, tuple(k))
		}
		if err := s.query(ctx, name, data, []any{named("keys", list)}, each); err != nil {
			return err
		}
	}
	return nil
}

// tuple is a review's key as statements compare it.
func tuple(k chaping.ReviewKey) clickhouse.GroupSet {
	return clickhouse.GroupSet{Value: []any{k.Platform, k.Product, k.Review}}
}

// readReviews reads the reviews that a statement gives.
func readReviews(each func(*chaping.Review) error) func(scan func(...any) error) error {
	var (
		r                chaping.Review
		rating           int32
		grade, isDefault uint8
		appendedAt       time.Time
		version          uint64
	)
	return func(scan func(...any) error) error {
		err := scan(&r.Platform, &r.Product, &r.ID, &r.Published, &rating, &grade, &r.Rule, &isDefault,
			&r.Text, &r.Appended, &appendedAt, &r.Run, &version)
		if err != nil {
			return err
		}
		fillReview(&r, rating, grade, isDefault, appendedAt, version)
		return each(&r)
	}
}

// fillReview sets what is stored in another form than the review has it.
func fillReview(r *chaping.Review, rating int32, grade, isDefault uint8, appendedAt time.Time, version uint64) {
	r.Published = r.Published.In(chaping.Shanghai())
	r.Rating, r.Grade, r.Default = int(rating), chaping.Grade(grade), isDefault == 1
	r.AppendedAt = time.Time{}
	if appendedAt.Unix() != 0 {
		r.AppendedAt = appendedAt.In(chaping.Shanghai())
	}
	r.Collected = fromMillis(int64(version >> hashBits))
}

// WindowState is a fingerprint of what mining and counting read of the
// window's reviews, and their number. The fingerprint changes with every
// review that comes, goes or changes in text, date, grade or default flag; it
// does not change when the same reviews are collected again: see SameState.
// known are states of earlier calls for the window, or empty; when nothing has
// been inserted since one of them, that is returned without reading the reviews.
// Fingerprints of different databases cannot be compared.
func (s *Store) WindowState(
	ctx context.Context,
	w chaping.Window,
	known ...string,
) (state string, reviews uint64, err error) {
	now, err := s.inserted(ctx)
	if err != nil {
		return "", 0, err
	}
	for _, before := range known {
		content, at, _ := strings.Cut(before, "@")
		if now != "" && now == at {
			_, err := fmt.Sscanf(content, "%d-", &reviews)
			return before, reviews, err
		}
	}
	var sum uint64
	err = s.queryIn(ctx, w, "window_state", nil, func(scan func(...any) error) error { return scan(&reviews, &sum) })
	return fmt.Sprintf("%d-%016x@%s", reviews, sum, now), reviews, err
}

// SameState tells whether two states of a window are of the same reviews.
func SameState(a, b string) bool {
	a, _, _ = strings.Cut(a, "@")
	b, _, _ = strings.Cut(b, "@")
	return a == b
}

// CountRun is the number of distinct reviews that the run brought, whether or
// not their copies hold. Ask right after the run: in time a merge removes
// copies that another run's have replaced.
func (s *Store) CountRun(ctx context.Context, run string) (reviews uint64, err error) {
	err = s.query(
		ctx,
		"count_run",
		nil,
		[]any{named("run", run)},
		func(scan func(...any) error) error { return scan(&reviews) },
	)
	return reviews, err
}

// replacedAtOnce is how many reviews Replaced compares at once.
const replacedAtOnce = 1 << 20

// Replaced is how many of the distinct reviews that an import brought were there
// before with another text. Ask right after the run, as for CountRun.
func (s *Store) Replaced(ctx context.Context, run string, distinct uint64) (reviews uint64, err error) {
	parts := distinct/replacedAtOnce + 1
	for part := range parts {
		args := []any{named("run", run), named("parts", parts), named("part", part)}
		err := s.query(ctx, "replaced", nil, args, func(scan func(...any) error) error {
			var n uint64
			err := scan(&n)
			reviews += n
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return reviews, nil
}

// AlikeReviews calls each for the copies of reviews that came without an ID, of a
// platform's products, published in a window, but for those of a run.
func (s *Store) AlikeReviews(
	ctx context.Context,
	platform string,
	products []string,
	w chaping.Window,
	run string,
	each func(chaping.StoredReview) error,
) error {
	args := append(windowArgs(w), named("platform", platform), named("products", set(products)), named("run", run))
	return s.query(ctx, "alike_reviews", nil, args, func(scan func(...any) error) error {
		var r chaping.StoredReview
		var rating int32
		var grade uint8
		if err := scan(&r.Product, &r.ID, &r.Published, &rating, &grade, &r.Rule, &r.Text, &r.Version); err != nil {
			return err
		}
		r.Rating, r.Grade = int(rating), chaping.Grade(grade)
		return each(r)
	})
}

// A SameText is a review among others of its day that have its text.
type SameText struct {
	Product, ID string
	Published   int64 // seconds since 1970
}

// SameTexts calls each for the reviews of a platform, published in a window, that
// have text and day in common, where the run brought one of them. Of many reviews
// it looks at some only: at every text of parts.
func (s *Store) SameTexts(
	ctx context.Context,
	platform, run string,
	w chaping.Window,
	parts uint64,
	each func(text string, list []SameText),
) error {
	args := append(windowArgs(w), named("platform", platform), named("run", run), named("parts", max(parts, 1)))
	return s.query(ctx, "same_texts", nil, args, func(scan func(...any) error) error {
		var text string
		var keys []string
		if err := scan(&text, &keys); err != nil {
			return err
		}
		slices.Sort(keys)
		var list []SameText
		for _, key := range slices.Compact(keys) { // copies of one review
			product, rest, _ := strings.Cut(key, "\n")
			id, at, _ := strings.Cut(rest, "\n")
			seconds, _ := strconv.ParseInt(at, 10, 64)
			list = append(list, SameText{product, id, seconds})
		}
		each(text, list)
		return nil
	})
}

// HasUnnamed tells whether any review of the platform came without an ID, in
// another run than the one named.
func (s *Store) HasUnnamed(ctx context.Context, platform, run string) (found bool, err error) {
	args := []any{named("platform", platform), named("run", run)}
	err = s.query(ctx, "has_unnamed", nil, args, func(scan func(...any) error) error {
		found = true
		return nil
	})
	return found, err
}

// HasReviews tells whether there is any review of the platform.
func (s *Store) HasReviews(ctx context.Context, platform string) (found bool, err error) {
	err = s.query(ctx, "has_reviews", nil, []any{named("platform", platform)}, func(scan func(...any) error) error {
		found = true
		return nil
	})
	return found, err
}

// HasOthers tells whether there are reviews of another platform.
func (s *Store) HasOthers(ctx context.Context, platform string) (found bool, err error) {
	err = s.query(ctx, "has_others", nil, []any{named("platform", platform)}, func(scan func(...any) error) error {
		found = true
		return nil
	})
	return found, err
}

// ReviewCount is the number of distinct reviews.
func (s *Store) ReviewCount(ctx context.Context) (reviews uint64, err error) {
	err = s.query(ctx, "review_count", nil, nil, func(scan func(...any) error) error { return scan(&reviews) })
	return reviews, err
}

// ReviewBytes is what the stored reviews take on disk.
func (s *Store) ReviewBytes(ctx context.Context) (bytes uint64, err error) {
	err = s.query(ctx, "review_bytes", nil, nil, func(scan func(...any) error) error { return scan(&bytes) })
	return bytes, err
}
