package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/store"
)

// rare is what every request needs and what seldom changes, as of one version of the data: labels, sources and collections, decoded, and
// the small records asked for since, such as the callers' tokens.
type rare struct {
	version     int64
	labels      map[store.LabelID]string
	sources     []store.Source
	collections []store.Collection
	last        store.Stamp // 0: not read yet
	records     map[recordKey][]byte
	lists       map[recordKey][]record // by kind and prefix
}

type recordKey struct{ kind, key string }

type record struct {
	key string
	doc []byte
}

// Bounds of the records kept.
const (
	keptRecords = 256  // asked for one by one
	keptLists   = 16   // asked for by prefix
	keptList    = 64   // records of a list
	keptRecord  = 4096 // bytes of one
)

// rare returns what this connection has decoded before, or nothing when it may be out of date. PRAGMA data_version differs, within the
// snapshot, as soon as another connection has committed anything. It does not count what its own connection commits, and a transaction
// must see its own changes: the connection that writes keeps nothing.
func (s *snapshot) rare() (*rare, error) {
	if !s.c.reads {
		return &rare{}, nil
	}
	if s.current {
		return s.c.rare, nil
	}
	var version int64
	if err := s.c.one("PRAGMA data_version", nil, &version); err != nil {
		return nil, err
	}
	if s.c.rare == nil || s.c.rare.version != version {
		s.c.rare = &rare{version: version}
	}
	s.current = true
	return s.c.rare, nil
}

// LabelBodies returns every label. The map is shared with other readers: it is not to be changed.
func (s *snapshot) LabelBodies(context.Context) (map[store.LabelID]string, error) {
	known, err := s.rare()
	if err != nil || known.labels != nil {
		return known.labels, err
	}
	labels := map[store.LabelID]string{}
	err = s.c.each("SELECT id, body FROM label", nil, func(r *sql.Rows) error {
		var id store.LabelID
		var body string
		err := r.Scan(&id, &body)
		labels[id] = body
		return err
	})
	if err != nil {
		return nil, err
	}
	known.labels = labels
	return labels, nil
}

// Sources lists all in order of number.
func (s *snapshot) Sources(context.Context) ([]store.Source, error) {
	known, err := s.rare()
	if err != nil {
		return nil, err
	}
	known.sources, err = docs(s.c, "source", known.sources, func(v *store.Source, id int64) { v.ID = store.SourceID(id) })
	return slices.Clone(known.sources), err
}

// Collections lists all in order of number.
func (s *snapshot) Collections(context.Context) ([]store.Collection, error) {
	known, err := s.rare()
	if err != nil {
		return nil, err
	}
	known.collections, err = docs(s.c, "collection", known.collections, func(v *store.Collection, id int64) { v.ID = store.CollectionID(id) })
	return slices.Clone(known.collections), err
}

// docs reads a table of numbered documents, unless it is known already.
func docs[T any](c *conn, table string, known []T, number func(*T, int64)) ([]T, error) {
	if known != nil {
		return known, nil
	}
	list := []T{}
	err := c.each("SELECT id, doc FROM "+table+" ORDER BY id", nil, func(r *sql.Rows) error {
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
	if err != nil {
		return nil, err
	}
	return list, nil
}

// LastStamp is the newest stamp given.
func (s *snapshot) LastStamp(context.Context) (store.Stamp, error) {
	known, err := s.rare()
	if err != nil || known.last != 0 {
		return known.last, err
	}
	h, err := s.c.head()
	known.last = h.stamp
	return h.stamp, err
}

// Record returns a small document.
func (s *snapshot) Record(_ context.Context, kind, key string) (doc []byte, err error) {
	known, err := s.rare()
	if err != nil {
		return nil, err
	}
	k := recordKey{kind, key}
	if doc, ok := known.records[k]; ok {
		return bytes.Clone(doc), nil
	}
	err = s.c.one("SELECT doc FROM record WHERE kind = ? AND key = ?", []any{kind, key}, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, threatwatch.Errorf(threatwatch.NotFound, "no %s %s", kind, key)
	}
	if err == nil && len(doc) <= keptRecord {
		if known.records == nil || len(known.records) >= keptRecords {
			known.records = map[recordKey][]byte{}
		}
		known.records[k] = bytes.Clone(doc)
	}
	return doc, err
}

// Records lists the documents of a kind whose keys start with prefix.
func (s *snapshot) Records(_ context.Context, kind, prefix string, f func(string, []byte) error) error {
	known, err := s.rare()
	if err != nil {
		return err
	}
	k := recordKey{kind, prefix}
	list, whole := known.lists[k]
	if !whole {
		if list, whole, err = s.shortList(kind, prefix); err != nil {
			return err
		}
		if !whole {
			return s.records(kind, prefix, f)
		}
		if known.lists == nil || len(known.lists) >= keptLists {
			known.lists = map[recordKey][]record{}
		}
		known.lists[k] = list
	}
	for _, r := range list {
		if err := f(r.key, bytes.Clone(r.doc)); err != nil {
			return stopped(err)
		}
	}
	return nil
}

// shortList reads records that are few and small enough to be kept; whole says that they are.
func (s *snapshot) shortList(kind, prefix string) (list []record, whole bool, err error) {
	list, whole = []record{}, true
	err = s.records(kind, prefix, func(key string, doc []byte) error {
		if len(list) == keptList || len(doc) > keptRecord {
			whole = false
			return store.Stop
		}
		list = append(list, record{key, doc})
		return nil
	})
	return list, whole, err
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
