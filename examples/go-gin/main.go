// Todo is a JSON API on Gin.
package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type item struct {
	ID    int    `json:"id"`
	Title string `json:"title" binding:"required,max=200"`
}

type list struct {
	mutex sync.Mutex
	items []item
}

func (l *list) add(c *gin.Context) {
	var added item
	if err := c.ShouldBindJSON(&added); err != nil {
		c.JSON(http.StatusBadRequest, gin.H{"error": err.Error()})
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	added.ID = len(l.items) + 1
	l.items = append(l.items, added)
	c.JSON(http.StatusCreated, added)
}

func (l *list) show(c *gin.Context) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	c.JSON(http.StatusOK, gin.H{"owner": env("OWNER", "nobody"), "items": l.items})
}

func router() *gin.Engine {
	engine := gin.New()
	engine.Use(gin.Recovery())
	items := &list{items: []item{}}
	engine.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "GET or POST /items\n") })
	engine.GET("/items", items.show)
	engine.POST("/items", items.add)
	engine.GET("/healthz", func(c *gin.Context) { c.Status(http.StatusOK) })
	engine.GET("/readyz", func(c *gin.Context) { c.Status(http.StatusOK) })
	engine.GET("/metrics", gin.WrapH(promhttp.Handler()))
	return engine
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func main() {
	gin.SetMode(gin.ReleaseMode)
	server := &http.Server{Addr: ":" + env("PORT", "8080"), Handler: router(), ReadHeaderTimeout: 10 * time.Second}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	go func() {
		<-stop.Done()
		time.Sleep(2 * time.Second) // until the cluster sends nothing more
		done, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		server.Shutdown(done)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}
