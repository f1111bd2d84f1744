# Each target does its own set-up; a second run finds it done and starts at once.
# A fresh Debian 12 needs only git, make, Python 3.11 and the package registries.

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench fuzz screenshots setup clean
SHELL := /bin/bash

BIN := .venv/bin
PYTHON_READY := .venv/.ready
FRONT_END_READY := node_modules/.ready

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup ## a practice center with sixty days of money, served on this machine
	$(BIN)/carethread demo $(ARGS)

test: setup ## the whole suite, on SQLite and PostgreSQL (ARGS="-k sign" narrows it)
	scripts/test $(ARGS)

lint: setup ## style, import layers and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy src

bench: setup ## one row a measurement, as ratios inside one run
	scripts/uv sync --frozen --group bench || echo "some peers do not install here; their rows say so"
	$(BIN)/python -m bench $(ARGS)

fuzz: setup ## a million damaged X12 files (ARGS="N SEED JOBS")
	nice $(BIN)/python -m tests.x12.fuzz $(ARGS)

screenshots: setup ## regenerate the pictures of the README
	$(BIN)/python scripts/screenshots.py

setup: $(PYTHON_READY) $(FRONT_END_READY) ## Python and front-end packages, by lock file

clean: ## forget everything that was fetched or built
	rm -rf .venv .tools node_modules .mypy_cache .ruff_cache .pytest_cache

$(PYTHON_READY): pyproject.toml uv.lock
	scripts/uv sync --frozen
	@touch $@

$(FRONT_END_READY): package.json package-lock.json
	scripts/npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
