package match

import "testing"

func TestGuess(t *testing.T) {
	for _, c := range []struct {
		in    string
		class Class
		want  string
	}{
		{"198.51.100.7", Address, "198.51.100.7"},
		{"::ffff:198.51.100.7", Address, "198.51.100.7"},
		{"2001:DB8:0:0::1", Address, "2001:db8::1"},
		{"198.51.100.7:8080", Address, "198.51.100.7"},
		{"[2001:db8::1]:443", Address, "2001:db8::1"},
		{"198.51.100.77/24", Network, "198.51.100.0/24"},
		{"198.51.100.7/32", Address, "198.51.100.7"},
		{"198[.]51[.]100[.]7", Address, "198.51.100.7"},
		{"Evil[.]Example.", Domain, "evil.example"},
		{"hxxps://Evil[.]example", URL, "evil.example/"},
		{"http://evil.example:80/a/../b?x=%7e#top", URL, "evil.example/b?x=~"},
		{"https://evil.example:80/", URL, "evil.example:80/"},
		{"http://user:pw@evil.example/%2fa%zz", URL, "evil.example/%2Fa%25zz"},
		{"evil.example/gate.php", URL, "evil.example/gate.php"},
		{"ftp://evil.example/x", URL, "ftp://evil.example/x"},
		{"/atlas.mipseb", URLPath, "/atlas.mipseb"},
		{"bücher.example", Domain, "xn--bcher-kva.example"},
		{"BÜCHER.example", Domain, "xn--bcher-kva.example"},
		{"D41D8CD98F00B204E9800998ECF8427E", Digest, "d41d8cd98f00b204e9800998ecf8427e"},
		{"2d:37:6b:11:43:f8:96:08:fe:60:42:20:98:9f:75:af", Digest, "2d376b1143f89608fe604220989f75af"},
		{"Someone@Evil.Example", Email, "someone@evil.example"},
		{"someone(at)evil[.]example", Email, "someone@evil.example"},
		{`HKLM\Software\Evil\`, RegistryKey, `hkey_local_machine\software\evil`},
		{`HKEY_CURRENT_USER\\Software\\Evil`, RegistryKey, `hkey_current_user\software\evil`},
		{`C:\Windows\Temp\x.exe`, FilePath, "c:/windows/temp/x.exe"},
		{"Invoice.EXE", FileName, "invoice.exe"},
		{"Mozilla/4.0 (compatible)", UserAgent, "Mozilla/4.0 (compatible)"},
		{"t13d1516h2_8daaf6152771_e5627efa2ab1", JA4, "t13d1516h2_8daaf6152771_e5627efa2ab1"},
	} {
		got, ok := Guess(c.in)
		if !ok || got.Class != c.class || got.String() != c.want {
			t.Errorf("Guess(%q) = %v %q, %v, want %v %q", c.in, got.Class, got.String(), ok, c.class, c.want)
		}
	}
	for _, s := range []string{"", "evil", "198.51.100", "198.51.100.256", "198.051.100.7", "a..b.example", "-", "hello world", "12:30", "http://", "x:1"} {
		if got, ok := Guess(s); ok {
			t.Errorf("Guess(%q) = %v %q, want nothing", s, got.Class, got.String())
		}
	}
	if v, _ := Guess("198.51.100.7:8080"); v.Port != 8080 {
		t.Errorf("port = %d, want 8080", v.Port)
	}
}

// FuzzCanon: a canonical form is its own canonical form.
func FuzzCanon(f *testing.F) {
	for _, s := range []string{"198.51.100.7", "evil.example", "http://evil.example/a/%2e%2E/b?c#d", "HKLM\\x\\y", "a@b.example", "xn--a.example", "ſ.example", "//[::1]/x",
		"http://a//../b", "%4%31.example/%4%31", "1.2.3.4/8", "C:\\x\\Y", "registry\\machine\\x", "computer\\computer\\HKLM"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > maxValue/3 {
			return // lowering what is not UTF-8 makes it longer
		}
		for c := Address; c <= JA4; c++ {
			v, ok := Canon(c, s)
			if !ok {
				continue
			}
			text := v.String()
			if v.Class == URL {
				text = withScheme(text)
			}
			again, ok := Canon(v.Class, text)
			if !ok || again.Class != v.Class || again.key != v.key || again.net != v.net {
				t.Errorf("Canon(%v, %q) = %q, and of that %q, %v", c, s, v.String(), again.String(), ok)
			}
		}
		if v, ok := Guess(s); ok && v.String() == "" {
			t.Errorf("Guess(%q) is empty", s)
		}
	})
}
