package postgres

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/store"
	"threatwatch/store/rare"
)

// editions keeps what has been read of the newest edition that this process has seen, for all its readers.
type editions struct {
	mu      sync.Mutex // protects what follows
	edition int64
	kept    *rare.Rare
}

// of returns what is kept of an edition: nil for one that is over.
func (e *editions) of(edition int64) *rare.Rare {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case edition < e.edition:
		return nil
	case edition > e.edition || e.kept == nil:
		e.edition, e.kept = edition, &rare.Rare{}
	}
	return e.kept
}

// writeRare queues a statement that changes what readers keep by edition.
func (t *tx) writeRare(text string, args ...any) {
	t.renew()
	t.write(text, args...)
}

// renew begins a new edition with this transaction.
func (t *tx) renew() { t.head.edition = t.was.edition + 1 }

// LabelBodies returns every label. The map is shared with other readers: it is not to be changed.
func (s *snapshot) LabelBodies(ctx context.Context) (map[store.LabelID]string, error) {
	return s.rare.Labels(func() (map[store.LabelID]string, error) {
		out := map[store.LabelID]string{}
		err := s.each(ctx, "SELECT id, body FROM label", nil, func(r pgx.Rows) error {
			var id int32
			var body []byte
			err := r.Scan(&id, &body)
			out[store.LabelID(id)] = string(body)
			return err
		})
		return out, err
	})
}

// Sources lists all in order of number.
func (s *snapshot) Sources(ctx context.Context) ([]store.Source, error) {
	return s.rare.Sources(func() ([]store.Source, error) {
		return docs(ctx, s, "source", func(v *store.Source, id int32) { v.ID = store.SourceID(id) })
	})
}

// Collections lists all in order of number.
func (s *snapshot) Collections(ctx context.Context) ([]store.Collection, error) {
	return s.rare.Collections(func() ([]store.Collection, error) {
		return docs(ctx, s, "collection", func(v *store.Collection, id int32) { v.ID = store.CollectionID(id) })
	})
}

// docs reads a table of numbered documents.
func docs[T any](ctx context.Context, s *snapshot, table string, number func(*T, int32)) (list []T, err error) {
	err = s.each(ctx, "SELECT id, doc FROM "+table+" ORDER BY id", nil, func(r pgx.Rows) error {
		var id int32
		var doc []byte
		if err := r.Scan(&id, &doc); err != nil {
			return err
		}
		var v T
		err := json.Unmarshal(doc, &v)
		number(&v, id)
		list = append(list, v)
		return err
	})
	return list, err
}

// Derive returns what derive makes of labels, sources, collections and records, or made of the same before.
func (s *snapshot) Derive(key any, derive func() (any, error)) (any, error) {
	return s.rare.Derive(key, derive)
}

// Record returns a small document.
func (s *snapshot) Record(ctx context.Context, kind, key string) ([]byte, error) {
	return s.rare.Record(kind, key, func() (doc []byte, err error) {
		if storable(kind) && storable(key) {
			err = s.each(ctx, "SELECT doc FROM record WHERE kind = $1 AND key = $2", []any{kind, key}, func(r pgx.Rows) error { return r.Scan(&doc) })
		}
		if err == nil && doc == nil {
			err = threatwatch.Errorf(threatwatch.NotFound, "no %s %s", kind, key)
		}
		return doc, err
	})
}

// Records lists the documents of a kind whose keys start with prefix.
func (s *snapshot) Records(ctx context.Context, kind, prefix string, f func(string, []byte) error) error {
	if !storable(kind) || !storable(prefix) {
		return nil
	}
	read := func(f func(string, []byte) error) error { return s.records(ctx, kind, prefix, f) }
	return stopped(s.rare.Records(kind, prefix, read, f))
}

// recordPage is how many records are read at a time.
const recordPage = 500

func (s *snapshot) records(ctx context.Context, kind, prefix string, f func(string, []byte) error) error {
	for at, text := prefix, ">="; ; text = ">" {
		var page []rare.Record
		err := s.each(ctx, "SELECT key, doc FROM record WHERE kind = $1 AND key "+text+" $2 ORDER BY key LIMIT $3", []any{kind, at, recordPage}, func(r pgx.Rows) error {
			var rec rare.Record
			err := r.Scan(&rec.Key, &rec.Doc)
			page = append(page, rec)
			return err
		})
		if err != nil {
			return err
		}
		for _, rec := range page {
			if !strings.HasPrefix(rec.Key, prefix) {
				return nil
			}
			if err := f(rec.Key, rec.Doc); err != nil {
				return stopped(err)
			}
			at = rec.Key
		}
		if len(page) < recordPage {
			return nil
		}
	}
}
