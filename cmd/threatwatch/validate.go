package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"threatwatch/stix"
)

// validateCmd checks files against STIX. It needs no exchange.
type validateCmd struct {
	Strict bool     `help:"Also refuse what the standard only tolerates: warnings count as errors, and custom or deprecated content is one."`
	JSON   bool     `help:"One JSON line for each file."`
	Paths  []string `arg:"" name:"file" help:"Files or directories; - is standard input."`
}

// Help shows examples and says what the exit codes mean.
func (validateCmd) Help() string {
	return `Examples:
  threatwatch validate bundle.json
  threatwatch validate --json reports/ > verdicts.ndjson
  gunzip -c feed.json.gz | threatwatch validate --strict -

A file holds a bundle, one object, an array, a TAXII envelope, or one of these a line; it may be packed with gzip. In a directory, *.json,
*.ndjson, *.jsonl, *.stix and *.stix2 are read, also with .gz behind. Exit code 0: all valid. 1: something is not. 2: a file could not be
read.`
}

// fileVerdict is what is said about one file.
type fileVerdict struct {
	File     string         `json:"file"`
	Valid    bool           `json:"valid"`
	Objects  int            `json:"objects"`
	Errors   []problemEntry `json:"errors"`
	Warnings []problemEntry `json:"warnings"`
	refused  int            // objects with errors
	syntax   bool           // one of them is not even JSON as we read it
}

type problemEntry struct {
	ID      string `json:"id"`
	Path    string `json:"path"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// Run judges every file and ends with 1 when one is invalid, 2 when one could not be read.
func (c *validateCmd) Run(a *app) error {
	out := bufio.NewWriter(a.Out)
	defer out.Flush()
	code := exitFine
	cannot := func(err error) {
		fmt.Fprintf(a.Err, "threatwatch: %v\n", err)
		code = exitCannot
	}
	for _, path := range c.Paths {
		err := eachFile(path, cannot, func(name string) error {
			if err := a.ctx.Err(); err != nil {
				return err
			}
			raw, err := a.readFile(name)
			if err != nil {
				cannot(err)
				return nil
			}
			v := judge(name, raw, c.Strict)
			if !v.Valid && code == exitFine {
				code = exitWrong
			}
			return c.print(out, v)
		})
		if err != nil {
			return err
		}
	}
	if code == exitFine {
		return nil
	}
	return exitCode(code)
}

// eachFile calls f with path, or with each STIX file below it when it is a directory. What cannot be looked at goes to cannot.
func eachFile(path string, cannot func(error), f func(string) error) error {
	if path == "-" {
		return f(path)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		cannot(err)
		return nil
	case !info.IsDir():
		return f(path)
	}
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			cannot(err)
			return nil
		case d.Type().IsRegular() && isSTIXName(d.Name()):
			return f(name)
		}
		return nil
	})
}

// readFile reads a file or standard input whole, unpacked when it begins like gzip.
func (a *app) readFile(name string) ([]byte, error) {
	var raw []byte
	var err error
	if name == "-" {
		raw, err = io.ReadAll(io.LimitReader(a.In, stix.MaxText))
	} else {
		raw, err = os.ReadFile(name)
	}
	if err != nil || !bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return raw, err
	}
	zr, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	raw, err = io.ReadAll(io.LimitReader(zr, stix.MaxText))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	return raw, nil
}

// judge validates what a file holds.
func judge(name string, raw []byte, strict bool) *fileVerdict {
	v := &fileVerdict{File: name, Errors: []problemEntry{}, Warnings: []problemEntry{}}
	v.values(raw, strict)
	if strict {
		v.Errors = append(v.Errors, v.Warnings...)
		v.Warnings = []problemEntry{}
	}
	v.Valid = len(v.Errors) == 0
	return v
}

// values judges the objects of a text and the bundles around them.
func (v *fileVerdict) values(raw []byte, strict bool) {
	err := stix.ReadObjectLines(bytes.NewReader(raw), func(raw []byte, spec20 bool) error {
		v.object(raw, spec20, strict)
		return nil
	}, func(line int, raw []byte, fault *stix.SyntaxError) error {
		v.reject(fmt.Sprintf("line %d", line), "", fault)
		return nil
	})
	if err != nil {
		v.reject("", "", err)
		return
	}
	v.shells(raw)
}

// shells checks the bundle around the objects, if there is one, and that a text of one value is strict JSON as a whole. Where every line
// holds a value, each may be a bundle.
func (v *fileVerdict) shells(raw []byte) {
	root, err := stix.ParseValue(raw)
	if err == nil {
		v.shell(root)
		return
	}
	if single(raw) {
		if !v.syntax {
			v.reject("", "", err)
		}
		return
	}
	for line := range bytes.Lines(raw) {
		if root, err := stix.ParseValue(line); err == nil {
			v.shell(root)
		}
	}
}

func (v *fileVerdict) shell(root *stix.Value) {
	if isBundle(root) {
		v.add(stix.ValidateBundle(root))
	}
}

// isBundle says whether the objects of a value are looked for inside it.
func isBundle(root *stix.Value) bool {
	objects := root.Get("objects")
	return root.Get("type").Text() == "bundle" && (objects == nil || objects.Kind == stix.Array)
}

// single says whether raw is one JSON value.
func single(raw []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(raw))
	var first, second json.RawMessage
	return dec.Decode(&first) == nil && errors.Is(dec.Decode(&second), io.EOF)
}

func (v *fileVerdict) object(raw []byte, spec20, strict bool) {
	o, err := stix.Parse(raw)
	if err == nil && isBundle(o.Root) { // inside an array or another bundle
		v.values(raw, strict)
		return
	}
	v.Objects++
	if err != nil {
		v.refused++
		place, id := "", idOf(raw)
		if id == "" {
			place = fmt.Sprintf("object %d", v.Objects)
		}
		v.reject(place, id, err)
		return
	}
	if spec20 && o.Root.Get("spec_version") == nil && !stix.IsSCO(o.Type) {
		o.SpecVersion = "2.0"
	}
	problems := o.Validate()
	if strict {
		problems = o.ValidateStrict()
	}
	if !stix.Valid(problems) {
		v.refused++
	}
	v.add(problems)
}

// idOf finds the id of an object that could not be parsed as one.
func idOf(raw []byte) string {
	var head struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(raw, &head) // without an id its number has to do
	return head.ID
}

func (v *fileVerdict) add(problems []stix.Problem) {
	for _, p := range problems {
		e := problemEntry{p.ID, p.Path, p.Rule, p.Message}
		if p.Warning {
			v.Warnings = append(v.Warnings, e)
		} else {
			v.Errors = append(v.Errors, e)
		}
	}
}

// reject notes why a text, a line or an object could not be taken at all. Place says which where there is no id. The rule is the one that a
// message ends with in parentheses.
func (v *fileVerdict) reject(place, id string, err error) {
	e := problemEntry{ID: id, Path: place, Rule: "RFC 8259", Message: err.Error()}
	if s, ok := errors.AsType[*stix.SyntaxError](err); ok {
		v.syntax = true
		e.Rule, e.Message = s.Rule, fmt.Sprintf("%s, byte %d", s.Msg, s.Offset)
		e.Path = strings.TrimSpace(place + " " + s.Path)
	} else if at := strings.LastIndex(e.Message, " ("); at > 0 && strings.HasSuffix(e.Message, ")") {
		e.Rule, e.Message = e.Message[at+2:len(e.Message)-1], e.Message[:at]
	}
	v.Errors = append(v.Errors, e)
}

// print writes the verdict as JSON or for people.
func (c *validateCmd) print(w io.Writer, v *fileVerdict) error {
	if c.JSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	}
	if v.Valid {
		fmt.Fprintf(w, "%s: valid (%d objects, %d warnings)\n", v.File, v.Objects, len(v.Warnings))
	} else {
		fmt.Fprintf(w, "%s: invalid (%d of %d objects, %d errors, %d warnings)\n", v.File, v.refused, v.Objects, len(v.Errors), len(v.Warnings))
	}
	printProblems(w, "error", v.Errors)
	printProblems(w, "warning", v.Warnings)
	return nil
}

func printProblems(w io.Writer, kind string, list []problemEntry) {
	for _, p := range list {
		at := strings.TrimSpace(p.ID + " " + p.Path)
		if at == "" {
			at = "the whole file"
		}
		fmt.Fprintf(w, "  %s: %s: %s (%s)\n", kind, printable(at), printable(p.Message), p.Rule)
	}
}

// printable keeps what came out of a file from speaking to the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, s)
}
