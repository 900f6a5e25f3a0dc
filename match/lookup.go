package match

import (
	"time"

	"threatwatch/logs"
)

// kindOf is the kind of field that a value of a class would stand in.
var kindOf = map[Class]logs.Kind{Address: logs.Address, Network: logs.Address, Domain: logs.Domain, URL: logs.URL, URLPath: logs.URL, Digest: logs.Hash,
	Email: logs.Email, FileName: logs.FileName, FilePath: logs.FilePath, RegistryKey: logs.RegistryKey, UserAgent: logs.UserAgent, JA4: logs.JA4}

// Lookup says what is known of one value, as a person would type it, defanged or not, at a moment. It is for single questions: a goroutine
// with many keeps a Matcher.
func (x *Index) Lookup(s string, at time.Time) []Hit {
	v, ok := Guess(s)
	if !ok {
		return nil
	}
	return x.lookup(v, at)
}

func (x *Index) lookup(v Value, at time.Time) []Hit {
	text := v.String()
	if v.Class == URL {
		text = withScheme(text)
	}
	rec := logs.Record{Fields: []logs.Field{{Kind: kindOf[v.Class], Path: "value", Value: []byte(text)}}}
	if v.Class == Network {
		rec.Fields[0].Value = []byte(v.net.Addr().String())
	}
	m := matcher(x)
	m.When = func(*logs.Record) (time.Time, bool) { return at, true }
	return m.Match(&rec, nil)
}
