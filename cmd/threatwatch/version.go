package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCmd prints what this binary is.
type versionCmd struct {
	JSON bool `help:"As JSON, with the modules built in."`
}

// Help shows examples.
func (versionCmd) Help() string {
	return `Examples:
  threatwatch version
  threatwatch version --json`
}

// buildInfo is what the linker left in the binary.
type buildInfo struct {
	Version  string            `json:"version"`
	Commit   string            `json:"commit,omitempty"`
	Time     string            `json:"time,omitempty"`
	Modified bool              `json:"modified,omitempty"`
	Go       string            `json:"go"`
	Platform string            `json:"platform"`
	Modules  map[string]string `json:"modules,omitempty"`
}

// readBuild reads the build information.
func readBuild() buildInfo {
	b := buildInfo{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	b.Modules = map[string]string{}
	for _, m := range info.Deps {
		b.Modules[m.Path] = m.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// Run prints the version.
func (c *versionCmd) Run(a *app) error {
	b := readBuild()
	if c.JSON {
		e := json.NewEncoder(a.Out)
		e.SetIndent("", "  ")
		return e.Encode(b)
	}
	line := "threatwatch " + b.Version
	if b.Commit != "" {
		line += " " + b.Commit[:min(12, len(b.Commit))]
	}
	if b.Modified {
		line += " (modified)"
	}
	_, err := fmt.Fprintf(a.Out, "%s, %s, %s\n", line, b.Go, b.Platform)
	return err
}
