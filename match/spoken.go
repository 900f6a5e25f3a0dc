package match

import (
	"math/bits"
	"slices"
	"strings"

	"threatwatch/logs"
	"threatwatch/pattern/syntax"
)

// A record of a log as STIX would have it observed: what its fields and its facts say, by kind and role, in cyber-observable objects (STIX 2.1 §6).
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
//	Hash          any                  file:hashes, of the program's file where the role says so
//	FileName      not Process, Parent  file:name
//	FilePath      not Process, Parent  file:name, file:parent_directory_ref, directory:path
//	              Process              process:name (STIX 2.0), process:image_ref, which is such a file
//	              Parent               the same of process:parent_ref
//	Email         any                  email-addr:value
//	              Source, Destination  email-message:from_ref, email-message:to_refs
//	RegistryKey   any                  windows-registry-key:key, the hive in full (STIX 2.1 §6.17)
//	Certificate   any                  x509-certificate:hashes
//	JA3, JA4      Destination          network-traffic:extensions.'tls-ext'.ja3s and ja4s
//	              any other            network-traffic:extensions.'tls-ext'.ja3 and ja4
//
//	Port, Bytes, Packets               network-traffic:src_port and dst_port, src_byte_count, src_packets and so on
//	Protocol                           network-traffic:protocols
//	Method, HTTPVersion                http-request-ext request_method, request_version
//	CommandLine, ProcessID, Folder     process:command_line, pid, cwd; of process:parent_ref where the role says so
//	Login, UserID, DisplayName         user-account:account_login, user_id, display_name; process:creator_user_ref of a program's
//	Size, MediaType                    file:size, file:mime_type
//	Subject, Issuer, Serial            x509-certificate:subject, issuer, serial_number
//	RegistryName, RegistryData         windows-registry-key:values, of the key that the record names
//	MailSubject, MessageID, Mailer     email-message:subject, message_id, additional_header_fields.'X-Mailer'
//	Copy                               email-message:cc_refs
//	MAC, AS                            mac-addr:value, autonomous-system:number
//
// STIX has no place for JA3 and JA4; the extension is the one that most indicators name which are out there. Addresses, names, hashes, mailboxes and
// what else has one spelling are in it ([spell]), all else is as the record has it.

// spoken says of an object path which kinds of fields make it, and as values of which class an index has what stands there (0: of none).
type spoken struct {
	kinds  kindSet
	class  Class
	number bool
}

// fact returns the kind where facts are all that make a path.
func (s spoken) fact() (logs.Kind, bool) {
	k := logs.Kind(bits.TrailingZeros64(uint64(s.kinds)))
	return k, k.Fact() && s.kinds == kindsOf(k)
}

// kindSet is a set of logs.Kind.
type kindSet uint64

// facts is all kinds of facts.
const facts kindSet = 1<<logs.Kinds - 1<<logs.Port

func kindsOf(ks ...logs.Kind) (set kindSet) {
	for _, k := range ks {
		set |= 1 << k
	}
	return set
}

func (s kindSet) has(k logs.Kind) bool { return s>>k&1 != 0 }

const resolves = "resolves_to_refs"

const (
	httpRequest = "network-traffic:extensions.http-request-ext."
	tls         = "network-traffic:extensions.tls-ext."
)

// paths is the table above from the side of patterns: paths without indexes.
var paths = func() map[string]spoken {
	hosts := spoken{kindsOf(logs.Address, logs.Domain), Domain, false}
	addresses := spoken{hosts.kinds, Address, false}
	files := spoken{kindsOf(logs.FileName, logs.FilePath), FileName, false}
	folders := spoken{kinds: kindsOf(logs.FilePath)}
	mail := spoken{kindsOf(logs.Email), Email, false}
	ja3, ja4 := spoken{kinds: kindsOf(logs.JA3), class: Digest}, spoken{kinds: kindsOf(logs.JA4), class: JA4}
	all := map[string]spoken{
		"ipv4-addr:value": addresses, "ipv6-addr:value": addresses,
		"domain-name:value": {kinds: kindsOf(logs.Domain), class: Domain}, "domain-name:resolves_to_refs.value": hosts,
		"network-traffic:src_ref.resolves_to_refs.value": hosts, "network-traffic:dst_ref.resolves_to_refs.value": hosts,
		"network-traffic:src_ref.value": hosts, "network-traffic:dst_ref.value": hosts,
		httpRequest + "request_value": {kinds: kindsOf(logs.URL), class: URLPath}, httpRequest + "request_header.Host": hosts,
		httpRequest + "request_header.Referer":    {kinds: kindsOf(logs.URL), class: URL},
		httpRequest + "request_header.User-Agent": {kinds: kindsOf(logs.UserAgent), class: UserAgent},
		tls + "ja3": ja3, tls + "ja3s": ja3, tls + "ja4": ja4, tls + "ja4s": ja4,
		"url:value": {kinds: kindsOf(logs.URL), class: URL},
		"file:name": files, "file:hashes.*": {kinds: kindsOf(logs.Hash), class: Digest}, "file:parent_directory_ref.path": folders, "directory:path": folders,
		"email-addr:value": mail, "email-message:from_ref.value": mail, "email-message:to_refs.value": mail,
		"windows-registry-key:key":  {kinds: kindsOf(logs.RegistryKey), class: RegistryKey},
		"x509-certificate:hashes.*": {kinds: kindsOf(logs.Certificate), class: Digest},
	}
	for _, of := range []string{"process:", "process:parent_ref."} {
		all[of+"name"], all[of+"image_ref.name"], all[of+"image_ref.parent_directory_ref.path"] = files, files, folders
		all[of+"image_ref.hashes.*"] = all["file:hashes.*"]
	}
	for path, k := range factPaths {
		all[path] = spoken{kinds: kindsOf(k), number: numbers[k]}
	}
	all["windows-registry-key:values.name"] = spoken{kinds: kindsOf(logs.RegistryName, logs.RegistryKey)} // whose last part it may be
	return all
}()

// numbers are the kinds that objects have as numbers.
var numbers = map[logs.Kind]bool{logs.Port: true, logs.Bytes: true, logs.Packets: true, logs.ProcessID: true, logs.Size: true, logs.AS: true}

// factPaths is what facts make.
var factPaths = func() map[string]logs.Kind {
	all := map[string]logs.Kind{
		"network-traffic:src_port": logs.Port, "network-traffic:dst_port": logs.Port, "network-traffic:protocols": logs.Protocol,
		"network-traffic:src_byte_count": logs.Bytes, "network-traffic:dst_byte_count": logs.Bytes,
		"network-traffic:src_packets": logs.Packets, "network-traffic:dst_packets": logs.Packets,
		httpRequest + "request_method": logs.Method, httpRequest + "request_version": logs.HTTPVersion,
		"user-account:account_login": logs.Login, "user-account:user_id": logs.UserID, "user-account:display_name": logs.DisplayName,
		"file:size": logs.Size, "file:mime_type": logs.MediaType,
		"x509-certificate:subject": logs.Subject, "x509-certificate:issuer": logs.Issuer, "x509-certificate:serial_number": logs.Serial,
		"windows-registry-key:values.name": logs.RegistryName, "windows-registry-key:values.data": logs.RegistryData,
		"email-message:subject": logs.MailSubject, "email-message:message_id": logs.MessageID, "email-message:cc_refs.value": logs.Copy,
		"email-message:additional_header_fields.X-Mailer": logs.Mailer,
		"mac-addr:value": logs.MAC, "autonomous-system:number": logs.AS,
	}
	for _, of := range []string{"process:", "process:parent_ref."} {
		all[of+"command_line"], all[of+"pid"], all[of+"cwd"] = logs.CommandLine, logs.ProcessID, logs.Folder
		all[of+"image_ref.size"], all[of+"image_ref.mime_type"] = logs.Size, logs.MediaType
		all[of+"creator_user_ref.account_login"], all[of+"creator_user_ref.user_id"] = logs.Login, logs.UserID
		all[of+"creator_user_ref.display_name"] = logs.DisplayName
	}
	return all
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
