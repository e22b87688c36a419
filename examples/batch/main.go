// Command batch counts the primes in one part of the numbers below LIMIT: the part that the pod's completion index names.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
)

// wrongSettings is the exit code that no second try would change; the Job fails by it at once.
const wrongSettings = 2

func main() {
	log.SetFlags(0)
	limit, parts, index := number("LIMIT", 1), number("PARTS", 1), number("JOB_COMPLETION_INDEX", 0)
	if index >= parts {
		log.Printf("part %d is none of %d", index, parts)
		os.Exit(wrongSettings)
	}
	from, to := part(limit, parts, index)
	found := fmt.Sprintf("%d primes from %d to %d", primes(from, to), from, to-1)
	log.Print(found)
	// What is written here stands in the status of the container.
	if err := os.WriteFile("/dev/termination-log", []byte(found), 0o644); err != nil {
		log.Print(err)
	}
}

// number reads a whole number that is at least least from the environment.
func number(name string, least int) int {
	value, err := strconv.Atoi(os.Getenv(name))
	if err != nil || value < least {
		log.Printf("%s=%q: a number from %d on is needed", name, os.Getenv(name), least)
		os.Exit(wrongSettings)
	}
	return value
}

// part returns the first number of a part and that of the part after it.
func part(limit, parts, index int) (from, to int) {
	return limit * index / parts, limit * (index + 1) / parts
}

// primes counts the primes from from to to, which is not one of them.
func primes(from, to int) int {
	count := 0
	for n := max(from, 2); n < to; n++ {
		if isPrime(n) {
			count++
		}
	}
	return count
}

func isPrime(n int) bool {
	for divisor := 2; divisor*divisor <= n; divisor++ {
		if n%divisor == 0 {
			return false
		}
	}
	return true
}
