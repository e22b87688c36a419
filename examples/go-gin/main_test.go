package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestKeepsItems(t *testing.T) {
	engine := router()
	for _, step := range []struct {
		method, body, want string
		code               int
	}{
		{http.MethodPost, `{"title":"sail"}`, `"id":1`, http.StatusCreated},
		{http.MethodPost, `{}`, "error", http.StatusBadRequest},
		{http.MethodGet, "", "sail", http.StatusOK},
	} {
		answer := httptest.NewRecorder()
		engine.ServeHTTP(answer, httptest.NewRequest(step.method, "/items", strings.NewReader(step.body)))
		if answer.Code != step.code || !strings.Contains(answer.Body.String(), step.want) {
			t.Errorf("%s %s answered %d: %s", step.method, step.body, answer.Code, answer.Body)
		}
	}
}
