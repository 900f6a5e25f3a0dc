package main

import (
	"strings"
	"testing"

	"threatwatch/match"
)

// TestLogged: each value stands in its line where the matcher looks for such values, once.
func TestLogged(t *testing.T) {
	classes := map[match.Class]bool{}
	for _, k := range sample(newGenerator(1).indicators(50), 1) {
		l := match.NewLoader(match.Policy{AnyTime: true})
		if err := l.Read("list", strings.NewReader(k.value+"\n")); err != nil {
			t.Fatal(err)
		}
		x, err := l.Index()
		if err != nil {
			t.Fatal(err)
		}
		scan, found := match.Scan{Index: x, Jobs: 1}, 0
		read, err := scan.Run(t.Context(), "", strings.NewReader(logged(k.value)), func(f *match.Finding) error {
			found, classes[f.Class] = found+1, true
			return nil
		})
		if err != nil || read.Records != 1 || found != 1 {
			t.Errorf("%s: %d records, found %d times, %v", k.value, read.Records, found, err)
		}
	}
	if len(classes) != 4 {
		t.Errorf("found as %v, want addresses, domains, URLs and digests", classes)
	}
}
