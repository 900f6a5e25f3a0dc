package web

import "testing"

func TestProse(t *testing.T) {
	for in, want := range map[string]string{
		"[APT29](https://attack.example/groups/G0016) uses it.(Citation: Some Report 2021)": "APT29 uses it.",
		"[domain-name:value = 'x'] (not a link)":                                            "[domain-name:value = 'x'] (not a link)",
		"[x](javascript:alert(1))":                                                          "[x](javascript:alert(1))",
	} {
		if got := prose(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestBackTo(t *testing.T) {
	for in, want := range map[string]string{"": "/", "/objects/x": "/objects/x", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/a\r\nSet-Cookie: x": "/"} {
		if got := backTo(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}
