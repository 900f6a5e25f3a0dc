package main

// cli lists the commands, one line each; a command's struct stands in the file that bears its name.
type cli struct {
	Demo       demoCmd       `cmd:"" help:"Start a working exchange with sample data."`
	Serve      serveCmd      `cmd:"" help:"Start your exchange: pages and TAXII 2.1."`
	Check      checkCmd      `cmd:"" help:"Check the configuration, or print an example of one."`
	Backup     backupCmd     `cmd:"" help:"Write a copy of everything while the exchange runs."`
	Restore    restoreCmd    `cmd:"" help:"Make an exchange out of a backup."`
	Import     importCmd     `cmd:"" help:"Read STIX from files, folders and URLs."`
	Export     exportCmd     `cmd:"" help:"Write what somebody may see: as a STIX bundle, or in the format that it came in."`
	Lookup     lookupCmd     `cmd:"" help:"Have we seen these values? Exit status 1: no."`
	Match      matchCmd      `cmd:"" help:"Find indicators in log files. Exit status 1: none."`
	Sensor     sensorCmd     `cmd:"" help:"Find the indicators of a collection in logs, as both change; status."`
	Hunt       huntCmd       `cmd:"" help:"Were these values seen in logs: when, where, how often? Exit status 1: no."`
	Pattern    patternCmd    `cmd:"" help:"STIX patterns: check, explain, match, test."`
	Source     sourceCmd     `cmd:"" help:"Who says things: add, list."`
	Collection collectionCmd `cmd:"" help:"Inboxes and saved filters: add, list."`
	Duplicates duplicatesCmd `cmd:"" help:"Which incidents may be the same event, and why."`
	Org        orgCmd        `cmd:"" help:"Organisations that take part: add, list."`
	User       userCmd       `cmd:"" help:"People who sign in: add, list, password."`
	Token      tokenCmd      `cmd:"" help:"What programs come in with: create, list, revoke."`
	Hook       hookCmd       `cmd:"" help:"Webhooks: events of the watch, posted to an address."`
	Mail       mailCmd       `cmd:"" help:"Notices by mail: test, preview, list, end."`
	Audit      auditCmd      `cmd:"" help:"What was done, and by whom."`
	Store      storeCmd      `cmd:"" help:"The engine under an exchange: copy to another."`
	StoreCheck storeCheckCmd `cmd:"" name:"store-check" help:"Does a PostgreSQL-like engine keep what an exchange needs?"`
	Validate   validateCmd   `cmd:"" help:"Check files against STIX 2.1: one verdict each."`
	Version    versionCmd    `cmd:"" help:"Print the version, the commit and the modules built in."`
}
