package taxiitest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/taxii"
)

// Fake is a Backend in memory: small, slow and easy to read, so that it can be checked by eye against the text. It is the reference that the
// suite is tried on first. An object marked TLP:RED is for the user who posted it.
type Fake struct {
	mu       sync.Mutex // protects everything below
	colls    []*fakeCollection
	statuses map[string]fakeStatus
	last     taxii.Stamp
	secret   []byte
}

type fakeCollection struct {
	taxii.Collection
	readers, writers []string
	log              []*fakeEntry // ascending by added
}

type fakeEntry struct {
	o     *stix.Object
	owner string
	added taxii.Stamp
}

type fakeStatus struct {
	taxii.Status
	owner string
}

var _ taxii.Backend = (*Fake)(nil)

// NewFake makes a backend without collections.
func NewFake() *Fake {
	f := &Fake{statuses: map[string]fakeStatus{}, secret: make([]byte, 32)}
	_, _ = rand.Read(f.secret) // never fails
	return f
}

// AddCollection adds a collection and returns its id.
func (f *Fake) AddCollection(title, alias string, readers, writers []string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := &fakeCollection{readers: readers, writers: writers}
	c.ID, c.Title, c.Alias = uuid4(), title, alias
	c.MediaTypes = []string{taxii.MediaTypeSTIX, taxii.MediaTypeSTIX20}
	f.colls = append(f.colls, c)
	return c.ID
}

func uuid4() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

type userKey struct{}

// WithUser puts a user's name into a context for a Fake.
func WithUser(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, userKey{}, name)
}

func userOf(ctx context.Context) string {
	name, _ := ctx.Value(userKey{}).(string)
	return name
}

// Authenticate takes Basic, Bearer and Token credentials: the password or the token is the user's name and "-secret".
func (f *Fake) Authenticate(r *http.Request) (context.Context, error) {
	if r.Header.Get("Authorization") == "" {
		return r.Context(), nil
	}
	user, password, ok := r.BasicAuth()
	if ok && user != "" && password == user+"-secret" {
		return WithUser(r.Context(), user), nil
	}
	return nil, threatwatch.Errorf(threatwatch.Unauthenticated, "the credentials are wrong")
}

func (c *fakeCollection) as(user string) (taxii.Collection, bool) {
	out := c.Collection
	out.CanRead, out.CanWrite = slices.Contains(c.readers, user), slices.Contains(c.writers, user)
	return out, out.CanRead || out.CanWrite
}

// Collections implements taxii.Backend.
func (f *Fake) Collections(ctx context.Context) ([]taxii.Collection, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []taxii.Collection
	for _, c := range f.colls {
		if out, visible := c.as(userOf(ctx)); visible {
			list = append(list, out)
		}
	}
	return list, nil
}

// Collection implements taxii.Backend.
func (f *Fake) Collection(ctx context.Context, id string) (taxii.Collection, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, err := f.find(ctx, id)
	if err != nil {
		return taxii.Collection{}, err
	}
	out, _ := c.as(userOf(ctx))
	return out, nil
}

func (f *Fake) find(ctx context.Context, id string) (*fakeCollection, error) {
	for _, c := range f.colls {
		if _, visible := c.as(userOf(ctx)); visible && (c.ID == id || c.Alias != "" && c.Alias == id) {
			return c, nil
		}
	}
	return nil, threatwatch.Errorf(threatwatch.NotFound, "there is no collection %q", id)
}

// red is TLP:RED, both editions.
var red = []string{"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"}

func (e *fakeEntry) visible(user string) bool {
	return e.owner == user || !slices.ContainsFunc(e.o.MarkingRefs, func(m string) bool { return slices.Contains(red, m) })
}

// rows selects in the order that TAXII 2.1 §3.4.1 gives: everything else first, then spec_version, then version.
func (f *Fake) rows(ctx context.Context, c *fakeCollection, q taxii.Filter) (rows []*fakeEntry, newest taxii.Stamp, err error) {
	known := q.Object == ""
	for _, e := range c.log {
		if !e.visible(userOf(ctx)) {
			continue
		}
		newest = max(newest, e.added)
		known = known || e.o.ID == q.Object
		if e.added > q.AddedAfter && (q.Object == "" || e.o.ID == q.Object) &&
			(q.IDs == nil || slices.Contains(q.IDs, e.o.ID)) && (q.Types == nil || slices.Contains(q.Types, e.o.Type)) {
			rows = append(rows, e)
		}
	}
	if !known {
		return nil, 0, threatwatch.Errorf(threatwatch.NotFound, "there is no object %q in this collection", q.Object)
	}
	rows = bySpec(rows, q.SpecVersions)
	return byVersion(rows, q.Version), newest, nil
}

// bySpec keeps the given spec versions, or of each object the highest.
func bySpec(rows []*fakeEntry, specs []string) []*fakeEntry {
	highest := map[string]string{}
	for _, e := range rows {
		highest[e.o.ID] = max(highest[e.o.ID], e.o.SpecVersion)
	}
	return slices.DeleteFunc(rows, func(e *fakeEntry) bool {
		if specs != nil {
			return !slices.Contains(specs, e.o.SpecVersion)
		}
		return e.o.SpecVersion != highest[e.o.ID]
	})
}

// byVersion keeps the versions asked for, counted within rows.
func byVersion(rows []*fakeEntry, v taxii.VersionMatch) []*fakeEntry {
	if v.All {
		return rows
	}
	first, last := map[string]*fakeEntry{}, map[string]*fakeEntry{}
	for _, e := range rows {
		if have := last[e.o.ID]; have == nil || e.o.Modified > have.o.Modified {
			last[e.o.ID] = e
		}
		if have := first[e.o.ID]; have == nil || e.o.Modified < have.o.Modified {
			first[e.o.ID] = e
		}
	}
	wantLast := v.Last || !v.First && len(v.At) == 0
	return slices.DeleteFunc(rows, func(e *fakeEntry) bool {
		at := taxii.Stamp(e.o.Modified)
		if at == 0 {
			at = e.added // an unversioned object: its version is the time it was added
		}
		return !(wantLast && last[e.o.ID] == e || v.First && first[e.o.ID] == e || slices.Contains(v.At, at))
	})
}

// page delivers one page of what q selects.
func (f *Fake) page(ctx context.Context, kind, id string, q taxii.Filter, sink func(*fakeEntry) error) (p taxii.Page, err error) {
	f.mu.Lock()
	c, err := f.find(ctx, id)
	if err != nil {
		f.mu.Unlock()
		return p, err
	}
	rows, newest, err := f.rows(ctx, c, q)
	f.mu.Unlock()
	if err != nil {
		return p, err
	}
	if q.Next != "" {
		at, err := f.openCursor(ctx, kind, id, q)
		if err != nil {
			return p, err
		}
		rows = slices.DeleteFunc(rows, func(e *fakeEntry) bool { return e.added <= at })
	}
	if len(rows) == 0 {
		p.First = newest
		if newest == 0 {
			p.First = q.AddedAfter
		}
		p.Last = p.First
		return p, nil
	}
	if q.Limit > 0 && len(rows) > q.Limit {
		rows = rows[:q.Limit]
		p.More, p.Next = true, f.cursor(ctx, kind, id, q, rows[len(rows)-1].added)
	}
	p.First, p.Last = rows[0].added, rows[len(rows)-1].added
	for _, e := range rows {
		if err := sink(e); err != nil {
			return p, err
		}
	}
	return p, nil
}

// cursor is a position and a MAC over position, user and query.
func (f *Fake) cursor(ctx context.Context, kind, id string, q taxii.Filter, at taxii.Stamp) string {
	q.Limit, q.Next = 0, ""
	b := binary.BigEndian.AppendUint64(nil, uint64(at))
	mac := hmac.New(sha256.New, f.secret)
	fmt.Fprintf(mac, "%d %q %q %q %#v", at, userOf(ctx), kind, id, q)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(b))
}

func (f *Fake) openCursor(ctx context.Context, kind, id string, q taxii.Filter) (taxii.Stamp, error) {
	b, err := base64.RawURLEncoding.DecodeString(q.Next)
	if err == nil && len(b) > 8 {
		at := taxii.Stamp(binary.BigEndian.Uint64(b))
		if hmac.Equal([]byte(f.cursor(ctx, kind, id, q, at)), []byte(q.Next)) {
			return at, nil
		}
	}
	return 0, threatwatch.Errorf(threatwatch.Invalid, "next: not a token of this server for this request")
}

// Objects implements taxii.Backend.
func (f *Fake) Objects(ctx context.Context, id string, q taxii.Filter, sink func([]byte) error) (taxii.Page, error) {
	return f.page(ctx, "objects", id, q, func(e *fakeEntry) error { return sink(e.o.Raw) })
}

// Manifest implements taxii.Backend.
func (f *Fake) Manifest(ctx context.Context, id string, q taxii.Filter, sink func(taxii.ManifestRecord) error) (taxii.Page, error) {
	return f.page(ctx, "manifest", id, q, func(e *fakeEntry) error {
		m := taxii.ManifestRecord{ID: e.o.ID, DateAdded: e.added, Version: taxii.VersionOf(e.o.Raw, e.added), MediaType: taxii.MediaTypeSTIX}
		if e.o.SpecVersion == "2.0" {
			m.MediaType = taxii.MediaTypeSTIX20
		}
		return sink(m)
	})
}

// Versions implements taxii.Backend.
func (f *Fake) Versions(ctx context.Context, id string, q taxii.Filter, sink func(string) error) (taxii.Page, error) {
	q.Version = taxii.VersionMatch{All: true}
	return f.page(ctx, "versions", id, q, func(e *fakeEntry) error { return sink(taxii.VersionOf(e.o.Raw, e.added)) })
}

// Add implements taxii.Backend.
func (f *Fake) Add(ctx context.Context, id string, objects [][]byte) (taxii.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	st := taxii.Status{ID: uuid4(), Status: taxii.Complete, RequestTimestamp: taxii.Stamp(time.Now().UnixMicro()), TotalCount: len(objects)}
	c, err := f.find(ctx, id)
	if err != nil {
		return st, err
	}
	for i, raw := range objects {
		d, err := f.put(c, userOf(ctx), raw)
		if err != nil {
			if d.ID == "" {
				d.ID = taxii.IDOf(raw)
			}
			if d.ID == "" {
				d.ID = fmt.Sprintf("objects[%d]", i)
			}
			d.Message = err.Error()
			st.Failures = append(st.Failures, d)
			continue
		}
		st.Successes = append(st.Successes, d)
	}
	st.SuccessCount, st.FailureCount = len(st.Successes), len(st.Failures)
	f.statuses[st.ID] = fakeStatus{st, userOf(ctx)}
	return st, nil
}

// put takes one object in.
func (f *Fake) put(c *fakeCollection, user string, raw []byte) (d taxii.StatusDetails, err error) {
	d.Version = taxii.Stamp(time.Now().UnixMicro()).String()
	o, err := stix.Parse(bytes.Clone(raw))
	if err != nil {
		return d, err
	}
	d.ID, d.Version = o.ID, taxii.VersionOf(raw, taxii.Stamp(time.Now().UnixMicro()))
	for _, p := range o.Validate() {
		if !p.Warning {
			return d, threatwatch.Errorf(threatwatch.Invalid, "%s: %s (%s)", p.Path, p.Message, p.Rule)
		}
	}
	for _, e := range c.log {
		if e.o.ID == o.ID && e.o.Modified == o.Modified {
			if e.o.Digest() != o.Digest() {
				return d, threatwatch.Errorf(threatwatch.Conflict, "this version is held with other content (STIX 2.1 §3.6)")
			}
			d.Version = taxii.VersionOf(e.o.Raw, e.added)
			return d, nil
		}
	}
	f.last = max(f.last+1, taxii.Stamp(time.Now().UnixMicro()))
	c.log = append(c.log, &fakeEntry{o, user, f.last})
	d.Version = taxii.VersionOf(raw, f.last)
	return d, nil
}

// Delete implements taxii.Backend.
func (f *Fake) Delete(ctx context.Context, id string, q taxii.Filter) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, err := f.find(ctx, id)
	if err != nil {
		return err
	}
	rows, _, err := f.rows(ctx, c, q)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(e *fakeEntry) bool { return e.owner != userOf(ctx) })
	if len(rows) == 0 {
		return threatwatch.Errorf(threatwatch.NotFound, "there is no such version of %q", q.Object)
	}
	c.log = slices.DeleteFunc(slices.Clone(c.log), func(e *fakeEntry) bool { return slices.Contains(rows, e) })
	return nil
}

// Status implements taxii.Backend.
func (f *Fake) Status(ctx context.Context, id string) (taxii.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	st, ok := f.statuses[id]
	if !ok || st.owner != userOf(ctx) {
		return taxii.Status{}, threatwatch.Errorf(threatwatch.NotFound, "there is no such status")
	}
	return st.Status, nil
}
