# `make run` installs and runs bot.yaml; `make` installs and does what CI does. Both need Python 3.11 to 3.13.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
# What tests take from npm: the language server that editors run, and discord.js, which the local Discord must satisfy too.
NPM := tests/editor/node_modules tests/clients/node_modules

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
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory $(NPM); else echo "no npm: neither editors nor discord.js are tested"; fi
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses 4 --dist worksteal --quiet

# Formats, and regenerates what is generated: schemas, the reference, and the expected outputs of refused configs.
fix: $(INSTALLED)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/lifecycle-runner schema > schemas/bot.schema.json
	$(BIN)/lifecycle-runner schema --scenarios > schemas/scenario.schema.json
	$(BIN)/lifecycle-runner schema --world > schemas/world.schema.json
	$(BIN)/python -m runner.reference docs/reference
	REGENERATE=1 $(BIN)/pytest --quiet tests/test_refused_configs.py tests/worlds

benchmarks: $(INSTALLED)
	$(BIN)/python -m benchmarks.compare

$(NPM): %/node_modules: %/package.json %/package-lock.json
	npm ci --prefix $* --ignore-scripts --no-audit --no-fund --silent
	touch $@

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(INSTALLED)
