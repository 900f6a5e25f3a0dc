package postgres

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// names are the numbers of type and property names that are committed; they never change.
type names struct {
	mu    sync.RWMutex // protects the maps
	codes map[string]int32
	names map[int32]string
}

func (n *names) code(name string) int32 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.codes[name]
}

func (n *names) name(code int32) (string, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	s, ok := n.names[code]
	return s, ok
}

func (n *names) keep(more map[string]int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.Copy(n.codes, more)
	for name, code := range more {
		n.names[code] = name
	}
}

// code returns the number of a type or property name, 0 when nobody has used it here.
func (s *snapshot) code(ctx context.Context, name string) (int32, error) {
	if n := s.names.code(name); n != 0 {
		return n, nil
	}
	if n := s.fresh[name]; n != 0 {
		return n, nil
	}
	if !storable(name) {
		return 0, nil
	}
	var code int32
	err := s.each(ctx, "SELECT code FROM type WHERE name = $1", []any{name}, func(r pgx.Rows) error { return r.Scan(&code) })
	if err != nil {
		return 0, fmt.Errorf("look up type: %w", err)
	}
	if code != 0 {
		s.names.keep(map[string]int32{name: code})
	}
	return code, nil
}

// codesOf returns the numbers of those names that are in use here.
func (s *snapshot) codesOf(ctx context.Context, list []string) ([]int32, error) {
	codes := []int32{}
	for _, name := range list {
		code, err := s.code(ctx, name)
		if err != nil {
			return nil, err
		}
		if code != 0 {
			codes = append(codes, code)
		}
	}
	return codes, nil
}

func (s *snapshot) name(ctx context.Context, code int32) (string, error) {
	if name, ok := s.names.name(code); ok {
		return name, nil
	}
	for name, n := range s.fresh {
		if n == code {
			return name, nil
		}
	}
	var name string
	err := s.each(ctx, "SELECT name FROM type WHERE code = $1", []any{code}, func(r pgx.Rows) error { return r.Scan(&name) })
	if err != nil || name == "" {
		return "", fmt.Errorf("look up type %d: %w", code, err)
	}
	s.names.keep(map[string]int32{name: code})
	return name, nil
}

// keySize is the length of a compact STIX id.
const keySize = 18

// key is the compact form of a STIX id: 16 bytes of UUID, 2 of type code. ok is false when the type is not known here or
// the text is no id.
func (s *snapshot) key(ctx context.Context, id string) (key []byte, ok bool, err error) {
	typ, text, _ := strings.Cut(id, "--")
	u, ok := parseUUID(text)
	if !ok {
		return nil, false, nil
	}
	code, err := s.code(ctx, typ)
	if err != nil || code == 0 {
		return nil, false, err
	}
	return append(u[:], byte(code>>8), byte(code)), true, nil
}

// parseUUID takes the one form that STIX writes: lower case with hyphens.
func parseUUID(text string) (uuid.UUID, bool) {
	if len(text) != 36 {
		return uuid.UUID{}, false
	}
	u, err := uuid.Parse(text)
	return u, err == nil && u.String() == text
}

// keys are the compact forms of those ids that can be known here.
func (s *snapshot) keys(ctx context.Context, ids []string) ([][]byte, error) {
	keys := make([][]byte, 0, len(ids))
	for _, id := range ids {
		if key, ok, err := s.key(ctx, id); err != nil {
			return nil, err
		} else if ok {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// id is the STIX id of a key.
func (s *snapshot) id(ctx context.Context, key []byte) (string, error) {
	if len(key) != keySize {
		return "", fmt.Errorf("a key of %d bytes", len(key))
	}
	name, err := s.name(ctx, typeOf(key))
	if err != nil {
		return "", err
	}
	return name + "--" + uuid.UUID(key[:16]).String(), nil
}

// typeOf is the type code of a key.
func typeOf(key []byte) int32 { return int32(key[16])<<8 | int32(key[17]) }

// storable says whether PostgreSQL can keep s as text.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
