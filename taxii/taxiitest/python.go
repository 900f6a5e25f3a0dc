package taxiitest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Walk describes a visit of the OASIS client (testdata/python/walk.py) to a running server.
type Walk struct {
	URL         string // of the server, without a final slash
	CA          string // file that its certificate is checked against, "" for those the machine trusts
	User        string
	Password    string
	Feed, Inbox string   // titles of collections
	Want        [][2]any // id and modified (nil when there is none) of all that Feed holds
}

// Run runs the script and returns how many objects were read and parsed.
func (w Walk) Run(t *testing.T, python, script string) (objects, parsed int) {
	t.Helper()
	job, err := json.Marshal(map[string]any{
		"url": w.URL + "/taxii2/", "user": w.User, "password": w.Password, "feed": w.Feed, "inbox": w.Inbox, "want": w.Want, "sample": 2000, "ca": w.CA,
		"objects": []json.RawMessage{Identity(900_001, 0), Identity(900_001, 1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, script)
	cmd.WaitDelay = 5 * time.Second
	if w.CA != "" { // a bundle that the environment names would go before the one that the script gives
		cmd.Env = append(os.Environ(), "REQUESTS_CA_BUNDLE="+w.CA, "CURL_CA_BUNDLE="+w.CA)
	}
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(job), &out, &errs
	if err := cmd.Run(); err != nil {
		text := errs.Bytes()
		t.Fatalf("%s: %v\n%s", script, err, text[max(0, len(text)-3000):])
	}
	var report struct {
		Objects, Parsed int
		Seconds         float64
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%s said %q: %v", script, out.Bytes(), err)
	}
	t.Logf("taxii2-client read %d objects and stix2 parsed %d in %.1f s", report.Objects, report.Parsed, report.Seconds)
	return report.Objects, report.Parsed
}
