package taxii

import (
	"context"
	"net"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"threatwatch"
)

// TestT022: a domain's server is found by its SRV record; a name server on this machine answers.
func TestT022(t *testing.T) {
	r := resolver(t, map[string]dnsmessage.SRVResource{
		"_taxii2._tcp.port.example.":  {Target: dnsmessage.MustNewName("taxii.port.example."), Port: 8443, Weight: 1},
		"_taxii2._tcp.plain.example.": {Target: dnsmessage.MustNewName("cti.plain.example."), Port: 443, Weight: 1},
		"_taxii2._tcp.never.example.": {Target: dnsmessage.MustNewName("."), Port: 0},
	})
	for domain, want := range map[string]string{
		"port.example": "https://taxii.port.example:8443/taxii2/", "plain.example": "https://cti.plain.example/taxii2/",
		"never.example": "", "nothing.example": "",
	} {
		got, err := LookupServer(t.Context(), r, domain)
		if got != want || (want == "") != (threatwatch.KindOf(err) == threatwatch.NotFound) {
			t.Errorf("LookupServer(%s) = %q, %v, want %q", domain, got, err, want)
		}
	}
}

// resolver asks a name server that knows these records only.
func resolver(t *testing.T, records map[string]dnsmessage.SRVResource) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return // closed
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.RCode, m.Additionals = true, dnsmessage.RCodeNameError, nil
			q := m.Questions[0]
			if srv, ok := records[strings.ToLower(q.Name.String())]; ok && q.Type == dnsmessage.TypeSRV {
				m.RCode = dnsmessage.RCodeSuccess
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}, Body: &srv}}
			}
			if answer, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(answer, from) // who does not get it asks again
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
