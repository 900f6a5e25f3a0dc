package logs

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// eveLines has the kinds of records that a sensor writes most, as Suricata 7 writes them.
func eveLines(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		head := fmt.Sprintf(`{"timestamp":"2026-03-01T10:%02d:%02d.%06d+0000","flow_id":%d,"in_iface":"ens1f0",`, i/60%60, i%60, i%1000000, 1303033428771908+i)
		tail := fmt.Sprintf(`"src_ip":"10.%d.%d.%d","src_port":%d,"dest_ip":"203.0.%d.%d","dest_port":443,"proto":"TCP",`, i>>16&255, i>>8&255, i&255, 1024+i%60000, i>>8&255, i&255)
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, `%s"event_type":"flow",%s"app_proto":"tls","flow":{"pkts_toserver":12,"pkts_toclient":14,"bytes_toserver":2302,"bytes_toclient":14520,"start":"2026-03-01T09:59:24.357711+0000","end":"2026-03-01T10:00:47.928552+0000","age":83,"state":"closed","reason":"timeout","alerted":false},"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed","ts_max_regions":1,"tc_max_regions":1}}`, head, tail)
		case 1:
			fmt.Fprintf(&b, `%s"event_type":"dns",%s"pkt_src":"wire/pcap","dns":{"version":2,"type":"answer","id":%d,"flags":"8180","qr":true,"rd":true,"ra":true,"opcode":0,"rrname":"host%d.example.org","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"host%d.example.org","rrtype":"CNAME","ttl":60,"rdata":"edge%d.example.net"},{"rrname":"edge%d.example.net","rrtype":"A","ttl":60,"rdata":"198.51.100.%d"}],"grouped":{"CNAME":["edge%d.example.net"],"A":["198.51.100.%d"]}}}`, head, tail, i&0xffff, i, i, i, i, i&255, i, i&255)
		case 2:
			fmt.Fprintf(&b, `%s"event_type":"tls",%s"pkt_src":"wire/pcap","tls":{"subject":"CN=www%d.example.com","issuerdn":"C=US, O=Let's Encrypt, CN=R11","serial":"03:F9:32:47:47:6E:47:11:22","fingerprint":"5a:93:b4:00:33:84:8e:48:c5:56:99:cb:ac:5c:35:a0:e3:c9:69:02","sni":"www%d.example.com","version":"TLS 1.2","notbefore":"2026-01-10T18:31:12","notafter":"2026-04-10T01:49:46","ja3":{"hash":"e7d705a3286e19ea42f587b344ee6865","string":"771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,0-23-65281-10-11-35-16-5-13-18-51-45-43-27-17513,29-23-24,0"},"ja3s":{"hash":"15af977ce25de452b96affa2addb1036","string":"771,4865,43-51"},"ja4":"t13d1516h2_8daaf6152771_b186095e22b6"}}`, head, tail, i, i)
		case 3:
			fmt.Fprintf(&b, `%s"event_type":"http",%s"pkt_src":"wire/pcap","tx_id":0,"http":{"hostname":"files%d.example.org","url":"\/get\/%d\/setup.exe?id=%d","http_user_agent":"Mozilla\/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit\/537.36 (KHTML, like Gecko) Chrome\/120.0.0.0 Safari\/537.36","http_content_type":"application\/octet-stream","http_refer":"http:\/\/start.example.org\/","http_method":"GET","protocol":"HTTP\/1.1","status":200,"length":301}}`, head, tail, i, i, i)
		case 4:
			fmt.Fprintf(&b, `%s"event_type":"fileinfo",%s"pkt_src":"wire/pcap","http":{"hostname":"www%d.example.org","url":"/f/%d","http_user_agent":"curl/8.0","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":301},"app_proto":"http","fileinfo":{"filename":"/f/%d","gaps":false,"state":"CLOSED","md5":"70041821acf87389e40ddcb092004184","sha1":"10395ab3566395ca050232d2c1a0dbad69eb5fd2","sha256":"2e4c462b3424afcc04f43429d5f001e4ef9a28143bfeefb9af2254b4df3a6c1a","stored":false,"size":301,"tx_id":0}}`, head, tail, i, i, i)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// zeekLines is a conn.log, a dns.log or an http.log.
func zeekLines(path string, n int) []byte {
	var b bytes.Buffer
	b.WriteString("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n")
	switch path {
	case "conn":
		b.WriteString("#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n")
		b.WriteString("#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\n")
	case "dns":
		b.WriteString("#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected\n")
		b.WriteString("#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\tstring\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount\tvector[string]\tvector[interval]\tbool\n")
	}
	for i := range n {
		fmt.Fprintf(&b, "1772359%03d.%06d\tC%016x\t10.%d.%d.%d\t%d\t203.0.%d.%d\t", i%1000, i%1000000, i, i>>16&255, i>>8&255, i&255, 1024+i%60000, i>>8&255, i&255)
		switch path {
		case "conn":
			fmt.Fprintf(&b, "443\ttcp\tssl\t%d.%06d\t2302\t14520\tSF\tT\tF\t0\tShADadFf\t12\t2934\t14\t15256\t-\n", i%100, i%1000000)
		case "dns":
			fmt.Fprintf(&b, "53\tudp\t%d\t0.012345\thost%d.example.org\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\tedge%d.example.net,198.51.100.%d\t60.000000,60.000000\tF\n", i&0xffff, i, i, i&255)
		}
	}
	return b.Bytes()
}

func benchmarkLog(b *testing.B, data []byte, f Format) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var rec Record
	fields, faults := 0, 0
	for b.Loop() {
		rd, err := NewReader(bytes.NewReader(data), Options{Format: f})
		if err != nil {
			b.Fatal(err)
		}
		for {
			block, err := rd.Next()
			if err == io.EOF {
				break
			}
			for {
				entry, _, ok := block.Next()
				if !ok {
					break
				}
				if block.Scan(entry, &rec) != nil {
					faults++
				}
				fields += len(rec.Fields)
			}
			block.Release()
		}
	}
	if fields == 0 || faults > 0 {
		b.Fatalf("%d fields, %d faults", fields, faults)
	}
}

// BenchmarkScan reads whole logs on one core: blocks, entries, fields.
func BenchmarkScan(b *testing.B) {
	b.Run("eve", func(b *testing.B) { benchmarkLog(b, eveLines(20000), EVE) })
	b.Run("zeek-conn", func(b *testing.B) { benchmarkLog(b, zeekLines("conn", 40000), Zeek) })
	b.Run("zeek-dns", func(b *testing.B) { benchmarkLog(b, zeekLines("dns", 40000), Zeek) })
	b.Run("text", func(b *testing.B) { benchmarkLog(b, eveLines(5000), Text) })
}
