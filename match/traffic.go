package match

import (
	"slices"

	"threatwatch/logs"
	"threatwatch/stix"
)

// net is what a record says of a connection: STIX 2.1 §6.12.
type net struct {
	from, to        []host
	ports           []port
	counts          []stix.Member
	protocols       []string
	request, host   *stix.Value
	agent, referrer *stix.Value
	method, version *stix.Value
	handshake       *stix.Value
}

// host is one side of a connection.
type host struct {
	id    string
	group string
	named bool // by what it is asked for: a name that stands for the other side, wherever the record has it
}

type port struct {
	role  logs.Role
	group string
	value *stix.Value
}

// fact says what a fact adds to the connection.
func (n *net) fact(f *logs.Field, text string) {
	switch f.Kind {
	case logs.Port:
		n.ports = append(n.ports, port{f.Role, groupOf(f.Path), number(text)})
	case logs.Protocol:
		if !slices.Contains(n.protocols, text) {
			n.protocols = append(n.protocols, text)
		}
	case logs.Method:
		n.method = stix.NewString(text)
	case logs.HTTPVersion:
		n.version = stix.NewString(text)
	case logs.Bytes, logs.Packets:
		side, what := "src_", "byte_count"
		if f.Role == logs.Destination {
			side = "dst_"
		}
		if f.Kind == logs.Packets {
			what = "packets"
		}
		n.counts = append(n.counts, member(side+what, number(text)))
	}
}

// handshake says how client or server began TLS.
func (s *speaker) handshake(f *logs.Field) {
	text := spell(f.Kind, f.Value, nil)
	if text == nil {
		return
	}
	name := "ja3"
	if f.Kind == logs.JA4 {
		name = "ja4"
	}
	if f.Role == logs.Destination {
		name += "s"
	}
	if s.net.handshake == nil {
		s.net.handshake = stix.NewDict()
	}
	s.net.handshake.Set(name, stix.NewString(string(text)))
}

// traffic says who spoke to whom, and what was asked for over HTTP. Formats that name several sides name them in pairs.
func (s *speaker) traffic() {
	c := &s.net
	extensions := c.extensions()
	n := max(len(c.from), len(c.to))
	if len(extensions.Members)+len(c.ports)+len(c.counts)+len(c.protocols) > 0 {
		n = max(n, 1)
	}
	for i := range n {
		_, t := s.begin("network-traffic")
		c.side(t, "src", c.from, i, logs.Source)
		c.side(t, "dst", c.to, i, logs.Destination)
		if len(c.protocols) > 0 {
			t.Set("protocols", stix.NewStrings(c.protocols))
		}
		for _, m := range c.counts {
			if t.Get(m.Name) == nil {
				t.Set(m.Name, m.Value)
			}
		}
		if len(extensions.Members) > 0 {
			t.Set("extensions", extensions)
		}
	}
}

// side says the i-th host of a side and its port: the one that stands beside the host.
func (c *net) side(t *stix.Value, prefix string, hosts []host, i int, role logs.Role) {
	at := host{named: true}
	if len(hosts) > 0 {
		at = hosts[min(i, len(hosts)-1)]
		t.Set(prefix+"_ref", stix.NewString(at.id))
	}
	for _, p := range c.ports {
		if p.role == role && (at.named || p.group == at.group) {
			t.Set(prefix+"_port", p.value)
			return
		}
	}
}

// extensions are STIX 2.1 §6.12.2 and the one for TLS, as far as the record says them.
func (c *net) extensions() *stix.Value {
	type said struct {
		name  string
		value *stix.Value
	}
	dict := func(all ...said) *stix.Value {
		d := stix.NewDict()
		for _, x := range all {
			if x.value != nil {
				d.Set(x.name, x.value)
			}
		}
		if len(d.Members) == 0 {
			return nil
		}
		return d
	}
	header := dict(said{"Host", c.host}, said{"Referer", c.referrer}, said{"User-Agent", c.agent})
	request := dict(said{"request_method", c.method}, said{"request_value", c.request}, said{"request_version", c.version}, said{"request_header", header})
	if all := dict(said{"http-request-ext", request}, said{"tls-ext", c.handshake}); all != nil {
		return all
	}
	return stix.NewDict()
}
