// A net/http server that can end in three ways, chosen by SHUTDOWN:
//
//	default   no handler: the Go runtime ends the process on SIGTERM
//	graceful  Server.Shutdown, as its documentation shows it
//	announce  first DRAIN_SECONDS (default 5) in which every answer carries "Connection: close", then Server.Shutdown
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	latency := time.Duration(number("LATENCY_MS", 20)) * time.Millisecond
	drain := time.Duration(number("DRAIN_SECONDS", 5)) * time.Second
	pod, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	var draining atomic.Bool

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(latency)
		fmt.Fprintln(w, "hello from Go")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if draining.Load() {
			http.Error(w, "draining", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	server := &http.Server{
		Addr: ":8080",
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("x-pod", pod)
			if draining.Load() {
				w.Header().Set("Connection", "close")
			}
			mux.ServeHTTP(w, r)
		}),
	}

	mode := os.Getenv("SHUTDOWN")
	switch mode {
	case "", "default":
		log.Fatal(server.ListenAndServe())
	case "graceful", "announce":
	default:
		log.Fatalf("SHUTDOWN is %q: expected default, graceful or announce", mode)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
		log.Printf("received %v", <-signals)
		if mode == "announce" {
			draining.Store(true)
			time.Sleep(drain)
		}
		if err := server.Shutdown(context.Background()); err != nil {
			log.Printf("shutdown: %v", err)
		}
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	// ListenAndServe returns as soon as Shutdown is called: only Shutdown knows when the last request is answered.
	<-ended
}

func number(name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 0 {
		log.Fatalf("%s is %q: expected a whole number", name, text)
	}
	return value
}
