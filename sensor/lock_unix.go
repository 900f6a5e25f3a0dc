//go:build unix

package sensor

import (
	"errors"
	"os"
	"syscall"

	"threatwatch"
)

// lock takes the lock of a directory, which ends with the process at the latest.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, threatwatch.Errorf(threatwatch.Conflict, "another sensor runs on this state")
	}
	return nil, err
}
