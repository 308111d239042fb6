# FreeIM: `make run` to try it, `make test` to check all of it. Both install what is missing.

SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BUILD_FLAGS ?=
BENCH_FLAGS ?=
FUZZ_FLAGS ?=
DEBUG := .build/debug
RELEASE := .build/release
SWIFT_FILES := $(shell git ls-files '*.swift' 2>/dev/null | grep -v '\.pb\.swift$$')

.PHONY: help deps build release run test unit-test conformance demo-test cli-test screen-test \
	bench-test page-test fuzz scenarios selftest regress test-deps bench bench-tui proto proto-check format lint clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

deps: ## install the missing Debian packages; says which ones first
	@test/deps

test-deps: ## install also what only the tests need: a browser, openssl
	@test/deps test

build: deps ## debug build of everything
	swift build $(BUILD_FLAGS)

release: deps ## release build of the three programs
	@for product in freeim-server imtui imbench; do
	  swift build $(BUILD_FLAGS) -c release --product $$product
	done

run: release ## a server, demo accounts, an echo bot and imtui; without a terminal: a demonstration
	@FREEIM_BIN=$(RELEASE) test/demo/run

test: test-deps build unit-test proto-check conformance page-test fuzz demo-test cli-test screen-test bench-test selftest scenarios ## everything that has to pass
	@echo 'make test: all passed'

unit-test: ## the Swift tests, a thousand seeds for the client among them
	swift test $(BUILD_FLAGS)

conformance: ## the black-box suite against the built server
	FREEIM_SERVER=$(DEBUG)/freeim-server python3 test/conformance

page-test: ## the page at / in headless Chromium, against the built server
	FREEIM_SERVER=$(DEBUG)/freeim-server python3 test/page

fuzz: ## schemathesis against every route of the built server
	FREEIM_SERVER=$(DEBUG)/freeim-server python3 test/fuzz $(FUZZ_FLAGS)

demo-test: ## the demonstration of `make run`, without a terminal
	@FREEIM_BIN=$(DEBUG) test/demo/run </dev/null

cli-test: ## imtui's commands from outside: pipes, rpc, export, crashes
	FREEIM_BIN=$(DEBUG) python3 test/cli

screen-test: ## imtui's screen through tmux
	FREEIM_BIN=$(DEBUG) python3 test/screen

bench-test: ## imbench from outside: mistakes, exit codes, reports
	FREEIM_BIN=$(DEBUG) python3 test/imbench

selftest: ## every checker of imbench finds the faulty server that it is for
	$(DEBUG)/imbench selftest

scenarios: ## the short form of every scenario, those that matter over every transport
	@FREEIM_BIN=$(DEBUG) test/scenarios/run
	@FREEIM_BIN=$(DEBUG) test/scenarios/run --chosen

regress: release ## every scenario as it is written, three seeds, and over every transport; reports in .run/regress
	@FREEIM_BIN=$(RELEASE) test/scenarios/run --long --seeds 3 --everywhere

bench: release ## the figures of README.md, side by side
	$(RELEASE)/imbench bench $(BENCH_FLAGS)

bench-tui: release ## imtui's speed on a cache of 1,000,000 messages, and a burst from a server
	swift build $(BUILD_FLAGS) -c release --product imtui-bench
	FREEIM_BIN=$(RELEASE) python3 test/bench-tui $(BENCH_FLAGS)

proto: deps ## generate the message types from proto/freeim.proto
	test/proto Sources/FreeIMProtocol

proto-check: ## fail when the checked-in message types are not the proto's
	@made=$$(mktemp -d)
	trap 'rm -rf "$$made"' EXIT
	test/proto "$$made"
	diff -u Sources/FreeIMProtocol/freeim.pb.swift "$$made/freeim.pb.swift" >/dev/null || {
	  echo 'Sources/FreeIMProtocol/freeim.pb.swift is not what proto/freeim.proto gives: make proto'
	  exit 1
	}
	echo 'proto-check: the message types are those of the proto'

format: ## lay out the Swift sources
	@swift format format --in-place --parallel --configuration .swift-format $(SWIFT_FILES)

lint: ## check the layout of the Swift sources
	@swift format lint --strict --parallel --configuration .swift-format $(SWIFT_FILES)

clean: ## remove what was built and what `make run` left
	swift package clean
	rm -rf .run
