package main

import (
	"context"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/intake"
)

// say takes in what a person wrote on a page, under the source that the person's organisation speaks as.
func (b *backend) say(ctx context.Context, by account.Caller, object []byte) error {
	src, err := b.sourceOf(ctx, by.Org)
	if err != nil {
		return err
	}
	outcomes, err := b.intake.Submit(ctx, intake.Submission{Source: src.ID, By: by.Name}, [][]byte{object})
	if err != nil {
		return err
	}
	return taken(outcomes[0])
}

// taken says why an object was not taken in.
func taken(o intake.Outcome) error {
	if o.Status == intake.Added {
		return nil
	}
	text := o.Status.String()
	if len(o.Problems) > 0 {
		text = sentence(o.Problems[0])
	}
	return threatwatch.Errorf(threatwatch.Invalid, "It was not taken: %s", text)
}
