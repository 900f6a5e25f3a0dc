package main

import (
	"context"
	"strings"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/release"
)

// callerSubject says who a caller is to release.
func callerSubject(c account.Caller) release.Subject {
	s := release.Subject{Kind: release.Client, Org: c.Org.ID, ClientOf: c.ClientOf, Name: c.Name, Plain: c.Plain}
	switch {
	case c.Person == nil && c.Token == nil:
		return release.Subject{Kind: release.Public, Plain: c.Plain}
	case c.Operator():
		s.Kind = release.Operator
	case c.Person != nil:
		s.Kind = release.Person
	}
	if c.Person != nil {
		s.Person = c.Person.ID
	}
	return s
}

// subjectNamed says whose view a command asks for: public, operator, an organisation, or a person as name@org.
func subjectNamed(ctx context.Context, acc *account.Accounts, as string) (release.Subject, error) {
	switch as {
	case "", "operator":
		return release.Subject{Kind: release.Operator, Name: "operator"}, nil
	case "public":
		return release.Subject{Kind: release.Public}, nil
	}
	s := release.Subject{Kind: release.Client, Name: as}
	org := as
	if _, after, ok := strings.Cut(as, "@"); ok {
		s.Kind, s.Person, org = release.Person, as, after
	}
	o, clientOf, err := acc.Standing(ctx, account.Slug(org))
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return s, withHint(threatwatch.Errorf(threatwatch.NotFound, "no organisation %q", org), "threatwatch org list shows them")
	}
	s.Org, s.ClientOf = o.ID, clientOf
	return s, err
}
