package match

import (
	"bytes"
	"hash/maphash"
	"net/netip"
	"slices"
	"time"
	"unsafe"

	"threatwatch/logs"
)

// Hit is a value of a record that somebody has said something about.
type Hit struct {
	Kind   logs.Kind
	Role   logs.Role
	Path   string // the format's own name of the field
	Seen   string // the value as the record has it
	Value  string // the indicator's, canonical
	Class  Class
	How    How
	Claims []Claim // at least one, all valid at the time of the record
	Time   int64   // of the record, microseconds since 1970
	Timed  bool    // the record says when; otherwise Time is when it was matched

	Records int // that a pattern needed, the last of them this one; 0 for what is no pattern
	later   *candidate
}

// Matcher looks the values of records up. It belongs to one goroutine.
type Matcher struct {
	// When reads the time of a record; without it every record is of now.
	When func(*logs.Record) (time.Time, bool)

	in     []*Index
	states []*state // of each, while a record is looked at
	// misses remembers hashes of values that nobody named, as logs repeat themselves. 64 bits of a hash with a random seed stand for the
	// value: the chance that another value is taken for it is one in 2^64 a look.
	misses []uint64
	key    []byte // scratch
	host   []byte // scratch, while key is in use

	told func(c Class, key []byte, how How, itself bool) // of an Observer: gets the looks instead of the tables

	tried   []trial // compounds that the record may satisfy
	waiting []Hit   // of compounds that ask for more records
	folded  []byte  // scratch
	spelled []byte  // scratch
	open    Unevaluated

	rec  *logs.Record
	f    *logs.Field
	hits []Hit
	at   int64 // time of the record, once it is needed
	has  bool
	said bool
}

// missesKept is how many misses a Matcher remembers: 64 KiB, which stay in the cache of a core.
const missesKept = 1 << 13

// Matcher returns one for a goroutine.
func (x *Index) Matcher() *Matcher { return NewMatcher(x) }

// NewMatcher returns a Matcher that looks into several indexes as if they were one.
func NewMatcher(in ...*Index) *Matcher {
	m := matcher(in...)
	m.misses = make([]uint64, missesKept)
	return m
}

func matcher(in ...*Index) *Matcher {
	m := &Matcher{in: in, states: make([]*state, len(in)), spelled: make([]byte, 0, 256)}
	m.catchUp()
	return m
}

// catchUp takes the indexes as they are now.
func (m *Matcher) catchUp() {
	for i, x := range m.in {
		if s := x.now.Load(); s != m.states[i] {
			m.states[i] = s
			clear(m.misses)
		}
	}
}

// Match appends the hits of a record to hits. Each value of an index is reported once a field. Patterns that ask for several records are not among them:
// those are for a [Gathering].
func (m *Matcher) Match(rec *logs.Record, hits []Hit) []Hit {
	m.catchUp()
	before := len(hits)
	m.rec, m.hits, m.has, m.tried = rec, hits, false, m.tried[:0]
	for i := range rec.Fields {
		m.f = &rec.Fields[i]
		m.field()
	}
	hits, m.hits = m.hits, nil
	if len(hits)-before > 1 {
		hits = append(hits[:before], withoutEchoes(hits[before:])...)
	}
	m.waiting = m.waiting[:0]
	asks := false
	m.eachLayer(func(l *layer) { asks = asks || l.asks })
	if asks {
		m.facts()
	}
	m.tryAlways()
	if len(m.tried) > 0 {
		hits = m.try(hits)
	}
	return hits
}

// withoutEchoes drops the host of a URL where the record names that host in a field of its own.
func withoutEchoes(hits []Hit) []Hit {
	out := hits[:0]
	for i := range hits {
		h := &hits[i]
		echo := h.How == HostOf && slices.ContainsFunc(hits[:], func(o Hit) bool { return o.How != HostOf && o.Class == h.Class && o.Value == h.Value })
		if !echo {
			out = append(out, *h)
		}
	}
	return out
}

// field looks one value up, unless it is known that nobody named it.
func (m *Matcher) field() {
	v := m.f.Value
	if len(v) == 0 || len(v) > maxValue {
		return
	}
	slot, h := m.missed(v)
	if *slot == h {
		return
	}
	before := len(m.hits)
	m.parts(v)
	m.needles(v)
	if len(m.hits) == before && !m.said {
		*slot = h
	}
	m.said = false
}

// missed returns where it is remembered that nobody named a value of the field's kind, and what stands there then.
func (m *Matcher) missed(v []byte) (slot *uint64, h uint64) {
	h = maphash.Bytes(seed, v) ^ uint64(m.f.Kind)*0xc2b2ae3d27d4eb4f
	if len(m.misses) == missesKept {
		return &m.misses[h%missesKept], h
	}
	return new(uint64), h
}

// parts looks up a value, what it is made of, and what lies above.
func (m *Matcher) parts(v []byte) {
	switch m.f.Kind {
	case logs.Address:
		m.address(v, Exact)
	case logs.Domain:
		m.domain(v, Exact)
	case logs.URL:
		m.url(v)
	case logs.Hash, logs.JA3, logs.Certificate:
		m.digest(v)
	case logs.Email:
		m.email(v)
	case logs.FileName:
		m.fileName(v, Exact)
	case logs.FilePath:
		m.filePath(v)
	case logs.RegistryKey:
		m.registryKey(v)
	case logs.UserAgent:
		m.look(UserAgent, bytes.TrimSpace(v), Exact, reach{self: true})
	case logs.JA4:
		m.look(JA4, v, Exact, reach{self: true})
	}
}

// reach says which values with the key of a look count.
type reach struct{ self bool } // self: the key is the value itself, not something above it

func (r reach) of(x rule) bool {
	if r.self {
		return x != below
	}
	return x != exactly
}

// look is the one way into the tables.
func (m *Matcher) look(c Class, key []byte, how How, r reach) {
	if m.told != nil {
		m.told(c, key, how, r.self)
		return
	}
	h := hashOf(c, key)
	for _, s := range m.states {
		for _, l := range s.layers {
			if l.may(h) {
				m.exact(l, h, c, key, how, r)
			}
		}
	}
}

func (m *Matcher) exact(l *layer, h uint64, class Class, key []byte, how How, r reach) {
	for _, want := range [...]rule{reaching, exactly, below} {
		if !r.of(want) {
			continue
		}
		n, ok := l.find(h, class, key, func(x rule) bool { return x == want })
		if !ok {
			continue
		}
		about := append([]uint32{l.first[n]}, l.more[n]...)
		value := text(class, key)
		if want == below {
			value = "*." + value
		}
		m.hit(l, class, value, how, about)
	}
}

// hit reports a value with those claims that held at the time of the record.
func (m *Matcher) hit(l *layer, class Class, value string, how How, about []uint32) {
	m.said = true // also when no claim holds now: it may at the time of the next record
	at := m.time()
	var said []Claim
	for _, n := range about {
		if l.gone.has(n) || !l.validAt(n, at) {
			continue
		}
		if p := l.compounds[n]; p != nil {
			m.candidate(l, n, p)
		} else if c := l.claims.get(n); l.tell == nil || l.tell(&c, value) {
			said = append(said, c)
		}
	}
	if len(said) == 0 {
		return
	}
	for i := range m.hits {
		if h := &m.hits[i]; h.Class == class && h.Value == value && h.Path == m.f.Path && h.Seen == string(m.f.Value) {
			h.Claims = append(h.Claims, said...)
			return
		}
	}
	m.hits = append(m.hits, Hit{Kind: m.f.Kind, Role: m.f.Role, Path: m.f.Path, Seen: string(m.f.Value), Value: value, Class: class, How: how,
		Claims: said, Time: at, Timed: m.timed()})
}

// time is when the record happened.
func (m *Matcher) time() int64 {
	if !m.has {
		m.has, m.at = true, 0
		if m.When != nil {
			if t, ok := m.When(m.rec); ok {
				m.at = t.UnixMicro()
			}
		}
	}
	if m.at == 0 {
		return time.Now().UnixMicro()
	}
	return m.at
}

func (m *Matcher) timed() bool { return m.has && m.at != 0 }

// address looks up an address and the networks around it.
func (m *Matcher) address(v []byte, how How) {
	a, ok := parseAddress(v)
	if !ok {
		return
	}
	if a.Is4() {
		b := a.As4()
		m.look(Address, b[:], how, reach{self: true})
	} else {
		b := a.As16()
		m.look(Address, b[:], how, reach{self: true})
	}
	if m.told != nil {
		return
	}
	for _, s := range m.states {
		for _, l := range s.layers {
			l.around(a, func(net netip.Prefix, about []uint32) { m.hit(l, Network, net.String(), Within, about) })
		}
	}
}

// domain looks up a name and every name above it.
func (m *Matcher) domain(v []byte, how How) {
	name := v
	if !plainDomain(v) {
		var ok bool
		if m.key, ok = appendDomain(m.key[:0], v); !ok {
			m.address(bytes.Trim(v, "[]"), how) // IPv6 where a name should be
			return
		}
		name = m.key
	}
	if looksLikeAddress(name) {
		m.address(name, how)
		return
	}
	m.look(Domain, name, how, reach{self: true})
	for i := bytes.IndexByte(name, '.'); i >= 0; i = bytes.IndexByte(name, '.') {
		name = name[i+1:]
		if how == Exact {
			how = Below
		}
		m.look(Domain, name, how, reach{})
	}
}

// url looks up a URL, without its query, its path on any host, and its host.
func (m *Matcher) url(v []byte) {
	key, host, ok := appendURL(m.key[:0], v)
	m.key = key[:0]
	if !ok {
		if len(v) > 1 && v[0] == '/' { // a path alone
			key = appendPath(key[:0], v)
			m.key = key[:0]
			m.path(key)
		}
		return
	}
	m.look(URL, key, Exact, reach{self: true})
	if i := bytes.IndexByte(key[host.end:], '?'); i >= 0 {
		m.look(URL, key[:host.end+i], WithoutQuery, reach{self: true})
	}
	m.path(key[host.end:])
	m.host = append(m.host[:0], key[host.from:host.end]...)
	name := m.host
	if p := bytes.LastIndexByte(name, ':'); p >= 0 && bytes.IndexByte(name[p:], ']') < 0 {
		name = name[:p]
	}
	m.domain(name, HostOf)
}

func (m *Matcher) path(key []byte) {
	m.look(URLPath, key, PathOf, reach{self: true})
	if i := bytes.IndexByte(key, '?'); i >= 0 {
		m.look(URLPath, key[:i], PathOf, reach{self: true})
	}
}

func (m *Matcher) digest(v []byte) {
	var ok bool
	if m.key, ok = appendDigest(m.key[:0], v); ok {
		m.look(Digest, m.key, Exact, reach{self: true})
	}
}

func (m *Matcher) email(v []byte) {
	key, ok := appendEmail(nil, v)
	if !ok {
		return
	}
	m.look(Email, key, Exact, reach{self: true})
	m.domain(key[bytes.LastIndexByte(key, '@')+1:], HostOf)
}

func (m *Matcher) fileName(v []byte, how How) {
	m.look(FileName, bytes.ToLower(v), how, reach{self: true})
}

func (m *Matcher) filePath(v []byte) {
	m.key = appendFilePath(m.key[:0], v)
	m.look(FilePath, m.key, Exact, reach{self: true})
	if i := bytes.LastIndexByte(m.key, '/'); i >= 0 && i+1 < len(m.key) {
		m.fileName(m.key[i+1:], LastPart)
	} else if i < 0 {
		m.fileName(m.key, Exact)
	}
}

// registryKey looks up a key and every key above it.
func (m *Matcher) registryKey(v []byte) {
	m.key = appendRegistryKey(m.key[:0], v)
	key := m.key
	m.look(RegistryKey, key, Exact, reach{self: true})
	for i := bytes.LastIndexByte(key, '\\'); i > 0; i = bytes.LastIndexByte(key, '\\') {
		key = key[:i]
		m.look(RegistryKey, key, Below, reach{})
	}
}

// parseAddress reads an address; dotted decimal without a detour.
func parseAddress(v []byte) (netip.Addr, bool) {
	if a, ok := parse4(v); ok {
		return netip.AddrFrom4(a), true
	}
	a, err := netip.ParseAddr(unsafe.String(unsafe.SliceData(v), len(v))) // parsed and not kept
	if err != nil {
		return netip.Addr{}, false
	}
	return a.Unmap().WithZone(""), true
}

func parse4(v []byte) (out [4]byte, ok bool) {
	part, n, digits := 0, 0, 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			if digits > 0 && n == 0 {
				return out, false // no leading zeros: some read them as octal
			}
			if n = n*10 + int(c-'0'); n > 255 {
				return out, false
			}
			digits++
		case c == '.' && digits > 0 && part < 3:
			out[part] = byte(n)
			part, n, digits = part+1, 0, 0
		default:
			return out, false
		}
	}
	out[3&part] = byte(n)
	return out, part == 3 && digits > 0
}
