package logs

import "testing"

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		first string
		want  Format
	}{
		{"#separator \\x09\n#fields\tts", Zeek},
		{`{"event_type":"dns","timestamp":"2026-03-01T10:00:00.000001+0000"}`, EVE},
		{"\xef\xbb\xbf[\n {\"flow_id\":1,\"event_type\":\"dns\"}]", EVE},
		{`{"ts":1.5,"uid":"C1","id.orig_h":"192.0.2.1"}`, ZeekJSON},
		{`{"@timestamp":"2026-03-01T10:00:00Z","event":{}}`, ECS},
		{`{"class_uid":4001,"metadata":{}}`, OCSF},
		{`{"UtcTime":"2026-03-01 10:00:00.000","Image":"C:\\a.exe"}`, WindowsJSON},
		{`{"a":"b"}`, JSON},
		{"time;src_ip;dst_ip\n1;192.0.2.1;192.0.2.2\n", CSV},
		{"[2026-03-01 10:00:00] [192.0.2.1] refused\n", Text},
		{"[Sun Mar 01 10:00:00 2026] [error] a, b, c\n", Text},
		{"", Text},
	} {
		if got := Detect([]byte(c.first)); got != c.want {
			t.Errorf("Detect(%q) = %v, want %v", c.first, got, c.want)
		}
		if f, err := ParseFormat(c.want.String()); err != nil || f != c.want {
			t.Errorf("ParseFormat(%q) = %v, %v", c.want, f, err)
		}
	}
}
