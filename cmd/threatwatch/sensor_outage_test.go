package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"threatwatch/taxii"
)

// TestSensorOffline: without the exchange a sensor starts from its copy and goes on; what it finds arrives once when the exchange is back, and a
// token that is wrong for a while changes nothing of that.
func TestSensorOffline(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.publish(1, "", 1)
	w.write("eve.json", "")
	s := w.sense()
	w.until("there is a copy", func() bool { _, err := os.Stat(w.path("state/status.json")); return err == nil })
	w.end(s)
	w.stop()

	s = w.sense()
	for record := range 5 {
		w.log(1, record)
		time.Sleep(50 * time.Millisecond)
	}
	w.until("hits are found without the exchange", func() bool { return s.hits(1) == 5 })
	w.until("they wait", func() bool { return w.status().Windows > 1 })
	if n := strings.Count(s.errs.String(), "trying again"); n != 2 { // indicators, sightings
		t.Errorf("%d lines about the outage, want 2: %s", n, s.errs.String())
	}
	w.end(s)

	token, err := os.ReadFile(w.path("token"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("token", "not-the-token\n")
	w.start()
	s = w.sense()
	w.log(1, 6)
	w.until("hits are found with a wrong token", func() bool { return s.hits(1) == 1 })
	w.until("the token is complained of", func() bool { return strings.Count(s.errs.String(), "trying again") == 2 })
	if log := s.errs.String(); strings.Contains(log, "not-the-token") || strings.Contains(log, strings.TrimSpace(string(token))) {
		t.Errorf("a token stands in what is told: %s", log)
	}
	w.write("token", string(token))
	w.publish(1, "", 2)
	w.log(2, 7)
	w.until("all is sighted", func() bool { counts, _ := w.sighted(); return counts[indicatorID(1)] >= 6 })
	w.until("the poll works again", func() bool { w.log(2, 8); return s.hits(2) > 0 })
	w.end(s)
	if counts, _ := w.sighted(); counts[indicatorID(1)] != 6 {
		t.Errorf("sighted %v", counts)
	}
	if n := strings.Count(s.errs.String(), "works again"); n != 2 {
		t.Errorf("%d lines about the end of the outage, want 2: %s", n, s.errs.String())
	}
}

// TestSensorWithdrawn: what is withheld from a collection, or deleted, is looked for no longer once the manifest was compared.
func TestSensorWithdrawn(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.feed = w.inbox
	w.post(indicatorOf(1, 1, ""))
	w.post(indicatorOf(2, 1, ""))
	w.write("eve.json", "")
	s := w.sense("--recheck", "200ms")
	w.until("both are looked for", func() bool { w.log(1, 0); w.log(2, 0); return s.hits(1) > 0 && s.hits(2) > 0 })
	w.request(http.MethodDelete, w.inbox+"objects/"+indicatorID(1)+"/", "")
	w.until("it is told", func() bool { return strings.Contains(s.errs.String(), "no longer in the collection") })
	w.until("it is looked for no longer", func() bool { return w.passes(s, 1, 2) })
	w.post(indicatorOf(3, 1, ""))
	w.until("a third is looked for", func() bool { w.log(3, 3); return s.hits(3) > 0 })
	w.post(indicatorOf(3, 2, `,"revoked":true`))
	w.until("it is revoked", func() bool { return w.passes(s, 3, 2) })
	n := s.hits(3)
	w.request(http.MethodDelete, w.inbox+"objects/"+indicatorID(3)+"/?match[version]=2026-01-01T00:00:02.000Z", "")
	w.until("its first version counts again", func() bool { w.log(3, 5); return s.hits(3) > n })
	w.request(http.MethodDelete, w.inbox+"objects/"+indicatorID(3)+"/", "")
	w.until("it is gone", func() bool { return w.status().Indicators == 1 })
	w.end(s)
	if st := w.status(); st.Indicators != 1 {
		t.Errorf("%d indicators are held, want 1", st.Indicators)
	}
	s = w.sense() // and after a restart
	n = s.hits(2)
	w.until("the other one is found again", func() bool { w.log(1, 3); w.log(2, 3); return s.hits(2) > n })
	if s.hits(1) != 0 {
		t.Error("hits of what is withheld after a restart")
	}
	w.end(s)
}

// passes writes a record of each of two hosts and says whether only the second was found: records of a log are matched in their order.
func (w *watched) passes(s *sensed, first, second int) bool {
	w.Helper()
	had, more := s.hits(first), s.hits(second)
	w.log(first, 10)
	w.log(second, 11)
	w.until("the second is found", func() bool { return s.hits(second) > more })
	return s.hits(first) == had
}

// TestSensorRefused: what the exchange does not take is put aside with its reason, told, and not sent again.
func TestSensorRefused(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.publish(1, "", 1)
	// Somebody of the same organisation has sent, under the name of the sensor, an identity that was made at another time.
	w.post(`{"type":"identity","spec_version":"2.1","id":"` + identityOf(t, w) + `","created":"2025-01-01T00:00:00.000Z","modified":"2025-01-01T00:00:00.000Z","name":"edge"}`)
	w.write("eve.json", eveRecord(1, 1))
	s := w.sense()
	w.until("it is told", func() bool { return strings.Contains(s.errs.String(), "refused: identity--") })
	w.log(1, 2)
	w.until("all is sighted", func() bool { counts, _ := w.sighted(); return counts[indicatorID(1)] == 2 })
	w.until("nothing waits", func() bool { st := w.status(); return st.Windows == 0 && st.Refused > 0 })
	w.end(s)
	raw, err := os.ReadFile(w.path("state/refused.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var line struct {
		Object  struct{ Type string }
		Problem struct{ Message string }
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	if err := json.Unmarshal([]byte(first), &line); err != nil || line.Object.Type != "identity" || !strings.Contains(line.Problem.Message, "created") {
		t.Errorf("%v: %s", err, raw)
	}
}

// identityOf is the id of the identity that sightings of the sensor name.
func identityOf(t *testing.T, w *watched) string {
	t.Helper()
	w.write("probe.txt", host(1)+"\n")
	w.write("probe.json", eveRecord(1, 1))
	code, _, errs := program(t, "match", "-i", w.path("probe.txt"), "--sightings", w.path("probe.stix"), "--reporter", "edge", w.path("probe.json"))
	raw, err := os.ReadFile(w.path("probe.stix"))
	if code != exitFine || err != nil {
		t.Fatal(errs, err)
	}
	_, rest, _ := strings.Cut(string(raw), `"id":"identity--`)
	return "identity--" + rest[:36]
}

// TestSensorFull: when the spool is full, nothing is thrown away: one window stays open, which is told, and all is counted in the end.
func TestSensorFull(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.publish(1, "", 1, 2, 3)
	w.write("eve.json", "")
	s := w.sense("--spool-max", "1B")
	w.until("there is a copy", func() bool { return strings.Contains(s.errs.String(), "logs wait") && s.hits(1) == 0 && w.running() })
	w.stop()
	for record := range 30 {
		w.log(1+record%3, record)
		time.Sleep(20 * time.Millisecond)
	}
	w.until("it is told that the spool is full", func() bool { return strings.Contains(s.errs.String(), "the spool is full") })
	w.until("hits are found all the same", func() bool { return s.hits(1)+s.hits(2)+s.hits(3) == 30 })
	time.Sleep(time.Second)
	w.end(s)
	if st := w.status(); st.Windows != 2 { // the first that waited, and the open one that the end of the sensor closed
		t.Errorf("%d windows wait, want 2", st.Windows)
	}
	w.start()
	s = w.sense("--spool-max", "1B")
	w.until("all is sighted", func() bool { return w.sum() == 30 })
	w.end(s)
	if _, sightings := w.sighted(); sightings > 6 {
		t.Errorf("%d sightings, want those of two windows", sightings)
	}
}

// post puts an object into the inbox.
func (w *watched) post(object string) {
	w.Helper()
	w.request(http.MethodPost, w.inbox+"objects/", `{"objects":[`+object+`]}`)
}

// request asks the exchange with the token.
func (w *watched) request(method, url, body string) {
	w.Helper()
	token, err := os.ReadFile(w.path("token"))
	if err != nil {
		w.Fatal(err)
	}
	r, err := http.NewRequestWithContext(w.Context(), method, url, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	r.Header.Set("Accept", taxii.MediaType)
	if body != "" {
		r.Header.Set("Content-Type", taxii.MediaType)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	if raw, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode/100 != 2 || strings.Contains(string(raw), `"failures"`) {
		w.Fatalf("%s %s: %s %s %v", method, url, resp.Status, raw, err)
	}
}

// TestSensorTrusts: an exchange with a certificate of its own is trusted when --ca names it, and sent nothing otherwise.
func TestSensorTrusts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newKeyPair(t, dir, 1)
	url := serveHere(t, "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n", dir)
	w := &watched{T: t, dir: dir, data: filepath.Join(dir, "data"), address: strings.TrimPrefix(url, "https://")}
	w.tw("source", "add", "feed", "--tlp", "green")
	w.publish(1, "", 1)
	w.feed = strings.Replace(w.collection("Indicators", "--source", "feed", "--type", "indicator"), "http:", "https:", 1)
	w.inbox = strings.Replace(w.collection("Inbox", "--writable"), "http:", "https:", 1)
	w.tw("org", "add", "Example Energy")
	w.write("token", w.tw("token", "create", "sensor", "--org", "example-energy", "--role", "publisher"))
	w.write("eve.json", eveRecord(1, 1))
	s := w.sense()
	w.until("the certificate is complained of", func() bool { return strings.Contains(s.errs.String(), "certificate signed by unknown authority") })
	w.end(s)
	s = w.sense("--ca", w.path("cert.pem"))
	w.until("it is sighted", func() bool { return s.hits(1) == 1 && w.sum() == 1 })
	w.end(s)
}

// running says whether a sensor reads logs.
func (w *watched) running() bool {
	_, err := os.Stat(w.path("state/status.json"))
	return err == nil && len(w.status().Logs) > 0
}
