//go:build race

package taxii

const underRace = true
