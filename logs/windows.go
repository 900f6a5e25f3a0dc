package logs

import (
	"strings"
	"sync"
)

// windowsData holds the names under which Windows and Sysmon (schema 4.90) log what was seen, the <Data Name="..."> of an event.
const windowsData = `
UtcTime=time
SourceIp=address:source DestinationIp=address:destination SourceHostname=host:source DestinationHostname=host:destination
Image=filepath:process ParentImage=filepath:parent SourceImage=filepath:process TargetImage=filepath:process OriginalFileName=filename:process
CommandLine=text:process ParentCommandLine=text:parent Hashes=hash:content Hash=hash:content
TargetFilename=filepath:content ImageLoaded=filepath:content Contents=text:content
TargetObject=registry:content NewName=registry:content Details=text:content Destination=text:content
QueryName=host:query QueryResults=hosts:answer

IpAddress=address:source ClientAddress=address:source SourceAddress=address:source DestAddress=address:destination SourceNetworkAddress=address:source
RemoteAddress=address:destination RemoteIP=address:destination LocalAddress=address:source
TargetServerName=host:destination ClientName=host:source WorkstationName=host:source Workstation=host:source DnsServerIpAddress=address:destination
NewProcessName=filepath:process ParentProcessName=filepath:parent ProcessName=filepath:process ProcessPath=filepath:process Application=filepath:process ApplicationPath=filepath:process
ObjectName=filepath:content RelativeTargetName=filepath:content ServiceFileName=text:process ImagePath=text:process TaskContent=text:content TaskName=filename:content
ScriptBlockText=text:process Payload=text:process ContextInfo=text:process HostApplication=text:process Path=filepath:content
FileName=filepath:content FileNameBuffer=filepath:content FilePath=filepath:content SHA1=hash:content SHA256=hash:content MD5=hash:content
url=text:request Url=text:request RemoteName=text:request

Param1=text Param2=text Param3=text

SourcePort=port:source DestinationPort=port:destination IpPort=port:source ClientPort=port:source DestPort=port:destination Protocol=protocol
CommandLine=commandline:process ParentCommandLine=commandline:parent CurrentDirectory=folder:process
NewProcessId=pid:process ProcessId=pid:process ParentProcessId=pid:parent SourceProcessId=pid:process
User=login:process ParentUser=login:parent SourceUser=login:source TargetUser=login:destination
SubjectDomainName=logindomain:source TargetDomainName=logindomain:destination
SubjectUserName=login:source SubjectUserSid=userid:source TargetUserName=login:destination TargetUserSid=userid:destination TargetSid=userid:destination
Details=regdata:content ObjectValueName=regname:content NewValue=regdata:content
`

// windowsEvents is the event as XML, by its names alone.
var windowsEvents = sync.OnceValue(func() *Mapping { return preset(windowsData) })

// windowsJSON is the same in the JSON of those who forward events: the data alone (Sysmon), or below EventData, with the names of System beside or
// above it.
var windowsJSON = sync.OnceValue(func() *Mapping {
	return preset(`
System.TimeCreated.SystemTime=time Event.System.TimeCreated.SystemTime=time TimeCreated.SystemTime=time
Event.System.TimeCreated.#attributes.SystemTime=time System.TimeCreated.#attributes.SystemTime=time
Event.System.TimeCreated.@SystemTime=time System.TimeCreated.@SystemTime=time
TimeCreated=time SystemTime=time EventTime=time @timestamp=time
Computer=sensor System.Computer=sensor Event.System.Computer=sensor Hostname=sensor MachineName=sensor
EventData.Data=text EventData.Data.#text=text Event.EventData.Data=text Event.EventData.Data.#text=text
` + windowsData + under("EventData", windowsData) + under("Event.EventData", windowsData) + under("Event.UserData.EventXML", windowsData))
})

// under moves the rules of a mapping below a name.
func under(name, rules string) string {
	var b strings.Builder
	for rule := range strings.FieldsSeq(rules) {
		if rule != "UtcTime=time" { // when it was logged stands above, and is as good
			b.WriteString(name + "." + rule + "\n")
		}
	}
	return b.String()
}
