# Two commands matter: "make demo" shows the whole job, "make test" checks it.
# Both fetch what they need; neither needs root or a server.

GO ?= go
BIN := bin/chaping

.PHONY: demo test race lint build engine bench clean

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

bench: engine
	$(GO) test -run '^$$' -bench . ./...

clean:
	rm -rf bin demo-out
