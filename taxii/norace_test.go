//go:build !race

package taxii

const underRace = false
