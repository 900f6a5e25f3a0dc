package main

import (
	"os/exec"
	"syscall"
)

// maxRSS is the largest resident size of a finished command in kB.
func maxRSS(cmd *exec.Cmd) int64 {
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		return u.Maxrss
	}
	return 0
}
