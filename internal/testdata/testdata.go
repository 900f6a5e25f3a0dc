// Package testdata finds the shared real-world data that some tests read.
package testdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir returns the folder of shared test data joined with elem. It is named by THREATWATCH_DATA, or lies beside the module in ../shared/data.
// Without it the test is skipped with a line that says so; in CI (CI=true) it fails.
func Dir(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv("THREATWATCH_DATA")
	if root == "" {
		root = filepath.Join(filepath.Dir(moduleRoot(t)), "shared", "data")
	}
	if _, err := os.Stat(root); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("shared test data is not at %s (set THREATWATCH_DATA)", root)
		}
		t.Skipf("shared test data is not at %s (set THREATWATCH_DATA)", root)
	}
	return filepath.Join(append([]string{root}, elem...)...)
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
