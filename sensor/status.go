package sensor

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"threatwatch"
)

// Status is how things stand with a sensor.
type Status struct {
	Sensor     string    `json:"sensor"`
	Collection string    `json:"collection"`
	ReportTo   string    `json:"report_to,omitempty"`
	Running    bool      `json:"running"` // it was when the status was written; ReadStatus finds out whether it is
	Written    time.Time `json:"written"`
	Started    time.Time `json:"started"`
	Indicators int64     `json:"indicators"`
	Values     int       `json:"values"`       // that are looked for
	Contact    time.Time `json:"last_contact"` // when the collection last answered; zero: never since the start
	Records    int64     `json:"records"`      // since the start
	Hits       int64     `json:"hits"`         // since the start, those on warning lists as well
	Windows    int       `json:"spooled_windows"`
	Spooled    int       `json:"spooled_objects"`
	Bytes      int64     `json:"spooled_bytes"`
	Sent       int64     `json:"sent_objects"`    // ever, of this state
	Refused    int64     `json:"refused_objects"` // ever, of this state
	Logs       []LogRead `json:"logs"`
}

// LogRead is how far a file was read.
type LogRead struct {
	Path   string `json:"path"`
	Offset int64  `json:"offset"`
	Behind int64  `json:"behind"` // bytes that are there and not read
}

const statusName = "status.json"

// ReadStatus reads the status of the sensor whose state is in dir.
func ReadStatus(dir string) (s Status, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, statusName))
	if errors.Is(err, fs.ErrNotExist) {
		return s, threatwatch.Errorf(threatwatch.NotFound, "no sensor has run on %s", dir)
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return s, err
	}
	l, err := lock(filepath.Join(dir, lockName))
	if err == nil {
		s.Running = false
		return s, l.Close()
	}
	s.Running = threatwatch.KindOf(err) == threatwatch.Conflict
	return s, nil
}

// status says how things stand now.
func (s *sensor) status() Status {
	out := Status{Sensor: s.Name, Collection: s.Collection.URL, ReportTo: s.Report.URL, Running: true, Written: time.Now().UTC(), Started: s.started,
		Indicators: s.poll.indicators.Load(), Values: s.poll.values()}
	if at := s.poll.contact.Load(); at != 0 {
		out.Contact = time.UnixMicro(at).UTC()
	}
	var t totals
	out.Windows, out.Spooled, out.Bytes, t = s.spool.held()
	out.Sent, out.Refused = t.Sent, t.Refused
	out.Records, out.Hits, out.Logs = s.window.read()
	return out
}

// read is what was read since the start, and how far each file.
func (w *window) read() (records, hits int64, files []LogRead) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.readings {
		l := LogRead{Path: r.place.Path, Offset: r.place.Mark.Offset}
		if info, err := r.f.Stat(); err == nil && !r.gone {
			l.Behind = max(info.Size()-l.Offset, 0)
		}
		files = append(files, l)
	}
	return w.records, w.hits, files
}

// writeStatus replaces the status. It need not survive the machine.
func (s *sensor) writeStatus(st Status) error {
	raw, err := json.MarshalIndent(st, "", "  ")
	if err != nil {
		return err
	}
	tmp := filepath.Join(s.Dir, statusName+".new")
	if err := os.WriteFile(tmp, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(s.Dir, statusName))
}
