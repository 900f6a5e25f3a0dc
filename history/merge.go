package history

import (
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	lockName = "lock"
	mergeAt  = 8              // segments of a day and of like size
	staleNew = 24 * time.Hour // after which a file without a name was left behind
)

// Merge makes one segment of eight or more of the same day and of like size, so that their number grows with the logarithm of what is
// remembered, and removes what crashes left behind. It does nothing while another process does it. Segments that cannot be read stay.
func Merge(dir string) error {
	release, busy, err := lock(filepath.Join(dir, lockName))
	if busy || err != nil {
		return err
	}
	defer release()
	m := merger{dir: dir}
	for {
		again, err := m.round()
		if err != nil {
			return fmt.Errorf("merge history: %w", err)
		}
		if !again {
			return nil
		}
	}
}

// merger merges the segments of a directory. It holds the lock.
type merger struct {
	dir string
	bad []string // segments that cannot be read
}

// round merges what there is to merge now. Again says that there may be more.
func (m *merger) round() (again bool, err error) {
	h := &History{}
	defer h.Close()
	if _, err := h.open(m.dir); err != nil { // nobody else removes anything
		return false, err
	}
	if err := m.clean(h); err != nil {
		return false, err
	}
	groups := map[string][]*segment{}
	for _, s := range h.segments {
		if slices.Contains(m.bad, s.name) {
			continue
		}
		group := fmt.Sprintf("%d %d", s.foot.day, bits.Len64(uint64(s.size))/3)
		groups[group] = append(groups[group], s)
	}
	for _, group := range groups {
		if len(group) < mergeAt {
			continue
		}
		again = true
		if err := m.merge(group); err != nil {
			return false, err
		}
	}
	return again, nil
}

// clean removes segments that were merged into others, and files that never got a name. It goes before each merge: so what replaces others is
// itself replaced only when those are gone, and cannot bring them back.
func (m *merger) clean(h *History) error {
	names, err := listSegments(m.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, id, _ := splitName(name); h.replaced[id] {
			if err := os.Remove(filepath.Join(m.dir, name)); err != nil {
				return err
			}
		}
	}
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), newPrefix) && time.Since(info.ModTime()) > staleNew {
			err = os.Remove(filepath.Join(m.dir, e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(m.dir)
}

// merge makes one segment of several, and removes them. If one cannot be read it is left out from now on.
func (m *merger) merge(group []*segment) error {
	var ids []string
	for _, s := range group {
		ids = append(ids, s.id)
	}
	day := group[0].foot.day
	err := writeSegment(m.dir, segmentName(day, newID()), func(f *os.File) error { return mergeInto(f, day, ids, group) })
	if bad, ok := errors.AsType[*unreadable](err); ok {
		m.bad = append(m.bad, bad.s.name)
		return nil
	}
	if err != nil {
		return err
	}
	for _, s := range group {
		if err := os.Remove(filepath.Join(m.dir, s.name)); err != nil {
			return err
		}
	}
	return syncDir(m.dir)
}

// unreadable names the segment that a merge could not read.
type unreadable struct {
	s *segment
	error
}

// mergeInto writes the rows of several segments in order, those that are the same as one.
func mergeInto(f *os.File, day int64, ids []string, group []*segment) error {
	sensors, numbers := joinSensors(group)
	out, err := newSegmentWriter(f, day, sensors, ids)
	if err != nil {
		return err
	}
	cursors := make([]*cursor, len(group))
	heads := make([]*row, len(group))
	advance := func(i int) error {
		r, err := cursors[i].next()
		if err != nil {
			return &unreadable{group[i], err}
		}
		if r != nil {
			r.sensor = numbers[i][r.sensor]
		}
		heads[i] = r
		return nil
	}
	for i, s := range group {
		cursors[i] = &cursor{s: s}
		if err := advance(i); err != nil {
			return err
		}
	}
	for {
		low := -1
		for i, r := range heads {
			if r != nil && (low < 0 || r.before(heads[low])) {
				low = i
			}
		}
		if low < 0 {
			return out.close()
		}
		sum := *heads[low]
		if err := advance(low); err != nil {
			return err
		}
		for i := range heads {
			if heads[i] == nil || !heads[i].same(&sum) {
				continue
			}
			sum.add(heads[i])
			if err := advance(i); err != nil {
				return err
			}
		}
		if err := out.add(&sum); err != nil {
			return err
		}
	}
}

// joinSensors returns the sensors of all segments in order, and for each segment what the numbers of its own become.
func joinSensors(group []*segment) (sensors []string, numbers [][]uint32) {
	for _, s := range group {
		sensors = append(sensors, s.foot.sensors...)
	}
	slices.Sort(sensors)
	sensors = slices.Compact(sensors)
	for _, s := range group {
		var of []uint32
		for _, name := range s.foot.sensors {
			n, _ := slices.BinarySearch(sensors, name)
			of = append(of, uint32(n))
		}
		numbers = append(numbers, of)
	}
	return sensors, numbers
}
