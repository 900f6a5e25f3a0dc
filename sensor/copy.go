package sensor

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/taxii"
)

// Records of the copy. An object's body is its version (uint64), the length of its id (uint16), its id, and the bytes as received.
const (
	copyObject = 'o'
	copyDrop   = 'd' // body: an id
	copyCursor = 'c' // body: cursor as JSON
)

// cursor is how far a collection was read.
type cursor struct {
	URL   string      `json:"url"`
	After taxii.Stamp `json:"added_after"`
	Whole bool        `json:"whole"` // it was once read to its end
}

// localCopy is the last version of each indicator and identity of a collection. It belongs to one goroutine.
type localCopy struct {
	j          *journal
	cursor     cursor
	held       map[idKey]held
	live       int64 // bytes of the records that count
	indicators int
	counting   uint16 // the number of the count under way
}

// idKey stands for an id. Its hash is too long for two ids to meet in it, also when somebody tries.
type idKey [16]byte

type held struct {
	version   int64 // microseconds since 1970
	at        int64 // in the journal
	size      int32
	indicator bool
	counted   uint16 // the last count that it was in
}

func keyOf(id string) idKey {
	sum := sha256.Sum256([]byte(id))
	return idKey(sum[:])
}

// received is an object that came from a collection.
type received struct {
	id      string
	version int64
	raw     []byte
}

// parseReceived reads what is needed of an object to keep it; false says that it is of no use here.
func parseReceived(raw []byte) (received, bool) {
	o, err := stix.Parse(raw)
	if err != nil || o.Type != "indicator" && o.Type != "identity" {
		return received{}, false
	}
	return received{o.ID, o.Modified, slices.Clone(raw)}, true
}

// openCopy opens or makes the copy of the collection at a URL.
func openCopy(path, url string) (c *localCopy, err error) {
	c = &localCopy{held: map[idKey]held{}}
	c.j, _, err = openJournal(path, c.replay)
	if err != nil {
		return nil, err
	}
	if c.cursor.URL == "" {
		c.cursor.URL = url
	}
	if c.cursor.URL != url {
		c.j.close()
		return nil, threatwatch.Errorf(threatwatch.Invalid, "this state is of %s: another collection needs another directory", c.cursor.URL)
	}
	return c, nil
}

func (c *localCopy) replay(kind byte, at int64, body []byte) error {
	switch kind {
	case copyObject:
		id, version, _, err := splitObject(body)
		if err != nil {
			return err
		}
		c.keep(id, version, at, len(body))
	case copyDrop:
		c.forget(keyOf(string(body)))
	case copyCursor:
		return json.Unmarshal(body, &c.cursor)
	}
	return nil
}

func splitObject(body []byte) (id string, version int64, raw []byte, err error) {
	const fixed = 10
	if len(body) < fixed || len(body) < fixed+int(binary.LittleEndian.Uint16(body[8:])) {
		return "", 0, nil, errRecord
	}
	n := fixed + int(binary.LittleEndian.Uint16(body[8:]))
	return string(body[fixed:n]), int64(binary.LittleEndian.Uint64(body)), body[n:], nil
}

func (c *localCopy) keep(id string, version, at int64, size int) {
	k := keyOf(id)
	c.forget(k)
	h := held{version: version, at: at, size: int32(size), indicator: isIndicator(id), counted: c.counting}
	c.held[k] = h
	c.live += int64(size)
	if h.indicator {
		c.indicators++
	}
}

func (c *localCopy) forget(k idKey) {
	h, ok := c.held[k]
	if !ok {
		return
	}
	delete(c.held, k)
	c.live -= int64(h.size)
	if h.indicator {
		c.indicators--
	}
}

func isIndicator(id string) bool { return strings.HasPrefix(id, "indicator--") }

// newer says whether an object is to take the place of what is held.
func (c *localCopy) newer(o *received) bool {
	h, ok := c.held[keyOf(o.id)]
	return !ok || h.version < o.version
}

// put keeps objects, forgets others, and moves the cursor: all of it is on disk on return, or nothing.
func (c *localCopy) put(objects []received, drop []string, to cursor) error {
	places, sizes := make([]int64, len(objects)), make([]int, len(objects))
	for i := range objects {
		o := &objects[i]
		head := binary.LittleEndian.AppendUint64(nil, uint64(o.version))
		head = append(binary.LittleEndian.AppendUint16(head, uint16(len(o.id))), o.id...)
		places[i], sizes[i] = c.j.add(copyObject, head, o.raw), len(head)+len(o.raw)
	}
	for _, id := range drop {
		c.j.add(copyDrop, []byte(id))
	}
	if err := c.addCursor(c.j, to); err != nil {
		return err
	}
	if err := c.j.commit(); err != nil {
		return fmt.Errorf("write the copy: %w", err)
	}
	c.cursor = to
	for i := range objects {
		c.keep(objects[i].id, objects[i].version, places[i], sizes[i])
	}
	for _, id := range drop {
		c.forget(keyOf(id))
	}
	return c.compact()
}

func (c *localCopy) addCursor(j *journal, to cursor) error {
	body, err := json.Marshal(to)
	if err == nil {
		j.add(copyCursor, body)
	}
	return err
}

// compact writes the journal anew when most of it no longer counts.
func (c *localCopy) compact() error {
	if c.j.end < 1<<20 || c.j.end < 2*c.live {
		return nil
	}
	moved := maps.Clone(c.held)
	err := c.j.rewrite(func(to *journal) error {
		err := c.counts(func(k idKey, body []byte) error {
			h := c.held[k]
			h.at = to.add(copyObject, body)
			moved[k] = h
			return to.spill()
		})
		if err != nil {
			return err
		}
		return c.addCursor(to, c.cursor)
	})
	if err != nil {
		return fmt.Errorf("write the copy anew: %w", err)
	}
	c.held = moved
	return nil
}

// counts goes through the journal and calls f for the records of what is held.
func (c *localCopy) counts(f func(k idKey, body []byte) error) error {
	end, err := c.j.scan(func(kind byte, at int64, body []byte) error {
		if kind != copyObject {
			return nil
		}
		id, _, _, err := splitObject(body)
		if err != nil {
			return err
		}
		if k := keyOf(id); c.held[k].at == at {
			return f(k, body)
		}
		return nil
	})
	if err == nil && end != c.j.end {
		err = fmt.Errorf("read %s at %d: %w", c.j.path, end, errRecord)
	}
	return err
}

// object returns what is held of an id, nil for nothing.
func (c *localCopy) object(id string) ([]byte, error) {
	h, ok := c.held[keyOf(id)]
	if !ok {
		return nil, nil
	}
	body, err := c.j.read(h.at)
	if err != nil {
		return nil, err
	}
	_, _, raw, err := splitObject(body)
	return raw, err
}

// each calls f for all objects held. They are not to be kept.
func (c *localCopy) each(f func(raw []byte) error) error {
	return c.counts(func(_ idKey, body []byte) error {
		_, _, raw, err := splitObject(body)
		if err != nil {
			return err
		}
		return f(raw)
	})
}

// beginCount begins to find out what is still in the collection.
func (c *localCopy) beginCount() { c.counting++ }

// count says that an id is in the collection, and returns the version that is held of it; false for none.
func (c *localCopy) count(id string) (version int64, ok bool) {
	k := keyOf(id)
	h, ok := c.held[k]
	if ok {
		h.counted = c.counting
		c.held[k] = h
	}
	return h.version, ok
}

// uncounted lists the ids that are held and were not counted.
func (c *localCopy) uncounted() (ids []string, err error) {
	for _, h := range c.held {
		if h.counted == c.counting {
			continue
		}
		body, err := c.j.read(h.at)
		if err != nil {
			return nil, err
		}
		id, _, _, err := splitObject(body)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (c *localCopy) close() error { return c.j.close() }
