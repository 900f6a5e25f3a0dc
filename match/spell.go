package match

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"threatwatch/logs"
)

// spell is a field's value as its object has it; nil for what makes no object. dst is room for it.
func spell(k logs.Kind, v, dst []byte) []byte {
	ok := true
	switch k {
	case logs.Address:
		return spellAddress(v, dst)
	case logs.Domain:
		if plainDomain(v) && !looksLikeAddress(v) {
			return v
		}
		name, good := appendDomain(dst[:0], v)
		if !good || looksLikeAddress(name) {
			return spellAddress(bytes.Trim(v, "[]"), nil)
		}
		return name
	case logs.Hash, logs.Certificate, logs.JA3:
		dst, ok = appendDigest(dst[:0], v)
	case logs.Email:
		dst, ok = appendEmail(dst[:0], v)
	case logs.RegistryKey:
		return []byte(fullKey(string(v)))
	default:
		if k.Fact() {
			return spellFact(k, v, dst)
		}
		return v
	}
	if !ok {
		return nil
	}
	return dst
}

func spellAddress(v, dst []byte) []byte {
	a, ok := parseAddress(v)
	if !ok {
		return nil
	}
	return a.AppendTo(dst[:0])
}

// fullKey writes the hive of a registry key in full.
func fullKey(s string) string {
	hive, rest, more := strings.Cut(s, `\`)
	full := hives[strings.ToLower(hive)]
	if full == "" {
		return s
	}
	if more {
		rest = `\` + rest
	}
	return strings.ToUpper(full) + rest
}

// spellFact is spell for facts.
func spellFact(k logs.Kind, v, dst []byte) []byte {
	switch k {
	case logs.Port, logs.Bytes, logs.Packets, logs.ProcessID, logs.Size, logs.AS:
		return spellNumber(k, v, dst)
	case logs.Protocol:
		if name := protocols[string(v)]; name != "" {
			return []byte(name)
		}
		return appendLower(dst[:0], v)
	case logs.Method:
		return appendLower(dst[:0], v)
	case logs.HTTPVersion:
		if v[0] >= '0' && v[0] <= '9' {
			return append(append(dst[:0], "http/"...), v...)
		}
		return appendLower(dst[:0], v)
	case logs.Serial:
		return bytes.ReplaceAll(bytes.TrimPrefix(appendLower(dst[:0], v), []byte("0x")), []byte(":"), nil)
	case logs.MAC:
		return bytes.ReplaceAll(appendLower(dst[:0], v), []byte("-"), []byte(":"))
	case logs.Copy:
		if key, ok := appendEmail(dst[:0], v); ok {
			return key
		}
		return nil
	}
	return v
}

// protocols are the numbers that logs have for names (IANA, Assigned Internet Protocol Numbers).
var protocols = map[string]string{"1": "icmp", "2": "igmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "58": "ipv6-icmp", "132": "sctp"}

// spellNumber writes a number, see numberOf.
func spellNumber(k logs.Kind, v, dst []byte) []byte {
	n, ok := numberOf(k, v)
	if !ok {
		return nil
	}
	return strconv.AppendUint(dst[:0], n, 10)
}

// numberOf reads a number that may be hexadecimal as Windows has them.
func numberOf(k logs.Kind, v []byte) (n uint64, ok bool) {
	if n, ok := digitsOf(v); ok {
		return n, true
	}
	text := string(bytes.TrimSpace(v))
	if k == logs.AS {
		text = strings.TrimPrefix(strings.ToUpper(text), "AS")
	}
	base := 10
	if hex, ok := strings.CutPrefix(text, "0x"); ok {
		text, base = hex, 16
	}
	n, err := strconv.ParseUint(text, base, 63)
	return n, err == nil
}

// digitsOf reads what most numbers are: digits, and not too many.
func digitsOf(v []byte) (n uint64, ok bool) {
	if len(v) == 0 || len(v) > 18 {
		return 0, false
	}
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, true
}

func appendLower(dst, v []byte) []byte {
	for _, c := range v {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// folded is a spelled text as it is looked for: in normal form C as patterns are evaluated, in lower case.
func folded(dst, text []byte) []byte {
	dst = appendLower(dst[:0], text)
	for _, c := range dst {
		if c >= 0x80 {
			return bytes.ToLower(norm.NFC.Append(nil, dst...))
		}
	}
	return dst
}
