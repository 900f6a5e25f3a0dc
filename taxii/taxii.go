// Package taxii is TAXII 2.1: wire types, a Server, a Client, and the small Backend that both meet.
//
// The [Server] is an http.Handler over any [Backend]; it knows the protocol and nothing of storage, labels or accounts. A [Client] is a
// Backend as well, so a remote server can stand wherever a local one can, and one suite (package taxiitest) tests both.
//
//	srv := taxii.NewServer(backend, taxii.Options{Title: "Example", PublicURL: "https://cti.example"})
//	http.ListenAndServe("127.0.0.1:8080", srv)
//
// Objects travel as the bytes that the backend holds: nothing is decoded and encoded again on the way out.
// Left out: TAXII 1.x and 2.0, channels, and the match fields of the interoperability document.
package taxii

import (
	"context"
	"time"

	"threatwatch"
)

// Media types. TAXII 2.1 §1.6.8.
const (
	MediaType       = "application/taxii+json;version=2.1" // of every response
	MediaTypeSTIX   = "application/stix+json;version=2.1"
	MediaTypeSTIX20 = "application/stix+json;version=2.0"
)

// Discovery says what a server is and where its API roots are. TAXII 2.1 §4.1.1.
type Discovery struct {
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Contact     string   `json:"contact,omitempty"`
	Default     string   `json:"default,omitempty"`
	APIRoots    []string `json:"api_roots,omitempty"`
}

// APIRoot describes one API root. TAXII 2.1 §4.2.1.
type APIRoot struct {
	Title            string   `json:"title"`
	Description      string   `json:"description,omitempty"`
	Versions         []string `json:"versions"`
	MaxContentLength int64    `json:"max_content_length"`
}

// Collection describes a collection to one caller. TAXII 2.1 §5.2.1.
type Collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Alias       string   `json:"alias,omitempty"`
	CanRead     bool     `json:"can_read"`
	CanWrite    bool     `json:"can_write"`
	MediaTypes  []string `json:"media_types,omitempty"`

	// State, when set, names all that pages of this collection are made from for this caller: while it is the same, so is the answer to the
	// same request, byte for byte. A backend sets it when it can tell cheaply.
	State string `json:"-"`
}

// Collections is the list of collections. TAXII 2.1 §5.1.1.
type Collections struct {
	Collections []Collection `json:"collections,omitempty"`
}

// ManifestRecord names one version of one object. TAXII 2.1 §5.3.1.
type ManifestRecord struct {
	ID        string `json:"id"`
	DateAdded Stamp  `json:"date_added"`
	Version   string `json:"version"`
	MediaType string `json:"media_type,omitempty"`
}

// Manifest is a page of manifest records. Next is our addition: the text names the parameter and forgot the property. TAXII 2.1 §5.3.1.
type Manifest struct {
	More    bool             `json:"more,omitempty"`
	Next    string           `json:"next,omitempty"`
	Objects []ManifestRecord `json:"objects,omitempty"`
}

// Versions is a page of the versions of one object. TAXII 2.1 §5.8.1.
type Versions struct {
	More     bool     `json:"more,omitempty"`
	Next     string   `json:"next,omitempty"`
	Versions []string `json:"versions,omitempty"`
}

// Status tells what became of the objects of one request. TAXII 2.1 §4.3.1.
type Status struct {
	ID               string          `json:"id"`
	Status           string          `json:"status"` // Complete or Pending
	RequestTimestamp Stamp           `json:"request_timestamp,omitzero"`
	TotalCount       int             `json:"total_count"`
	SuccessCount     int             `json:"success_count"`
	Successes        []StatusDetails `json:"successes,omitempty"`
	FailureCount     int             `json:"failure_count"`
	Failures         []StatusDetails `json:"failures,omitempty"`
	PendingCount     int             `json:"pending_count"`
	Pendings         []StatusDetails `json:"pendings,omitempty"`
}

// Values of Status.Status.
const (
	Complete = "complete"
	Pending  = "pending"
)

// StatusDetails tells what became of one object. TAXII 2.1 §4.3.1.
type StatusDetails struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Message string `json:"message,omitempty"`
}

// Error is the body of every answer that is not a success. TAXII 2.1 §3.6.1.
type Error struct {
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	ErrorID     string            `json:"error_id,omitempty"`
	ErrorCode   string            `json:"error_code,omitempty"`
	HTTPStatus  string            `json:"http_status,omitempty"`
	Details     map[string]string `json:"details,omitempty"`
}

// Stamp is a TAXII time: microseconds since 1970 UTC, written with six digits. TAXII 2.1 §3.2.
type Stamp int64

// Time returns the stamp as a time in UTC.
func (s Stamp) Time() time.Time { return time.UnixMicro(int64(s)).UTC() }

// String writes the stamp as YYYY-MM-DDTHH:MM:SS.ssssssZ.
func (s Stamp) String() string { return s.Time().Format("2006-01-02T15:04:05.000000Z") }

// MarshalText implements encoding.TextMarshaler.
func (s Stamp) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Stamp) UnmarshalText(b []byte) (err error) {
	*s, err = ParseStamp(string(b))
	return err
}

// ParseStamp reads a TAXII time with no or up to nine digits of fraction; digits beyond microseconds are cut, which keeps "later than"
// exact for stamps that have six.
func ParseStamp(s string) (Stamp, error) {
	const whole = len("2006-01-02T15:04:05")
	bad := func() (Stamp, error) {
		return 0, threatwatch.Errorf(threatwatch.Invalid, "%q is not a time like 2016-01-01T01:01:01.000001Z", clip(s))
	}
	if len(s) < whole+1 || s[len(s)-1] != 'Z' || len(s) > whole+11 {
		return bad()
	}
	fraction := s[whole : len(s)-1]
	if fraction != "" && (fraction[0] != '.' || len(fraction) == 1 || !digits(fraction[1:])) {
		return bad()
	}
	t, err := time.Parse("2006-01-02T15:04:05", s[:whole])
	if err != nil {
		return bad()
	}
	micros := int64(0)
	for i := 1; i <= 6; i++ {
		micros *= 10
		if i < len(fraction) {
			micros += int64(fraction[i] - '0')
		}
	}
	return Stamp(t.UnixMicro() + micros), nil
}

// VersionMatch selects versions of an object, after all other filters. The zero value is the last one. TAXII 2.1 §3.4.1.
type VersionMatch struct {
	Last, First, All bool
	At               []Stamp // exact versions, compared as instants
}

// Filter is what a request asks for. TAXII 2.1 §3.4.
type Filter struct {
	Object       string // on the endpoints of one object: its id
	AddedAfter   Stamp  // zero: from the beginning
	Limit        int    // always positive when a Server asks
	Next         string // the backend's own token, from Page.Next of the same query
	IDs          []string
	Types        []string
	SpecVersions []string // empty: the highest of each object
	Version      VersionMatch
}

// Page describes what was delivered. First and Last are the stamps of the first and last item; on an empty page both are the newest
// stamp that the caller may see in the collection, else AddedAfter, so that a poller can always go on from Last.
type Page struct {
	More        bool
	Next        string // set exactly when More
	First, Last Stamp
	State       string // of the collection when the page was read; "" when the page is not to be kept
}

// Backend is what a Server serves. The caller's identity travels in the context; each method applies that caller's rights again.
// Absent and withheld answer alike with threatwatch.NotFound.
//
// Objects, Manifest and Versions call sink for each item, oldest date_added first, at most Filter.Limit times, and stop when sink fails,
// returning that error. More is true only if at least one item was delivered and another one follows. Filter.Next continues the very same
// query (only Limit may differ); any other token is threatwatch.Invalid.
type Backend interface {
	// Collections lists what the caller may know of, in a stable order.
	Collections(ctx context.Context) ([]Collection, error)
	// Collection finds one by id or alias.
	Collection(ctx context.Context, id string) (Collection, error)
	// Objects delivers objects as they were received. raw is valid until sink returns. With Filter.Object set: NotFound when the
	// collection has no version of that object which the caller may see, an empty page when it has and none fits the filter.
	Objects(ctx context.Context, collection string, f Filter, sink func(raw []byte) error) (Page, error)
	// Manifest delivers the records of what Objects delivers for the same filter.
	Manifest(ctx context.Context, collection string, f Filter, sink func(ManifestRecord) error) (Page, error)
	// Versions delivers all versions of Filter.Object; only AddedAfter, Limit, Next and SpecVersions apply.
	Versions(ctx context.Context, collection string, f Filter, sink func(version string) error) (Page, error)
	// Add takes objects, durable on return when the status is complete. One bad object never fails its neighbours.
	Add(ctx context.Context, collection string, objects [][]byte) (Status, error)
	// Delete removes the versions of Filter.Object that the filter selects; NotFound when there are none.
	Delete(ctx context.Context, collection string, f Filter) error
	// Status returns the status of an earlier Add of the same caller, for at least 24 hours.
	Status(ctx context.Context, id string) (Status, error)
}

// digits says whether s is made of ASCII digits only.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// clip shortens what a caller sent before it is shown back.
func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
