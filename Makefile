# `make run` installs and runs bot.yaml; `make` installs and does what CI does. Both need Python 3.11 to 3.13.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: check run fix format lint types test benchmarks

check: format lint types test

run: $(INSTALLED)
	$(BIN)/lifecycle-runner bot.yaml

format: $(INSTALLED)
	$(BIN)/ruff format --check

lint: $(INSTALLED)
	$(BIN)/ruff check

types: $(INSTALLED)
	$(BIN)/mypy
	$(BIN)/pyright

test: $(INSTALLED)
	$(BIN)/pytest --numprocesses auto --quiet

# Formats, and regenerates what is generated: the schema and the expected outputs of refused configs.
fix: $(INSTALLED)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/lifecycle-runner schema > schemas/bot.schema.json
	$(BIN)/lifecycle-runner schema --scenarios > schemas/scenario.schema.json
	REGENERATE=1 $(BIN)/pytest --quiet tests/test_refused_configs.py

benchmarks: $(INSTALLED)
	$(BIN)/python -m benchmarks.compare

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(INSTALLED)
