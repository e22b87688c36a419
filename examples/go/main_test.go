package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	s := &server{greeting: "hi"}
	for path, part := range map[string]string{"/": "<h1>", "/api/greeting": `"hi"`, "/healthz": "", "/metrics": "go_goroutines"} {
		answer := httptest.NewRecorder()
		s.handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), part) {
			t.Errorf("%s answered %d: %s", path, answer.Code, answer.Body)
		}
	}
}

func TestIsNotReadyWhileItDrains(t *testing.T) {
	s := &server{}
	s.draining.Store(true)
	answer := httptest.NewRecorder()
	s.handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", answer.Code)
	}
}
