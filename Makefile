# Two words do everything: `make demo` and `make test`. The rest is for those who change the code.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SPARED := /(tests|pip|mypyc?|setuptools|sqlglot|prompt_toolkit)/
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-compile

.PHONY: demo test lint types bench lock clean

demo: $(READY)
	$(BIN)/modelboard demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m tests.bench

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	awk '/^[a-z]/ {wanted = /^uv==/} wanted' requirements.lock >.venv/uv.lock
	$(PIP) --require-hashes -r .venv/uv.lock
	$(BIN)/uv pip install --python $(BIN)/python --quiet --require-hashes -r requirements.lock || \
	$(PIP) --require-hashes -r requirements.lock  # slower, but knows the registry that pip is set up for
	$(PIP) --no-deps --no-build-isolation -e .
	-$(BIN)/python -m compileall -q -j 0 -x '$(SPARED)' .venv/lib dagster_project  # by all processors; pip takes one
	touch $(READY)

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-annotate -o requirements.lock

clean:
	rm -rf .venv build data/lake data/logs data/facts data/demo data/dagster data/warehouse.duckdb*
