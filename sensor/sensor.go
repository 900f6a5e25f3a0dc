package sensor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"threatwatch/logs"
	"threatwatch/match"
)

// Config is what a sensor is told. Collection, Dir, Logs, Found and Tell are required.
type Config struct {
	Collection Remote // whose indicators are looked for
	Report     Remote // where sightings go; without a URL nowhere
	Dir        string // of the state
	Name       string // of the sensor, in sightings and in what Memory is told
	Logs       []string
	Follow     bool // go on as the files grow
	Format     logs.Format

	Interval time.Duration // between polls, and the first wait after a failure
	Recheck  time.Duration // between comparisons of the manifest with the copy
	Window   time.Duration // that sightings are counted over
	MaxSpool int64         // bytes of sightings that wait

	Known  *match.WarningLists
	Memory Memory // told of every record; nil: nothing is remembered

	Found func(*match.Finding) error       // gets each hit as it is found; an error ends the sensor
	Tell  func(format string, args ...any) // gets lines for the operator; called by several goroutines
	Watch func(Status)                     // gets the status each second, if set
}

// Result is what a sensor did.
type Result struct {
	Hits   int64
	Broken int64 // logs that could not be read
	Left   int   // windows that wait to be sent
}

const (
	lockName    = "lock"
	stateName   = "id"
	statusEvery = time.Second
	firstPoll   = 10 * time.Second // that a start with a copy waits for news
)

// sensor is one run.
type sensor struct {
	Config
	lock    *os.File
	started time.Time
	poll    *poller
	spool   *spool
	window  *window
	send    *sender // nil: sightings go nowhere
	broken  atomic.Int64
}

// Run works until ctx ends, or until the logs are read where it does not follow them. It ends in order: what was found is in the spool.
func Run(ctx context.Context, c Config) (res Result, err error) {
	s, err := open(c)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.first(ctx); err != nil || ctx.Err() != nil {
		return res, err
	}
	debug.FreeOSMemory() // a start takes more than what follows
	work, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { s.poll.run(work) })
	beside.Go(func() { s.windows(work) })
	if s.send != nil {
		beside.Go(func() { s.send.run(work, c.Interval) })
	}
	err = s.read(work)
	stop()
	beside.Wait()
	err = errors.Join(err, s.window.close(true))
	if s.send != nil && ctx.Err() == nil {
		if e := s.send.drain(ctx); e != nil {
			s.Tell("sightings: %s; they wait for the next run", e)
		}
	}
	left, _, _, _ := s.spool.held()
	_, hits, _ := s.window.read()
	return Result{hits, s.broken.Load(), left}, err
}

// open opens the state and reads the copy.
func open(c Config) (s *sensor, err error) {
	if c.Known == nil {
		c.Known = match.NewWarningLists()
	}
	s = &sensor{Config: c, started: time.Now().UTC()}
	defer func() {
		if err != nil {
			s.close()
			s = nil
		}
	}()
	exchange, err := s.dial(c.Collection)
	if err != nil {
		return s, err
	}
	if c.Report.URL != "" {
		s.send = &sender{refused: filepath.Join(c.Dir, "refused.ndjson"), tell: c.Tell}
		if s.send.exchange, err = s.dial(c.Report); err != nil {
			return s, err
		}
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return s, err
	}
	if s.lock, err = lock(filepath.Join(c.Dir, lockName)); err != nil {
		return s, fmt.Errorf("%s: %w", c.Dir, err)
	}
	id, err := stateID(c.Dir)
	if err != nil {
		return s, err
	}
	s.poll = &poller{exchange: exchange, recheck: c.Recheck, patience: patience{what: "indicators", base: c.Interval, tell: c.Tell}}
	if s.poll.copy, err = openCopy(filepath.Join(c.Dir, "copy"), exchange.url.String()); err != nil {
		return s, err
	}
	if s.poll.copy.cursor.Whole {
		if err := s.poll.build(); err != nil {
			return s, err
		}
	}
	s.poll.indicators.Store(int64(s.poll.copy.indicators))
	return s, s.openSpool(id)
}

// openSpool opens the spool and begins a window behind what is in it.
func (s *sensor) openSpool(id string) (err error) {
	var cut int64
	if s.spool, cut, err = openSpool(filepath.Join(s.Dir, "spool"), s.MaxSpool, s.Tell); err != nil {
		return err
	}
	if cut > 0 {
		s.Tell("spool: %d bytes of a record that was not finished are cut off; what it counted is read again", cut)
	}
	gather, err := openGathering(s.Dir, s.spool.gathered())
	if err != nil {
		s.Tell("what was gathered for patterns of several records is lost: %s", reasonOf(err))
	}
	s.window = &window{name: s.Name, gather: gather, state: id, report: s.send != nil, spool: s.spool, memory: &memory{to: s.Memory}, tell: s.Tell, sum: match.NewSummary()}
	if s.send != nil {
		s.send.spool = s.spool
	}
	s.window.others = slices.Clone(s.spool.places())
	return nil
}

// dial prepares to talk to an exchange, and warns where others may listen.
func (s *sensor) dial(r Remote) (*Exchange, error) {
	x, err := Dial(r)
	if err == nil && x.Bare() {
		s.Tell("warning: %s is not HTTPS: the token goes over the network for all to read", x.url.Redacted())
	}
	return x, err
}

// stateID is the name of a state, made once.
func stateID(dir string) (string, error) {
	path := filepath.Join(dir, stateName)
	raw, err := os.ReadFile(path)
	if id := strings.TrimSpace(string(raw)); err == nil && id != "" {
		return id, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	random := make([]byte, 8)
	rand.Read(random)
	id := hex.EncodeToString(random)
	if err := os.WriteFile(path+".new", []byte(id+"\n"), 0o600); err != nil {
		return "", err
	}
	return id, os.Rename(path+".new", path)
}

// first asks for news before the logs are read. Without a copy there is nothing to look for, and what is read would be missed: then it waits for one.
func (s *sensor) first(ctx context.Context) error {
	p := s.poll
	if p.copy.cursor.Whole {
		short, done := context.WithTimeout(ctx, firstPoll)
		defer done()
		if err := p.news(short); ctx.Err() == nil {
			p.after(err)
		}
		return nil
	}
	s.Tell("there is no copy of the collection yet: the logs wait for it")
	for ctx.Err() == nil && !p.copy.cursor.Whole {
		wait := p.after(p.news(ctx))
		s.report()
		if !p.copy.cursor.Whole {
			pause(ctx, wait)
		}
	}
	p.rechecked = time.Now() // all of it has just been read
	if ctx.Err() != nil {
		return nil
	}
	return p.build()
}

// read reads all logs.
func (s *sensor) read(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	of := map[string][]place{}
	for _, p := range s.spool.places() {
		of[p.Path] = append(of[p.Path], p)
	}
	var output sync.Mutex
	errs := make(chan error, len(s.Logs))
	paths := slices.Compact(slices.Sorted(slices.Values(s.Logs)))
	for _, path := range paths {
		w := &watcher{Config: &s.Config, path: path, index: s.poll.index, window: s.window, output: &output, broken: &s.broken, ctx: ctx, stop: stop}
		go func() { errs <- w.run(of[path]) }()
	}
	var err error
	for range paths {
		if e := <-errs; e != nil {
			err = errors.Join(err, e)
		}
	}
	return err
}

// windows ends windows and writes the status, until ctx ends.
func (s *sensor) windows(ctx context.Context) {
	pat := patience{what: "spool", base: s.Window, tell: s.Tell}
	end, tick := time.NewTimer(s.Window), time.NewTicker(statusEvery)
	defer end.Stop()
	defer tick.Stop()
	s.report()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.report()
		case <-end.C:
			end.Reset(pat.after(s.window.close(false)))
		}
	}
}

// report writes the status and shows it.
func (s *sensor) report() {
	st := s.status()
	if err := s.writeStatus(st); err != nil {
		s.Tell("status: %s", err)
	}
	if s.Watch != nil {
		s.Watch(st)
	}
}

// close gives the state back.
func (s *sensor) close() error {
	var err error
	if s.window != nil {
		st := s.status()
		st.Running = false
		err = s.writeStatus(st)
		s.window.release()
	}
	if s.spool != nil {
		err = errors.Join(err, s.spool.close())
	}
	if s.poll != nil && s.poll.copy != nil {
		err = errors.Join(err, s.poll.copy.close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}
