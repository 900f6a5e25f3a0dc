package taxiitest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"threatwatch/taxii"
)

// The personas do what well-known clients do, quirks included, while a writer is at work. Each must come to an end and hold exactly what
// was posted before its last round began; what arrives during that round may or may not be among it.

// beside runs a persona until the writer is done and once more after that, and compares. Deliveries twice are allowed when twice is true.
func (e *env) beside(twice bool, round func(p *persona) (ids []string)) {
	e.Helper()
	const n, batches, size = 120, 20, 5
	e.post(e.Inbox, Identities(1, n)...)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for i := range batches {
			e.write(i, Identities(1000+size*i, size))
		}
	})
	defer wg.Wait() // also when the persona fails: the writer must not outlive the test
	p := &persona{env: e}
	var got []string
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		p.asked = 0
		got = append(got, round(p)...)
	}
	want := slices.Concat(allIDs(1, n), allIDs(1000, batches*size))
	slices.Sort(want)
	slices.Sort(got)
	if twice {
		got = slices.Compact(got)
	}
	e.equal("collected", got, want)
}

// write posts as Bob: in turn an envelope, and a bundle as OpenCTI's taxii-post connector does, with blanks in its headers.
func (e *env) write(turn int, objects [][]byte) {
	e.Helper()
	q := request{method: "POST", path: e.objects(e.Inbox), body: pack(objects...), as: e.Bob}
	if turn%2 == 1 {
		q.body = fmt.Appendf(nil, `{"type":"bundle","id":%q,%s`, ID("bundle", turn), pack(objects...)[1:])
		q.header = map[string]string{"Content-Type": "application/stix+json; version=2.1", "Accept": "application/taxii+json; version=2.1"}
	}
	var st taxii.Status
	r := e.do(q)
	if r.StatusCode != http.StatusAccepted {
		e.Errorf("writer: %d %s", r.StatusCode, r.body)
		return
	}
	r.decode(e, &st)
	if st.SuccessCount != len(objects) {
		e.Errorf("writer: %+v", st)
	}
}

// persona is a client at work.
type persona struct {
	*env
	asked int // in this round
}

// ask gets one page. A client that goes round in circles is stopped.
func (p *persona) ask(q request) (envelope, response) {
	p.Helper()
	if p.asked++; p.asked > 1000 {
		p.Fatal("this client comes to no end")
	}
	q.path = p.objects(p.Inbox)
	r := p.want(q, 200)
	var page envelope
	r.decode(p.env, &page)
	return page, r
}

// get gets the page for some parameters.
func (p *persona) get(pairs ...string) (envelope, response) {
	p.Helper()
	return p.ask(request{query: query(pairs...)})
}

var personas = []test{
	{"taxii2-client: as_pages, another limit on each page", func(e *env) {
		// next goes along with all other parameters as long as more is true; a new walk each time.
		seen := map[string]bool{}
		e.beside(false, func(p *persona) (fresh []string) {
			next := ""
			for limit := 20; ; limit += 3 {
				q := []string{"limit", fmt.Sprint(limit), "match[type]", "identity", "match[version]", "last"}
				if next != "" {
					q = append(q, "next", next)
				}
				page, _ := p.get(q...)
				fresh = append(fresh, unseen(e, seen, page)...)
				if !page.More {
					return fresh
				}
				next = page.Next
			}
		})
	}},
	{"OpenCTI connector: next without added_after", func(e *env) {
		// Each round asks for everything; between pages only limit and next are sent. Its memory is a set of ids.
		seen := map[string]bool{}
		e.beside(false, func(p *persona) (fresh []string) {
			next := ""
			for {
				q := []string{"limit", "25"}
				if next != "" {
					q = append(q, "next", next)
				}
				page, _ := p.get(q...)
				fresh = append(fresh, unseen(e, seen, page)...)
				if !page.More {
					return fresh
				}
				next = page.Next
			}
		})
	}},
	{"OpenCTI native: header cut to milliseconds", func(e *env) {
		// added_after stays beside next; the cursor is the last header with three digits, so some rows come twice.
		after := ""
		e.beside(true, func(p *persona) (ids []string) {
			next, last := "", ""
			for {
				var q []string
				if after != "" {
					q = append(q, "added_after", after)
				}
				if next != "" {
					q = append(q, "next", next)
				}
				page, r := p.get(append(q, "limit", "40")...)
				ids = append(ids, idsOf(e, page.Objects)...)
				if last = r.last(); last == "" {
					e.Fatal("no header: this client would go on from now and miss what came before")
				}
				if !page.More {
					break
				}
				next = page.Next
			}
			after = last[:strings.IndexByte(last, '.')+4] + "Z"
			return ids
		})
	}},
	{"Elastic: next until empty, more ignored", func(e *env) {
		// added_after is dropped on later pages; the cursor is the header of every page, empty ones included, at full precision.
		after := ""
		e.beside(false, func(p *persona) (ids []string) {
			next := ""
			for {
				q := []string{"limit", "30"}
				switch {
				case next != "":
					q = append(q, "next", next)
				case after != "":
					q = append(q, "added_after", after)
				}
				page, r := p.get(q...)
				ids = append(ids, idsOf(e, page.Objects)...)
				if after = r.last(); after == "" {
					e.Fatal("no header: this client has no cursor")
				}
				if next = page.Next; next == "" {
					return ids
				}
			}
		})
	}},
	{"MISP: fifty a page, next empty at first", func(e *env) {
		// The scheme of its credentials is in lower case, and it sends a Content-Type with a GET.
		seen := map[string]bool{}
		lower := func(r *http.Request) {
			e.Alice(r)
			scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			r.Header.Set("Authorization", strings.ToLower(scheme)+" "+rest)
			r.Header.Set("Content-Type", taxii.MediaType)
		}
		e.beside(false, func(p *persona) (fresh []string) {
			next := ""
			for {
				page, _ := p.ask(request{query: query("limit", "50", "next", next), as: lower})
				fresh = append(fresh, unseen(e, seen, page)...)
				if next = page.Next; next == "" {
					return fresh
				}
			}
		})
	}},
	{"XSOAR: lists of types, until a page is empty", func(e *env) {
		// The first page of a round goes on from the last time that was seen; others follow next; an empty page or none to follow ends it.
		after := "1970-01-01T00:00:00Z"
		e.beside(false, func(p *persona) (ids []string) {
			q := []string{"limit", "17", "match[type]", "indicator,identity,malware", "added_after", after}
			next := ""
			for {
				page, r := p.get(append(slices.Clone(q), "next", next)...)
				if len(page.Objects) == 0 {
					return ids
				}
				ids, after = append(ids, idsOf(e, page.Objects)...), r.last()
				if next = page.Next; next == "" {
					return ids
				}
			}
		})
	}},
	{"Sentinel: each hour from when it asked before", func(e *env) {
		// The cursor is its own clock, in whole seconds, from before it asked: rows of that second come twice.
		after := ""
		e.beside(true, func(p *persona) (ids []string) {
			asked := time.Now().UTC().Format("2006-01-02T15:04:05Z")
			next := ""
			for {
				var q []string
				if after != "" {
					q = append(q, "added_after", after)
				}
				page, _ := p.get(append(q, "next", next)...)
				ids = append(ids, idsOf(e, page.Objects)...)
				if next = page.Next; next == "" {
					after = asked
					return ids
				}
			}
		})
	}},
	{"EclecticIQ: from 1970 by hundreds, added_after only", func(e *env) {
		after := "1970-01-01T00:00:00.000Z"
		e.beside(false, func(p *persona) (ids []string) {
			for {
				page, r := p.get("limit", "100", "added_after", after)
				if len(page.Objects) == 0 {
					return ids
				}
				ids, after = append(ids, idsOf(e, page.Objects)...), r.last()
			}
		})
	}},
}

// unseen returns the ids of a page that a client has not seen before, and remembers them.
func unseen(e *env, seen map[string]bool, page envelope) (fresh []string) {
	e.Helper()
	for _, id := range idsOf(e, page.Objects) {
		if !seen[id] {
			seen[id] = true
			fresh = append(fresh, id)
		}
	}
	return fresh
}
