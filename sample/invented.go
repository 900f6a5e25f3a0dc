package sample

import (
	"encoding/json"

	"threatwatch/watch"
)

// drawings are the facts of the drawings that were taken from a design office, as far as a member knows them.
func drawings(steps ...watch.Milestone) map[string]json.RawMessage {
	in := &watch.Incident{Core: watch.Core{Determination: "confirmed", InvestigationStatus: "open"}, Facts: watch.Facts{RecordState: "published", Operations: []string{"espionage"}, Milestones: steps,
		Victims: []watch.Victim{{Words: "a design office", Sectors: []string{"manufacturing"}}}, Data: []watch.Data{{Variety: "Secrets", Loss: "confirmed-loss"}}}}
	return extensions(in.Extensions())
}

// energy is what an invented power company says, with every marking above CLEAR.
func energy() [][]byte {
	w := &writer{marking: amber, seen: map[string]bool{}}
	w.author = w.add("identity", "energy", "2026-09-01", props{"name": "Example Energy", "identity_class": "organization", "sectors": []string{"energy"},
		"object_marking_refs": []string{clear}})
	event := w.add("incident", "turbine drawings", "2026-09-14", props{"name": "Turbine drawings taken from a design office",
		"description": "Invented for the demonstration. Found through an alert on large uploads at night."})
	mal := w.add("malware", "GLASSKITE", "2026-09-14", props{"name": "GLASSKITE", "is_family": true, "malware_types": []string{"remote-access-trojan"},
		"object_marking_refs": []string{green}, "description": "Invented. Hides its traffic in what looks like weather data."})
	w.relate(event, "related-to", mal, "2026-09-14", nil)
	for _, x := range []struct{ domain, marking string }{
		{"weather-sync.example", green}, {"drawings-cdn.example", amber}, {"night-upload.example", amberStrict},
	} {
		i := w.add("indicator", x.domain, "2026-09-15", props{"name": x.domain, "pattern": "[domain-name:value = '" + x.domain + "']",
			"pattern_type": "stix", "valid_from": stamp("2026-09-15"), "indicator_types": []string{"malicious-activity"},
			"object_marking_refs": []string{x.marking}, "description": "Invented. GLASSKITE asks for it."})
		w.relate(i, "indicates", mal, "2026-09-15", props{"object_marking_refs": []string{x.marking}})
	}
	w.revise(event, "2026-09-21", props{"confidence": 85,
		"extensions":  drawings(watch.Milestone{Kind: "first_action", Moment: moment("2026-08-05")}, watch.Milestone{Kind: "discovery", Moment: moment("2026-09-14")}),
		"description": "Invented for the demonstration. Found after 40 days through an alert on large uploads at night. Corrected on 21 September: the uploads began on 5 August, not in September."})
	w.add("note", "how they came in", "2026-09-16", props{"abstract": "How they came in", "object_refs": []string{event},
		"content": "Invented. A contractor's account without second factor; its owner has been told and is not to be named.", "object_marking_refs": []string{red}})
	w.add("note", "for our own people", "2026-09-16", props{"abstract": "For our own people", "object_refs": []string{event},
		"content": "Invented. Three more offices use the same contractor; they are being checked.", "object_marking_refs": []string{amberStrict}})
	return w.out
}

// hospital is what an invented hospital says.
func hospital() [][]byte {
	w := &writer{marking: green, seen: map[string]bool{}}
	w.author = w.add("identity", "hospital", "2026-10-01", props{"name": "Example Hospital", "identity_class": "organization", "sectors": []string{"healthcare"},
		"object_marking_refs": []string{clear}})
	event := w.add("incident", "patient records", "2026-10-05", props{"name": "Patient records copied from an archive server",
		"description": "Invented for the demonstration. What was copied is not known yet.", "object_marking_refs": []string{amberStrict}})
	i := w.add("indicator", "198.51.100.23", "2026-10-05", props{"name": "198.51.100.23", "pattern": "[ipv4-addr:value = '198.51.100.23']", "pattern_type": "stix",
		"valid_from": stamp("2026-10-05"), "indicator_types": []string{"malicious-activity"}, "description": "Invented. Came to the archive server three nights in a row."})
	w.relate(i, "related-to", event, "2026-10-05", props{"object_marking_refs": []string{amberStrict}})
	address := w.observable("ipv4-addr", props{"value": "198.51.100.23"})
	program := w.observable("file", props{"name": "archive-sync.exe", "hashes": props{"SHA-256": "5f1d7c3c0c8d1e0f6b8f5a0c2f1f7f0b7b4f0f2a7f7c4d3e2a1b0c9d8e7f6a5b"}})
	seen := w.add("observed-data", "three nights", "2026-10-06", props{"first_observed": "2026-10-02T23:10:00Z", "last_observed": "2026-10-05T01:40:00Z", "number_observed": 3,
		"object_refs": []string{address, program}})
	w.add("sighting", "three nights", "2026-10-06", props{"sighting_of_ref": i, "observed_data_refs": []string{seen}, "where_sighted_refs": []string{w.author}, "count": 3,
		"first_seen": "2026-10-02T23:10:00Z", "last_seen": "2026-10-05T01:40:00Z", "description": "Invented. The archive server, three nights in a row."})
	wrong := w.add("indicator", "203.0.113.40", "2026-10-05", props{"name": "203.0.113.40", "pattern": "[ipv4-addr:value = '203.0.113.40']", "pattern_type": "stix",
		"valid_from": stamp("2026-10-05"), "indicator_types": []string{"anomalous-activity"}, "description": "Invented. Thought to belong to the same; it was a backup of our own."})
	w.revise(wrong, "2026-10-08", props{"revoked": true})
	return w.out
}

// bank is what an invented bank says: of the event that the power company, whose client it is, tells of too. Who may see both finds them proposed as one.
func bank() [][]byte {
	w := &writer{marking: amber, seen: map[string]bool{}}
	w.author = w.add("identity", "bank", "2026-09-01", props{"name": "Example Bank", "identity_class": "organization", "sectors": []string{"financial-services"},
		"object_marking_refs": []string{clear}})
	event := w.add("incident", "design office", "2026-09-18", props{"name": "Design office of a turbine maker: drawings uploaded at night", "extensions": drawings(watch.Milestone{Kind: "first_action", Moment: moment("2026-08")}),
		"description": "Invented for the demonstration. A borrower of the bank told of it: drawings of a turbine left a design office in large uploads at night."})
	w.add("note", "what the borrower asks", "2026-09-18", props{"abstract": "What the borrower asks", "object_refs": []string{event},
		"content": "Invented. Not to be named before its customers know.", "object_marking_refs": []string{amberStrict}})
	return w.out
}
