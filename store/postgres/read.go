package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/store"
	"threatwatch/store/rare"
)

// snapshot reads through one connection that is in a transaction. What it reads is in memory before anybody is called back, so that
// callbacks may read too.
type snapshot struct {
	conn   *pgx.Conn
	names  *names
	rare   *rare.Rare       // what readers of this edition keep; nil: nothing
	fresh  map[string]int32 // names that this transaction gave numbers to
	head   head
	queue  pgx.Batch // statements that go with the next round trip
	sent   *sent     // statements that the server is at work on
	sends  int       // counts round trips
	shared bool      // others share this transaction: a caller who goes away must not break it
}

var _ store.Snapshot = (*snapshot)(nil)

// head is the row whose lock orders all writers.
type head struct {
	stamp   store.Stamp
	oid     store.OID
	edition int64
}

func (h *head) scan(r pgx.Rows) error {
	return r.Scan((*int64)(&h.stamp), (*int64)(&h.oid), &h.edition)
}

// each runs a query, after what is queued, and calls f for each row. f must not use the snapshot.
func (s *snapshot) each(ctx context.Context, text string, args []any, f func(pgx.Rows) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.shared {
		ctx = context.WithoutCancel(ctx)
	}
	if err := s.collect(); err != nil {
		return err
	}
	if s.queue.Len() == 0 {
		s.sends++
		rows, err := s.conn.Query(ctx, text, args...)
		if err != nil {
			return s.checked(err)
		}
		return s.checked(drain(rows, f))
	}
	s.queue.Queue(text, args...)
	if err := s.push(ctx); err != nil {
		return err
	}
	return s.finish(func(rows pgx.Rows) error { return drain(rows, f) })
}

// flush sends what is queued, and returns when all that was sent is done.
func (s *snapshot) flush(ctx context.Context) error {
	if err := s.push(ctx); err != nil {
		return err
	}
	return s.collect()
}

// sent is a round trip under way.
type sent struct {
	results pgx.BatchResults
	n       int // statements in it
}

// push sends what is queued and does not wait for what comes of it: an error shows with the next call that sends, reads or collects.
// What was sent before is waited for, since a connection does one thing at a time.
func (s *snapshot) push(ctx context.Context) error {
	if err := s.collect(); err != nil || s.queue.Len() == 0 {
		return err
	}
	if s.shared {
		ctx = context.WithoutCancel(ctx)
	}
	batch := s.queue
	s.queue = pgx.Batch{}
	s.sends++
	s.sent = &sent{s.conn.SendBatch(ctx, &batch), batch.Len()}
	return nil
}

// collect waits for what was sent.
func (s *snapshot) collect() error { return s.finish(nil) }

// finish waits for what was sent; the rows of the last statement go to last, when there is one.
func (s *snapshot) finish(last func(pgx.Rows) error) (err error) {
	if s.sent == nil {
		return nil
	}
	results, n := s.sent.results, s.sent.n
	s.sent = nil
	if last != nil {
		n--
	}
	for range n {
		if _, err = results.Exec(); err != nil {
			break
		}
	}
	if err == nil && last != nil {
		var rows pgx.Rows
		if rows, err = results.Query(); err == nil {
			err = last(rows)
		}
	}
	if e := results.Close(); err == nil {
		err = e
	}
	return s.checked(err)
}

// checked marks an error after which the connection is gone.
func (s *snapshot) checked(err error) error {
	if err != nil && s.conn.IsClosed() {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	return err
}

func drain(rows pgx.Rows, f func(pgx.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// where collects conditions and their arguments.
type where struct {
	conds []string
	args  []any
}

// add adds a condition; each ? in it stands for an argument.
func (w *where) add(cond string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.conds = append(w.conds, cond)
}

// and returns a copy with one more condition.
func (w *where) and(cond string, args ...any) *where {
	c := &where{append([]string(nil), w.conds...), append([]any(nil), w.args...)}
	c.add(cond, args...)
	return c
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

// labels adds the view. false: nothing can be visible.
func (w *where) labels(ls store.Labels) bool {
	if ls == nil {
		return false
	}
	if ls.All() {
		return true
	}
	ids := ls.IDs()
	w.add("label = ANY(?)", ints(ids))
	return len(ids) > 0
}

// ints are numbers in the form that the driver writes fastest.
func ints[T ~int32](list []T) []int32 {
	out := make([]int32, len(list))
	for i, n := range list {
		out[i] = int32(n)
	}
	return out
}

func bigints[T ~int64](list []T) []int64 {
	out := make([]int64, len(list))
	for i, n := range list {
		out[i] = int64(n)
	}
	return out
}

// Get returns one assertion; its bytes are the caller's.
func (s *snapshot) Get(ctx context.Context, oid store.OID) (out *store.Row, err error) {
	err = s.rows(ctx, []item{{oid: oid}}, &where{}, true, func(r *store.Row, _ item) error {
		out = r
		return nil
	})
	if err == nil && out == nil {
		err = threatwatch.Errorf(threatwatch.NotFound, "no assertion %d", oid)
	}
	return out, err
}

// LastStamp is the newest stamp given.
func (s *snapshot) LastStamp(context.Context) (store.Stamp, error) { return s.head.stamp, nil }
