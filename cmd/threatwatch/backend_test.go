package main

import (
	"net/http/httptest"
	"testing"
	"time"

	"threatwatch/account"
	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/taxii"
	"threatwatch/taxii/taxiitest"
)

// exchangeTest is an exchange over a database in a temporary folder, with three organisations and a publisher's token for each.
type exchangeTest struct {
	t      *testing.T
	place  place
	store  store.Store
	intake *intake.Intake
	acc    *account.Accounts
	tokens map[string]string // by organisation
	server *httptest.Server
	opt    taxii.Options
}

func newExchangeTest(t *testing.T, opt taxii.Options) *exchangeTest {
	t.Helper()
	return newExchangeIn(t, place(t.TempDir()), opt)
}

func newExchangeIn(t *testing.T, p place, opt taxii.Options) *exchangeTest {
	t.Helper()
	x := &exchangeTest{t: t, place: p, tokens: map[string]string{}, opt: opt}
	x.start()
	t.Cleanup(x.stop)
	for _, id := range []string{"acme", "beta", "gamma"} {
		if _, err := x.acc.AddOrg(t.Context(), account.Org{ID: id, Name: id}); err != nil {
			t.Fatal(err)
		}
		secret, _, err := x.acc.CreateToken(t.Context(), id+" sensor", id, account.Publisher, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		x.tokens[id] = secret
	}
	return x
}

func (x *exchangeTest) start() {
	x.t.Helper()
	st, err := (&app{ctx: x.t.Context()}).createStore(x.place)
	if err != nil {
		x.t.Fatal(err)
	}
	x.store, x.intake, x.acc = st, intake.New(st, time.Now), account.New(st, time.Now)
	secret := []byte("a secret of thirty-two bytes or more")
	b := newBackend(st, release.New(st, secret, time.Now), x.intake, x.acc, time.Now)
	x.opt.Authenticate = b.authenticate
	x.server = httptest.NewServer(taxii.NewServer(b, x.opt))
}

func (x *exchangeTest) stop() {
	x.server.Close()
	if err := x.store.Close(); err != nil {
		x.t.Error(err)
	}
}

func (x *exchangeTest) collection(c store.Collection) string {
	x.t.Helper()
	c, err := x.intake.AddCollection(x.t.Context(), c)
	if err != nil {
		x.t.Fatal(err)
	}
	return c.UUID
}

// TestBackend runs the TAXII suite on the whole house: accounts, both doors, the database.
func TestBackend(t *testing.T) {
	taxiitest.Run(t, fixture(func(t *testing.T) place { return place(t.TempDir()) }))
}

// fixture is an exchange in a place as the suite wants it.
func fixture(where func(*testing.T) place) func(*testing.T) taxiitest.Fixture {
	return func(t *testing.T) taxiitest.Fixture {
		fx := taxiitest.Fixture{Root: "/api1/", Alias: "inbox", MaxContentLength: 1 << 20, MaxPage: 200}
		x := newExchangeIn(t, where(t), taxii.Options{Title: "Test", MaxContentLength: fx.MaxContentLength, MaxPage: fx.MaxPage})
		fx.Inbox = x.collection(store.Collection{Title: "Inbox", Alias: "inbox", Writable: true, Public: true})
		fx.Other = x.collection(store.Collection{Title: "Other", Writable: true, Public: true})
		fx.ReadOnly = x.collection(store.Collection{Title: "Read only", Public: true})
		fx.Hidden = hiddenCollection(x)
		fx.Alice, fx.Bob = taxii.Bearer(x.tokens["acme"]), taxii.Basic("token", x.tokens["beta"])
		fx.URL = x.server.URL
		fx.Restart = func() string {
			x.stop()
			x.start()
			return x.server.URL
		}
		return fx
	}
}

// hiddenCollection is the collection of a source of a third organisation, which nobody declared public.
func hiddenCollection(x *exchangeTest) string {
	x.t.Helper()
	src, err := x.intake.AddSource(x.t.Context(), store.Source{Name: "gamma private", Owner: "gamma"})
	if err != nil {
		x.t.Fatal(err)
	}
	id := ""
	err = x.store.Read(x.t.Context(), func(sn store.Snapshot) error {
		colls, err := sn.Collections(x.t.Context())
		for _, c := range colls {
			if c.ID == src.Collection {
				id = c.UUID
			}
		}
		return err
	})
	if err != nil || id == "" {
		x.t.Fatalf("collection of %s: %q, %v", src.Name, id, err)
	}
	return id
}
