package main

import (
	"context"
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

// Withdraw implements web.Moderator: a version that is revoked follows the newest one that a source of the caller said.
func (d desk) Withdraw(ctx context.Context, by account.Caller, id string) error {
	sources, err := d.sources(ctx, by)
	if err != nil {
		return err
	}
	for _, src := range sources {
		var last []byte
		err := d.eachSaid(ctx, id, func(name string, raw []byte) {
			if name == src.Name && last == nil {
				last = slices.Clone(raw)
			}
		})
		if err != nil {
			return err
		}
		if last == nil {
			continue
		}
		o, err := stix.Parse(last)
		if err != nil {
			return err
		}
		now := max(time.Now().UnixMicro(), o.Modified+1000)
		o.Root.Set("modified", stix.NewString(stix.FormatTime(now)))
		o.Root.Set("revoked", stix.NewBool(true))
		out, err := d.intake.Submit(ctx, intake.Submission{Source: src.ID, By: by.Name}, [][]byte{o.Root.AppendJSON(nil)})
		if err != nil {
			return err
		}
		if out[0].Status != intake.Added {
			return threatwatch.Errorf(threatwatch.Invalid, "It was not taken back: %s", sentence(out[0].Problems[0]))
		}
		return d.accounts.Audit(ctx, by.Person.ID, "withdrawn", id)
	}
	return threatwatch.Errorf(threatwatch.NotFound, "Your organisation has said nothing under this id.")
}

// TakeDown implements web.Moderator.
func (d desk) TakeDown(ctx context.Context, by account.Caller, id, reason string) error {
	var names []string
	if err := d.eachSaid(ctx, id, func(name string, _ []byte) { names = append(names, name) }); err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		src, err := d.intake.SourceByName(ctx, name)
		if err != nil {
			return err
		}
		if _, err := d.intake.Delete(ctx, intake.Submission{Source: src.ID, By: by.Name}, 0, id, store.Version{All: true}); err != nil {
			return err
		}
	}
	return d.accounts.Audit(ctx, by.Person.ID, "taken down: "+reason, id)
}

// eachSaid goes through what every source says under an id, the newest version first.
func (d desk) eachSaid(ctx context.Context, id string, f func(source string, raw []byte)) error {
	return d.release.View(release.Subject{Kind: release.Operator}, release.ShowPage).Get(ctx, id, func(it *release.Item) error {
		f(it.Source, it.Raw)
		return nil
	})
}
