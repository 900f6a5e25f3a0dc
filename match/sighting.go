package match

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"threatwatch/stix"
)

// namespace of the ids that are made from names: indicators for values of lists, and who sighted.
var namespace = [16]byte{0x5b, 0x0c, 0x0d, 0x5e, 0x9a, 0x3f, 0x4d, 0x0b, 0x8a, 0x55, 0x6e, 0x3c, 0x7f, 0x10, 0x2d, 0x41}

// maxCount is the most that a count of a sighting or of observed data may be (STIX 2.1 §4.14, §5.2).
const maxCount = 999_999_999

// named is when objects are said to have been created whose id and content follow from a name: each time they are made they are the same
// version of the same object (STIX 2.1 §3.6).
const named = "2026-01-01T00:00:00.000Z"

// Report says in whose name sightings are written.
type Report struct {
	By string // who sighted
	At time.Time
	// Part, when it is set, is a name that By gives to nothing else: ids follow from it, so that what is made or sent twice counts once.
	Part string
}

// Sightings writes what was found as STIX 2.1 objects: for each indicator a sighting with count, first and last seen, and the observed data
// it rests on; for a value of a list, which is no object, also the indicator. What is on warning lists is left out.
func (s *Summary) Sightings(r Report, f func(*stix.Value) error) error {
	at := stix.NewString(stix.FormatTime(r.At.UnixMicro()))
	who := stix.NameID("identity", namespace, r.By)
	w := sightingWriter{Report: r, at: at, who: who, f: f, written: map[string]bool{}}
	w.write(object("identity", who, stix.NewString(named), member("name", stix.NewString(r.By)), member("identity_class", stix.NewString("system"))))
	of := map[string]*sighted{} // indicator to what was seen of it
	var order []string
	for _, t := range s.Values(false) {
		for i := range t.Claims {
			c := &t.Claims[i]
			id := c.ID
			if id == "" {
				id = stix.NameID("indicator", namespace, c.Source+"\x00"+t.Class.String()+"\x00"+t.Value)
			}
			if of[id] == nil {
				of[id] = &sighted{claim: c}
				order = append(order, id)
			}
			if k := of[id].tallies; len(k) == 0 || k[len(k)-1] != t { // it may have said so in two versions
				of[id].tallies = append(k, t)
			}
		}
	}
	for _, id := range order {
		w.sighting(id, of[id])
	}
	return w.err
}

type sighted struct {
	claim   *Claim
	tallies []*Tally
}

type sightingWriter struct {
	Report
	at      *stix.Value
	who     string
	f       func(*stix.Value) error
	written map[string]bool // ids of observables
	err     error
}

func (w *sightingWriter) write(o *stix.Value) {
	if id := o.Get("id").Text(); !w.written[id] && w.err == nil {
		w.written[id] = true
		w.err = w.f(o)
	}
}

// id makes the id of an object that is about something.
func (w *sightingWriter) id(typ, about string) string {
	if w.Part == "" {
		return stix.NewID(typ)
	}
	return stix.NameID(typ, namespace, w.By+"\x00"+w.Part+"\x00"+about)
}

func member(name string, v *stix.Value) stix.Member { return stix.Member{Name: name, Value: v} }

// object begins an object with what every one has (STIX 2.1 §3.2).
func object(typ, id string, at *stix.Value, more ...stix.Member) *stix.Value {
	return stix.NewDict(append([]stix.Member{member("type", stix.NewString(typ)), member("spec_version", stix.NewString("2.1")),
		member("id", stix.NewString(id)), member("created", at), member("modified", at)}, more...)...)
}

func (w *sightingWriter) sighting(id string, s *sighted) {
	if s.claim.ID == "" {
		w.indicator(id, s)
	}
	var first, last int64
	n := 0
	var data []string
	for _, t := range s.tallies {
		n += t.Count
		if t.First != 0 && (first == 0 || t.First < first) {
			first = t.First
		}
		last = max(last, t.Last)
		if observed := w.observed(t); observed != "" {
			data = append(data, observed)
		}
	}
	o := object("sighting", w.id("sighting", id), w.at, member("created_by_ref", stix.NewString(w.who)), member("count", stix.NewInt(int64(min(n, maxCount)))),
		member("sighting_of_ref", stix.NewString(id)), member("where_sighted_refs", stix.NewStrings([]string{w.who})))
	if first != 0 {
		o.Set("first_seen", stix.NewString(stix.FormatTime(first)))
		o.Set("last_seen", stix.NewString(stix.FormatTime(last)))
	}
	if len(data) > 0 {
		o.Set("observed_data_refs", stix.NewStrings(data))
	}
	w.write(o)
}

// indicator makes an object of a list's value, so that a sighting can name it.
func (w *sightingWriter) indicator(id string, s *sighted) {
	t := s.tallies[0]
	o := object("indicator", id, w.at, member("created_by_ref", stix.NewString(w.who)), member("name", stix.NewString(t.Value)),
		member("description", stix.NewString(strings.TrimSpace("Listed by "+s.claim.Source+". "+s.claim.Name))),
		member("pattern", stix.NewString(patternOf(t.Class, t.Value))), member("pattern_type", stix.NewString("stix")), member("valid_from", w.at))
	o.Set("created", stix.NewString(named))
	w.write(o)
}

// observed writes the observed data of a value (STIX 2.1 §4.14) and returns its id, "" where its class is no observable by itself.
func (w *sightingWriter) observed(t *Tally) string {
	var refs []string
	for _, seen := range slices.Sorted(maps.Keys(t.Seen)) {
		if o := observable(t, seen); o != nil {
			w.write(o)
			refs = append(refs, o.Get("id").Text())
		}
	}
	slices.Sort(refs)
	refs = slices.Compact(refs)
	if len(refs) == 0 {
		return ""
	}
	first, last := stix.NewString(stix.FormatTime(t.First)), stix.NewString(stix.FormatTime(t.Last))
	if t.First == 0 {
		first, last = w.at, w.at // nobody knows when: the moment of matching
	}
	o := object("observed-data", w.id("observed-data", t.Class.String()+"\x00"+t.Value), w.at, member("created_by_ref", stix.NewString(w.who)), member("first_observed", first),
		member("last_observed", last), member("number_observed", stix.NewInt(int64(min(t.Count, maxCount)))), member("object_refs", stix.NewStrings(refs)))
	w.write(o)
	return o.Get("id").Text()
}

// observable makes the cyber-observable of a value as it was seen.
func observable(t *Tally, seen string) *stix.Value {
	class := t.Class
	text := t.Value
	if v, ok := Guess(seen); ok {
		class, text = v.Class, v.String()
	}
	str := stix.NewString
	var o *stix.Value
	switch class {
	case Address:
		typ := "ipv4-addr"
		if a, err := netip.ParseAddr(text); err == nil && a.Is6() {
			typ = "ipv6-addr"
		}
		o = stix.NewDict(member("type", str(typ)), member("value", str(text)))
	case Domain:
		o = stix.NewDict(member("type", str("domain-name")), member("value", str(text)))
	case URL:
		o = stix.NewDict(member("type", str("url")), member("value", str(withScheme(seen))))
	case Email:
		o = stix.NewDict(member("type", str("email-addr")), member("value", str(text)))
	case Digest:
		o = stix.NewDict(member("type", str("file")), member("hashes", stix.NewDict(member(digestNames[len(text)], str(text)))))
	case FileName:
		o = stix.NewDict(member("type", str("file")), member("name", str(seen)))
	case RegistryKey:
		o = stix.NewDict(member("type", str("windows-registry-key")), member("key", str(text)))
	default:
		return nil
	}
	id, ok := stix.NewSCOID(o)
	if !ok {
		return nil
	}
	o.Set("spec_version", str("2.1"))
	o.Set("id", str(id))
	return o
}

// digestNames are the algorithms by the number of digits (STIX 2.1 §10.5); the vocabulary is open.
var digestNames = map[int]string{32: "MD5", 40: "SHA-1", 56: "SHA-224", 64: "SHA-256", 96: "SHA-384", 128: "SHA-512"}

// patternOf writes the pattern that looks for a value.
func patternOf(c Class, value string) string {
	path, op := "", " = "
	switch c {
	case Address, Network:
		path = "ipv4-addr:value"
		if strings.Contains(value, ":") {
			path = "ipv6-addr:value"
		}
		if c == Network {
			op = " ISSUBSET "
		}
	case Domain:
		path = "domain-name:value"
		if strings.HasPrefix(value, "*.") {
			op, value = " LIKE ", "%"+value[1:]
		}
	case URL:
		path, value = "url:value", withScheme(value)
	case URLPath:
		path, op, value = "url:value", " LIKE ", "%"+value
	case Digest:
		path = "file:hashes.'" + digestNames[len(value)] + "'"
	case Email:
		path = "email-addr:value"
	case FileName:
		path = "file:name"
	case FilePath:
		path = "directory:path"
	case RegistryKey:
		path = "windows-registry-key:key"
	case UserAgent:
		path = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"
	case JA4:
		path = "x-ja4:value" // STIX has no place for it
	}
	return "[" + path + op + "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "']"
}
