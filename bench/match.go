package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// matchLog is a log that is matched: files of the public test data, one after the other, as often as it takes.
type matchLog struct {
	name   string
	format string // of threatwatch match
	files  []string

	once, full         string // paths: the files once, and to the length of the plan
	onceSize, fullSize int64
}

var (
	ripgrep = program{"ripgrep -F -f", nil, []string{"rg", "-j1", "-a", "-c", "-F", "-f"}}
	grep    = program{"grep -F -f", []string{"LC_ALL=C"}, []string{"grep", "-a", "-c", "-F", "-f"}}
)

// program is one that looks for the values of a list in a log; both are its last arguments.
type program struct {
	name    string
	env     []string
	command []string
}

func (b *bench) matcher(log *matchLog, cores int) program {
	n := strconv.Itoa(cores)
	return program{"Threatwatch", []string{"GOMAXPROCS=" + n}, []string{b.binary, "match", "-s", "-j", n, "--format", log.format, "-i"}}
}

// measureMatch looks for the indicators of a public feed in logs of public test data.
func (b *bench) measureMatch(ctx context.Context) error {
	root := or(os.Getenv("THREATWATCH_DATA"), filepath.Join("..", "shared", "data"))
	if _, err := os.Stat(root); err != nil {
		b.report.add(note("Matching is left out: the folder of public test data is not there."))
		return nil
	}
	t := newTable("Matching", "`threatwatch match -s` with values of maltrail, one a line, in logs repeated to "+thousands(int(b.logged/1e6))+" MB. One core: processor time, on one core by taskset "+
		"and GOMAXPROCS=1. Two: time by the clock. In both less what the same takes with the log once, which is start, reading the list and the end. "+
		"The others know neither fields, networks, names below a domain nor warning lists.", "Threatwatch", ripgrep.name, grep.name)
	b.report.add(t)
	dir, err := b.scratch("match")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	logs := []*matchLog{
		{name: "Suricata EVE", format: "eve", files: []string{"suricata/*-eve.json", "suricata/*-eve.json.gz"}},
		{name: "Zeek conn, dns and http", format: "zeek", files: []string{"zeek-tsv/m57-conn.log.gz", "zeek-tsv/m57-dns.log.gz", "zeek-tsv/m57-http.log.gz"}},
		{name: "web server and syslog as plain text", format: "text", files: []string{"web/*.gz", "syslog/*.log"}},
	}
	for _, log := range logs {
		if err := log.write(filepath.Join(root, "logs"), dir, b.logged); err != nil {
			return err
		}
	}
	for _, n := range b.indicators {
		list := filepath.Join(dir, fmt.Sprintf("values-%d.txt", n))
		if err := writeValues(filepath.Join(root, "feeds", "maltrail", "maltrail-malware-indicators.csv.gz"), list, n); err != nil {
			return err
		}
		for range b.rounds {
			if err := b.grow(ctx, t, logs[0], list, n); err != nil {
				return err
			}
			if n == b.matched {
				for _, log := range logs {
					if err := b.matchLog(ctx, t, log, list, n); err != nil {
						return err
					}
				}
			}
			if n == b.compared {
				b.matchPeers(ctx, t, logs[0], list, n)
			}
		}
	}
	return nil
}

// grow measures what a list costs, and what it does to the rate.
func (b *bench) grow(ctx context.Context, t *table, log *matchLog, list string, n int) error {
	small, err := b.matcher(log, 1).run(ctx, true, list, log.once)
	if err != nil {
		return err
	}
	of := fmt.Sprintf(", %s values", thousands(n))
	t.add(row{what: "start, reading the list, end" + of, unit: "s", less: true}, "Threatwatch", figure{rate: small.cpu.Seconds()})
	t.add(row{what: "peak memory" + of, unit: "MB", less: true}, "Threatwatch", figure{rate: small.peak})
	return b.pass(ctx, t, row{what: log.name + of + ", one core", unit: "MB/s"}, b.matcher(log, 1), true, list, log)
}

// matchLog measures one log on one core and on two.
func (b *bench) matchLog(ctx context.Context, t *table, log *matchLog, list string, n int) error {
	of := fmt.Sprintf("%s, %s values", log.name, thousands(n))
	if log.format != "eve" { // which grow has measured
		if err := b.pass(ctx, t, row{what: of + ", one core", unit: "MB/s"}, b.matcher(log, 1), true, list, log); err != nil {
			return err
		}
	}
	return b.pass(ctx, t, row{what: of + ", two cores", unit: "MB/s"}, b.matcher(log, 2), false, list, log)
}

// matchPeers gives the same list and log to programs that look for strings. One that takes too long is left out.
func (b *bench) matchPeers(ctx context.Context, t *table, log *matchLog, list string, n int) {
	r := row{what: fmt.Sprintf("%s, %s values, one core", log.name, thousands(n)), unit: "MB/s"}
	for _, p := range []program{ripgrep, grep} {
		if err := b.pass(ctx, t, r, p, true, list, log); err != nil {
			t.skip(r, p.name, err.Error())
		}
	}
}

// pass takes the log once and then to its full length, and counts the difference.
func (b *bench) pass(ctx context.Context, t *table, r row, p program, one bool, list string, log *matchLog) error {
	ctx, cancel := context.WithTimeout(ctx, 2*b.patience)
	defer cancel()
	small, err := p.run(ctx, one, list, log.once)
	if err != nil {
		return err
	}
	large, err := p.run(ctx, one, list, log.full)
	if err != nil {
		return err
	}
	took := large.wall - small.wall
	if one {
		took = large.cpu - small.cpu
	}
	if took <= 0 {
		t.skip(r, p.name, "lost in the noise")
		return nil
	}
	t.add(r, p.name, figure{mbps: float64(log.fullSize-log.onceSize) / 1e6 / took.Seconds()})
	return nil
}

// usage is what a process took.
type usage struct {
	wall, cpu time.Duration
	peak      float64 // MB
}

// run runs a program to its end, on one core when that is asked for. That nothing was found is no error.
func (p program) run(ctx context.Context, one bool, list, log string) (usage, error) {
	command := append(p.command[:len(p.command):len(p.command)], list, log)
	if one {
		command = append([]string{"taskset", "-c", "0"}, command...)
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	var said bytes.Buffer
	cmd.Stderr = &said
	begun := time.Now()
	err := cmd.Run()
	if e, ok := errors.AsType[*exec.ExitError](err); ok && e.ExitCode() == 1 {
		err = nil
	}
	switch {
	case ctx.Err() != nil:
		return usage{}, errors.New("takes longer than there was time for")
	case err != nil:
		return usage{}, fmt.Errorf("%s: %w: %.200s", p.name, err, said.String())
	}
	return usage{time.Since(begun), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peakOf(cmd)}, nil
}

// write puts the files of a log together, once and then again and again until it is long enough.
func (l *matchLog) write(from, to string, size int64) error {
	var text bytes.Buffer
	for _, pattern := range l.files {
		names, err := filepath.Glob(filepath.Join(from, pattern))
		if err != nil {
			return err
		}
		for _, name := range names {
			raw, err := readWhole(name)
			if err != nil {
				return err
			}
			text.Write(bytes.TrimRight(raw, "\n"))
			text.WriteByte('\n')
		}
	}
	if text.Len() < 2 {
		return fmt.Errorf("%s: there is no such log in %s", l.name, from)
	}
	l.once, l.full = filepath.Join(to, l.format+"-once.log"), filepath.Join(to, l.format+".log")
	l.onceSize = int64(text.Len())
	if err := os.WriteFile(l.once, text.Bytes(), 0o644); err != nil {
		return err
	}
	f, err := os.Create(l.full)
	if err != nil {
		return err
	}
	for l.fullSize < size+l.onceSize && err == nil {
		_, err = f.Write(text.Bytes())
		l.fullSize += l.onceSize
	}
	return errors.Join(err, f.Close())
}

// readWhole reads a file, decompressed when its name says so.
func readWhole(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !strings.HasSuffix(name, ".gz") {
		return io.ReadAll(f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// writeValues writes the first n values of the feed, one a line; where it has fewer, names that are made up follow.
func writeValues(feed, path string, n int) error {
	raw, err := readWhole(feed)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	_, raw, _ = bytes.Cut(raw, []byte("\n")) // the names of the columns
	for i := range n {
		line, rest, more := bytes.Cut(raw, []byte("\n"))
		raw = rest
		value, _, _ := bytes.Cut(line, []byte(","))
		if !more || len(value) == 0 {
			value = fmt.Appendf(nil, "host-%d.made-up-%d.example.org", i, i%997)
		}
		w.Write(append(value, '\n'))
	}
	return errors.Join(w.Flush(), f.Close())
}
