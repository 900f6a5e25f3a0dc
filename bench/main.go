// Command bench measures the built program from outside, as a user would meet it, beside its peers on the same machine in the
// same run: medallion and OpenTAXII, nginx as the ceiling of what can be served, a copied file as the floor of what an import costs.
//
//	go run ./bench                  # small sizes, under three minutes
//	go run ./bench -full            # the sizes of doc/performance.md, about an hour
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
	"strings"
	"syscall"
)

type bench struct {
	plan
	binary string // the program that is measured
	envs   string // where Python environments of the peers are kept between runs
	dir    string // everything else, removed at the end

	engines []engine
	report  report
}

// parts are what can be asked for with -only, in the order in which they run.
var parts = []struct {
	name string
	run  func(*bench, context.Context) error
}{
	{"start", (*bench).measureStart},
	{"import", (*bench).measureImport},
	{"read", (*bench).measureRead},
	{"taxii", (*bench).measureTAXII},
}

func main() {
	full := flag.Bool("full", false, "the sizes of doc/performance.md")
	only := flag.String("only", "", "comma-separated parts to run: start, import, read, taxii")
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
	if err := b.run(ctx, *only); err != nil {
		log.Fatal(err)
	}
	fmt.Print(b.report.String())
	if *out != "" {
		if err := writeFile(*out, b.report.String()); err != nil {
			log.Fatal(err)
		}
	}
}

// run runs the parts that are asked for, all when only is empty.
func (b *bench) run(ctx context.Context, only string) (err error) {
	for _, p := range []*string{&b.binary, &b.envs} {
		if *p, err = filepath.Abs(*p); err != nil {
			return err
		}
	}
	if b.dir, err = os.MkdirTemp("", "threatwatch-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	b.report.machine, b.engines = describeMachine(), []engine{b.sqlite()}
	for _, p := range parts {
		if only != "" && !strings.Contains(","+only+",", ","+p.name+",") {
			continue
		}
		if err := p.run(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	b.report.end()
	return nil
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
