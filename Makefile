# Turnout's menu. `make` alone prints it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV    := .venv
PYTHON  := $(VENV)/bin/python
# `make setup PYTHON3=python3.12` chooses another interpreter (3.11 or newer).
PYTHON3 ?= python3
PIP     := $(PYTHON) -m pip --disable-pip-version-check --quiet

# One stamp for each set of packages: a second run is instant, a changed pin installs again.
RUNTIME    := $(VENV)/.runtime
DEV        := $(VENV)/.dev
ACCEPTANCE := $(VENV)/.acceptance

SEEDS ?= 50
ARGS  ?=

.PHONY: help setup check format test acceptance demo storm bench docs pins clean

help: ## Print this menu
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUNTIME) $(DEV) ## Make .venv with the pinned packages; the command is then .venv/bin/turnout

demo: $(RUNTIME) ## Show the whole of it on your own machine, without any account (ARGS="--attendees 1000")
	@$(VENV)/bin/turnout demo $(ARGS)

test: setup ## Run the tests that need nothing but Python (some minutes)
	$(PYTHON) -m pytest tests --ignore=tests/acceptance -n auto --dist loadfile $(ARGS)

check: setup ## Formatting, lint, types, what may import what, the house rules, generated pages
	$(VENV)/bin/ruff format --check src tests $(wildcard benchmarks)
	$(VENV)/bin/ruff check src tests $(wildcard benchmarks)
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) -m pytest tests/unit/test_tidy.py
	$(PYTHON) -m turnout.apps.docs --check

acceptance: setup $(ACCEPTANCE) ## Run the tests with other people's clients and servers
	$(PYTHON) -m pytest tests/acceptance $(ARGS)

storm: setup ## Simulate whole runs with crashes from many seeds (SEEDS=50)
	$(PYTHON) -m tests.simulation.storm --seeds $(SEEDS) $(ARGS)

bench: setup ## Run the benchmarks, one after the other
	@set -e; for file in benchmarks/*.py; do echo "$$file"; $(PYTHON) "$$file"; done

docs: setup ## Write the generated pages of docs/ again
	$(PYTHON) -m turnout.apps.docs

format: setup ## Put the code into the house's form
	$(VENV)/bin/ruff format src tests $(wildcard benchmarks)
	$(VENV)/bin/ruff check --fix src tests $(wildcard benchmarks)

pins: ## Pin the packages again from requirements/*.in (needs uv)
	for name in build runtime dev acceptance; do \
	  uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean: ## Remove what was made: .venv, caches, the home of the demo
	rm -rf $(VENV) .turnout .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PYTHON):
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Turnout needs Python 3.11 or newer; name one with: make setup PYTHON3=..."; exit 1; }
	@$(PYTHON3) -c 'import ensurepip, venv' \
	  || { echo "Python cannot make virtual environments here; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON3) -m venv $(VENV)

$(RUNTIME): requirements/build.txt requirements/runtime.txt pyproject.toml | $(PYTHON)
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.txt | $(PYTHON) $(RUNTIME)
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(ACCEPTANCE): requirements/acceptance.txt | $(PYTHON) $(DEV)
	$(PIP) install --require-hashes -r requirements/acceptance.txt
	@touch $@
