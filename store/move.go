package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"

	"threatwatch"
	"threatwatch/stix"
)

// Mover is an engine from and to which everything can be moved as it stands: numbers and stamps stay, so that the cursors of clients and
// followers keep their meaning.
type Mover interface {
	Store
	// Assertions calls f for each assertion after an OID, in order, whatever its label and flags, in one snapshot.
	Assertions(ctx context.Context, after OID, f func(*Row) error) error
	// Kinds lists the kinds of records.
	Kinds(ctx context.Context) ([]string, error)
	// Loaded says how far earlier loading came: the last assertion and the last log entry.
	Loaded(ctx context.Context) (OID, Stamp, error)
	// Load writes a part of another store, durable when it returns. It is for stores that hold nothing else.
	Load(ctx context.Context, p Part) error
	// Finish makes counts and marks of what was loaded, and lets the store go on after this stamp and number.
	Finish(ctx context.Context, stamp Stamp, oid OID) error
}

// Part is some of what a store holds. Names come first, then assertions by OID, then the log by stamp.
type Part struct {
	Labels      map[LabelID]string
	Sources     []Source
	Collections []Collection
	Assertions  []*Put // with OID, Added, Label and Flags
	Log         []Entry
}

// partRows is how many assertions or entries make a part.
const partRows = 5000

// Move copies everything from one store to another that holds nothing, or what an earlier Move left when it was interrupted, and then
// compares both: each body with its digest, and all heads, log entries and records. Nothing may write to either meanwhile; that
// something did is reported as a Conflict. progress, which may be nil, gets the assertions done and their number.
func Move(ctx context.Context, from, to Mover, progress func(stage string, done, total int64)) error {
	m := mover{from: from, to: to, progress: progress}
	if err := m.measure(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{m.mayLoad, m.names, m.assertions, m.log, m.records, m.finish, m.compare} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

type mover struct {
	from, to Mover
	progress func(stage string, done, total int64)
	stamp    Stamp // of the last entry of from
	last     OID   // of the last assertion of from
	loaded   OID
	logged   Stamp
}

// movingKind marks a store that is being filled; key "" holds where from.
const movingKind = "moving"

// Unfinished says that the store was being filled by Move, which did not come to its end: it must not be used.
func Unfinished(ctx context.Context, r Recorder) (bool, error) {
	_, err := r.Record(ctx, movingKind, "state")
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return false, nil
	}
	return err == nil, err
}

func (m *mover) say(stage string, done OID) {
	if m.progress != nil {
		m.progress(stage, int64(done), int64(m.last))
	}
}

func (m *mover) measure(ctx context.Context) (err error) {
	if m.last, _, err = m.from.Loaded(ctx); err != nil {
		return err
	}
	return m.from.Read(ctx, func(s Snapshot) error {
		open, err := Unfinished(ctx, s)
		if err != nil {
			return err
		}
		if open {
			return threatwatch.Errorf(threatwatch.Conflict, "the store to copy from is itself an unfinished copy")
		}
		m.stamp, err = s.LastStamp(ctx)
		return err
	})
}

// mayLoad makes sure that the target is empty or was left by a Move, and marks it as being filled.
func (m *mover) mayLoad(ctx context.Context) error {
	var err error
	if m.loaded, m.logged, err = m.to.Loaded(ctx); err != nil {
		return err
	}
	return m.to.Update(ctx, func(tx Tx) error {
		open, err := Unfinished(ctx, tx)
		if err != nil || open {
			return err
		}
		sources, err := tx.Sources(ctx)
		if err != nil {
			return err
		}
		if m.loaded != 0 || len(sources) > 0 {
			return threatwatch.Errorf(threatwatch.Conflict, "the store to copy to holds an exchange already")
		}
		return tx.PutRecord(ctx, movingKind, "state", []byte(`{}`))
	})
}

func (m *mover) names(ctx context.Context) error {
	var p Part
	err := m.from.Read(ctx, func(s Snapshot) (err error) {
		if p.Labels, err = s.LabelBodies(ctx); err != nil {
			return err
		}
		if p.Sources, err = s.Sources(ctx); err != nil {
			return err
		}
		p.Collections, err = s.Collections(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return m.to.Load(ctx, p)
}

func (m *mover) assertions(ctx context.Context) error {
	var p Part
	flush := func() error {
		if len(p.Assertions) == 0 {
			return nil
		}
		err := m.to.Load(ctx, p)
		m.say("objects", p.Assertions[len(p.Assertions)-1].OID)
		p.Assertions = nil
		return err
	}
	err := m.from.Assertions(ctx, m.loaded, func(r *Row) error {
		put := &Put{Head: r.Head, Raw: slices.Clone(r.Raw)}
		o, err := stix.Parse(put.Raw)
		if err != nil {
			return fmt.Errorf("assertion %d: %w", r.OID, err)
		}
		put.Index(o)
		if p.Assertions = append(p.Assertions, put); len(p.Assertions) == partRows {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

func (m *mover) log(ctx context.Context) error {
	for after := m.logged; ; {
		var p Part
		err := m.from.Read(ctx, func(s Snapshot) error {
			return s.Log(ctx, after, partRows, func(e Entry) error { p.Log = append(p.Log, e); return nil })
		})
		if err != nil || len(p.Log) == 0 {
			return err
		}
		if err := m.to.Load(ctx, p); err != nil {
			return err
		}
		after = p.Log[len(p.Log)-1].Stamp
		m.say("log", m.last)
	}
}

func (m *mover) records(ctx context.Context) error {
	kinds, err := m.from.Kinds(ctx)
	if err != nil {
		return err
	}
	return m.from.Read(ctx, func(s Snapshot) error {
		for _, kind := range kinds {
			docs := map[string][]byte{}
			err := s.Records(ctx, kind, "", func(key string, doc []byte) error { docs[key] = slices.Clone(doc); return nil })
			if err != nil {
				return err
			}
			err = m.to.Update(ctx, func(tx Tx) error {
				for key, doc := range docs {
					if err := tx.PutRecord(ctx, kind, key, doc); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *mover) finish(ctx context.Context) error { return m.to.Finish(ctx, m.stamp, m.last) }

// compare reads both stores whole. Only when they are equal does the target lose the mark of being filled.
func (m *mover) compare(ctx context.Context) error {
	a, err := digestOf(ctx, m.from, nil)
	if err != nil {
		return err
	}
	b, err := digestOf(ctx, m.to, func(done OID) { m.say("compared", done) })
	if err != nil {
		return err
	}
	if a != b {
		return threatwatch.Errorf(threatwatch.Conflict, "the copy differs from the original: something wrote to one of them meanwhile; empty the target and copy again")
	}
	return m.to.Update(ctx, func(tx Tx) error { return tx.DeleteRecord(ctx, movingKind, "state") })
}

// digestOf is SHA-256 over everything that a store holds. With progress, each body is compared with the digest that its head has.
func digestOf(ctx context.Context, st Mover, progress func(OID)) (sum [32]byte, err error) {
	h := sha256.New()
	err = st.Assertions(ctx, 0, func(r *Row) error {
		if progress != nil {
			o, err := stix.Parse(r.Raw)
			if err != nil || o.Digest() != r.Digest {
				return threatwatch.Errorf(threatwatch.Internal, "the body of %s is not the one its digest is of (%v)", r.ID, err)
			}
			if r.OID%partRows == 0 {
				progress(r.OID)
			}
		}
		hashHead(h, &r.Head, r.Raw)
		return nil
	})
	if err != nil {
		return sum, err
	}
	kinds, err := st.Kinds(ctx)
	if err != nil {
		return sum, err
	}
	err = st.Read(ctx, func(s Snapshot) error { return hashRest(ctx, h, s, kinds) })
	return [32]byte(h.Sum(nil)), err
}

func hashHead(h hash.Hash, d *Head, raw []byte) {
	put := func(n int64) { binary.Write(h, binary.BigEndian, n) }
	for _, n := range []int64{int64(d.OID), d.Modified, d.Created, int64(d.Source), int64(d.Label), int64(d.Flags), int64(d.Added), int64(len(raw))} {
		put(n)
	}
	fmt.Fprintf(h, "%q%q", d.ID, d.CreatedBy)
	h.Write(d.Digest[:])
	h.Write(raw)
}

func hashRest(ctx context.Context, h hash.Hash, s Snapshot, kinds []string) error {
	labels, err := s.LabelBodies(ctx)
	if err != nil {
		return err
	}
	sources, err := s.Sources(ctx)
	if err != nil {
		return err
	}
	colls, err := s.Collections(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%v%+v", labels, sources) // maps print in order of their keys
	for _, c := range colls {
		fmt.Fprintf(h, "%+v", c.Filter)
		c.Filter = nil
		fmt.Fprintf(h, "%+v", c)
	}
	if err := s.Log(ctx, 0, 0, func(e Entry) error { _, err := fmt.Fprintf(h, "%v", e); return err }); err != nil {
		return err
	}
	for _, kind := range kinds {
		if kind == movingKind {
			continue
		}
		err := s.Records(ctx, kind, "", func(key string, doc []byte) error {
			_, err := fmt.Fprintf(h, "%q%q%q", kind, key, bytes.TrimSpace(doc))
			return err
		})
		if err != nil {
			return err
		}
	}
	stamp, err := s.LastStamp(ctx)
	fmt.Fprint(h, stamp)
	return err
}

// Index fills in what the object is found by: values, text, name, and the references, which it returns.
func (p *Put) Index(o *stix.Object) []stix.Ref {
	p.Values, p.Text, p.Name = o.Values(), o.Text(), o.Name()
	refs := o.Refs()
	p.Refs = make([]Ref, len(refs))
	for i, r := range refs {
		p.Refs[i] = Ref{Kind: r.Kind, ID: r.ID}
	}
	return refs
}
