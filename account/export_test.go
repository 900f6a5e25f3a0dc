package account

import "fmt"

// CrowdBrake fails under so many names and networks that the brake has to forget some.
func (a *Accounts) CrowdBrake() {
	for i := range maxTracked + 1 {
		a.failed(fmt.Sprint("e", i), fmt.Sprint("n", i))
	}
}
