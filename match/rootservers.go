package match

import (
	"bytes"
	_ "embed"
)

// rootServers is a warning list in the format of MISP, whose own lists do not have these addresses: feeds name them now and then, and every
// network with a resolver asks them all day.
//
//go:embed rootservers.json
var rootServers []byte

// AddRootServers adds the servers of the DNS root.
func (w *WarningLists) AddRootServers() {
	if err := w.Read("rootservers.json", bytes.NewReader(rootServers)); err != nil {
		panic(err) // it is part of the program
	}
}
