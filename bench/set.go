package main

import (
	"bytes"
	"regexp"
	"slices"
)

// set is objects that exchanges are given, all with created and modified: OpenTAXII refuses an envelope with an observable.
type set []object

type object struct {
	id  string
	raw []byte
}

var idPattern = regexp.MustCompile(`"id":"([^"]+)"`)

func newSet(seed uint64, n int) set {
	g := newGenerator(seed)
	s := make(set, n)
	for i := range s {
		raw := []byte(g.versioned())
		s[i] = object{id: string(idPattern.FindSubmatch(raw)[1]), raw: raw}
	}
	return s
}

// envelope is a TAXII envelope with the objects of the set. TAXII 2.1 §3.7.
func (s set) envelope() []byte {
	var b bytes.Buffer
	b.WriteString(`{"objects":[`)
	for i, o := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(o.raw)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// envelopes are the objects of the set, so many in each.
func (s set) envelopes(size int) (list [][]byte) {
	for part := range slices.Chunk(s, size) {
		list = append(list, part.envelope())
	}
	return list
}
