package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// opentaxii is EclecticIQ's server under gunicorn with two workers, as its documentation shows, over SQLite.
func (b *bench) opentaxii() system {
	return system{
		name:  "OpenTAXII",
		setup: "OpenTAXII 0.9.3, SQLite, gunicorn with 2 workers; as released it answers every POST with 500, so it is started with UUIDs written as strings, as its later source does",
		start: func(ctx context.Context, dir string, collections int) (*exchange, error) {
			return b.startOpenTAXII(ctx, dir, collections, "sqlite:///"+filepath.Join(dir, "opentaxii.db"))
		},
	}
}

// opentaxiiOn is the same over PostgreSQL.
func (b *bench) opentaxiiOn(c *cluster) system {
	return system{
		name:  "OpenTAXII on PostgreSQL",
		setup: "the same on the same PostgreSQL server",
		start: func(ctx context.Context, dir string, collections int) (*exchange, error) {
			name, err := c.create(ctx)
			if err != nil {
				return nil, err
			}
			x, err := b.startOpenTAXII(ctx, dir, collections, c.url(name))
			if x != nil {
				x.database = c.process
			}
			return x, err
		},
	}
}

func (b *bench) startOpenTAXII(ctx context.Context, dir string, collections int, database string) (*exchange, error) {
	bin, err := b.venv(ctx, "opentaxii")
	if err != nil {
		return nil, err
	}
	env, err := configureOpenTAXII(dir, database)
	if err != nil {
		return nil, err
	}
	setup, err := script(dir, "opentaxii_setup.py")
	if err != nil {
		return nil, err
	}
	text, err := output(ctx, env, filepath.Join(bin, "python"), setup, strconv.Itoa(collections))
	if err != nil {
		return nil, err
	}
	var made struct {
		Root, Token string
		Collections []string
	}
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		return nil, fmt.Errorf("opentaxii_setup.py: %w", err)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	x := &exchange{api: "http://" + addr + "/taxii2/" + made.Root + "/", collections: made.Collections, authorization: "Bearer " + made.Token}
	return x, x.begin(ctx, "http://"+addr+"/taxii2/", func() (*process, error) {
		return spawn(dir, env, filepath.Join(bin, "gunicorn"), "--workers", "2", "--timeout", "600", "--bind", addr, "opentaxii_app:app")
	})
}

// configureOpenTAXII writes the configuration and the module that gunicorn loads, and returns the environment that names them.
func configureOpenTAXII(dir, database string) (env []string, err error) {
	if _, err := script(dir, "opentaxii_app.py"); err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters: {db_connection: %[1]q, create_tables: yes, secret: only-for-the-time-of-one-measurement}
taxii1:
taxii2:
  title: Bench
  public_discovery: true
  allow_custom_properties: true
  max_content_length: 104857600
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters: {db_connection: %[1]q, create_tables: yes}
logging: {opentaxii: error, root: error}
`, database)
	path := filepath.Join(dir, "opentaxii.yml")
	return []string{"OPENTAXII_CONFIG=" + path, "PYTHONPATH=" + dir}, os.WriteFile(path, []byte(config), 0o644)
}
