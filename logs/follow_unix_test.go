//go:build unix

package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestFollowPipe: a named pipe is opened though nobody writes, read through one writer after the other, and left when the reading is to end.
func TestFollowPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	src, err := Follow(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	seen, done := make(chan string, 10), make(chan error, 1)
	go func() { done <- eachAddress(src, func(v string) { seen <- v }) }()
	var writer *os.File
	for n := range 3 {
		if writer, err = os.OpenFile(path, os.O_WRONLY, 0); err != nil {
			t.Fatal(err)
		}
		defer writer.Close()
		if _, err := fmt.Fprintf(writer, "from 198.51.100.%d port 22\n", n); err != nil {
			t.Fatal(err)
		}
		select {
		case v := <-seen:
			if want := fmt.Sprintf("198.51.100.%d", n); v != want {
				t.Errorf("read %s, want %s", v, want)
			}
		case err := <-done:
			t.Fatalf("the reading ended: %v", err)
		case <-time.After(20 * time.Second):
			t.Fatal("nothing is read")
		}
		if n < 2 { // the last one stays
			writer.Close()
		}
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for the writer")
	}
}

// TestFollowFolder: a folder is no log.
func TestFollowFolder(t *testing.T) {
	if _, err := Follow(t.Context(), t.TempDir()); err == nil {
		t.Error("a folder is followed")
	}
}
