package main

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"threatwatch"
	"threatwatch/history"
	"threatwatch/logs"
	"threatwatch/match"
	"threatwatch/sensor"
)

// sensorCmd holds the commands of one who watches logs for an exchange elsewhere.
type sensorCmd struct {
	Run    sensorRunCmd    `cmd:"" default:"withargs" help:"Find the indicators of a collection in logs, as both change. The default."`
	Status sensorStatusCmd `cmd:"" help:"How things stand with a sensor. Exit status 1: it does not run."`
}

// Help is shown by --help.
func (*sensorCmd) Help() string {
	return `Examples:

  threatwatch sensor --url https://cti.example/api1/collections/3d8…/ --token-file token --state /var/lib/tw-sensor -F /var/log/suricata/eve.json
  threatwatch sensor status --state /var/lib/tw-sensor

threatwatch sensor run --help lists the flags.`
}

// exchangeFlags say how to come in at an exchange elsewhere.
type exchangeFlags struct {
	TokenFile string `placeholder:"FILE" type:"path" help:"File that holds the token for --url, and nothing else."`
	CA        string `name:"ca" placeholder:"FILE" type:"path" help:"Certificates that are trusted besides the system's."`
}

func (f *exchangeFlags) remote(url string) sensor.Remote {
	return sensor.Remote{URL: url, TokenFile: f.TokenFile, CA: f.CA}
}

type sensorRunCmd struct {
	URL string `name:"url" required:"" placeholder:"URL" help:"Collection whose indicators are looked for: https://host/api1/collections/ID/"`
	exchangeFlags
	State           string        `required:"" placeholder:"DIR" type:"path" help:"Where the copy of the collection, what is to be sent and how far the logs were read are kept."`
	Follow          bool          `short:"F" help:"Go on as the files grow, also when they are rotated. Otherwise end behind their last record."`
	Format          string        `default:"auto" placeholder:"NAME" help:"What the logs are written in: see doc/logs.md. Default: auto"`
	Warninglists    []string      `short:"w" sep:"none" placeholder:"DIR" help:"MISP warning lists, files or folders: hits on known good values are marked and not reported; the servers of the DNS root then too. May be repeated."`
	ReportTo        string        `placeholder:"URL" help:"Collection that sightings are sent to."`
	ReportTokenFile string        `placeholder:"FILE" type:"path" help:"The token for --report-to. Default: that of --url, if both are at one host"`
	Sensor          string        `default:"threatwatch sensor" placeholder:"NAME" help:"Who sighted. Default: threatwatch sensor"`
	Remember        string        `placeholder:"DIR" type:"path" help:"Remember what was seen, whether or not anybody has named it, for threatwatch hunt."`
	JSON            bool          `name:"json" help:"One JSON object a hit, a line each."`
	Interval        time.Duration `default:"5s" placeholder:"TIME" help:"Between looks at the collection. Default: 5s"`
	Recheck         time.Duration `default:"15m" placeholder:"TIME" help:"Between comparisons of the copy with the collection's manifest, which find what was withheld or deleted. Default: 15m"`
	Window          time.Duration `default:"1m" placeholder:"TIME" help:"That hits are counted over, for one sighting of an indicator. Default: 1m"`
	SpoolMax        string        `default:"256MiB" placeholder:"SIZE" help:"Of sightings that wait. When it is reached, what is found is added up in one window that stays open. Default: 256MiB"`
	Logs            []string      `arg:"" name:"log" type:"path" help:"Log files, one path each; files that are packed or UTF-16 are for threatwatch match."`
}

// Help is shown by --help.
func (*sensorRunCmd) Help() string {
	return `Examples:

  threatwatch sensor --url https://cti.example/api1/collections/3d8…/ --token-file token --state /var/lib/tw-sensor -F /var/log/suricata/eve.json
  threatwatch sensor --url … --token-file token --state ./state --report-to https://cti.example/api1/collections/9a1…/ --sensor edge-1 --json -F eve.json dns.log
  threatwatch sensor status --state /var/lib/tw-sensor

A copy of the collection is kept: without the network the sensor starts and goes on with it, and what is to be reported waits. New indicators are
looked for within --interval, revoked and expired ones no longer. How far each log was read is kept, so that a restart, also after a kill, neither
misses records nor counts them twice, as long as the files are there. doc/sensor.md has more, and a unit for systemd.
Exit status 0: it ended as it was asked to. 1: a log could not be read. 2: it could not run.`
}

// Run watches until Ctrl-C, or to the end of the logs.
func (c *sensorRunCmd) Run(a *app) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	if cfg.Known, err = readWarningLists(a, c.Warninglists); err != nil {
		return err
	}
	if c.Remember != "" {
		w, err := history.Create(c.Remember)
		if err != nil {
			return err
		}
		cfg.Memory = w
	}
	out := newSensorOutput(a, c.JSON)
	cfg.Found, cfg.Tell, cfg.Watch = out.found, out.tell, out.watch
	res, err := sensor.Run(a.ctx, cfg)
	out.line.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Err, "ended: %s, %s to be sent\n", several(int(res.Hits), "hit"), several(res.Left, "window"))
	if res.Broken > 0 {
		return exitCode(exitWrong)
	}
	return nil
}

// config checks the flags.
func (c *sensorRunCmd) config() (cfg sensor.Config, err error) {
	cfg = sensor.Config{
		Collection: c.remote(c.URL), Dir: c.State, Name: c.Sensor, Logs: c.Logs, Follow: c.Follow,
		Interval: c.Interval, Recheck: c.Recheck, Window: c.Window,
	}
	if cfg.Format, err = logs.ParseFormat(c.Format); err != nil {
		return cfg, threatwatch.Errorf(threatwatch.Invalid, "--format: %w", err)
	}
	size, err := humanize.ParseBytes(c.SpoolMax)
	if err != nil || size > 1<<40 {
		return cfg, threatwatch.Errorf(threatwatch.Invalid, "--spool-max: no size %q", c.SpoolMax)
	}
	cfg.MaxSpool = int64(size)
	if slices.Contains(c.Logs, "-") {
		return cfg, threatwatch.Errorf(threatwatch.Invalid, "a sensor reads files, to go on from where it was: threatwatch match reads standard input")
	}
	if c.Interval <= 0 || c.Recheck <= 0 || c.Window <= 0 {
		return cfg, threatwatch.Errorf(threatwatch.Invalid, "--interval, --recheck and --window are longer than nothing")
	}
	if c.ReportTo != "" {
		cfg.Report = sensor.Remote{URL: c.ReportTo, TokenFile: c.ReportTokenFile, CA: c.CA}
		if c.ReportTokenFile == "" && sameHost(c.URL, c.ReportTo) {
			cfg.Report.TokenFile = c.TokenFile
		}
	}
	return cfg, nil
}

// sameHost says whether a token for one address may be sent to the other.
func sameHost(a, b string) bool {
	u, err := url.Parse(a)
	v, e := url.Parse(b)
	return err == nil && e == nil && u.Scheme == v.Scheme && u.Host == v.Host
}

// sensorOutput is hits on standard output, and on standard error what the operator is to know, with a line on a terminal that says how things stand.
type sensorOutput struct {
	app   *app
	out   *bufio.Writer
	print matchPrinter
	line  *progress

	mu  sync.Mutex // protects now
	now sensor.Status
}

func newSensorOutput(a *app, asJSON bool) *sensorOutput {
	o := &sensorOutput{app: a, out: bufio.NewWriter(a.Out)}
	form := matchCmd{JSON: asJSON}
	o.print = form.printer(a, o.out)
	o.line = newProgress(a.Err, func(int64, float64) string {
		o.mu.Lock()
		defer o.mu.Unlock()
		return statusLine(o.now)
	})
	return o
}

func (o *sensorOutput) found(f *match.Finding) error {
	o.line.done()
	if err := o.print.finding(f); err != nil {
		return err
	}
	return o.out.Flush()
}

func (o *sensorOutput) tell(format string, args ...any) {
	o.line.done()
	fmt.Fprintf(o.app.Err, "%s\n", plain(fmt.Sprintf(format, args...)))
}

func (o *sensorOutput) watch(s sensor.Status) {
	o.mu.Lock()
	o.now = s
	o.mu.Unlock()
	o.line.add(1)
}

// statusLine says in a line how things stand.
func statusLine(s sensor.Status) string {
	contact := "no contact yet"
	if !s.Contact.IsZero() {
		contact = "contact " + humanize.RelTime(s.Contact, s.Written, "ago", "")
	}
	return fmt.Sprintf("%s indicators, %s; %s records, %s, %s waiting", humanize.Comma(s.Indicators), contact, humanize.Comma(s.Records),
		several(int(s.Hits), "hit"), several(s.Windows, "window"))
}

type sensorStatusCmd struct {
	State string `required:"" placeholder:"DIR" type:"path" help:"The state of the sensor."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// Help is shown by --help.
func (*sensorStatusCmd) Help() string {
	return "Example:\n\n  threatwatch sensor status --state /var/lib/tw-sensor"
}

// Run prints what the sensor wrote last.
func (c *sensorStatusCmd) Run(a *app) error {
	s, err := sensor.ReadStatus(c.State)
	if err != nil {
		return err
	}
	if c.JSON {
		err = jsonLines(a, []sensor.Status{s})
	} else {
		err = printStatus(a.Out, s)
	}
	if err == nil && !s.Running {
		return exitCode(exitWrong)
	}
	return err
}

// printStatus writes a status for people.
func printStatus(out io.Writer, s sensor.Status) error {
	w := bufio.NewWriter(out)
	state := "runs since " + s.Started.Format(time.RFC3339)
	if !s.Running {
		state = "does not run; as of " + s.Written.Format(time.RFC3339)
	}
	contact := "none since the start"
	if !s.Contact.IsZero() {
		contact = fmt.Sprintf("%s (%s before this was written)", s.Contact.Format(time.RFC3339), s.Written.Sub(s.Contact).Round(time.Second))
	}
	fmt.Fprintf(w, "%s  %s\n", plain(s.Sensor), state)
	fmt.Fprintf(w, "collection    %s\n", plain(s.Collection))
	fmt.Fprintf(w, "last contact  %s\n", contact)
	fmt.Fprintf(w, "indicators    %s, %s values\n", humanize.Comma(s.Indicators), humanize.Comma(int64(s.Values)))
	fmt.Fprintf(w, "records       %s, %s\n", humanize.Comma(s.Records), several(int(s.Hits), "hit"))
	fmt.Fprintf(w, "spooled       %s, %s, %s\n", several(s.Windows, "window"), several(s.Spooled, "object"), humanize.IBytes(uint64(s.Bytes)))
	fmt.Fprintf(w, "sent          %s\n", several(int(s.Sent), "object"))
	fmt.Fprintf(w, "refused       %s\n", several(int(s.Refused), "object"))
	for _, l := range s.Logs {
		fmt.Fprintf(w, "log           %s: read to %s, %s behind\n", plain(l.Path), humanize.Comma(l.Offset), humanize.IBytes(uint64(l.Behind)))
	}
	return w.Flush()
}
