package logs

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestFollow: every record is read once and in order, through a renaming, a record without its line end, and a truncation.
func TestFollow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	write := func(flag int, text string) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	line := func(n int) string { return fmt.Sprintf("from 198.51.100.%d port 22\n", n) }
	write(0, line(1)+line(2))
	ctx, stop := context.WithCancel(t.Context())
	src, err := Follow(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	seen := make(chan string, 100)
	done := make(chan error, 1)
	go func() { done <- eachAddress(src, func(v string) { seen <- v }) }()
	var got []string
	until := func(n int) {
		t.Helper()
		for len(got) < n {
			select {
			case v := <-seen:
				got = append(got, v)
			case <-time.After(20 * time.Second):
				t.Fatalf("only %q", got)
			}
		}
	}
	until(2)
	write(os.O_APPEND, line(3))
	until(3)
	write(os.O_APPEND, "from 198.51.100.4 port 22") // the writer is rotated before its line ends
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write(0, line(5))
	until(5)
	write(os.O_TRUNC, "")
	time.Sleep(3 * followPoll) // it must be seen empty: what is cut and grows beyond its size at once is not told from what grows
	write(os.O_APPEND, line(6))
	until(6)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if want := []string{"198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4", "198.51.100.5", "198.51.100.6"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := Follow(t.Context(), path+".missing"); err == nil {
		t.Error("a file that is not there")
	}
}

func eachAddress(src io.Reader, f func(string)) error {
	r, err := NewReader(src, Options{Format: Text, Live: true})
	if err != nil {
		return err
	}
	defer r.Close()
	var rec Record
	for {
		b, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for entry, _, ok := b.Next(); ok; entry, _, ok = b.Next() {
			if err := b.Scan(entry, &rec); err != nil {
				return err
			}
			for _, v := range rec.Fields {
				f(string(v.Value))
			}
		}
		b.Release()
	}
}
