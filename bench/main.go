// Command bench measures the built program from outside, as a user would meet it, beside its peers on the same machine in the
// same run: medallion and OpenTAXII, nginx as the ceiling of what can be served, a copied file as the floor of what an import costs, the
// pattern matcher of OASIS, ripgrep and grep.
//
//	go run ./bench                  # small sizes, about three minutes
//	go run ./bench -full            # the sizes of doc/performance.md, about three quarters of an hour with -postgres
//	go run ./bench -full -huge      # ten million objects as well
//	go run ./bench -postgres        # on both engines
//	go run ./bench -only taxii      # one part
//
// It goes in rounds, A B C A B C, so that a noisy minute hits everyone, and prints median and spread. Peers are installed into
// environments of their own; one that cannot be had leaves a note in the table and fails nothing. Traffic goes to loopback
// only, and is bounded in count and time. Nothing here is asserted: figures are for doc/performance.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

type bench struct {
	plan
	binary string // the program that is measured
	envs   string // where Python environments of the peers are kept between runs
	dir    string // everything else, removed at the end

	engines []engine
	cluster *cluster // with -postgres
	reads   bool     // part read will be run
	filled  map[filling]store
	report  report
}

type part struct {
	name string
	run  func(*bench, context.Context) error
}

// parts are what can be asked for with -only.
var parts = []part{
	{"start", (*bench).measureStart},
	{"import", (*bench).measureImport},
	{"read", (*bench).measureRead},
	{"taxii", (*bench).measureTAXII},
	{"api", (*bench).measureAPI},
	{"watch", (*bench).measureWatch},
	{"hunt", (*bench).measureHunt},
	{"pattern", (*bench).measurePattern},
	{"match", (*bench).measureMatch},
}

func main() {
	full := flag.Bool("full", false, "the sizes of doc/performance.md")
	huge := flag.Bool("huge", false, "import and read ten million objects as well: takes two hours more, and 40 GB of disk")
	sizes := flag.String("sizes", "", "objects in each import, in each store that is read, and indicators in each that programs ask, instead of those of the plan: 1000000,10000000")
	exchange := flag.String("exchange", "", "objects in each collection when exchanges are compared, instead of those of the plan: 1000")
	postgres := flag.Bool("postgres", false, "the same on a throw-away PostgreSQL cluster as well, from Debian's binaries")
	only := flag.String("only", "start,import,read,taxii,api,watch,hunt,pattern,match", "parts to run")
	binary := flag.String("binary", "bin/threatwatch", "the program to measure")
	envs := flag.String("envs", "bench/.venv", "where to keep the Python environments of the peers")
	out := flag.String("o", "", "write the report to this file as well")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := &bench{plan: quick, binary: *binary, envs: *envs}
	if *full {
		b.plan = whole
	}
	if *huge {
		b.imports, b.held = append(b.imports, tenMillion), append(b.held, tenMillion)
	}
	if *sizes != "" {
		list, err := numbers(*sizes)
		if err != nil {
			log.Fatal("-sizes: ", err)
		}
		b.imports, b.held = list, list
	}
	if *exchange != "" {
		list, err := numbers(*exchange)
		if err != nil {
			log.Fatal("-exchange: ", err)
		}
		b.exchange = list
	}
	err := b.run(ctx, strings.Split(*only, ","), *postgres)
	if len(b.report.sections) > 0 { // also when something went wrong later
		fmt.Print(b.report.String())
	}
	if err == nil && *out != "" {
		err = writeFile(*out, b.report.String())
	}
	if err != nil {
		log.Fatal(err)
	}
}

// numbers reads a list with commas.
func numbers(list string) (out []int, err error) {
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			return nil, fmt.Errorf("%q is no number of objects", text)
		}
		out = append(out, n)
	}
	return out, nil
}

// run runs the parts that are asked for.
func (b *bench) run(ctx context.Context, only []string, postgres bool) error {
	b.reads, b.filled = slices.Contains(only, "read"), map[filling]store{}
	if err := b.prepare(); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if postgres {
		if c, err := b.startPostgres(ctx); err != nil {
			b.report.add(note("PostgreSQL is left out: " + err.Error() + "."))
		} else {
			defer c.stop()
			b.cluster, b.engines = c, append(b.engines, c.engine())
		}
	}
	for _, name := range only {
		i := slices.IndexFunc(parts, func(p part) bool { return p.name == name })
		if i < 0 {
			return fmt.Errorf("there is no part %q", name)
		}
		if err := parts[i].run(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	b.report.load = loadAverage()
	return nil
}

// prepare makes the directory in which all is done, and looks at the machine.
func (b *bench) prepare() (err error) {
	for _, p := range []*string{&b.binary, &b.envs} {
		if *p, err = filepath.Abs(*p); err != nil {
			return err
		}
	}
	b.dir, err = os.MkdirTemp("", "threatwatch-bench-")
	b.engines = []engine{b.sqlite()}
	b.report = report{command: strings.Join(append([]string{"go run ./bench"}, os.Args[1:]...), " "), rounds: b.rounds, machine: describeMachine()}
	return err
}

// scratch makes a new empty directory.
func (b *bench) scratch(name string) (string, error) {
	return os.MkdirTemp(b.dir, name+"-")
}

func writeFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
