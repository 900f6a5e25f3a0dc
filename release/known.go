package release

import (
	"encoding/binary"
	"sync"

	"threatwatch/store"
)

// knownMemo remembers in which collections something is visible. That is asked several times by each request, and what a set of labels
// can see of a collection's plain members is the same as long as the log has not grown.
type knownMemo struct {
	mu   sync.Mutex // protects what follows
	last store.Stamp
	seen map[string]bool
}

const knownLimit = 1 << 10

func knownKey(c store.CollectionID, set *labelSet) string {
	key := binary.AppendVarint(nil, int64(c))
	for _, id := range set.ids {
		key = binary.AppendVarint(key, int64(id))
	}
	return string(key)
}

// get returns what was remembered for this state of the log.
func (m *knownMemo) get(last store.Stamp, key string) (seen, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last != last {
		return false, false
	}
	seen, ok = m.seen[key]
	return seen, ok
}

func (m *knownMemo) put(last store.Stamp, key string, seen bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if last < m.last {
		return
	}
	if last > m.last || len(m.seen) >= knownLimit {
		m.last, m.seen = last, nil
	}
	if m.seen == nil {
		m.seen = map[string]bool{}
	}
	m.seen[key] = seen
}
