// Command threatwatch is an exchange for cyber threat intelligence: STIX 2.1 in through one door, out through another, to
// each reader exactly what the markings allow, as pages and over TAXII 2.1.
//
//	threatwatch demo                  # a working exchange with sample data at http://127.0.0.1:8080
//	threatwatch serve --data ./data   # your own
//	threatwatch help
//
// Each subcommand is one file: a struct whose fields are its flags and whose Run does the work. This package wires the
// rooms; it is the only one that sees all of them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"threatwatch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes of the program.
const (
	exitFine   = 0 // all is well
	exitWrong  = 1 // something was found wrong, or nothing was found
	exitCannot = 2 // wrong usage, or it could not run
)

// exitCode ends a command with this code and no message: the command has said what there is to say.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit %d", int(c)) }

// hinted is an error with advice for the person at the terminal.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// withHint adds a hint, what to run or which flag to change, to an error.
func withHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return hinted{err, fmt.Sprintf(format, args...)}
}

// run is the whole program: it reads args, does what they ask, and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{ctx: ctx, In: stdin, Out: stdout, Err: stderr}
	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("threatwatch"),
		kong.Description("An exchange for cyber threat intelligence: STIX 2.1 in, STIX 2.1 out, to each reader exactly what the markings allow."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(n int) { code = n }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.NamedMapper("place", kong.MapperFunc(mapPlace)),
		kong.KindMapper(reflect.String, kong.MapperFunc(mapText)),
		kong.Vars{"documents": documentNames()},
		kong.Bind(a),
	)
	if err != nil {
		fmt.Fprintf(stderr, "threatwatch: %v\n", err)
		return exitCannot
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help":
		args = append(args[1:len(args):len(args)], "--help")
	}
	k, err := parser.Parse(args)
	if code >= 0 { // help was asked for and printed
		return code
	}
	if err != nil {
		return a.report(withHint(err, "threatwatch %s--help shows how", commandOf(err)))
	}
	return a.report(k.Run())
}

// mapText takes an argument as it is: names of files are bytes, and kong would mend what is no UTF-8.
func mapText(ctx *kong.DecodeContext, target reflect.Value) error {
	t, err := ctx.Scan.PopValue("string")
	if err == nil {
		target.SetString(t.String())
	}
	return err
}

// commandOf names the command in which parsing ended, with a space after it.
func commandOf(err error) string {
	p, ok := errors.AsType[*kong.ParseError](err)
	if !ok || p.Context == nil || p.Context.Selected() == nil {
		return ""
	}
	return strings.TrimPrefix(p.Context.Selected().Path(), "threatwatch ") + " "
}

// report prints an error with its hint, if any, and returns the exit code that it means.
func (a *app) report(err error) int {
	if err == nil {
		return exitFine
	}
	if c, ok := errors.AsType[exitCode](err); ok {
		return int(c)
	}
	fmt.Fprintf(a.Err, "threatwatch: %v\n", err)
	if h, ok := errors.AsType[hinted](err); ok {
		fmt.Fprintf(a.Err, "hint: %s\n", h.hint)
	}
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return exitWrong
	}
	return exitCannot
}
