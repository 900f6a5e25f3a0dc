package intake

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/label"
	"threatwatch/store"
)

// AddSource adds a source under a name nobody has, with a collection of its own that carries its title or name.
func (in *Intake) AddSource(ctx context.Context, s store.Source) (store.Source, error) {
	s.Name = strings.TrimSpace(s.Name)
	if err := nameOK("source name", s.Name); err != nil {
		return store.Source{}, err
	}
	if s.Quota < 0 {
		return store.Source{}, threatwatch.Errorf(threatwatch.Invalid, "quota %d is negative", s.Quota)
	}
	if s.Default != "" {
		l, err := label.Parse(s.Default)
		if err != nil {
			return store.Source{}, threatwatch.Errorf(threatwatch.Invalid, "default label: %w", err)
		}
		l.Owner = s.Owner
		s.Default = l.Body()
	}
	want := s
	err := in.store.Update(ctx, func(tx store.Tx) error {
		s = want
		held, err := tx.Sources(ctx)
		if err != nil {
			return err
		}
		for _, h := range held {
			if strings.EqualFold(h.Name, s.Name) {
				return threatwatch.Errorf(threatwatch.Conflict, "source %s exists", h.Name)
			}
		}
		s.ID, s.Collection = 0, 0
		if err := tx.PutSource(ctx, &s); err != nil {
			return err
		}
		c := store.Collection{Title: s.Name, Source: s.ID, Public: s.Public}
		if s.Title != "" {
			c.Description = s.Title
		}
		if err := addCollection(ctx, tx, &c); err != nil {
			return err
		}
		s.Collection = c.ID
		return tx.PutSource(ctx, &s)
	})
	if err != nil {
		return store.Source{}, err
	}
	return s, nil
}

// AddCollection adds a collection: an inbox (Writable), or a saved filter. Its title and alias must be new; its id is a new UUID
// unless one is given.
func (in *Intake) AddCollection(ctx context.Context, c store.Collection) (store.Collection, error) {
	want := c
	err := in.store.Update(ctx, func(tx store.Tx) error {
		c = want
		return addCollection(ctx, tx, &c)
	})
	if err != nil {
		return store.Collection{}, err
	}
	return c, nil
}

func addCollection(ctx context.Context, tx store.Tx, c *store.Collection) error {
	c.Title = strings.TrimSpace(c.Title)
	if err := nameOK("collection title", c.Title); err != nil {
		return err
	}
	if c.Writable && c.Filter != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "collection %s: a saved filter has no members of its own and cannot be written", c.Title)
	}
	if c.UUID == "" {
		c.UUID = uuid.NewString()
	} else if u, err := uuid.Parse(c.UUID); err != nil || u.String() != c.UUID {
		return threatwatch.Errorf(threatwatch.Invalid, "collection id %q is not a UUID in lower case", c.UUID)
	}
	held, err := tx.Collections(ctx)
	if err != nil {
		return err
	}
	for _, h := range held {
		switch {
		case strings.EqualFold(h.Title, c.Title):
			return threatwatch.Errorf(threatwatch.Conflict, "collection %s exists", h.Title)
		case h.UUID == c.UUID:
			return threatwatch.Errorf(threatwatch.Conflict, "collection id %s is taken by %s", c.UUID, h.Title)
		case c.Alias != "" && h.Alias == c.Alias:
			return threatwatch.Errorf(threatwatch.Conflict, "alias %s is taken by %s", c.Alias, h.Title)
		}
	}
	c.ID = 0
	return tx.PutCollection(ctx, c)
}

// SourceByName finds a source, NotFound when there is none.
func (in *Intake) SourceByName(ctx context.Context, name string) (store.Source, error) {
	var out store.Source
	err := in.store.Read(ctx, func(s store.Snapshot) error {
		sources, err := s.Sources(ctx)
		if err != nil {
			return err
		}
		for _, x := range sources {
			if strings.EqualFold(x.Name, name) {
				out = x
				return nil
			}
		}
		return threatwatch.Errorf(threatwatch.NotFound, "no source named %s", name)
	})
	return out, err
}

// SpeakAs names the identity that a source speaks as, unless it has one already, and returns the source.
func (in *Intake) SpeakAs(ctx context.Context, name, identity string) (out store.Source, err error) {
	err = in.store.Update(ctx, func(tx store.Tx) error {
		sources, err := tx.Sources(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(sources, func(s store.Source) bool { return strings.EqualFold(s.Name, name) })
		if i < 0 {
			return threatwatch.Errorf(threatwatch.NotFound, "no source named %s", name)
		}
		if out = sources[i]; out.Identity != "" {
			return nil
		}
		out.Identity = identity
		return tx.PutSource(ctx, &out)
	})
	return out, err
}

// SourcesOf lists the sources of an organisation.
func (in *Intake) SourcesOf(ctx context.Context, owner string) (out []store.Source, err error) {
	err = in.store.Read(ctx, func(s store.Snapshot) error {
		sources, err := s.Sources(ctx)
		out = slices.DeleteFunc(sources, func(s store.Source) bool { return s.Owner != owner })
		return err
	})
	return out, err
}

// nameOK refuses names that cannot be shown or typed.
func nameOK(what, s string) error {
	if s == "" || len(s) > 200 {
		return threatwatch.Errorf(threatwatch.Invalid, "%s: 1 to 200 characters", what)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return threatwatch.Errorf(threatwatch.Invalid, "%s: control characters are not allowed", what)
	}
	return nil
}
