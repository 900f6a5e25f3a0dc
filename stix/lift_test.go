package stix

import "testing"

func TestLift(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"type":"indicator","id":"indicator--` + uuid + `","created":"2020-01-01T00:00:00.000Z","labels":["a"],"pattern":"[x:y=1]","granular_markings":[{"selectors":["labels.[0]","labels","pattern"]}],"x_own":1}`: `{"type":"indicator","spec_version":"2.1","id":"indicator--` + uuid + `","created":"2020-01-01T00:00:00.000Z","indicator_types":["a"],"pattern":"[x:y=1]","pattern_type":"stix","pattern_version":"2.0","granular_markings":[{"selectors":["indicator_types.[0]","indicator_types","pattern"]}],"x_own":1}`,
		`{"type":"malware","id":"malware--` + uuid + `","created":"2020-01-01T00:00:00.000Z","name":"Emotet","labels":["trojan"]}`:                                                                                    `{"type":"malware","spec_version":"2.1","id":"malware--` + uuid + `","created":"2020-01-01T00:00:00.000Z","name":"Emotet","is_family":true,"malware_types":["trojan"]}`,
		`{"type":"malware","id":"malware--` + uuid + `","created":"2020-01-01T00:00:00.000Z","name":"d41d8cd98f00b204e9800998ecf8427e"}`:                                                                              `{"type":"malware","spec_version":"2.1","id":"malware--` + uuid + `","created":"2020-01-01T00:00:00.000Z","name":"d41d8cd98f00b204e9800998ecf8427e","is_family":false}`,
		`{"type":"identity","id":"identity--` + uuid + `","created":"2020-01-01T00:00:00.000Z","labels":["ciso"],"roles":["x"]}`:                                                                                      `{"type":"identity","spec_version":"2.1","id":"identity--` + uuid + `","created":"2020-01-01T00:00:00.000Z","labels":["ciso"],"roles":["x"]}`,
		`{"type":"observed-data","id":"observed-data--` + uuid + `","created":"2020-01-01T00:00:00.000Z","objects":{"0":{"type":"file","hashes":{"ssdeep":"3:a"}}}}`:                                                  `{"type":"observed-data","spec_version":"2.1","id":"observed-data--` + uuid + `","created":"2020-01-01T00:00:00.000Z","objects":{"0":{"type":"file","hashes":{"SSDEEP":"3:a"}}}}`,
		`{"type":"bundle","id":"bundle--` + uuid + `","spec_version":"2.0","objects":[{"type":"tool","id":"tool--` + uuid + `","labels":["a"]}]}`:                                                                     `{"type":"bundle","id":"bundle--` + uuid + `","objects":[{"type":"tool","spec_version":"2.1","id":"tool--` + uuid + `","tool_types":["a"]}]}`,
		`{"type":"marking-definition","id":"marking-definition--` + uuid + `","created":"2020-01-01T00:00:00.000Z"}`:                                                                                                  `{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--` + uuid + `","created":"2020-01-01T00:00:00.000Z"}`,
	} {
		o := mustParse(t, in)
		before := o.Digest()
		got, err := Lift(o)
		if err != nil || string(got.Raw) != want {
			t.Errorf("Lift(%s) =\n%s, %v, want\n%s", in, got.Raw, err, want)
			continue
		}
		if o.Digest() != before {
			t.Errorf("Lift changed its argument %s", in)
		}
		if again, _ := Lift(got); again != got {
			t.Errorf("Lift of 2.1 is not the object itself: %s", want)
		}
	}
}
