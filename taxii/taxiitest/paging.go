package taxiitest

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// follow pages by next with the given parameters on each page and returns all ids. T095, T101.
func (e *env) follow(path string, pairs ...string) (ids []string) {
	e.Helper()
	next := ""
	for range 1000 {
		q := pairs
		if next != "" {
			q = append(slices.Clone(pairs), "next", next)
		}
		var page envelope
		e.get(path, query(q...), 200).decode(e, &page)
		ids = append(ids, idsOf(e, page.Objects)...)
		if page.More != (page.Next != "") || page.More && len(page.Objects) == 0 {
			e.Fatalf("more %v, next %q, %d objects", page.More, page.Next, len(page.Objects))
		}
		if !page.More {
			return ids
		}
		next = page.Next
	}
	e.Fatal("paging does not end")
	return nil
}

// poll pages by added_after alone. TAXII 2.1 §3.5.
func (e *env) poll(path, after string, pairs ...string) (ids []string) {
	e.Helper()
	for range 1000 {
		q := pairs
		if after != "" {
			q = append(slices.Clone(pairs), "added_after", after)
		}
		r := e.get(path, query(q...), 200)
		got := r.ids(e)
		if len(got) == 0 {
			return ids
		}
		ids = append(ids, got...)
		after = r.last()
	}
	e.Fatal("polling does not end")
	return nil
}

// allIDs are the ids of Identities(first, n).
func allIDs(first, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = ID("identity", first+i)
	}
	return ids
}

var paging = []test{
	{"T091 T092 added_after", func(e *env) {
		e.post(e.Inbox, Identities(1, 3)...)
		added := e.records(e.Inbox, "")
		e.equal("after the second", e.get(e.objects(e.Inbox), "added_after="+added[1].DateAdded.String(), 200).ids(e), allIDs(3, 1))
		e.equal("just before the second", len(e.get(e.objects(e.Inbox), "added_after="+(added[1].DateAdded-1).String(), 200).ids(e)), 2)
		nine := strings.Replace(added[1].DateAdded.String(), "Z", "999Z", 1)
		e.equal("with nine digits", e.get(e.objects(e.Inbox), "added_after="+nine, 200).ids(e), allIDs(3, 1))
		for _, at := range []string{"2020-01-01T00:00:00Z", "2020-01-01T00:00:00.1Z", "2020-01-01T00:00:00.123Z", "2020-01-01T00:00:00.123456Z",
			"2020-01-01T00:00:00.123456789Z", "1960-01-01T00:00:00Z", "0001-01-01T00:00:00Z"} {
			e.equal(at, len(e.get(e.objects(e.Inbox), "added_after="+at, 200).ids(e)), 3)
		}
		for _, bad := range []string{"", "x", "2020-01-01", "2020-01-01T00:00:00", "2020-01-01t00:00:00z", "2020-01-01T00:00:00%2B00:00", "2020-13-01T00:00:00Z",
			"2020-01-01T00:00:00.Z", "2020-01-01T00:00:00.1234567890Z", "2020-01-01T00:00:00Z,2020-01-02T00:00:00Z", "1577836800", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00,5Z"} {
			for _, path := range []string{e.objects(e.Inbox), e.manifest(e.Inbox), e.object(e.Inbox, ID("identity", 1))} {
				e.get(path, "added_after="+bad, 400)
			}
		}
	}},
	{"T093 T094 limit", func(e *env) {
		e.post(e.Inbox, Identities(1, e.MaxPage+1)...)
		for _, n := range []int{1, 2, 10, e.MaxPage} {
			e.equal("limit", len(e.get(e.objects(e.Inbox), "limit="+strconv.Itoa(n), 200).ids(e)), n)
		}
		for _, q := range []string{"", "limit=" + strconv.Itoa(e.MaxPage+1), "limit=1000000"} {
			e.equal("cut", len(e.get(e.objects(e.Inbox), q, 200).ids(e)), e.MaxPage)
		}
		for _, bad := range []string{"0", "-1", "1.5", "abc", "", "18446744073709551616", "%2B1", "1e3", "0x10", "%201"} {
			for _, path := range []string{e.objects(e.Inbox), e.manifest(e.Inbox), e.object(e.Inbox, ID("identity", 1)), e.object(e.Inbox, ID("identity", 1)) + "versions/"} {
				e.get(path, "limit="+bad, 400)
			}
		}
	}},
	{"T095 T097 T098 both ways of paging", func(e *env) {
		const n = 60
		e.post(e.Inbox, Identities(1, n)...)
		want := allIDs(1, n)
		for _, path := range []string{e.objects(e.Inbox), e.manifest(e.Inbox)} {
			for _, limit := range []string{"1", "7", "30", "60", "61"} {
				e.equal("next, limit "+limit, e.follow(path, "limit", limit), want)
				e.equal("added_after, limit "+limit, e.poll(path, "", "limit", limit), want)
			}
		}
		e.equal("with filters", e.follow(e.objects(e.Inbox), "limit", "7", "match[type]", "identity", "match[version]", "all", "added_after", "2020-01-01T00:00:00Z"), want)
	}},
	{"T098 a thousand objects in one request", func(e *env) {
		const n = 1000
		e.post(e.Inbox, Identities(1, n)...)
		e.equal("added_after, limit 1", e.poll(e.manifest(e.Inbox), e.records(e.Inbox, "limit=1")[0].DateAdded.String(), "limit", "13"), allIDs(2, n-1))
		after := ""
		for i := range 40 {
			r := e.get(e.manifest(e.Inbox), strings.TrimSuffix("limit=1&added_after="+after, "&added_after="), 200)
			e.equal("step by step", r.ids(e), allIDs(1+i, 1))
			after = r.last()
		}
	}},
	{"T096 paging beside a writer", func(e *env) {
		// Objects come, come and go, and get new versions: those not delivered yet move to the end, those delivered come a second time.
		const n, more = 150, 40
		e.post(e.Inbox, Identities(1, n)...)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range more {
				st := e.try(e.Bob, e.Inbox, Identity(1000+i, 0), Identity(500+i, 0))
				if st.SuccessCount != 2 {
					e.Errorf("writer: %+v", st)
				}
				e.do(request{method: "DELETE", path: e.object(e.Inbox, ID("identity", 500+i)), as: e.Bob})
				e.post(e.Inbox, Identity(1+3*i, 1))
			}
		})
		ids := e.follow(e.objects(e.Inbox), "limit", "3")
		wg.Wait()
		seen := map[string]int{}
		for _, id := range ids {
			seen[id]++
		}
		for i, id := range allIDs(1, n) {
			if most := 1 + btoi(i%3 == 0 && i < 3*more); seen[id] < 1 || seen[id] > most {
				e.Errorf("%s was delivered %d times", id, seen[id])
			}
			delete(seen, id)
		}
		for id, times := range seen {
			if times != 1 {
				e.Errorf("%s was delivered %d times", id, times)
			}
		}
		last := map[string]bool{}
		for _, rev := range e.revisions(e.Inbox, query("limit", "200", "match[id]", strings.Join(allIDs(1, n), ","))) {
			last[rev] = true
		}
		e.equal("versions in the end", last, map[string]bool{Modified(0): true, Modified(1): true})
	}},
	{"T099 next with and without its parameters", func(e *env) {
		e.post(e.Inbox, Identities(1, 30)...)
		first := []string{"limit", "10", "match[type]", "identity", "added_after", "2020-01-01T00:00:00Z"}
		var page envelope
		e.get(e.objects(e.Inbox), query(first...), 200).decode(e, &page)
		for _, pairs := range [][]string{first, nil, {"limit", "10"}, {"match[type]", "identity"}, {"added_after", "2020-01-01T00:00:00.000Z"}} {
			e.equal(strings.Join(pairs, " "), e.get(e.objects(e.Inbox), query(append(slices.Clone(pairs), "next", page.Next)...), 200).ids(e), allIDs(11, 10))
		}
		e.equal("another limit", e.get(e.objects(e.Inbox), query("limit", "3", "next", page.Next), 200).ids(e), allIDs(11, 3))
		e.equal("by alias", e.get(e.objects(e.Alias), query("limit", "3", "next", page.Next), 200).ids(e), allIDs(11, 3))
	}},
	{"T100 next that does not belong", func(e *env) {
		e.post(e.Inbox, Identities(1, 30)...)
		e.post(e.Other, Identities(1, 30)...)
		var page envelope
		e.get(e.objects(e.Inbox), "limit=10", 200).decode(e, &page)
		n := page.Next
		for _, bad := range []string{n[:len(n)-1], n[1:], n + "A", "x", "AAAA", strings.Repeat("A", 3000), string(n[len(n)-1]) + n} {
			e.get(e.objects(e.Inbox), query("next", bad), 400)
		}
		for i := 5; i < len(n); i += max(len(n)/40, 1) {
			c := byte('A')
			if n[i] == c {
				c = 'B'
			}
			if r := e.do(request{path: e.objects(e.Inbox), query: query("next", n[:i]+string(c)+n[i+1:])}); r.StatusCode != 400 && !slices.Equal(r.ids(e), allIDs(11, 10)) {
				e.Errorf("with byte %d changed: status %d, %v", i, r.StatusCode, r.ids(e))
			}
		}
		e.get(e.objects(e.Other), query("next", n), 400)
		e.get(e.manifest(e.Inbox), query("next", n), 400)
		e.get(e.object(e.Inbox, ID("identity", 1)), query("next", n), 400)
		e.get(e.objects(e.Inbox), query("next", n, "match[type]", "indicator"), 400)
		e.get(e.objects(e.Inbox), query("next", n, "added_after", "2020-01-01T00:00:00Z"), 400)
		e.get(e.objects(e.Inbox), query("next", n, "match[version]", "all"), 400)
	}},
	{"T101 a page of large objects may be short", func(e *env) {
		pad := strings.Repeat("x", 300<<10)
		for i := 1; i <= 6; i++ {
			e.post(e.Inbox, versioned(i, 0, "2.1", `"description":"`+pad+`",`))
		}
		e.equal("all", e.follow(e.objects(e.Inbox)), allIDs(1, 6))
	}},
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
