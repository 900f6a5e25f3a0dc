package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"os"
	"path/filepath"

	"github.com/google/uuid"
)

// medallion is the OASIS reference server, started with its own command and its memory backend, as its documentation shows.
// Its other backend needs a MongoDB server, which neither Debian nor the Python index has.
func (b *bench) medallion() system {
	return system{
		name:  "medallion",
		setup: "medallion 3.0.0, memory backend (nothing is on disk), its own command; MongoDB, its other backend, is in neither Debian nor the Python index",
		start: func(ctx context.Context, dir string, collections int) (*exchange, error) {
			bin, err := b.venv(ctx, "medallion")
			if err != nil {
				return nil, err
			}
			addr, err := freeAddr()
			if err != nil {
				return nil, err
			}
			x := &exchange{api: "http://" + addr + "/bench/", authorization: "Basic " + base64.StdEncoding.EncodeToString([]byte("bench:bench"))}
			for range collections {
				x.collections = append(x.collections, uuid.NewString())
			}
			config, err := x.configureMedallion(dir)
			if err != nil {
				return nil, err
			}
			host, port, _ := net.SplitHostPort(addr)
			return x, x.begin(ctx, "http://"+addr+"/taxii2/", func() (*process, error) {
				return spawn(dir, nil, filepath.Join(bin, "medallion"), "--host", host, "--port", port, config)
			})
		},
	}
}

// configureMedallion writes the configuration and the empty collections that it starts with.
func (x *exchange) configureMedallion(dir string) (string, error) {
	type m = map[string]any
	var collections []m
	for _, id := range x.collections {
		collections = append(collections, m{"id": id, "title": "Bench", "can_read": true, "can_write": true,
			"media_types": []string{"application/stix+json;version=2.1"}, "objects": []m{}, "manifest": []m{}})
	}
	data := m{
		"/discovery": m{"title": "Bench", "default": x.api, "api_roots": []string{x.api}},
		"bench": m{
			"information": m{"title": "Bench", "versions": []string{taxiiType}, "max_content_length": 100 << 20},
			"status":      []m{}, "collections": collections,
		},
	}
	config := m{
		"backend": m{"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": filepath.Join(dir, "data.json")},
		"users":   m{"bench": "bench"},
		"taxii":   m{"max_page_size": 1000},
	}
	for name, v := range map[string]m{"data.json": data, "config.json": config} {
		text, err := json.Marshal(v)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "config.json"), nil
}
