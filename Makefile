# Landfall's commands. `make` alone lists them.

# Programs, model and tools go here, outside the checkout: a second clone finds them ready.
ifeq ($(shell id -u),0)
export LANDFALL_CACHE ?= /var/cache/landfall
else
export LANDFALL_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/landfall
endif
export CARGO_TARGET_DIR ?= $(CURDIR)/target
export PATH := $(LANDFALL_CACHE)/tools/bin:$(CURDIR)/style/node_modules/.bin:$(PATH)
export SQLX_OFFLINE ?= true

.PHONY: help run test bench watch setup build site fmt sqlx clean

help: ## List these commands
	@sed -nE 's/^([a-z0-9]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: build ## Set everything up and serve the demo on http://127.0.0.1:3000
	@exec $(CARGO_TARGET_DIR)/release/landfall serve --demo

test: setup ## Set everything up and run every test
	@scripts/test.sh

bench: build ## Measure on loopback, beside nginx, and print one table (a part of it: ONLY=faults)
	@scripts/tools.sh oha
	@python3 scripts/bench $(ONLY)

watch: setup ## Rebuild and reload on every change (installs cargo-leptos first)
	@scripts/tools.sh cargo-leptos
	SQLX_OFFLINE=true cargo leptos watch -- serve --demo

setup:
	@scripts/setup.sh

build: setup site
	@scripts/say.sh "Building the server. From nothing this takes about 13 minutes on 2 cores; afterwards seconds."
	@cargo build --release --package server

site: setup
	@scripts/site.sh

fmt: ## Format the Rust code
	cargo fmt --all

sqlx: setup ## Describe changed SQL queries anew, in .sqlx
	@scripts/queries.sh update

clean: ## Remove what was built and the demo's data
	rm -rf target .landfall style/node_modules end2end/node_modules
