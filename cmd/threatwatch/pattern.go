package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"threatwatch"
	"threatwatch/pattern"
	"threatwatch/pattern/syntax"
	"threatwatch/pattern/vectors"
	"threatwatch/stix"
)

// patternCmd works with STIX patterns. It needs no exchange.
type patternCmd struct {
	Check   patternCheckCmd   `cmd:"" help:"Is this a pattern? Exit status 1: no."`
	Explain patternExplainCmd `cmd:"" help:"Say in plain words what a pattern looks for."`
	Match   patternMatchCmd   `cmd:"" help:"Which observations in these files match? Exit status 1: none."`
	Test    patternTestCmd    `cmd:"" help:"Run files of test vectors. Exit status 1: some failed."`
}

// patternTexts are patterns from the command line; - stands for those on standard input, one a line.
func (a *app) patternTexts(args []string) (out []string, err error) {
	for _, p := range args {
		if p != "-" {
			out = append(out, p)
			continue
		}
		lines, before := bufio.NewScanner(a.In), len(out)
		lines.Buffer(nil, syntax.MaxText+2)
		for lines.Scan() {
			if text := strings.TrimSpace(lines.Text()); text != "" {
				out = append(out, text)
			}
		}
		if err := lines.Err(); err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "standard input: a pattern of more than %d bytes, or %w", syntax.MaxText, err)
		}
		if len(out) == before {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "no pattern on standard input")
		}
	}
	return out, nil
}

type patternCheckCmd struct {
	V20      bool     `name:"2.0" help:"Read patterns as STIX 2.0 wrote them: strings behind START and STOP."`
	JSON     bool     `name:"json" help:"One JSON line for each pattern."`
	Patterns []string `arg:"" name:"pattern" help:"Patterns; - reads them from standard input, one a line."`
}

// Help shows examples.
func (*patternCheckCmd) Help() string {
	return `Examples:

  threatwatch pattern check "[ipv4-addr:value = '198.51.100.7']"
  jq -r '.objects[].pattern // empty' bundle.json | threatwatch pattern check -

What can be read and yet will hardly be meant, such as a property that the type does not have, is a warning.
Exit status 0: all are patterns. 1: one is not. 2: could not be read.`
}

// patternVerdict is what is said of one pattern.
type patternVerdict struct {
	Pattern   string            `json:"pattern"`
	Valid     bool              `json:"valid"`
	Canonical string            `json:"canonical,omitempty"` // the one form of it
	Level     int               `json:"level,omitempty"`     // conformance level it needs (STIX 2.1 §12.7)
	Error     *patternFault     `json:"error,omitempty"`
	Warnings  []pattern.Problem `json:"warnings,omitempty"`
}

type patternFault struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Offset  int    `json:"offset"`
	Section string `json:"section"`
	Message string `json:"message"`
}

func verdictOf(text string, v20 bool) patternVerdict {
	tree, err := syntax.Config{V20: v20}.Parse(text)
	if e, ok := errors.AsType[*syntax.Error](err); ok {
		return patternVerdict{Pattern: text, Error: &patternFault{e.Line, e.Column, e.Offset, e.Section, e.Msg}}
	}
	return patternVerdict{Pattern: text, Valid: true, Canonical: tree.String(), Level: pattern.Level(tree), Warnings: pattern.Check(tree)}
}

// Run judges each pattern.
func (c *patternCheckCmd) Run(a *app) error {
	texts, err := a.patternTexts(c.Patterns)
	if err != nil {
		return err
	}
	enc, bad := json.NewEncoder(a.Out), false
	enc.SetEscapeHTML(false)
	for _, text := range texts {
		v := verdictOf(text, c.V20)
		bad = bad || !v.Valid
		if c.JSON {
			err = enc.Encode(v)
		} else {
			err = v.print(a.Out)
		}
		if err != nil {
			return err
		}
	}
	if bad {
		return exitCode(exitWrong)
	}
	return nil
}

func (v *patternVerdict) print(w io.Writer) error {
	if e := v.Error; e != nil {
		at := &syntax.Error{Offset: e.Offset, Line: e.Line, Column: e.Column, Section: e.Section, Msg: e.Message}
		line, column := at.Excerpt(v.Pattern)
		_, err := fmt.Fprintf(w, "not a pattern: %s\n  %s\n  %s^\n", plain(at.Error()), plain(line), strings.Repeat(" ", column))
		return err
	}
	_, err := fmt.Fprintf(w, "valid, level %d: %s\n", v.Level, plain(v.Canonical))
	for _, p := range v.Warnings {
		if err == nil {
			_, err = fmt.Fprintf(w, "  warning: byte %d: %s (STIX 2.1 %s)\n", p.Offset, plain(p.Message), p.Section)
		}
	}
	return err
}

type patternExplainCmd struct {
	V20      bool     `name:"2.0" help:"Read patterns as STIX 2.0 wrote them."`
	JSON     bool     `name:"json" help:"One JSON line for each pattern."`
	Patterns []string `arg:"" name:"pattern" help:"Patterns; - reads them from standard input, one a line."`
}

// Help shows an example.
func (*patternExplainCmd) Help() string {
	return `Example:

  threatwatch pattern explain "[domain-name:value LIKE '%.example'] REPEATS 3 TIMES WITHIN 60 SECONDS"

Exit status 0: all are patterns. 1: one is not. 2: could not be read.`
}

// patternMeaning is what a pattern looks for, in plain words, or why it is none.
type patternMeaning struct {
	Pattern string        `json:"pattern"`
	Meaning string        `json:"meaning,omitempty"`
	Error   *patternFault `json:"error,omitempty"`
}

// Run explains each pattern.
func (c *patternExplainCmd) Run(a *app) error {
	texts, err := a.patternTexts(c.Patterns)
	if err != nil {
		return err
	}
	enc, bad := json.NewEncoder(a.Out), false
	enc.SetEscapeHTML(false)
	for i, text := range texts {
		m := patternMeaning{Pattern: text}
		tree, fault := syntax.Config{V20: c.V20}.Parse(text)
		if fault != nil {
			v := verdictOf(text, c.V20)
			m.Error, bad = v.Error, true
			if !c.JSON {
				err = v.print(a.Err)
			}
		} else {
			m.Meaning = pattern.Explain(tree)
		}
		switch {
		case c.JSON:
			err = enc.Encode(m)
		case fault == nil:
			err = m.print(a.Out, i, len(texts))
		}
		if err != nil {
			return err
		}
	}
	if bad {
		return exitCode(exitWrong)
	}
	return nil
}

// print says what the i-th of n patterns means; where there are several, each stands above its meaning.
func (m *patternMeaning) print(w io.Writer, i, n int) error {
	if n > 1 {
		fmt.Fprintf(w, "%s%s\n", map[bool]string{true: "\n"}[i > 0], plain(m.Pattern))
	}
	_, err := fmt.Fprintln(w, plainLines(m.Meaning))
	return err
}

// inputName is how a file of the command line is told of.
func inputName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// plainLines is plain for a text of several lines.
func plainLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

type patternMatchCmd struct {
	JSON    bool     `name:"json" help:"The answer as one JSON line."`
	Pattern string   `arg:"" help:"The pattern."`
	Files   []string `arg:"" name:"file" help:"STIX files with observed data and the objects it refers to; - is standard input."`
}

// Help shows an example.
func (*patternMatchCmd) Help() string {
	return `Example:

  threatwatch pattern match "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']" observations.json

All files together are the observations; both forms of observed data are read. The identifiers of the observed data that match are printed.
Exit status 0: a match. 1: none. 2: could not be evaluated or read.`
}

// patternAnswer is what a pattern says of observations.
type patternAnswer struct {
	Answer       string   `json:"answer"`
	Matched      []string `json:"matched"`
	Observations int      `json:"observations"`
}

// Run evaluates the pattern.
func (c *patternMatchCmd) Run(a *app) error {
	var objects []*stix.Value
	v20 := true
	for _, name := range c.Files {
		raw, err := a.readFile(name)
		if err != nil {
			return err
		}
		err = stix.ReadObjects(strings.NewReader(string(raw)), func(raw []byte, _ bool) error {
			v, err := vectors.ParseValue(raw)
			if err == nil {
				objects = append(objects, v)
				v20 = v20 && (v.Get("type").Text() != "observed-data" || v.Get("spec_version") == nil)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", inputName(name), err)
		}
	}
	tree, err := syntax.Config{V20: v20}.Parse(c.Pattern)
	if err != nil {
		v := verdictOf(c.Pattern, v20)
		v.print(a.Err)
		return exitCode(exitCannot)
	}
	list, faults := pattern.Observations(objects)
	for _, f := range faults {
		fmt.Fprintf(a.Err, "left out: %s\n", plain(f.Error()))
	}
	r := pattern.New(tree).Match(list)
	answer := patternAnswer{Answer: r.Answer.String(), Matched: []string{}, Observations: len(list)}
	for _, i := range r.Bound {
		answer.Matched = append(answer.Matched, list[i].ID)
	}
	return c.answer(a, r.Answer, answer)
}

func (c *patternMatchCmd) answer(a *app, r pattern.Answer, answer patternAnswer) error {
	if c.JSON {
		if err := json.NewEncoder(a.Out).Encode(answer); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.Err, "%s, %s\n", answer.Answer, several(answer.Observations, "observation"))
		for _, id := range answer.Matched {
			fmt.Fprintln(a.Out, plain(id))
		}
	}
	switch r {
	case pattern.Yes:
		return nil
	case pattern.No:
		return exitCode(exitWrong)
	}
	return exitCode(exitCannot)
}

type patternTestCmd struct {
	JSON  bool     `name:"json" help:"One JSON line for each file."`
	Files []string `arg:"" name:"file" help:"Suites of vectors; - is standard input."`
}

// Help says what a file holds.
func (*patternTestCmd) Help() string {
	return `Example:

  threatwatch pattern test vectors/*.json

A file is one JSON object: suite; observations, a name for each list of STIX objects; vectors, each with id, pattern, the name of its
observations, parses (true, false, null) and match, and perhaps match_if_parsed, matched and budget_ms.
Exit status 0: all passed. 1: some failed. 2: a file could not be read.`
}

// suiteResult is what came of one file.
type suiteResult struct {
	File     string            `json:"file"`
	Suite    string            `json:"suite"`
	Passed   int               `json:"passed"`
	Failed   int               `json:"failed"`
	Failures []vectors.Failure `json:"failures"`
}

// Run runs every file and counts.
func (c *patternTestCmd) Run(a *app) error {
	enc, passed, failed, broken := json.NewEncoder(a.Out), 0, 0, 0
	enc.SetEscapeHTML(false)
	for _, name := range c.Files {
		r, err := a.suite(name)
		if err != nil {
			fmt.Fprintf(a.Err, "%s: %s\n", plain(inputName(name)), plain(err.Error()))
			broken++
			continue
		}
		passed, failed = passed+r.Passed, failed+r.Failed
		if c.JSON {
			if err := enc.Encode(r); err != nil {
				return err
			}
			continue
		}
		for _, f := range r.Failures {
			fmt.Fprintf(a.Out, "FAIL %s: %s\n  %s\n", plain(f.ID), plain(f.Reason), plain(short(f.Pattern)))
		}
		if len(c.Files) > 1 {
			fmt.Fprintf(a.Out, "%s: %d passed, %d failed\n", plain(r.Suite), r.Passed, r.Failed)
		}
	}
	if !c.JSON {
		fmt.Fprintf(a.Out, "%d passed, %d failed\n", passed, failed)
	}
	switch {
	case broken > 0:
		return exitCode(exitCannot)
	case failed > 0:
		return exitCode(exitWrong)
	}
	return nil
}

func (a *app) suite(name string) (*suiteResult, error) {
	raw, err := a.readFile(name)
	if err != nil {
		return nil, err
	}
	s, err := vectors.Read(raw)
	if err != nil {
		return nil, err
	}
	failures, err := s.Run()
	if err != nil {
		return nil, err
	}
	return &suiteResult{File: name, Suite: s.Name, Passed: len(s.Vectors) - len(failures), Failed: len(failures), Failures: failures}, nil
}
