package match

import (
	"strings"

	"threatwatch/logs"
	"threatwatch/stix"
)

// cert is a certificate of the client or the server.
type cert struct {
	role logs.Role
	root *stix.Value
}

// fingerprint says a hash of a certificate, of another one of the same side when this one has such a hash already: those of a chain follow each other.
func (s *speaker) fingerprint(f *logs.Field) {
	text := spell(f.Kind, f.Value, nil)
	if text == nil {
		return
	}
	for i := len(s.certs) - 1; i >= 0; i-- {
		if s.certs[i].role == f.Role {
			if digest(s.certs[i].root, text) {
				return
			}
			break
		}
	}
	digest(s.cert(f.Role), text)
}

func (s *speaker) cert(role logs.Role) *stix.Value {
	_, root := s.begin("x509-certificate")
	s.certs = append(s.certs, cert{role, root})
	return root
}

// store keeps facts of files, certificates and the registry.
func (s *speaker) store(f *logs.Field, text string) {
	switch f.Kind {
	case logs.Size:
		s.measured(f, "size", number(text), &s.sizes)
	case logs.MediaType:
		s.measured(f, "mime_type", stix.NewString(text), &s.media)
	case logs.Subject:
		s.certified(f.Role, "subject", text)
	case logs.Issuer:
		s.certified(f.Role, "issuer", text)
	case logs.Serial:
		s.certified(f.Role, "serial_number", text)
	case logs.RegistryName:
		s.names = append(s.names, stix.NewString(text))
	case logs.RegistryData:
		s.data = append(s.data, stix.NewString(text))
	}
}

// measured says something of a program's file now, and keeps it for stores where it is of one that was carried.
func (s *speaker) measured(f *logs.Field, property string, v *stix.Value, of *[]*stix.Value) {
	if f.Role == logs.Process || f.Role == logs.Parent {
		s.program(f).file(s).Set(property, v)
		return
	}
	*of = append(*of, v)
}

// certified says something of the first certificate of a side of which it has not been said.
func (s *speaker) certified(role logs.Role, property, text string) {
	for i := range s.certs {
		if c := &s.certs[i]; c.role == role && c.root.Get(property) == nil {
			c.root.Set(property, stix.NewString(text))
			return
		}
	}
	s.cert(role).Set(property, stix.NewString(text))
}

// stores says what is known of files and of values in the registry.
func (s *speaker) stores() {
	s.unnamed()
	s.each("size", s.sizes)
	s.each("mime_type", s.media)
	if len(s.names)+len(s.data) == 0 {
		return
	}
	if len(s.keys) == 0 {
		_, key := s.begin("windows-registry-key")
		key.Set("values", s.values(""))
		return
	}
	for _, path := range s.keys {
		key, name := s.keyOf(path)
		id := s.add("windows-registry-key", "key", key)
		for i := range s.objects {
			if s.objects[i].ID == id {
				s.objects[i].Root.Set("values", s.values(name))
			}
		}
	}
}

// unnamed gives digests without the name of a file to the program, if there is one: so Sysmon says what was started.
func (s *speaker) unnamed() {
	if len(s.programs) == 0 || s.programs[0].role != logs.Process || s.programs[0].image == nil || len(s.contents) != 1 {
		return
	}
	image, file := s.programs[0].image, s.contents[0]
	if hashes := file.Get("hashes"); file.Get("name") == nil && hashes != nil && image.Get("hashes") == nil {
		image.Set("hashes", hashes)
	}
}

// each says a property of each file that was carried, where there is one for each, and of files apart where there is not.
func (s *speaker) each(property string, values []*stix.Value) {
	files := s.contents
	if len(files) != len(values) {
		files = nil
	}
	for i, v := range values {
		if files != nil {
			files[i].Set(property, v)
		} else {
			_, file := s.begin("file")
			file.Set(property, v)
		}
	}
}

// keyOf divides a path in the registry into the key and the name of a value below it: the name that the record says, or the last part.
func (s *speaker) keyOf(path string) (key, name string) {
	i := strings.LastIndexByte(path, '\\')
	if i < 0 {
		return path, ""
	}
	if len(s.names) == 0 || strings.EqualFold(path[i+1:], s.names[0].Text()) {
		return path[:i], path[i+1:]
	}
	return path, ""
}

// values are those of a key, STIX 2.1 §6.17.2: data that follow each other are of one name.
func (s *speaker) values(name string) *stix.Value {
	list := stix.NewArray()
	for i := range max(len(s.names), len(s.data)) {
		v := stix.NewDict()
		switch {
		case i < len(s.names):
			v.Set("name", s.names[i])
		case len(s.names) == 1:
			v.Set("name", s.names[0])
		case name != "":
			v.Set("name", stix.NewString(name))
		}
		if i < len(s.data) {
			v.Set("data", s.data[i])
		}
		list.Items = append(list.Items, v)
	}
	return list
}
