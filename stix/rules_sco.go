package stix

import "strings"

var (
	addresses = []string{"ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"}
	names     = []string{"ipv4-addr", "ipv6-addr", "domain-name"}
)

// observableShapes are the property tables of the observables, STIX 2.1 §6; their common properties are in [observableCommon].
var observableShapes = map[string]*shape{
	"artifact": typ("§6.1", text("mime_type").with(checkMIME), typed("payload_bin", tBinary), text("url").with(checkURL), hashes("hashes"),
		vocab("encryption_algorithm", encryptions), text("decryption_key")).when(checkArtifact),
	"autonomous-system": typ("§6.2", number("number").must(), text("name"), text("rir")),
	"directory": typ("§6.3", text("path").must(), text("path_enc").with(checkCharset), when("ctime"), when("mtime"), when("atime"),
		refs("contains_refs", "file", "directory")),
	"domain-name": typ("§6.4", text("value").must().with(checkDomain), refs("resolves_to_refs", names...)),
	"email-addr":  typ("§6.5", text("value").must().with(checkMailbox), text("display_name"), ref("belongs_to_ref", "user-account")),
	"email-message": typ("§6.6", flag("is_multipart").must(), when("date"), text("content_type"), ref("from_ref", "email-addr"),
		ref("sender_ref", "email-addr"), refs("to_refs", "email-addr"), refs("cc_refs", "email-addr"), refs("bcc_refs", "email-addr"),
		text("message_id"), text("subject"), texts("received_lines"), typed("additional_header_fields", tHeaders), text("body"),
		parts("body_multipart", mimePart), ref("raw_email_ref", "artifact")).when(checkEmail),
	"file": typ("§6.7", hashes("hashes"), count("size"), text("name"), text("name_enc").with(checkCharset), hexa("magic_number_hex"),
		text("mime_type"), when("ctime"), when("mtime"), when("atime"), ref("parent_directory_ref", "directory"),
		refs("contains_refs").observable(), ref("content_ref", "artifact")).when(checkFile),
	"ipv4-addr": typ("§6.8", text("value").must().with(checkIPv4), refs("resolves_to_refs", "mac-addr"),
		refs("belongs_to_refs", "autonomous-system")),
	"ipv6-addr": typ("§6.9", text("value").must().with(checkIPv6), refs("resolves_to_refs", "mac-addr"),
		refs("belongs_to_refs", "autonomous-system")),
	"mac-addr": typ("§6.10", text("value").must().with(checkMAC)),
	"mutex":    typ("§6.11", text("name").must()),
	"network-traffic": typ("§6.12", when("start"), when("end"), flag("is_active"), ref("src_ref", addresses...), ref("dst_ref", addresses...),
		within("src_port", 0, 65535), within("dst_port", 0, 65535), texts("protocols").must().with(checkProtocol), count("src_byte_count"),
		count("dst_byte_count"), count("src_packets"), count("dst_packets"), typed("ipfix", tTextOrInt), ref("src_payload_ref", "artifact"),
		ref("dst_payload_ref", "artifact"), refs("encapsulates_refs", "network-traffic"), ref("encapsulated_by_ref", "network-traffic")).when(checkTraffic),
	"process": typ("§6.13", typed("extensions", tAny), flag("is_hidden"), number("pid"), when("created_time"), text("cwd"), text("command_line"),
		typed("environment_variables", tStrDict), refs("opened_connection_refs", "network-traffic"), ref("creator_user_ref", "user-account"),
		ref("image_ref", "file"), ref("parent_ref", "process"), refs("child_refs", "process")).any(),
	"software": typ("§6.14", text("name").must(), text("cpe").with(checkCPE), text("swid"), rule{name: "languages", kind: tLang, list: true},
		text("vendor"), text("version")),
	"url": typ("§6.15", text("value").must().with(checkURL)),
	"user-account": typ("§6.16", typed("extensions", tAny), text("user_id"), text("credential"), text("account_login"), vocab("account_type", accountTypes),
		text("display_name"), flag("is_service_account"), flag("is_privileged"), flag("can_escalate_privs"), flag("is_disabled"),
		when("account_created"), when("account_expires"), when("credential_last_changed"), when("account_first_login"),
		when("account_last_login")).any(),
	"windows-registry-key": typ("§6.17", text("key").with(checkHive), parts("values", registryValue), when("modified_time"),
		ref("creator_user_ref", "user-account"), number("number_of_subkeys")).any(),
	"x509-certificate": typ("§6.18", flag("is_self_signed"), hashes("hashes"), text("version"), text("serial_number"), text("signature_algorithm"),
		text("issuer"), when("validity_not_before"), when("validity_not_after"), text("subject"), text("subject_public_key_algorithm"),
		text("subject_public_key_modulus"), number("subject_public_key_exponent"), part("x509_v3_extensions", certExtensions)).any(),
}

// mimePart is STIX 2.1 §6.6.2.
var mimePart = typ("§6.6.2", text("body"), ref("body_raw_ref", "artifact", "file"), text("content_type"), text("content_disposition")).
	when(func(c *checker, v *Value) {
		if (v.Get("body") == nil) == (v.Get("body_raw_ref") == nil) {
			c.fail("", "§6.6.2", "a part of a message has either body or body_raw_ref")
		}
	})

// registryValue is STIX 2.1 §6.17.2.
var registryValue = typ("§6.17.2", text("name"), text("data"), vocab("data_type", registryTypes)).any()

// certExtensions is STIX 2.1 §6.18.2.
var certExtensions = typ("§6.18.2", text("basic_constraints"), text("name_constraints"), text("policy_constraints"), text("key_usage"),
	text("extended_key_usage"), text("subject_key_identifier"), text("authority_key_identifier"), text("subject_alternative_name"),
	text("issuer_alternative_name"), text("subject_directory_attributes"), text("crl_distribution_points"), text("inhibit_any_policy"),
	when("private_key_usage_period_not_before"), when("private_key_usage_period_not_after"), text("certificate_policies"),
	text("policy_mappings")).any()

// checkArtifact is STIX 2.1 §6.1: the bytes or where they are, then with hashes.
func checkArtifact(c *checker, v *Value) {
	payload, url := v.Get("payload_bin"), v.Get("url")
	switch {
	case payload == nil && url == nil:
		c.fail("", "§6.1", "an artifact has payload_bin or url")
	case payload != nil && url != nil:
		c.fail("url", "§6.1", "an artifact has payload_bin or url, not both")
	case url != nil && v.Get("hashes") == nil:
		c.fail("hashes", "§6.1", "url needs hashes")
	}
	if v.Get("decryption_key") != nil && v.Get("encryption_algorithm") == nil {
		c.fail("decryption_key", "§6.1", "decryption_key needs encryption_algorithm")
	}
}

// checkEmail is STIX 2.1 §6.6: is_multipart says which of the two bodies there may be.
func checkEmail(c *checker, v *Value) {
	multi := v.Get("is_multipart")
	if multi == nil || multi.Kind != Bool {
		return
	}
	if multi.Bool && v.Get("body") != nil {
		c.fail("body", "§6.6", "body is not used where is_multipart is true")
	}
	if !multi.Bool && v.Get("body_multipart") != nil {
		c.fail("body_multipart", "§6.6", "body_multipart is not used where is_multipart is false")
	}
}

// checkFile is STIX 2.1 §6.7.
func checkFile(c *checker, v *Value) {
	if v.Get("hashes") == nil && v.Get("name") == nil {
		c.fail("", "§6.7", "a file has hashes or a name")
	}
	if v.Get("name_enc") != nil && v.Get("name") == nil {
		c.fail("name_enc", "§6.7", "name_enc needs name")
	}
}

// checkTraffic is STIX 2.1 §6.12.
func checkTraffic(c *checker, v *Value) {
	if v.Get("src_ref") == nil && v.Get("dst_ref") == nil {
		c.fail("", "§6.12", "network-traffic has src_ref or dst_ref")
	}
	if v.Get("is_active").IsTrue() && v.Get("end") != nil {
		c.fail("end", "§6.12", "end is not used where is_active is true")
	}
	c.order(v, "§6.12", "start", "end", false)
}

// checkProtocol is STIX 2.1 §6.12: names of protocols in lower case.
func checkProtocol(c *checker, v *Value) {
	if strings.ToLower(v.Str) != v.Str {
		c.warn("", "§6.12", "protocols should be in lower case")
	}
}

// checkHive is STIX 2.1 §6.17: the hive is written out.
func checkHive(c *checker, v *Value) {
	hive, _, _ := strings.Cut(v.Str, `\`)
	for _, short := range [...]string{"HKLM", "HKCC", "HKCR", "HKCU", "HKU"} {
		if strings.EqualFold(hive, short) {
			c.fail("", "§6.17", "the hive %s is written out, as in HKEY_LOCAL_MACHINE", hive)
		}
	}
}
