package stix

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strings"
)

// show writes a value for a message, clipped.
func show(v *Value) string { return clip(string(v.AppendJSON(nil))) }

// value checks one value, or one item of a list, against its rule.
func (c *checker) value(r *rule, v *Value) {
	if v.Kind == Null {
		c.fail("", "§2", "null is not a value: leave the property out")
		return
	}
	if !c.typed(r, v) {
		return
	}
	if r.words != nil && !c.v20 && !r.words.has(v.Str) {
		c.notIn(r.words, v)
	}
	if r.check != nil {
		r.check(c, v)
	}
}

func (c *checker) notIn(words *vocabulary, v *Value) {
	if words.closed {
		c.fail("", "§2.4", "%s is not in %s", show(v), words.name)
		return
	}
	c.warn("", "§2.14", "%s is not in %s", show(v), words.name)
}

// typed checks the data type (STIX 2.1 §2) and says whether more can be asked of the value.
func (c *checker) typed(r *rule, v *Value) bool {
	switch r.kind {
	case tString:
		return c.want(v, String, "§2.15", "a string")
	case tBool:
		return c.want(v, Bool, "§2.2", "a boolean")
	case tInt:
		return c.integer(r, v)
	case tFloat:
		return c.want(v, Number, "§2.6", "a number")
	case tTime, tMillis:
		return c.time(r, v)
	case tRef:
		c.reference(r, v)
	case tHex:
		c.hex(v)
	case tBinary:
		if c.want(v, String, "§2.1", "a string") && !isBase64(v.Str) {
			c.fail("", "§2.1", "the value is not base64 (RFC 4648)")
		}
	case tHashes:
		c.hashes(v)
	case tDict, tStrDict, tIntDict, tTextOrInt, tHeaders:
		c.dictionary(r.kind, v)
	case tShape:
		c.object(v, r.shape)
	case tLang:
		if c.want(v, String, "§2.15", "a string") && !validLanguage(v.Str) {
			c.fail("", "RFC 5646", "%s is not a language tag", show(v))
		}
	}
	return true
}

func (c *checker) want(v *Value, k Kind, section, what string) bool {
	if v.Kind == k {
		return true
	}
	c.fail("", section, "%s is not %s", show(v), what)
	return false
}

func (c *checker) hex(v *Value) {
	switch {
	case !c.want(v, String, "§2.8", "a string"):
	case !evenHex(v.Str):
		c.fail("", "§2.8", "%s is not an even number of hexadecimal digits", show(v))
	case strings.ToLower(v.Str) != v.Str:
		c.warn("", "§2.8", "hexadecimal digits should be in lower case")
	}
}

func (c *checker) integer(r *rule, v *Value) bool {
	n, ok := v.Int()
	if !ok || n > maxInt || n < -maxInt {
		c.fail("", "§2.10", "%s is not an integer within ±(2^53−1)", show(v))
		return false
	}
	if (r.min != 0 || r.max != 0) && (n < r.min || n > r.max) {
		c.fail("", "§2.10", "%d is not between %d and %d", n, r.min, r.max)
		return false
	}
	return true
}

// time checks a timestamp; created and modified have at least three digits after the second (STIX 2.1 §3.2, §3.6; S006).
func (c *checker) time(r *rule, v *Value) bool {
	if !c.want(v, String, "§2.16", "a string") {
		return false
	}
	if _, _, ok := scanTime(v.Str); !ok {
		c.fail("", "§2.16", "%s is not a timestamp YYYY-MM-DDThh:mm:ss[.s+]Z", show(v))
		return false
	}
	if r.kind == tMillis && len(v.Str) < len("2006-01-02T15:04:05.000Z") {
		c.fail("", "§3.2", "%s has less than three digits after the second", show(v))
	}
	return true
}

// reference checks an identifier and the type of what it names (STIX 2.1 §2.9; S010). What is named need not be there.
func (c *checker) reference(r *rule, v *Value) {
	if !c.want(v, String, "§2.9", "an identifier") {
		return
	}
	typ, ok := SplitID(v.Str)
	if !ok {
		c.fail("", "§2.9", "%s is not an identifier type--UUID", show(v))
		return
	}
	known := knownType(typ)
	switch {
	case typ == "bundle":
		c.fail("", "§8", "a bundle is not a STIX object: nothing refers to it")
	case len(r.targets) > 0:
		c.target(r, typ)
	case r.sco && known && !IsSCO(typ):
		c.fail("", "§2.9", "%s refers to observables, not to %s", r.name, typ)
	case r.sdo && known && !IsSDO(typ):
		c.fail("", "§5.2", "%s refers to a domain object, not to %s", r.name, typ)
	}
}

func (c *checker) target(r *rule, typ string) {
	if !slices.Contains(r.targets, typ) {
		c.fail("", "§2.9", "%s refers to %s, not to %s", r.name, strings.Join(r.targets, " or "), typ)
	}
}

// hashes is STIX 2.1 §2.7 (S013): names of 3 to 250 characters, values in the form of the algorithm.
func (c *checker) hashes(v *Value) {
	if !c.filled(v, "§2.7") {
		return
	}
	for i := range v.Members {
		m := &v.Members[i]
		c.push(m.Name)
		c.hash(m.Name, m.Value)
		c.pop()
	}
}

func (c *checker) hash(name string, v *Value) {
	if len(name) < 3 || !dictionaryKey(name) {
		c.fail("", "§2.7", "the name of a hash has 3 to 250 of a–z, A–Z, 0–9, - and _")
	}
	if !c.want(v, String, "§2.7", "a string") {
		return
	}
	switch n := digestLength(name); {
	case n > 0 && (len(v.Str) != n || !onlyHex(v.Str)):
		c.fail("", "§2.7", "a %s has %d hexadecimal digits", name, n)
	case n == 0 && !fuzzyHash(name, v.Str):
		c.fail("", "§2.7", "%s is not in the form of %s", show(v), name)
	case n < 0 && !c.v20:
		c.warn("", "§2.7", "%s is not in hash-algorithm-ov", clip(name))
	}
}

// fuzzyHash says whether s looks like an SSDEEP (a block size and two base64 texts between colons) or a TLSH (70 hexadecimal digits, after T1
// in newer versions).
func fuzzyHash(name, s string) bool {
	if name == "TLSH" {
		s = strings.TrimPrefix(s, "T1")
		return len(s) == 70 && onlyHex(s)
	}
	for i := 0; i < len(s); i++ {
		if !wordByte(s[i]) && strings.IndexByte("/+:.", s[i]) < 0 || s[i] == '_' {
			return false
		}
	}
	return s != "" && len(s) <= 148 // FUZZY_MAX_RESULT of ssdeep
}

// dictionaryKey is STIX 2.1 §2.3 (S008).
func dictionaryKey(s string) bool {
	if s == "" || len(s) > 250 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

func (c *checker) dictionary(k kindOf, v *Value) {
	if !c.filled(v, "§2.3") {
		return
	}
	for i := range v.Members {
		m := &v.Members[i]
		c.push(m.Name)
		if !dictionaryKey(m.Name) {
			c.fail("", "§2.3", "the key of a dictionary has 1 to 250 of a–z, A–Z, 0–9, - and _")
		}
		c.entry(k, m.Value)
		c.pop()
	}
}

// entry checks the value of one dictionary key.
func (c *checker) entry(k kindOf, v *Value) {
	switch {
	case k == tStrDict:
		c.want(v, String, "§2.15", "a string")
	case k == tIntDict, k == tTextOrInt && v.Kind != String:
		if _, ok := v.Int(); !ok {
			c.fail("", "§2.10", "%s is not an integer", show(v))
		}
	case k == tHeaders && v.Kind != String:
		if !c.want(v, Array, "§2.12", "a list of strings") {
			return
		}
		c.property(&headerLines, v)
	default:
		c.openValue(v)
	}
}

// headerLines are the values of one header field.
var headerLines = texts("")

func onlyHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

func evenHex(s string) bool { return len(s) > 0 && len(s)%2 == 0 && onlyHex(s) }

func isBase64(s string) bool {
	if len(s)%4 != 0 || strings.ContainsAny(s, "\r\n") {
		return false
	}
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil
}

func letters(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// iso639 holds the languages of two letters, one after the other.
const iso639 = "aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofrfygagdglgngugvhahehihohrht" +
	"huhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulvmgmhmimkmlmnmrmsmtmynanbndnengnlnnnonrnvnyocojomorospa" +
	"piplpsptqurmrnrorurwsascsdsesgshsiskslsmsnsosqsrssstsusvswtatetgthtitktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu"

// validLanguage checks the form of an RFC 5646 tag, and two-letter languages against ISO 639-1.
func validLanguage(tag string) bool {
	first, rest, more := strings.Cut(tag, "-")
	switch {
	case !letters(first) || len(first) == 0 || len(first) > 8:
		return false
	case strings.EqualFold(first, "x") || strings.EqualFold(first, "i"):
		if !more {
			return false
		}
	case len(first) == 2:
		found := false
		for i := 0; i < len(iso639); i += 2 {
			found = found || strings.EqualFold(iso639[i:i+2], first)
		}
		if !found {
			return false
		}
	case len(first) != 3: // four and more letters are reserved or registered for nothing
		return false
	}
	for more {
		var sub string
		sub, rest, more = strings.Cut(rest, "-")
		if len(sub) == 0 || len(sub) > 8 || !relationName(strings.ToLower(sub)) {
			return false
		}
	}
	return true
}

// checkHyphenated: names in lower case, words joined by hyphens, as STIX 2.1 §2.11 and §4.12 recommend.
func checkHyphenated(c *checker, v *Value) {
	if strings.ToLower(v.Str) != v.Str || strings.ContainsAny(v.Str, " _") {
		c.warn("", "§2.11", "the name should be in lower case with hyphens")
	}
}

// checkURL is RFC 3986 as far as producers keep it: a scheme, something after it, no blanks. Letters beyond ASCII are taken.
func checkURL(c *checker, v *Value) {
	scheme, rest, ok := strings.Cut(v.Str, ":")
	if !ok || rest == "" || !validScheme(scheme) || strings.ContainsAny(v.Str, " \t\r\n<>\"") {
		c.fail("", "RFC 3986", "%s is not a URL", show(v))
	}
}

func validScheme(s string) bool {
	if s == "" || !letters(s[:1]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; !letters(s[i:i+1]) && !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.') {
			return false
		}
	}
	return true
}

func checkIPv4(c *checker, v *Value) { c.address(v, "§6.8", netip.Addr.Is4) }
func checkIPv6(c *checker, v *Value) { c.address(v, "§6.9", netip.Addr.Is6) }

// address is STIX 2.1 §6.8, §6.9: one address, or a network in CIDR form.
func (c *checker) address(v *Value, section string, family func(netip.Addr) bool) {
	if p, err := netip.ParsePrefix(v.Str); err == nil && family(p.Addr()) {
		return
	}
	if a, err := netip.ParseAddr(v.Str); err == nil && family(a) && a.Zone() == "" {
		return
	}
	c.fail("", section, "%s is not such an address or network", show(v))
}

// checkMAC is STIX 2.1 §6.10: lower case, colons; EUI-64 is taken too.
func checkMAC(c *checker, v *Value) {
	s, ok := v.Str, len(v.Str) == 17 || len(v.Str) == 23
	for i := 0; ok && i < len(s); i++ {
		if i%3 == 2 {
			ok = s[i] == ':'
		} else {
			ok = s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'f'
		}
	}
	if !ok {
		c.fail("", "§6.10", "%s is not a MAC address in lower case with colons", show(v))
	}
}

// checkDomain is STIX 2.1 §6.4 (RFC 1034, RFC 5890), with underscores and letters beyond ASCII, which occur.
func checkDomain(c *checker, v *Value) {
	s := strings.TrimSuffix(v.Str, ".")
	ok := s != "" && len(s) <= 253
	for label := range strings.SplitSeq(s, ".") {
		ok = ok && label != "" && len(label) <= 63 && label[0] != '-' && label[len(label)-1] != '-'
	}
	if !ok || strings.ContainsAny(s, " \t\r\n/:@?#[]<>\"\\,;!$%&'()+=^`{}|~") {
		c.fail("", "§6.4", "%s is not a domain name (RFC 1034)", show(v))
	}
}

// checkMailbox is STIX 2.1 §6.5: addr-spec of RFC 5322, without a display name.
func checkMailbox(c *checker, v *Value) {
	at := strings.LastIndexByte(v.Str, '@')
	if at < 1 || at == len(v.Str)-1 || !strings.HasPrefix(v.Str, `"`) && strings.ContainsAny(v.Str, " <>\t\r\n,;") {
		c.fail("", "§6.5", "%s is not an e-mail address (RFC 5322)", show(v))
	}
}

// checkMIME is the form type/subtype (STIX 2.1 §6.1); IANA's list is only recommended.
func checkMIME(c *checker, v *Value) {
	major, minor, ok := strings.Cut(v.Str, "/")
	if !ok || !relationName(strings.ToLower(major)) || minor == "" || strings.ContainsAny(minor, " /\t") {
		c.fail("", "§6.1", "%s is not a media type", show(v))
		return
	}
	switch strings.ToLower(major) {
	case "application", "audio", "font", "haptics", "image", "message", "model", "multipart", "text", "video":
	default:
		c.warn("", "§6.1", "%s is not a media type of IANA", show(v))
	}
}

// checkCharset is the form of a name in IANA's list of character sets (STIX 2.1 §6.3, §6.7).
func checkCharset(c *checker, v *Value) {
	for i := 0; i < len(v.Str); i++ {
		if !wordByte(v.Str[i]) && strings.IndexByte("-.:+/()", v.Str[i]) < 0 {
			c.fail("", "§6.7", "%s is not a character set of IANA", show(v))
			return
		}
	}
	if v.Str == "" {
		c.fail("", "§6.7", "the name of a character set is empty")
	}
}

// checkCPE is STIX 2.1 §6.14: CPE 2.3, a formatted string of eleven attributes.
func checkCPE(c *checker, v *Value) {
	fields := 1
	for i := 0; i < len(v.Str); i++ {
		switch v.Str[i] {
		case '\\':
			i++
		case ':':
			fields++
		}
	}
	if !strings.HasPrefix(v.Str, "cpe:2.3:") || fields != 13 {
		c.fail("", "§6.14", "%s is not a CPE 2.3 formatted string", show(v))
	}
}

// checkCatalogueID: an external reference to CVE or CAPEC carries an exact identifier (STIX 2.1 §4.1, §4.19).
func checkCatalogueID(c *checker, v *Value) {
	name, id := v.Get("source_name").Text(), v.Get("external_id").Text()
	switch {
	case name == "cve" && !cveID(id):
		c.catalogue("vulnerability", "§4.19", "CVE")
	case name == "capec" && !(strings.HasPrefix(id, "CAPEC-") && digitsOnly(id[6:])):
		c.catalogue("attack-pattern", "§4.1", "CAPEC")
	}
}

func (c *checker) catalogue(typ, section, what string) {
	if c.typ == typ && !c.v20 {
		c.fail("external_id", section, "external_id is an exact %s identifier", what)
		return
	}
	c.warn("external_id", section, "external_id should be an exact %s identifier", what)
}

func cveID(s string) bool {
	return len(s) >= 13 && strings.HasPrefix(s, "CVE-") && digitsOnly(s[4:8]) && s[8] == '-' && digitsOnly(s[9:])
}

func digitsOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}
