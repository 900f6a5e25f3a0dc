package stix

// predefined are the extensions that STIX 2.1 §6 defines, by name, with the type that each belongs to.
var predefined = map[string]struct {
	owner string
	shape *shape
}{
	"archive-ext":          {"file", typ("§6.7.2", refs("contains_refs", "file", "directory").must(), text("comment"))},
	"ntfs-ext":             {"file", typ("§6.7.3", text("sid"), parts("alternate_data_streams", dataStream)).any()},
	"pdf-ext":              {"file", typ("§6.7.4", text("version"), flag("is_optimized"), typed("document_info_dict", tStrDict), text("pdfid0"), text("pdfid1")).any()},
	"raster-image-ext":     {"file", typ("§6.7.5", number("image_height"), number("image_width"), number("bits_per_pixel"), typed("exif_tags", tTextOrInt)).any()},
	"windows-pebinary-ext": {"file", peBinary},
	"http-request-ext": {"network-traffic", typ("§6.12.2", text("request_method").must(), text("request_value").must(), text("request_version"),
		typed("request_header", tHeaders), number("message_body_length"), ref("message_body_data_ref", "artifact"))},
	"icmp-ext": {"network-traffic", typ("§6.12.3", hexa("icmp_type_hex").must(), hexa("icmp_code_hex").must())},
	"socket-ext": {"network-traffic", typ("§6.12.4", vocab("address_family", addressFamily).must(), flag("is_blocking"), flag("is_listening"),
		typed("options", tIntDict), vocab("socket_type", socketTypes), count("socket_descriptor"), number("socket_handle"))},
	"tcp-ext": {"network-traffic", typ("§6.12.5", hexa("src_flags_hex"), hexa("dst_flags_hex")).any()},
	"windows-process-ext": {"process", typ("§6.13.2", flag("aslr_enabled"), flag("dep_enabled"), text("priority"), text("owner_sid"), text("window_title"), text("windows_title"),
		typed("startup_info", tDict), vocab("integrity_level", integrity)).any()},
	"windows-service-ext": {"process", typ("§6.13.3", text("service_name"), texts("descriptions"), text("display_name"), text("group_name"),
		vocab("start_type", serviceStart), refs("service_dll_refs", "file"), vocab("service_type", serviceTypes), vocab("service_status", serviceStatus)).any()},
	"unix-account-ext": {"user-account", typ("§6.16.2", number("gid"), texts("groups"), text("home_dir"), text("shell")).any()},
}

// dataStream is STIX 2.1 §6.7.3.2.
var dataStream = typ("§6.7.3.2", text("name").must(), hashes("hashes"), count("size"))

// peBinary is STIX 2.1 §6.7.6: pe_type and at least one property more.
var peBinary = typ("§6.7.6", vocab("pe_type", peTypes).must(), text("imphash"), hexa("machine_hex"), count("number_of_sections"),
	when("time_date_stamp").with(checkWholeSecond), hexa("pointer_to_symbol_table_hex"), count("number_of_symbols"), count("size_of_optional_header"),
	hexa("characteristics_hex"), hashes("file_header_hashes"), part("optional_header", peHeader), parts("sections", peSection)).least(2)

// checkWholeSecond: the time in a PE header is precise to the second (STIX 2.1 §6.7.6).
func checkWholeSecond(c *checker, v *Value) {
	if _, nano, ok := scanTime(v.Str); ok && nano != 0 {
		c.fail("", "§6.7.6", "%s is not a whole second", show(v))
	}
}

// peHeader is STIX 2.1 §6.7.6.2.
var peHeader = typ("§6.7.6.2", hexa("magic_hex"), number("major_linker_version"), number("minor_linker_version"), count("size_of_code"),
	count("size_of_initialized_data"), count("size_of_uninitialized_data"), number("address_of_entry_point"), number("base_of_code"),
	number("base_of_data"), number("image_base"), number("section_alignment"), number("file_alignment"), number("major_os_version"),
	number("minor_os_version"), number("major_image_version"), number("minor_image_version"), number("major_subsystem_version"),
	number("minor_subsystem_version"), hexa("win32_version_value_hex"), count("size_of_image"), count("size_of_headers"), hexa("checksum_hex"),
	hexa("subsystem_hex"), hexa("dll_characteristics_hex"), count("size_of_stack_reserve"), count("size_of_stack_commit"),
	count("size_of_heap_reserve"), count("size_of_heap_commit"), hexa("loader_flags_hex"), number("number_of_rva_and_sizes"), hashes("hashes")).any()

// peSection is STIX 2.1 §6.7.6.3.
var peSection = typ("§6.7.6.3", text("name").must(), count("size"), float("entropy"), hashes("hashes"))

// extensions checks the extensions property (STIX 2.1 §3.2, §7.3; S070) and returns whether one of them announces properties at the
// top level and whether one announces a new type.
func (c *checker) extensions(v *Value) (toplevel bool, newType string) {
	if v.Kind != Dict || len(v.Members) == 0 {
		c.fail("", "§3.2", "extensions is a dictionary with at least one extension")
		return false, ""
	}
	for i := range v.Members {
		m := &v.Members[i]
		c.push(m.Name)
		switch kind := c.extension(m.Name, m.Value); kind {
		case "toplevel-property-extension":
			toplevel = true
		case "new-sdo", "new-sco", "new-sro":
			newType = kind
		}
		c.pop()
	}
	return toplevel, newType
}

// extension checks one extension and returns its extension_type.
func (c *checker) extension(name string, v *Value) string {
	if v.Kind != Dict || len(v.Members) == 0 {
		c.fail("", "§3.2", "an extension is an object with at least one property")
		return ""
	}
	if p, ok := predefined[name]; ok {
		if p.owner != c.typ && knownType(c.typ) {
			c.warn("", p.shape.section, "%s is an extension of %s", name, p.owner)
		}
		c.object(v, p.shape)
		return ""
	}
	c.openValues(v)
	typ, ok := SplitID(name)
	if !ok || typ != "extension-definition" {
		c.legacyExtension(name)
		return ""
	}
	kind := v.Get("extension_type")
	switch {
	case kind == nil:
		c.fail("extension_type", "§7.3", "extension_type is required")
	case kind.Kind != String || !extensionTypes.has(kind.Str):
		c.fail("extension_type", "§7.3", "%s is not in extension-type-enum", show(kind))
	}
	return kind.Text()
}

// legacyExtension takes what STIX 2.1 §11.4 keeps for compatibility: custom extensions by name.
func (c *checker) legacyExtension(name string) {
	switch {
	case len(name) < 3 || len(name) > 250 || !relationName(name):
		c.fail("", "§3.2", "an extension is named by the id of an extension-definition or a name of a–z, 0–9 and hyphens")
	case !IsSCO(c.typ) && knownType(c.typ) && (len(name) < 4 || name[len(name)-4:] != "-ext"):
		c.fail("", "§3.2", "an extension of this type is named by the id of an extension-definition")
	case c.strict || len(name) < 2 || name[:2] != "x-":
		c.warn("", "§11.4", "custom extensions without extension-definition are deprecated")
	}
}
