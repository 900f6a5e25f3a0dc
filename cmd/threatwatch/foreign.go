package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/klauspost/compress/gzip"

	"threatwatch"
	"threatwatch/cfr"
	"threatwatch/eurepoc"
	"threatwatch/icsadvisory"
	"threatwatch/kev"
	"threatwatch/leaksite"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/ukraine"
	"threatwatch/veris"
)

// foreignLimit is the largest document of a foreign format that is read, decompressed: it is read whole.
const foreignLimit = 256 << 20

// foreign is a format that is no STIX and is recognised by how it begins.
type foreign struct {
	name    string
	detect  func(begin []byte) bool
	objects func(raw []byte, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error)
}

// foreigns are the formats that import reads besides STIX.
var foreigns = []foreign{
	{"catalogue of known exploited vulnerabilities", kev.Detect, func(raw []byte, held func(string) *stix.Value, f func(*stix.Value) error) ([]error, error) {
		c, err := kev.Read(raw)
		if err != nil {
			return nil, err
		}
		return c.Faults, c.Objects(held, f)
	}},
	{"incident table of EuRepoC", eurepoc.Detect, eurepoc.Objects},
	{"operations of the CFR tracker", cfr.Detect, cfr.Objects},
	{"table of ICS advisories", icsadvisory.Detect, icsadvisory.Objects},
	{"list of VERIS incidents", veris.Detect, dated(veris.Objects)},
	{"list of posts of leak sites", leaksite.Detect, dated(leaksite.Objects)},
	{"table of operations around the war in Ukraine", ukraine.Detect, dated(ukraine.Objects)},
}

// dated tells a format that knows no release the time of this import.
func dated(f func(raw []byte, now string, held func(id string) *stix.Value, out func(*stix.Value) error) ([]error, error)) func([]byte, func(string) *stix.Value, func(*stix.Value) error) ([]error, error) {
	return func(raw []byte, held func(string) *stix.Value, out func(*stix.Value) error) ([]error, error) {
		return f(raw, stix.FormatTime(time.Now().UnixMicro()), held, out)
	}
}

// unpacked undoes gzip, and returns how the document begins.
func unpacked(from io.Reader) (r *bufio.Reader, begin []byte, err error) {
	const look = 4 << 10
	r = bufio.NewReaderSize(from, look)
	if magic, _ := r.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, err
		}
		r = bufio.NewReaderSize(z, 64<<10)
	}
	begin, err = r.Peek(look)
	if err == io.EOF {
		err = nil
	}
	return r, begin, err
}

// unknown says of a document that is no JSON, and of no format that is known here, what it begins with: a table whose columns changed looks like one.
func unknown(begin []byte) error {
	text := bytes.TrimSpace(bytes.TrimPrefix(begin, []byte("\xef\xbb\xbf")))
	line, _, _ := bytes.Cut(text, []byte("\n"))
	switch {
	case len(text) == 0 || text[0] == '{' || text[0] == '[':
		return nil
	case bytes.HasPrefix(begin, []byte("\xff\xfe")) || bytes.HasPrefix(begin, []byte("\xfe\xff")):
		return threatwatch.Errorf(threatwatch.Invalid, "it is in UTF-16: save it as UTF-8")
	case bytes.Count(line, []byte(";")) > bytes.Count(line, []byte(",")) || bytes.Count(line, []byte("\t")) > bytes.Count(line, []byte(",")):
		return threatwatch.Errorf(threatwatch.Invalid, "it is neither JSON nor a table that is known here: tables have commas between their cells, and this begins with %s", beginning(line))
	}
	return threatwatch.Errorf(threatwatch.Invalid, "it is neither JSON nor of a format that is known here (doc/formats.md), which tables are by the names of their columns; it begins with %s", beginning(line))
}

// beginning quotes how a line begins.
func beginning(line []byte) string {
	const enough = 120
	text := []rune(string(bytes.TrimSpace(line)))
	if len(text) > enough {
		return strconv.Quote(string(text[:enough])) + " …"
	}
	return strconv.Quote(string(text))
}

// foreign takes in a document of another format.
func (r *importRun) foreign(name string, format foreign, from io.Reader) error {
	raw, err := readWhole(format.name, from)
	if err != nil {
		return err
	}
	return r.take(name, raw, format.objects)
}

// readWhole reads a document of a foreign format.
func readWhole(what string, from io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(from, foreignLimit+1))
	if err == nil && len(raw) > foreignLimit {
		err = threatwatch.Errorf(threatwatch.TooLarge, "a %s of more than %d MiB", what, foreignLimit>>20)
	}
	return raw, err
}

// take takes in what is made of a document. What cannot be used of it is told, and the rest is in.
func (r *importRun) take(name string, raw []byte, objects func([]byte, func(string) *stix.Value, func(*stix.Value) error) ([]error, error)) error {
	held := func(id string) *stix.Value { return r.held(r.app.ctx, id) }
	faults, err := objects(raw, held, func(o *stix.Value) error { return r.stream.Add(o.AppendJSON(nil), false) })
	for _, f := range faults {
		r.broken++
		r.bar.done()
		fmt.Fprintf(r.app.Err, "%s: left out: %s\n", name, f)
	}
	return err
}

// held is the newest version of an object that this import's source has said, nil when it has not.
func (r *importRun) held(ctx context.Context, id string) (v *stix.Value) {
	err := r.store.Read(ctx, func(sn store.Snapshot) error {
		heads, err := sn.Heads(ctx, []string{id})
		if err != nil {
			return err
		}
		var newest store.Head
		for _, h := range heads[id] {
			if h.Source == r.source && (newest.OID == 0 || h.Modified > newest.Modified) {
				newest = h
			}
		}
		if newest.OID == 0 {
			return nil
		}
		row, err := sn.Get(ctx, newest.OID)
		if err == nil {
			v, err = stix.ParseValue(row.Raw)
		}
		return err
	})
	if err != nil { // taken for new: intake refuses it if it is not
		return nil
	}
	return v
}
