// Package stix holds STIX 2.1 objects: strict parsing, validation, identifiers, versions, markings, canonical JSON.
//
// Everything that enters goes through one scanner ([ParseValue]): UTF-8 without a byte order mark, no repeated names at any
// level, names compared byte by byte, at most 64 levels, no number that a peer could read differently, nothing after the
// value. What it accepts has exactly one meaning, so that digest, label and pages are always made from the same content.
//
//	o, err := stix.Parse(raw)      // *stix.SyntaxError or an error of kind threatwatch.Invalid
//	problems := o.Validate()       // STIX 2.1 Part by Part, or STIX 2.0
//	sum := o.Digest()              // SHA-256 of the RFC 8785 form
//	for _, r := range o.Refs() {}  // whom it mentions
//	for _, v := range o.Values() {} // "domain-name:example.org": what it can be found by
//
// An [Object] keeps the bytes as received beside the tree; nothing is rewritten on the way through. STIX 2.0 is read as it is
// and can be lifted to 2.1 with [Lift].
//
// Left out: evaluating patterns, combining markings (room label), and fetching anything.
package stix
