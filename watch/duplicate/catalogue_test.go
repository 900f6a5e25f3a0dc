package duplicate_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"threatwatch/cfr"
	"threatwatch/eurepoc"
	"threatwatch/intake"
	"threatwatch/internal/testdata"
	"threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/ukraine"
	"threatwatch/veris"
	"threatwatch/watch/duplicate"
	"threatwatch/watch/index"
)

// objects is how a format becomes STIX.
type objects func(raw []byte, held func(string) *stix.Value, f func(*stix.Value) error) ([]error, error)

// dated tells a format that knows no release a time.
func dated(f func([]byte, string, func(string) *stix.Value, func(*stix.Value) error) ([]error, error)) objects {
	return func(raw []byte, held func(string) *stix.Value, out func(*stix.Value) error) ([]error, error) {
		return f(raw, "2030-01-01T00:00:00.000Z", held, out)
	}
}

var catalogues = []struct {
	source  string
	objects objects
	path    []string
}{
	{"CFR", cfr.Objects, []string{"incidents", "cfr", "cyber-operations-incidents.csv"}},
	{"EuRepoC", eurepoc.Objects, []string{"incidents", "eurepoc", "EuRepoC_Global_Database_1.1.csv.gz"}},
	{"Ukraine", dated(ukraine.Objects), []string{"incidents", "ukraine-war-operations", "paper_analysis_corpus.csv.gz"}},
	{"VERIS", dated(veris.Objects), []string{"vcdb", "vcdb-incidents.ndjson.gz"}},
}

// library holds the catalogues; without addresses the records do not say on which reports they rest.
func library(t *testing.T, addresses bool) *index.Index {
	t.Helper()
	h := watchtest.New(t)
	for _, c := range catalogues {
		raw, err := os.ReadFile(testdata.Dir(t, c.path...))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(c.path[len(c.path)-1], ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if raw, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		src, err := h.Intake.AddSource(t.Context(), store.Source{Name: c.source})
		if err != nil {
			t.Fatal(err)
		}
		var batch [][]byte
		send := func() {
			if _, err := h.Intake.Submit(t.Context(), intake.Submission{Source: src.ID}, batch); err != nil {
				t.Fatal(err)
			}
			batch = nil
		}
		held := map[string]*stix.Value{}
		_, err = c.objects(raw, func(id string) *stix.Value { return held[id] }, func(o *stix.Value) error {
			if held[o.Get("id").Text()] = o; !addresses && o.Get("type").Text() == "incident" {
				o.Remove("external_references")
			}
			if batch = append(batch, o.AppendJSON(nil)); len(batch) == 1000 {
				send()
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		send()
	}
	x, err := index.NewKeeper(h.Releaser).Of(t.Context(), release.Subject{Kind: release.Operator}, release.ShowPage)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// reported are the pairs of incidents that are taken to be the same because both rest on one report, on which no other incident of either source rests.
func reported(x *index.Index) map[[2]string]bool {
	resting := map[string]map[string][]string{} // by address, by source: ids
	for _, e := range x.Entries {
		for _, r := range e.References {
			u, err := url.Parse(strings.ToLower(r.URL))
			if err != nil || len(u.Path) < 2 {
				continue
			}
			a := strings.TrimPrefix(u.Host, "www.") + strings.TrimRight(u.Path, "/") + "?" + u.RawQuery
			if resting[a] == nil {
				resting[a] = map[string][]string{}
			}
			resting[a][e.Source] = append(resting[a][e.Source], e.ID)
		}
	}
	pairs := map[[2]string]bool{}
	for _, sources := range resting {
		for p, a := range sources {
			for q, b := range sources {
				if p < q && len(a) == 1 && len(b) == 1 {
					pairs[[2]string{min(a[0], b[0]), max(a[0], b[0])}] = true
				}
			}
		}
	}
	return pairs
}

// judged are pairs that a reader judged.
func judged(t *testing.T) map[[2]string]bool {
	t.Helper()
	raw, err := os.ReadFile("testdata/judged.tsv")
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[[2]string]bool{}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); !strings.HasPrefix(line, "#") && len(f) == 3 {
			verdicts[[2]string{f[0], f[1]}] = f[2] == "same"
		}
	}
	return verdicts
}

// precise counts, of each band, how many of the judged pairs are right.
func precise(t *testing.T, pairs []duplicate.Pair) {
	t.Helper()
	verdicts := judged(t)
	right, all := map[string]int{}, map[string]int{}
	for _, p := range pairs {
		if same, ok := verdicts[[2]string{p.A.ID, p.B.ID}]; ok {
			all[p.Band()]++
			if same {
				right[p.Band()]++
			}
		}
	}
	for _, c := range []struct {
		band  string
		least float64
	}{{"likely", 0.85}, {"possible", 0.65}, {"faint", 0.3}} {
		t.Logf("%s: %d of %d judged pairs are right", c.band, right[c.band], all[c.band])
		if all[c.band] < 20 || float64(right[c.band]) < c.least*float64(all[c.band]) {
			t.Errorf("%s: %d of %d judged pairs are right, which is too few or of too few", c.band, right[c.band], all[c.band])
		}
	}
}

// TestCatalogues measures on what four catalogues tell: how many of the pairs that rest on one report are found, with that report and without; and how
// many of the proposals that a reader judged are right. The numbers are told
// in doc/watch.md.
func TestCatalogues(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 16,000 objects twice")
	}
	x := library(t, true)
	same := reported(x)
	if len(same) < 200 {
		t.Fatalf("%d pairs rest on one report; that measures nothing", len(same))
	}
	for _, c := range []struct {
		what  string
		x     *index.Index
		least float64
	}{{"with addresses", x, 0.85}, {"without addresses", library(t, false), 0.30}} {
		began := time.Now()
		pairs := duplicate.Propose(c.x)
		took, found := time.Since(began), 0
		if c.x == x {
			precise(t, pairs)
		}
		for _, p := range pairs {
			if same[[2]string{p.A.ID, p.B.ID}] {
				found++
			}
		}
		t.Logf("%s: %d of %d pairs that rest on one report are among %d proposals, in %v", c.what, found, len(same), len(pairs), took.Round(time.Millisecond))
		if got := float64(found) / float64(len(same)); got < c.least {
			t.Errorf("%s: %.2f of the pairs are found, fewer than %.2f", c.what, got, c.least)
		}
	}
}
