package account_test

import (
	"net/http"
	"runtime"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/account"
)

// TestProvenPassword: a program that sends a password with each request costs one hash a minute, which takes 19 MiB; a new password and
// a closed account count at once.
func TestProvenPassword(t *testing.T) {
	h := newHouse(t)
	const email, password, other = "ada@energy.example", "correct horse battery", "another long password"
	if _, err := h.AddPerson(t.Context(), account.Person{Org: "example-energy", Email: email, Role: account.Reader}, password); err != nil {
		t.Fatal(err)
	}
	basic := func(password string) (hashed bool, err error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = h.Authenticate(t.Context(), request(t, func(r *http.Request) { r.SetBasicAuth(email, password) }))
		runtime.ReadMemStats(&after)
		return after.TotalAlloc-before.TotalAlloc > 16<<20, err
	}
	want := func(what, password string, wantHash, right bool) {
		t.Helper()
		hashed, err := basic(password)
		if hashed != wantHash || right != (err == nil) || !right && threatwatch.KindOf(err) != threatwatch.Unauthenticated {
			t.Errorf("%s: hashed %v, %v", what, hashed, err)
		}
	}
	want("first", password, true, true)
	want("again", password, false, true)
	want("a wrong one", other, true, false)
	want("after it", password, false, true)
	h.now = h.now.Add(2 * time.Minute)
	want("later", password, true, true)
	if err := h.SetPassword(t.Context(), email, other); err != nil {
		t.Fatal(err)
	}
	want("the old one", password, true, false)
	want("the new one", other, true, true)
	want("and again", other, false, true)
}
