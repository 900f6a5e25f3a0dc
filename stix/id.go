package stix

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
)

// scoNamespace is the namespace of deterministic identifiers, 00abedb4-aa42-466c-9c01-fed23315a9b7 (STIX 2.1 §2.9; S030).
var scoNamespace = [16]byte{0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}

// NewID returns a fresh random identifier (UUIDv4) for an object of this type.
func NewID(typ string) string {
	var u [16]byte
	rand.Read(u[:]) // never fails (crypto/rand)
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return typ + "--" + formatUUID(u)
}

// NewSCOID returns the deterministic identifier of a cyber-observable: UUIDv5 over the RFC 8785 form of its contributing properties
// (STIX 2.1 §2.9; S030–S032). It returns false when the type has none or none is present: such an object gets a random one.
//
// Of several hashes one contributes: the first of MD5, SHA-1, SHA-256, SHA-512 that is there; where the text is silent (only others
// are there), the first by name, so that the order of the bytes does not matter.
func NewSCOID(root *Value) (string, bool) {
	typ := root.Get("type").Text()
	part := Value{Kind: Dict}
	for _, name := range contributing(typ) {
		v := root.Get(name)
		if v == nil || v.Kind == Null {
			continue
		}
		if name == "hashes" {
			if v = oneHash(v); v == nil {
				continue
			}
		}
		part.Members = append(part.Members, Member{name, v})
	}
	if len(part.Members) == 0 {
		return "", false
	}
	name, err := part.Canonical()
	if err != nil {
		return "", false
	}
	return typ + "--" + uuid5(scoNamespace, name), true
}

// contributing lists the ID contributing properties of an observable type (STIX 2.1 §6; S031).
func contributing(typ string) []string {
	switch typ {
	case "artifact":
		return []string{"hashes", "payload_bin"}
	case "autonomous-system":
		return []string{"number"}
	case "directory":
		return []string{"path"}
	case "domain-name", "email-addr", "ipv4-addr", "ipv6-addr", "mac-addr", "url":
		return []string{"value"}
	case "email-message":
		return []string{"from_ref", "subject", "body"}
	case "file":
		return []string{"hashes", "name", "extensions", "parent_directory_ref"}
	case "mutex":
		return []string{"name"}
	case "network-traffic":
		return []string{"start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"}
	case "software":
		return []string{"name", "cpe", "swid", "vendor", "version"}
	case "user-account":
		return []string{"account_type", "user_id", "account_login"}
	case "windows-registry-key":
		return []string{"key", "values"}
	case "x509-certificate":
		return []string{"hashes", "serial_number"}
	}
	return nil // process: none
}

func oneHash(hashes *Value) *Value {
	var best *Member
	for i := range hashes.Members {
		m := &hashes.Members[i]
		if best == nil || hashRank(m.Name) < hashRank(best.Name) || hashRank(m.Name) == hashRank(best.Name) && m.Name < best.Name {
			best = m
		}
	}
	if best == nil {
		return nil
	}
	return NewDict(*best)
}

func hashRank(name string) int {
	switch name {
	case "MD5":
		return 0
	case "SHA-1":
		return 1
	case "SHA-256":
		return 2
	case "SHA-512":
		return 3
	}
	return 4
}

// NameID returns the identifier that a name always gets within a namespace (UUIDv5, RFC 4122 §4.3).
func NameID(typ string, namespace [16]byte, name string) string {
	return typ + "--" + uuid5(namespace, []byte(name))
}

func uuid5(namespace [16]byte, name []byte) string {
	h := sha1.New()
	h.Write(namespace[:])
	h.Write(name)
	var u [16]byte
	copy(u[:], h.Sum(nil))
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	return formatUUID(u)
}

func formatUUID(u [16]byte) string {
	var b [36]byte
	hex.Encode(b[0:8], u[0:4])
	hex.Encode(b[9:13], u[4:6])
	hex.Encode(b[14:18], u[6:8])
	hex.Encode(b[19:23], u[8:10])
	hex.Encode(b[24:36], u[10:16])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}
