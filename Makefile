# Two commands do everything on a fresh machine: `make ask` and `make test`.
PYTHON ?= python3.11
VENV := .venv
export Q
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup ask test eval prove bench soak lint clean

help:           ## This list.
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev --editable '.[langchain]'
	@touch $@

setup: $(STAMP) ## Install into .venv.

ask: setup      ## Ask: `make ask` starts the dialogue, `make ask Q="401 from the fax API"` answers at once.
	@$(BIN)/sinch-auth ask $(if $(Q),"$$Q") $(ARGS)

test: setup     ## Lint, types, imports, proofs of the knowledge base, all tests, the proof of every snippet.
	@CI="$(CI)" tests/run

eval: setup     ## Real users' questions through `ask`; a table, and the failures.
	@$(BIN)/python -m evals.run

prove: setup    ## Run every snippet against the sandbox; a table.
	@$(BIN)/python -m evals.prove

bench: setup    ## Timings and ratios.
	@$(BIN)/python -m evals.bench

soak: setup     ## Two minutes of mixed load on the MCP server over HTTP.
	@$(BIN)/python -m evals.soak

lint: setup     ## Only style, types and import directions.
	@$(BIN)/ruff check skill tests evals && $(BIN)/mypy && $(BIN)/lint-imports

clean:          ## Remove what setup and tests made.
	rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
