package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"threatwatch"
)

// Parameters of argon2id: 19 MiB, two passes. Kept in each hash, so that they can be raised later.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
)

// MinPassword is the shortest password taken, in characters.
const MinPassword = 12

func hashPassword(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < MinPassword || n > 256 {
		return "", threatwatch.Errorf(threatwatch.Invalid, "a password has %d to 256 characters", MinPassword)
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// nobody is the hash that is checked for people who do not exist, so that the answer takes as long.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// checkPassword says whether the password belongs to the hash. An empty or damaged hash costs the same and fits nothing.
func checkPassword(hash, password string) bool {
	ok := strings.HasPrefix(hash, "$argon2id$")
	if !ok {
		hash = nobody
	}
	var version, memory, time uint32
	var lanes uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &lanes); err != nil || memory > 1<<20 || time > 16 || lanes == 0 || time == 0 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	if len(password) > 1024 {
		password, ok = "", false
	}
	key := argon2.IDKey([]byte(password), salt, time, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(key, want) == 1 && ok
}
