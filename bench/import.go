package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// measureImport imports bundles of growing size into each engine, and copies the same file as the least that a durable import costs.
func (b *bench) measureImport(ctx context.Context) error {
	const floor = "copy of the file"
	t := newTable("Import of a bundle",
		"Start and end of the process included; every object validated and on disk, all indexes built. The copy is the floor: the same bytes read, SHA-256, written, fsync.")
	for _, e := range b.engines {
		t.systems = append(t.systems, e.name)
	}
	t.systems = append(t.systems, floor)
	b.report.add(t)
	for _, n := range b.imports {
		if why := b.lacksRoom(n); why != "" {
			t.skip(importRow("import", n), t.systems[0], why)
			continue
		}
		file, err := b.bundle(n, newGenerator(1).objects(n))
		if err != nil {
			return err
		}
		for range b.roundsOf(n) {
			for _, e := range b.engines {
				if err := b.importInto(ctx, t, e, file, n); err != nil {
					return fmt.Errorf("%s: %w", e.name, err)
				}
			}
			took, err := copyDurably(file, file+".copy")
			if err != nil {
				return err
			}
			t.add(importRow("import", n), floor, figure{rate: float64(n) / took.Seconds()})
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	if err := b.importATTACK(ctx, t); err != nil {
		return err
	}
	return nil
}

func importRow(what string, n int) row {
	return row{what: fmt.Sprintf("%s, %s objects", what, thousands(n)), unit: "objects/s"}
}

// importInto imports a file of n objects into a new store, and then again.
func (b *bench) importInto(ctx context.Context, t *table, e engine, file string, n int) error {
	st, err := e.make(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if !b.leave(e, n, st) {
			st.drop()
		}
	}()
	took, peak, sum, err := b.load(ctx, st, file)
	if err != nil {
		return err
	}
	if sum.Added != n {
		return fmt.Errorf("%d objects were to be added: %v", n, sum)
	}
	size, err := st.size()
	if err != nil {
		return err
	}
	t.add(importRow("import", n), e.name, figure{rate: float64(n) / took.Seconds()})
	t.add(row{what: "peak memory, " + thousands(n) + " objects", unit: "MB", less: true}, e.name, figure{rate: peak})
	t.add(row{what: "size on disk, " + thousands(n) + " objects", unit: "bytes an object", less: true}, e.name, figure{rate: float64(size) / float64(n)})
	if n > once {
		return nil
	}
	again, _, sum, err := b.load(ctx, st, file)
	if err != nil {
		return err
	}
	if sum.Unchanged != n {
		return fmt.Errorf("%d objects were to be unchanged: %v", n, sum)
	}
	t.add(importRow("the same again, nothing new", n), e.name, figure{rate: float64(n) / again.Seconds()})
	return nil
}

// once: what has more objects than this is done once, for it takes long.
const once = 1_000_000

// filling names a store that holds as many objects of the generator.
type filling struct {
	engine  string
	objects int
}

// leave keeps a store that was just filled for the reading of as many objects, so that it need not be filled again; false when it is not wanted.
func (b *bench) leave(e engine, n int, st store) bool {
	at := filling{e.name, n}
	if _, ok := b.filled[at]; ok || !b.reads || !slices.Contains(b.held, n) {
		return false
	}
	b.filled[at] = st
	return true
}

// load runs threatwatch import and returns how long it took, its largest resident memory in MB, and what it says.
func (b *bench) load(ctx context.Context, st store, file string) (took time.Duration, peak float64, sum imported, err error) {
	cmd := exec.CommandContext(ctx, b.binary, "import", "--json", "--data", st.data, "--source", source, "--tlp", "clear", file)
	start := time.Now()
	out, err := cmd.Output()
	took = time.Since(start)
	if err != nil {
		return 0, 0, sum, fmt.Errorf("import: %w", err)
	}
	return took, peakOf(cmd), sum, json.Unmarshal(out, &sum)
}

// importATTACK imports ATT&CK for Enterprise when the folder of public test data lies beside the checkout.
func (b *bench) importATTACK(ctx context.Context, t *table) error {
	root := or(os.Getenv("THREATWATCH_DATA"), filepath.Join("..", "shared", "data"))
	file := filepath.Join(root, "attack", "enterprise-attack-18.1-stix20.json.gz")
	r := row{what: "import, ATT&CK Enterprise 18.1 (STIX 2.0, gzip)", unit: "objects/s"}
	if _, err := os.Stat(file); err != nil {
		t.skip(r, t.systems[0], "is not there")
		return nil
	}
	for range b.rounds {
		for _, e := range b.engines {
			st, err := e.make(ctx)
			if err != nil {
				return err
			}
			took, _, sum, err := b.load(ctx, st, file)
			st.drop()
			if err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
			t.add(r, e.name, figure{rate: float64(sum.Added) / took.Seconds()})
		}
	}
	return nil
}

// bundle writes a bundle of n objects.
func (b *bench) bundle(n int, objects iter.Seq[string]) (string, error) {
	path := filepath.Join(b.dir, fmt.Sprintf("bundle-%d.json", n))
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	progress("writing a bundle of %s objects", thousands(n))
	if err := writeBundle(f, objects); err != nil {
		return "", err
	}
	return path, f.Close()
}

// copyDurably is the least that a durable import could do, and removes the copy.
func copyDurably(from, to string) (time.Duration, error) {
	start := time.Now()
	r, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	w, err := os.Create(to)
	if err != nil {
		return 0, err
	}
	defer os.Remove(to)
	defer w.Close()
	sum := sha256.New()
	if _, err := io.CopyBuffer(io.MultiWriter(w, sum), struct{ io.Reader }{r}, make([]byte, 1<<20)); err != nil {
		return 0, err
	}
	sum.Sum(nil)
	if err := w.Sync(); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

// lacksRoom says why n objects can't be imported here: bundle, its copy, and a store for each engine must fit.
func (b *bench) lacksRoom(n int) string {
	need := int64(n) * int64(1500+2500*len(b.engines))
	var st syscall.Statfs_t
	if err := syscall.Statfs(b.dir, &st); err != nil {
		return err.Error()
	}
	if free := int64(st.Bavail) * st.Bsize; free < need {
		return fmt.Sprintf("needs %d GB of disk, %d are free", need>>30+1, free>>30)
	}
	return ""
}

// roundsOf is how often something with n objects is done.
func (b *bench) roundsOf(n int) int {
	if n > once {
		return 1
	}
	return b.rounds
}
