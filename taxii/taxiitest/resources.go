package taxiitest

import (
	"net/url"
	"slices"
	"strings"

	"threatwatch/taxii"
)

var resources = []test{
	{"T002 T050 T051 T052 discovery", func(e *env) {
		var d taxii.Discovery
		e.get("/taxii2/", "", 200).decode(e, &d)
		if d.Title == "" || len(d.APIRoots) == 0 {
			e.Fatalf("discovery: %+v", d)
		}
		for _, root := range d.APIRoots {
			u, err := url.Parse(root)
			if err != nil || u.RawQuery != "" || strings.Contains(root, "..") || !strings.HasSuffix(root, "/") || strings.Contains(u.Path, "//") ||
				(u.Scheme == "" && !strings.HasPrefix(root, "/")) || strings.HasPrefix(root, "//") {
				e.Errorf("api_roots has %q (%v)", root, err)
			}
		}
		if d.Default != "" && !slices.Contains(d.APIRoots, d.Default) {
			e.Errorf("default %q is not in %q", d.Default, d.APIRoots)
		}
	}},
	{"T041 api_roots for everybody", func(e *env) {
		var known, unknown taxii.Discovery
		e.get("/taxii2/", "", 200).decode(e, &known)
		e.want(request{path: "/taxii2/", nobody: true}, 200).decode(e, &unknown)
		e.equal("what nobody sees", unknown, known)
		var list taxii.Collections
		if r := e.do(request{path: "collections/", nobody: true}); r.StatusCode == 200 { // what is below the root is each caller's own
			r.decode(e, &list)
		}
		for _, c := range list.Collections {
			if c.ID == e.Hidden || c.CanWrite {
				e.Errorf("nobody sees %+v", c)
			}
		}
	}},
	{"T053 discovery refuses", func(e *env) {
		e.want(request{path: "/taxii2/", as: taxii.Bearer("wrong")}, 401)
		e.want(request{path: "/taxii2/", header: map[string]string{"Accept": "text/html"}}, 406)
	}},
	{"T054 T055 API root", func(e *env) {
		var r taxii.APIRoot
		e.get("", "", 200).decode(e, &r)
		if r.Title == "" || r.MaxContentLength != e.MaxContentLength || !slices.Contains(r.Versions, taxii.MediaType) {
			e.Errorf("API root: %+v", r)
		}
		e.get("/no-such-root/", "", 404)
		e.get("/no-such-root/collections/", "", 404)
	}},
	{"T056 T057 T058 collections", func(e *env) {
		list := e.listed(e.Alice)
		for range 5 {
			e.equal("order of collections", e.listed(e.Alice), list)
		}
		titles, ids := map[string]bool{}, map[string]bool{}
		for _, c := range list {
			isUUID4(e, c.ID)
			if c.Title == "" || titles[c.Title] || ids[c.ID] || len(c.MediaTypes) == 0 {
				e.Errorf("collection %+v", c)
			}
			titles[c.Title], ids[c.ID] = true, true
			e.equal("the same by id", e.collection(e.Alice, c.ID), c)
		}
		if !ids[e.Inbox] || !ids[e.Other] || !ids[e.ReadOnly] {
			e.Errorf("not all collections are listed: %v", ids)
		}
		e.equal("the same by alias", e.collection(e.Alice, e.Alias), e.collection(e.Alice, e.Inbox))
		e.post(e.Alias, Identity(1, 0))
		e.equal("objects by alias", e.get(e.objects(e.Alias), "", 200).ids(e), e.get(e.objects(e.Inbox), "", 200).ids(e))
		e.get("collections/nothing/", "", 404)
	}},
	{"T059 T060 T061 T062 T063 status", func(e *env) {
		st := e.try(e.Alice, e.Inbox, Identity(1, 0), []byte(`{"type":"identity","id":"identity--1"}`), Statement(2), Address(3))
		var again taxii.Status
		e.get("status/"+st.ID+"/", "", 200).decode(e, &again)
		e.equal("the status later", again, st)
		if st.Status != taxii.Complete || st.SuccessCount != 3 || st.FailureCount != 1 || st.RequestTimestamp == 0 {
			e.Fatalf("status: %+v", st)
		}
		versions := map[string]string{}
		for _, d := range st.Successes {
			versions[d.ID] = d.Version
		}
		e.equal("version is modified", versions[ID("identity", 1)], Modified(0))
		e.equal("version is created", versions[ID("marking-definition", 2)], "2024-01-02T03:04:05.678Z")
		for _, r := range e.records(e.Inbox, "") {
			e.equal("version of "+r.ID+" as in the manifest", versions[r.ID], r.Version)
		}
		if f := st.Failures[0]; f.ID != "identity--1" || f.Message == "" || f.Version == "" {
			e.Errorf("failure: %+v", f)
		}
		e.get("status/00000000-0000-4000-8000-000000000000/", "", 404)
	}},
	{"T062 T064 T099 restart", func(e *env) {
		st := e.post(e.Inbox, Identities(1, 6)...)
		var page envelope
		e.get(e.objects(e.Inbox), "limit=4&match[type]=identity", 200).decode(e, &page)
		before := e.get(e.manifest(e.Inbox), "", 200)
		e.URL = e.Restart()
		var again taxii.Status
		e.get("status/"+st.ID+"/", "", 200).decode(e, &again)
		e.equal("status", again, st)
		e.equal("manifest", string(e.get(e.manifest(e.Inbox), "", 200).body), string(before.body))
		e.equal("next page", e.get(e.objects(e.Inbox), query("next", page.Next), 200).ids(e), []string{ID("identity", 5), ID("identity", 6)})
	}},
}
