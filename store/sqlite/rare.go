package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"threatwatch"
	"threatwatch/store"
	"threatwatch/store/rare"
)

// kept is what a connection has read of one version of the data and may give again.
type kept struct {
	version int64
	last    store.Stamp // 0: not read yet

	generations []valueGeneration // nil: not read yet
	*rare.Rare
}

func newKept(version int64) *kept { return &kept{version: version, Rare: &rare.Rare{}} }

// rare returns what this connection has decoded of the same version of the data. The version does not count what its own connection commits,
// and a transaction must see its own changes: the connection that writes keeps nothing.
func (s *snapshot) rare() *kept {
	if s.c.turn == nil {
		return &kept{}
	}
	return s.c.kept
}

// LabelBodies returns every label. The map is shared with other readers: it is not to be changed.
func (s *snapshot) LabelBodies(context.Context) (map[store.LabelID]string, error) {
	return s.rare().Labels(func() (map[store.LabelID]string, error) {
		labels := map[store.LabelID]string{}
		err := s.c.each("SELECT id, body FROM label", nil, func(r *sql.Rows) error {
			var id store.LabelID
			var body string
			err := r.Scan(&id, &body)
			labels[id] = body
			return err
		})
		return labels, err
	})
}

// Sources lists all in order of number.
func (s *snapshot) Sources(context.Context) ([]store.Source, error) {
	return s.rare().Sources(func() ([]store.Source, error) {
		return docs(s.c, "source", func(v *store.Source, id int64) { v.ID = store.SourceID(id) })
	})
}

// Collections lists all in order of number.
func (s *snapshot) Collections(context.Context) ([]store.Collection, error) {
	return s.rare().Collections(func() ([]store.Collection, error) {
		return docs(s.c, "collection", func(v *store.Collection, id int64) { v.ID = store.CollectionID(id) })
	})
}

// docs reads a table of numbered documents.
func docs[T any](c *conn, table string, number func(*T, int64)) (list []T, err error) {
	err = c.each("SELECT id, doc FROM "+table+" ORDER BY id", nil, func(r *sql.Rows) error {
		var id int64
		var doc sql.RawBytes
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

// LastStamp is the newest stamp given.
func (s *snapshot) LastStamp(context.Context) (store.Stamp, error) {
	known := s.rare()
	if known.last != 0 {
		return known.last, nil
	}
	h, err := s.c.head()
	known.last = h.stamp
	return h.stamp, err
}

// Derive returns what derive makes of labels, sources, collections and records, or made of the same before.
func (s *snapshot) Derive(key any, derive func() (any, error)) (any, error) {
	return s.rare().Derive(key, derive)
}

// Record returns a small document.
func (s *snapshot) Record(_ context.Context, kind, key string) ([]byte, error) {
	return s.rare().Record(kind, key, func() (doc []byte, err error) {
		err = s.c.one("SELECT doc FROM record WHERE kind = ? AND key = ?", []any{kind, key}, &doc)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, threatwatch.Errorf(threatwatch.NotFound, "no %s %s", kind, key)
		}
		return doc, err
	})
}

// Records lists the documents of a kind whose keys start with prefix.
func (s *snapshot) Records(_ context.Context, kind, prefix string, f func(string, []byte) error) error {
	read := func(f func(string, []byte) error) error { return s.records(kind, prefix, f) }
	return stopped(s.rare().Records(kind, prefix, read, f))
}

func (s *snapshot) records(kind, prefix string, f func(string, []byte) error) error {
	return stopped(s.c.each("SELECT key, doc FROM record WHERE kind = ? AND key >= ? ORDER BY key", []any{kind, prefix}, func(r *sql.Rows) error {
		var key string
		var doc []byte
		if err := r.Scan(&key, &doc); err != nil {
			return err
		}
		if !strings.HasPrefix(key, prefix) {
			return store.Stop
		}
		return f(key, doc)
	}))
}
