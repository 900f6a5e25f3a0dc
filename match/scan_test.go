package match

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/publicsuffix"

	"threatwatch/internal/testdata"
	"threatwatch/logs"
)

// naive is an obviously right matcher of addresses, networks and domains: text compared with text, one candidate after the other.
type naive struct {
	values map[string]bool // addresses and domains, as the lists write them, in lower case
	nets   []netip.Prefix
}

func (n *naive) add(text string) {
	text = strings.ToLower(strings.TrimSpace(text))
	if p, err := netip.ParsePrefix(text); err == nil && p.Bits() < p.Addr().BitLen() {
		n.nets = append(n.nets, p.Masked())
		return
	}
	text, _, _ = strings.Cut(text, "/")
	if _, err := netip.ParseAddr(text); err == nil {
		n.values[text] = true
		return
	}
	if !strings.ContainsAny(text, ":_* ") && strings.Contains(text, ".") {
		n.values[strings.TrimSuffix(text, ".")] = true
	}
}

// found says which of the indicators an address or a name hits.
func (n *naive) found(text string) (hits []string) {
	text = strings.TrimSuffix(strings.ToLower(text), ".")
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap().WithZone("")
		if n.values[a.String()] {
			hits = append(hits, a.String())
		}
		for _, p := range n.nets {
			if p.Contains(a) {
				hits = append(hits, p.String())
			}
		}
		return hits
	}
	for name := text; name != ""; {
		if suffix, _ := publicsuffix.PublicSuffix(name); n.values[name] && (name == text || suffix != name) {
			hits = append(hits, name)
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return hits
}

// feeds are lists of addresses, networks and names, read by the naive matcher and by a Loader.
func feeds(t *testing.T) (*naive, *Index) {
	t.Helper()
	n, l := &naive{values: map[string]bool{}}, NewLoader(Policy{})
	load := func(name string, columns func(raw []byte) []string) {
		raw := unzipped(t, testdata.Dir(t, "feeds", filepath.FromSlash(name)))
		for _, v := range columns(raw) {
			n.add(v)
		}
		if err := l.Read(name, bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"cobaltstrike_ips.intel.gz", "sans.intel.gz", "predict_intel.intel", "gru-aa25.intel", "tor-exit.intel.gz", "stalkerware.intel.gz"} {
		load("zeek-intel/"+name, func(raw []byte) (out []string) {
			for line := range strings.Lines(string(raw)) {
				if cells := strings.Split(line, "\t"); len(cells) > 1 && (cells[1] == "Intel::ADDR" || cells[1] == "Intel::DOMAIN" || cells[1] == "Intel::SUBNET") {
					out = append(out, cells[0])
				}
			}
			return out
		})
	}
	load("maltrail/maltrail-malware-indicators.csv.gz", func(raw []byte) (out []string) {
		rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[1:] {
			trail := r[0]
			if host, port, ok := strings.Cut(trail, ":"); ok && !strings.ContainsAny(port, ".:/") {
				trail = host // a port beside an address or name is told and not compared
			}
			if !strings.Contains(trail, "/") {
				out = append(out, trail)
			}
		}
		return out
	})
	x, err := l.Index()
	if err != nil {
		t.Fatal(err)
	}
	return n, x
}

func unzipped(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil && strings.HasSuffix(path, ".gz") {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(raw)); err == nil {
			raw, err = io.ReadAll(z)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestScanMissesNothing compares what is found in every log there is, by two goroutines, with what the naive matcher finds in the same fields.
func TestScanMissesNothing(t *testing.T) {
	t.Parallel()
	n, x := feeds(t)
	total := 0
	err := filepath.WalkDir(testdata.Dir(t, "logs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "LICENSE") {
			return err
		}
		raw := unzipped(t, path)
		want := map[string]bool{}
		eachField(t, raw, func(record int64, f *logs.Field) {
			if f.Kind == logs.Address || f.Kind == logs.Domain {
				for _, v := range n.found(string(f.Value)) {
					want[fmt.Sprintf("%d %s", record, v)] = true
				}
			}
		})
		got := map[string]bool{}
		scan := Scan{Index: x, Jobs: 2}
		last := int64(0)
		out, err := scan.Run(t.Context(), path, bytes.NewReader(raw), func(f *Finding) error {
			if f.Line < last {
				t.Errorf("%s: record %d after %d", path, f.Line, last)
			}
			last = f.Line
			if f.Kind == logs.Address || f.Kind == logs.Domain {
				got[fmt.Sprintf("%d %s", f.Line, f.Value)] = true
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-naive +scan):\n%.1500s", path, d)
		}
		if out.Records == 0 {
			t.Errorf("%s: no records", path)
		}
		total += len(want)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if total < 1000 {
		t.Errorf("%d hits in all: the lists and logs name more", total)
	}
}

func eachField(t *testing.T, raw []byte, f func(record int64, field *logs.Field)) {
	t.Helper()
	r, err := logs.NewReader(bytes.NewReader(raw), logs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rec logs.Record
	for {
		b, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for entry, number, ok := b.Next(); ok; entry, number, ok = b.Next() {
			b.Scan(entry, &rec) // what it could read is in rec
			for i := range rec.Fields {
				f(number, &rec.Fields[i])
			}
		}
		b.Release()
	}
}

// rootsInLogs are the servers of the DNS root that both the list "sans" and the logs name.
var rootsInLogs = []string{"192.36.148.17", "192.58.128.30", "193.0.14.129", "198.41.0.4", "202.12.27.33", "192.33.4.12", "192.112.36.4", "192.203.230.10", "192.5.5.241"}

// TestFalseAlarms: lists name values that are known good, and the logs have them. They are found, and marked; the others are not marked. No log
// has 1.0.0.1, which a list names too: it is asked for.
func TestFalseAlarms(t *testing.T) {
	t.Parallel()
	_, x := feeds(t)
	warn := NewWarningLists()
	warn.AddRootServers()
	lists, err := filepath.Glob(testdata.Dir(t, "misp-warninglists", "lists", "*", "list.json"))
	if err != nil || len(lists) < 50 {
		t.Fatalf("%d lists, %v", len(lists), err)
	}
	for _, path := range lists {
		if err := warn.Read(path, bytes.NewReader(unzipped(t, path))); err != nil {
			t.Fatal(err)
		}
	}
	known, unknown := map[string]bool{}, map[string]bool{}
	sort := func(h *Hit) {
		if len(warn.Known(h)) > 0 {
			known[h.Value] = true
		} else {
			unknown[h.Value] = true
		}
	}
	err = filepath.WalkDir(testdata.Dir(t, "logs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "LICENSE") {
			return err
		}
		scan := Scan{Index: x, Jobs: 1}
		_, err = scan.Run(t.Context(), path, bytes.NewReader(unzipped(t, path)), func(f *Finding) error {
			sort(&f.Hit)
			return nil
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range x.Lookup("1.0.0.1", time.Now()) {
		sort(&h)
	}
	for _, good := range append([]string{"www.update.microsoft.com", "www.bing.com", "127.0.0.1", "1.0.0.1"}, rootsInLogs...) {
		if !known[good] || unknown[good] {
			t.Errorf("%s: marked %v, not marked %v", good, known[good], unknown[good])
		}
	}
	for _, bad := range []string{"129.6.15.28", "192.0.78.24"} {
		if known[bad] || !unknown[bad] {
			t.Errorf("%s: marked %v, not marked %v", bad, known[bad], unknown[bad])
		}
	}
}

func smallIndex(t *testing.T, values ...string) *Index {
	t.Helper()
	b := NewBuilder()
	for _, s := range values {
		v, ok := Guess(s)
		if !ok {
			t.Fatalf("%s is nothing to look for", s)
		}
		if err := b.Add(v, Claim{Source: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestScanStops: an error of the receiver, and a context that ends, end the scan.
func TestScanStops(t *testing.T) {
	x := smallIndex(t, "198.51.100.7")
	many := strings.Repeat("connection from 198.51.100.7 refused\n", 200_000)
	stop := errors.New("enough")
	n := 0
	scan := Scan{Index: x, Jobs: 4}
	_, err := scan.Run(t.Context(), "log", strings.NewReader(many), func(*Finding) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("%v after %d findings", err, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = scan.Run(ctx, "log", strings.NewReader(many), func(*Finding) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// remembering counts what it is told.
type remembering struct {
	sensors map[string]int
	closed  *int
}

func (r *remembering) Record(rec *logs.Record, sensor string, at time.Time) error {
	r.sensors[sensor] += len(rec.Fields)
	return nil
}

func (r *remembering) Close() error { *r.closed++; return nil }

// TestScanRemembers: whatever is in the records is told to the memories, found or not.
func TestScanRemembers(t *testing.T) {
	x := smallIndex(t, "198.51.100.7")
	var log bytes.Buffer
	w := bufio.NewWriter(&log)
	for i := range 5000 {
		fmt.Fprintf(w, `{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"flow","src_ip":"192.0.2.%d","dest_ip":"203.0.113.9"}`+"\n", i%250)
	}
	w.Flush()
	var made []*remembering
	closed := 0
	scan := Scan{Index: x, Jobs: 1, Sensor: "here", Memory: func() (Memory, error) {
		made = append(made, &remembering{map[string]int{}, &closed})
		return made[len(made)-1], nil
	}}
	out, err := scan.Run(t.Context(), "eve.json", &log, func(*Finding) error { return nil })
	if err != nil || out.Records != 5000 || len(made) != 1 || closed != 1 || made[0].sensors["here"] != 10_000 {
		t.Errorf("%+v, %v, %d memories, %d closed", out, err, len(made), closed)
	}
	scan.Memory = func() (Memory, error) { return nil, errors.New("no room") }
	if _, err := scan.Run(t.Context(), "eve.json", strings.NewReader("{}"), func(*Finding) error { return nil }); err == nil {
		t.Error("without a memory")
	}
	if slices.ContainsFunc(made, func(r *remembering) bool { return len(r.sensors) != 1 }) {
		t.Error("sensors")
	}
}
