# Everything a person or a CI does with Keel. `make` alone lists the targets.

SWIFT ?= swift
# One build serves `build`, `tour` and `test`: tests reach in by `package` access, not `@testable`.
BUILD = $(SWIFT) build -c release --explicit-target-dependency-import-check error
MODEL = .build/release/keel model pull smollm2-135m
SOURCES = Package.swift Sources Tests $(wildcard Benchmarks)
PREFIX ?= /usr/local

.PHONY: help setup build test clients test-setup test-docs test-ship tour doctor lint format bench \
	history reference docs install uninstall archive clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## fetch the engine (once per machine) and link it here
	@Scripts/setup

build: setup ## build the program in release mode and fetch the default model
	$(BUILD)
	@$(MODEL)

test: setup ## build, fetch the default model and run all tests
	$(BUILD) --build-tests
	@$(MODEL)
	$(SWIFT) test -c release --disable-testable-imports

clients: ## install the programs of others that tests run against, where they are wanted
	@Scripts/clients

test-setup: setup ## test the set-up itself, without a network
	@Tests/setup/run.sh

test-docs: ## run the documentation's commands on a small model (after build)
	@PYTHONPATH=Scripts python3 -m unittest discover -q -s Tests/docs
	@Tests/docs/run.py

test-ship: ## install what was built elsewhere, run it there, take it away (after build)
	@Scripts/ship check

tour: build ## map, shape, break and mend the default model, and write the report (options: TOUR='...')
	.build/release/keel tour $(TOUR)

doctor: ## show what is installed and what is missing
	@if [ -x .build/release/keel ]; then .build/release/keel doctor; else Scripts/setup --check; fi

lint: ## check the style of all Swift files
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

format: ## rewrite all Swift files in that style
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

bench: build ## measure Keel beside its peers
	Benchmarks/run

history: ## make a page of all that `make bench` has measured, Benchmarks/results/history.html
	@Benchmarks/history.py

reference: ## write docs/commands.md anew from the program (after build)
	@Scripts/commands.py markdown docs/commands.md

docs: ## make pages of the library's documentation, in dist/docs (after build)
	@Scripts/docs

install: ## put the program, libraries, completions and manual pages below PREFIX (after build)
	@Scripts/ship install "$(PREFIX)"

uninstall: ## take away what install has put below PREFIX
	@Scripts/ship uninstall "$(PREFIX)"

archive: ## make a release that runs elsewhere, in dist (after build)
	@Scripts/ship archive

clean: ## remove the build (the engine and the model stay in the cache)
	rm -rf .build
