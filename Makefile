# Two commands matter: "make demo" shows the whole job, "make test" checks it.
# Both fetch what they need; neither needs root or a server.

GO ?= go
BIN := bin/chaping

.PHONY: demo test race lint build engine bench chaos clean

demo: engine build
	$(BIN) demo --out demo-out

test: engine
	CGO_ENABLED=0 $(GO) vet ./...
	CGO_ENABLED=0 $(GO) test -timeout 30m ./...

# The race detector needs a C compiler.
race: engine
	$(GO) test -race -timeout 40m ./...

lint:
	scripts/lint.sh

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/chaping

engine:
	@scripts/engine.sh >/dev/null

# Several processes and a portal at once, killed at random, for a long time.
chaos: engine
	CGO_ENABLED=0 CHAPING_CHAOS=$${CHAPING_CHAOS:-10m} $(GO) test -count=1 -timeout 0 -v ./chaos

bench: engine
	$(GO) test -run '^$$' -bench . ./...

clean:
	rm -rf bin demo-out
