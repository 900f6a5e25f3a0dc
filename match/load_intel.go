package match

import (
	"bufio"
	"strings"
)

// intelClasses are the types of Zeek's intelligence framework.
var intelClasses = map[string]Class{
	"Intel::ADDR": Address, "Intel::SUBNET": Network, "Intel::URL": URL, "Intel::DOMAIN": Domain, "Intel::EMAIL": Email,
	"Intel::FILE_HASH": Digest, "Intel::FILE_NAME": FileName, "Intel::CERT_HASH": Digest, "Intel::PUBKEY_HASH": Digest, "Intel::SOFTWARE": UserAgent,
	"Intel::JA3": Digest, "Intel::JA4": JA4,
}

// readIntel reads tab-separated text whose #fields line names the columns.
func (l *Loader) readIntel(name string, r *bufio.Reader) error {
	at := map[string]int{}
	source := listSource(name)
	return l.eachLine(r, func(n int, line string) error {
		if fields, ok := strings.CutPrefix(line, "#fields\t"); ok {
			clear(at)
			for i, f := range strings.Split(fields, "\t") {
				at[f] = i
			}
			return nil
		}
		if line[0] == '#' {
			return nil
		}
		cells := strings.Split(line, "\t")
		cell := func(field string) string {
			if i, ok := at[field]; ok && i < len(cells) && cells[i] != "-" {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		text := Refang(cell("indicator"))
		v, ok := Canon(intelClasses[cell("indicator_type")], schemed(cell("indicator_type"), text))
		if !ok {
			v, ok = Guess(text)
		}
		if !ok {
			l.fault("%s, line %d: %q", name, n, clip(line, 60))
			return nil
		}
		c := Claim{Source: cell("meta.source"), Name: clip(cell("meta.desc"), 120), Where: name, Confidence: -1}
		if c.Source == "" {
			c.Source = source
		}
		return l.list([]Value{v}, c)
	})
}

// schemed gives a URL of Zeek, which writes none, a scheme.
func schemed(typ, s string) string {
	if typ == "Intel::URL" && !strings.Contains(s, "://") && s != "" {
		return "http://" + s
	}
	return s
}
