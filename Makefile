# Two commands matter: "make demo" shows the whole job, "make test" checks it.
# Both fetch what they need; neither needs root or a server.

GO ?= go
BIN := bin/chaping

# The segmenter comes with 38 MB of dictionaries (ne: not embedded); the program
# has its own, made of one of them. Tests, linters and packages compile the same
# way, and so only once.
export GOFLAGS := $(GOFLAGS) -tags=ne -trimpath

# Tests wait for servers and disks: more packages at a time than there are
# processors, those that take longest first, files in memory where that goes. What
# vet finds, "lint" finds.
LONGEST := ./store ./cmd/chaping ./web ./chaos ./app
TEST = GOTMPDIR=$${TMPDIR:-/tmp} TMPDIR=$$(scripts/scratch.sh) $(GO) test -vet=off -p $$(($$(getconf _NPROCESSORS_ONLN) + 1))

# SQLite, translated from C, keeps its memory where the detector sees nothing to
# report; watching it took five sixths of the time of tests that store much, and
# passwords are hashed in 46 MB of memory each.
UNWATCHED := $(foreach package,modernc.org/sqlite/lib modernc.org/libc modernc.org/memory \
	golang.org/x/crypto/argon2 golang.org/x/crypto/blake2b,-gcflags=$(package)=-race=false)

# Thousands of small functions, none of them in a loop that matters: copies of them
# at every call were 3 of the program's 63 MB.
UNINLINED := $(foreach package,github.com/redis/go-redis/v9/... google.golang.org/... \
	github.com/prometheus/... github.com/chromedp/... github.com/andybalholm/brotli \
	github.com/yuin/goldmark/... github.com/go-jose/... github.com/coreos/... github.com/spf13/... \
	go.yaml.in/yaml/v3 modernc.org/sqlite github.com/nlnwa/whatwg-url/... github.com/go-text/typesetting/... github.com/go-json-experiment/... \
	github.com/ClickHouse/clickhouse-go/v2 crypto/tls chaping/web chaping/app chaping/station chaping/cmd/chaping,-gcflags=$(package)=-l)

.PHONY: help demo quick test race unraced lint build engine bench bench-compare chaos package package-test release clean

help: ## 列出这些命令
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: engine build ## 用示例商城走完全程，报送表写到 demo-out/
	$(BIN) demo --out demo-out

quick: ## 一分钟以内的测试：不用数据库、服务器、浏览器
	CGO_ENABLED=0 $(GO) test -short ./...

test: engine ## 全部测试；没有安装的服务器、浏览器，相应测试显示跳过
	CGO_ENABLED=0 $(TEST) -timeout 30m $(LONGEST) ./...

# Left to "unraced" is what the detector cannot see into, and what it sees in other
# tests: servers written in other languages, programs that run by themselves,
# walks of a browser or a program over all pages, which web's other tests ask for
# at once, files of hundreds of megabytes or thousands of columns, and labelled
# texts. "race" and "unraced" are all of "test", each once.
UNRACED := ^(TestCluster|TestClusterCheck|TestServer|TestChaos|TestUpgradeKilled|TestScripts|TestPortal.*|TestEveryRouteForPrograms|TestNginx|TestEndlessLines|TestOddShapes|TestGuideCommands|TestDocumentedCommands)$$
race: engine ## 全部测试，带竞态检测（需要 gcc）
	CGO_ENABLED=1 CHAPING_CORPORA= $(TEST) -race $(UNWATCHED) -skip '$(UNRACED)' -timeout 40m $(LONGEST) ./...

unraced: engine ## 竞态检测不跑的那些测试
	CGO_ENABLED=0 $(TEST) -run '$(UNRACED)' -timeout 30m $(LONGEST) ./...
	CGO_ENABLED=0 $(TEST) -timeout 30m ./nlp/... ./importer/...

lint: ## 静态检查和分层规则
	scripts/lint.sh

build: ## 编译出 bin/chaping
	CGO_ENABLED=0 $(GO) build -ldflags='-s -w -funcalign=16' $(UNINLINED) -o $(BIN) ./cmd/chaping

engine: ## 下载内嵌数据库引擎（只需一次，需要 npm）
	@scripts/engine.sh >/dev/null

# Several processes and a portal at once, killed at random, for a long time.
chaos: engine ## 多个进程同时工作、随时被杀，默认 10 分钟（CHAPING_CHAOS=1h）
	CGO_ENABLED=0 CHAPING_CHAOS=$${CHAPING_CHAOS:-10m} $(GO) test -count=1 -timeout 0 -v ./chaos

bench: engine ## 性能基准
	$(GO) test -run '^$$' -bench . ./...

bench-compare: engine ## 与另一个版本轮流测量，给出比值和区间：make bench-compare REV=HEAD~1
	REV=$(REV) scripts/bench-compare.sh

package: ## 软件包 dist/：deb、rpm、tar.gz，带引擎
	scripts/package.sh

package-test: ## 在干净的系统里安装、升级、卸载软件包（需要 root）
	scripts/package-test.sh

release: ## 发布：检查、打标签、软件包、校验和、软件清单
	scripts/release.sh

clean: ## 删除编译和示例的产物
	rm -rf bin demo-out dist
