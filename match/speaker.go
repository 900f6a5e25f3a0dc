package match

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"threatwatch/logs"
	"threatwatch/pattern"
	"threatwatch/stix"
)

// maxObjects bounds the objects made of one record.
const maxObjects = 512

// observation makes objects of a record. It takes copies: what it returns may be kept.
func observation(rec *logs.Record, at time.Time) pattern.Observation {
	var s speaker
	for _, fields := range [...][]logs.Field{rec.Fields, rec.Facts()} {
		for i := range fields {
			if f := &fields[i]; len(f.Value) > 0 && len(f.Value) <= maxValue && len(s.objects) < maxObjects {
				s.field(f)
			}
		}
	}
	s.traffic()
	s.resolved()
	s.runs()
	s.stores()
	s.message()
	o := pattern.Observation{First: pattern.At(at), Last: pattern.At(at), Objects: s.objects}
	o.Index()
	return o
}

// speaker makes the objects of one record.
type speaker struct {
	objects           []pattern.Object
	asked, answered   []string // ids of hosts
	sender, receivers []string
	copies            []string

	net      net
	contents []*stix.Value // files, in their order
	sizes    []*stix.Value
	media    []*stix.Value
	programs []*program
	accounts []*account
	certs    []cert
	keys     []string // of the registry
	names    []*stix.Value
	data     []*stix.Value
	header   []stix.Member // of a message
}

// add adds an object unless there is an equal one, and returns its id.
func (s *speaker) add(typ, property, value string) string {
	for i := range s.objects {
		if o := &s.objects[i]; o.Type == typ && o.Root.Get(property).Text() == value {
			return o.ID
		}
	}
	id, root := s.begin(typ)
	root.Set(property, stix.NewString(value))
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
	if f.Kind.Fact() {
		s.fact(f)
		return
	}
	switch f.Kind {
	case logs.Address, logs.Domain:
		s.host(f)
	case logs.URL:
		s.url(f)
	case logs.UserAgent:
		s.net.agent = stix.NewString(string(f.Value))
	case logs.Hash:
		s.hash(f)
	case logs.Certificate:
		s.fingerprint(f)
	case logs.JA3, logs.JA4:
		s.handshake(f)
	case logs.FileName, logs.FilePath:
		s.file(f)
	case logs.Email:
		if key, ok := appendEmail(nil, f.Value); ok {
			s.mailbox(f.Role, s.add("email-addr", "value", string(key)))
		}
	case logs.RegistryKey:
		key := fullKey(string(f.Value))
		s.keys = append(s.keys, key)
		s.add("windows-registry-key", "key", key)
	}
}

func (s *speaker) host(f *logs.Field) {
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
		s.net.from = append(s.net.from, host{id, groupOf(f.Path), false})
	case logs.ServerName:
		s.net.to = append(s.net.to, host{id, "", true})
		s.net.host = stix.NewString(string(text))
	case logs.Destination:
		s.net.to = append(s.net.to, host{id, groupOf(f.Path), false})
	case logs.Query:
		s.asked = append(s.asked, id)
	case logs.Answer:
		s.answered = append(s.answered, id)
	}
}

// groupOf is the place of a field in its record, without its own name and what only divides the parts of a thing.
func groupOf(path string) string {
	for {
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return ""
		}
		path = path[:i]
		switch path[strings.LastIndexByte(path, '.')+1:] {
		case "file", "hash", "hashes", "user":
			if strings.IndexByte(path, '.') < 0 {
				return path
			}
		default:
			return path
		}
	}
}

func (s *speaker) url(f *logs.Field) {
	scheme := bytes.Index(f.Value, []byte("://"))
	if scheme > 0 {
		s.add("url", "value", string(f.Value))
	}
	switch f.Role {
	case logs.Referrer:
		s.net.referrer = stix.NewString(string(f.Value))
	case logs.Request:
		path := f.Value
		if scheme > 0 {
			path = path[scheme+3:]
			path = path[max(bytes.IndexByte(path, '/'), 0):]
		}
		path, _, _ = bytes.Cut(path, []byte("#")) // it is not sent
		if len(path) > 0 && path[0] == '/' {
			s.net.request = stix.NewString(string(path))
		}
	}
}

// hash says a digest of a file that was carried, or of a program's.
func (s *speaker) hash(f *logs.Field) {
	text := spell(f.Kind, f.Value, nil)
	if text == nil {
		return
	}
	if f.Role == logs.Process || f.Role == logs.Parent {
		digest(s.program(f).file(s), text)
		return
	}
	if n := len(s.contents); n == 0 || !digest(s.contents[n-1], text) {
		digest(s.content(), text)
	}
}

// digest adds a hash to an object; false when it has such a one.
func digest(of *stix.Value, text []byte) bool {
	algorithm := digestNames[len(text)]
	hashes := of.Get("hashes")
	if hashes == nil {
		hashes = stix.NewDict()
	}
	if hashes.Get(algorithm) != nil {
		return false
	}
	hashes.Set(algorithm, stix.NewString(string(text)))
	of.Set("hashes", hashes)
	return true
}

// content begins a file that was carried.
func (s *speaker) content() *stix.Value {
	_, file := s.begin("file")
	s.contents = append(s.contents, file)
	return file
}

// file says the name of a file, and where it lies, or that of a program.
func (s *speaker) file(f *logs.Field) {
	text := string(f.Value)
	name, folder := text, ""
	if i := strings.LastIndexAny(text, `/\`); i >= 0 && f.Kind == logs.FilePath {
		name, folder = text[i+1:], text[:i]
	}
	if f.Role == logs.Process || f.Role == logs.Parent {
		p := s.programNamed(f, name)
		s.named(p.file(s), name, folder)
		p.root.Set("name", stix.NewString(name))
		return
	}
	n := len(s.contents)
	if n == 0 || s.contents[n-1].Get("name") != nil {
		s.content()
		n++
	}
	s.named(s.contents[n-1], name, folder)
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

func (s *speaker) resolved() {
	if len(s.answered) == 0 {
		return
	}
	answers := stix.NewStrings(s.answered)
	for i := range s.objects {
		for _, id := range s.asked {
			if o := &s.objects[i]; o.ID == id && o.Type == "domain-name" {
				o.Root.Set(resolves, answers)
			}
		}
	}
}

func (s *speaker) message() {
	if len(s.sender)+len(s.receivers)+len(s.copies)+len(s.header) == 0 {
		return
	}
	_, m := s.begin("email-message")
	if len(s.sender) > 0 {
		m.Set("from_ref", stix.NewString(s.sender[0]))
	}
	if len(s.receivers) > 0 {
		m.Set("to_refs", stix.NewStrings(s.receivers))
	}
	if len(s.copies) > 0 {
		m.Set("cc_refs", stix.NewStrings(s.copies))
	}
	for _, h := range s.header {
		m.Set(h.Name, h.Value)
	}
}
