package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"threatwatch"
	"threatwatch/csaf"
)

// maxProof is the largest file of a digest or a signature that is read.
const maxProof = 1 << 20

// keys are those of --key; nil when there are none.
func (c *importCmd) keys() (*csaf.Keys, error) {
	if c.Key == "" {
		return nil, nil
	}
	file, err := os.ReadFile(c.Key)
	if err != nil {
		return nil, err
	}
	keys, err := csaf.ReadKeys(file)
	if err != nil {
		return nil, fmt.Errorf("--key %s: %w", c.Key, err)
	}
	return keys, nil
}

// advisory takes in a document of CSAF, once what lies beside it says that it is the one that was published.
func (r *importRun) advisory(name string, from io.Reader) error {
	raw, err := readWhole("advisory", from)
	if err == nil {
		err = r.proven(name, raw)
	}
	if err != nil {
		return err
	}
	return r.take(name, raw, csaf.Objects)
}

// advisoryList tells what to do with a file that lists advisories.
func (r *importRun) advisoryList(name string) {
	r.bar.done()
	fmt.Fprintf(r.app.Err, "%s: passed over, because it lists advisories and is none: import those that it names, or the folder that they lie in\n", name)
}

// proven compares a document with the digests and the signature beside it. Where keys were given, it must bear a signature; digests are
// compared where there are any.
func (r *importRun) proven(name string, raw []byte) error {
	base := strings.TrimSuffix(name, ".gz")
	for _, ending := range csaf.Digests {
		file, err := r.beside(base + ending)
		if err == nil && file != nil {
			err = csaf.CheckDigest(ending, raw, file)
		}
		if err != nil {
			return err
		}
	}
	signature, err := r.beside(base + csaf.SignatureEnding)
	switch {
	case err != nil:
		return err
	case r.keys == nil && signature != nil:
		r.unsure++
		return nil
	case r.keys == nil:
		return nil
	case signature == nil:
		return threatwatch.Errorf(threatwatch.Invalid, "there is no signature %s beside it, and --key asks for one", csaf.SignatureEnding)
	}
	return r.keys.CheckSignature(raw, signature)
}

// beside reads a small file or URL; nil when it is not there.
func (r *importRun) beside(name string) ([]byte, error) {
	var from io.ReadCloser
	var err error
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		from, err = fetch(r.app.ctx, name, r.cmd.AllowPrivate)
	} else {
		from, err = os.Open(name)
	}
	if errors.Is(err, fs.ErrNotExist) || threatwatch.KindOf(err) == threatwatch.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer from.Close()
	file, err := io.ReadAll(io.LimitReader(from, maxProof+1))
	if err == nil && len(file) > maxProof {
		err = threatwatch.Errorf(threatwatch.TooLarge, "%s has more than %d bytes", name, maxProof)
	}
	return file, err
}
