// Package store is the contract of the truth: assertions, one ordered change log, postings; no driver.
//
// An assertion is what one source said: key (source, id, modified), the object's bytes as received, its digest, its label.
// Nothing from two sources is merged here. Writers go through [Store.Update]; readers through [Store.Read], which sees one
// snapshot. Order is given by the store: every log entry gets a stamp, strictly increasing, unique and assigned last before
// commit, so that a reader who remembers the last stamp it saw never misses an entry.
//
// Labels are opaque here: bytes interned to a small integer, so that a view is a set of integers pushed down into each query.
package store

import (
	"context"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"threatwatch"
)

// Stamp is date_added: microseconds since 1970-01-01 UTC, strictly increasing and unique in a store. Zero means "before everything".
type Stamp int64

// Time returns the stamp as a time in UTC.
func (s Stamp) Time() time.Time { return time.UnixMicro(int64(s)).UTC() }

// Small numbers that stand for longer things. Zero is never a valid one.
type (
	OID          int64 // one assertion
	SourceID     int32
	CollectionID int32
	LabelID      int32
)

// Flags say what a reader must look at before an assertion may leave.
type Flags uint8

const (
	// Check: bytes may not leave as they are to everyone who may see the label: granular markings, or references to something stricter.
	Check Flags = 1 << iota
	// Revoked: the version carries revoked: true.
	Revoked
	// Several: the store holds more than one assertion with this STIX id (kept by the store).
	Several
	// V20: the object is STIX 2.0.
	V20
	// Quarantined: stored apart, in no view but the operator's (foreign version, far future, conflict).
	Quarantined
)

// Head is what is known of an assertion without its bytes.
type Head struct {
	OID       OID
	ID        string // STIX id
	Type      string
	Modified  int64 // microseconds since 1970; the version. created when there is no modified; 0 for unversioned objects (SCO)
	Created   int64 // microseconds since 1970, 0 when absent
	Source    SourceID
	Label     LabelID
	Flags     Flags
	Digest    [32]byte // SHA-256 of the RFC 8785 form
	Added     Stamp    // of the row that was asked for; of the first log entry when asked by id, value or text
	CreatedBy string   // created_by_ref, "" when absent
}

// Version is what tells an assertion from others with its id in this listing, microseconds since 1970: Modified, or the stamp of what has no
// versions.
func (h *Head) Version() int64 {
	if h.Modified == 0 {
		return int64(h.Added)
	}
	return h.Modified
}

// Row is a head with the bytes as received. Raw is valid until the read function returns; copy it to keep it.
type Row struct {
	Head
	Raw []byte
}

// Ref is one mention of another object: Kind is the property name ("source_ref", "object_refs", "created_by_ref", "object_marking_refs", …).
type Ref struct {
	Kind string
	ID   string
}

// Joins says that the object referred to is an end of a relationship (STIX 2.1 §5.1).
func (r Ref) Joins() bool { return r.Kind == "source_ref" || r.Kind == "target_ref" }

// Put is one assertion to be written, not to be changed until Update returns. OID and Added are filled in by the store: OID when Tx.Put returns, Added when Update returns.
type Put struct {
	Head
	Raw         []byte
	Refs        []Ref
	Values      []string // canonical forms "class:value" (stix.Value postings), for Lookup
	Text        string   // what full text finds it by
	Name        string   // name or short title, for lists ("" when none)
	Collections []CollectionID
}

// Kind of a log entry.
type EntryKind uint8

const (
	Added     EntryKind = 1 // an assertion became a member of a collection (or was re-shared: same OID, new stamp)
	Deleted   EntryKind = 2 // tombstone: the assertion left the collection
	Relabeled EntryKind = 3 // its label or flags changed
)

// Entry is one line of the ordered log.
type Entry struct {
	Stamp      Stamp
	Kind       EntryKind
	Collection CollectionID
	OID        OID
	Label      LabelID
}

// Version selects versions of an object in a query, after all other filters (TAXII 2.1 §3.4).
type Version struct {
	Last, First, All bool
	At               []int64 // exact versions, see [Head.Version]
}

// Query asks for members of collections, oldest first by Stamp. The zero value of each field means "no restriction",
// except Labels: a nil set sees nothing.
type Query struct {
	Labels        Labels
	Collections   []CollectionID // member of any of these; nil: of any collection
	Sources       []SourceID
	Types         []string
	IDs           []string
	Version       Version  // zero: Last
	Spec20        *bool    // nil: either; true: only STIX 2.0; false: only STIX 2.1
	HighestSpec   bool     // leave out STIX 2.0 versions of objects of which the other filters select a 2.1 version; not with Version.All
	After, Before Stamp    // exclusive bounds, applied before versions are chosen
	From          Stamp    // exclusive position in the listing, in its direction: where the last page ended; not a filter
	Ends          []string // only what joins an object of one of these types ([Ref.Joins]), of the versions that were chosen; not a filter
	Newest        bool     // newest first
	Limit         int      // 0: no limit
	Want          int      // about how many rows f will take before it returns [Stop], so that as many are fetched; 0: not known
	Quarantined   bool     // include quarantined assertions (operators only)
	NoBodies      bool     // leave Raw nil
	Bare          bool     // the rest of the head may be left out of rows without Check: only Added, Label, Flags and Raw are wanted

	// As says under which id a row with flag Check is shown, "" when it is not: versions compete among those shown under one id, as
	// all others do under their own. It gets the row with its bytes and may read the snapshot. nil: every row under its own id.
	As func(*Row) (string, error)
}

// Labels is a set of labels: the form in which a view is pushed down into queries.
type Labels interface {
	Has(LabelID) bool
	// All says that every label is in the set, present and future (operators, backups).
	All() bool
	// IDs lists the members in ascending order (not meaningful when All).
	IDs() []LabelID
}

// Snapshot reads one consistent state. All methods filter inside the query, never fetch and then drop.
// Rows come to f one after the other; f may read the snapshot too, and returns [Stop] to end early without error.
type Snapshot interface {
	// Members calls f for each member that q selects. "Last" is the greatest (Modified, then earliest Stamp) of an id among what q's
	// other filters select.
	Members(ctx context.Context, q Query, f func(*Row) error) error
	// ByID calls f for each assertion with this STIX id that is still a member of some collection, newest version first, label in ls.
	ByID(ctx context.Context, ls Labels, id string, f func(*Row) error) error
	// Heads returns the heads of all assertions held (members) with these ids, any label: for intake and closure, not for showing.
	Heads(ctx context.Context, ids []string) (map[string][]Head, error)
	// ByValues calls f for each assertion with one of these canonical values, and with the index of the value: value by value, the newest stamp
	// first. [Stop] ends what is told of one value.
	ByValues(ctx context.Context, ls Labels, values []string, f func(which int, r *Row) error) error
	// Search calls f for each assertion whose text has all words of the query (the last one as a prefix), newest first, latest versions
	// first; types nil means any. Of an id it delivers one assertion without Check and all with.
	Search(ctx context.Context, ls Labels, query string, types []string, f func(*Row) error) error
	// Mentions calls f for each assertion that refers to id, newest first, with the property that does.
	Mentions(ctx context.Context, ls Labels, id string, f func(kind string, r *Row) error) error
	// Count counts latest versions by type among members with label in ls. as is Query.As; when it is nil, rows with flag Check are
	// not counted.
	Count(ctx context.Context, ls Labels, colls []CollectionID, as func(*Row) (string, error)) (map[string]int, error)
	// Log calls f for each entry after the stamp, in order, at most limit.
	Log(ctx context.Context, after Stamp, limit int, f func(Entry) error) error
	// Get returns one assertion by OID, NotFound when it is gone.
	Get(ctx context.Context, oid OID) (*Row, error)
	// LabelBodies returns every interned label; index by id. The map may be shared: do not change it.
	LabelBodies(ctx context.Context) (map[LabelID]string, error)
	// LastStamp is the newest stamp in the log.
	LastStamp(ctx context.Context) (Stamp, error)
	Sources(ctx context.Context) ([]Source, error)
	Collections(ctx context.Context) ([]Collection, error)
	// Derive returns what derive makes, or made for the same key in an earlier snapshot of the same labels, sources, collections and records: it
	// must depend on nothing else, the clock included. The value is shared: do not change it. An error is not kept. See [Derived].
	Derive(key any, derive func() (any, error)) (any, error)
	Recorder
}

// Derived is [Snapshot.Derive] for values of one type. The type of the key belongs to the caller, as that of a value in a context does.
func Derived[T any](s Snapshot, key any, derive func() (T, error)) (T, error) {
	v, err := s.Derive(key, func() (any, error) { return derive() })
	if err != nil {
		var none T
		return none, err
	}
	return v.(T), nil
}

// Tx is a snapshot that can also write. Several Updates may share one database transaction (group commit); each sees the
// effects of those before it, and an error undoes only its own.
type Tx interface {
	Snapshot
	// Put writes assertions. One that exists already (same source, id, modified) is left alone and reported in dup by index;
	// the caller must have decided before what that means. Collections of a dup that lack it get a member entry.
	Put(ctx context.Context, puts []*Put) (dup []int, err error)
	// Relabel changes label and flags of an assertion and of its member entries. When fresh is true the assertion's
	// entries are stamped anew: it appears as new to everyone who sees the label.
	Relabel(ctx context.Context, oid OID, l LabelID, f Flags, fresh bool) error
	// Delete removes assertions from a collection (all collections when c is 0) and writes tombstones.
	// An assertion that is in no collection any more is erased: body, postings, text.
	Delete(ctx context.Context, c CollectionID, oids []OID) error
	// InternLabel returns the number of a label body.
	InternLabel(ctx context.Context, body string) (LabelID, error)
	// PutSource and PutCollection insert (number 0: assigned and set) or update.
	PutSource(ctx context.Context, s *Source) error
	PutCollection(ctx context.Context, c *Collection) error
	// PutRecord inserts or replaces; see [CheckRecord] for what kind and key can be.
	PutRecord(ctx context.Context, kind, key string, doc []byte) error
	// DeleteRecord removes; none is fine.
	DeleteRecord(ctx context.Context, kind, key string) error
}

// Recorder reads small documents of other rooms (accounts, statuses, cursors): kind and key to JSON.
type Recorder interface {
	// Record returns NotFound when there is none.
	Record(ctx context.Context, kind, key string) ([]byte, error)
	// Records calls f for each record of a kind in order of keys, byte by byte, keys starting with prefix.
	Records(ctx context.Context, kind, prefix string, f func(key string, doc []byte) error) error
}

// MaxKey is how long the kind and the key of a record may be, in bytes.
const MaxKey = 1024

// CheckRecord returns an error when no record can have this kind and key: UTF-8 without NUL, not too long, a kind that is not empty.
func CheckRecord(kind, key string) error {
	for _, s := range []string{kind, key} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || len(s) > MaxKey {
			return threatwatch.Errorf(threatwatch.Invalid, "a record's kind and key are UTF-8 without NUL, at most %d bytes each", MaxKey)
		}
	}
	if kind == "" {
		return threatwatch.Errorf(threatwatch.Invalid, "a record needs a kind")
	}
	return nil
}

// Source is somebody who says things.
type Source struct {
	ID         SourceID     `json:"-"`
	Name       string       `json:"name"` // unique
	Title      string       `json:"title,omitempty"`
	Owner      string       `json:"owner,omitempty"`      // organisation; "" is the operator of this exchange
	Default    string       `json:"default,omitempty"`    // label body for unmarked objects
	Public     bool         `json:"public,omitempty"`     // declared public: its collection may be read without login
	Quota      int64        `json:"quota,omitempty"`      // objects held at most; 0: no limit
	Compress   bool         `json:"compress,omitempty"`   // bodies are kept compressed, by engines that can
	Identity   string       `json:"identity,omitempty"`   // the identity--… id it speaks as, when known
	Collection CollectionID `json:"collection,omitempty"` // its own collection
}

// Collection is a TAXII collection: of one source, an inbox, or a saved filter.
type Collection struct {
	ID          CollectionID `json:"-"`
	UUID        string       `json:"id"`
	Title       string       `json:"title"`
	Alias       string       `json:"alias,omitempty"`
	Description string       `json:"description,omitempty"`
	Source      SourceID     `json:"source,omitempty"`   // of one source
	Writable    bool         `json:"writable,omitempty"` // an inbox: publishers may add
	Public      bool         `json:"public,omitempty"`   // listed and readable without login
	Filter      *Filter      `json:"filter,omitempty"`   // a saved filter; nil: members are stored
}

// Filter selects from everything that is held.
type Filter struct {
	Types   []string   `json:"types,omitempty"`
	Sources []SourceID `json:"sources,omitempty"`
	TLP     []string   `json:"tlp,omitempty"` // only objects whose label has one of these levels
}

// Store is the truth. All methods may be called from many goroutines.
type Store interface {
	// Read runs f on one snapshot. Do not keep the snapshot.
	Read(ctx context.Context, f func(Snapshot) error) error
	// Update runs f in a transaction; durable when it returns nil. f may be run again after a serialization failure, so it must not
	// have other effects. Puts given to Tx.Put have their Added set when Update returns.
	Update(ctx context.Context, f func(Tx) error) error
	// Settled waits for what this process began to write in an earlier second and has stamped, but not yet shown. What is read after it
	// holds every such entry of an earlier second, so that a client may remember when it asked, in whole seconds by the same clock,
	// instead of the last stamp it saw.
	Settled(ctx context.Context) error
	// Wait returns when the log has an entry after the stamp, or ctx ends. Wake-ups are hints; the log is the truth.
	Wait(ctx context.Context, after Stamp) error
	// Backup writes a consistent copy to a path that must not exist, while the store is in use.
	Backup(ctx context.Context, path string, progress func(done, total int64)) error
	io.Closer
}

// Stop ends an iteration early without error.
var Stop error = stop{}

type stop struct{}

func (stop) Error() string { return "stop" }

// CursorKind is the kind of the records that say how far named followers have read.
const CursorKind = "cursor"
