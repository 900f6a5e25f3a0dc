package logs

import "sync"

// eve is Suricata's EVE JSON, versions 4 to 8, by the names of its schema (etc/schema.json of the engine). In records about what a server sent,
// src_ip is the server: source and destination are those of the packet or transaction.
var eve = sync.OnceValue(func() *Mapping {
	return preset(`
timestamp=time host=sensor
src_ip=address:source dest_ip=address:destination
flow.src_ip=address:source flow.dest_ip=address:destination
tunnel.src_ip=address:source tunnel.dest_ip=address:destination
alert.source.ip=address:source alert.target.ip=address:destination
arp.src_ip=address:source arp.dest_ip=address:destination
xff=hosts:source http.xff=hosts:source

dns.rrname=host:query dns.rdata=host:answer                            # before version 2
dns.queries.rrname=host:query dns.query.rrname=host:query
dns.answers.rrname=host:query dns.answers.rdata=host:answer
dns.answer.rrname=host:query dns.answer.rdata=host:answer
dns.answer.answers.rrname=host:query dns.answer.answers.rdata=host:answer
dns.grouped.A=address:answer dns.grouped.AAAA=address:answer dns.grouped.CNAME=host:answer
dns.grouped.MX=host:answer dns.grouped.NS=host:answer dns.grouped.PTR=host:answer dns.grouped.SRV.name=host:answer
dns.answer.grouped.A=address:answer dns.answer.grouped.AAAA=address:answer dns.answer.grouped.CNAME=host:answer
dns.answer.grouped.MX=host:answer dns.answer.grouped.NS=host:answer dns.answer.grouped.PTR=host:answer
dns.answers.srv.name=host:answer dns.authorities.rdata=host:answer dns.additionals.rdata=host:answer
dns.authorities.rrname=host:query
mdns.queries.rrname=host:query mdns.answers.rrname=host:query mdns.answers.rdata=host:answer

src_port=port:source dest_port=port:destination flow.src_port=port:source flow.dest_port=port:destination
tunnel.src_port=port:source tunnel.dest_port=port:destination proto=protocol app_proto=protocol
flow.bytes_toserver=bytes:source flow.bytes_toclient=bytes:destination flow.pkts_toserver=packets:source flow.pkts_toclient=packets:destination
ether.src_mac=mac:source ether.dest_mac=mac:destination dhcp.client_mac=mac:source

tls.sni=host:servername
tls.subject=subject:destination tls.issuerdn=issuer:destination tls.serial=serial:destination
tls.client.subject=subject:source tls.client.issuerdn=issuer:source tls.client.serial=serial:source
tls.subject=dn:destination tls.issuerdn=dn:destination tls.subjectaltname=host:destination
tls.fingerprint=certificate:destination tls.client.fingerprint=certificate:source
tls.client.subject=dn:source tls.client.issuerdn=dn:source
tls.ja3.hash=ja3:source tls.ja3s.hash=ja3:destination tls.ja4=ja4:source
quic.sni=host:servername quic.ua=useragent:request quic.ja3.hash=ja3:source quic.ja3s.hash=ja3:destination quic.ja4=ja4:source

http.hostname=web-host:servername http.url=web-path:request http.http_port=web-port
http.http_method=method:request http.protocol=httpversion:request
http.http_user_agent=useragent:request http.http_refer=url:referrer http.redirect=url:answer

fileinfo.filename=filepath:content fileinfo.md5=hash:content fileinfo.sha1=hash:content fileinfo.sha256=hash:content
files.filename=filepath:content files.md5=hash:content files.sha1=hash:content files.sha256=hash:content

fileinfo.size=size:content fileinfo.mimetype=mediatype:content files.size=size:content files.mimetype=mediatype:content

smtp.helo=host:source smtp.mail_from=email:source smtp.rcpt_to=email:destination
email.from=email:source email.to=email:destination email.cc=email:destination email.bcc=email:destination
email.subject=mailsubject email.message_id=messageid email.x_mailer=mailer email.cc=copy
email.reply_to=email:source email.attachment=filepath:content email.url=text:content email.x_originating_ip=address:source

smb.filename=filepath:content smb.rename.from=filepath:content smb.rename.to=filepath:content smb.ntlmssp.host=host:source
nfs.filename=filepath:content nfs.rename.from=filepath:content nfs.rename.to=filepath:content
tftp.file=filepath:content ftp_data.filename=filepath:content ftp.dynamic_ip=address:destination
smb.ntlmssp.user=login:source krb5.cname=login:source rdp.cookie=login:source
sip.uri=text:request snmp.trap_address=address:source
bittorrent_dht.values.ip=address:answer bittorrent_dht.nodes.ip=address:answer bittorrent_dht.nodes6.ip=address:answer
dhcp.assigned_ip=address:source dhcp.client_ip=address:source dhcp.requested_ip=address:source dhcp.hostname=host:source
dhcp.relay_ip=address:seen dhcp.next_server_ip=address:destination dhcp.dns_servers=address:destination dhcp.routers=address:destination
`)
})
