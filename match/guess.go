package match

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// refanged undoes how people write dangerous values so that nobody clicks them.
var refanged = strings.NewReplacer("[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "(dot)", ".", "[:]", ":", "[://]", "://", "[/]", "/",
	"[at]", "@", "(at)", "@", "[@]", "@", "\\.", ".")

// Refang gives a text back its dots and its scheme.
func Refang(s string) string {
	if strings.ContainsAny(s, "[({\\") {
		s = refanged.Replace(s)
	}
	for _, p := range [...]struct{ from, to string }{{"hxxps", "https"}, {"hxxp", "http"}, {"meow", "http"}, {"fxp", "ftp"}} {
		if len(s) > len(p.from) && strings.EqualFold(s[:len(p.from)], p.from) && s[len(p.from)] == ':' {
			return p.to + s[len(p.from):]
		}
	}
	return s
}

// ja4 is the form of a JA4 fingerprint: protocol, version, SNI, counts, ALPN, and two hashes cut to twelve digits.
var ja4 = regexp.MustCompile(`^[tqd][s0-9d][0-9][di][0-9]{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$`)

// programs are endings by which a name is taken for that of a file; none of them is a top-level domain.
var programs = map[string]bool{"exe": true, "dll": true, "sys": true, "ps1": true, "bat": true, "cmd": true, "vbs": true, "vbe": true, "js": true,
	"jse": true, "wsf": true, "hta": true, "lnk": true, "scr": true, "msi": true, "doc": true, "docx": true, "docm": true, "xls": true, "xlsx": true,
	"xlsm": true, "ppt": true, "pptx": true, "rtf": true, "pdf": true, "jar": true, "apk": true, "elf": true, "bin": true, "dat": true, "tmp": true,
	"iso": true, "img": true, "rar": true, "7z": true, "gz": true, "php": true, "asp": true, "aspx": true, "jsp": true, "txt": true, "html": true}

// Guess says what a text is by its looks, defanged or not; false when it looks like nothing that logs hold.
func Guess(s string) (Value, bool) {
	s = strings.Trim(Refang(strings.TrimSpace(s)), "\"'`")
	if s == "" || len(s) > maxValue {
		return Value{}, false
	}
	for _, c := range guessOrder {
		if c.may(s) {
			if v, ok := Canon(c.class, s); ok {
				return v, true
			}
		}
	}
	return addressWithPort(s)
}

// guessOrder asks the narrow classes first.
var guessOrder = []struct {
	class Class
	may   func(string) bool
}{
	{Network, func(s string) bool { return s[0] <= '9' || strings.Count(s, ":") > 1 }},
	{Digest, func(s string) bool { return len(s) >= 32 && !strings.ContainsAny(s, "./\\@") }},
	{JA4, ja4.MatchString},
	{RegistryKey, isRegistryKey},
	{FilePath, func(s string) bool {
		return len(s) > 3 && s[1] == ':' && s[2] == '\\' || strings.HasPrefix(s, `\\`) || strings.HasPrefix(s, "%")
	}},
	{URLPath, func(s string) bool { return s[0] == '/' && !strings.ContainsAny(s, " ") }},
	{UserAgent, func(s string) bool { return strings.HasPrefix(s, "Mozilla/") || strings.Contains(s, " (") }},
	{Email, func(s string) bool { return strings.IndexByte(s, '@') > 0 && !strings.ContainsAny(s, "/ ") }},
	{URL, func(s string) bool { return strings.Contains(s, "/") && !strings.ContainsAny(s, " \\") }},
	{FileName, isFileName},
	{Domain, func(s string) bool {
		return strings.Contains(strings.Trim(s, "."), ".") && !strings.ContainsAny(s, " \\:")
	}},
}

func isRegistryKey(s string) bool {
	hive, _, ok := strings.Cut(s, `\`)
	return ok && (hives[strings.ToLower(hive)] != "" || strings.HasPrefix(strings.ToUpper(hive), "HKEY_"))
}

func isFileName(s string) bool {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || strings.ContainsAny(s, "/\\:*?<>|") {
		return false
	}
	end := strings.ToLower(s[i+1:])
	if !programs[end] {
		return false
	}
	_, icann := publicsuffix.PublicSuffix(end)
	return !icann
}

// addressWithPort reads address:port, also of a name, and of IPv6 with brackets or without.
func addressWithPort(s string) (Value, bool) {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 {
		return Value{}, false
	}
	port, err := strconv.ParseUint(s[i+1:], 10, 16)
	if err != nil || port == 0 {
		return Value{}, false
	}
	host := strings.TrimSuffix(strings.TrimPrefix(s[:i], "["), "]")
	v, ok := Value{}, false
	if _, err := netip.ParseAddr(host); err == nil {
		v, ok = Canon(Address, host)
	} else if strings.Contains(host, ".") {
		v, ok = Canon(Domain, host)
	}
	v.Port = uint16(port)
	return v, ok
}
