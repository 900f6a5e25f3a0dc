package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// nginx serves the pages that Threatwatch answered, byte for byte, as files: what the machine can give at most.
func (b *bench) nginx(m mirror) system {
	return system{
		name: "nginx", reads: true,
		setup: "nginx of Debian, 2 workers, sendfile, serving the answers of Threatwatch as files",
		start: func(ctx context.Context, dir string, _ int) (*exchange, error) {
			program, err := exec.LookPath("nginx")
			if err != nil {
				return nil, errors.New("is not installed")
			}
			addr, err := freeAddr()
			if err != nil {
				return nil, err
			}
			config := filepath.Join(dir, "nginx.conf")
			if err := os.WriteFile(config, []byte(m.nginxConfig(dir, addr)), 0o644); err != nil {
				return nil, err
			}
			x := &exchange{api: "http://" + addr + "/", collections: []string{m.collection}}
			return x, x.begin(ctx, x.api, func() (*process, error) {
				return spawn(dir, nil, program, "-e", filepath.Join(dir, "error.log"), "-c", config)
			})
		},
	}
}

// mirror is a copy of the pages with which an exchange answered.
type mirror struct {
	dir        string
	collection string
	files      map[string]string // by "limit-next" as it stands in the URL
}

// put keeps one page.
func (m *mirror) put(limit int, next string, body []byte) error {
	name := fmt.Sprintf("page-%d.json", len(m.files))
	m.files[fmt.Sprintf("%d-%s", limit, url.QueryEscape(next))] = name
	return os.WriteFile(filepath.Join(m.dir, name), body, 0o644)
}

// nginxConfig is tuned to serve a small set of files fast.
func (m *mirror) nginxConfig(dir, addr string) string {
	var s strings.Builder
	if os.Getuid() == 0 {
		s.WriteString("user root;\n") // the files are the bench's own
	}
	fmt.Fprintf(&s, `worker_processes 2;
daemon off;
pid %[1]s/pid;
error_log %[1]s/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=10000;
  large_client_header_buffers 4 32k;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  default_type "application/taxii+json;version=2.1";
  map_hash_bucket_size 2048;
  map_hash_max_size 65536;
  map "$arg_limit-$arg_next" $page {
    default missing;
`, dir)
	for key, name := range m.files {
		fmt.Fprintf(&s, "    %q %s;\n", key, name)
	}
	fmt.Fprintf(&s, `  }
  server {
    listen %s;
    root %s;
    location / { try_files /$page =404; }
  }
}
`, addr, m.dir)
	return s.String()
}
