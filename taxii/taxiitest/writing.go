package taxiitest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"threatwatch/taxii"
)

var writing = []test{
	{"T120 T129 T130 post and read", func(e *env) {
		for i := range 5 {
			st := e.post(e.Inbox, Identities(1+10*i, 10)...)
			e.equal("status", st.Status, taxii.Complete)
			e.equal("objects", len(e.get(e.objects(e.Inbox), "", 200).ids(e)), 10*(i+1))
		}
	}},
	{"T121 bodies that are no envelope", func(e *env) {
		for body, want := range map[string]int{
			"": 400, "{": 400, "nonsense": 400, `{"objects":[}`: 400, `{"objects":[]} x`: 400, "\ufeff" + `{"objects":[{}]}`: 400,
			`[]`: 422, `"x"`: 422, `{}`: 422, `{"objects":{}}`: 422, `{"objects":[]}`: 422, `{"objects":null}`: 422, `{"Objects":[{}]}`: 422, `[{"objects":[]}]`: 422,
		} {
			r := e.do(request{method: "POST", path: e.objects(e.Inbox), body: []byte(body)})
			e.equal("status for "+body, r.StatusCode, want)
		}
		e.equal("nothing came in", string(e.get(e.objects(e.Inbox), "", 200).body), "{}")
	}},
	{"T122 max_content_length", func(e *env) {
		envelope := func(size int64) []byte {
			b := pack(versioned(1, 0, "2.1", `"description":"`+strings.Repeat("x", 1000)+`",`))
			return append(b, bytes.Repeat([]byte(" "), int(size)-len(b))...)
		}
		post := func(body []byte, coding string, chunked bool) int {
			h := map[string]string{}
			if coding != "" {
				h["Content-Encoding"] = coding
			}
			if chunked {
				return e.chunked(body)
			}
			return e.do(request{method: "POST", path: e.objects(e.Inbox), body: body, header: h}).StatusCode
		}
		fits, large := envelope(e.MaxContentLength), envelope(e.MaxContentLength+1)
		e.equal("just fits", post(fits, "", false), 202)
		e.equal("just fits, gzip", post(zip(fits), "gzip", false), 202)
		e.equal("just fits, chunked", post(fits, "", true), 202)
		e.equal("too large", post(large, "", false), 413)
		e.equal("too large, gzip", post(zip(large), "gzip", false), 413)
		e.equal("too large, chunked", post(large, "", true), 413)
		e.equal("bomb", post(zip(make([]byte, 20*e.MaxContentLength)), "gzip", false), 413)
		e.equal("gzip in gzip", post(zip(zip(fits)), "gzip, gzip", false), 415)
		e.equal("another coding", post(fits, "br", false), 415)
		e.equal("damaged gzip", post(zip(fits)[:20], "gzip", false), 400)
		e.equal("no gzip", post(fits, "gzip", false), 400)
	}},
	{"T123 the same again", func(e *env) {
		e.post(e.Inbox, Identity(1, 0), Address(2))
		before := e.records(e.Inbox, "")
		e.post(e.Inbox, Identity(1, 0), Address(2))
		e.equal("manifest", e.records(e.Inbox, ""), before)
	}},
	{"T124 the same version with other content", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		st := e.try(e.Alice, e.Inbox, versioned(1, 0, "2.1", `"description":"changed",`))
		e.equal("failures", st.FailureCount, 1)
		var env envelope
		e.get(e.objects(e.Inbox), "", 200).decode(e, &env)
		e.equal("the first is kept", string(env.Objects[0]), string(Identity(1, 0)))
	}},
	{"T125 an older version later", func(e *env) {
		e.post(e.Inbox, Identity(1, 2))
		before := e.records(e.Inbox, "")
		e.post(e.Inbox, Identity(1, 1))
		e.equal("latest", e.records(e.Inbox, ""), before)
		all := e.records(e.Inbox, "match[version]=all")
		if len(all) != 2 || all[1].Version != Modified(1) || all[1].DateAdded <= all[0].DateAdded {
			e.Errorf("all versions: %v", all)
		}
	}},
	{"T126 T131 bad objects among good ones", func(e *env) {
		bad := [][]byte{[]byte(`17`), []byte(`{}`), []byte(`{"type":"identity"}`), []byte(`{"type":"identity","spec_version":"2.1","id":"indicator--00000001-7e57-4000-8000-000000000001"}`)}
		list := [][]byte{Identity(1, 0)}
		for i, b := range bad {
			list = append(list, b, Identity(2+i, 0))
		}
		st := e.try(e.Alice, e.Inbox, list...)
		e.equal("counts", [2]int{st.SuccessCount, st.FailureCount}, [2]int{5, 4})
		for _, f := range st.Failures {
			if f.ID == "" || f.Message == "" {
				e.Errorf("failure: %+v", f)
			}
		}
		e.equal("the good ones", e.get(e.objects(e.Inbox), "", 200).ids(e), allIDs(1, 5))
	}},
	{"T127 unknown types", func(e *env) {
		e.post(e.Inbox, Custom(1))
		e.equal("there", e.get(e.objects(e.Inbox), "match[type]=x-odd", 200).ids(e), []string{ID("x-odd", 1)})
	}},
	{"T132 a bundle as body", func(e *env) {
		bundle := func(n int) []byte {
			return fmt.Appendf(nil, `{"type":"bundle","id":%q,"objects":[%s]}`, ID("bundle", n), Identity(n, 0))
		}
		for n, ct := range map[int]string{1: "application/stix+json;version=2.1", 2: "application/stix+json; version=2.1", 3: taxii.MediaType, 4: "application/stix+json"} {
			e.want(request{method: "POST", path: e.objects(e.Inbox), body: bundle(n), header: map[string]string{"Content-Type": ct,
				"Accept": "application/taxii+json; version=2.1"}}, 202)
			e.get(e.object(e.Inbox, ID("identity", n)), "", 200)
		}
		e.want(request{method: "POST", path: e.objects(e.Inbox), body: pack(Identity(5, 0)), header: map[string]string{"Content-Type": taxii.MediaTypeSTIX}}, 422)
	}},
	{"T133 hostile JSON", func(e *env) {
		deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
		lists := strings.Repeat("[", 100_000)
		for name, body := range map[string]string{
			"deep objects": `{"objects":[` + deep + `]}`, "open lists": `{"objects":` + lists, "repeated name": `{"objects":[{"type":"a","type":"b"}]}`,
			"repeated escaped name": `{"objects":[{"type":"a","\u0074ype":"b"}]}`, "repeated objects": `{"objects":[{}],"objects":[{}]}`,
			"repeated escaped objects": `{"objects":[{}],"\u006fbjects":[{}]}`, "lone surrogate": `{"objects":[{"a":"\ud800"}]}`, "invalid UTF-8": "{\"objects\":[{\"a\":\"\xff\"}]}",
			"huge number": `{"objects":[{"a":1e999}]}`, "NUL": "{\"objects\":[{\"a\":\"\x00\"}]}", "NaN": `{"objects":[NaN]}`, "deep beside": `{"x":` + deep + `,"objects":[{}]}`,
			"repeated name beside": `{"x":{"a":1,"a":2},"objects":[{}]}`, "lone surrogate beside": `{"x":"\udc00","objects":[{}]}`,
			"mismatch": `{"objects":[{"a":[}]]}`, "comma": `{"objects":[{},]}`, "bare word": `{"objects":[{"a":tru}]}`, "unclosed string": `{"objects":["a]}`,
		} {
			start := time.Now()
			r := e.do(request{method: "POST", path: e.objects(e.Inbox), body: []byte(body)})
			e.equal(name, r.StatusCode, 400)
			if took := time.Since(start); took > 5*time.Second {
				e.Errorf("%s took %v", name, took)
			}
		}
		var many strings.Builder
		for i := range 50_000 {
			fmt.Fprintf(&many, `"x_%d":1,`, i)
		}
		st := e.try(e.Alice, e.Inbox, []byte(`{`+many.String()+`"type":"x-odd"}`))
		e.equal("many names, no id", st.FailureCount, 1)
		e.equal("nothing came in", string(e.get(e.objects(e.Inbox), "", 200).body), "{}")
	}},
	{"T140 T142 T144 delete", func(e *env) {
		e.post(e.Inbox, Identity(1, 0), Identity(2, 0))
		was := e.records(e.Inbox, "")[0].DateAdded
		path := e.object(e.Inbox, ID("identity", 1))
		r := e.want(request{method: "DELETE", path: path}, 200)
		e.equal("body", len(r.body), 0)
		e.get(path, "", 404)
		e.get(path+"versions/", "", 404)
		e.equal("objects", e.get(e.objects(e.Inbox), "", 200).ids(e), allIDs(2, 1))
		e.equal("manifest", e.get(e.manifest(e.Inbox), "", 200).ids(e), allIDs(2, 1))
		e.want(request{method: "DELETE", path: path}, 404)
		e.want(request{method: "DELETE", path: e.object(e.Inbox, ID("identity", 9))}, 404)
		e.post(e.Inbox, Identity(1, 0))
		records := e.records(e.Inbox, "")
		if len(records) != 2 || records[1].ID != ID("identity", 1) || records[1].DateAdded <= was {
			e.Errorf("after posting it again: %v", records)
		}
	}},
	{"T141 T142 delete versions", func(e *env) {
		e.post(e.Inbox, Identity(1, 0), Identity(1, 1), Identity(1, 2), Identity(1, 3))
		path := e.object(e.Inbox, ID("identity", 1))
		del := func(q string, want int) { e.want(request{method: "DELETE", path: path, query: q}, want) }
		del(query("match[version]", Modified(1)), 200)
		e.equal("without one", e.revisions(e.Inbox, "match[version]=all"), []string{Modified(0), Modified(2), Modified(3)})
		del(query("match[version]", Modified(1)), 404)
		del(query("match[version]", "nonsense"), 400)
		del("", 200)
		e.equal("without the last", e.revisions(e.Inbox, "match[version]=all"), []string{Modified(0), Modified(2)})
		del("match[version]=first", 200)
		e.equal("without the first", e.revisions(e.Inbox, "match[version]=all"), []string{Modified(2)})
		del("match[version]=all", 200)
		e.get(path, "", 404)
	}},
	{"T102 T141 delete by spec_version", func(e *env) {
		e.post(e.Inbox, Identity20(1, 1), Identity(1, 0), Identity20(1, 2), Address(2))
		path := e.object(e.Inbox, ID("identity", 1))
		del := func(q string, want int) { e.want(request{method: "DELETE", path: path, query: q}, want) }
		del("match[spec_version]=2.0", 200)
		e.equal("without the last of 2.0", e.revisions(e.Inbox, query("match[version]", "all", "match[id]", ID("identity", 1), "match[spec_version]", "2.0,2.1")), []string{Modified(1), Modified(0)})
		del(query("match[spec_version]", "2.1", "match[version]", Modified(1)), 404)
		del(query("match[spec_version]", "2.1", "match[version]", "all"), 200)
		e.equal("without those of 2.1", e.revisions(e.Inbox, query("match[version]", "all", "match[id]", ID("identity", 1))), []string{Modified(1)})
		e.want(request{method: "DELETE", path: e.object(e.Inbox, ID("ipv4-addr", 2)), query: "match[spec_version]=2.0"}, 404)
		e.want(request{method: "DELETE", path: e.object(e.Inbox, ID("ipv4-addr", 2)), query: "match[spec_version]=2.1"}, 200)
	}},
	{"T143 another collection keeps it", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		e.post(e.Other, Identity(1, 0))
		e.want(request{method: "DELETE", path: e.object(e.Inbox, ID("identity", 1))}, 200)
		e.get(e.object(e.Inbox, ID("identity", 1)), "", 404)
		e.get(e.object(e.Other, ID("identity", 1)), "", 200)
	}},
	{"T140 an object of somebody else", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		e.want(request{method: "DELETE", path: e.object(e.Inbox, ID("identity", 1)), as: e.Bob}, 404)
		e.get(e.object(e.Inbox, ID("identity", 1)), "", 200)
	}},
}

// chunked posts a body without saying how long it is.
func (e *env) chunked(body []byte) int {
	e.Helper()
	r, err := http.NewRequestWithContext(e.Context(), "POST", e.URL+e.Root+e.objects(e.Inbox), io.MultiReader(bytes.NewReader(body)))
	if err != nil {
		e.Fatal(err)
	}
	r.Header.Set("Content-Type", taxii.MediaType)
	e.Alice(r)
	resp, err := e.transport().RoundTrip(r)
	if err != nil {
		e.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		e.Fatal(err)
	}
	return resp.StatusCode
}
