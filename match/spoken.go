package match

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"threatwatch/logs"
	"threatwatch/pattern"
	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// A record of a log as STIX would have it observed: what its fields say, by kind and role, in cyber-observable objects (STIX 2.1 §6).
//
//	kind          role                 object and property
//	Address       any                  ipv4-addr:value, ipv6-addr:value
//	Domain        any                  domain-name:value
//	              Source               network-traffic:src_ref        (addresses too)
//	              Destination          network-traffic:dst_ref        (addresses too)
//	              ServerName           network-traffic:dst_ref, and http-request-ext request_header.Host
//	              Answer               domain-name:resolves_to_refs of each Query (addresses too)
//	URL           any                  url:value
//	              Request              http-request-ext request_value, the path and query
//	              Referrer             http-request-ext request_header.Referer
//	UserAgent     any                  http-request-ext request_header.'User-Agent'
//	Hash          any                  file:hashes
//	FileName      not Process          file:name
//	FilePath      not Process          file:name, file:parent_directory_ref, directory:path
//	              Process              process:name (STIX 2.0), process:image_ref, which is such a file
//	Email         any                  email-addr:value
//	              Source, Destination  email-message:from_ref, email-message:to_refs
//	RegistryKey   any                  windows-registry-key:key, the hive in full (STIX 2.1 §6.17)
//	Certificate   any                  x509-certificate:hashes
//
// JA3 and JA4 have no place in STIX. Addresses, names, hashes and mailboxes are in their one spelling, all else is as the record has it.

// spoken says of an object path which kinds of fields make it, and as values of which class an index has what stands there (0: of none).
type spoken struct {
	kinds kindSet
	class Class
}

// kindSet is a set of logs.Kind.
type kindSet uint32

func kindsOf(ks ...logs.Kind) (set kindSet) {
	for _, k := range ks {
		set |= 1 << k
	}
	return set
}

func (s kindSet) has(k logs.Kind) bool { return s>>k&1 != 0 }

const resolves = "resolves_to_refs"

const httpRequest = "network-traffic:extensions.http-request-ext."

// paths is the table above from the side of patterns: paths without indexes.
var paths = func() map[string]spoken {
	hosts := spoken{kindsOf(logs.Address, logs.Domain), Domain}
	addresses := spoken{hosts.kinds, Address}
	files := spoken{kindsOf(logs.FileName, logs.FilePath), FileName}
	folders := spoken{kinds: kindsOf(logs.FilePath)}
	mail := spoken{kindsOf(logs.Email), Email}
	return map[string]spoken{
		"ipv4-addr:value": addresses, "ipv6-addr:value": addresses,
		"domain-name:value": {kindsOf(logs.Domain), Domain}, "domain-name:resolves_to_refs.value": hosts,
		"network-traffic:src_ref.resolves_to_refs.value": hosts, "network-traffic:dst_ref.resolves_to_refs.value": hosts,
		"network-traffic:src_ref.value": hosts, "network-traffic:dst_ref.value": hosts,
		httpRequest + "request_value": {kindsOf(logs.URL), URLPath}, httpRequest + "request_header.Host": hosts,
		httpRequest + "request_header.Referer": {kindsOf(logs.URL), URL}, httpRequest + "request_header.User-Agent": {kindsOf(logs.UserAgent), UserAgent},
		"url:value": {kindsOf(logs.URL), URL},
		"file:name": files, "file:hashes.*": {kindsOf(logs.Hash), Digest}, "file:parent_directory_ref.path": folders, "directory:path": folders,
		"process:name": files, "process:image_ref.name": files, "process:image_ref.parent_directory_ref.path": folders,
		"email-addr:value": mail, "email-message:from_ref.value": mail, "email-message:to_refs.value": mail,
		"windows-registry-key:key":  {kindsOf(logs.RegistryKey), RegistryKey},
		"x509-certificate:hashes.*": {kindsOf(logs.Certificate), Digest},
	}
}()

// spokenOf looks a path of a pattern up; false when no record says it.
func spokenOf(p *syntax.Path) (spoken, bool) {
	var names []string
	for _, s := range p.Steps {
		if !s.Item {
			names = append(names, s.Name)
		}
	}
	names = slices.CompactFunc(names, func(a, b string) bool { return a == b && a == resolves }) // names may lead to names
	if n := len(names); n > 1 {
		switch {
		case names[n-2] == "hashes":
			names[n-1] = "*"
		case names[n-1] == "type": // of what is referred to
			names[n-1] = "value"
			s, ok := paths[p.Type+":"+strings.Join(names, ".")]
			return spoken{kinds: s.kinds}, ok
		}
	}
	s, ok := paths[p.Type+":"+strings.Join(names, ".")]
	return s, ok
}

// maxObjects bounds the objects made of one record.
const maxObjects = 512

// observation makes objects of a record. It takes copies: what it returns may be kept.
func observation(rec *logs.Record, at time.Time) pattern.Observation {
	var s speaker
	for i := range rec.Fields {
		if f := &rec.Fields[i]; len(f.Value) > 0 && len(f.Value) <= maxValue && len(s.objects) < maxObjects {
			s.field(f)
		}
	}
	s.traffic()
	s.resolved()
	s.message()
	o := pattern.Observation{First: pattern.At(at), Last: pattern.At(at), Objects: s.objects}
	o.Index()
	return o
}

// speaker makes the objects of one record.
type speaker struct {
	objects           []pattern.Object
	from, to          []string // ids of hosts
	asked, answered   []string
	sender, receivers []string
	request, host     *stix.Value
	agent, referrer   *stix.Value
	content, cert     *stix.Value // file and certificate that the next field adds to
}

// add adds an object unless there is an equal one, and returns its id.
func (s *speaker) add(typ, property, value string) string {
	for i := range s.objects {
		if o := &s.objects[i]; o.Type == typ && o.Root.Get(property).Text() == value {
			return o.ID
		}
	}
	id, _ := s.begin(typ)
	s.objects[len(s.objects)-1].Root.Set(property, stix.NewString(value))
	return id
}

// begin adds an object that is still empty.
func (s *speaker) begin(typ string) (string, *stix.Value) {
	id := strconv.Itoa(len(s.objects))
	root := stix.NewDict(member("type", stix.NewString(typ)))
	s.objects = append(s.objects, pattern.Object{ID: id, Type: typ, Root: root})
	return id, root
}

func (s *speaker) field(f *logs.Field) {
	switch f.Kind {
	case logs.Address, logs.Domain:
		s.hostField(f)
	case logs.URL:
		s.url(f)
	case logs.UserAgent:
		s.agent = stix.NewString(string(f.Value))
	case logs.Hash:
		s.content = s.digest(s.content, "file", f.Value)
	case logs.Certificate:
		s.cert = s.digest(s.cert, "x509-certificate", f.Value)
	case logs.FileName, logs.FilePath:
		s.file(f)
	case logs.Email:
		if key, ok := appendEmail(nil, f.Value); ok {
			s.mailbox(f.Role, s.add("email-addr", "value", string(key)))
		}
	case logs.RegistryKey:
		s.add("windows-registry-key", "key", fullKey(string(f.Value)))
	}
}

func (s *speaker) hostField(f *logs.Field) {
	text := spell(f.Kind, f.Value, nil)
	if text == nil {
		return
	}
	typ := "domain-name"
	if a, ok := parseAddress(text); ok {
		if typ = "ipv6-addr"; a.Is4() {
			typ = "ipv4-addr"
		}
	}
	id := s.add(typ, "value", string(text))
	switch f.Role {
	case logs.Source:
		s.from = append(s.from, id)
	case logs.ServerName:
		s.to = append(s.to, id)
		s.host = stix.NewString(string(text))
	case logs.Destination:
		s.to = append(s.to, id)
	case logs.Query:
		s.asked = append(s.asked, id)
	case logs.Answer:
		s.answered = append(s.answered, id)
	}
}

func (s *speaker) url(f *logs.Field) {
	scheme := bytes.Index(f.Value, []byte("://"))
	if scheme > 0 {
		s.add("url", "value", string(f.Value))
	}
	switch f.Role {
	case logs.Referrer:
		s.referrer = stix.NewString(string(f.Value))
	case logs.Request:
		path := f.Value
		if scheme > 0 {
			path = path[scheme+3:]
			path = path[max(bytes.IndexByte(path, '/'), 0):]
		}
		path, _, _ = bytes.Cut(path, []byte("#")) // it is not sent
		if len(path) > 0 && path[0] == '/' {
			s.request = stix.NewString(string(path))
		}
	}
}

// digest says a hash of an object, of another one when this one has such a hash already.
func (s *speaker) digest(of *stix.Value, typ string, v []byte) *stix.Value {
	text := spell(logs.Hash, v, nil)
	if text == nil {
		return of
	}
	algorithm := digestNames[len(text)]
	if of == nil || of.Get("hashes").Get(algorithm) != nil {
		_, of = s.begin(typ)
	}
	hashes := of.Get("hashes")
	if hashes == nil {
		hashes = stix.NewDict()
	}
	hashes.Set(algorithm, stix.NewString(string(text)))
	of.Set("hashes", hashes)
	return of
}

// file says the name of a file, and where it lies, or that of the program that acted.
func (s *speaker) file(f *logs.Field) {
	text := string(f.Value)
	name, folder := text, ""
	if i := strings.LastIndexAny(text, `/\`); i >= 0 && f.Kind == logs.FilePath {
		name, folder = text[i+1:], text[:i]
	}
	if f.Role == logs.Process {
		_, program := s.begin("process")
		image, file := s.begin("file")
		s.named(file, name, folder)
		program.Set("name", stix.NewString(name))
		program.Set("image_ref", stix.NewString(image))
		return
	}
	if s.content == nil || s.content.Get("name") != nil {
		_, s.content = s.begin("file")
	}
	s.named(s.content, name, folder)
}

func (s *speaker) named(file *stix.Value, name, folder string) {
	if name != "" {
		file.Set("name", stix.NewString(name))
	}
	if folder != "" {
		file.Set("parent_directory_ref", stix.NewString(s.add("directory", "path", folder)))
	}
}

func (s *speaker) mailbox(r logs.Role, id string) {
	switch r {
	case logs.Source:
		s.sender = append(s.sender, id)
	case logs.Destination:
		s.receivers = append(s.receivers, id)
	}
}

// traffic says who spoke to whom, and what was asked for over HTTP. Formats that name several sides name them in pairs.
func (s *speaker) traffic() {
	extension := s.httpRequest()
	n := max(len(s.from), len(s.to))
	if extension != nil {
		n = max(n, 1)
	}
	for i := range n {
		_, t := s.begin("network-traffic")
		if len(s.from) > 0 {
			t.Set("src_ref", stix.NewString(s.from[min(i, len(s.from)-1)]))
		}
		if len(s.to) > 0 {
			t.Set("dst_ref", stix.NewString(s.to[min(i, len(s.to)-1)]))
		}
		if extension != nil {
			t.Set("extensions", extension)
		}
	}
}

// httpRequest is STIX 2.1 §6.12.1, as far as the record says it.
func (s *speaker) httpRequest() *stix.Value {
	header := stix.NewDict()
	for _, h := range []struct {
		name  string
		value *stix.Value
	}{{"Host", s.host}, {"Referer", s.referrer}, {"User-Agent", s.agent}} {
		if h.value != nil {
			header.Set(h.name, h.value)
		}
	}
	request := stix.NewDict()
	if s.request != nil {
		request.Set("request_value", s.request)
	}
	if len(header.Members) > 0 {
		request.Set("request_header", header)
	}
	if len(request.Members) == 0 {
		return nil
	}
	return stix.NewDict(member("http-request-ext", request))
}

func (s *speaker) resolved() {
	if len(s.answered) == 0 {
		return
	}
	answers := stix.NewStrings(s.answered)
	for i := range s.objects {
		for _, id := range s.asked {
			if o := &s.objects[i]; o.ID == id && o.Type == "domain-name" {
				o.Root.Set("resolves_to_refs", answers)
			}
		}
	}
}

func (s *speaker) message() {
	if len(s.sender)+len(s.receivers) == 0 {
		return
	}
	_, m := s.begin("email-message")
	if len(s.sender) > 0 {
		m.Set("from_ref", stix.NewString(s.sender[0]))
	}
	if len(s.receivers) > 0 {
		m.Set("to_refs", stix.NewStrings(s.receivers))
	}
}

// spell is a field's value as its object has it; nil for what makes no object. dst is room for it.
func spell(k logs.Kind, v, dst []byte) []byte {
	ok := true
	switch k {
	case logs.Address:
		return spellAddress(v, dst)
	case logs.Domain:
		if plainDomain(v) && !looksLikeAddress(v) {
			return v
		}
		name, good := appendDomain(dst[:0], v)
		if !good || looksLikeAddress(name) {
			return spellAddress(bytes.Trim(v, "[]"), nil)
		}
		return name
	case logs.Hash, logs.Certificate:
		dst, ok = appendDigest(dst[:0], v)
	case logs.Email:
		dst, ok = appendEmail(dst[:0], v)
	case logs.RegistryKey:
		return []byte(fullKey(string(v)))
	default:
		return v
	}
	if !ok {
		return nil
	}
	return dst
}

func spellAddress(v, dst []byte) []byte {
	a, ok := parseAddress(v)
	if !ok {
		return nil
	}
	return a.AppendTo(dst[:0])
}

// fullKey writes the hive of a registry key in full.
func fullKey(s string) string {
	hive, rest, more := strings.Cut(s, `\`)
	full := hives[strings.ToLower(hive)]
	if full == "" {
		return s
	}
	if more {
		rest = `\` + rest
	}
	return strings.ToUpper(full) + rest
}
