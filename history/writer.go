package history

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/logs"
	"threatwatch/match"
)

// flushRows is how many rows a Writer holds before it writes them: about 100 MB.
const flushRows = 1 << 20

// A Writer remembers values. It is for one goroutine; several, also of several processes, may write into one directory.
type Writer struct {
	dir      string
	secret   secret
	sensors  map[string]uint32
	names    []string         // of the sensors
	place    map[where]uint32 // in rows
	rows     []pending        // not yet written
	over     map[Key][]Key    // what lies above the values that have anything above them
	flushAt  int
	observer *match.Observer
}

// where tells rows apart before they are written.
type where struct {
	key    Key
	sensor uint32
	hour   uint32 // since 1970
}

type pending struct {
	day int64
	row
}

// Create opens a directory for writing, and makes it if it is not there.
func Create(dir string) (*Writer, error) {
	k, err := makeSecret(dir)
	if err != nil {
		return nil, fmt.Errorf("create history: %w", err)
	}
	w := &Writer{dir: dir, secret: k, sensors: map[string]uint32{}, flushAt: flushRows, observer: match.NewObserver()}
	w.empty()
	return w, nil
}

func (w *Writer) empty() {
	w.place, w.rows, w.over = make(map[where]uint32), w.rows[:0], make(map[Key][]Key)
}

// Record remembers the fields of a record that a sensor made at some moment, and writes segments when many rows are held. A time before 1970 or
// after 2199 is Invalid. After another error nothing is lost, and the next call tries again.
func (w *Writer) Record(rec *logs.Record, sensor string, at time.Time) error {
	if day := dayOf(at); day < 0 || day >= maxDay {
		return threatwatch.Errorf(threatwatch.Invalid, "a time out of reach: %s", at.UTC().Format(time.RFC3339))
	}
	n, ok := w.sensors[sensor]
	if !ok {
		n = uint32(len(w.names))
		sensor = strings.Clone(sensor)
		w.sensors[sensor], w.names = n, append(w.names, sensor)
	}
	for i := range rec.Fields {
		w.observer.Observe(&rec.Fields[i], func(c match.Class, key []byte, how match.How, self bool) { w.see(c, key, how, self, n, at.Unix()) })
	}
	if len(w.rows) >= w.flushAt {
		return w.Flush()
	}
	return nil
}

// see remembers what the matcher would look up, except what lies above: of that there is less here.
func (w *Writer) see(c match.Class, value []byte, how match.How, self bool, sensor uint32, at int64) {
	switch {
	case !self || how == match.PathOf:
		return
	case how == match.WithoutQuery:
		w.count(w.secret.key(c, beneath, value), sensor, at)
		return
	}
	key := w.secret.key(c, itself, value)
	w.count(key, sensor, at)
	for _, k := range w.above(c, value, key) {
		w.count(k, sensor, at)
	}
}

// above returns the keys of what lies above a value, which it finds once.
func (w *Writer) above(c match.Class, value []byte, key Key) []Key {
	if c != match.Domain && (c != match.Address || len(value) == 4) {
		return nil
	}
	keys, known := w.over[key]
	if !known {
		above(c, value, func(v []byte) { keys = append(keys, w.secret.key(c, beneath, v)) })
		w.over[key] = keys
	}
	return keys
}

// count counts one more of a key.
func (w *Writer) count(key Key, sensor uint32, at int64) {
	hour, second := uint32(at/3600), uint16(at%3600)
	r := row{key, sensor, uint8(hour % 24), second, second, 1}
	if i, ok := w.place[where{key, sensor, hour}]; ok {
		w.rows[i].add(&r)
		return
	}
	w.place[where{key, sensor, hour}] = uint32(len(w.rows))
	w.rows = append(w.rows, pending{at / 86400, r})
}

// Flush writes what is held, a segment for each day. What it has written is on disk when it returns.
func (w *Writer) Flush() error {
	if len(w.rows) == 0 {
		return nil
	}
	w.sortSensors()
	slices.SortFunc(w.rows, func(a, b pending) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.key, b.key), cmp.Compare(a.sensor, b.sensor), cmp.Compare(a.hour, b.hour))
	})
	rest := w.rows
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && rest[n].day == rest[0].day {
			n++
		}
		if err := w.segment(rest[:n]); err != nil {
			w.keep(rest)
			return fmt.Errorf("write history: %w", err)
		}
		rest = rest[n:]
	}
	w.empty()
	return Merge(w.dir)
}

// sortSensors numbers the sensors in the order of their names, as segments do.
func (w *Writer) sortSensors() {
	old := w.names
	w.names = slices.Sorted(slices.Values(old))
	for n, name := range w.names {
		w.sensors[name] = uint32(n)
	}
	for i := range w.rows {
		w.rows[i].sensor = w.sensors[old[w.rows[i].sensor]]
	}
}

// keep goes on with rows that could not be written.
func (w *Writer) keep(rest []pending) {
	w.empty()
	for _, p := range rest {
		w.place[where{p.key, p.sensor, uint32(p.day*24) + uint32(p.hour)}] = uint32(len(w.rows))
		w.rows = append(w.rows, p)
	}
}

// segment writes the rows of a day.
func (w *Writer) segment(rows []pending) error {
	day := rows[0].day
	return writeSegment(w.dir, segmentName(day, newID()), func(f *os.File) error {
		out, err := newSegmentWriter(f, day, w.names, nil)
		for i := 0; i < len(rows) && err == nil; i++ {
			err = out.add(&rows[i].row)
		}
		if err != nil {
			return err
		}
		return out.close()
	})
}

// writeSegment makes a segment whole or not at all.
func writeSegment(dir, name string, write func(*os.File) error) error {
	f, err := newFile(dir)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return nameFile(f, filepath.Join(dir, name))
}

// Close writes what is held.
func (w *Writer) Close() error { return w.Flush() }
