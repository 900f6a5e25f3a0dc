package taxiitest

import (
	"fmt"
	"strings"
)

// green is TLP:GREEN, so that every user of the exchange may read the test objects.
const green = `"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]`

// ID returns the id of the n-th test object of a type.
func ID(typ string, n int) string {
	return fmt.Sprintf("%s--%08x-7e57-4000-8000-%012x", typ, n, n)
}

// Identity makes the n-th identity in its rev-th version: revisions are a minute apart.
func Identity(n, rev int) []byte { return versioned(n, rev, "2.1", "") }

// Identity20 is the same object in STIX 2.0.
func Identity20(n, rev int) []byte { return versioned(n, rev, "2.0", "") }

// versioned makes an identity; extra is put in as it is.
func versioned(n, rev int, spec, extra string) []byte {
	version := `"spec_version":"2.1",`
	if spec == "2.0" {
		version = ""
	}
	return fmt.Appendf(nil, `{"type":"identity",%s"id":%q,"created":"2024-01-02T03:04:05.000Z","modified":%q,"name":"Identity %d","identity_class":"organization",%s%s}`,
		version, ID("identity", n), Modified(rev), n, extra, green)
}

// Modified is the modified of a revision, as written in the object: with three digits.
func Modified(rev int) string { return fmt.Sprintf("2024-01-02T03:%02d:05.000Z", 4+rev) }

// Address makes an unversioned object.
func Address(n int) []byte {
	return fmt.Appendf(nil, `{"type":"ipv4-addr","spec_version":"2.1","id":%q,"value":"198.51.%d.%d",%s}`, ID("ipv4-addr", n), n/250, n%250+1, green)
}

// Statement makes a marking-definition, which has created and no modified.
func Statement(n int) []byte {
	return fmt.Appendf(nil, `{"type":"marking-definition","spec_version":"2.1","id":%q,"created":"2024-01-02T03:04:05.678Z","definition_type":"statement","definition":{"statement":"Test %d"},%s}`,
		ID("marking-definition", n), n, green)
}

// Custom makes an object of a type that nobody knows.
func Custom(n int) []byte {
	return []byte(strings.Replace(strings.Replace(string(versioned(n, 0, "2.1", `"x_odd":{"b":[1,2.50,{"c":-0.0}],"a":"\u00e9\u2028"},`)),
		`"type":"identity"`, `"type":"x-odd"`, 1), "identity--", "x-odd--", 1))
}

// Red makes an identity for its owner's eyes.
func Red(n int) []byte {
	return []byte(strings.Replace(string(Identity(n, 0)), "bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "e828b379-4e03-4974-9ac4-e53a884c97c1", 1))
}

// Identities makes n objects from the first on.
func Identities(first, n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = Identity(first+i, 0)
	}
	return list
}
