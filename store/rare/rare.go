// Package rare keeps what every request needs and what seldom changes, as of one version of an engine's data: labels, sources and
// collections, decoded, the small records asked for since, such as the callers' tokens, and what readers made of all these.
//
// The engine says when a version ends, and begins anew with an empty Rare. Readers of one version may share it. A nil Rare keeps nothing:
// everything is read.
package rare

import (
	"bytes"
	"slices"
	"sync"

	"threatwatch/store"
)

// Rare is what has been read of one version.
type Rare struct {
	mu          sync.Mutex // protects what follows
	labels      map[store.LabelID]string
	sources     []store.Source
	collections []store.Collection
	records     map[key][]byte
	lists       map[key][]Record // by kind and prefix
	derived     map[any]any
}

type key struct{ kind, key string }

// Record is a small document under its key.
type Record struct {
	Key string
	Doc []byte
}

// Bounds of the records kept.
const (
	keptRecords = 256  // asked for one by one
	keptLists   = 16   // asked for by prefix
	keptList    = 64   // records of a list
	keptRecord  = 4096 // bytes of one
	keptDerived = 256
)

// Labels are the bodies of all labels. The map is shared: it is not to be changed.
func (r *Rare) Labels(read func() (map[store.LabelID]string, error)) (map[store.LabelID]string, error) {
	if r == nil {
		return read()
	}
	r.mu.Lock()
	known := r.labels
	r.mu.Unlock()
	if known != nil {
		return known, nil
	}
	known, err := read()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.labels = known
	return known, nil
}

// Sources lists all sources.
func (r *Rare) Sources(read func() ([]store.Source, error)) ([]store.Source, error) {
	if r == nil {
		return read()
	}
	return list(r, &r.sources, read)
}

// Collections lists all collections.
func (r *Rare) Collections(read func() ([]store.Collection, error)) ([]store.Collection, error) {
	if r == nil {
		return read()
	}
	return list(r, &r.collections, read)
}

// list returns a copy of the list that is kept at *at, reading it the first time.
func list[T any](r *Rare, at *[]T, read func() ([]T, error)) ([]T, error) {
	r.mu.Lock()
	known := *at
	r.mu.Unlock()
	if known != nil {
		return slices.Clone(known), nil
	}
	known, err := read()
	if err != nil {
		return nil, err
	}
	if known == nil {
		known = []T{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	*at = known
	return slices.Clone(known), nil
}

// Record returns a small document; that there is none is an error of read, and not kept.
func (r *Rare) Record(kind, name string, read func() ([]byte, error)) ([]byte, error) {
	if r == nil {
		return read()
	}
	k := key{kind, name}
	r.mu.Lock()
	doc, ok := r.records[k]
	r.mu.Unlock()
	if ok {
		return bytes.Clone(doc), nil
	}
	doc, err := read()
	if err != nil || len(doc) > keptRecord {
		return doc, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.records == nil || len(r.records) >= keptRecords {
		r.records = map[key][]byte{}
	}
	r.records[k] = bytes.Clone(doc)
	return doc, nil
}

// Records calls f for each document of a kind whose key starts with prefix, as read does. A list that is long, or has long documents, is
// read each time. [store.Stop] ends early.
func (r *Rare) Records(kind, prefix string, read func(f func(string, []byte) error) error, f func(string, []byte) error) error {
	if r == nil {
		return read(f)
	}
	k := key{kind, prefix}
	r.mu.Lock()
	list, ok := r.lists[k]
	r.mu.Unlock()
	if !ok {
		var whole bool
		var err error
		if list, whole, err = short(read); err != nil {
			return err
		}
		if !whole {
			return read(f)
		}
		r.keepList(k, list)
	}
	for _, rec := range list {
		if err := f(rec.Key, bytes.Clone(rec.Doc)); err != nil {
			return err
		}
	}
	return nil
}

// Derive returns what derive makes, or made for the key before; an error is not kept.
func (r *Rare) Derive(key any, derive func() (any, error)) (any, error) {
	if r == nil {
		return derive()
	}
	r.mu.Lock()
	v, ok := r.derived[key]
	r.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := derive()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.derived == nil || len(r.derived) >= keptDerived {
		r.derived = map[any]any{}
	}
	r.derived[key] = v
	return v, nil
}

func (r *Rare) keepList(k key, list []Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lists == nil || len(r.lists) >= keptLists {
		r.lists = map[key][]Record{}
	}
	r.lists[k] = list
}

// short reads records that are few and small enough to be kept; whole says that they are.
func short(read func(f func(string, []byte) error) error) (list []Record, whole bool, err error) {
	list, whole = []Record{}, true
	err = read(func(name string, doc []byte) error {
		if len(list) == keptList || len(doc) > keptRecord {
			whole = false
			return store.Stop
		}
		list = append(list, Record{name, bytes.Clone(doc)})
		return nil
	})
	return list, whole, err
}
