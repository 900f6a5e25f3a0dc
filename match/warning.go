package match

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/gaissmai/bart"

	"threatwatch"
)

// WarningLists are lists of MISP that name known good or noisy values: top sites, public resolvers, cloud ranges, hashes of empty files.
// A hit on one of them is marked with the lists' names. Lists are kept as MISP means them:
//
//	string     the whole value, any case
//	substring  anywhere in the value
//	hostname   the host, or any name above it; also the host of a URL
//	cidr       an address or network around it
//	regex      a regular expression in slashes
//
// A value with a dot in front is taken for all names below it, in whatever list it stands.
type WarningLists struct {
	names      []string
	for_       []map[Class]bool // of each list, the classes it speaks of
	strings    map[string][]uint16
	hosts      map[string][]uint16
	nets       bart.Table[[]uint16]
	substrings []listedText
	regexes    []listedRegexp
	values     int
}

type listedText struct {
	list uint16
	text string
}

type listedRegexp struct {
	list uint16
	re   *regexp.Regexp
}

// NewWarningLists returns no lists.
func NewWarningLists() *WarningLists {
	return &WarningLists{strings: map[string][]uint16{}, hosts: map[string][]uint16{}}
}

// Lists is how many lists there are, Values how many values they hold.
func (w *WarningLists) Lists() int { return len(w.names) }

// Values is how many values the lists hold.
func (w *WarningLists) Values() int { return w.values }

type warningFile struct {
	Name       string   `json:"name"`
	Type       string   `json:"type"`
	List       []string `json:"list"`
	Attributes []string `json:"matching_attributes"`
}

func isWarningList(raw []byte) bool {
	return bytes.Contains(raw, []byte(`"matching_attributes"`)) && bytes.Contains(raw, []byte(`"list"`))
}

// Read adds a list in MISP's format, packed or not.
func (w *WarningLists) Read(name string, from io.Reader) error {
	r, err := unpacked(from)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var f warningFile
	if err := json.NewDecoder(r).Decode(&f); err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "%s: no MISP warning list: %w", name, err)
	}
	if f.Name == "" || f.Type == "" || f.List == nil {
		return threatwatch.Errorf(threatwatch.Invalid, "%s: no MISP warning list: name, type or list is missing", name)
	}
	w.names = append(w.names, f.Name)
	w.for_ = append(w.for_, classesOf(f.Attributes))
	for _, s := range f.List {
		if err := w.add(uint16(len(w.names)-1), f.Type, strings.TrimSpace(s)); err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "%s: %q: %w", name, s, err)
		}
	}
	return nil
}

func (w *WarningLists) add(list uint16, typ, s string) error {
	if s == "" {
		return nil
	}
	w.values++
	switch {
	case typ == "cidr":
		v, ok := canonNetwork(s)
		if !ok {
			return fmt.Errorf("neither address nor network")
		}
		p := v.net
		if v.Class == Address {
			a, _ := netip.AddrFromSlice([]byte(v.key))
			p = netip.PrefixFrom(a, a.BitLen())
		}
		w.nets.Modify(p, func(old []uint16, _ bool) ([]uint16, bool) { return append(old, list), false })
	case typ == "hostname" || s[0] == '.' && len(s) > 1:
		k := plainKey(strings.TrimPrefix(s, "."))
		w.hosts[k] = append(w.hosts[k], list)
	case typ == "string":
		k := plainKey(s)
		w.strings[k] = append(w.strings[k], list)
	case typ == "substring":
		w.substrings = append(w.substrings, listedText{list, strings.ToLower(s)})
	case typ == "regex":
		re, err := phpRegexp(s)
		if err != nil {
			return err
		}
		w.regexes = append(w.regexes, listedRegexp{list, re})
	default:
		return fmt.Errorf("type %q of list is not known", typ)
	}
	return nil
}

// plainKey is a name as it is compared: its A-labels if it is a name at all, else lower case.
func plainKey(s string) string {
	if d, ok := appendDomain(nil, []byte(s)); ok {
		return string(d)
	}
	return strings.ToLower(s)
}

// phpRegexp reads /…/flags.
func phpRegexp(s string) (*regexp.Regexp, error) {
	end := strings.LastIndexByte(s, s[0])
	if s[0] != '/' || end == 0 {
		return regexp.Compile(s)
	}
	flags := strings.Map(func(r rune) rune {
		if strings.ContainsRune("ims", r) {
			return r
		}
		return -1
	}, s[end+1:])
	if flags != "" {
		flags = "(?" + flags + ")"
	}
	return regexp.Compile(flags + strings.NewReplacer(`\@`, `@`, `\/`, `/`).Replace(s[1:end]))
}

// classesOf says of which classes the attributes of MISP are.
func classesOf(attributes []string) map[Class]bool {
	out := map[Class]bool{}
	for _, a := range attributes {
		switch {
		case strings.HasPrefix(a, "ip-"):
			out[Address], out[Network] = true, true
		case a == "domain" || a == "hostname" || strings.HasPrefix(a, "hostname|"):
			out[Domain] = true
		case a == "domain|ip":
			out[Address], out[Domain] = true, true
		case a == "url" || a == "uri":
			out[URL] = true
		case strings.Contains(a, "email"):
			out[Email] = true
		case strings.Contains(a, "md5") || strings.Contains(a, "sha") || strings.HasPrefix(a, "x509-fingerprint"):
			out[Digest] = true
		}
	}
	return out
}

// Known names the lists that a hit is on, by what was seen and by what the indicator says. Sorted; empty for none.
func (w *WarningLists) Known(h *Hit) []string {
	var on []uint16
	add := func(c Class, lists []uint16) {
		for _, n := range lists {
			if w.for_[n][c] {
				on = append(on, n)
			}
		}
	}
	w.value(h.Class, h.Value, add)
	if v, ok := Guess(h.Seen); ok && h.How != HostOf {
		w.value(v.Class, v.String(), add)
	}
	if len(on) == 0 {
		return nil
	}
	var names []string
	for _, n := range on {
		names = append(names, w.names[n])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (w *WarningLists) value(c Class, s string, add func(Class, []uint16)) {
	switch c {
	case Address, Network:
		if p, ok := prefixOf(s); ok {
			for _, lists := range w.nets.Supernets(p) {
				add(c, lists)
			}
		}
		return
	case Domain:
		w.host(c, strings.TrimPrefix(s, "*."), add)
	case URL:
		if key, host, ok := appendURL(nil, []byte(withScheme(s))); ok {
			name, _, _ := strings.Cut(string(key[host.from:host.end]), ":")
			w.host(c, name, add)
		}
	}
	add(c, w.strings[s])
	for _, t := range w.substrings {
		if w.for_[t.list][c] && strings.Contains(s, t.text) {
			add(c, []uint16{t.list})
		}
	}
	for _, r := range w.regexes {
		if w.for_[r.list][c] && r.re.MatchString(s) {
			add(c, []uint16{r.list})
		}
	}
}

// host looks a name and all above it up.
func (w *WarningLists) host(c Class, name string, add func(Class, []uint16)) {
	for {
		add(c, w.hosts[name])
		_, above, ok := strings.Cut(name, ".")
		if !ok {
			return
		}
		name = above
	}
}

func prefixOf(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, true
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}
