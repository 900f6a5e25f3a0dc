package taxiitest

import (
	"slices"
	"strings"
	"sync"
)

// The personas do what well-known clients do, quirks included, while a writer is at work. Each must come to an end and hold exactly what
// was posted before its last round began; what arrives during that round may or may not be among it.

// beside runs a persona until the writer is done and once more after that, and compares. Deliveries twice are allowed when twice is true.
func (e *env) beside(twice bool, round func() (ids []string)) {
	e.Helper()
	const n, batches, size = 120, 20, 5
	e.post(e.Inbox, Identities(1, n)...)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for i := range batches {
			if st := e.try(e.Bob, e.Inbox, Identities(1000+size*i, size)...); st.SuccessCount != size {
				e.Errorf("writer: %+v", st)
			}
		}
	})
	var got []string
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		got = append(got, round()...)
	}
	wg.Wait()
	want := slices.Concat(allIDs(1, n), allIDs(1000, batches*size))
	slices.Sort(want)
	slices.Sort(got)
	if twice {
		got = slices.Compact(got)
	}
	e.equal("collected", got, want)
}

var personas = []test{
	{"OpenCTI connector: next without added_after", func(e *env) {
		// Each round asks for everything; between pages only limit and next are sent. Its memory is a set of ids.
		seen := map[string]bool{}
		e.beside(false, func() (fresh []string) {
			next := ""
			for {
				q := []string{"limit", "25"}
				if next != "" {
					q = append(q, "next", next)
				}
				var page envelope
				e.get(e.objects(e.Inbox), query(q...), 200).decode(e, &page)
				for _, id := range idsOf(e, page.Objects) {
					if !seen[id] {
						seen[id] = true
						fresh = append(fresh, id)
					}
				}
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
		e.beside(true, func() (ids []string) {
			next, last := "", ""
			for {
				var q []string
				if after != "" {
					q = append(q, "added_after", after)
				}
				if next != "" {
					q = append(q, "next", next)
				}
				r := e.get(e.objects(e.Inbox), query(append(q, "limit", "40")...), 200)
				var page envelope
				r.decode(e, &page)
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
		e.beside(false, func() (ids []string) {
			next := ""
			for {
				q := []string{"limit", "30"}
				switch {
				case next != "":
					q = append(q, "next", next)
				case after != "":
					q = append(q, "added_after", after)
				}
				r := e.get(e.objects(e.Inbox), query(q...), 200)
				var page envelope
				r.decode(e, &page)
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
	{"poller: added_after only", func(e *env) {
		after := ""
		e.beside(false, func() (ids []string) {
			for {
				q := []string{"limit", "7"}
				if after != "" {
					q = append(q, "added_after", after)
				}
				r := e.get(e.objects(e.Inbox), query(q...), 200)
				got := r.ids(e)
				if len(got) == 0 {
					return ids
				}
				ids = append(ids, got...)
				after = r.last()
			}
		})
	}},
}
