package main

import "testing"

func TestPartsCoverAllNumbersOnce(t *testing.T) {
	for parts := 1; parts <= 7; parts++ {
		sum, next := 0, 0
		for index := range parts {
			from, to := part(1000, parts, index)
			if from != next {
				t.Errorf("part %d of %d begins with %d, not %d", index, parts, from, next)
			}
			next = to
			sum += primes(from, to)
		}
		if sum != 168 || next != 1000 {
			t.Errorf("%d parts: %d primes below %d", parts, sum, next)
		}
	}
}
