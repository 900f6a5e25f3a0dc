package logs

import (
	"slices"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Invalid user a from 192.0.2.7 port 53502", []string{"address:source text=192.0.2.7"}},
		{"SRC=192.0.2.7 DST=198.51.100.8 LEN=40", []string{"address:source SRC=192.0.2.7", "address:destination DST=198.51.100.8"}},
		{"{TCP} 192.0.2.7:28487 -> 198.51.100.8:80", []string{"address:source text=192.0.2.7", "address:destination text=198.51.100.8"}},
		{"see hxxps://bad[.]example[.]com/a(1), and evil(.)example(dot)org.", []string{"url:seen text=https://bad.example.com/a(1)", "domain:seen text=evil.example.org"}},
		{"mail one[at]example[.]net about invoice.doc at 12:30:45", []string{"email:seen text=one@example.net"}},
		{"to [2001:db8::1]:443 and ::1", []string{"address:destination text=2001:db8::1", "address:seen text=::1"}},
		{"sum d41d8cd98f00b204e9800998ecf8427e.", []string{"hash:seen text=d41d8cd98f00b204e9800998ecf8427e"}},
		{"version 1.2.3.4.5 and 300.1.1.1, /usr/lib/x.py", nil},
	} {
		var r Record
		if err := (textScanner{anyText}).Scan([]byte(c.text), &r); err != nil {
			t.Fatal(err)
		}
		if got := show(1, &r, nil, nil).fields; !slices.Equal(got, c.want) {
			t.Errorf("%q:\n%q, want\n%q", c.text, got, c.want)
		}
	}
}

func TestWhen(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct{ in, want string }{
		{"2026-03-01T10:00:00.000001+0000", "2026-03-01T10:00:00.000001Z"},
		{"2026-03-01T10:00:00.5+02:00", "2026-03-01T08:00:00.5Z"},
		{"2020-05-18 09:49:07.594", "2020-05-18T09:49:07.594Z"},
		{"1772359200.25", "2026-03-01T10:00:00.25Z"},
		{"1772359200000", "2026-03-01T10:00:00Z"},
		{"134168328000000000", "2026-03-01T10:00:00Z"},
		{"[10/Oct/2000:13:55:36 -0700]", "2000-10-10T20:55:36Z"},
		{"07/11/2022-10:29:01.860293", "2022-07-11T10:29:01.860293Z"},
		{"Oct 11 22:14:15", "2025-10-11T22:14:15Z"},
		{"Mar  2 10:00:00", "2026-03-02T10:00:00Z"},
		{"Feb 29 10:00:00", "2024-02-29T10:00:00Z"},
		{"2026-02-30T10:00:00Z", ""},
		{"192.0.2.1", ""},
		{"", ""},
	} {
		got := ""
		if at, ok := when([]byte(c.in), now); ok {
			got = at.Format(time.RFC3339Nano)
		}
		if got != c.want {
			t.Errorf("when(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// TestForms reads values as they stand in the fields of a format.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		what, in string
		want     []string
	}{
		{"host", "[2001:db8::1]:443", []string{"address:seen x=2001:db8::1"}},
		{"host", "www.example.org:8080", []string{"domain:seen x=www.example.org"}},
		{"dn", "C=NL, O=Example\\, Inc, CN=*.example.org/emailAddress=a@example.org", []string{"domain:seen x=example.org", "email:seen x=a@example.org"}},
		{"dn", "CN=*.", nil},
		{"hash", "SHA1=AA,IMPHASH=BB", []string{"hash:seen x=AA"}},
		{"email", "\"One, The\" <one@example.net>, two@example.org", []string{"email:seen x=one@example.net", "email:seen x=two@example.org"}},
		{"hosts", "type:  5 www.example.org;::ffff:192.0.2.1;", []string{"domain:seen x=www.example.org", "address:seen x=192.0.2.1"}},
		{"certificate", "AA:BB", []string{"certificate:seen x=AABB"}},
		{"address", "-", nil},
	} {
		m, err := ParseMapping("x=" + c.what)
		if err != nil {
			t.Fatal(err)
		}
		var r Record
		r.take(m.values.columns["x"], []byte(c.in))
		if got := show(1, &r, nil, nil).fields; !slices.Equal(got, c.want) {
			t.Errorf("%s %q: %q, want %q", c.what, c.in, got, c.want)
		}
	}
	for _, bad := range []string{"", "x", "=address", "x=nothing", "x=address:nobody", "a.b.c.d.e.f.g.h.i=address"} {
		if _, err := ParseMapping(bad); err == nil {
			t.Errorf("ParseMapping(%q) gives no error", bad)
		}
	}
}
