package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"threatwatch"
	"threatwatch/account"
)

// tokenCmd holds the commands about tokens, with which programs come in.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token; its secret is printed once."`
	List   tokenListCmd   `cmd:"" help:"List tokens, without their secrets."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token."`
}

type tokenCreateCmd struct {
	data

	Org     string        `required:"" placeholder:"ORG" help:"Organisation in whose name the program acts."`
	Role    string        `required:"" placeholder:"ROLE" enum:"reader,analyst,publisher,operator" help:"reader, analyst, publisher or operator."`
	Expires time.Duration `placeholder:"TIME" help:"Time to live, such as 720h. Default: until it is revoked."`
	Name    string        `arg:"" help:"What the token is for."`
}

// Help is shown by --help.
func (*tokenCreateCmd) Help() string {
	return `Example:

  threatwatch token create "SIEM of the SOC" --org example-energy --role reader --data ./data

Prints the secret alone: use it as "Authorization: Bearer SECRET", or as the password of Basic with any user name.
It is kept nowhere; only its hash is stored.`
}

// Run makes the token.
func (c *tokenCreateCmd) Run(a *app) error {
	role, err := account.ParseRole(c.Role)
	if err != nil {
		return err
	}
	if c.Expires < 0 {
		return threatwatch.Errorf(threatwatch.Invalid, "--expires: %s is in the past", c.Expires)
	}
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	secret, t, err := account.New(st, time.Now).CreateToken(a.ctx, c.Name, account.Slug(c.Org), role, c.Expires)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return withHint(err, "add it with: threatwatch org add %q", c.Org)
	}
	if err != nil {
		return err
	}
	if err := a.audit(st, "token created", t.ID); err != nil {
		return err
	}
	fmt.Fprintln(a.Out, secret)
	return nil
}

type tokenListCmd struct {
	data

	JSON bool `name:"json" help:"One JSON object a line."`
}

// Help is shown by --help.
func (*tokenListCmd) Help() string {
	return "Example:\n\n  threatwatch token list --data ./data"
}

// Run lists the tokens.
func (c *tokenListCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	list, err := account.New(st, time.Now).Tokens(a.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return jsonLines(a, list)
	}
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tORG\tROLE\tSTATE\tLAST USED")
	for _, t := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, plain(t.Name), t.Org, t.Role, tokenState(t, time.Now()), day(t.Used))
	}
	return w.Flush()
}

// tokenState says in a word or two whether a token still opens.
func tokenState(t account.Token, now time.Time) string {
	switch {
	case !t.Revoked.IsZero():
		return "revoked " + day(t.Revoked)
	case t.Expires.IsZero():
		return "good"
	case now.After(t.Expires):
		return "expired " + day(t.Expires)
	}
	return "good until " + day(t.Expires)
}

// day prints a date; "-" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02")
}

type tokenRevokeCmd struct {
	data

	ID string `arg:"" help:"Its id, from: threatwatch token list"`
}

// Help is shown by --help.
func (*tokenRevokeCmd) Help() string {
	return "Example:\n\n  threatwatch token revoke 0f3a9c21d4e5 --data ./data\n\nIt is refused at once, also by a server that runs."
}

// Run revokes the token.
func (c *tokenRevokeCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := account.New(st, time.Now).RevokeToken(a.ctx, c.ID); err != nil {
		return err
	}
	return a.audit(st, "token revoked", c.ID)
}
