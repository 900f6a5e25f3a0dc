package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"threatwatch/store"
)

// TestKilledImportLosesNothing kills the built program with SIGKILL at random points of an import, again and again over the same data:
// every object whose id it had printed must be there, and only whole batches. 20 times, or 200 with THREATWATCH_LONG=1.
func TestKilledImportLosesNothing(t *testing.T) {
	t.Parallel()
	killImports(t, newDirectory)
}

// TestKilledImportOnPostgreSQL: the same, where the client dies and the server finds out.
func TestKilledImportOnPostgreSQL(t *testing.T) {
	t.Parallel()
	killImports(t, newDatabase)
}

func newDirectory(t *testing.T) place { return place(t.TempDir()) }

func killImports(t *testing.T, empty func(*testing.T) place) {
	if runtime.GOOS == "windows" {
		t.Skip("needs SIGKILL")
	}
	const objects, batch = 20_000, 500
	times := 20
	if os.Getenv("THREATWATCH_LONG") == "1" {
		times = 200
	}
	bin := buildProgram(t)
	input := filepath.Join(t.TempDir(), "in.ndjson")
	writeMalware(t, input, objects)
	data := empty(t)
	cut := 0
	for i := range times {
		acked := importAndKill(t, bin, data, input, batch)
		ids := heldIDs(t, data)
		for id := range acked {
			if !ids[id] {
				t.Fatalf("kill %d: %s was reported durable and is gone", i, id)
			}
		}
		if len(ids)%batch != 0 {
			t.Fatalf("kill %d: %d objects are held, not a multiple of the batch of %d", i, len(ids), batch)
		}
		if len(ids) > 0 && len(ids) < objects {
			cut++
		}
		if len(ids) == objects {
			data = empty(t)
		}
	}
	t.Logf("%d kills, %d of them left an import half done", times, cut)
	if cut == 0 {
		t.Error("no kill fell into an import: the test shows nothing")
	}
}

func buildProgram(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "threatwatch")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

func writeMalware(t *testing.T, path string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range n {
		fmt.Fprintf(w, `{"type":"malware","spec_version":"2.1","id":"malware--%08x-0000-4000-8000-000000000000","created":"2026-01-01T00:00:00.000Z",`+
			`"modified":"2026-01-01T00:00:00.000Z","name":"malware number %d","is_family":false}`+"\n", i, i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// importAndKill runs an import, kills it at a random point after its first acknowledgement or even before, and returns what it had
// acknowledged.
func importAndKill(t *testing.T, bin string, data place, input string, batch int) map[string]bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "import", "--data", string(data), "--source", "kill", "--ack", "--batch", fmt.Sprint(batch), input)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(time.Duration(rand.IntN(700))*time.Millisecond, func() { cmd.Process.Kill() })
	defer killer.Stop()
	acked := map[string]bool{}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // a line without its end is no acknowledgement
		}
		acked[line[:len(line)-1]] = true
	}
	cmd.Wait()
	return acked
}

func heldIDs(t *testing.T, data place) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	a := &app{ctx: t.Context(), Out: os.Stdout, Err: os.Stderr}
	st, err := a.openStore(data)
	if err != nil && strings.Contains(err.Error(), "no exchange in") {
		return ids // killed before there was one
	}
	if err != nil {
		t.Fatalf("reopen after a kill: %v", err)
	}
	defer st.Close()
	err = st.Read(t.Context(), func(sn store.Snapshot) error {
		q := store.Query{Labels: everyLabel{}, NoBodies: true}
		return sn.Members(t.Context(), q, func(r *store.Row) error {
			ids[r.ID] = true
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

type everyLabel struct{}

func (everyLabel) Has(store.LabelID) bool { return true }
func (everyLabel) All() bool              { return true }
func (everyLabel) IDs() []store.LabelID   { return nil }
