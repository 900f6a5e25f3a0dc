package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/web"
)

var _ web.Moderator = desk{}

// Withdraw implements web.Moderator: in each source of the caller that said it, a version that is revoked follows what the caller sees of it, under the same
// marking, without what was written.
func (d desk) Withdraw(ctx context.Context, by account.Caller, id string) error {
	sources, err := d.sources(ctx, by)
	if err != nil {
		return err
	}
	seen, err := d.newest(ctx, callerSubject(by), id)
	if err != nil {
		return err
	}
	held, err := d.newest(ctx, release.Subject{Kind: release.Operator}, id)
	if err != nil {
		return err
	}
	n := 0
	for _, src := range sources {
		o := seen[src.Name]
		if o == nil {
			continue
		}
		out, err := d.intake.Submit(ctx, intake.Submission{Source: src.ID, By: by.Name}, [][]byte{revocation(o, held[src.Name], d.now())})
		if err != nil {
			return err
		}
		if err := taken(out[0]); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return threatwatch.Errorf(threatwatch.NotFound, "Your organisation has said nothing under this id.")
	}
	return d.accounts.Audit(ctx, by.Person.ID, "withdrawn", id)
}

// revocation is a version of a note or an opinion that says nothing but that it is withdrawn, after the newest that is held.
func revocation(o, held *stix.Object, now time.Time) []byte {
	at := max(now.UnixMicro(), held.Modified+1000)
	o.Root.Set("modified", stix.NewString(stix.FormatTime(at)))
	o.Root.Set("revoked", stix.NewBool(true))
	o.Root.Remove("explanation")
	o.Root.Remove("abstract")
	if o.Type == "note" {
		o.Root.Set("content", stix.NewString("Withdrawn.")) // STIX 2.1 §4.13 wants some
	}
	return o.Root.AppendJSON(nil)
}

// TakeDown implements web.Moderator. What it is about to do stands in the audit trail before it is done.
func (d desk) TakeDown(ctx context.Context, by account.Caller, id, reason string) error {
	ctx = context.WithoutCancel(ctx) // all of it, once begun
	held, err := d.newest(ctx, release.Subject{Kind: release.Operator}, id)
	if err != nil {
		return err
	}
	if err := d.accounts.Audit(ctx, by.Person.ID, "taken down: "+reason, id); err != nil {
		return err
	}
	var failed error
	for name := range held {
		src, err := d.intake.SourceByName(ctx, name)
		if err == nil {
			_, err = d.intake.Delete(ctx, intake.Submission{Source: src.ID, By: by.Name}, 0, id, store.Version{All: true})
		}
		if threatwatch.KindOf(err) != threatwatch.NotFound { // somebody else was first
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// newest is what each source says under an id in the newest version that a subject sees.
func (d desk) newest(ctx context.Context, s release.Subject, id string) (map[string]*stix.Object, error) {
	list := map[string]*stix.Object{}
	err := d.release.View(s, release.ShowPage).Get(ctx, id, func(it *release.Item) error {
		if list[it.Source] != nil {
			return nil
		}
		o, err := stix.Parse(slices.Clone(it.Raw))
		list[it.Source] = o
		return err
	})
	return list, err
}
