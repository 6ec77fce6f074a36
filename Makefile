# 書音 Shuyin. `make help` lists what can be done.
# PORT and SHUYIN_* environment variables are honoured (docs/operations.md lists them).

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8000
BIN    := $(VENV)/bin
# what is installed is known by the check sum of what it was installed from
STATE  := $(shell cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)
BASE   := $(VENV)/.base-$(STATE)
TEST   := $(VENV)/.test-$(STATE)
LINT   := $(VENV)/.lint-$(STATE)
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= 2
PYTEST_ARGS ?=
BENCH_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help evaluate-ai run test bench lint audit format soak clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(BASE) ## install, load the sample catalogue on the first run, serve http://127.0.0.1:$PORT
	@$(BIN)/shuyin db upgrade
	@$(BIN)/shuyin import --sample
	@$(BIN)/shuyin ai load-scheme starter
	@$(BIN)/shuyin serve --port $(PORT)

test: $(TEST) ## install the test extras, PyTorch (6 GB) and the real parts (OpenSearch, PostgreSQL, Chromium …), run the whole suite
	@$(BIN)/python -m tests.real_parts
	@$(BIN)/python -m pytest -m "not soak" -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

soak: $(TEST) ## the long runs: 100 kills, a fresh clone, large files
	@$(BIN)/python -m tests.real_parts
	@$(BIN)/python -m pytest -m soak $(PYTEST_ARGS)

bench: $(TEST) ## measure import, index, search, memory and readers at a fixed rate (BENCH_ARGS=--help); docs/performance.md keeps the results
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

FILE ?=
evaluate-ai: $(BASE) ## measure the recommender on a labelled CSV: make evaluate-ai FILE=books.csv
	@test -n "$(FILE)" || { echo "say which file: make evaluate-ai FILE=books.csv"; exit 2; }
	@$(BIN)/shuyin ai evaluate "$(FILE)"

lint: $(LINT) ## formatting, style, types, import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

audit: $(BASE) ## compare the pinned packages with published vulnerabilities (needs the network; not part of CI)
	@$(PIP) -e '.[audit]'
	@$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip

format: $(LINT) ## put the code into the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## remove the virtual environment and the catalogue in var/
	rm -rf $(VENV) var build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Shuyin needs Python 3.11 or newer; set PYTHON=/path/to/python3")'
	@echo "making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(BASE): | $(VENV)/bin/python
	@echo "installing Shuyin"
	@$(PIP) -e .
	@rm -f $(VENV)/.base-* && touch $@

$(TEST): | $(VENV)/bin/python
	@echo "installing Shuyin with the test extras and those for training models"
	@$(PIP) -e '.[test,models]'
	@rm -f $(VENV)/.base-* $(VENV)/.test-* && touch $@ $(BASE)

$(LINT): | $(VENV)/bin/python
	@echo "installing the linters"
	@$(PIP) -e '.[lint]'
	@rm -f $(VENV)/.base-* $(VENV)/.lint-* && touch $@ $(BASE)
