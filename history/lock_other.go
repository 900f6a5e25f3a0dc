//go:build !unix

package history

// lock is always busy: without a lock that ends with its process, segments stay as they are written.
func lock(string) (release func() error, busy bool, err error) { return nil, true, nil }
