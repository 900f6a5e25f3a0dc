package logs

import (
	"strings"
	"sync"
)

// ecs is the Elastic Common Schema, version 8, with what Beats put below winlog.event_data.
var ecs = sync.OnceValue(func() *Mapping {
	var sides strings.Builder
	for _, side := range []struct{ name, role string }{{"source", "source"}, {"client", "source"}, {"destination", "destination"}, {"server", "destination"}} {
		sides.WriteString(strings.NewReplacer("SIDE", side.name, "ROLE", side.role).Replace(`
SIDE.ip=address:ROLE SIDE.address=host:ROLE SIDE.domain=host:ROLE SIDE.nat.ip=address:ROLE SIDE.registered_domain=host:ROLE
SIDE.port=port:ROLE SIDE.nat.port=port:ROLE SIDE.bytes=bytes:ROLE SIDE.packets=packets:ROLE SIDE.mac=mac:ROLE SIDE.as.number=as:ROLE
SIDE.user.name=login:ROLE SIDE.user.domain=logindomain:ROLE SIDE.user.id=userid:ROLE SIDE.user.full_name=displayname:ROLE
`))
	}
	return preset(`
@timestamp=time host.name=sensor observer.name=sensor agent.hostname=sensor
` + sides.String() + `
host.ip=address:seen network.forwarded_ip=address:source
related.ip=address:seen related.hosts=host:seen related.hash=hash:seen
dns.question.name=host:query dns.answers.name=host:query dns.answers.data=host:answer dns.resolved_ip=address:answer
url.scheme=web-scheme url.domain=web-host:servername url.port=web-port url.path=web-path:request url.full=url:request url.original=text:request
network.transport=protocol network.protocol=protocol network.type=protocol network.iana_number=protocol
http.request.method=method:request http.version=httpversion:request
http.request.referrer=url:referrer user_agent.original=useragent:request

tls.client.server_name=host:servername tls.client.ja3=ja3:source tls.server.ja3s=ja3:destination tls.client.ja4=ja4:source
` + sums("tls.client.hash", "certificate:source") + sums("tls.server.hash", "certificate:destination") + `
tls.client.subject=dn:source tls.client.issuer=dn:source tls.server.subject=dn:destination tls.server.issuer=dn:destination
tls.server.x509.subject.common_name=host:destination tls.server.x509.alternative_names=host:destination
tls.server.subject=subject:destination tls.server.issuer=issuer:destination tls.client.subject=subject:source tls.client.issuer=issuer:source
tls.server.x509.subject.distinguished_name=subject:destination tls.server.x509.issuer.distinguished_name=issuer:destination
tls.server.x509.serial_number=serial:destination tls.client.x509.serial_number=serial:source
tls.client.x509.subject.common_name=host:source tls.client.x509.alternative_names=host:source

file.size=size:content file.mime_type=mediatype:content
user.domain=logindomain user.target.domain=logindomain:destination process.user.domain=logindomain:process
user.name=login user.id=userid user.full_name=displayname user.target.name=login:destination user.target.id=userid:destination
file.name=filename:content file.path=filepath:content file.target_path=filepath:content
` + sums("file.hash", "hash:content") + `
process.executable=filepath:process process.name=filename:process process.command_line=text:process process.args=text:process
process.parent.executable=filepath:parent process.parent.name=filename:parent process.parent.command_line=text:parent
process.command_line=commandline:process process.pid=pid:process process.working_directory=folder:process
process.user.name=login:process process.user.id=userid:process
process.parent.command_line=commandline:parent process.parent.pid=pid:parent process.parent.working_directory=folder:parent
` + sums("process.hash", "hash:process") + sums("process.parent.hash", "hash:parent") + `
dll.name=filename:content dll.path=filepath:content ` + sums("dll.hash", "hash:content") + `
registry.path=registry:content registry.key=registry:content registry.data.strings=text:content
registry.value=regname:content registry.data.strings=regdata:content

email.from.address=email:source email.sender.address=email:source email.reply_to.address=email:source
email.to.address=email:destination email.cc.address=email:destination email.bcc.address=email:destination
email.subject=mailsubject email.message_id=messageid email.x_mailer=mailer email.cc.address=copy
email.attachments.file.name=filename:content ` + sums("email.attachments.file.hash", "hash:content") + `
message=text:seen
` + under("winlog.event_data", windowsData))
})

// sums maps the digests below a name.
func sums(name, what string) string {
	return name + ".md5=" + what + " " + name + ".sha1=" + what + " " + name + ".sha256=" + what + " " + name + ".sha512=" + what + "\n"
}

// ocsf is the Open Cybersecurity Schema Framework, version 1.
var ocsf = sync.OnceValue(func() *Mapping {
	var sides strings.Builder
	for _, side := range []struct{ name, role string }{
		{"src_endpoint", "source"}, {"dst_endpoint", "destination"}, {"evidences.src_endpoint", "source"}, {"evidences.dst_endpoint", "destination"},
		{"proxy_endpoint", "seen"},
	} {
		sides.WriteString(strings.NewReplacer("SIDE", side.name, "ROLE", side.role).Replace(`
SIDE.ip=address:ROLE SIDE.hostname=host:ROLE SIDE.domain=host:ROLE SIDE.intermediate_ips=address:ROLE SIDE.name=host:ROLE
SIDE.port=port:ROLE SIDE.mac=mac:ROLE SIDE.autonomous_system.number=as:ROLE
`))
	}
	return preset(`
time=time device.hostname=sensor
` + sides.String() + `
device.ip=address:seen observables.value=text:seen
query.hostname=host:query answers.rdata=host:answer connection_info.community_uid=text:seen
http_request.url.url_string=url:request http_request.url.hostname=host:servername http_request.url.path=web-path:request
http_request.user_agent=useragent:request http_request.referrer=url:referrer http_request.x_forwarded_for=hosts:source
url.url_string=url:request url.hostname=host:servername
http_request.http_method=method:request http_request.version=httpversion:request
connection_info.protocol_name=protocol connection_info.protocol_num=protocol
traffic.bytes_out=bytes:source traffic.bytes_in=bytes:destination traffic.packets_out=packets:source traffic.packets_in=packets:destination

tls.certificate.subject=subject:destination tls.certificate.issuer=issuer:destination tls.certificate.serial_number=serial:destination
tls.sni=host:servername tls.ja3_hash.value=ja3:source tls.ja3s_hash.value=ja3:destination ja4_fingerprint_list.value=ja4:seen
tls.certificate.fingerprints.value=certificate:destination tls.certificate.subject=dn:destination tls.certificate.issuer=dn:destination
tls.certificate.sans.name=host:destination

` + file("file", "content") + file("process.file", "process") + file("process.parent_process.file", "parent") + file("actor.process.file", "process") +
		file("actor.process.parent_process.file", "parent") + file("module.file", "content") + file("driver.file", "content") +
		file("evidences.file", "content") + file("evidences.process.file", "process") + file("email.files", "content") + `
process.cmd_line=text:process actor.process.cmd_line=text:process process.parent_process.cmd_line=text:parent evidences.process.cmd_line=text:process
reg_key.path=registry:content reg_value.path=registry:content reg_value.name=regname:content reg_value.data=regdata:content win.reg_key.path=registry:content

` + program("process") + program("actor.process") + program("evidences.process") + `
user.domain=logindomain actor.user.domain=logindomain:source
user.name=login user.uid=userid user.full_name=displayname actor.user.name=login:source actor.user.uid=userid:source actor.user.full_name=displayname:source

email.subject=mailsubject email.message_uid=messageid email.x_mailer=mailer email.cc=copy
email.from=email:source email.smtp_from=email:source email.reply_to=email:source
email.to=email:destination email.cc=email:destination email.smtp_to=email:destination
message=text:seen raw_data=text:seen
`)
})

// file maps OCSF's object of that name.
func file(name, role string) string {
	return strings.NewReplacer("FILE", name, "ROLE", role).Replace(`
FILE.name=filename:ROLE FILE.path=filepath:ROLE FILE.hashes.value=hash:ROLE FILE.size=size:ROLE FILE.mime_type=mediatype:ROLE
`)
}

// program maps what OCSF says of a process beside its file.
func program(name string) string {
	return strings.ReplaceAll(`
NAME.cmd_line=commandline:process NAME.pid=pid:process NAME.working_directory=folder:process NAME.user.name=login:process NAME.user.uid=userid:process
NAME.parent_process.cmd_line=commandline:parent NAME.parent_process.pid=pid:parent
`, "NAME", name)
}
