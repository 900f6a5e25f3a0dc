package main

import (
	"strings"
	"testing"
	"time"
)

// TestProcess starts a shell with a child, reads their memory, and ends both.
func TestProcess(t *testing.T) {
	p, err := spawn(t.TempDir(), nil, "sh", "-c", "echo ready; sleep 60 & wait")
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); p.lastWords() != "ready"; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the shell says nothing")
		}
	}
	if own, mapped := p.memory(); own <= 0 || mapped < own {
		t.Errorf("memory = %v, %v MB", own, mapped)
	}
	p.stop()
	if own, _ := p.memory(); own != 0 {
		t.Errorf("after stop the group still holds %v MB", own)
	}
	if err := p.answers(t.Context(), "http://127.0.0.1:1/"); err == nil || !strings.Contains(err.Error(), "ready") {
		t.Errorf("answers of an ended process = %v, want its last words", err)
	}
}
