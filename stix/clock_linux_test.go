package stix

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// ownClock tells how long this test has computed, whatever else the machine does meanwhile.
func ownClock(t *testing.T) func() time.Duration {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	read := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := read()
	return func() time.Duration { return read() - start }
}
