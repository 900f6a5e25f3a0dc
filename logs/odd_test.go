package logs

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding/unicode"
)

// Logs as they come: what a crash, an export or a forwarder made of them. Nothing in them is lost without a word.

const (
	oddEVE    = `{"timestamp":"2026-03-01T10:00:00.000001+0000","event_type":"flow","src_ip":"192.0.2.1","dest_ip":"198.51.100.7"}`
	oddFlow   = `2 123456789010 eni-1235b8ca123456789 192.0.2.1 198.51.100.7 20641 22 6 20 4249 1772359200 1772359260 ACCEPT OK`
	oddForti  = `date=2026-03-01 time=11:00:00 devname="FG1" %s logid="0000000013" type="traffic" srcip=192.0.2.1 dstip=198.51.100.7` + "\n"
	oddAccess = `198.51.100.7 - - [01/Mar/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 12 "-" "curl/8"`
	oddEvent  = `<Event xmlns='x'><System><TimeCreated SystemTime='2026-03-01T10:00:00Z'/></System><EventData><Data Name='DestinationIp'>198.51.100.7</Data></EventData></Event>`
	envelope  = `{"count":3,"next":{"page":2},"Records":[{"sourceIPAddress":"198.51.100.7","eventTime":"2026-03-01T10:00:00Z"},` +
		`{"sourceIPAddress":"198.51.100.7","list":[{"Records":"none"}]}],"last":true}` + "\n" + `{"Records":[{"sourceIPAddress":"198.51.100.7"}]}`
)

func asUTF16(order unicode.Endianness, bom unicode.BOMPolicy, text string) string {
	out, err := unicode.UTF16(order, bom).NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return out
}

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil || z.Close() != nil {
		panic(err)
	}
	return b.String()
}

// rolesIn lists the roles in which 198.51.100.7 stands, one a record, and says how many records had a fault.
func rolesIn(t *testing.T, text string) (format Format, all []string, faults int) {
	t.Helper()
	r, found := readAll(t, strings.NewReader(text), Options{})
	for _, f := range found {
		for _, v := range f.fields {
			if rest, ok := strings.CutPrefix(v, "address:"); ok && strings.HasSuffix(v, "=198.51.100.7") {
				role, _, _ := strings.Cut(rest, " ")
				all = append(all, role)
			}
		}
		if f.fault {
			faults++
		}
	}
	return r.Format(), all, faults
}

func TestOddLogs(t *testing.T) {
	lines := func(n int, s string) string { return strings.Repeat(s+"\n", n) }
	zeros := strings.Repeat("\x00", 4096)
	for name, c := range map[string]struct {
		text   string
		format Format
		roles  string
		faults int
	}{
		"byte order mark":                 {"\xef\xbb\xbf" + lines(2, oddEVE), EVE, "destination destination", 0},
		"UTF-16, little endian":           {asUTF16(unicode.LittleEndian, unicode.UseBOM, "<Events>\r\n"+lines(2, oddEvent)+"</Events>"), WindowsXML, "destination destination", 0},
		"UTF-16, big endian":              {asUTF16(unicode.BigEndian, unicode.UseBOM, lines(2, oddEVE)), EVE, "destination destination", 0},
		"UTF-16 without a mark":           {asUTF16(unicode.LittleEndian, unicode.IgnoreBOM, lines(2, oddAccess)), Access, "source source", 0},
		"UTF-16, big endian, no mark":     {asUTF16(unicode.BigEndian, unicode.IgnoreBOM, lines(2, oddEvent)), WindowsXML, "destination destination", 0},
		"members of gzip":                 {gzipped(lines(1, oddAccess)) + gzipped(lines(1, oddAccess)), Access, "source source", 0},
		"packed twice":                    {gzipped(gzipped(lines(1, oddAccess))), Access, "source", 0},
		"zeros of a crash":                {lines(1, oddAccess) + zeros + lines(2, oddAccess), Access, "source source source", 0},
		"zeros of a crash in JSON":        {lines(1, oddEVE) + zeros + lines(2, oddEVE), EVE, "destination destination destination", 0},
		"zeros at the beginning":          {zeros + lines(2, oddEVE), EVE, "destination destination", 0},
		"CR LF":                           {strings.ReplaceAll(lines(2, oddEVE), "\n", "\r\n"), EVE, "destination destination", 0},
		"CR alone":                        {strings.ReplaceAll("src_ip,dst_ip\n"+lines(2, "192.0.2.1,198.51.100.7"), "\n", "\r"), CSV, "destination destination", 0},
		"CR alone in JSON":                {strings.ReplaceAll(lines(3, oddEVE), "\n", "\r"), EVE, "destination destination destination", 0},
		"a mixture":                       {lines(1, oddEVE) + lines(1, oddAccess) + lines(1, "from 198.51.100.7 port 22"), EVE, "destination seen source", 2},
		"JSON cut short":                  {`{"event_type":"flow","flow_id":1,"dest_ip":"198.51.100.7","x": from 198.51.100.7` + "\n" + lines(1, oddEVE), EVE, "destination seen destination", 1},
		"an array without brackets":       {lines(2, oddEVE+","), EVE, "destination destination", 0},
		"an array on one line":            {"[" + oddEVE + "," + oddEVE + "]", EVE, "destination destination", 0},
		"an envelope":                     {envelope, JSON, "source source source", 0},
		"an envelope of EVE":              {`{"total":2,"events":[` + oddEVE + "," + oddEVE + "]}", EVE, "destination destination", 0},
		"the answer of a search engine":   {`{"took":1,"hits":{"total":{"value":1},"hits":[{"_id":"1","_source":{"src_ip":"198.51.100.7"}}]}}`, JSON, "source", 0},
		"a record with a list":            {`{"src_ip":"198.51.100.7","events":[{"dst_ip":"198.51.100.7"}]}`, JSON, "source destination", 0},
		"values of JSON as a row":         {`x {"a": 1, "src_ip": "198.51.100.7"}` + "\n" + lines(2, `x {"a": 1, "src_ip": "198.51.100.7"}`), Text, "seen seen seen", 0},
		"Zeek with a stranger":            {string(zeekLines("conn", 1)) + "from 198.51.100.7 port 22\n", Zeek, "source", 1},
		"a separator of several bytes":    {"#separator \\x7c\\x7c\n#fields||ts||id.orig_h\n1||198.51.100.7\n", Zeek, "seen", 1},
		"EVE in syslog":                   {lines(2, "Mar  1 10:00:00 ids suricata[12]: @cee: "+oddEVE), Syslog, "destination destination", 0},
		"a web server in syslog":          {lines(2, "<134>Mar  1 10:00:00 web nginx: "+oddAccess), Syslog, "source source", 0},
		"a web server in Kubernetes":      {lines(2, "2026-03-01T10:00:00.123456789Z stdout F "+oddAccess), Syslog, "source source", 0},
		"a web server in Docker":          {lines(2, `{"log":"`+strings.ReplaceAll(oddAccess, `"`, `\"`)+`\n","stream":"stdout","time":"2026-03-01T10:00:00Z"}`), JSON, "source source", 0},
		"EVE in Docker":                   {lines(2, `{"log":"`+strings.ReplaceAll(oddEVE, `"`, `\"`)+`\n","stream":"stdout"}`), JSON, "destination destination", 0},
		"a message of journald, as bytes": {`{"_HOSTNAME":"web","MESSAGE":[102,114,111,109,32,49,57,56,46,53,49,46,49,48,48,46,55]}`, JSON, "source", 0},
		"what PowerShell renders":         {`{"Id":3,"Message":"Network connection:\r\nDestinationIp: 198.51.100.7\r\n"}`, JSON, "destination", 0},
		"data without names":              {`{"Event":{"EventData":{"Data":[{"@Name":"x","#text":"198.51.100.7"}]}}}`, WindowsJSON, "seen", 0},
		"flow logs":                       {"version account-id srcaddr dstaddr srcport start\n2 1 192.0.2.1 198.51.100.7 80 1772359200\n", W3C, "destination", 0},
		"flow logs without names":         {lines(2, oddFlow) + "2 123456789010 eni-1 - - - - - - - 1772359200 1772359260 - NODATA\n", W3C, "destination destination", 0},
		"a separator that is told":        {"sep=;\r\ntime;src_ip;dst_ip;note\r\n1772359200;192.0.2.1;198.51.100.7;a,b,c,d,e\r\n", CSV, "destination", 0},
		"the same in quotation marks":     {"\"sep=|\"\nsrc_ip|dst_ip\n192.0.2.1|198.51.100.7\n", CSV, "destination", 0},
		"W3C with too few values":         {"#Fields: date time s-ip c-ip\n2026-03-01 10:00:00 198.51.100.7\n", W3C, "seen", 1},
		"proxies before the client":       {lines(2, "192.0.2.9, "+oddAccess), Access, "source source", 0},
		"a user with blanks":              {lines(2, strings.Replace(oddAccess, " - - ", " - alice of example ", 1)), Access, "source source", 0},
	} {
		format, got, faults := rolesIn(t, c.text)
		if format != c.format || strings.Join(got, " ") != c.roles || faults != c.faults {
			t.Errorf("%s: %s, %q, %d faults, want %s, %q, %d", name, format, got, faults, c.format, c.roles, c.faults)
		}
	}
}

// TestOddTimes: records have the time of the log and not that of the reading.
func TestOddTimes(t *testing.T) {
	for name, text := range map[string]string{
		"a load balancer": "https 2026-03-01T10:00:00.000000Z app/lb/1 198.51.100.7:46532 192.0.2.1:80 0.000 200 \"GET https://www.example.com:443/x HTTP/1.1\"\n",
		"a bucket":        "79a5 bucket [01/Mar/2026:10:00:00 +0000] 198.51.100.7 - 3E57 REST.GET.OBJECT key \"GET /x HTTP/1.1\" 200\n",
		"journald":        `{"__REALTIME_TIMESTAMP":"1772359200000000","MESSAGE":"from 198.51.100.7 port 22"}`,
		"PowerShell":      `{"Id":3,"TimeCreated":"\/Date(1772359200000)\/","Message":"x"}`,
		"a day above":     "#Date: 2026-03-01 09:00:00\n#Fields: time c-ip\n10:00:00 198.51.100.7\n",
		"a flow":          "version srcaddr dstaddr start\n2 192.0.2.1 198.51.100.7 1772359200\n",
		"a flow alone":    oddFlow,
		"a table":         "sep=;\ntime;src_ip\n2026-03-01 10:00:00;198.51.100.7\n",
		"FortiGate":       fmt.Sprintf(oddForti, `eventtime=1772359200123456789 tz="+0300"`),
		"in seconds":      fmt.Sprintf(oddForti, `eventtime=1772359200`),
		"with a zone":     fmt.Sprintf(oddForti, `mtz="-0300" tz="+0100"`),
		"sent to syslog":  "<189>" + fmt.Sprintf(oddForti, `tz=+0100`),
		"without a zone":  strings.Replace(fmt.Sprintf(oddForti, "x=1"), "11:00:00", "10:00:00", 1),
	} {
		_, all := readAll(t, strings.NewReader(text), Options{})
		var r Record
		if r.Time = []byte(all[0].time); len(all) != 1 {
			t.Fatalf("%s: %d records", name, len(all))
		}
		if at, ok := r.When(); !ok || at.UTC().Format("2006-01-02T15:04:05Z07:00") != "2026-03-01T10:00:00Z" {
			t.Errorf("%s: %q is %v, %t", name, all[0].time, at, ok)
		}
	}
}

// TestNoLogs: what is no log is told, with what to do about it.
func TestNoLogs(t *testing.T) {
	noise := make([]byte, 4096)
	for i := range noise {
		noise[i] = byte(i*i>>3 ^ i)
	}
	for what, text := range map[string]string{
		"picture": "\x89PNG\r\n\x1a\n\x00\x00", "zip": "PK\x03\x04", "bzip2": "BZh9", "xz": "\xfd7zXZ\x00", "tar": gzipped(strings.Repeat("\x00", 257) + "ustar\x0000"),
		"wevtutil": "ElfFile\x00", "no text": string(noise), "end too early": gzipped("x")[:12],
	} {
		if _, err := NewReader(strings.NewReader(text), Options{}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if r, err := NewReader(strings.NewReader("PK\x03\x04 from 198.51.100.7"), Options{Format: Text}); err != nil || r.Format() != Text {
		t.Errorf("told to be text: %v", err)
	}
}

// TestCutArchive: what was packed before an archive ends is read, and then it is told.
func TestCutArchive(t *testing.T) {
	for name, c := range map[string]struct{ data, why string }{
		"cut":     {gzipped(oddAccess + "\n")[:len(gzipped(oddAccess+"\n"))-4], "too early"},
		"garbage": {gzipped(oddAccess+"\n") + "something else", "stands something else"},
	} {
		r, err := NewReader(strings.NewReader(c.data), Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		var got []string
		var rec Record
		b, err := r.Next()
		for ; err == nil; b, err = r.Next() {
			for entry, _, ok := b.Next(); ok; entry, _, ok = b.Next() {
				if err := b.Scan(entry, &rec); err != nil {
					t.Fatal(name, err)
				}
				got = append(got, string(rec.Fields[0].Value))
			}
		}
		if !slices.Equal(got, []string{"198.51.100.7"}) || err == io.EOF || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
