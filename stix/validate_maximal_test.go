package stix

import (
	"strconv"
	"strings"
	"testing"
)

// Optional common properties by family (STIX 2.1 §3.2), and an extension that any object may carry (§7.3).
const (
	sdoCommon = `"created_by_ref":"identity--UUID","revoked":false,"labels":["one","two"],"confidence":85,"lang":"en",` +
		`"external_references":[{"source_name":"acme","description":"d","url":"https://example.org/a","external_id":"1",` +
		`"hashes":{"SHA-256":"6db12788c37247f2316052e142f42f4b259d6561751e5f401a1ae2a6df9c674b"}}],` + anyCommon
	scoCommon = `"spec_version":"2.1","defanged":false,"object_marking_refs":["marking-definition--UUID"],` + marked
	anyCommon = `"object_marking_refs":["marking-definition--UUID"],"extensions":` + extended + `,` + marked
	marked    = `"granular_markings":[{"marking_ref":"marking-definition--UUID","selectors":["id","type"]}]`
	extended  = `{` + extension + `}`
	extension = `"extension-definition--UUID":{"extension_type":"property-extension","rank":5}`
	allHashes = `{"MD5":"3773a88f65a5e780c8dff9cdc3a056f3","SHA-1":"da39a3ee5e6b4b0d3255bfef95601890afd80709",` +
		`"SHA-256":"6db12788c37247f2316052e142f42f4b259d6561751e5f401a1ae2a6df9c674b",` +
		`"SHA3-256":"a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",` +
		`"SSDEEP":"96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO"}`
	killChain = `"kill_chain_phases":[{"kill_chain_name":"lockheed-martin-cyber-kill-chain","phase_name":"reconnaissance"}]`
	seen      = `"first_seen":"2020-01-01T00:00:00Z","last_seen":"2020-01-02T00:00:00.5Z"`
	sdoRefs   = `"object_refs":["tool--UUID","relationship--UUID","url--UUID5","marking-definition--UUID"]`
)

// maximal holds every property that each type has besides type and id; created and modified come from the family.
var maximal = map[string]string{
	"attack-pattern":   `"name":"x","description":"d","aliases":["a"],` + killChain,
	"campaign":         `"name":"x","description":"d","aliases":["a"],"objective":"o",` + seen,
	"course-of-action": `"name":"x","description":"d"`,
	"grouping":         `"name":"x","description":"d","context":"suspicious-activity",` + sdoRefs,
	"identity":         `"name":"x","description":"d","roles":["ceo"],"identity_class":"organization","sectors":["energy"],"contact_information":"c"`,
	"incident":         `"name":"x","description":"d"`,
	"indicator": `"name":"x","description":"d","indicator_types":["malicious-activity"],"pattern":"[file:name = 'x']","pattern_type":"stix",` +
		`"pattern_version":"2.1","valid_from":"2020-01-01T00:00:00Z","valid_until":"2021-01-01T00:00:00Z",` + killChain,
	"infrastructure": `"name":"x","description":"d","infrastructure_types":["botnet"],"aliases":["a"],` + killChain + `,` + seen,
	"intrusion-set": `"name":"x","description":"d","aliases":["a"],"goals":["g"],"resource_level":"team","primary_motivation":"ideology",` +
		`"secondary_motivations":["revenge"],` + seen,
	"location": `"name":"x","description":"d","latitude":48.8566,"longitude":2.3522,"precision":10.5,"region":"western-europe","country":"fr",` +
		`"administrative_area":"FR-75","city":"Paris","street_address":"1 Rue","postal_code":"75001"`,
	"malware": `"name":"x","description":"d","malware_types":["trojan"],"is_family":true,"aliases":["a"],"operating_system_refs":["software--UUID5"],` +
		`"architecture_execution_envs":["x86-64"],"implementation_languages":["c++"],"capabilities":["emails-spam"],` +
		`"sample_refs":["file--UUID5","artifact--UUID5"],` + killChain + `,` + seen,
	"malware-analysis": `"product":"acme","version":"1","host_vm_ref":"software--UUID5","operating_system_ref":"software--UUID5",` +
		`"installed_software_refs":["software--UUID5"],"configuration_version":"1","modules":["m"],"analysis_engine_version":"1",` +
		`"analysis_definition_version":"1","submitted":"2020-01-01T00:00:00Z","analysis_started":"2020-01-01T00:00:00Z",` +
		`"analysis_ended":"2020-01-01T00:00:00Z","result_name":"r","result":"malicious","analysis_sco_refs":["url--UUID5"],"sample_ref":"file--UUID5"`,
	"note": `"abstract":"a","content":"c","authors":["a"],` + sdoRefs,
	"observed-data": `"first_observed":"2020-01-01T00:00:00Z","last_observed":"2020-01-02T00:00:00Z","number_observed":5,` +
		`"object_refs":["url--UUID5","relationship--UUID"]`,
	"opinion": `"explanation":"e","authors":["a"],"opinion":"strongly-disagree",` + sdoRefs,
	"report":  `"name":"x","description":"d","report_types":["malware"],"published":"2020-01-01T00:00:00Z",` + sdoRefs,
	"threat-actor": `"name":"x","description":"d","threat_actor_types":["spy"],"aliases":["a"],"roles":["agent"],"goals":["g"],"sophistication":"expert",` +
		`"resource_level":"government","primary_motivation":"ideology","secondary_motivations":["dominance"],"personal_motivations":["revenge"],` + seen,
	"tool":          `"name":"x","description":"d","tool_types":["remote-access"],"aliases":["a"],"tool_version":"1",` + killChain,
	"vulnerability": `"name":"x","description":"d"`,

	"relationship": `"relationship_type":"uses","description":"d","source_ref":"malware--UUID","target_ref":"tool--UUID",` +
		`"start_time":"2020-01-01T00:00:00Z","stop_time":"2020-01-02T00:00:00Z"`,
	"sighting": `"description":"d","count":50,"sighting_of_ref":"indicator--UUID","observed_data_refs":["observed-data--UUID"],` +
		`"where_sighted_refs":["identity--UUID","location--UUID"],"summary":false,` + seen,

	"language-content": `"object_ref":"campaign--UUID","object_modified":"2017-02-08T21:31:22.007Z",` +
		`"contents":{"de":{"name":"Angriff","aliases":["a",""]}}`,
	"extension-definition": `"name":"x","description":"d","schema":"https://example.org/s","version":"1.2.1",` +
		`"extension_types":["new-sdo","toplevel-property-extension"],"extension_properties":["toxicity","rank"]`,
	"marking-definition": `"name":"x","created_by_ref":"identity--UUID","definition_type":"statement","definition":{"statement":"Copyright"},` +
		`"external_references":[{"source_name":"acme","description":"d"}],"object_marking_refs":["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"],` +
		`"granular_markings":[{"marking_ref":"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed","selectors":["name"]}]`,

	"artifact": `"mime_type":"application/zip","payload_bin":"eHl6","hashes":` + allHashes +
		`,"encryption_algorithm":"mime-type-indicated","decryption_key":"k","extensions":` + extended,
	"autonomous-system": `"number":15139,"name":"n","rir":"ARIN"`,
	"directory": `"path":"C:\\x","path_enc":"windows-1252","ctime":"2020-01-01T00:00:00Z","mtime":"2020-01-01T00:00:00Z","atime":"2020-01-01T00:00:00Z",` +
		`"contains_refs":["file--UUID5","directory--UUID5"]`,
	"domain-name": `"value":"example.org","resolves_to_refs":["ipv4-addr--UUID5","ipv6-addr--UUID5","domain-name--UUID5"]`,
	"email-addr":  `"value":"jane.smith@example.org","display_name":"Jane Smith","belongs_to_ref":"user-account--UUID5"`,
	"email-message": `"is_multipart":true,"date":"2016-06-19T14:20:40.000Z","content_type":"multipart/mixed","from_ref":"email-addr--UUID5",` +
		`"sender_ref":"email-addr--UUID5","to_refs":["email-addr--UUID5"],"cc_refs":["email-addr--UUID5"],"bcc_refs":["email-addr--UUID5"],` +
		`"message_id":"<1@example.org>","subject":"s","received_lines":["from x"],"additional_header_fields":{"Reply-To":["a","b"]},` +
		`"body_multipart":[{"body":"b","content_type":"text/plain; charset=utf-8","content_disposition":"inline"},` +
		`{"content_type":"image/png","body_raw_ref":"artifact--UUID5"},{"content_type":"application/zip","body_raw_ref":"file--UUID5"}],` +
		`"raw_email_ref":"artifact--UUID5"`,
	"file": `"hashes":` + allHashes + `,"size":25536,"name":"x","name_enc":"windows-1252","magic_number_hex":"4d5a","mime_type":"application/msword",` +
		`"ctime":"2020-01-01T00:00:00Z","mtime":"2020-01-01T00:00:00Z","atime":"2020-01-01T00:00:00Z","parent_directory_ref":"directory--UUID5",` +
		`"contains_refs":["url--UUID5"],"content_ref":"artifact--UUID5","extensions":{"archive-ext":{"contains_refs":["file--UUID5"],"comment":"c"},` +
		`"ntfs-ext":{"sid":"1","alternate_data_streams":[{"name":"n","hashes":` + allHashes + `,"size":1}]},` +
		`"pdf-ext":{"version":"1.7","is_optimized":true,"document_info_dict":{"Title":"t"},"pdfid0":"a","pdfid1":"b"},` +
		`"raster-image-ext":{"image_height":1,"image_width":2,"bits_per_pixel":3,"exif_tags":{"Make":"Nikon","XResolution":4928}},` +
		`"windows-pebinary-ext":{"pe_type":"exe","imphash":"f34d5f2d4577ed6d9ceec516c1f5a744","machine_hex":"014c","number_of_sections":4,` +
		`"time_date_stamp":"2016-01-22T12:31:12Z","pointer_to_symbol_table_hex":"74726144","number_of_symbols":1,"size_of_optional_header":224,` +
		`"characteristics_hex":"818f","file_header_hashes":` + allHashes + `,"optional_header":{"magic_hex":"010b","major_linker_version":2,` +
		`"minor_linker_version":25,"size_of_code":512,"size_of_initialized_data":1,"size_of_uninitialized_data":0,"address_of_entry_point":4096,` +
		`"base_of_code":4096,"base_of_data":8192,"image_base":14548992,"section_alignment":4096,"file_alignment":4096,"major_os_version":1,` +
		`"minor_os_version":0,"major_image_version":0,"minor_image_version":0,"major_subsystem_version":4,"minor_subsystem_version":0,` +
		`"win32_version_value_hex":"00","size_of_image":299008,"size_of_headers":4096,"checksum_hex":"00","subsystem_hex":"03",` +
		`"dll_characteristics_hex":"00","size_of_stack_reserve":100000,"size_of_stack_commit":8192,"size_of_heap_reserve":100000,` +
		`"size_of_heap_commit":4096,"loader_flags_hex":"abdbffde","number_of_rva_and_sizes":3758087646,"hashes":` + allHashes + `},` +
		`"sections":[{"name":"CODE","size":1,"entropy":0.061089,"hashes":` + allHashes + `}]},` + extension + `}`,
	"ipv4-addr": `"value":"198.51.100.0/24","resolves_to_refs":["mac-addr--UUID5"],"belongs_to_refs":["autonomous-system--UUID5"]`,
	"ipv6-addr": `"value":"2001:0db8:85a3:0000:0000:8a2e:0370:7334","resolves_to_refs":["mac-addr--UUID5"],"belongs_to_refs":["autonomous-system--UUID5"]`,
	"mac-addr":  `"value":"d2:fb:49:24:37:18"`,
	"mutex":     `"name":"x"`,
	"network-traffic": `"start":"2020-01-01T00:00:00Z","end":"2020-01-02T00:00:00Z","is_active":false,"src_ref":"ipv4-addr--UUID5","dst_ref":"domain-name--UUID5",` +
		`"src_port":2487,"dst_port":65535,"protocols":["ipv4","tcp","http"],"src_byte_count":1,"dst_byte_count":1,"src_packets":1,"dst_packets":1,` +
		`"ipfix":{"minimumIpTotalLength":32,"name":"x"},"src_payload_ref":"artifact--UUID5","dst_payload_ref":"artifact--UUID5",` +
		`"encapsulates_refs":["network-traffic--UUID5"],"encapsulated_by_ref":"network-traffic--UUID5","extensions":{"http-request-ext":` +
		`{"request_method":"get","request_value":"/","request_version":"http/1.1","request_header":{"User-Agent":["m"]},"message_body_length":1,` +
		`"message_body_data_ref":"artifact--UUID5"},"icmp-ext":{"icmp_type_hex":"08","icmp_code_hex":"00"},"socket-ext":{"address_family":"AF_INET",` +
		`"is_blocking":true,"is_listening":false,"options":{"SO_ACCEPTCONN":1},"socket_type":"SOCK_STREAM","socket_descriptor":3,"socket_handle":4},` +
		`"tcp-ext":{"src_flags_hex":"00000002","dst_flags_hex":"00"}}`,
	"process": `"is_hidden":false,"pid":1221,"created_time":"2016-01-20T14:11:25.55Z","cwd":"/","command_line":"x -y","environment_variables":{"HOME":"/"},` +
		`"opened_connection_refs":["network-traffic--UUID5"],"creator_user_ref":"user-account--UUID5","image_ref":"file--UUID5",` +
		`"parent_ref":"process--UUID","child_refs":["process--UUID"],"extensions":{"windows-process-ext":{"aslr_enabled":true,"dep_enabled":true,` +
		`"priority":"HIGH_PRIORITY_CLASS","owner_sid":"S-1","window_title":"t","startup_info":{"lpDesktop":"d"},"integrity_level":"system"},` +
		`"windows-service-ext":{"service_name":"s","descriptions":["d"],"display_name":"d","group_name":"g","start_type":"SERVICE_AUTO_START",` +
		`"service_dll_refs":["file--UUID5"],"service_type":"SERVICE_WIN32_OWN_PROCESS","service_status":"SERVICE_RUNNING"}}`,
	"software": `"name":"Word","cpe":"cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*","swid":"s","languages":["en","de"],"vendor":"v","version":"2002"`,
	"url":      `"value":"https://example.org/research/index.html?a=b#c"`,
	"user-account": `"user_id":"1001","credential":"c","account_login":"jdoe","account_type":"unix","display_name":"John","is_service_account":false,` +
		`"is_privileged":false,"can_escalate_privs":true,"is_disabled":false,"account_created":"2016-01-20T12:31:12Z","account_expires":"2030-01-20T12:31:12Z",` +
		`"credential_last_changed":"2016-01-20T14:27:43Z","account_first_login":"2016-01-20T14:26:07Z","account_last_login":"2016-07-22T16:08:28Z",` +
		`"extensions":{"unix-account-ext":{"gid":1001,"groups":["wheel"],"home_dir":"/home/jdoe","shell":"/bin/bash"}}`,
	"windows-registry-key": `"key":"HKEY_LOCAL_MACHINE\\System","values":[{"name":"Foo","data":"qwerty","data_type":"REG_SZ"},{"name":""}],` +
		`"modified_time":"2020-01-01T00:00:00Z","creator_user_ref":"user-account--UUID5","number_of_subkeys":2`,
	"x509-certificate": `"is_self_signed":false,"hashes":` + allHashes + `,"version":"3","serial_number":"36:f7","signature_algorithm":"sha256","issuer":"CN=a",` +
		`"validity_not_before":"2016-03-12T12:00:00Z","validity_not_after":"2016-08-21T12:00:00Z","subject":"CN=b","subject_public_key_algorithm":"rsa",` +
		`"subject_public_key_modulus":"00","subject_public_key_exponent":65537,"x509_v3_extensions":{"basic_constraints":"CA:TRUE","name_constraints":"n",` +
		`"policy_constraints":"p","key_usage":"k","extended_key_usage":"e","subject_key_identifier":"hash","authority_key_identifier":"keyid",` +
		`"subject_alternative_name":"s","issuer_alternative_name":"i","subject_directory_attributes":"s","crl_distribution_points":"c",` +
		`"inhibit_any_policy":"2","private_key_usage_period_not_before":"2016-03-12T12:00:00Z","private_key_usage_period_not_after":"2018-03-12T12:00:00Z",` +
		`"certificate_policies":"1.2","policy_mappings":"m"}`,
}

// full is the maximal object of a type.
func full(t *testing.T, typ string) *Object {
	t.Helper()
	change := maximal[typ]
	switch {
	case typ == "marking-definition":
	case typ == "extension-definition": // has neither confidence, lang nor extensions (STIX 2.1 §7.3.1)
		change += `,"created_by_ref":"identity--UUID","revoked":false,"labels":["one"],"object_marking_refs":["marking-definition--UUID"],` + marked
	case typ == "language-content": // has no lang (STIX 2.1 §7.1.1)
		change += `,` + strings.Replace(sdoCommon, `"lang":"en",`, "", 1)
	case IsSCO(typ):
		change += `,` + scoCommon
	default:
		change += `,` + sdoCommon
	}
	return sample(t, typ, change, "")
}

// TestValidateMaximal: every property of every type is taken, without a warning.
func TestValidateMaximal(t *testing.T) {
	t.Parallel()
	for typ := range maximal {
		if p := full(t, typ).Validate(); len(p) > 0 {
			t.Errorf("%s: Validate() = %v, want nothing", typ, p)
		}
		for _, r := range shapeOf(typ).rules {
			if full(t, typ).Root.Get(r.name) == nil && !left(typ, r.name) {
				t.Errorf("%s: the sample has no %s", typ, r.name)
			}
		}
	}
}

// left names what a maximal object cannot have beside the rest, or what is deprecated.
func left(typ, name string) bool {
	switch typ + " " + name {
	case "artifact url", "email-message body", "observed-data objects":
		return true
	}
	return false
}

// TestValidateMutants damages each value of each maximal object in every way that no rule allows.
func TestValidateMutants(t *testing.T) {
	t.Parallel()
	n := 0
	for typ := range maximal {
		root := full(t, typ).Root
		each(root, "", func(path string, v *Value) {
			for name, x := range damage(v) {
				if path == "type" || path == "id" || allowed(path, name) {
					continue
				}
				n++
				changed := root.Clone()
				*changed.At(path) = *x
				o, err := newObject(nil, changed)
				if err == nil && Valid(o.Validate()) {
					t.Errorf("%s with %s as %s is valid: %s", typ, path, name, x.AppendJSON(nil))
				}
			}
		})
	}
	if n < 5000 {
		t.Errorf("only %d mutants", n)
	}
}

// each calls f for every value below v with its selector.
func each(v *Value, at string, f func(path string, v *Value)) {
	step := func(name string, x *Value) {
		path := strings.TrimPrefix(at+"."+name, ".")
		f(path, x)
		each(x, path, f)
	}
	for _, m := range v.Members {
		step(m.Name, m.Value)
	}
	for i, it := range v.Items {
		step("["+strconv.Itoa(i)+"]", it)
	}
}

// allowed names the damage that is none: where any JSON may stand, where the standard gives a choice, and where we are lenient about headers.
func allowed(path, name string) bool {
	has := func(s string) bool { return strings.Contains(path, s) }
	switch {
	case has("extension-definition--" + someV4 + ".rank"), has("startup_info."):
		return name != "null"
	case has("exif_tags."), has("ipfix."):
		return name == "text" || name == "number"
	case has("additional_header_fields."), has("request_header."):
		return name == "text"
	case strings.HasPrefix(path, "contents.de."):
		return name == "text" || name == "object" || name == "list in a list"
	}
	return false
}

// damage is what no property of the kind of v may become.
func damage(v *Value) map[string]*Value {
	d := map[string]*Value{"null": {Kind: Null}}
	put := func(name, raw string) {
		x, err := ParseValue([]byte(raw))
		if err != nil {
			panic(err)
		}
		d[name] = x
	}
	switch v.Kind {
	case Bool:
		put("text", `"true"`)
		put("number", `1`)
		put("list", `[true]`)
	case Number:
		put("text", `"1"`)
		put("boolean", `true`)
		put("list", `[1]`)
		put("object", `{"a_b":1}`)
	case String:
		put("number", `5`)
		put("boolean", `true`)
		put("object", `{"a_b":"x"}`)
		if _, _, ok := scanTime(v.Str); ok {
			put("local time", `"`+strings.TrimSuffix(v.Str, "Z")+`"`)
			put("offset", `"`+strings.TrimSuffix(v.Str, "Z")+`+00:00"`)
			put("lower case", `"`+strings.ToLower(v.Str)+`"`)
			put("a blank for T", `"`+strings.Replace(v.Str, "T", " ", 1)+`"`)
			put("30 February", `"2020-02-30`+v.Str[10:]+`"`)
		}
		if ValidID(v.Str) {
			put("bundle", `"bundle--`+someV4+`"`)
			put("text", `"x"`)
			put("short", `"`+v.Str[:len(v.Str)-1]+`"`)
			put("variant", `"`+v.Str[:len(v.Str)-17]+"0"+v.Str[len(v.Str)-16:]+`"`)
		}
	case Array:
		put("empty", `[]`)
		put("text", `"x"`)
		put("object", `{"a_b":1}`)
		put("list in a list", `[`+string(v.AppendJSON(nil))+`]`)
		put("null in it", `[null]`)
	case Dict:
		put("empty", `{}`)
		put("text", `"x"`)
		put("list", `[`+string(v.AppendJSON(nil))+`]`)
	}
	return d
}
