package taxiitest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"

	"threatwatch/taxii"
)

func unzip(e *env, b []byte) []byte {
	e.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		e.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		e.Fatal(err)
	}
	return out
}

var rights = []test{
	{"T030 no credentials where they are needed", func(e *env) {
		challenged(e, e.want(request{method: "POST", path: e.objects(e.Inbox), body: pack(Identity(1, 0)), nobody: true}, 401))
		id := ID("identity", 1)
		for _, coll := range []string{e.Hidden, "00000000-0000-4000-8000-000000000000"} { // which of them exists is not said
			for _, path := range []string{"collections/" + coll + "/", e.objects(coll), e.manifest(coll), e.object(coll, id), e.object(coll, id) + "versions/"} {
				challenged(e, e.want(request{path: path, nobody: true}, 401))
			}
			challenged(e, e.want(request{method: "POST", path: e.objects(coll), body: pack(Identity(1, 0)), nobody: true}, 401))
			challenged(e, e.want(request{method: "DELETE", path: e.object(coll, id), nobody: true}, 401))
		}
		challenged(e, e.want(request{path: "status/00000000-0000-4000-8000-000000000000/", nobody: true}, 401))
		var list taxii.Collections
		r := e.do(request{path: "collections/", nobody: true})
		if r.StatusCode == 401 { // there is nothing for the public
			challenged(e, r)
		} else if r.decode(e, &list); len(list.Collections) == 0 {
			e.Errorf("without credentials: %d %s, want a list or a challenge", r.StatusCode, r.body)
		}
	}},
	{"T031 wrong credentials", func(e *env) {
		e.post(e.Inbox, Identity(1, 0))
		for _, bad := range []taxii.Credentials{taxii.Basic("alice", "wrong"), taxii.Bearer("wrong"), taxii.Basic("", ""), func(r *http.Request) { r.Header.Set("Authorization", "Basic !!!") }} {
			for _, path := range e.everywhere(ID("identity", 1)) {
				challenged(e, e.want(request{path: path, as: bad}, 401))
			}
			challenged(e, e.want(request{method: "POST", path: e.objects(e.Inbox), body: pack(Identity(2, 0)), as: bad}, 401))
		}
	}},
	{"T032 scheme names in any case", func(e *env) {
		for _, f := range []func(string) string{strings.ToLower, strings.ToUpper} {
			as := func(r *http.Request) {
				e.Alice(r)
				scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
				r.Header.Set("Authorization", f(scheme)+" "+rest)
			}
			e.want(request{path: e.objects(e.Inbox), as: as}, 200)
		}
	}},
	{"T034 T036 T037 a collection to write only", func(e *env) {
		if e.WriteOnly == "" {
			e.Skip("the server has no collection that one may write and not read")
		}
		coll := e.collection(e.Alice, e.WriteOnly)
		e.equal("rights", [2]bool{coll.CanRead, coll.CanWrite}, [2]bool{false, true})
		id := ID("identity", 1)
		e.post(e.WriteOnly, Identity(1, 0))
		for _, path := range []string{e.objects(e.WriteOnly), e.manifest(e.WriteOnly), e.object(e.WriteOnly, id), e.object(e.WriteOnly, id) + "versions/"} {
			e.get(path, "", 403)
		}
		e.want(request{method: "DELETE", path: e.object(e.WriteOnly, id)}, 403)
	}},
	{"T035 T036 T037 a collection to read only", func(e *env) {
		coll := e.collection(e.Alice, e.ReadOnly)
		e.equal("rights", [2]bool{coll.CanRead, coll.CanWrite}, [2]bool{true, false})
		e.want(request{method: "POST", path: e.objects(e.ReadOnly), body: pack(Identity(1, 0))}, 403)
		e.want(request{method: "DELETE", path: e.object(e.ReadOnly, ID("identity", 1))}, 403)
		e.get(e.objects(e.ReadOnly), "", 200)
	}},
	{"T036 T038 a collection that is hidden", func(e *env) {
		for _, c := range e.listed(e.Alice) {
			if c.ID == e.Hidden {
				e.Error("the hidden collection is listed")
			}
		}
		id := ID("identity", 1)
		for _, path := range []string{"collections/" + e.Hidden + "/", e.objects(e.Hidden), e.manifest(e.Hidden), e.object(e.Hidden, id), e.object(e.Hidden, id) + "versions/"} {
			hidden := e.get(path, "", 404)
			absent := e.get(strings.Replace(path, e.Hidden, "00000000-0000-4000-8000-000000000000", 1), "", 404)
			e.equal("headers of hidden and absent", names(hidden.Header), names(absent.Header))
		}
		e.want(request{method: "POST", path: e.objects(e.Hidden), body: pack(Identity(1, 0))}, 404)
		e.want(request{method: "DELETE", path: e.object(e.Hidden, id)}, 404)
	}},
	{"T039 what a marking hides is absent everywhere", func(e *env) {
		e.post(e.Inbox, Identity(1, 0), Red(2), Identity(3, 0))
		want := []string{ID("identity", 1), ID("identity", 3)}
		for _, path := range []string{e.objects(e.Inbox), e.manifest(e.Inbox)} {
			e.equal(path, e.want(request{path: path, as: e.Bob}, 200).ids(e), want)
			var page envelope
			e.want(request{path: path, as: e.Bob, query: "limit=2"}, 200).decode(e, &page)
			e.equal("more", page.More, false)
		}
		for _, path := range []string{e.object(e.Inbox, ID("identity", 2)), e.object(e.Inbox, ID("identity", 2)) + "versions/"} {
			e.want(request{path: path, as: e.Bob}, 404)
			e.get(path, "", 200)
		}
		e.equal("match[id]", len(e.want(request{path: e.objects(e.Inbox), as: e.Bob, query: query("match[id]", ID("identity", 2))}, 200).ids(e)), 0)
		e.post(e.Inbox, Red(4))
		shown := e.want(request{path: e.objects(e.Inbox), as: e.Bob}, 200).last()
		empty := e.want(request{path: e.objects(e.Inbox), as: e.Bob, query: "added_after=" + shown}, 200)
		e.equal("header of an empty page", empty.last(), shown)
	}},
	{"T040 the status of somebody else", func(e *env) {
		st := e.post(e.Inbox, Identity(1, 0))
		e.get("status/"+st.ID+"/", "", 200)
		e.want(request{path: "status/" + st.ID + "/", as: e.Bob}, 404)
		e.want(request{path: "status/" + st.ID + "/", nobody: true}, 401)
	}},
	{"T042 a token of somebody else", func(e *env) {
		e.post(e.Inbox, Identities(1, 5)...)
		var page envelope
		e.get(e.objects(e.Inbox), "limit=2", 200).decode(e, &page)
		e.want(request{path: e.objects(e.Inbox), query: query("next", page.Next), as: e.Bob}, 400)
	}},
}

// challenged checks that an answer asks for a login. TAXII 2.1 §1.6.5.
func challenged(e *env, r response) {
	e.Helper()
	if !slices.ContainsFunc(r.Header.Values("WWW-Authenticate"), func(s string) bool { return strings.HasPrefix(s, "Basic realm=") }) {
		e.Errorf("WWW-Authenticate: %q", r.Header.Values("WWW-Authenticate"))
	}
}

func names(h http.Header) []string {
	var list []string
	for name := range h {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func (e *env) collection(as taxii.Credentials, id string) (c taxii.Collection) {
	e.Helper()
	e.want(request{path: "collections/" + id + "/", as: as}, 200).decode(e, &c)
	return c
}

func (e *env) listed(as taxii.Credentials) []taxii.Collection {
	e.Helper()
	var list taxii.Collections
	e.want(request{path: "collections/", as: as}, 200).decode(e, &list)
	return list.Collections
}
