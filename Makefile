# Rightnow. `make` alone lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?= --demo
SECONDS ?= 60
SEED ?= random
DATA ?= ../shared/data

.DEFAULT_GOAL := help
.PHONY: help up doctor test chaos mutants browser check bench eval fmt lock clean

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(STAMP): requirements.lock requirements-files.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Rightnow needs Python 3.11 or newer. You have " + sys.version.split()[0] + ".\nMend it: make PYTHON=python3.12 up")'
	@echo "[1/4] Making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/4] Installing the locked dependencies (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@echo "[3/4] Installing the rightnow command"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "[4/4] Getting the table of the model that reads messages"
	@$(BIN)/python -m upkeep.wordpiece
	@touch $(STAMP)

up: $(STAMP) ## Set everything up and run it, with demo cases. Ctrl-C stops it; nothing is lost.
	@exec $(BIN)/rightnow up $(ARGS)

doctor: $(STAMP) ## Say what is wrong and how to mend it.
	@$(BIN)/rightnow doctor

test: $(STAMP) browser ## Set everything up and run every test: three files at a time, the plays of kills last.
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --ignore=tests/chaos
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/chaos

chaos: $(STAMP) ## Kill everything in turn and compare. SECONDS=60 SEED=random
	@CHAOS_SECONDS="$(SECONDS)" CHAOS_SEED="$(SEED)" $(BIN)/python -m tests.chaos

mutants: $(STAMP) ## Put mistakes into a copy of the code; the tests must notice each.
	@$(BIN)/python -m tests.mutants

browser: # A Chromium for the tests of what people see: Debian's, where we may install it.
	@command -v chromium google-chrome >/dev/null 2>&1 || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
		&& echo "Installing Chromium for the browser tests" \
		&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; } \
	|| echo "No Chromium here: the browser tests will say that they were skipped."

check: $(STAMP) ## Format, lint, types and import arrows, without the tests.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP) ## Measure the hot paths beside their bare limits.
	@$(BIN)/python -m benchmarks

eval: $(STAMP) ## Say how well messages, signal words, outcomes and similar cases are told. DATA=../shared/data
	@$(BIN)/python -m evaluation "$(DATA)"

fmt: $(STAMP) ## Put the code into its format.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-annotate
lock: $(STAMP) ## Renew requirements.lock, and the image's part of it, from pyproject.toml.
	@$(LOCK) --extra local --group dev pyproject.toml --output-file requirements.lock
	@$(LOCK) --constraint requirements.lock pyproject.toml --output-file requirements-runtime.lock

clean: ## Remove the environment. Your data in .data stays.
	@rm -rf $(VENV)
