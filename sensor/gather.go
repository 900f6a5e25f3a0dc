package sensor

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"threatwatch/match"
)

// gathering is what patterns of several records have found of them, through restarts. It is written before each window that something was gathered in, under
// a number that the window names: with the window what was gathered counts, and not before. Two files take turns, so that the one that counts is whole.
type gathering struct {
	*match.Gathering
	dir      string
	together sync.RWMutex // held for reading while a part of a log is matched and passed
	torn     bool         // a part was not passed to its end: what was gathered does not agree with the places
	number   int64        // of what is on disk
	changes  int64        // that are in it
}

func gatheredPath(dir string, number int64) string {
	return filepath.Join(dir, "gathered."+strconv.FormatInt(number&1, 10))
}

// gatheredFile is what one file holds.
type gatheredFile struct {
	Number int64            `json:"number"`
	Kept   *match.Gathering `json:"patterns"`
}

// openGathering reads what the last window names.
func openGathering(dir string, number int64) (*gathering, error) {
	g := &gathering{Gathering: match.NewGathering(), dir: dir, number: number}
	if number == 0 {
		return g, nil
	}
	raw, err := os.ReadFile(gatheredPath(dir, number))
	if err != nil {
		return g, err
	}
	file := gatheredFile{Kept: g.Gathering}
	if err := json.Unmarshal(raw, &file); err != nil {
		g.Gathering = match.NewGathering()
		return g, fmt.Errorf("%s: %w", gatheredPath(dir, number), err)
	}
	if file.Number != number {
		g.Gathering = match.NewGathering()
		return g, fmt.Errorf("%s is number %d, want %d", gatheredPath(dir, number), file.Number, number)
	}
	return g, nil
}

// save writes what is gathered now and returns its number, that the next window is to name. It is called while no part is being matched.
func (g *gathering) save() (int64, error) {
	if g.torn { // half of it may be read again: nothing is kept, and nothing counts twice
		g.Gathering = match.NewGathering()
	} else if g.Changes() == g.changes {
		return g.number, nil
	}
	raw, err := json.Marshal(gatheredFile{g.number + 1, g.Gathering})
	if err != nil {
		return 0, err
	}
	path := gatheredPath(g.dir, g.number+1)
	if err := writeWhole(path, raw); err != nil {
		return 0, fmt.Errorf("write %s: %w", path, err)
	}
	return g.number + 1, nil
}

// saved says that a window names what was written.
func (g *gathering) saved(number int64) { g.number, g.changes = number, g.Changes() }

// writeWhole puts a file into its place, whole or not at all; it is on disk on return.
func writeWhole(path string, raw []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
