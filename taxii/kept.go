package taxii

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// pageKey names an answer: a digest, since parts of it are the caller's words and may be long.
type pageKey [sha256.Size]byte

// kept is a finished page: the whole body, compressed when zipped.
type kept struct {
	key         pageKey
	body        []byte
	zipped      bool
	first, last Stamp
}

// size is what it costs to keep.
func (k *kept) size() int { return len(k.body) + keptBeside }

// Bounds of what a server keeps.
const (
	keptBytes  = 16 << 20 // of all bodies, and what each costs beside itself
	keptBeside = 300      // of one
	keptLarge  = 4 << 20  // of one body
	keptAsked  = 8 << 10  // names of pages that were asked for once
)

// shelf holds finished pages, so that what many clients poll is made once. A page is found by the state of the collection that
// it was read from, therefore a write, a deletion or another label needs no word to the shelf: the next request finds another state. Whoever
// walks a collection once leaves no page behind: only what is asked for a second time is kept.
type shelf struct {
	mu    sync.Mutex // protects all below
	pages map[pageKey]*list.Element
	order list.List // of *kept, the latest used in front
	bytes int
	asked map[pageKey]bool
}

// get finds a page.
func (s *shelf) get(key pageKey) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.pages[key]
	if e == nil {
		return nil
	}
	s.order.MoveToFront(e)
	return e.Value.(*kept)
}

// wants says whether a page of this size is worth keeping: when it has been asked for before.
func (s *shelf) wants(key pageKey, size int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key == (pageKey{}) || size > keptLarge || s.pages[key] != nil {
		return false
	}
	if s.asked[key] {
		delete(s.asked, key)
		return true
	}
	if len(s.asked) >= keptAsked || s.asked == nil {
		s.asked = map[pageKey]bool{}
	}
	s.asked[key] = true
	return false
}

// put keeps a page and lets go of those used longest ago.
func (s *shelf) put(k *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil {
		s.pages = map[pageKey]*list.Element{}
	}
	if s.pages[k.key] != nil {
		return
	}
	s.pages[k.key] = s.order.PushFront(k)
	for s.bytes += k.size(); s.bytes > keptBytes; {
		old := s.order.Remove(s.order.Back()).(*kept)
		delete(s.pages, old.key)
		s.bytes -= old.size()
	}
}

// pageKey names the answer to this request in a state of the collection; zero when it is not to be kept.
func (c *call) pageKey(endpoint, state string) pageKey {
	if state == "" {
		return pageKey{}
	}
	coding := ""
	if wantsGzip(c.r.Header) {
		coding = "gzip"
	}
	return sha256.Sum256([]byte(strings.Join([]string{state, coding, endpoint, c.object, c.r.URL.RawQuery}, "\x00")))
}

// keep puts a finished page on the shelf and answers with it.
func (c *call) keep(key pageKey, page []byte, p Page) error {
	k := &kept{key: key, zipped: wantsGzip(c.r.Header), first: p.First, last: p.Last}
	if k.zipped {
		var z bytes.Buffer
		if err := c.s.zip(&z, page); err != nil {
			return err
		}
		page = z.Bytes()
	}
	k.body = bytes.Clone(page)
	c.s.shelf.put(k)
	c.sendKept(k)
	return nil
}

// sendKept answers with a page as it stands on the shelf.
func (c *call) sendKept(k *kept) {
	c.stamp(k.first, k.last)
	h := c.w.Header()
	if k.zipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(k.body)))
	c.w.WriteHeader(http.StatusOK)
	if c.r.Method != http.MethodHead {
		c.write(k.body)
	}
}
