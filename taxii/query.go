package taxii

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"threatwatch"
)

// maxValues bounds how many values one match field may list.
const maxValues = 1000

// params are the parameters that an endpoint understands; all others are ignored. TAXII 2.1 §3.4, §5.
type params struct {
	page, ids, version, spec bool
}

// The endpoints and what they understand.
var (
	objectsParams  = params{page: true, ids: true, version: true, spec: true}
	objectParams   = params{page: true, version: true, spec: true}
	versionsParams = params{page: true, spec: true}
	deleteParams   = params{version: true, spec: true}
)

// query holds the parameters of a request, each given at most once.
type query map[string]string

// parseQuery splits a query string. A known parameter given twice is an error; empty next is as absent. TAXII 2.1 §3.4.
func parseQuery(raw string) (query, error) {
	q := query{}
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "the query string has a bad escape")
		}
		switch name {
		case "added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]":
		default:
			continue
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "%s has a bad escape", name)
		}
		if _, twice := q[name]; twice {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "%s is given more than once", name)
		}
		q[name] = value
	}
	if q["next"] == "" {
		delete(q, "next")
	}
	return q, nil
}

// filter reads a query as far as the endpoint understands it. Limit is 0 when absent.
func (q query) filter(p params) (f Filter, err error) {
	if p.page {
		if err := q.paging(&f); err != nil {
			return f, err
		}
	}
	if p.ids {
		if f.IDs, err = q.list("match[id]"); err != nil {
			return f, err
		}
		if f.Types, err = q.list("match[type]"); err != nil {
			return f, err
		}
	}
	if p.spec {
		if f.SpecVersions, err = q.list("match[spec_version]"); err != nil {
			return f, err
		}
	}
	if p.version {
		f.Version, err = q.versions()
	}
	return f, err
}

// paging reads added_after and limit.
func (q query) paging(f *Filter) error {
	if s, given := q["added_after"]; given {
		at, err := ParseStamp(s)
		if err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "added_after: %w", err)
		}
		f.AddedAfter = max(at, 0)
	}
	if s, given := q["limit"]; given {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 || !digits(s) {
			return threatwatch.Errorf(threatwatch.Invalid, "limit: %q is not a positive integer", clip(s))
		}
		f.Limit = int(min(n, 1<<30))
	}
	return nil
}

// list reads a match field: values separated by commas, any of which may match. TAXII 2.1 §3.4.
func (q query) list(name string) ([]string, error) {
	s, given := q[name]
	if !given {
		return nil, nil
	}
	values := strings.Split(s, ",")
	if len(values) > maxValues {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s lists more than %d values", name, maxValues)
	}
	slices.Sort(values)
	return slices.Compact(values), nil
}

// versions reads match[version]. TAXII 2.1 §3.4.1.
func (q query) versions() (v VersionMatch, err error) {
	s, given := q["match[version]"]
	if !given {
		return v, nil
	}
	values := strings.Split(s, ",")
	if len(values) > maxValues {
		return v, threatwatch.Errorf(threatwatch.Invalid, "match[version] lists more than %d values", maxValues)
	}
	twice := false
	for _, s := range values {
		switch s {
		case "last":
			twice = twice || v.Last
			v.Last = true
		case "first":
			twice = twice || v.First
			v.First = true
		case "all":
			twice = twice || v.All
			v.All = true
		default:
			at, err := ParseStamp(s)
			if err != nil {
				return v, threatwatch.Errorf(threatwatch.Invalid, "match[version]: %q is neither first, last, all nor a time", clip(s))
			}
			v.At = append(v.At, at)
		}
	}
	slices.Sort(v.At)
	if n := len(v.At); twice || len(slices.Compact(slices.Clone(v.At))) != n {
		return v, threatwatch.Errorf(threatwatch.Invalid, "match[version] lists a value twice")
	}
	if v.All && len(values) > 1 {
		return v, threatwatch.Errorf(threatwatch.Invalid, "match[version]: all stands alone")
	}
	return v, nil
}

// token is what a next parameter carries: where it belongs, the filter it continues, and the backend's own token. The backend binds its
// token to the filter and the caller and authenticates it, so the rest needs no seal: a changed filter no longer fits its token.
// A client may then repeat the parameters or leave them out, and any process can serve the next page.
type token struct {
	Endpoint   string       `json:"e"`
	Collection string       `json:"c"`
	Object     string       `json:"o,omitempty"`
	After      Stamp        `json:"a,omitzero"`
	IDs        []string     `json:"i,omitempty"`
	Types      []string     `json:"t,omitempty"`
	Specs      []string     `json:"s,omitempty"`
	Version    VersionMatch `json:"v,omitzero"`
	Limit      int          `json:"l"`
	Next       string       `json:"n"`
}

// seal makes the next parameter for the page after f.
func seal(endpoint, collection string, f Filter, next string) string {
	b, err := json.Marshal(token{endpoint, collection, f.Object, f.AddedAfter, f.IDs, f.Types, f.SpecVersions, f.Version, f.Limit, next})
	if err != nil {
		panic(err) // strings and integers only
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// open restores the filter that a next parameter continues. Parameters given again must say the same, except limit.
func (q query) open(endpoint, collection string, f Filter) (Filter, error) {
	next, given := q["next"]
	if !given {
		return f, nil
	}
	bad := threatwatch.Errorf(threatwatch.Invalid, "next: not a token of this server for this request")
	b, err := base64.RawURLEncoding.Strict().DecodeString(next)
	if err != nil {
		return f, bad
	}
	var t token
	if err := json.Unmarshal(b, &t); err != nil || t.Endpoint != endpoint || t.Collection != collection || t.Object != f.Object || t.Next == "" || t.Limit < 1 {
		return f, bad
	}
	was := Filter{Object: t.Object, AddedAfter: t.After, Limit: t.Limit, Next: t.Next, IDs: t.IDs, Types: t.Types, SpecVersions: t.Specs, Version: t.Version}
	if f.Limit > 0 {
		was.Limit = f.Limit
	}
	differs := func(name string, same bool) bool { _, given := q[name]; return given && !same }
	if differs("added_after", f.AddedAfter == was.AddedAfter) || differs("match[id]", slices.Equal(f.IDs, was.IDs)) ||
		differs("match[type]", slices.Equal(f.Types, was.Types)) || differs("match[spec_version]", slices.Equal(f.SpecVersions, was.SpecVersions)) ||
		differs("match[version]", f.Version.equal(was.Version)) {
		return f, threatwatch.Errorf(threatwatch.Invalid, "next: the parameters beside it are not those it was made for")
	}
	return was, nil
}

func (v VersionMatch) equal(w VersionMatch) bool {
	return v.Last == w.Last && v.First == w.First && v.All == w.All && slices.Equal(v.At, w.At)
}
