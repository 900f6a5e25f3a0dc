package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/FastFilter/xorfilter"
	"github.com/cespare/xxhash/v2"

	"threatwatch/internal/fuse"
	"threatwatch/store"
)

// The postings of values lie in generations (schema/002_generations.sql). OIDs rise, so nothing comes to a generation any more once there is a newer one:
// it is closed, and gets a filter of its hashes (schema/005_value_filters.sql). What is deleted stays in the filter, which costs a look in vain. A
// generation without a filter is asked always: the newest, and those of a file that was written before there were filters, until writes have seen to them.

// hashes of a value: the key, and a check against collisions.
func hashes(value string) (hash, chk int64) {
	return int64(xxhash.Sum64String(value)), int64(crc32.ChecksumIEEE([]byte(value)))
}

// valueGeneration is a generation of postings, and what it may hold.
type valueGeneration struct {
	gen    int64
	filter *fuse.Filter // nil: there is none
}

func (g valueGeneration) may(hash int64) bool {
	return g.filter == nil || g.filter.Contains(uint64(hash))
}

// filters are those that were read of a file. A closed generation has one and the same for ever.
type filters struct {
	mu   sync.Mutex // protects read
	read map[int64]*fuse.Filter
}

// of returns the filter of a generation, which load reads once.
func (f *filters) of(gen int64, load func() ([]byte, error)) (*fuse.Filter, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if have := f.read[gen]; have != nil {
		return have, nil
	}
	raw, err := load()
	if err != nil {
		return nil, err
	}
	filter, err := fuse.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("values of generation %d: %w", gen, err)
	}
	if f.read == nil {
		f.read = map[int64]*fuse.Filter{}
	}
	f.read[gen] = filter
	return filter, nil
}

// valueGenerations lists the generations, the newest first.
func (s *snapshot) valueGenerations() (list []valueGeneration, err error) {
	k := s.rare()
	if k.generations != nil {
		return k.generations, nil
	}
	var has []bool
	err = s.c.each("SELECT g.gen, f.gen IS NOT NULL FROM generation g LEFT JOIN value_filter f ON f.gen = g.gen ORDER BY g.gen DESC", nil, func(r *sql.Rows) error {
		var g valueGeneration
		var filtered bool
		err := r.Scan(&g.gen, &filtered)
		list, has = append(list, g), append(has, filtered)
		return err
	})
	for i := range list {
		if err != nil || !has[i] {
			continue
		}
		list[i].filter, err = s.c.filters.of(list[i].gen, func() (raw []byte, err error) {
			err = s.c.one("SELECT filter FROM value_filter WHERE gen = ?", []any{list[i].gen}, &raw)
			return raw, err
		})
	}
	if err == nil {
		k.generations = list
	}
	return list, err
}

// ByValues lists the assertions that hold canonical values, value by value, newest first.
func (s *snapshot) ByValues(ctx context.Context, ls store.Labels, values []string, f func(int, *store.Row) error) error {
	w := &where{}
	w.add("v.gen = ? AND v.hash = ? AND v.chk = ?", nil, nil, nil)
	if !w.labels(ls, "a.label") {
		return nil
	}
	gens, err := s.valueGenerations()
	if err != nil {
		return err
	}
	text := "SELECT " + headColumns + ", a.added, a.raw FROM value v CROSS JOIN assertion a ON a.oid = v.oid WHERE" + w.String() + "ORDER BY v.oid DESC"
	sc := newScanner(s.c, true)
	for i, value := range values {
		if i&255 == 255 && ctx.Err() != nil {
			return ctx.Err()
		}
		hash, chk := hashes(value)
		for _, g := range gens {
			if !g.may(hash) {
				continue
			}
			w.args[0], w.args[1], w.args[2] = g.gen, hash, chk
			err := s.c.each(text, w.args, func(r *sql.Rows) error {
				if err := sc.scan(r); err != nil {
					return err
				}
				return f(i, &sc.row)
			})
			if errors.Is(err, store.Stop) {
				break
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// filterValues gives a closed generation its filter: the newest that has none.
func (t *tx) filterValues() error {
	var gen int64
	err := t.c.one("SELECT gen FROM generation WHERE gen < (SELECT max(gen) FROM generation) AND gen NOT IN (SELECT gen FROM value_filter) ORDER BY gen DESC LIMIT 1", nil, &gen)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for values without a filter: %w", err)
	}
	var keys []uint64
	err = t.c.each("SELECT DISTINCT hash FROM value WHERE gen = ?", []any{gen}, func(r *sql.Rows) error {
		var hash int64
		err := r.Scan(&hash)
		keys = append(keys, uint64(hash))
		return err
	})
	if err != nil {
		return fmt.Errorf("read values of generation %d: %w", gen, err)
	}
	filter, err := xorfilter.NewBinaryFuse[uint8](keys)
	if err != nil {
		return fmt.Errorf("values of generation %d: %w", gen, err)
	}
	return t.c.exec("INSERT INTO value_filter(gen, filter) VALUES (?, ?)", gen, fuse.Append(nil, filter))
}
