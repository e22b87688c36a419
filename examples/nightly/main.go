// Command nightly tells how long the certificates of some servers are valid, and fails when one of them ends soon.
package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	least, err := strconv.Atoi(os.Getenv("DAYS"))
	if err != nil || least < 0 {
		log.Fatalf("DAYS=%q: a number of days is needed", os.Getenv("DAYS"))
	}
	failed := false
	for _, server := range strings.Fields(os.Getenv("SERVERS")) {
		end, err := expiry(server)
		if err == nil {
			err = check(end, time.Now(), least)
		}
		if err != nil {
			log.Printf("%s: %v", server, err)
			failed = true
			continue
		}
		log.Printf("%s: valid until %s", server, end.UTC().Format(time.RFC3339))
	}
	if failed {
		os.Exit(1)
	}
}

// expiry returns when the certificate of a server ends. It does not matter here who has signed it.
func expiry(server string) (time.Time, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", server, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return time.Time{}, err
	}
	defer connection.Close()
	certificates := connection.ConnectionState().PeerCertificates
	if len(certificates) == 0 {
		return time.Time{}, errors.New("it has shown no certificate")
	}
	return certificates[0].NotAfter, nil
}

// check fails when there are fewer than least days until end.
func check(end, now time.Time, least int) error {
	if left := end.Sub(now); left < time.Duration(least)*24*time.Hour {
		return fmt.Errorf("the certificate ends in %d days, at %s", int(left.Hours()/24), end.UTC().Format(time.RFC3339))
	}
	return nil
}
