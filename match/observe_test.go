package match

import (
	"fmt"
	"slices"
	"testing"

	"threatwatch/logs"
)

func TestObserve(t *testing.T) {
	for _, tt := range []struct {
		kind  logs.Kind
		value string
		want  []string
	}{
		{logs.Address, "192.0.2.1", []string{"address 192.0.2.1 exact true"}},
		{logs.Address, "::ffff:192.0.2.1", []string{"address 192.0.2.1 exact true"}},
		{logs.Domain, "WWW.Example.org.", []string{"domain www.example.org exact true", "domain example.org below false", "domain org below false"}},
		{logs.URL, "https://user@Example.org:443/a/../b?q", []string{"url example.org/b?q exact true", "url example.org/b without query true",
			"url-path /b?q path of true", "url-path /b path of true", "domain example.org host of true", "domain org host of false"}},
		{logs.Email, "A@example.org", []string{"email a@example.org exact true", "domain example.org host of true", "domain org host of false"}},
		{logs.FilePath, `C:\Temp\X.exe`, []string{"file-path c:/temp/x.exe exact true", "file-name x.exe name of true"}},
		{logs.Hash, "no digest", nil},
		{logs.Domain, "", nil},
	} {
		var got []string
		o := NewObserver()
		o.Observe(&logs.Field{Kind: tt.kind, Value: []byte(tt.value)}, func(c Class, key []byte, how How, itself bool) {
			got = append(got, fmt.Sprint(c, " ", text(c, key), " ", how, " ", itself))
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("Observe(%q) = %q, want %q", tt.value, got, tt.want)
		}
	}
}

// TestObserverAgreesWithMatcher: what an indicator finds in a record, its key finds among what is observed.
func TestObserverAgreesWithMatcher(t *testing.T) {
	for _, tt := range []struct {
		kind      logs.Kind
		record    string
		indicator string
	}{
		{logs.Domain, "a.b.example.org", "example.org"}, {logs.Domain, "a.b.example.org", "*.example.org"}, {logs.Domain, "example.org", "*.example.org"},
		{logs.Domain, "example.co.uk", "co.uk"}, {logs.Address, "2001:DB8::1", "2001:db8::1"}, {logs.URL, "http://example.org/a?b", "example.org/a"},
		{logs.URL, "http://192.0.2.1/a?b", "192.0.2.1"}, {logs.RegistryKey, `HKLM\Software\X`, `HKEY_LOCAL_MACHINE\Software`},
		{logs.FilePath, `C:\a\b.exe`, "b.exe"}, {logs.Domain, "other.example", "example.org"},
	} {
		v, ok := Guess(tt.indicator)
		if !ok {
			t.Fatalf("Guess(%q) fails", tt.indicator)
		}
		b := NewBuilder()
		if err := b.Add(v, Claim{Source: "s"}); err != nil {
			t.Fatal(err)
		}
		x, err := b.Index()
		if err != nil {
			t.Fatal(err)
		}
		f := logs.Field{Kind: tt.kind, Value: []byte(tt.record)}
		want := len(x.Matcher().Match(&logs.Record{Fields: []logs.Field{f}}, nil)) > 0
		got := false
		itself, beneath := v.Reaches()
		NewObserver().Observe(&f, func(c Class, key []byte, _ How, self bool) {
			got = got || c == v.Class && string(key) == v.Key() && (self && itself || !self && beneath)
		})
		if got != want {
			t.Errorf("%q in %q: observed %v, matched %v", tt.indicator, tt.record, got, want)
		}
	}
}
