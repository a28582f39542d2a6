# Two commands do everything on a fresh machine: `make ask` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
export Q
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed

.DEFAULT_GOAL := help
.PHONY: help setup ask test eval prove bench soak faults fuzz lint clean

help:           ## This list.
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

# What `ask` needs, and on top of it what the tests need: a user waits only for the first.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade 'pip>=25.1'
	$(PIP) --constraint constraints.txt --editable .
	@touch $@

$(DEVELOPED): $(INSTALLED)
	$(PIP) --constraint constraints.txt --group dev --editable '.[langchain]'
	@touch $@

setup: $(DEVELOPED) ## Install everything into .venv, tools of the tests too.

ask: $(INSTALLED) ## Ask: `make ask` starts the dialogue, `make ask Q="401 from the fax API"` answers at once.
	@$(BIN)/sinch-auth ask $(if $(Q),"$$Q") $(ARGS)

test: setup     ## Lint, types, imports, proofs of the knowledge base, all tests, the proof of every snippet.
	@CI="$(CI)" tests/run

eval: setup     ## Real users' questions through `ask`; a table, and the failures.
	@$(BIN)/python -m evals.run $(ARGS)

prove: setup    ## Run every snippet against the sandbox; a table.
	@$(BIN)/python -m evals.prove $(ARGS)

bench: setup    ## Timings and ratios.
	@$(BIN)/python -m evals.bench $(ARGS)

soak: setup     ## Two minutes of mixed load on the MCP server over HTTP.
	@$(BIN)/python -m evals.soak $(ARGS)

faults: setup   ## Every fault of the sandbox met by real clients, and what the diagnosis says of their output.
	@$(BIN)/python -m evals.faults $(ARGS)

fuzz: setup     ## Ten thousand hostile pastes through the diagnosis.
	@$(BIN)/python -m evals.fuzz_diagnosis $(ARGS)

lint: setup     ## Only style, types and import directions.
	@$(BIN)/ruff check skill tests evals && $(BIN)/mypy && $(BIN)/lint-imports

clean:          ## Remove what setup and tests made.
	rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
