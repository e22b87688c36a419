package main

import (
	"net/http/httptest"
	"testing"
	"time"
)

func TestReadsTheCertificateOfAServer(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	end, err := expiry(server.Listener.Addr().String())
	if err != nil || !end.Equal(server.Certificate().NotAfter) {
		t.Fatalf("got %v, %v", end, err)
	}
}

func TestComplainsInTime(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := check(now.Add(14*24*time.Hour), now, 14); err != nil {
		t.Fatal(err)
	}
	if err := check(now.Add(13*24*time.Hour), now, 14); err == nil {
		t.Fatal("no complaint about 13 days")
	}
}
