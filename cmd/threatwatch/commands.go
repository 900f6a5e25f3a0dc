package main

// cli lists the commands, one line each; a command's struct stands in the file that bears its name.
type cli struct {
	Version versionCmd `cmd:"" help:"Print the version, the commit and the modules built in."`
}
