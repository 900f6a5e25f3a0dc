package main

import (
	"bufio"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"threatwatch"
	"threatwatch/account"
)

// userCmd holds the commands about people.
type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Add a person."`
	List     userListCmd     `cmd:"" help:"List people."`
	Password userPasswordCmd `cmd:"" help:"Set a person's password."`
}

// passwordIn reads a password from the first line of standard input, so that it stands in no process list and no shell history.
func (a *app) passwordIn() (string, error) {
	if isTerminal(a.In) {
		fmt.Fprint(a.Err, "Password (it will be shown): ")
	}
	line, _ := bufio.NewReader(a.In).ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", withHint(threatwatch.Errorf(threatwatch.Invalid, "no password on the first line of standard input"), "give it there: threatwatch user … < FILE")
	}
	return line, nil
}

type userAddCmd struct {
	data

	Org   string `required:"" placeholder:"ORG" help:"The person's organisation."`
	Role  string `placeholder:"ROLE" enum:"reader,analyst,publisher,operator" default:"reader" help:"reader, analyst, publisher or operator. Default: reader"`
	Name  string `placeholder:"NAME" help:"Name to show. Default: what stands before the @."`
	Email string `arg:"" help:"E-mail address, with which the person signs in."`
}

// Help is shown by --help.
func (*userAddCmd) Help() string {
	return `Example:

  threatwatch user add ada@energy.example --org example-energy --role analyst --data ./data < password.txt

The password is the first line of standard input.`
}

// Run adds the person.
func (c *userAddCmd) Run(a *app) error {
	role, err := account.ParseRole(c.Role)
	if err != nil {
		return err
	}
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	password, err := a.passwordIn()
	if err != nil {
		return err
	}
	p, err := account.New(st, time.Now).AddPerson(a.ctx, account.Person{Org: account.Slug(c.Org), Email: c.Email, Name: c.Name, Role: role}, password)
	if err != nil {
		return err
	}
	if err := a.audit(st, "person added", p.ID); err != nil {
		return err
	}
	fmt.Fprintln(a.Out, p.ID)
	return nil
}

type userListCmd struct {
	data

	JSON bool `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*userListCmd) Help() string {
	return "Example:\n\n  threatwatch user list --data ./data"
}

// userLine is what a line of the list says: nothing of the password.
type userLine struct {
	ID       string       `json:"id"`
	Email    string       `json:"email"`
	Name     string       `json:"name"`
	Org      string       `json:"org"`
	Role     account.Role `json:"role"`
	Disabled bool         `json:"disabled,omitempty"`
}

// Run lists the people.
func (c *userListCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	people, err := account.New(st, time.Now).People(a.ctx)
	if err != nil {
		return err
	}
	lines := make([]userLine, len(people))
	for i, p := range people {
		lines[i] = userLine{p.ID, p.Email, p.Name, p.Org, p.Role, p.Disabled}
	}
	if c.JSON {
		return jsonLines(a, lines)
	}
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tE-MAIL\tNAME\tORG\tROLE")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.ID, plain(l.Email), plain(l.Name), l.Org, l.Role)
	}
	return w.Flush()
}

type userPasswordCmd struct {
	data

	Email string `arg:"" help:"The person's e-mail address."`
}

// Help is shown by --help.
func (*userPasswordCmd) Help() string {
	return `Example:

  threatwatch user password ada@energy.example --data ./data < password.txt

The password is the first line of standard input. Sessions of the person end.`
}

// Run sets the password.
func (c *userPasswordCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	password, err := a.passwordIn()
	if err != nil {
		return err
	}
	if err := account.New(st, time.Now).SetPassword(a.ctx, c.Email, password); err != nil {
		return err
	}
	return a.audit(st, "password set", strings.ToLower(c.Email))
}
