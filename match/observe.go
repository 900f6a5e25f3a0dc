package match

import (
	"net/netip"

	"threatwatch/logs"
)

// An Observer says under which keys a Matcher would look a field up, for those who remember what was seen. It belongs to one goroutine.
type Observer struct{ m Matcher }

// NewObserver returns an Observer.
func NewObserver() *Observer { return &Observer{} }

// Observe calls see with the class and the key of each look: what the field holds, the parts of it that indicators name (the host of a URL,
// the file of a path), and, with itself false, what lies above. The key is good until see returns; see [Value.Key].
func (o *Observer) Observe(f *logs.Field, see func(c Class, key []byte, how How, itself bool)) {
	if len(f.Value) == 0 || len(f.Value) > maxValue {
		return
	}
	o.m.f, o.m.told = f, see
	o.m.parts(f.Value)
}

// Key is what an Observer calls see with for a record that holds the value: canonical text, of an address its 4 or 16 bytes. A network has none.
func (v Value) Key() string { return v.key }

// Prefix is the network, for the class Network.
func (v Value) Prefix() netip.Prefix { return v.net }

// Reaches says whether an indicator of the value finds the value itself, and whether it finds what lies below.
func (v Value) Reaches() (itself, beneath bool) {
	beneath = v.rule != exactly && (v.Class == Domain || v.Class == RegistryKey)
	return v.rule != below, beneath
}
