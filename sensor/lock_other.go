//go:build !unix

package sensor

import "os"

// lock opens the file; nothing keeps a second sensor off.
func lock(path string) (*os.File, error) { return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) }
