package taxiitest

import (
	"encoding/json"
	"slices"
	"strings"

	"threatwatch/taxii"
)

// records reads a manifest.
func (e *env) records(coll, query string) []taxii.ManifestRecord {
	e.Helper()
	var m taxii.Manifest
	e.get(e.manifest(coll), query, 200).decode(e, &m)
	return m.Objects
}

// versions reads the versions that a query selects, from objects, as id without type → modified.
func (e *env) revisions(coll, query string) []string {
	e.Helper()
	var env envelope
	e.get(e.objects(coll), query, 200).decode(e, &env)
	var list []string
	for _, raw := range env.Objects {
		var o struct{ Modified string }
		if err := json.Unmarshal(raw, &o); err != nil {
			e.Fatal(err)
		}
		list = append(list, o.Modified)
	}
	return list
}

var reading = []test{
	{"T070 T072 T073 T075 T076 T090 envelope and manifest", func(e *env) {
		e.post(e.Inbox, Identity(3, 0), Address(2), Statement(1))
		want := []string{ID("identity", 3), ID("ipv4-addr", 2), ID("marking-definition", 1)}
		r := e.get(e.objects(e.Inbox), "", 200)
		e.equal("objects", r.ids(e), want)
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(r.body, &raw); err != nil {
			e.Fatal(err)
		}
		for k := range raw {
			if k != "objects" && k != "more" && k != "next" {
				e.Errorf("the envelope has %q", k)
			}
		}
		m := e.get(e.manifest(e.Inbox), "", 200)
		records := e.records(e.Inbox, "")
		var ids []string
		for i, rec := range records {
			ids = append(ids, rec.ID)
			if i > 0 && rec.DateAdded <= records[i-1].DateAdded {
				e.Errorf("date_added does not rise: %v", records)
			}
			if !slices.Contains(e.collection(e.Alice, e.Inbox).MediaTypes, rec.MediaType) {
				e.Errorf("media_type %q is not one of the collection's", rec.MediaType)
			}
		}
		e.equal("manifest", ids, want)
		for _, r := range []response{r, m} {
			e.equal("first", r.Header.Get("X-TAXII-Date-Added-First"), records[0].DateAdded.String())
			e.equal("last", r.last(), records[2].DateAdded.String())
		}
		one := e.get(e.object(e.Inbox, want[1]), "", 200)
		e.equal("last of one", one.last(), records[1].DateAdded.String())
		e.equal("last of versions", e.get(e.object(e.Inbox, want[1])+"versions/", "", 200).last(), records[1].DateAdded.String())
		e.equal("version of an SCO", records[1].Version, records[1].DateAdded.String())            // T110
		e.equal("version of a marking-definition", records[2].Version, "2024-01-02T03:04:05.678Z") // T111
		e.equal("version of an SDO", records[0].Version, Modified(0))
	}},
	{"T071 T074 empty", func(e *env) {
		r := e.get(e.objects(e.Inbox), "", 200)
		e.equal("body", string(r.body), "{}")
		e.equal("header", r.last(), "1970-01-01T00:00:00.000000Z")
		after := "2030-01-01T00:00:00.000000Z"
		e.equal("header", e.get(e.objects(e.Inbox), "added_after="+after, 200).last(), after)
		e.post(e.Inbox, Identity(1, 0), Identity(1, 1))
		newest := e.get(e.objects(e.Inbox), "match[version]=all", 200).last()
		e.post(e.Other, Identity(2, 0)) // is newer, and elsewhere
		for _, path := range []string{e.objects(e.Inbox), e.manifest(e.Inbox), e.object(e.Inbox, ID("identity", 1)), e.object(e.Inbox, ID("identity", 1)) + "versions/"} {
			r := e.get(path, "added_after="+after, 200)
			e.equal(path, string(r.body), "{}")
			e.equal(path+" first", r.Header.Get("X-TAXII-Date-Added-First"), newest)
			e.equal(path+" last", r.last(), newest)
		}
	}},
	{"T077 T078 versions", func(e *env) {
		e.post(e.Inbox, Identity(1, 1), Identity(2, 0), Identity(1, 0), Identity(1, 2))
		var v taxii.Versions
		e.get(e.object(e.Inbox, ID("identity", 1))+"versions/", "", 200).decode(e, &v)
		e.equal("versions", v.Versions, []string{Modified(1), Modified(0), Modified(2)})
		var got []string
		for _, rec := range e.records(e.Inbox, query("match[version]", "all", "match[id]", ID("identity", 1))) {
			got = append(got, rec.Version)
		}
		e.equal("manifest", got, v.Versions)
		e.get(e.object(e.Inbox, ID("identity", 9))+"versions/", "", 404)
		e.equal("other spec", string(e.get(e.object(e.Inbox, ID("identity", 1))+"versions/", "match[spec_version]=2.0", 200).body), "{}")
		v = taxii.Versions{}
		e.get(e.object(e.Inbox, ID("identity", 1))+"versions/", "limit=2", 200).decode(e, &v)
		e.equal("a page of versions", v.Versions, []string{Modified(1), Modified(0)})
		next := v.Next
		v = taxii.Versions{}
		e.get(e.object(e.Inbox, ID("identity", 1))+"versions/", query("limit", "2", "next", next), 200).decode(e, &v)
		e.equal("the rest", v, taxii.Versions{Versions: []string{Modified(2)}})
	}},
	{"T079 an object by id", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		e.post(e.Other, Identity(2, 0))
		e.get(e.object(e.Inbox, ID("identity", 2)), "", 404)
		e.get(e.object(e.Inbox, "no-id"), "", 404)
		for _, q := range []string{"match[version]=2020-01-01T00:00:00Z", "match[spec_version]=2.0", "added_after=2030-01-01T00:00:00Z"} {
			e.equal(q, string(e.get(e.object(e.Inbox, ID("identity", 1)), q, 200).body), "{}")
		}
	}},
	{"T080 what was posted comes back byte for byte", func(e *env) {
		for n, raw := range [][]byte{Identity(1, 0), Custom(2), Address(3), Statement(4)} {
			e.post(e.Inbox, raw)
			var env envelope
			e.get(e.objects(e.Inbox), "", 200).decode(e, &env)
			e.equal("object", string(env.Objects[n]), string(raw))
		}
	}},
	{"T081 one object in two collections", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		e.post(e.Other, Identity(1, 0))
		a, b := e.records(e.Inbox, ""), e.records(e.Other, "")
		if len(a) != 1 || len(b) != 1 || a[0].DateAdded >= b[0].DateAdded {
			e.Errorf("inbox %v, other %v", a, b)
		}
	}},
	{"T082 reading changes nothing", func(e *env) {
		e.post(e.Inbox, Identities(1, 3)...)
		before := e.get(e.manifest(e.Inbox), "", 200).body
		for range 3 {
			e.want(request{path: e.objects(e.Inbox), method: "HEAD"}, 200)
			e.get(e.object(e.Inbox, ID("identity", 1)), "", 200)
		}
		e.equal("manifest", string(e.get(e.manifest(e.Inbox), "", 200).body), string(before))
		r := e.want(request{path: e.objects(e.Inbox), header: map[string]string{"Range": "items 0-0"}}, 200) // a thing of TAXII 2.0
		e.equal("all of them", len(r.ids(e)), 3)
	}},
	{"T102 T103 T105 match id and type", func(e *env) {
		e.post(e.Inbox, Identity(1, 0), Identity(2, 0), Address(3), Statement(4))
		a, b, c := ID("identity", 1), ID("identity", 2), ID("ipv4-addr", 3)
		for q, want := range map[string][]string{
			query("match[id]", a): {a}, query("match[id]", b+","+c): {b, c}, query("match[type]", "identity"): {a, b},
			query("match[type]", "ipv4-addr,identity"): {a, b, c}, query("match[type]", "identity", "match[id]", b+","+c): {b},
			query("match[type]", "x-unknown"): nil, query("match[id]", "garbage"): nil, query("match[id]", a+", "+b): {a},
			"match[type]=identity": {a, b}, "match%5Btype%5D=identity%2Cipv4-addr": {a, b, c}, "match[type]=identity+": nil, // T114
		} {
			e.equal("objects?"+q, e.get(e.objects(e.Inbox), q, 200).ids(e), want)
			e.equal("manifest?"+q, e.get(e.manifest(e.Inbox), q, 200).ids(e), want)
		}
		for _, typ := range strings.Fields(stixTypes) {
			e.get(e.objects(e.Inbox), query("match[type]", typ), 200)
		}
	}},
	{"T104 a parameter twice", func(e *env) {
		for _, q := range []string{
			"match[type]=a&match[type]=b", "match[id]=a&match%5Bid%5D=b", "match[version]=all&match[version]=last", "match[version]=last,last",
			"match[version]=2024-01-01T00:00:00Z,2024-01-01T00:00:00.000Z", "match[spec_version]=2.1&match[spec_version]=2.0",
			"added_after=2024-01-01T00:00:00Z&added_after=2024-01-01T00:00:00Z", "limit=1&limit=1",
		} {
			e.get(e.objects(e.Inbox), q, 400)
		}
	}},
	{"T106 T107 match version", func(e *env) {
		e.post(e.Inbox, Identity(1, 1), Identity(1, 0), Identity(1, 2), Identity(2, 0))
		r0, r1, r2 := Modified(0), Modified(1), Modified(2)
		for v, want := range map[string][]string{
			"last": {r2, r0}, "first": {r0, r0}, "all": {r1, r0, r2, r0}, "first,last": {r0, r2, r0}, r1: {r1}, r1 + ",last": {r1, r2, r0},
			"2024-01-02T03:05:05Z": {r1}, "2024-01-02T03:05:05.000000Z": {r1}, "2001-01-01T00:00:00Z": nil, r0 + "," + r1: {r1, r0, r0},
		} {
			e.equal(v, e.revisions(e.Inbox, query("match[version]", v)), want)
		}
		e.equal("one object", len(e.get(e.object(e.Inbox, ID("identity", 1)), "match[version]=all", 200).ids(e)), 3)
		e.equal("one object, last", len(e.get(e.object(e.Inbox, ID("identity", 1)), "", 200).ids(e)), 1)
		for _, bad := range []string{"all,last", "all," + r0, "newest", "", "2024-01-02", "last,", "LAST"} {
			e.get(e.objects(e.Inbox), query("match[version]", bad), 400)
			e.get(e.object(e.Inbox, ID("identity", 1)), query("match[version]", bad), 400)
		}
	}},
	{"T106 T110 the version of an SCO is its date_added", func(e *env) {
		e.post(e.Inbox, Address(1), Identity(2, 0), Address(3))
		v := e.records(e.Inbox, "")[0].Version
		e.equal("objects", e.get(e.objects(e.Inbox), query("match[version]", v), 200).ids(e), []string{ID("ipv4-addr", 1)})
		e.equal("manifest", e.get(e.manifest(e.Inbox), query("match[version]", v+","+Modified(0)), 200).ids(e), []string{ID("ipv4-addr", 1), ID("identity", 2)})
		path := e.object(e.Inbox, ID("ipv4-addr", 1))
		e.want(request{method: "DELETE", path: path, query: query("match[version]", Modified(0))}, 404)
		e.want(request{method: "DELETE", path: path, query: query("match[version]", v)}, 200)
		e.get(path, "", 404)
	}},
	{"T108 latest of what the rest selects", func(e *env) {
		e.post(e.Inbox, Identity(1, 0), Identity(1, 3))
		cut := e.get(e.objects(e.Inbox), "match[version]=all", 200).last()
		e.post(e.Inbox, Identity(1, 1), Identity(1, 2))
		e.equal("latest added since", e.revisions(e.Inbox, "added_after="+cut), []string{Modified(2)})
		e.equal("first added since", e.revisions(e.Inbox, query("added_after", cut, "match[version]", "first")), []string{Modified(1)})
		e.equal("latest of all", e.revisions(e.Inbox, ""), []string{Modified(3)})
	}},
	{"T109 T128 spec_version", func(e *env) {
		st := e.try(e.Alice, e.Inbox, Identity20(1, 1), Identity(1, 0), Identity20(2, 0), Identity(3, 0))
		if st.SuccessCount != 4 {
			e.Fatalf("status: %+v", st)
		}
		a, b, c := ID("identity", 1), ID("identity", 2), ID("identity", 3)
		for q, want := range map[string][]string{
			"": {a, b, c}, "match[spec_version]=2.1": {a, c}, "match[spec_version]=2.0": {a, b}, "match[spec_version]=2.0,2.1": {a, b, c},
			"match[spec_version]=9.9": nil,
		} {
			e.equal("objects?"+q, e.get(e.objects(e.Inbox), q, 200).ids(e), want)
			e.equal("manifest?"+q, e.get(e.manifest(e.Inbox), q, 200).ids(e), want)
		}
		e.equal("highest spec, not latest", e.revisions(e.Inbox, query("match[id]", a)), []string{Modified(0)})
		e.equal("one object", e.get(e.object(e.Inbox, a), "match[spec_version]=2.0", 200).ids(e), []string{a})
		for _, rec := range e.records(e.Inbox, "match[spec_version]=2.0") {
			e.equal("media type", rec.MediaType, taxii.MediaTypeSTIX20)
		}
	}},
	{"T112 unknown parameters are ignored", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		for _, q := range []string{"colour=red", "match[colour]=red", "match[confidence]=x", "match=1", "match[id=1", "&&=&x", "next="} {
			e.equal(q, e.get(e.objects(e.Inbox), q, 200).ids(e), []string{ID("identity", 1)})
		}
		e.get(e.object(e.Inbox, ID("identity", 1)), "match[type]=x", 200)
		e.get(e.objects(e.Inbox), "limit=%zz", 400)
	}},
	{"T115 extravagant parameters", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		e.get(e.objects(e.Inbox), "limit=9223372036854775807", 200)
		e.get(e.objects(e.Inbox), "match[id]="+strings.Repeat("x,", 900)+ID("identity", 1), 200)
		e.get(e.objects(e.Inbox), "match[id]="+strings.Repeat("x,", 5000), 400)
	}},
}

// stixTypes are the object types of STIX 2.1.
const stixTypes = `attack-pattern campaign course-of-action grouping identity incident indicator infrastructure intrusion-set location malware
malware-analysis note observed-data opinion report threat-actor tool vulnerability relationship sighting artifact autonomous-system directory
domain-name email-addr email-message file ipv4-addr ipv6-addr mac-addr mutex network-traffic process software url user-account
windows-registry-key x509-certificate extension-definition language-content marking-definition`
