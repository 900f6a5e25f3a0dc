package match

import "net/netip"

// Class is the kind of a value that indicators name.
type Class uint8

// The classes. Digest holds hashes of files, fingerprints of certificates and JA3 alike: equal digests are of the same thing, and
// lists do not say which they hold.
const (
	Address Class = iota + 1
	Network
	Domain
	URL
	URLPath // path and query on any host
	Digest
	Email
	FileName
	FilePath
	RegistryKey
	UserAgent
	JA4
	PatternText // of a pattern that no single value satisfies
)

var classNames = [...]string{"", "address", "network", "domain", "url", "url-path", "hash", "email", "file-name", "file-path", "registry-key", "user-agent", "ja4", "pattern"}

// String is the class as output names it.
func (c Class) String() string { return classNames[c] }

// rule says how far a value reaches.
type rule uint8

const (
	reaching rule = iota // itself and what lies below it: names under a domain, subkeys of a key
	exactly              // nothing below: a public suffix
	below                // nothing but what lies below: *.example.org
)

// Value is a thing to look for, in its one spelling. Make it with Canon, Guess or Refang.
type Value struct {
	Class Class
	Port  uint16 // named beside an address or host; records do not say ports, so it is told and not compared
	rule  rule
	key   string // what is compared; of an address its 4 or 16 bytes
	net   netip.Prefix
}

// String is the canonical text.
func (v Value) String() string {
	if v.Class == Network {
		return v.net.String()
	}
	return text(v.Class, []byte(v.key))
}

// text prints a key.
func text(c Class, key []byte) string {
	if c == Address {
		a, _ := netip.AddrFromSlice(key)
		return a.String()
	}
	return string(key)
}

// How says what the comparison of a hit left aside.
type How uint8

// The ways to hit.
const (
	Exact        How = iota // the same value
	Below                   // a name under the indicator's domain, a subkey
	Within                  // an address in the indicator's network
	WithoutQuery            // the URL without its query
	HostOf                  // the host of a URL, the domain of a mailbox
	LastPart                // the file name of a path
	PathOf                  // the path of a URL
	ByPattern               // a pattern of several comparisons
)

var howNames = [...]string{"exact", "below", "within", "without query", "host of", "name of", "path of", "pattern"}

// String is the way as output names it.
func (h How) String() string { return howNames[h] }
