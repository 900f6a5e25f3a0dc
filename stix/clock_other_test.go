//go:build !linux

package stix

import (
	"testing"
	"time"
)

// ownClock tells how long this test has taken.
func ownClock(*testing.T) func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}
