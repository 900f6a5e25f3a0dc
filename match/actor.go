package match

import (
	"strconv"
	"strings"

	"threatwatch/logs"
	"threatwatch/stix"
)

// program is one that acted or that started another: STIX 2.1 §6.13.
type program struct {
	role  logs.Role
	group string
	id    string
	root  *stix.Value
	image *stix.Value // its file
}

// program returns the program that a field is about; of several in one place the first.
func (s *speaker) program(f *logs.Field) *program {
	group := groupOf(f.Path)
	for _, p := range s.programs {
		if p.role == f.Role && p.group == group {
			return p
		}
	}
	return s.start(f.Role, group)
}

// programNamed returns the program of a name; another one when that which a field is about has another name.
func (s *speaker) programNamed(f *logs.Field, name string) *program {
	group := groupOf(f.Path)
	for _, p := range s.programs {
		if had := p.root.Get("name").Text(); p.role == f.Role && p.group == group && (had == "" || had == name) {
			return p
		}
	}
	return s.start(f.Role, group)
}

func (s *speaker) start(role logs.Role, group string) *program {
	p := &program{role: role, group: group}
	p.id, p.root = s.begin("process")
	s.programs = append(s.programs, p)
	return p
}

// file returns the file of a program.
func (p *program) file(s *speaker) *stix.Value {
	if p.image == nil {
		var id string
		id, p.image = s.begin("file")
		p.root.Set("image_ref", stix.NewString(id))
	}
	return p.image
}

// account is one under which something was done, or to which: STIX 2.1 §6.16. A name may be written in two ways.
type account struct {
	role          logs.Role
	group         string
	logins        []string
	ids, displays []string
}

func (s *speaker) account(f *logs.Field) *account {
	group := groupOf(f.Path)
	for _, a := range s.accounts {
		if a.role == f.Role && a.group == group {
			return a
		}
	}
	a := &account{role: f.Role, group: group}
	s.accounts = append(s.accounts, a)
	return a
}

// fact says what a fact is about.
func (s *speaker) fact(f *logs.Field) {
	raw := spell(f.Kind, f.Value, nil)
	if len(raw) == 0 {
		return
	}
	text := string(raw)
	switch f.Kind {
	case logs.CommandLine:
		s.of(f, "command_line", stix.NewString(text))
	case logs.ProcessID:
		s.of(f, "pid", number(text))
	case logs.Folder:
		s.of(f, "cwd", stix.NewString(text))
	case logs.Login:
		a := s.account(f)
		a.logins = append(a.logins, text)
	case logs.UserID:
		a := s.account(f)
		a.ids = append(a.ids, text)
	case logs.DisplayName:
		a := s.account(f)
		a.displays = append(a.displays, text)
	case logs.MAC:
		s.add("mac-addr", "value", text)
	case logs.AS:
		_, as := s.begin("autonomous-system")
		as.Set("number", number(text))
	case logs.Size, logs.MediaType, logs.Subject, logs.Issuer, logs.Serial, logs.RegistryName, logs.RegistryData:
		s.store(f, text)
	case logs.MailSubject:
		s.header = append(s.header, member("subject", stix.NewString(text)))
	case logs.MessageID:
		s.header = append(s.header, member("message_id", stix.NewString(text)))
	case logs.Mailer:
		s.header = append(s.header, member("additional_header_fields", stix.NewDict(member("X-Mailer", stix.NewString(text)))))
	case logs.Copy:
		s.copies = append(s.copies, s.add("email-addr", "value", text))
	default:
		s.net.fact(f, text)
	}
}

// of says something of a program. What Windows calls ProcessId is, beside a NewProcessId, that of who started it.
func (s *speaker) of(f *logs.Field, property string, v *stix.Value) {
	p := s.program(f)
	if p.root.Get(property) != nil && property == "pid" && p.role == logs.Process {
		g := *f
		g.Role = logs.Parent
		p = s.program(&g)
	}
	if p.root.Get(property) == nil {
		p.root.Set(property, v)
	}
}

// runs says who started which program, and on whose account.
func (s *speaker) runs() {
	first := map[*account]string{}
	for _, a := range s.accounts {
		first[a] = s.say(a)
	}
	for _, p := range s.programs {
		for _, a := range s.accounts {
			if a.role == p.role && a.group == p.group {
				p.root.Set("creator_user_ref", stix.NewString(first[a]))
			}
		}
		if p.role == logs.Process && p.root.Get("creator_user_ref") == nil { // 4688 of Windows: its subject started the program
			for _, a := range s.accounts {
				if a.role == logs.Source && a.group == p.group {
					p.root.Set("creator_user_ref", stix.NewString(first[a]))
				}
			}
		}
		if p.role != logs.Process {
			continue
		}
		for _, o := range s.programs {
			if o.role == logs.Parent && (o.group == p.group || strings.HasPrefix(o.group, p.group+".") || p.group == "") {
				p.root.Set("parent_ref", stix.NewString(o.id))
				break
			}
		}
	}
}

// say makes the objects of an account, one for each way to write its name, and returns the id of the first.
func (s *speaker) say(a *account) (id string) {
	for i := range max(len(a.logins), len(a.ids), len(a.displays)) {
		is, root := s.begin("user-account")
		if i == 0 {
			id = is
		}
		for _, x := range []struct {
			name string
			list []string
		}{{"account_login", a.logins}, {"user_id", a.ids}, {"display_name", a.displays}} {
			if i < len(x.list) {
				root.Set(x.name, stix.NewString(x.list[i]))
			} else if len(x.list) == 1 {
				root.Set(x.name, stix.NewString(x.list[0]))
			}
		}
	}
	return id
}

// number is a property that is one.
func number(text string) *stix.Value {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return stix.NewInt(0) // spell has read it
	}
	return stix.NewInt(n)
}
