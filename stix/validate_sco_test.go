package stix

import "testing"

func TestValidateObservables(t *testing.T) {
	t.Parallel()
	runVerdicts(t, []verdict{
		{"S003 artifact of nothing", "artifact", `"id":"artifact--UUID"`, "payload_bin", "."},
		{"S003 artifact both", "artifact", `"url":"https://a/","hashes":{"SHA-1":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}`, "", "url"},
		{"S003 artifact url", "artifact", `"url":"https://a/","hashes":{"SHA-1":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}`, "payload_bin", ""},
		{"S003 artifact url without hashes", "artifact", `"id":"artifact--UUID","url":"https://a/"`, "payload_bin", "hashes"},
		{"S003 key without algorithm", "artifact", `"decryption_key":"x"`, "", "decryption_key"},
		{"S071 encryption", "artifact", `"encryption_algorithm":"rot13"`, "", "encryption_algorithm"},
		{"S071 encryption known", "artifact", `"encryption_algorithm":"mime-type-indicated","decryption_key":"x","mime_type":"application/zip"`, "", ""},
		{"S003 mime_type", "artifact", `"mime_type":"zip"`, "", "mime_type"},
		{"S003 mime_type of no registered kind", "artifact", `"mime_type":"x-world/x-3dmf"`, "", "?mime_type"},
		{"S003 number as text", "autonomous-system", `"number":"AS1"`, "", "number"},
		{"S010 directory contents", "directory", `"contains_refs":["file--UUID5","directory--UUID5"]`, "", ""},
		{"S010 directory contents other", "directory", `"contains_refs":["url--UUID5"]`, "", "contains_refs.[0]"},
		{"S003 path_enc", "directory", `"path_enc":"no charset"`, "", "path_enc"},
		{"S003 path_enc beyond ASCII", "directory", `"path_enc":"ü"`, "", "path_enc"},
		{"S003 path_enc with a colon", "directory", `"path_enc":"ISO_8859-1:1987"`, "", ""},
		{"S010 contains_refs custom", "directory", `"contains_refs":["x-a--UUID5"]`, "", "contains_refs.[0]"},
		{"S003 domain with a blank", "domain-name", `"value":"exa mple.org"`, "", "value"},
		{"S003 domain with a path", "domain-name", `"value":"example.org/a"`, "", "value"},
		{"S003 domain with an empty label", "domain-name", `"value":"example..org"`, "", "value"},
		{"S003 domain with underscore", "domain-name", `"value":"_dmarc.example.org"`, "", ""},
		{"S003 domain in other letters", "domain-name", `"value":"bücher.example"`, "", ""},
		{"S010 resolves_to_refs", "domain-name", `"resolves_to_refs":["ipv4-addr--UUID5"]`, "", ""},
		{"S010 resolves_to_refs other", "domain-name", `"resolves_to_refs":["mac-addr--UUID5"]`, "", "resolves_to_refs.[0]"},
		{"S003 e-mail without at", "email-addr", `"value":"example.org"`, "", "value"},
		{"S003 e-mail with a name", "email-addr", `"value":"A <a@example.org>"`, "", "value"},
		{"S010 belongs_to_ref", "email-addr", `"belongs_to_ref":"identity--UUID"`, "", "belongs_to_ref"},
		{"S003 body in parts", "email-message", `"is_multipart":true,"body":"x"`, "", "body"},
		{"S003 parts in body", "email-message", `"body_multipart":[{"body":"x"}]`, "", "body_multipart"},
		{"S003 parts", "email-message", `"is_multipart":true,"body_multipart":[{"body":"x","content_type":"text/plain"},{"body_raw_ref":"file--UUID5"}]`, "", ""},
		{"S003 part of nothing", "email-message", `"is_multipart":true,"body_multipart":[{"content_type":"text/plain"}]`, "", "body_multipart.[0]"},
		{"S010 from_ref", "email-message", `"from_ref":"identity--UUID"`, "", "from_ref"},
		{"S010 to_refs", "email-message", `"to_refs":["url--UUID5"]`, "", "to_refs.[0]"},
		{"S010 raw_email_ref", "email-message", `"raw_email_ref":"file--UUID5"`, "", "raw_email_ref"},
		{"S003 header as list", "email-message", `"additional_header_fields":{"Reply-To":["a","b"]}`, "", ""},
		{"S003 header as text", "email-message", `"additional_header_fields":{"Reply-To":"a"}`, "", ""},
		{"S003 header as number", "email-message", `"additional_header_fields":{"Reply-To":1}`, "", "additional_header_fields.Reply-To"},
		{"S003 file of nothing", "file", `"size":1`, "name", "."},
		{"S003 size negative", "file", `"size":-1`, "", "size"},
		{"S003 name_enc alone", "file", `"name_enc":"utf-8","hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"}`, "name", "name_enc"},
		{"S010 parent_directory_ref", "file", `"parent_directory_ref":"file--UUID5"`, "", "parent_directory_ref"},
		{"S010 content_ref", "file", `"content_ref":"file--UUID5"`, "", "content_ref"},
		{"S003 IPv4 network", "ipv4-addr", `"value":"198.51.100.0/24"`, "", ""},
		{"S003 IPv4 beyond", "ipv4-addr", `"value":"198.51.100.256"`, "", "value"},
		{"S003 IPv4 prefix beyond", "ipv4-addr", `"value":"198.51.100.0/33"`, "", "value"},
		{"S003 IPv6 as IPv4", "ipv4-addr", `"value":"2001:db8::1"`, "", "value"},
		{"S003 IPv6 network", "ipv6-addr", `"value":"2001:db8::/96"`, "", ""},
		{"S003 IPv6 malformed", "ipv6-addr", `"value":"2001:db8:::1"`, "", "value"},
		{"S003 IPv6 with a zone", "ipv6-addr", `"value":"fe80::1%eth0"`, "", "value"},
		{"S010 belongs_to_refs", "ipv4-addr", `"belongs_to_refs":["identity--UUID"]`, "", "belongs_to_refs.[0]"},
		{"S003 MAC in capitals", "mac-addr", `"value":"D2:FB:49:24:37:18"`, "", "value"},
		{"S003 MAC with hyphens", "mac-addr", `"value":"d2-fb-49-24-37-18"`, "", "value"},
		{"S003 EUI-64", "mac-addr", `"value":"d2:fb:49:24:37:18:00:01"`, "", ""},
		{"S003 traffic without ends", "network-traffic", ``, "src_ref", "."},
		{"S010 src_ref", "network-traffic", `"src_ref":"url--UUID5"`, "", "src_ref"},
		{"S010 dst_ref", "network-traffic", `"dst_ref":"domain-name--UUID5"`, "", ""},
		{"S003 port beyond", "network-traffic", `"dst_port":65536`, "", "dst_port"},
		{"S003 port as text", "network-traffic", `"src_port":"80"`, "", "src_port"},
		{"S006 end before start", "network-traffic", `"start":"2020-01-02T00:00:00Z","end":"2020-01-01T00:00:00Z"`, "", "end"},
		{"S003 active with end", "network-traffic", `"is_active":true,"end":"2020-01-01T00:00:00Z"`, "", "end"},
		{"S008 no protocols", "network-traffic", `"protocols":[]`, "", "protocols"},
		{"S003 protocols in capitals", "network-traffic", `"protocols":["TCP"]`, "", "?protocols.[0]"},
		{"S003 ipfix", "network-traffic", `"ipfix":{"minimumIpTotalLength":32,"a":"b"}`, "", ""},
		{"S003 ipfix boolean", "network-traffic", `"ipfix":{"a":true}`, "", "ipfix.a"},
		{"S010 src_payload_ref", "network-traffic", `"src_payload_ref":"file--UUID5"`, "", "src_payload_ref"},
		{"S003 process of nothing", "process", ``, "pid", "."},
		{"S003 environment of numbers", "process", `"environment_variables":{"A":1}`, "", "environment_variables.A"},
		{"S010 image_ref", "process", `"image_ref":"directory--UUID5"`, "", "image_ref"},
		{"S010 creator_user_ref", "process", `"creator_user_ref":"identity--UUID"`, "", "creator_user_ref"},
		{"S010 child_refs", "process", `"child_refs":["process--UUID"]`, "", ""},
		{"S003 cpe", "software", `"cpe":"cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*"`, "", ""},
		{"S003 cpe 2.2", "software", `"cpe":"cpe:/a:microsoft:word:2000"`, "", "cpe"},
		{"S007 software languages", "software", `"languages":["en","zzzz1"]`, "", "languages.[1]"},
		{"S003 no URL", "url", `"value":"example.org/a"`, "", "value"},
		{"S003 URL with a blank", "url", `"value":"https://example.org/a b"`, "", "value"},
		{"S003 IRI", "url", `"value":"https://bücher.example/ä"`, "", ""},
		{"S003 account of nothing", "user-account", `"id":"user-account--UUID"`, "user_id", "."},
		{"S071 account_type", "user-account", `"account_type":"own"`, "", "?account_type"},
		{"S007 is_disabled", "user-account", `"is_disabled":"no"`, "", "is_disabled"},
		{"S003 hive cut short", "windows-registry-key", `"key":"HKLM\\x"`, "", "key"},
		{"S071 data_type", "windows-registry-key", `"values":[{"name":"a","data":"1","data_type":"REG_OWN"}]`, "", "values.[0].data_type"},
		{"S003 value", "windows-registry-key", `"values":[{"name":"a","data":"1","data_type":"REG_SZ"}]`, "", ""},
		{"S003 value of nothing", "windows-registry-key", `"values":[{"x_a":"1"}]`, "", "values.[0]"},
		{"S003 certificate of nothing", "x509-certificate", `"id":"x509-certificate--UUID"`, "serial_number", "."},
		{"S003 v3 extensions", "x509-certificate", `"x509_v3_extensions":{"key_usage":"critical"}`, "", ""},
		{"S003 v3 extensions empty", "x509-certificate", `"x509_v3_extensions":{}`, "", "x509_v3_extensions"},
		{"S003 v3 time", "x509-certificate", `"x509_v3_extensions":{"private_key_usage_period_not_after":"soon"}`, "", "x509_v3_extensions.private_key_usage_period_not_after"},
	})
}

func TestValidateExtensions(t *testing.T) {
	t.Parallel()
	ext := func(name, body string) string { return `"extensions":{"` + name + `":` + body + `}` }
	runVerdicts(t, []verdict{
		{"S070 archive", "file", ext("archive-ext", `{"contains_refs":["file--UUID5"]}`), "", ""},
		{"S070 archive of nothing", "file", ext("archive-ext", `{"comment":"x"}`), "", "extensions.archive-ext.contains_refs"},
		{"S070 archive of others", "file", ext("archive-ext", `{"contains_refs":["url--UUID5"]}`), "", "extensions.archive-ext.contains_refs.[0]"},
		{"S070 ntfs stream", "file", ext("ntfs-ext", `{"alternate_data_streams":[{"name":"a","size":1}]}`), "", ""},
		{"S070 ntfs stream without name", "file", ext("ntfs-ext", `{"alternate_data_streams":[{"size":1}]}`), "", "extensions.ntfs-ext.alternate_data_streams.[0].name"},
		{"S070 pdf info", "file", ext("pdf-ext", `{"document_info_dict":{"Title":1}}`), "", "extensions.pdf-ext.document_info_dict.Title"},
		{"S070 pdf of nothing", "file", ext("pdf-ext", `{"x_a":1}`), "", "extensions.pdf-ext"},
		{"S070 image", "file", ext("raster-image-ext", `{"exif_tags":{"Make":"x","XResolution":4928}}`), "", ""},
		{"S070 image height", "file", ext("raster-image-ext", `{"image_height":"x"}`), "", "extensions.raster-image-ext.image_height"},
		{"S070 PE", "file", ext("windows-pebinary-ext", `{"pe_type":"exe","machine_hex":"014c","optional_header":{"magic_hex":"010b"},"sections":[{"name":"CODE","entropy":0.061089}]}`), "", ""},
		{"S070 PE without type", "file", ext("windows-pebinary-ext", `{"machine_hex":"014c"}`), "", "extensions.windows-pebinary-ext.pe_type"},
		{"S070 PE of nothing but its type", "file", ext("windows-pebinary-ext", `{"pe_type":"exe"}`), "", "extensions.windows-pebinary-ext"},
		{"S070 PE of a custom property", "file", ext("windows-pebinary-ext", `{"pe_type":"exe","x_a":1}`), "", "extensions.windows-pebinary-ext"},
		{"S070 PE time", "file", ext("windows-pebinary-ext", `{"pe_type":"exe","time_date_stamp":"2016-01-22T12:31:12.5Z"}`), "", "extensions.windows-pebinary-ext.time_date_stamp"},
		{"S070 PE header empty", "file", ext("windows-pebinary-ext", `{"pe_type":"exe","optional_header":{}}`), "", "extensions.windows-pebinary-ext.optional_header"},
		{"S070 PE section", "file", ext("windows-pebinary-ext", `{"pe_type":"exe","sections":[{"size":1}]}`), "", "extensions.windows-pebinary-ext.sections.[0].name"},
		{"S070 http", "network-traffic", ext("http-request-ext", `{"request_method":"get","request_value":"/","request_header":{"Accept":["a"]}}`), "", ""},
		{"S070 http without value", "network-traffic", ext("http-request-ext", `{"request_method":"get"}`), "", "extensions.http-request-ext.request_value"},
		{"S070 icmp", "network-traffic", ext("icmp-ext", `{"icmp_type_hex":"08"}`), "", "extensions.icmp-ext.icmp_code_hex"},
		{"S071 socket family", "network-traffic", ext("socket-ext", `{"address_family":"AF_OWN"}`), "", "extensions.socket-ext.address_family"},
		{"S071 socket type", "network-traffic", ext("socket-ext", `{"address_family":"AF_INET","socket_type":"SOCK_OWN"}`), "", "extensions.socket-ext.socket_type"},
		{"S070 socket options", "network-traffic", ext("socket-ext", `{"address_family":"AF_INET","options":{"SO_ERROR":"x"}}`), "", "extensions.socket-ext.options.SO_ERROR"},
		{"S070 tcp", "network-traffic", ext("tcp-ext", `{"src_flags_hex":"00000002"}`), "", ""},
		{"S071 integrity", "process", ext("windows-process-ext", `{"integrity_level":"own"}`), "", "extensions.windows-process-ext.integrity_level"},
		{"S071 service status", "process", ext("windows-service-ext", `{"service_status":"own"}`), "", "extensions.windows-service-ext.service_status"},
		{"S071 start type", "process", ext("windows-service-ext", `{"start_type":"SERVICE_AUTO_START"}`), "pid", ""},
		{"S010 service_dll_refs", "process", ext("windows-service-ext", `{"service_dll_refs":["url--UUID5"]}`), "", "extensions.windows-service-ext.service_dll_refs.[0]"},
		{"S070 unix account", "user-account", ext("unix-account-ext", `{"gid":1001,"groups":["wheel"]}`), "", ""},
		{"S070 unix account gid", "user-account", ext("unix-account-ext", `{"gid":"x"}`), "", "extensions.unix-account-ext.gid"},
		{"S070 of another type", "process", ext("pdf-ext", `{"version":"1.7"}`), "", "?extensions.pdf-ext"},
	})
}

func TestValidateVersion20(t *testing.T) {
	t.Parallel()
	const drop = "spec_version pattern_type is_family object_refs"
	runVerdicts(t, []verdict{
		{"S004 indicator", "indicator", `"labels":["malicious-activity"]`, drop, ""},
		{"S004 indicator without labels", "indicator", ``, drop, "labels"},
		{"P004 indicator with a malformed pattern", "indicator", `"labels":["x"],"pattern":"[x"`, drop, "?pattern"},
		{"S004 malware", "malware", `"labels":["trojan"],"name":"x"`, drop, ""},
		{"S004 malware without name", "malware", `"labels":["trojan"]`, drop, "name"},
		{"S004 identity", "identity", `"identity_class":"own"`, drop, ""},
		{"S004 identity without class", "identity", ``, drop, "identity_class"},
		{"S004 observed-data", "observed-data", `"objects":{"0":{"type":"url","value":"https://a/"}}`, drop, ""},
		{"S004 observed-data without objects", "observed-data", ``, drop, "objects"},
		{"S004 relationship", "relationship", ``, drop, ""},
		{"S004 relationship without target", "relationship", ``, drop + " target_ref", "target_ref"},
		{"S004 a 2.1 property is a custom one", "campaign", `"confidence":"high"`, drop, ""},
		{"S004 null all the same", "campaign", `"description":null`, drop, "description"},
		{"S004 marking without definition", "marking-definition", `"extensions":{"a":{"b":1}}`, drop + " definition definition_type", "."},
	})
}

func TestValidateBundle(t *testing.T) {
	t.Parallel()
	const id = `"type":"bundle","id":"bundle--` + someV4 + `"`
	for _, tc := range []struct{ name, raw, want string }{
		{"S080 empty", `{` + id + `}`, ""},
		{"S080 members", `{` + id + `,"objects":[{"type":"tool"}]}`, ""},
		{"S080 no objects", `{` + id + `,"objects":[]}`, "objects"},
		{"S080 objects as object", `{` + id + `,"objects":{}}`, "objects"},
		{"S080 member not an object", `{` + id + `,"objects":[1]}`, "objects.[0]"},
		{"S080 a bundle inside", `{` + id + `,"objects":[{"type":"bundle"}]}`, "objects.[0]"},
		{"S080 id of another type", `{"type":"bundle","id":"tool--` + someV4 + `"}`, "id"},
		{"S080 no id", `{"type":"bundle"}`, "id"},
		{"S080 2.0", `{` + id + `,"spec_version":"2.0"}`, ""},
		{"S080 2.1", `{` + id + `,"spec_version":"2.1"}`, "?spec_version"},
		{"S080 2.7", `{` + id + `,"spec_version":"2.7"}`, "spec_version"},
		{"S080 other property", `{` + id + `,"comment":"x"}`, "?comment"},
		{"S080 null", `{` + id + `,"x_a":null}`, "x_a"},
	} {
		root, err := ParseValue([]byte(tc.raw))
		if err != nil {
			t.Fatal(err)
		}
		got, path := ValidateBundle(root), ""
		if len(got) > 0 {
			path = got[0].Path
			if got[0].Warning {
				path = "?" + path
			}
		}
		if path != tc.want {
			t.Errorf("%s: ValidateBundle(%s) = %v, want %q", tc.name, tc.raw, got, tc.want)
		}
	}
}

// TestValidateStrict: what the standard only tolerates is a problem under the strict reading.
func TestValidateStrict(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ typ, change, drop, path string }{
		{"tool", `"x_acme":1`, "", "x_acme"},
		{"x-acme-thing", ``, "", "type"},
		{"observed-data", `"objects":{"0":{"type":"url","value":"https://a/"}}`, "object_refs", "objects"},
		{"file", `"extensions":{"x-acme-ext":{"a_b":1}}`, "", "extensions.x-acme-ext"},
		{"marking-definition", `"definition_type":"own","definition":{"a_b":1}`, "", "definition"},
		{"tool", `"kill_chain_phases":[{"kill_chain_name":"a","phase_name":"b","x_c":1}]`, "", "kill_chain_phases.[0].x_c"},
	} {
		o := sample(t, tc.typ, tc.change, tc.drop)
		if p := o.Validate(); len(p) > 0 {
			t.Errorf("%s: Validate() = %v, want nothing", o.Raw, p)
		}
		if p := o.ValidateStrict(); len(p) != 1 || p[0].Path != tc.path {
			t.Errorf("%s: ValidateStrict() = %v, want one at %s", o.Raw, p, tc.path)
		}
	}
}
