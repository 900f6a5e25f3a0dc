package logs

// Kind says what a value is, so that it is only ever compared with indicators of the same kind.
type Kind uint8

// The kinds of values.
const (
	Address     Kind = iota + 1 // IPv4 or IPv6 address, no port
	Domain                      // host name, any case, perhaps with a final dot
	URL                         // absolute, or put together by the scanner; the path alone where the host is not logged
	Hash                        // MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal; the length tells which
	Email                       // address of a mailbox
	FileName                    // last part of a path
	FilePath                    // whole path
	RegistryKey                 // with or without the hive's short name
	UserAgent                   // as sent
	JA3                         // MD5 in hexadecimal, client or server (JA3S)
	JA4                         // as printed by its authors
	Certificate                 // fingerprint of an X.509 certificate in hexadecimal, colons removed

	// What follows are facts: no list names them alone, and a Record tells them only when it is asked, see [Record.Facts].

	Port         // of the source or the destination
	Protocol     // of any layer: tcp, http
	Bytes        // that the source or the destination sent
	Packets      // the same
	Method       // of an HTTP request
	HTTPVersion  // as HTTP/1.1, or the number alone
	CommandLine  // of a program
	ProcessID    // in decimal, or hexadecimal with 0x
	Folder       // that a program works in
	Login        // name of an account, alone and as it is written with its domain
	UserID       // number or SID
	DisplayName  // of whoever has the account
	Size         // of a file
	MediaType    // of a file
	Subject      // of a certificate, as written
	Issuer       // the same
	Serial       // of a certificate, in hexadecimal
	RegistryName // of a value below a registry key
	RegistryData // of that value
	MailSubject
	MessageID
	Mailer // program that a message was written with
	Copy   // mailbox to which a copy of a message goes
	MAC
	AS // number of an autonomous system

	kindsEnd
)

// Kinds is more than every Kind.
const Kinds = int(kindsEnd)

// Fact says whether a Record tells the kind only when it is asked.
func (k Kind) Fact() bool { return k >= Port }

// kinds are the names that mappings use.
var kinds = map[string]Kind{
	"address": Address, "domain": Domain, "url": URL, "hash": Hash, "email": Email, "filename": FileName, "filepath": FilePath,
	"registry": RegistryKey, "useragent": UserAgent, "ja3": JA3, "ja4": JA4, "certificate": Certificate,

	"port": Port, "protocol": Protocol, "bytes": Bytes, "packets": Packets, "method": Method, "httpversion": HTTPVersion, "commandline": CommandLine,
	"pid": ProcessID, "folder": Folder, "login": Login, "userid": UserID, "displayname": DisplayName, "size": Size, "mediatype": MediaType,
	"subject": Subject, "issuer": Issuer, "serial": Serial, "regname": RegistryName, "regdata": RegistryData, "mailsubject": MailSubject,
	"messageid": MessageID, "mailer": Mailer, "copy": Copy, "mac": MAC, "as": AS,
}

// String returns the kind's name as mappings write it.
func (k Kind) String() string {
	for name, kind := range kinds {
		if kind == k {
			return name
		}
	}
	return ""
}

// Field is one value of a record.
type Field struct {
	Kind  Kind
	Role  Role
	Path  string // the format's own name of the field: "dest_ip", "tls.sni", "id.orig_h", "column 3"
	Value []byte // decoded; good until the next Scan
}

// Role says what part the value plays in the record.
type Role uint8

// The roles of values.
const (
	Seen        Role = iota // somewhere in the record; the format does not say more
	Source                  // who opened the connection or sent the message
	Destination             // whom it went to
	Query                   // name asked for in DNS
	Answer                  // what DNS answered
	ServerName              // TLS server name indication, HTTP host
	Request                 // requested URL
	Referrer                // HTTP referrer
	Content                 // file or message that was carried
	Process                 // program that acted, and whoever runs it
	Parent                  // program that started it
)

// roles are the names that mappings use.
var roles = map[string]Role{
	"seen": Seen, "source": Source, "destination": Destination, "query": Query, "answer": Answer, "servername": ServerName,
	"request": Request, "referrer": Referrer, "content": Content, "process": Process, "parent": Parent,
}

// String returns the role's name as mappings write it.
func (r Role) String() string {
	for name, role := range roles {
		if role == r {
			return name
		}
	}
	return ""
}

// Record is what a Scanner found in one entry of a log.
type Record struct {
	Fields []Field
	Time   []byte // as written, for When; empty where the entry has none
	Host   []byte // machine or sensor that the entry says it is from; empty where it does not say

	entry []byte  // that was scanned
	rest  Scanner // reads the facts of it; nil where there is no log
	told  bool    // it has
	facts *Record // what it reads into

	web     web     // parts of a requested URL, until the entry is read to its end
	logins  []login // until then as well
	scratch []byte  // what had to be decoded or put together

	path    []byte             // of the value that is being read, in JSON of no known make
	key     []byte             // of a target of text
	targets map[string]*target // by path
	tops    map[string]bool    // last labels of names in text: whether there is such a domain
}

// web holds what formats log apart from each other and indicators have in one piece.
type web struct {
	scheme, host, port, path []byte
	at                       *target // what was said of the path
}

func (r *Record) reset() {
	r.Fields, r.scratch = r.Fields[:0], r.scratch[:0]
	r.Time, r.Host = nil, nil
	r.web, r.logins = web{}, r.logins[:0]
	r.told = false
}

// Facts returns what the record says beside its Fields: ports, command lines, accounts. It reads the entry once more, and so costs as much as all the
// rest; the fields are good as long as the others.
func (r *Record) Facts() []Field {
	if r.rest == nil {
		return nil
	}
	if !r.told {
		if r.told = true; r.facts == nil {
			r.facts = &Record{}
		}
		_ = r.rest.Scan(r.entry, r.facts) // what is wrong with the entry has been said
	}
	return r.facts.Fields
}

// add takes a value in, unless nothing is left of it without its colons, brackets or port.
func (r *Record) add(k Kind, t *target, v []byte) {
	if len(v) > 0 {
		r.Fields = append(r.Fields, Field{k, t.role, t.path, v})
	}
}
