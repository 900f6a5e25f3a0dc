package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"sync"

	"github.com/jackc/pgx/v5"

	"threatwatch"
)

// Scratch is a set of schemas in a database, to try things in beside what it holds. Make it with NewScratch.
type Scratch struct {
	url    *url.URL
	mu     sync.Mutex // protects schema
	schema map[string]string
}

// NewScratch makes schemas in the database that rawURL names, as they are asked for.
func NewScratch(rawURL string) (*Scratch, error) {
	u, err := url.Parse(rawURL)
	if err != nil || !IsURL(rawURL) {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "not a postgres:// URL")
	}
	return &Scratch{url: u, schema: map[string]string{}}, nil
}

// URL is the one to open for a name: the first call makes its schema.
func (s *Scratch) URL(ctx context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	schema, there := s.schema[name]
	if !there {
		schema = "threatwatch_check_" + rand.Text()[:12]
		if err := s.exec(ctx, "CREATE SCHEMA "+pgx.Identifier{schema}.Sanitize()); err != nil {
			return "", err
		}
		s.schema[name] = schema
	}
	u := *s.url
	q := u.Query()
	q.Set("search_path", `"`+schema+`"`)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Drop removes all schemas that were made.
func (s *Scratch) Drop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, schema := range s.schema {
		if err := s.exec(ctx, "DROP SCHEMA "+pgx.Identifier{schema}.Sanitize()+" CASCADE"); err != nil {
			return err
		}
		delete(s.schema, name)
	}
	return nil
}

func (s *Scratch) exec(ctx context.Context, text string) error {
	c, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return unavailable(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, text); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	return nil
}
