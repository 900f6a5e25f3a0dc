package main

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"strings"

	"github.com/google/uuid"
)

// The mix follows what public feeds hold: 45 % indicators, 30 % observables, 20 % relationships, 5 % long reports.
var (
	families = []string{"AgentTesla", "AsyncRAT", "Bumblebee", "Cobalt Strike", "DarkGate", "Emotet", "FormBook", "Gozi", "IcedID", "LummaC2", "Qakbot", "Remcos", "SocGholish", "XWorm"}
	topics   = strings.Fields("loader delivered through mail attachment theft credential campaign targeting energy finance health transport operators observed beacon second stage domain registered recently infrastructure shared cluster activity persistence scheduled task exfiltration archive staging server")
	tlds     = []string{"com", "net", "org", "info", "top", "xyz", "ru", "cn"}
)

// generator makes STIX 2.1 objects in the shape of real feeds; the same seed gives the same bytes.
type generator struct {
	r    *rand.Rand
	last []string // ids of recent indicators, for relationships
}

func newGenerator(seed uint64) *generator {
	return &generator{r: rand.New(rand.NewPCG(seed, 7))}
}

// objects makes n objects.
func (g *generator) objects(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for range n {
			if !yield(g.object()) {
				return
			}
		}
	}
}

// indicators makes n of them, and nothing else.
func (g *generator) indicators(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for range n {
			if !yield(g.indicator()) {
				return
			}
		}
	}
}

// writeBundle writes a bundle of objects, one a line. STIX 2.1 §8.
func writeBundle(w io.Writer, objects iter.Seq[string]) error {
	b := bufio.NewWriterSize(w, 1<<20)
	b.WriteString(`{"type":"bundle","id":"bundle--6f0c1a52-8a3f-4f6a-9d0b-2f1f4e1f7c11","objects":[`)
	sep := "\n"
	for o := range objects {
		b.WriteString(sep)
		b.WriteString(o)
		sep = ",\n"
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}

func (g *generator) object() string {
	if g.r.IntN(100) < 30 {
		return g.observable()
	}
	return g.versioned()
}

// versioned makes an object that has created and modified.
func (g *generator) versioned() string {
	switch p := g.r.IntN(70); {
	case p < 45, p < 65 && len(g.last) < 2:
		return g.indicator()
	case p < 65:
		return g.relationship()
	default:
		return g.report()
	}
}

func (g *generator) uuid() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(g.r.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return uuid.UUID(b).String()
}

func (g *generator) time() string {
	return fmt.Sprintf("2026-%02d-%02dT%02d:%02d:%02d.%03dZ", 1+g.r.IntN(10), 1+g.r.IntN(28), g.r.IntN(24), g.r.IntN(60), g.r.IntN(60), g.r.IntN(1000))
}

func (g *generator) host() string {
	var s strings.Builder
	for range 6 + g.r.IntN(10) {
		s.WriteByte(byte('a' + g.r.IntN(26)))
	}
	return s.String() + "." + tlds[g.r.IntN(len(tlds))]
}

func (g *generator) addr() string {
	return fmt.Sprintf("%d.%d.%d.%d", 1+g.r.IntN(222), g.r.IntN(256), g.r.IntN(256), 1+g.r.IntN(254))
}

func (g *generator) sha256() string {
	return fmt.Sprintf("%016x%016x%016x%016x", g.r.Uint64(), g.r.Uint64(), g.r.Uint64(), g.r.Uint64())
}

func (g *generator) words(n int) string {
	var s strings.Builder
	for i := range n {
		if i > 0 {
			s.WriteByte(' ')
		}
		s.WriteString(topics[g.r.IntN(len(topics))])
	}
	return s.String()
}

const clear = `"object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]`

func (g *generator) indicator() string {
	id, t, family := "indicator--"+g.uuid(), g.time(), families[g.r.IntN(len(families))]
	var pattern string
	switch g.r.IntN(4) {
	case 0:
		pattern = "[ipv4-addr:value = '" + g.addr() + "']"
	case 1:
		pattern = "[domain-name:value = '" + g.host() + "']"
	case 2:
		pattern = "[url:value = 'http://" + g.host() + "/" + g.words(1) + "']"
	default:
		pattern = "[file:hashes.'SHA-256' = '" + g.sha256() + "']"
	}
	if len(g.last) < 4096 {
		g.last = append(g.last, id)
	} else {
		g.last[g.r.IntN(len(g.last))] = id
	}
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"%s","created":"%s","modified":"%s","name":"%s %s","description":"%s","indicator_types":["malicious-activity"],"pattern":"%s","pattern_type":"stix","valid_from":"%s","labels":["%s"],"confidence":%d,"external_references":[{"source_name":"sample feed","url":"https://feed.example/%s"}],%s}`,
		id, t, t, family, g.words(2), g.words(14), pattern, t, strings.ToLower(strings.ReplaceAll(family, " ", "-")), g.r.IntN(101), id[11:19], clear)
}

func (g *generator) observable() string {
	switch g.r.IntN(3) {
	case 0:
		return fmt.Sprintf(`{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--%s","value":"%s",%s}`, g.uuid(), g.addr(), clear)
	case 1:
		return fmt.Sprintf(`{"type":"domain-name","spec_version":"2.1","id":"domain-name--%s","value":"%s",%s}`, g.uuid(), g.host(), clear)
	}
	return fmt.Sprintf(`{"type":"file","spec_version":"2.1","id":"file--%s","hashes":{"SHA-256":"%s"},"name":"%s.exe","size":%d,%s}`, g.uuid(), g.sha256(), g.words(1), g.r.IntN(1<<22), clear)
}

func (g *generator) relationship() string {
	t := g.time()
	a, b := g.last[g.r.IntN(len(g.last))], g.last[g.r.IntN(len(g.last))]
	return fmt.Sprintf(`{"type":"relationship","spec_version":"2.1","id":"relationship--%s","created":"%s","modified":"%s","relationship_type":"related-to","source_ref":"%s","target_ref":"%s",%s}`, g.uuid(), t, t, a, b, clear)
}

func (g *generator) report() string {
	t := g.time()
	ref := "indicator--" + g.uuid()
	if len(g.last) > 0 {
		ref = g.last[g.r.IntN(len(g.last))]
	}
	return fmt.Sprintf(`{"type":"report","spec_version":"2.1","id":"report--%s","created":"%s","modified":"%s","name":"%s","description":"%s","report_types":["threat-report"],"published":"%s","object_refs":["%s"],%s}`,
		g.uuid(), t, t, g.words(6), g.words(220), t, ref, clear)
}
