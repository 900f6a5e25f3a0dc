package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// proven remembers which passwords were right a moment ago, so that a program that sends one with each request does not cost argon2id each
// time. It keeps no password: only a digest, under a key of this process, of the stored hash and what fitted it. A new password has another hash.
type proven struct {
	key [32]byte

	mu    sync.Mutex // protects until
	until map[[sha256.Size]byte]time.Time
}

const (
	provenTime  = time.Minute
	provenLimit = 1 << 10
)

func newProven() *proven {
	p := &proven{until: map[[sha256.Size]byte]time.Time{}}
	rand.Read(p.key[:])
	return p
}

func (p *proven) digest(hash, password string) (d [sha256.Size]byte) {
	m := hmac.New(sha256.New, p.key[:])
	m.Write([]byte(hash))
	m.Write([]byte{0}) // a hash has none
	m.Write([]byte(password))
	m.Sum(d[:0])
	return d
}

// right says that the password was found to fit the hash less than a minute ago.
func (p *proven) right(hash, password string, now time.Time) bool {
	d := p.digest(hash, password)
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.until[d])
}

// found notes that the password fits the hash.
func (p *proven) found(hash, password string, now time.Time) {
	d := p.digest(hash, password)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.until) >= provenLimit {
		clear(p.until)
	}
	p.until[d] = now.Add(provenTime)
}
