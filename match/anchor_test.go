package match

import (
	"fmt"
	"testing"
)

// TestCover: what leads to a pattern is the side of an AND that lets the fewest records through, and every side of an OR.
func TestCover(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern         string
		values, needles []string
		always, never   bool
	}{
		{"[domain-name:value LIKE '%.com' AND domain-name:value = 'a.example']", []string{"a.example"}, nil, false, false},
		{"[domain-name:value = 'a.example' AND domain-name:value LIKE '%.com']", []string{"a.example"}, nil, false, false},
		{"[domain-name:value != 'b.example' AND domain-name:value MATCHES '^evil[0-9]+\\\\.(?:top|click)$']", nil, []string{"evil"}, false, false},
		{"[url:value MATCHES '(?i)/(gate|Panel)\\\\.php']", nil, []string{"gate", "panel"}, false, false},
		{"[domain-name:value = 'a.example' OR domain-name:value LIKE '%.evil.%']", []string{"a.example"}, []string{".evil."}, false, false},
		{"[domain-name:value = 'a.example'] FOLLOWEDBY [ipv4-addr:value ISSUBSET '192.0.2.0/24']", []string{"a.example", "192.0.2.0/24"}, nil, false, false},
		{"[ipv4-addr:value NOT = '192.0.2.1']", nil, nil, true, false},
		{"[domain-name:value MATCHES '^[a-z]+$']", nil, nil, true, false},
		{"[network-traffic:dst_port > 65000]", nil, nil, false, false},
		{"[network-traffic:dst_port != 443 AND network-traffic:src_byte_count NOT <= 1000000]", nil, nil, false, false},
		{"[network-traffic:dst_port > 65000 OR network-traffic:dst_port != 443]", nil, nil, true, false},
		{"[network-traffic:is_active = true]", nil, nil, false, true},
		{"[ipv4-addr:value = '192.0.2.1'] AND [network-traffic:is_active = true]", nil, nil, false, true},
	} {
		c := coverOf(parsed(t, tt.pattern).Root)
		var values, needles []string
		for _, v := range c.values {
			values = append(values, v.String())
		}
		for _, n := range c.needles {
			needles = append(needles, n.text)
		}
		got := fmt.Sprint(values, needles, c.always != 0, c.never)
		if want := fmt.Sprint(tt.values, tt.needles, tt.always, tt.never); got != want {
			t.Errorf("%s: %s, want %s", tt.pattern, got, want)
		}
	}
}
