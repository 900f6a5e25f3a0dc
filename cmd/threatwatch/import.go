package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/csaf"
	"threatwatch/intake"
	"threatwatch/label"
	"threatwatch/stix"
	"threatwatch/store"
)

// importMemory is how much an import takes before it collects garbage more often.
const importMemory = 256 << 20

// importCmd reads STIX from files, folders and URLs into a source.
type importCmd struct {
	data

	Source       string   `required:"" placeholder:"NAME" help:"Who said it; made when missing."`
	TLP          string   `name:"tlp" placeholder:"LEVEL" help:"TLP of everything in this import: clear, green, amber, amber+strict or red. An object's own marking still binds when it is stricter."`
	Strict       bool     `help:"Refuse what the standard only tolerates."`
	JSON         bool     `name:"json" help:"Print the summary as one JSON line on standard output."`
	Key          string   `type:"existingfile" placeholder:"FILE" help:"OpenPGP keys of who publishes advisories in CSAF: take only those that bear a signature by one of them."`
	Refused      string   `type:"path" placeholder:"FILE" help:"Where refused objects go, with reasons, as NDJSON. Default: a file in the data directory, or in the working directory when the data is in a database."`
	AllowPrivate bool     `help:"Allow URLs that lead to private or loopback addresses."`
	Ack          bool     `help:"Print the id of each object on standard output as soon as it is durable."`
	Batch        int      `hidden:"" default:"6000" help:"Objects in one transaction."`
	Paths        []string `arg:"" name:"path" help:"Files, folders (.json .json.gz .ndjson .stix) or http(s) URLs: bundles, bare objects, arrays, NDJSON; CISA's catalogue of known exploited vulnerabilities, as JSON or CSV; advisories in CSAF 2.0, with the digests and signatures beside them; the tables of EuRepoC, of the CFR tracker and of the ICS Advisory Project (doc/formats.md); plain or gzip."`
}

// Help is shown by --help.
func (*importCmd) Help() string {
	return `Example:

  threatwatch import --data ./data --source attack --tlp clear enterprise-attack.json.gz

What others publish in formats of their own (VERIS, posts of leak sites and more: doc/formats.md) is recognised by how it begins.
Good objects are kept when others are refused. Exit status 1 says that something was refused or could not be read; the rest is in.
Put right what is in the file of refused objects, and import that file: the objects in it are taken, the reasons are passed over.
Ctrl-C stops: what was added is kept.`
}

// Run imports everything named on the command line as one submission.
func (c *importCmd) Run(a *app) error {
	sub := intake.Submission{Strict: c.Strict, By: "import", Operator: true}
	if c.TLP != "" {
		l, err := label.ParseLevel(c.TLP)
		if err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "--tlp: %w", err)
		}
		sub.TLP = &l
	}
	keys, err := c.keys()
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(300)) // a short life that makes much garbage
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(importMemory))
	st, err := a.createStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	in := intake.New(st, time.Now)
	src, err := ensureSource(a.ctx, in, c.Source)
	if err != nil {
		return err
	}
	sub.Source = src.ID

	run := &importRun{cmd: c, app: a, store: st, source: src.ID, keys: keys, begun: time.Now(), bad: refusedFile{path: c.refusedPath(), chosen: c.Refused != ""}}
	run.bar = newProgress(a.Err, func(n int64, rate float64) string { return fmt.Sprintf("%d objects, %.0f/s", n, rate) })
	run.stream = in.StreamBatch(a.ctx, sub, c.Batch, run.outcome)
	for _, p := range c.Paths {
		err := run.path(p)
		if a.ctx.Err() != nil {
			break
		}
		if err != nil {
			run.unreadable(p, err)
		}
	}
	sum, err := run.stream.Close()
	run.bar.done()
	if e := run.bad.close(); err == nil {
		err = e
	}
	if e := a.audit(st, fmt.Sprintf("imported: %d added, %d unchanged, %d refused, %d quarantined", sum.Added, sum.Unchanged, sum.Refused, sum.Quarantined), src.Name); err == nil {
		err = e
	}
	if a.ctx.Err() != nil {
		run.count(sum)
		return threatwatch.Errorf(threatwatch.Unavailable, "stopped: what was added is kept, and the same command goes on from there")
	}
	if err == nil {
		err = run.summarize(sum)
	}
	return err
}

func ensureSource(ctx context.Context, in *intake.Intake, name string) (store.Source, error) {
	src, err := in.SourceByName(ctx, name)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return in.AddSource(ctx, store.Source{Name: name})
	}
	return src, err
}

func (c *importCmd) refusedPath() string {
	if c.Refused != "" {
		return c.Refused
	}
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, c.Source)
	dir := string(c.Data)
	if c.Data.database() {
		dir = "."
	}
	return filepath.Join(dir, fmt.Sprintf("refused-%s-%s.ndjson", safe, time.Now().UTC().Format("20060102T150405")))
}

// importRun is one run of the command.
type importRun struct {
	cmd    *importCmd
	app    *app
	store  store.Store
	source store.SourceID
	stream *intake.Stream
	bar    *progress
	begun  time.Time
	bad    refusedFile
	broken int // files that could not be read to the end
	keys   *csaf.Keys
	unsure int // signatures that were not checked, because nobody said who may sign
}

func (r *importRun) path(p string) error {
	if strings.HasPrefix(p, "http://") || strings.HasPrefix(p, "https://") {
		body, err := fetch(r.app.ctx, p, r.cmd.AllowPrivate)
		if err != nil {
			return err
		}
		defer body.Close()
		return r.read(p, body)
	}
	info, err := os.Stat(p)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return r.file(p)
	}
	return filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && isSTIXName(d.Name()) {
			err = r.file(path)
		}
		if err != nil && r.app.ctx.Err() == nil {
			r.unreadable(path, err)
			return nil
		}
		return err
	})
}

var stixNames = []string{".json", ".ndjson", ".jsonl", ".stix", ".stix2"}

func isSTIXName(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return slices.ContainsFunc(stixNames, func(s string) bool { return strings.HasSuffix(name, s) })
}

func (r *importRun) file(p string) error {
	f, err := os.Open(p)
	if err != nil {
		return err
	}
	defer f.Close()
	return r.read(p, f)
}

// read hands over what a file holds. A line that is no JSON is told of and refused like an object that is none.
func (r *importRun) read(name string, from io.Reader) error {
	from, begin, err := unpacked(from)
	if err != nil {
		return err
	}
	switch {
	case csaf.Detect(begin):
		return r.advisory(name, from)
	case csaf.DetectCompanion(begin):
		r.advisoryList(name)
		return nil
	}
	for _, format := range foreigns {
		if format.detect(begin) {
			return r.foreign(name, format, from)
		}
	}
	if err := unknown(begin); err != nil {
		return err
	}
	return stix.ReadObjectLines(from, func(raw []byte, spec20 bool) error {
		return r.stream.Add(repaired(raw), spec20)
	}, func(line int, raw []byte, fault *stix.SyntaxError) error {
		r.bar.done()
		fmt.Fprintf(r.app.Err, "%s:%d: %s\n", name, line, reason(fault))
		return r.stream.Add(raw, false)
	})
}

// repaired takes the object out of a line of a file of refused objects, which somebody may have put right.
func repaired(raw []byte) []byte {
	if !bytes.HasPrefix(raw, []byte(`{"object":`)) {
		return raw
	}
	var line struct {
		Object  json.RawMessage
		Problem json.RawMessage
	}
	if json.Unmarshal(raw, &line) != nil || line.Problem == nil || line.Object == nil {
		return raw
	}
	return line.Object
}

// outcome gets every object once it is durable.
func (r *importRun) outcome(o intake.Outcome) {
	r.bar.add(1)
	switch o.Status {
	case intake.Refused:
		r.bad.add(o.Problems, o.Raw)
	default:
		if r.cmd.Ack {
			fmt.Fprintln(r.app.Out, o.ID)
		}
	}
}

func (r *importRun) unreadable(name string, err error) {
	r.broken++
	r.bar.done()
	fmt.Fprintf(r.app.Err, "%s: %s\n", name, reason(err))
}

func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error() // the path stands in front of it
	}
	if e, ok := errors.AsType[*stix.SyntaxError](err); ok {
		return "cannot be read: " + e.Error()
	}
	return err.Error()
}

func (r *importRun) summarize(sum intake.Summary) error {
	took := time.Since(r.begun)
	if r.cmd.JSON {
		line, err := json.Marshal(struct {
			intake.Summary
			Unreadable  int     `json:"unreadable"`
			RefusedFile string  `json:"refused_file,omitempty"`
			Seconds     float64 `json:"seconds"`
		}{sum, r.broken, r.bad.written(), took.Seconds()})
		if err != nil {
			return err
		}
		fmt.Fprintf(r.app.Out, "%s\n", line)
	} else {
		r.count(sum)
	}
	if r.unsure > 0 {
		fmt.Fprintf(r.app.Err, "signatures that were not checked, because no --key says who may sign: %d\n", r.unsure)
	}
	if f := r.bad.written(); f != "" && !r.cmd.JSON {
		fmt.Fprintf(r.app.Err, "refused objects and reasons: %s\n", f)
	}
	if sum.Refused > 0 || r.broken > 0 {
		return exitCode(exitWrong)
	}
	return nil
}

func (r *importRun) count(sum intake.Summary) {
	fmt.Fprintf(r.app.Err, "read %d, added %d, unchanged %d, refused %d, quarantined %d\n", sum.Read, sum.Added, sum.Unchanged, sum.Refused, sum.Quarantined)
}

// refusedFile is written only when there is something to write.
type refusedFile struct {
	path   string
	chosen bool // by whoever ran the command: what it held before goes
	f      *os.File
	err    error
}

// open makes the file. One that the program names itself is never that of another import in the same second.
func (r *refusedFile) open() error {
	how, path := os.O_TRUNC, r.path
	if !r.chosen {
		how = os.O_EXCL
	}
	for n := 2; ; n++ {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|how, 0o600)
		if !r.chosen && errors.Is(err, fs.ErrExist) {
			path = strings.TrimSuffix(r.path, ".ndjson") + fmt.Sprintf("-%d.ndjson", n)
			continue
		}
		r.path, r.f = path, f
		return err
	}
}

func (r *refusedFile) add(problems []stix.Problem, raw []byte) {
	if r.err != nil {
		return
	}
	if r.f == nil {
		if r.err = r.open(); r.err != nil {
			return
		}
	}
	line := map[string]any{"problem": problemOf(problems)}
	if json.Valid(raw) {
		line["object"] = json.RawMessage(raw)
	} else {
		line["text"] = string(raw)
	}
	b, err := json.Marshal(line)
	if err == nil {
		_, err = r.f.Write(append(b, '\n'))
	}
	r.err = err
}

// problemOf is the first problem that is not a warning.
func problemOf(ps []stix.Problem) map[string]string {
	for _, p := range ps {
		if !p.Warning {
			return map[string]string{"id": p.ID, "path": p.Path, "rule": p.Rule, "message": p.Message}
		}
	}
	return nil
}

func (r *refusedFile) written() string {
	if r.f == nil {
		return ""
	}
	return r.path
}

func (r *refusedFile) close() error {
	if r.f != nil {
		if err := r.f.Close(); r.err == nil {
			r.err = err
		}
	}
	return r.err
}
