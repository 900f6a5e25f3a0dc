package logs

import (
	"strings"
	"sync"
)

// named holds what people call their columns and fields where no standard tells them, without case and without what separates the words.
// It serves CSV, JSON of no known make and key=value text.
var named = sync.OnceValue(func() map[string]*target {
	m := preset(`
timestamp=time time=time datetime=time date=time ts=time @timestamp=time eventtime=time utctime=time starttime=time timegenerated=time creationtime=time
hostname=sensor devicename=sensor devname=sensor computer=sensor computername=sensor sensor=sensor observer=sensor

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
useragent=useragent:request httpuseragent=useragent:request agent=useragent:request

hash=hash:content md5=hash:content sha1=hash:content sha256=hash:content sha512=hash:content filehash=hash:content hashes=hash:content md5hash=hash:content
sha1hash=hash:content sha256hash=hash:content
file=filepath:content filename=filepath:content filepath=filepath:content path=filepath:content attachment=filepath:content
process=filepath:process processname=filepath:process processpath=filepath:process image=filepath:process exe=filepath:process executable=filepath:process
commandline=text:process cmdline=text:process command=text:process
registrykey=registry:content regkey=registry:content targetobject=registry:content
sender=email:source from=email:source mailfrom=email:source recipient=email:destination to=email:destination rcptto=email:destination email=email:seen
ja3=ja3:source ja3s=ja3:destination ja4=ja4:source ja3hash=ja3:source ja3shash=ja3:destination fingerprint=certificate:destination certfingerprint=certificate:destination
`)
	return m.columns
})

// byName returns what is usually meant by a name; nil when that is anybody's guess.
func byName(name string) *target {
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
	return named()[string(plain[:n])]
}

// targetFor returns the target of a name as the log writes it: its usual meaning, or text.
func targetFor(name, path string) *target {
	t := target{form: textForm}
	if known := byName(name); known != nil {
		t = *known
	}
	t.path = strings.Clone(path)
	return &t
}
