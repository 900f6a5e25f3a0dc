package taxiitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"threatwatch/taxii"
)

// everywhere lists the readable addresses of a server whose inbox holds object id.
func (e *env) everywhere(id string) []string {
	return []string{
		"/taxii2/", e.Root, "collections/", "collections/" + e.Inbox + "/", e.manifest(e.Inbox), e.objects(e.Inbox),
		e.object(e.Inbox, id), e.object(e.Inbox, id) + "versions/",
	}
}

var transport = []test{
	{"T001 T006 discovery and every address", func(e *env) {
		st := e.post(e.Inbox, Identity(1, 0))
		for _, path := range append(e.everywhere(ID("identity", 1)), "status/"+st.ID+"/") {
			e.get(path, "", 200)
		}
	}},
	{"T004 no User-Agent", func(e *env) {
		e.want(request{path: "/taxii2/", header: map[string]string{"User-Agent": ""}}, 200)
	}},
	{"T007 T008 T009 T011 Accept that fits", func(e *env) {
		for _, accept := range []string{
			"application/taxii+json;version=2.1", "application/taxii+json", "application/taxii+json; version=2.1",
			"application/taxii+json;version=2.1,application/stix+json;version=2.1", "*/*", "application/*", "APPLICATION/TAXII+JSON;VERSION=2.1",
			`application/taxii+json;version="2.1"`, "text/html, application/taxii+json;q=0.1", "text/html;q=0.9,*/*;q=0.8", "application/json",
			"application/taxii+json;version=2.0, application/taxii+json;version=2.1;q=0.5", "-", " , application/taxii+json",
		} {
			for _, path := range []string{"/taxii2/", e.manifest(e.Inbox), e.objects(e.Inbox)} {
				e.want(request{path: path, header: map[string]string{"Accept": accept}}, 200)
			}
		}
	}},
	{"T010 Accept that does not fit", func(e *env) {
		for _, accept := range []string{
			"application/taxii+json;version=2.0", "text/html", "application/xml", "application/taxii+json;version=2.1;q=0",
			"*/*, application/taxii+json;version=2.1;q=0", "application/vnd.oasis.taxii+json; version=2.0", "garbage",
		} {
			e.want(request{path: e.objects(e.Inbox), header: map[string]string{"Accept": accept}}, 406)
		}
	}},
	{"T012 T013 Content-Type of a POST", func(e *env) {
		n := 0
		post := func(ct string, want int) {
			n++
			e.want(request{method: "POST", path: e.objects(e.Inbox), body: pack(Identity(n, 0)), header: map[string]string{"Content-Type": ct}}, want)
		}
		for _, ct := range []string{taxii.MediaType, "application/taxii+json", "application/taxii+json; version=2.1", `Application/TAXII+JSON;version="2.1"`} {
			post(ct, 202)
		}
		for _, ct := range []string{"text/plain", "application/xml", "-", "application/taxii+json;version=2.0", "application/x-www-form-urlencoded"} {
			post(ct, 415)
		}
	}},
	{"T014 errors are objects", func(e *env) {
		e.get("/taxii2/nothing/", "", 404)
		e.get("nothing/", "", 404)
		e.get(e.objects("00000000-0000-4000-8000-000000000000"), "", 404)
		e.get(e.objects(e.Inbox), "limit=0", 400)
		r := e.get("collections/<script>/", "", 404)
		if strings.Contains(string(r.body), "<script>") {
			e.Errorf("unescaped: %s", r.body)
		}
	}},
	{"T015 final slash or not, doubled slash", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		for _, path := range e.everywhere(ID("identity", 1)) {
			e.get(strings.TrimSuffix(path, "/"), "", 200)
		}
		e.get("/"+e.Root+"/collections//"+e.Inbox+"//objects/", "", 200)
	}},
	{"T016 methods", func(e *env) {
		e.post(e.Inbox, Identities(1, 20)...)
		for _, q := range []struct{ path, method, allow string }{
			{"/taxii2/", "POST", "GET, HEAD, OPTIONS"}, {"collections/", "DELETE", "GET, HEAD, OPTIONS"},
			{e.objects(e.Inbox), "PUT", "GET, HEAD, POST, OPTIONS"}, {e.object(e.Inbox, ID("identity", 1)), "PATCH", "GET, HEAD, DELETE, OPTIONS"},
		} {
			r := e.want(request{path: q.path, method: q.method}, http.StatusMethodNotAllowed)
			e.equal("Allow", r.Header.Get("Allow"), q.allow)
			r = e.want(request{path: q.path, method: "OPTIONS"}, http.StatusNoContent)
			e.equal("Allow", r.Header.Get("Allow"), q.allow)
		}
		get := e.get(e.objects(e.Inbox), "", 200)
		head := e.want(request{path: e.objects(e.Inbox), method: "HEAD"}, 200)
		e.equal("HEAD: body", len(head.body), 0)
		for _, h := range []string{"Content-Length", "X-TAXII-Date-Added-First", "X-TAXII-Date-Added-Last", "Content-Type"} {
			e.equal("HEAD: "+h, head.Header.Get(h), get.Header.Get(h))
		}
		e.want(request{path: e.objects("00000000-0000-4000-8000-000000000000"), method: "HEAD"}, 404)
	}},
	{"T017 T018 T019 T020 every resource is well formed", func(e *env) {
		st := e.post(e.Inbox, Identity(1, 0), Identity(1, 1), Address(2))
		for _, path := range append(e.everywhere(ID("identity", 1)), "status/"+st.ID+"/") {
			r := e.get(path, "", 200)
			if !utf8.Valid(r.body) {
				e.Errorf("%s: not UTF-8", path)
			}
			var v any
			if err := json.Unmarshal(r.body, &v); err != nil {
				e.Fatalf("%s: %v", path, err)
			}
			e.wellFormed(path, "", v)
		}
		isUUID4(e, e.Inbox)
		isUUID4(e, st.ID)
	}},
	{"T021 custom properties of an envelope are ignored", func(e *env) {
		body := strings.Replace(string(pack(Identity(1, 0))), `{`, `{"x_ours":{"a":[1]},"more":true,`, 1)
		e.want(request{method: "POST", path: e.objects(e.Inbox), body: []byte(body)}, 202)
		e.get(e.object(e.Inbox, ID("identity", 1)), "", 200)
	}},
	{"T023 compression when asked for", func(e *env) {
		e.post(e.Inbox, Identities(1, 50)...)
		plain := e.get(e.objects(e.Inbox), "", 200)
		for accept, want := range map[string]string{"gzip": "gzip", "br, gzip;q=0.5": "gzip", "*": "gzip", "gzip;q=0": "", "identity": "", "br": ""} {
			r := e.want(request{path: e.objects(e.Inbox), header: map[string]string{"Accept-Encoding": accept}}, 200)
			e.equal("Content-Encoding for "+accept, r.Header.Get("Content-Encoding"), want)
			if want == "gzip" {
				e.equal("content", string(unzip(e, r.body)), string(plain.body))
			}
			if !strings.Contains(r.Header.Get("Vary"), "Accept-Encoding") {
				e.Errorf("Vary is %q", r.Header.Get("Vary"))
			}
		}
	}},
}

// wellFormed walks a resource: no empty list, no null, TAXII times with six digits.
func (e *env) wellFormed(path, name string, v any) {
	e.Helper()
	switch v := v.(type) {
	case nil:
		e.Errorf("%s: %s is null", path, name)
	case map[string]any:
		for k, w := range v {
			e.wellFormed(path, k, w)
		}
	case []any:
		if len(v) == 0 {
			e.Errorf("%s: %s is an empty list", path, name)
		}
		for _, w := range v {
			e.wellFormed(path, name, w)
		}
	case string:
		if name == "date_added" || name == "request_timestamp" {
			if at, err := taxii.ParseStamp(v); err != nil || at.String() != v {
				e.Errorf("%s: %s is %q", path, name, v)
			}
		}
	}
}

func isUUID4(e *env, id string) {
	e.Helper()
	var a, b, c, d, f string
	n, _ := fmt.Sscanf(strings.ReplaceAll(id, "-", " "), "%8x %4x %4x %4x %12x", &a, &b, &c, &d, &f)
	if n != 5 || len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) {
		e.Errorf("%q is not a UUIDv4", id)
	}
}
