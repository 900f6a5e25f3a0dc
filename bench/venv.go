package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// peerFiles are the pinned requirements of each peer, and what is needed to start it.
//
//go:embed peers
var peerFiles embed.FS

// venv returns the bin directory of a Python environment that holds exactly peers/<name>.txt, made when it is not there yet.
func (b *bench) venv(ctx context.Context, name string) (string, error) {
	want, err := peerFiles.ReadFile("peers/" + name + ".txt")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.envs, name)
	stamp := filepath.Join(dir, "requirements.txt")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == string(want) {
		return filepath.Join(dir, "bin"), nil
	}
	progress("installing %s into %s", name, dir)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if _, err := output(ctx, nil, "python3", "-m", "venv", dir); err != nil {
		return "", err
	}
	list := filepath.Join(dir, "wanted.txt")
	if err := os.WriteFile(list, want, 0o644); err != nil {
		return "", err
	}
	if _, err := output(ctx, nil, filepath.Join(dir, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "-r", list); err != nil {
		return "", fmt.Errorf("cannot be installed: %w", err)
	}
	return filepath.Join(dir, "bin"), os.Rename(list, stamp)
}

// script writes one of the peer files into dir and returns its path.
func script(dir, name string) (string, error) {
	text, err := peerFiles.ReadFile("peers/" + name)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	return path, os.WriteFile(path, text, 0o644)
}
