package account_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/store"
	"threatwatch/store/sqlite"
)

// house is the accounts of one organisation, with a clock that the test moves.
type house struct {
	*account.Accounts
	st  store.Store
	now time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	h := &house{st: st, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	h.Accounts = account.New(st, func() time.Time { return h.now })
	if _, err := h.AddOrg(t.Context(), account.Org{Name: "Example Energy"}); err != nil {
		t.Fatal(err)
	}
	return h
}

func request(t *testing.T, set func(*http.Request)) *http.Request {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = "192.0.2.1:1234"
	set(r)
	return r
}

func wantKind(t *testing.T, what string, err error, kind threatwatch.Kind) {
	t.Helper()
	if threatwatch.KindOf(err) != kind {
		t.Errorf("%s: %v, want %s", what, err, kind)
	}
}

// everythingStored is the text of all records that the accounts keep.
func (h *house) everythingStored(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := h.st.Read(t.Context(), func(s store.Snapshot) error {
		var errs []error
		for _, kind := range []string{"org", "person", "token", "session", "setup", "audit"} {
			errs = append(errs, s.Records(t.Context(), kind, "", func(key string, doc []byte) error {
				b.WriteString(key + " " + string(doc) + "\n")
				return nil
			}))
		}
		return errors.Join(errs...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTokens(t *testing.T) {
	h := newHouse(t)
	secret, tok, err := h.CreateToken(t.Context(), "siem", "example-energy", account.Publisher, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name, set := range map[string]func(*http.Request){
		"bearer":         func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) },
		"bearer, lower":  func(r *http.Request) { r.Header.Set("Authorization", "bearer "+secret) },
		"token":          func(r *http.Request) { r.Header.Set("Authorization", "Token "+secret) },
		"basic password": func(r *http.Request) { r.SetBasicAuth("siem", secret) },
		"basic user":     func(r *http.Request) { r.SetBasicAuth(secret, "") },
	} {
		c, err := h.Authenticate(t.Context(), request(t, set))
		if err != nil || c.Kind != account.KindClient || c.Org.ID != "example-energy" || c.Role != account.Publisher {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	bearer := func(s string) error {
		_, err := h.Authenticate(t.Context(), request(t, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s) }))
		return err
	}
	wantKind(t, "a letter more", bearer(secret+"x"), threatwatch.Unauthenticated)
	wantKind(t, "another scheme", func() error {
		_, err := h.Authenticate(t.Context(), request(t, func(r *http.Request) { r.Header.Set("Authorization", "Digest "+secret) }))
		return err
	}(), threatwatch.Unauthenticated)
	c, err := h.Authenticate(t.Context(), request(t, func(r *http.Request) { r.URL.RawQuery = "token=" + secret }))
	if err != nil || c.Kind != account.KindPublic {
		t.Errorf("a token in the address: %+v, %v", c, err)
	}
	h.now = h.now.Add(time.Hour)
	wantKind(t, "expired", bearer(secret), threatwatch.Unauthenticated)
	h.now = h.now.Add(-time.Minute)
	if err := bearer(secret); err != nil {
		t.Errorf("before it expires: %v", err)
	}
	if err := h.RevokeToken(t.Context(), tok.ID); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "revoked", bearer(secret), threatwatch.Unauthenticated)
	wantKind(t, "revoke nothing", h.RevokeToken(t.Context(), "000000000000"), threatwatch.NotFound)
	_, _, err = h.CreateToken(t.Context(), "x", "nobody", account.Reader, 0)
	wantKind(t, "for no organisation", err, threatwatch.NotFound)
	_, _, err = h.CreateToken(t.Context(), "x", "example-energy", "king", 0)
	wantKind(t, "an unknown role", err, threatwatch.Invalid)
	if strings.Contains(h.everythingStored(t), secret) {
		t.Error("the secret of a token is stored")
	}
}

func TestPeople(t *testing.T) {
	h := newHouse(t)
	const password = "correct horse battery"
	p, err := h.AddPerson(t.Context(), account.Person{Org: "example-energy", Email: "Ada@Energy.example", Role: account.Analyst}, password)
	if err != nil || p.ID != "ada@example-energy" {
		t.Fatalf("%+v, %v", p, err)
	}
	_, err = h.AddPerson(t.Context(), account.Person{Org: "example-energy", Email: "ada@energy.example", Role: account.Reader}, password)
	wantKind(t, "twice", err, threatwatch.Conflict)
	_, err = h.AddPerson(t.Context(), account.Person{Org: "example-energy", Email: "bob@energy.example", Role: account.Reader}, "short")
	wantKind(t, "a short password", err, threatwatch.Invalid)
	_, err = h.AddPerson(t.Context(), account.Person{Org: "example-energy", Email: "no address", Role: account.Reader}, password)
	wantKind(t, "no address", err, threatwatch.Invalid)

	h.Secure = true
	cookie, err := h.StartSession(t.Context(), "ada@energy.example", password, "192.0.2.1")
	if err != nil || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite == http.SameSiteNoneMode || !strings.HasPrefix(cookie.Name, "__Host-") {
		t.Fatalf("%+v, %v", cookie, err)
	}
	who := func() account.Caller {
		c, err := h.Authenticate(t.Context(), request(t, func(r *http.Request) { r.AddCookie(cookie) }))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := who(); c.Person == nil || c.Person.ID != p.ID || c.Role != account.Analyst {
		t.Errorf("signed in: %+v", c)
	}
	stored := h.everythingStored(t)
	if strings.Contains(stored, password) || strings.Contains(stored, cookie.Value) || !strings.Contains(stored, "$argon2id$") {
		t.Errorf("stored: %s", stored)
	}
	planted := *cookie
	planted.Name = "tw"
	c, err := h.Authenticate(t.Context(), request(t, func(r *http.Request) { r.AddCookie(&planted) }))
	if err != nil || c.Kind != account.KindPublic {
		t.Errorf("a cookie that a neighbour could have planted: %+v, %v", c, err)
	}
	h.now = h.now.Add(account.SessionLife)
	if c := who(); c.Kind != account.KindPublic {
		t.Errorf("after its life: %+v", c)
	}
	h.now = h.now.Add(-time.Minute)
	if err := h.SetPassword(t.Context(), "ada@energy.example", "another long password"); err != nil {
		t.Fatal(err)
	}
	if c := who(); c.Kind != account.KindPublic {
		t.Errorf("after a new password: %+v", c)
	}
	_, err = h.StartSession(t.Context(), "ada@energy.example", password, "192.0.2.1")
	wantKind(t, "the old password", err, threatwatch.Unauthenticated)
}

// TestGuessing: after some failures even the right password waits, and nobody learns whether the address exists.
func TestGuessing(t *testing.T) {
	h := newHouse(t)
	const password = "correct horse battery"
	if _, err := h.AddPerson(t.Context(), account.Person{Org: "example-energy", Email: "ada@energy.example", Role: account.Reader}, password); err != nil {
		t.Fatal(err)
	}
	_, known := h.StartSession(t.Context(), "ada@energy.example", "wrong", "192.0.2.9")
	_, unknown := h.StartSession(t.Context(), "bob@energy.example", "wrong", "192.0.2.9")
	if known == nil || unknown == nil || known.Error() != unknown.Error() {
		t.Errorf("%v differs from %v", known, unknown)
	}
	for range 6 {
		h.StartSession(t.Context(), "ada@energy.example", "wrong", "192.0.2.1")
	}
	_, err := h.StartSession(t.Context(), "ada@energy.example", password, "192.0.2.2")
	wantKind(t, "while one has to wait", err, threatwatch.Unauthenticated)
	h.now = h.now.Add(15 * time.Minute)
	if _, err := h.StartSession(t.Context(), "ada@energy.example", password, "192.0.2.2"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	events, err := h.AuditLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var trail []string
	for _, e := range events {
		trail = append(trail, e.Who+": "+e.What)
	}
	want := []string{"ada@example-energy: sign-ins fail: the address has to wait", "ada@example-energy: signed in"}
	if !slices.Equal(trail, want) {
		t.Errorf("trail %q, want %q", trail, want)
	}
}

func TestSetupLink(t *testing.T) {
	h := newHouse(t)
	link, err := h.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimPrefix(link, "/setup/")
	h.now = h.now.Add(25 * time.Hour)
	wantKind(t, "a day later", h.CheckSetup(t.Context(), secret), threatwatch.NotFound)
	if link, err = h.SetupLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "the link before", h.CheckSetup(t.Context(), secret), threatwatch.NotFound)
	p, err := h.Setup(t.Context(), strings.TrimPrefix(link, "/setup/"), "Example Exchange", "Olga", "olga@exchange.example", "long enough, operator")
	if err != nil || p.Role != account.Operator {
		t.Fatalf("%+v, %v", p, err)
	}
	if again, err := h.SetupLink(t.Context()); err != nil || again != "" {
		t.Errorf("another link although there is an operator: %q, %v", again, err)
	}
	events, err := h.AuditLog(t.Context())
	if err != nil || len(events) != 1 || events[0].What != "set up the exchange" {
		t.Errorf("trail: %v, %v", events, err)
	}
}

func TestRoles(t *testing.T) {
	order := []account.Role{account.Reader, account.Analyst, account.Publisher, account.Operator}
	for i, r := range order {
		for j, need := range order {
			if r.Includes(need) != (i >= j) {
				t.Errorf("%s includes %s: %v", r, need, r.Includes(need))
			}
		}
		if account.Role("").Includes(r) || account.Role("king").Includes(r) {
			t.Errorf("an unknown role includes %s", r)
		}
	}
}

// TestPlain: a request is plain when others could listen.
func TestPlain(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		from, proto string
		through     string
		tls, secure bool
		want        bool
	}{
		"over a network": {from: "192.0.2.7:1", want: true}, "over a network with TLS": {from: "192.0.2.7:1", tls: true},
		"through a proxy with TLS": {from: "192.0.2.7:1", proto: "https"}, "through a proxy without": {from: "192.0.2.7:1", proto: "http", want: true},
		"configured so": {from: "192.0.2.7:1", secure: true}, "on this machine": {from: "127.0.0.1:1"}, "on this machine, IPv6": {from: "[::1]:1"},
		"through a proxy on this machine": {from: "127.0.0.1:1", through: "untrusted", want: true},
		"unknown":                         {from: "odd", want: true},
	} {
		h.Secure = c.secure
		r := request(t, func(r *http.Request) {
			r.RemoteAddr = c.from
			r.Header.Set("X-Forwarded-Proto", c.proto)
			r.Header.Set("X-Forwarded-For", c.through)
		})
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		got, err := h.Authenticate(t.Context(), r)
		if err != nil || got.Plain != c.want {
			t.Errorf("%s: plain %v, %v", name, got.Plain, err)
		}
	}
}

func TestNetwork(t *testing.T) {
	for from, want := range map[string]string{"192.0.2.7:1": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::", "odd": "odd"} {
		r := request(t, func(r *http.Request) { r.RemoteAddr = from })
		if got := account.Network(r); got != want {
			t.Errorf("%s is of %s, want %s", from, got, want)
		}
	}
}

// TestOneNameOnePerson: TLP:RED names people as name@org, so nobody else may come by that name, whatever the address.
func TestOneNameOnePerson(t *testing.T) {
	h := newHouse(t)
	if _, err := h.AddOrg(t.Context(), account.Org{Name: "Example Bank"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		email, org string
		want       threatwatch.Kind
	}{
		{"ada@energy.example", "example-energy", ""}, {"ada@evil.example", "example-energy", threatwatch.Conflict},
		{"ADA@mail.energy.example", "example-energy", threatwatch.Conflict}, {"ada@bank.example", "example-bank", ""},
	} {
		_, err := h.AddPerson(t.Context(), account.Person{Org: c.org, Email: c.email, Role: account.Reader}, "")
		wantKind(t, c.email, err, c.want)
	}
}

// TestSetupLinkMakesOneOperator: many who use the link at the same moment make one operator, and a failed try leaves nothing behind.
func TestSetupLinkMakesOneOperator(t *testing.T) {
	h := newHouse(t)
	link, err := h.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimPrefix(link, "/setup/")
	_, err = h.Setup(t.Context(), secret, "Example Exchange", "Olga", "no address", "long enough, operator")
	wantKind(t, "a bad address", err, threatwatch.Invalid)
	if _, err := h.Org(t.Context(), "example-exchange"); threatwatch.KindOf(err) != threatwatch.NotFound {
		t.Errorf("after a failed try the organisation is there: %v", err)
	}
	var wg sync.WaitGroup
	var made atomic.Int32
	for i := range 8 {
		wg.Go(func() {
			if _, err := h.Setup(t.Context(), secret, "Example Exchange", "Olga", fmt.Sprintf("olga%d@exchange.example", i), "long enough, operator"); err == nil {
				made.Add(1)
			} else {
				wantKind(t, "too late", err, threatwatch.NotFound)
			}
		})
	}
	wg.Wait()
	if people, err := h.People(t.Context()); made.Load() != 1 || len(people) != 1 || err != nil {
		t.Errorf("one link made %d operators: %v, %v", made.Load(), people, err)
	}
}

// TestGuessingAtOnce: the brake holds against guesses that come at the same moment.
func TestGuessingAtOnce(t *testing.T) {
	h := newHouse(t)
	if _, err := h.AddPerson(t.Context(), account.Person{Org: "example-energy", Email: "ada@energy.example", Role: account.Reader}, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	var looked atomic.Int32
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			_, err := h.StartSession(t.Context(), "ada@energy.example", "wrong", fmt.Sprint("192.0.2.", i))
			if err == nil || !strings.Contains(err.Error(), "try again in") {
				looked.Add(1)
			}
		})
	}
	wg.Wait()
	if n := looked.Load(); n < 5 || n > 8 {
		t.Errorf("%d of 60 guesses were looked at, want about 5", n)
	}
}

// TestGuessingIsForgotten: failures of long ago do not lock a network out, and failing under many names shakes off no wait.
func TestGuessingIsForgotten(t *testing.T) {
	h := newHouse(t)
	try := func(email, network string) error {
		_, err := h.StartSession(t.Context(), email, "wrong", network)
		return err
	}
	for i := range 25 {
		if err := try(fmt.Sprintf("x%d@energy.example", i), "192.0.2.1"); strings.Contains(err.Error(), "try again in") {
			t.Fatalf("failure %d, two hours after the last: %v", i, err)
		}
		h.now = h.now.Add(2 * time.Hour)
	}
	for range 16 { // the last wait is long
		try("ada@energy.example", "192.0.2.2")
		h.now = h.now.Add(20 * time.Minute)
	}
	h.now = h.now.Add(-20 * time.Minute)
	h.CrowdBrake()
	if err := try("ada@energy.example", "192.0.2.3"); !strings.Contains(err.Error(), "try again in") {
		t.Errorf("after many failures under other names: %v", err)
	}
}
