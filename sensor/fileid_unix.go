//go:build unix

package sensor

import (
	"fmt"
	"io/fs"
	"syscall"
)

// fileID names a file by device and inode, which it keeps when it is renamed.
func fileID(info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}
