package logs

import (
	"strings"
	"sync"
)

// named holds what people call their columns and fields where no standard tells them, without case and without what separates the words.
// It serves CSV, JSON of no known make and key=value text.
var named = sync.OnceValue(func() *Mapping {
	return preset(`
timestamp=time time=time datetime=time date=time ts=time @timestamp=time eventtime=time utctime=time starttime=time timegenerated=time creationtime=time
timecreated=time realtimetimestamp=time edgestarttimestamp=time edgeendtimestamp=time
machinename=sensor hostname=sensor devicename=sensor devname=sensor computer=sensor computername=sensor sensor=sensor observer=sensor

src=host:source srcip=host:source srcaddr=host:source sourceip=host:source sourceaddress=host:source sourceipaddress=host:source source=host:source saddr=host:source
srchost=host:source srcname=host:source sip=host:source cip=host:source client=host:source clientip=host:source clientaddr=host:source clientaddress=host:source
clienthost=host:source remoteip=host:source remoteaddr=host:source remoteaddress=host:source remotehost=host:source remip=host:source rip=host:source rhost=host:source
callerip=host:source calleripaddress=host:source ipaddress=host:source xforwardedfor=hosts:source xff=hosts:source xrealip=host:source sourceips=host:source
dst=host:destination dstip=host:destination dstaddr=host:destination dstname=host:destination dsthost=host:destination dest=host:destination destip=host:destination
destaddress=host:destination destinationip=host:destination destinationaddress=host:destination destination=host:destination daddr=host:destination dhost=host:destination
server=host:destination serverip=host:destination serveraddr=host:destination lip=host:destination targetip=host:destination
ip=host:seen ipaddr=host:seen ipv4=host:seen ipv6=host:seen addr=host:seen address=host:seen

domain=host:query query=host:query qname=host:query rrname=host:query dnsquery=host:query queryname=host:query fqdn=host:query hostnamequeried=host:query
answer=host:answer answers=host:answer rdata=host:answer response=text:answer
sni=host:servername servername=host:servername tlssni=host:servername vhost=host:servername requesthost=host:servername cshost=host:servername
url=text:request uri=text:request requesturl=text:request requesturi=text:request request=text:request requestpath=text:request
referer=text:referrer referrer=text:referrer httpreferer=text:referrer httpreferrer=text:referrer
clientrequesthost=host:servername clientrequesturi=text:request clientrequestreferer=text:referrer clientrequestuseragent=useragent:request originip=host:destination
useragent=useragent:request httpuseragent=useragent:request agent=useragent:request

hash=hash:content md5=hash:content sha1=hash:content sha256=hash:content sha512=hash:content filehash=hash:content hashes=hash:content md5hash=hash:content
sha1hash=hash:content sha256hash=hash:content
file=filepath:content filename=filepath:content filepath=filepath:content path=filepath:content attachment=filepath:content
parentimage=filepath:parent parentprocessname=filepath:parent parentprocesspath=filepath:parent parentname=filepath:parent parentexecutable=filepath:parent
parentcommandline=text:parent parentcmdline=text:parent
process=filepath:process processname=filepath:process processpath=filepath:process image=filepath:process exe=filepath:process executable=filepath:process
commandline=text:process cmdline=text:process command=text:process
registrykey=registry:content regkey=registry:content targetobject=registry:content
sender=email:source from=email:source mailfrom=email:source recipient=email:destination to=email:destination rcptto=email:destination email=email:seen
ja3=ja3:source ja3s=ja3:destination ja4=ja4:source ja3hash=ja3:source ja3shash=ja3:destination ja4s=ja4:destination fingerprint=certificate:destination certfingerprint=certificate:destination

srcport=port:source sourceport=port:source sport=port:source spt=port:source clientport=port:source remoteport=port:source origport=port:source
dstport=port:destination destport=port:destination destinationport=port:destination dport=port:destination dpt=port:destination serverport=port:destination
targetport=port:destination respport=port:destination
proto=protocol protocol=protocol transport=protocol ipproto=protocol appproto=protocol service=protocol app=protocol
bytesout=bytes:source bytessent=bytes:source sentbyte=bytes:source origbytes=bytes:source bytesin=bytes:destination bytesreceived=bytes:destination
rcvdbyte=bytes:destination respbytes=bytes:destination
method=method httpmethod=method requestmethod=method csmethod=method clientrequestmethod=method
commandline=commandline:process cmdline=commandline:process command=commandline:process processcommandline=commandline:process cmd=commandline:process
parentcommandline=commandline:parent parentcmdline=commandline:parent
pid=pid:process processid=pid:process ppid=pid:parent parentprocessid=pid:parent parentpid=pid:parent
cwd=folder:process currentdirectory=folder:process workingdirectory=folder:process
user=login username=login account=login accountname=login login=login acct=login userid=userid uid=userid sid=userid
suser=login:source subjectusername=login:source srcuser=login:source subjectusersid=userid:source
duser=login:destination targetusername=login:destination dstuser=login:destination targetusersid=userid:destination
filesize=size:content mimetype=mediatype:content contenttype=mediatype:content
subjectdn=subject:destination issuer=issuer:destination issuerdn=issuer:destination serial=serial:destination serialnumber=serial:destination
valuename=regname registryvalue=regname registryvaluename=regname registrydata=regdata registryvaluedata=regdata
mailsubject=mailsubject subject=subject:destination messageid=messageid msgid=messageid xmailer=mailer cc=copy
srcmac=mac:source sourcemac=mac:source smac=mac:source mac=mac macaddress=mac dstmac=mac:destination destmac=mac:destination dmac=mac:destination
srcas=as:source sourceasn=as:source asn=as dstas=as:destination destinationasn=as:destination
`)
})

// byName returns what is usually meant by a name among values or facts; nil when that is anybody's guess.
func byName(among *places, name string) *target {
	var plain [40]byte
	n := 0
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '_' || c == '-' || c == ' ' || c == '.':
			continue
		case c-'A' < 26:
			c |= 0x20
		}
		if n == len(plain) {
			return nil
		}
		plain[n] = c
		n++
	}
	return among.columns[string(plain[:n])]
}

// targetFor returns the target of a name as the log writes it: its usual meaning, or text.
func targetFor(name, path string) *target {
	t := target{form: textForm}
	if known := byName(&named().values, name); known != nil {
		t = *known
	}
	t.path = strings.Clone(path)
	return &t
}
