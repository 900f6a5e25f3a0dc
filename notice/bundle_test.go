package notice_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	. "threatwatch/internal/watchtest"
	"threatwatch/stix"
	"threatwatch/watch"
)

// idsOf are the ids of the objects of a bundle, each of which must be valid and stand there once.
func idsOf(t *testing.T, body string) (ids []string) {
	t.Helper()
	var bundle struct {
		Type    string
		Objects []json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &bundle); err != nil || bundle.Type != "bundle" {
		t.Fatal(err, body)
	}
	for _, raw := range bundle.Objects {
		o, err := stix.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(ids, o.ID) {
			t.Errorf("%s stands there twice", o.ID)
		}
		ids = append(ids, o.ID)
	}
	return ids
}

// TestBundle: a list as STIX holds the incidents that its filter selects with what is said of them, page by page, and of what its reader may not see nothing.
func TestBundle(t *testing.T) {
	h := filled(t)
	s := serve(t, h)
	of := func(query string, head ...string) []string {
		resp, body := get(t, s.URL+"/incidents.stix.json"+query, head...)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/stix+json;version=2.1" {
			t.Fatal(resp.Status, resp.Header)
		}
		return idsOf(t, body)
	}
	said := []string{ID("incident", 1), ID("relationship", 1), ID("intrusion-set", 1), ID("identity", 1), ID("identity", 2), ID("opinion", 1), watch.ClaimID, watch.StanceID, watch.AuthorID}
	all := of("")
	for _, id := range append(said, ID("incident", 2)) {
		if !slices.Contains(all, id) {
			t.Errorf("no %s in %v", id, all)
		}
	}
	if slices.Contains(all, ID("incident", 3)) || !slices.Contains(of("", "As", "acme"), ID("incident", 3)) {
		t.Error("what is RED is for acme, and for nobody else")
	}
	if got := of("?country=US"); !slices.Contains(got, ID("incident", 2)) || slices.Contains(got, ID("relationship", 1)) {
		t.Errorf("of another country: %v", got)
	}
	if _, body := get(t, s.URL+"/incidents.stix.json?country=FR"); strings.Contains(body, "objects") || len(idsOf(t, body)) > 0 {
		t.Error("a list that is empty has objects:", body)
	}
	first, one := get(t, s.URL+"/incidents.stix.json?limit=1")
	if got := idsOf(t, one); !slices.Contains(got, ID("incident", 1)) || slices.Contains(got, ID("incident", 2)) || !strings.Contains(first.Header.Get("Link"), "before=") {
		t.Errorf("the first page: %v, %q", got, first.Header.Get("Link"))
	}
	if again, _ := get(t, s.URL+"/incidents.stix.json?limit=1", "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Error(again.Status)
	}
	if resp, _ := get(t, s.URL+"/incidents.stix.json?burst=2"); resp.StatusCode != http.StatusBadRequest {
		t.Error(resp.Status)
	}
}

// TestBundleOfErrors: who had a claim that was recorded in error gets that it was.
func TestBundleOfErrors(t *testing.T) {
	h := filled(t)
	wrong := At(Claim(1, 1, 1, 1, "technical"), 2, 0)
	wrong.Set("revoked", stix.NewBool(true))
	h.Say(0, wrong)
	_, body := get(t, serve(t, h).URL+"/incidents.stix.json")
	if !slices.Contains(idsOf(t, body), ID("relationship", 1)) || strings.Count(body, `"revoked":true`) != 1 {
		t.Errorf("nothing says that the claim was taken back: %s", body)
	}
}

// TestBundleOfMergers: a record that goes on in another has with it by whose word, and where its claims stand now.
func TestBundleOfMergers(t *testing.T) {
	h := filled(t)
	h.Say(1, At(Tie(9, "duplicate-of", 1, 2), 1, 0))
	_, body := get(t, serve(t, h).URL+"/incidents.stix.json?country=US")
	got := idsOf(t, body)
	for _, id := range []string{ID("incident", 1), ID("incident", 2), ID("relationship", 1), ID("opinion", 1)} {
		if !slices.Contains(got, id) {
			t.Errorf("no %s in %v", id, got)
		}
	}
	_, body = get(t, serve(t, h).URL+"/incidents.stix.json?country=DE")
	if got := idsOf(t, body); !slices.Contains(got, ID("relationship", 9)) {
		t.Errorf("nobody says that it goes on elsewhere: %v", got)
	}
}

// TestTombstonesStay: a retracted incident stays in every feed that had it, in each form, on top and with the reason, and in none that had not; a draft is in none.
func TestTombstonesStay(t *testing.T) {
	h := filled(t)
	gone := watch.Facts{Slug: "plans-taken", RecordState: "retracted", StateWhy: "They were never there.", Victims: []watch.Victim{{Countries: []string{"DE"}, Sectors: []string{"aerospace"}}}}
	h.Say(0, At(Incident(4, "Not ready", "2021-06-01", watch.Facts{RecordState: "draft", Victims: gone.Victims}), 1, 0))
	s := serve(t, h)
	forms := []string{"atom", "json", "csv", "stix.json"}
	for _, form := range forms {
		if _, body := get(t, s.URL+"/incidents."+form+"?sector=aerospace"); !strings.Contains(body, "Plans taken") || strings.Contains(body, "Not ready") {
			t.Errorf("%s before: %s", form, body)
		}
	}
	h.Say(0, At(Incident(1, "Plans taken", "2020-01-01", gone), 2, 0))
	for _, form := range forms {
		_, body := get(t, s.URL+"/incidents."+form)
		if first, other := strings.Index(body, "Plans taken"), strings.Index(body, "=Mail read"); first < 0 || other < first {
			t.Errorf("%s: the tombstone stands at %d, another incident at %d", form, first, other)
		}
		if _, body := get(t, s.URL+"/incidents."+form+"?sector=aerospace"); !strings.Contains(body, "Plans taken") || !strings.Contains(body, "etracted") || form != "csv" && !strings.Contains(body, "They were never there.") {
			t.Errorf("%s after: %s", form, body)
		}
		if _, body := get(t, s.URL+"/incidents."+form+"?country=US"); strings.Contains(body, "Plans taken") {
			t.Errorf("%s that never had it: %s", form, body)
		}
	}
}
