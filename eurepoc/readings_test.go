package eurepoc

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/stix"
	"threatwatch/watch"
)

// accusations reads all claims of the published table.
func accusations(t *testing.T) (claims []*watch.Claim, names map[string]string) {
	t.Helper()
	held := map[string]*stix.Value{}
	order, _, _ := take(t, read(t, published(t)), held)
	names = map[string]string{}
	for _, id := range order {
		names[id] = held[id].Get("name").Text()
		if watch.IsClaim(held[id]) {
			c, err := watch.ReadClaim(held[id])
			if err != nil {
				t.Fatal(err)
			}
			claims = append(claims, c)
		}
	}
	return claims, names
}

// first is who is accused of most incidents, with the number of distinct incidents.
func first(claims []*watch.Claim, names map[string]string, n int, counts func(*watch.Claim) bool) string {
	incidents := map[string]map[string]bool{}
	for _, c := range claims {
		typ, _, _ := strings.Cut(c.Accused, "--")
		if typ == "location" || c.Terms.Level == "state" || !counts(c) {
			continue // the design's readings are of named actors
		}
		if incidents[c.Accused] == nil {
			incidents[c.Accused] = map[string]bool{}
		}
		incidents[c.Accused][c.Act] = true
	}
	ids := slices.SortedFunc(maps.Keys(incidents), func(a, b string) int {
		if n := len(incidents[b]) - len(incidents[a]); n != 0 {
			return n
		}
		return strings.Compare(names[b], names[a])
	})
	var list []string
	for _, id := range ids[:min(n, len(ids))] {
		list = append(list, fmt.Sprintf("%s %d", names[id], len(incidents[id])))
	}
	return strings.Join(list, ", ")
}

// TestReadings: the claims put on top whom the table's columns put on top, by reading.
func TestReadings(t *testing.T) {
	claims, names := accusations(t)
	official := []string{"victim-state", "other-state", "court", "international-body"}
	for _, x := range []struct {
		reading string
		n       int
		counts  func(*watch.Claim) bool
		want    string
	}{
		{"all", 6, func(*watch.Claim) bool { return true }, "Anonymous 200, Lazarus Group 40, Fancy Bear 38, NSA 26, Syrian Electronic Army 22, Sandworm 19"},
		{"without self-claims and media", 6, func(c *watch.Claim) bool { return !c.Is("self") && !c.Is("media") }, "Lazarus Group 40, Fancy Bear 38, NSA 23, Sandworm 19, APT41 18, Turla 15"},
		{"governments, courts, international bodies", 6, func(c *watch.Claim) bool { return slices.Contains(official, c.Terms.Capacity) || c.Is("legal") }, "Fancy Bear 19, Sandworm 12, MSS 10, Lazarus Group 9, GRU 8, Turla 6"},
		{"self-claims", 4, func(c *watch.Claim) bool { return c.Is("self") }, "Anonymous 196, Syrian Electronic Army 20, Killnet 12, RedHack 11"},
	} {
		if d := cmp.Diff(x.want, first(claims, names, x.n, x.counts)); d != "" {
			t.Errorf("%s (-want +got): %s", x.reading, d)
		}
	}
}

// TestEveryActorCounts: for each name, the incidents in whose claims it is accused are those whose cells name it, read by nothing of this room.
func TestEveryActorCounts(t *testing.T) {
	rows := table(t, published(t))
	column := slices.Index(rows[0], "attributed_initiator")
	semicolon := regexp.MustCompile(`; (?:[^()]*$|[^()]*\()`) // outside of parentheses, as far as the published table has them
	want := map[string]map[string]bool{}
	for _, row := range rows[1:] {
		for _, cell := range splitOutside(row[column], semicolon) {
			name, _, _ := strings.Cut(strings.NewReplacer("-->", "/", "<", "/", "\u00a0", " ").Replace(cell), "/")
			if name, _, _ = strings.Cut(strings.TrimSpace(name), " ("); slices.Contains([]string{"", "None", "Not available", "Unknown", "nan"}, name) {
				continue
			}
			if want[strings.ToLower(name)] == nil {
				want[strings.ToLower(name)] = map[string]bool{}
			}
			want[strings.ToLower(name)][row[0]] = true
		}
	}
	claims, names := accusations(t)
	got := map[string]map[string]bool{}
	for _, c := range claims {
		if typ, _, _ := strings.Cut(c.Accused, "--"); typ == "location" || c.Terms.Level == "state" {
			continue
		}
		name, _, _ := strings.Cut(strings.ToLower(names[c.Accused]), " (")
		if got[name] == nil {
			got[name] = map[string]bool{}
		}
		got[name][c.References[0].ExternalID] = true
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-cells +claims):\n%.2000s", d)
	}
	if len(want) < 500 {
		t.Errorf("only %d names", len(want))
	}
}

func splitOutside(cell string, semicolon *regexp.Regexp) []string {
	var list []string
	for {
		at := semicolon.FindStringIndex(cell)
		if at == nil {
			return append(list, cell)
		}
		list, cell = append(list, cell[:at[0]]), cell[at[0]+2:]
	}
}
