package main

import (
	"errors"
	"fmt"
)

type checkCmd struct {
	Config  string `placeholder:"FILE" type:"path" env:"THREATWATCH_CONFIG" help:"Configuration file."`
	Example bool   `help:"Print a configuration file with every field and its default."`
}

// Help is shown by --help.
func (*checkCmd) Help() string {
	return `Examples:

  threatwatch check --example > threatwatch.toml
  threatwatch check --config threatwatch.toml

Exit status 0: a server can start with it.`
}

// Run checks the configuration and, when it is there, that the data opens.
func (c *checkCmd) Run(a *app) error {
	if c.Example {
		_, err := fmt.Fprint(a.Out, exampleConfig)
		return err
	}
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	state := "opens"
	st, err := openExisting(a.ctx, cfg.Data)
	switch {
	case errors.Is(err, errNoExchange):
		state = "will be made at the first start"
	case err != nil:
		return err
	default:
		if err := st.Close(); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.Out, "configuration is good\nlisten  %s\ndata    %s: %s\n", cfg.Listen, cfg.Data, state)
	return nil
}
