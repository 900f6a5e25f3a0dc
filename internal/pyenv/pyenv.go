// Package pyenv gives tests a Python with the pinned packages of testdata/requirements.txt, so that they can run other people's clients.
package pyenv

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Python returns the interpreter of the virtual environment .venv beside go.mod, made when it is missing or its requirements have changed.
// Without python3 or without a way to the packages the test is skipped with a line that says so; in CI (CI=true) it fails.
func Python(t testing.TB) string {
	t.Helper()
	root := moduleRoot(t)
	python, err := ensure(t, root)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("python: %v", err)
		}
		t.Skipf("python: %v", err)
	}
	return python
}

// Script returns the path of a script in testdata/python.
func Script(t testing.TB, name string) string {
	t.Helper()
	return filepath.Join(moduleRoot(t), "testdata", "python", name)
}

// ensure makes the environment under a lock, because packages are tested in several processes at once.
func ensure(t testing.TB, root string) (string, error) {
	t.Helper()
	requirements := filepath.Join(root, "testdata", "requirements.txt")
	want, err := os.ReadFile(requirements)
	if err != nil {
		return "", err
	}
	venv := filepath.Join(root, ".venv")
	python, stamp := filepath.Join(venv, "bin", "python"), filepath.Join(venv, "requirements.installed")
	fresh := func() bool {
		have, err := os.ReadFile(stamp)
		return err == nil && bytes.Equal(have, want)
	}
	if fresh() {
		return python, nil
	}
	unlock, err := lock(venv+".lock", 5*time.Minute)
	if err != nil {
		return "", err
	}
	defer unlock()
	if fresh() {
		return python, nil
	}
	python3, err := exec.LookPath("python3")
	if err != nil {
		return "", err
	}
	t.Logf("making %s with the packages of %s", venv, requirements)
	for _, args := range [][]string{
		{python3, "-m", "venv", "--clear", venv},
		{python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements},
	} {
		if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%v: %w: %.500s", args, err, out)
		}
	}
	return python, os.WriteFile(stamp, want, 0o644)
}

// lock makes a file that only one process can make, and waits for it; one left behind by a killed process is taken over when it is old.
func lock(path string, patience time.Duration) (unlock func(), err error) {
	for start := time.Now(); time.Since(start) < patience; time.Sleep(200 * time.Millisecond) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err == nil {
			return func() { _ = os.Remove(path) }, f.Close()
		}
		if !errors.Is(err, os.ErrExist) {
			return nil, err
		}
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > patience {
			_ = os.Remove(path)
		}
	}
	return nil, fmt.Errorf("%s is held by another process", path)
}

// moduleRoot is the nearest folder upwards that holds go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}
