package logs

import (
	"fmt"
	"strings"
)

// Mapping says which values of a format mean what. Formats with names for their fields (JSON, CSV, Zeek) are read through one.
type Mapping struct {
	values, facts places
}

// places are those of values or those of facts: one place of a format may be both.
type places struct {
	root    *node              // by dotted path, for JSON
	columns map[string]*target // by name, for formats of columns
}

// ParseMapping reads a mapping: one rule a line, or several on a line with blanks between,
//
//	path=kind[:role]
//
// where path is the names from the outside in with dots between, kind is address, domain, url, hash, email, filename, filepath, registry,
// useragent, ja3, ja4 or certificate; or a fact, of which doc/logs.md has the list; or one of
//
//	host     domain or address, perhaps with a port
//	hosts    several with commas between
//	text     anything; what looks like an indicator is taken out
//	logindomain  domain of the account whose login, with the same role, the record has without one
//	dn       distinguished name of a certificate
//	time     when the record is from
//	sensor   which machine wrote it
//
// and role is seen, source, destination, query, answer, servername, request, referrer, content, process or parent. Arrays need no mention: each
// element is taken. A name that has a dot itself, such as Zeek's "id.orig_h", is found as well as one inside the other. What follows a # and a blank on a line is a comment.
func ParseMapping(text string) (*Mapping, error) {
	m := &Mapping{values: newPlaces(), facts: newPlaces()}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "# ")
		for rule := range strings.FieldsSeq(line) {
			if err := m.add(rule); err != nil {
				return nil, err
			}
		}
	}
	if len(m.values.columns)+len(m.facts.columns) == 0 {
		return nil, fmt.Errorf("mapping without a rule; one looks like this: source.ip=address:source")
	}
	m.values.root.index()
	m.facts.root.index()
	return m, nil
}

func newPlaces() places { return places{&node{}, map[string]*target{}} }

func (m *Mapping) add(rule string) error {
	path, what, ok := strings.Cut(rule, "=")
	if !ok || path == "" {
		return fmt.Errorf("mapping %q: want path=kind[:role]", rule)
	}
	kind, role, _ := strings.Cut(what, ":")
	t, ok := forms[kind]
	if !ok {
		t.kind, ok = kinds[kind]
	}
	if !ok {
		return fmt.Errorf("mapping %q: no kind %q", rule, kind)
	}
	if role != "" {
		if t.role, ok = roles[role]; !ok {
			return fmt.Errorf("mapping %q: no role %q", rule, role)
		}
	}
	names := strings.Split(path, ".")
	if len(names) > maxNames {
		return fmt.Errorf("mapping %q: more than %d names in a path", rule, maxNames)
	}
	t.path = path
	in := &m.values
	if t.kind.Fact() {
		in = &m.facts
	}
	in.columns[strings.ToLower(path)] = &t
	in.root.plant(names, &t)
	return nil
}

// maxNames bounds the length of a path; each dot of it may be part of a name.
const maxNames = 8

// preset is a mapping of our own; a mistake in it is one of the program.
func preset(text string) *Mapping {
	m, err := ParseMapping(text)
	if err != nil {
		panic(err)
	}
	return m
}

// node is one place in a tree of JSON names.
type node struct {
	at    *target // what a value here is; nil when only what is below counts
	kids  []kid
	table []kid // kids by hash, length a power of two, at least half empty
}

type kid struct {
	name string
	node *node
}

// plant puts a target below n, once for every way in which the dots of its path may be parts of names.
func (n *node) plant(names []string, t *target) {
	for i := 1; i <= len(names); i++ {
		k := n.kid(strings.Join(names[:i], "."))
		if i == len(names) {
			k.at = t
		} else {
			k.plant(names[i:], t)
		}
	}
}

func (n *node) kid(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k.node
		}
	}
	k := &node{}
	n.kids = append(n.kids, kid{name, k})
	return k
}

// index lays the tables out. Names of a format hardly ever share length, first, middle and last letter.
func (n *node) index() {
	size := 4
	for size < 4*len(n.kids) {
		size *= 2
	}
	n.table = make([]kid, size)
	for _, k := range n.kids {
		k.node.index()
		i := place([]byte(k.name), size-1)
		for n.table[i].node != nil {
			i = (i + 1) & (size - 1)
		}
		n.table[i] = k
	}
}

func place(name []byte, mask int) int {
	if len(name) == 0 {
		return 0
	}
	return (len(name) + int(name[0])*3 + int(name[len(name)/2])*11 + int(name[len(name)-1])*37) & mask
}

// find returns the place of a name below n, or nil.
func (n *node) find(name []byte) *node {
	mask := len(n.table) - 1
	for i := place(name, mask); ; i = (i + 1) & mask {
		k := &n.table[i]
		if k.node == nil || k.name == string(name) {
			return k.node
		}
	}
}
