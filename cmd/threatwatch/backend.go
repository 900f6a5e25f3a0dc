package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/taxii"
)

// backend is the taxii.Backend over the two doors: what leaves has passed release, what enters passes intake, both as the caller that
// Authenticate put into the context. Statuses are records of the store, so that they outlive the process.
type backend struct {
	release  *release.Releaser
	intake   *intake.Intake
	accounts *account.Accounts
	records  recordStore
	now      func() time.Time
	origins  http.CrossOriginProtection

	mu    sync.Mutex // protects swept
	swept time.Time  // when old statuses were last dropped
}

// recordStore is what of the store the backend uses itself: records, nothing else.
type recordStore interface {
	Read(ctx context.Context, f func(store.Snapshot) error) error
	Update(ctx context.Context, f func(store.Tx) error) error
}

var _ taxii.Backend = (*backend)(nil)

// newBackend makes the backend over a store.
func newBackend(st store.Store, rel *release.Releaser, in *intake.Intake, acc *account.Accounts, now func() time.Time) *backend {
	return &backend{release: rel, intake: in, accounts: acc, records: st, now: now, swept: now()}
}

// taxiiCaller is who asks: the account and the subject that release decides about.
type taxiiCaller struct {
	account.Caller
	subject release.Subject
}

type taxiiCallerKey struct{}

// authenticate is the hook of taxii.Server. A browser that is signed in may read here; what it sends must come from our own pages.
func (b *backend) authenticate(r *http.Request) (context.Context, error) {
	if b.origins.Check(r) != nil {
		return nil, threatwatch.Errorf(threatwatch.Forbidden, "a page of another site may not write here")
	}
	c, err := b.accounts.Authenticate(r.Context(), r)
	if err != nil {
		return nil, err
	}
	return context.WithValue(r.Context(), taxiiCallerKey{}, taxiiCaller{c, callerSubject(c)}), nil
}

// subject is the hook of api.Server, with the same rules.
func (b *backend) subject(r *http.Request) (release.Subject, error) {
	ctx, err := b.authenticate(r)
	if err != nil {
		return release.Subject{}, err
	}
	return b.caller(ctx).subject, nil
}

// caller returns who asks; without a word about it, the public.
func (b *backend) caller(ctx context.Context) taxiiCaller {
	c, _ := ctx.Value(taxiiCallerKey{}).(taxiiCaller)
	return c
}

func (b *backend) view(ctx context.Context) *release.View {
	return b.release.View(b.caller(ctx).subject, release.TaxiiRead)
}

// id names the caller in the trail.
func (c taxiiCaller) id() string {
	switch {
	case c.Person != nil:
		return c.Person.ID
	case c.Token != nil:
		return "token " + c.Token.ID
	}
	return "public"
}

// writes says whether the caller may add to a collection.
func (c taxiiCaller) writes(coll release.Collection) bool {
	return coll.Writable && (c.Role == account.Publisher || c.Role == account.Operator)
}

func (c taxiiCaller) describe(coll release.Collection) taxii.Collection {
	return taxii.Collection{
		ID: coll.UUID, Title: coll.Title, Description: coll.Description, Alias: coll.Alias, CanRead: coll.CanRead, CanWrite: c.writes(coll),
		MediaTypes: []string{taxii.MediaTypeSTIX, taxii.MediaTypeSTIX20}, State: coll.State,
	}
}

// Collections implements taxii.Backend.
func (b *backend) Collections(ctx context.Context) ([]taxii.Collection, error) {
	held, err := b.view(ctx).Collections(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]taxii.Collection, 0, len(held))
	for _, coll := range held {
		list = append(list, b.caller(ctx).describe(coll))
	}
	return list, nil
}

// Collection implements taxii.Backend.
func (b *backend) Collection(ctx context.Context, id string) (taxii.Collection, error) {
	coll, err := b.view(ctx).Collection(ctx, id)
	if err != nil {
		return taxii.Collection{}, err
	}
	return b.caller(ctx).describe(coll), nil
}

// query says a filter in the words of release.
func query(collection string, f taxii.Filter) release.Query {
	q := release.Query{
		Collection: collection, Types: f.Types, IDs: f.IDs, SpecVersions: f.SpecVersions, HighestSpec: true, Version: versionOf(f.Version),
		AddedAfter: store.Stamp(f.AddedAfter), Limit: f.Limit, Next: f.Next,
	}
	if f.Object != "" {
		q.IDs = []string{f.Object}
	}
	return q
}

// page asks release for one page.
func (b *backend) page(ctx context.Context, q release.Query, f taxii.Filter, sink func(*release.Item) error) (taxii.Page, error) {
	view := b.view(ctx)
	p, err := view.Page(ctx, q, sink)
	if err != nil {
		return taxii.Page{}, err
	}
	if f.Object != "" && p.N == 0 && f.Next == "" {
		there, err := view.Exists(ctx, q.Collection, f.Object)
		if err != nil {
			return taxii.Page{}, err
		}
		if !there {
			return taxii.Page{}, threatwatch.Errorf(threatwatch.NotFound, "there is no such object in this collection")
		}
	}
	return taxii.Page{More: p.More, Next: p.Next, First: taxii.Stamp(p.First), Last: taxii.Stamp(p.Last), State: p.State}, nil
}

// versionOf says a version match in the words of the store.
func versionOf(v taxii.VersionMatch) store.Version {
	out := store.Version{Last: v.Last, First: v.First, All: v.All}
	for _, at := range v.At {
		out.At = append(out.At, int64(at))
	}
	return out
}

// Objects implements taxii.Backend.
func (b *backend) Objects(ctx context.Context, collection string, f taxii.Filter, sink func([]byte) error) (taxii.Page, error) {
	q := query(collection, f)
	q.Bare = true
	return b.page(ctx, q, f, func(it *release.Item) error { return sink(it.Raw) })
}

// Manifest implements taxii.Backend.
func (b *backend) Manifest(ctx context.Context, collection string, f taxii.Filter, sink func(taxii.ManifestRecord) error) (taxii.Page, error) {
	return b.page(ctx, query(collection, f), f, func(it *release.Item) error {
		m := taxii.ManifestRecord{ID: it.ID, DateAdded: taxii.Stamp(it.Added), MediaType: taxii.MediaTypeSTIX}
		m.Version = taxii.VersionOf(it.Raw, m.DateAdded)
		if it.V20 {
			m.MediaType = taxii.MediaTypeSTIX20
		}
		return sink(m)
	})
}

// Versions implements taxii.Backend.
func (b *backend) Versions(ctx context.Context, collection string, f taxii.Filter, sink func(string) error) (taxii.Page, error) {
	f.Version = taxii.VersionMatch{All: true}
	return b.page(ctx, query(collection, f), f, func(it *release.Item) error { return sink(taxii.VersionOf(it.Raw, taxii.Stamp(it.Added))) })
}

// writable finds a collection that the caller may write, and the source it writes as.
func (b *backend) writable(ctx context.Context, id string) (release.Collection, store.Source, error) {
	c := b.caller(ctx)
	coll, err := b.view(ctx).Collection(ctx, id)
	if err != nil {
		return coll, store.Source{}, err
	}
	if !c.writes(coll) {
		return coll, store.Source{}, threatwatch.Errorf(threatwatch.Forbidden, "this collection is not for you to write")
	}
	src, err := b.sourceOf(ctx, c.Org)
	return coll, src, err
}

// sourceOf finds the source that an organisation speaks as, made when it speaks for the first time. A source of the same name that
// belongs to somebody else is never used.
func (b *backend) sourceOf(ctx context.Context, org account.Org) (store.Source, error) {
	name := org.ID
	if name == "" {
		name = "operator"
	}
	for _, name := range []string{name, "org " + name} {
		src, err := b.intake.SourceByName(ctx, name)
		if threatwatch.KindOf(err) == threatwatch.NotFound {
			src, err = b.intake.AddSource(ctx, store.Source{Name: name, Title: org.Name, Owner: org.ID})
			if threatwatch.KindOf(err) == threatwatch.Conflict { // made by another request just now
				src, err = b.intake.SourceByName(ctx, name)
			}
		}
		if err != nil || src.Owner == org.ID {
			return src, err
		}
	}
	return store.Source{}, threatwatch.Errorf(threatwatch.Conflict, "the source names of %s belong to somebody else; ask the operator", org.ID)
}

// Add implements taxii.Backend.
func (b *backend) Add(ctx context.Context, collection string, objects [][]byte) (taxii.Status, error) {
	coll, src, err := b.writable(ctx, collection)
	if err != nil {
		return taxii.Status{}, err
	}
	c := b.caller(ctx)
	asked := taxii.Stamp(b.now().UnixMicro())
	outcomes, err := b.intake.Submit(ctx, intake.Submission{Source: src.ID, Collections: []store.CollectionID{coll.ID}, By: c.Name}, objects)
	if err != nil {
		return taxii.Status{}, err
	}
	st := taxii.Status{ID: uuid.NewString(), Status: taxii.Complete, RequestTimestamp: asked, TotalCount: len(objects)}
	for i, o := range outcomes {
		d, ok := detail(o, objects[i], asked)
		if ok {
			st.Successes = append(st.Successes, d)
		} else {
			st.Failures = append(st.Failures, d)
		}
	}
	st.SuccessCount, st.FailureCount = len(st.Successes), len(st.Failures)
	return st, b.keep(ctx, c.owner(), st)
}

// detail says what became of one object. What is held back for the operator is no success: nobody can read it (TAXII 2.1 §4.3.1).
func detail(o intake.Outcome, raw []byte, asked taxii.Stamp) (d taxii.StatusDetails, ok bool) {
	d.ID, d.Version = o.ID, taxii.VersionOf(raw, asked)
	if o.Added != 0 {
		d.Version = taxii.VersionOf(raw, taxii.Stamp(o.Added))
	}
	if d.ID == "" {
		d.ID = taxii.IDOf(raw)
	}
	if d.ID == "" {
		d.ID = fmt.Sprintf("objects[%d]", o.Index)
	}
	ok = o.Status == intake.Added || o.Status == intake.Unchanged
	if len(o.Problems) > 0 {
		d.Message = sentence(o.Problems[0])
	}
	if o.Status == intake.Quarantined {
		d.Message = "held for the operator of this exchange: " + d.Message
	}
	return d, ok
}

// sentence names the rule that an object breaks and where.
func sentence(p stix.Problem) string {
	s := p.Message
	if p.Path != "" && !strings.HasPrefix(s, p.Path) {
		s = p.Path + ": " + s
	}
	if p.Rule != "" && !strings.Contains(s, "§") { // what cannot be read at all names its own rule
		s += " (" + p.Rule + ")"
	}
	return s
}

// Delete implements taxii.Backend.
func (b *backend) Delete(ctx context.Context, collection string, f taxii.Filter) error {
	coll, src, err := b.writable(ctx, collection)
	if err != nil {
		return err
	}
	v := versionOf(f.Version)
	if len(f.SpecVersions) > 0 {
		v = store.Version{}
		f.Limit = 1000
		_, err := b.page(ctx, query(collection, f), f, func(it *release.Item) error {
			v.At = append(v.At, cmp.Or(it.Modified, int64(it.Added)))
			return nil
		})
		if err != nil {
			return err
		}
		if len(v.At) == 0 {
			return threatwatch.Errorf(threatwatch.NotFound, "there is no such version of this object")
		}
	}
	n, err := b.intake.Delete(ctx, intake.Submission{Source: src.ID, By: b.caller(ctx).Name}, coll.ID, f.Object, v)
	if err != nil {
		return err
	}
	return b.accounts.Audit(ctx, b.caller(ctx).id(), fmt.Sprintf("%d versions deleted from %s", n, coll.UUID), f.Object)
}

// Statuses are records: kind statusKind, the status's id to statusDoc. They are dropped some time after statusAge.
const (
	statusKind = "status"
	statusAge  = 48 * time.Hour // TAXII 2.1 §4.3 asks for 24
)

type statusDoc struct {
	Owner  string       `json:"owner"`
	Status taxii.Status `json:"status"`
}

// owner tells callers apart, for statuses.
func (c taxiiCaller) owner() string {
	return fmt.Sprintf("%v/%s/%s/%s", c.Kind, c.subject.Org, c.subject.Person, c.Name)
}

// Status implements taxii.Backend. Somebody else's answers as if it were not there.
func (b *backend) Status(ctx context.Context, id string) (taxii.Status, error) {
	var doc statusDoc
	err := b.records.Read(ctx, func(sn store.Snapshot) error {
		raw, err := sn.Record(ctx, statusKind, id)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &doc)
	})
	if threatwatch.KindOf(err) == threatwatch.NotFound || err == nil && doc.Owner != b.caller(ctx).owner() {
		return taxii.Status{}, threatwatch.Errorf(threatwatch.NotFound, "there is no such status")
	}
	return doc.Status, err
}

// keep writes a status, and now and then drops those that are old.
func (b *backend) keep(ctx context.Context, owner string, st taxii.Status) error {
	raw, err := json.Marshal(statusDoc{owner, st})
	if err != nil {
		return err
	}
	sweep := b.sweepDue()
	return b.records.Update(ctx, func(tx store.Tx) error {
		if sweep {
			if err := b.sweep(ctx, tx); err != nil {
				return err
			}
		}
		return tx.PutRecord(ctx, statusKind, st.ID, raw)
	})
}

func (b *backend) sweepDue() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.now().Sub(b.swept) < time.Hour {
		return false
	}
	b.swept = b.now()
	return true
}

func (b *backend) sweep(ctx context.Context, tx store.Tx) error {
	oldest := b.now().Add(-statusAge)
	var old []string
	err := tx.Records(ctx, statusKind, "", func(key string, raw []byte) error {
		var doc statusDoc
		if json.Unmarshal(raw, &doc) != nil || doc.Status.RequestTimestamp.Time().Before(oldest) {
			old = append(old, key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range slices.Compact(old) {
		if err := tx.DeleteRecord(ctx, statusKind, key); err != nil {
			return err
		}
	}
	return nil
}
