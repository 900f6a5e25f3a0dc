package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/logs"
	"threatwatch/match"
	"threatwatch/sensor"
	"threatwatch/stix"
)

// matchCmd finds indicators in log files.
type matchCmd struct {
	Indicators    []string `short:"i" sep:"none" placeholder:"FILE" help:"Indicators: STIX, a value a line, CSV, Zeek intelligence, a hosts file; plain, gzip or zstd; a folder of these, or an http(s) URL. May be repeated."`
	Data          place    `help:"Also, or without --indicators, the valid indicators of an exchange: a directory, or a postgres:// URL. Default: ./data" placeholder:"DIR|URL" env:"THREATWATCH_DATA_DIR" type:"place"`
	As            string   `default:"operator" placeholder:"WHO" help:"Whose view of the exchange: public, operator, an organisation, or a person (name@org). Default: operator"`
	Warninglists  []string `short:"w" sep:"none" placeholder:"DIR" help:"MISP warning lists, files or folders: hits on known good values are marked and shown apart; the servers of the DNS root then too. May be repeated."`
	MinConfidence int      `placeholder:"N" help:"Only indicators that state a confidence of N or more (0 to 100)."`
	TLPMax        string   `name:"tlp-max" placeholder:"LEVEL" help:"Only indicators marked at most this: clear, green, amber, amber+strict. What bears no marking passes."`
	AnyTime       bool     `help:"Ignore from when until when indicators are valid."`
	SkipKnown     bool     `help:"Leave hits on known good values out of everything; they are only counted."`
	JSON          bool     `name:"json" xor:"form" help:"One JSON object a hit, a line each."`
	CSV           bool     `name:"csv" xor:"form" help:"One row a hit."`
	Summary       bool     `short:"s" help:"Only the summary: by indicator, source and host."`
	Explain       bool     `short:"e" help:"Say of each indicator found who said it, when, and what it belongs to."`
	Sightings     string   `placeholder:"FILE" help:"Write sightings with observed data as a STIX bundle, for import here or elsewhere."`
	Report        bool     `help:"Put the sightings into the exchange of --data, under the source named by --reporter; or send them to --url."`
	URL           string   `name:"url" placeholder:"URL" help:"Collection elsewhere that --report sends to, by TAXII: https://host/api1/collections/ID/"`
	exchangeFlags
	Reporter     string   `default:"threatwatch match" placeholder:"NAME" help:"Who sighted. Default: threatwatch match"`
	Remember     string   `placeholder:"DIR" help:"Remember what was seen, whether or not anybody has named it, for threatwatch hunt."`
	Sensor       string   `placeholder:"NAME" help:"Whose logs these are, where the records do not say; for --remember."`
	Follow       bool     `short:"F" help:"Go on as the files grow, also when they are rotated, until Ctrl-C. Hits are written as they come."`
	Format       string   `default:"auto" placeholder:"NAME" help:"What the logs are written in, when that is not to be told from how they begin: see doc/logs.md. Default: auto"`
	AllowPrivate bool     `help:"Allow URLs that lead to private or loopback addresses."`
	Jobs         int      `short:"j" placeholder:"N" help:"Files and parts of files that are matched at once. Default: one for each processor."`
	Paths        []string `arg:"" name:"log" help:"Log files or folders of them; - is standard input. Zeek, Suricata EVE, Sysmon, web servers, syslog, CSV and others are recognised."`
}

// Help is shown by --help.
func (*matchCmd) Help() string {
	return `Examples:

  threatwatch match --data ./data /var/log/zeek/current
  threatwatch match -i feed.csv -i bundle.json -w misp-warninglists/lists eve.json
  zcat conn.*.log.gz | threatwatch match --json -i list.txt - | jq .indicator

Domains also hit below themselves, networks the addresses in them, URLs with and without their query. An indicator counts if it was valid when
the record was written; records without a time are taken to be of now. What is on a warning list is shown apart, not left out.
Patterns of several comparisons are evaluated on the records that hold a value or text of theirs; FOLLOWEDBY, REPEATS and WITHIN over the records of
all logs of a run, of which a thousand a pattern are kept. Ports, command lines, accounts and what else records say can be asked of them (doc/logs.md).
What no record says is told.
Exit status 0: something was found. 1: nothing. 2: something could not be read.`
}

// Run loads the indicators, matches every file, and says what was found.
func (c *matchCmd) Run(a *app) error {
	policy, err := c.policy()
	if err != nil {
		return err
	}
	if c.Follow && slices.Contains(c.Paths, "-") {
		return threatwatch.Errorf(threatwatch.Invalid, "standard input is read as it comes, until it ends: leave out -F, or give a named pipe")
	}
	var to *sensor.Exchange
	if c.URL != "" { // before all the work
		if to, err = sensor.Dial(c.remote(c.URL)); err != nil {
			return err
		}
	}
	began := time.Now()
	src, err := c.load(a, policy)
	if err != nil {
		return err
	}
	defer src.close()
	warn, err := readWarningLists(a, c.Warninglists)
	if err != nil {
		return err
	}
	src.tell(a.Err, time.Since(began))
	format, err := logs.ParseFormat(c.Format)
	if err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "--format: %w", err)
	}
	out := bufio.NewWriterSize(a.Out, 1<<16)
	m := &matchRun{cmd: c, app: a, src: src, to: to, warn: warn, format: format, gather: match.NewGathering(), sum: match.NewSummary(), stdout: out, out: c.printer(a, out), bar: newProgress(a.Err, readSoFar),
		memories: memories{dir: c.Remember}}
	if c.Follow {
		err = m.follow()
		ended := *a
		ended.ctx = context.WithoutCancel(a.ctx) // Ctrl-C ended the following; what comes after it is still done
		m.app = &ended
	} else {
		err = m.paths()
	}
	if e := m.memories.close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := m.finish(); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	switch found := m.sum.Findings - m.skipped(); {
	case m.broken > 0:
		return exitCode(exitCannot)
	case found == 0:
		return exitCode(exitWrong)
	}
	return nil
}

func (c *matchCmd) policy() (match.Policy, error) {
	p := match.Policy{MinConfidence: c.MinConfidence, AnyTime: c.AnyTime}
	if c.MinConfidence < 0 || c.MinConfidence > 100 {
		return p, threatwatch.Errorf(threatwatch.Invalid, "--min-confidence is 0 to 100 (STIX 2.1 §3.2)")
	}
	if c.TLPMax != "" {
		l, ok := stix.LevelNamed(c.TLPMax)
		if !ok {
			return p, threatwatch.Errorf(threatwatch.Invalid, "--tlp-max: no level %q", c.TLPMax)
		}
		p.MaxTLP = &l
	}
	if c.Report && c.Data == "" && c.URL == "" {
		return p, withHint(threatwatch.Errorf(threatwatch.Invalid, "--report needs an exchange"), "add --data or --url, or write a bundle with --sightings and import it there")
	}
	if !c.Report && (c.URL != "" || c.TokenFile != "" || c.CA != "") {
		return p, threatwatch.Errorf(threatwatch.Invalid, "--url, --token-file and --ca say where --report sends to")
	}
	return p, nil
}

// readWarningLists reads files and folders of lists, and with any the one that match knows by itself. What is no list in a folder is told of
// and passed over.
func readWarningLists(a *app, paths []string) (*match.WarningLists, error) {
	w := match.NewWarningLists()
	if len(paths) > 0 {
		w.AddRootServers()
	}
	for _, p := range paths {
		err := filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || name != p && !strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, ".json.gz") {
				return err
			}
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			if err = w.Read(name, f); err != nil && name != p {
				fmt.Fprintf(a.Err, "warning lists: passed over: %s\n", plain(err.Error()))
				return nil
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("warning lists: %w", err)
		}
	}
	return w, nil
}

// matchRun is one run over the files.
type matchRun struct {
	cmd    *matchCmd
	app    *app
	src    *matchSources
	to     *sensor.Exchange // with --url
	warn   *match.WarningLists
	sum    *match.Summary
	stdout *bufio.Writer
	live   bool // somebody waits for each finding
	out    matchPrinter
	format logs.Format
	gather *match.Gathering // of all logs
	bar    *progress
	broken int // files that could not be read to their end

	memories memories // with --remember
}

// skipped is how many findings --skip-known leaves out.
func (m *matchRun) skipped() int {
	if m.cmd.SkipKnown {
		return m.sum.Known
	}
	return 0
}

func (m *matchRun) paths() error {
	for _, p := range m.cmd.Paths {
		if err := m.path(p); err != nil {
			return err
		}
	}
	return nil
}

// path matches a file, every file of a folder, or standard input.
func (m *matchRun) path(p string) error {
	if p == "-" {
		return m.tolerate("standard input", m.file("-", m.app.In))
	}
	return filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
		if err == nil && (d.IsDir() || name != p && strings.HasPrefix(d.Name(), ".")) {
			return nil
		}
		if err == nil {
			var f *os.File
			if f, err = os.Open(name); err == nil {
				err = m.file(name, f)
				f.Close()
			}
		}
		return m.tolerate(name, err)
	})
}

// tolerate tells of a file that could not be read, and goes on with the next.
func (m *matchRun) tolerate(name string, err error) error {
	if err == nil || m.app.ctx.Err() != nil {
		return m.app.ctx.Err()
	}
	m.broken++
	fmt.Fprintf(m.app.Err, "%s: %s\n", plain(name), reason(err))
	return nil
}

// found takes the findings of a file, in its order.
func (m *matchRun) found(f *match.Finding) error {
	f.Known = m.warn.Known(&f.Hit)
	m.sum.Add(f)
	if m.cmd.SkipKnown && len(f.Known) > 0 || m.cmd.Summary {
		return nil
	}
	if err := m.out.finding(f); err != nil || !m.live {
		return err
	}
	return m.stdout.Flush()
}

// finish writes what comes after the last finding.
func (m *matchRun) finish() error {
	if err := m.out.end(m.sum); err != nil {
		return err
	}
	if m.cmd.Explain {
		if err := m.explain(); err != nil {
			return err
		}
	}
	if m.cmd.Sightings != "" {
		err := writeFile(m.cmd.Sightings, func(w io.Writer) error { return m.sightings(w) })
		if err != nil {
			return fmt.Errorf("write %s: %s", m.cmd.Sightings, reason(err))
		}
	}
	switch {
	case !m.cmd.Report:
		return nil
	case m.to != nil:
		return m.send()
	}
	return m.report()
}
