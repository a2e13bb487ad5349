package store_test

import (
	"testing"

	"chaping/store"
	"chaping/store/storetest"
)

func TestEmbedded(t *testing.T) { storetest.Suite(t, storetest.Embedded) }

// TestSecondProcess works as a second process does: another one, here this
// one, owns the data directory.
func TestSecondProcess(t *testing.T) {
	storetest.Suite(t, func(t testing.TB) store.Config {
		cfg := storetest.Embedded(t)
		storetest.Open(t, cfg)
		return cfg
	})
}

func TestServer(t *testing.T) {
	server := storetest.StartServer(t)
	storetest.Suite(t, server.Database)
}
