# Everything a developer runs. The README's two commands need none of this: plain venv and pip are enough.
#   make venv    once         make check    before each commit         make lock    to refresh the pinned dependencies

PYTHON ?= .venv/bin/python
BIN     = $(dir $(PYTHON))
LOCK    = $(BIN)uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
          --no-strip-markers --custom-compile-command "make lock" --no-config --quiet

.PHONY: venv check quick check-static format lint types layers docstrings test golden soak bench backtest walk bench-served bench-grid docs notebooks pair man schemas lock \
        audit licences sbom package clean

venv:
	python3 -m venv .venv
	$(BIN)pip install -q -r constraints-dev.txt
	$(BIN)pip install -q --no-deps --no-build-isolation -e .

check: check-static test

quick:
	$(PYTHON) -m scripts.quick

check-static: lint types layers docstrings

format:
	$(BIN)ruff format
	$(BIN)ruff check --fix

lint:
	$(BIN)ruff format --check
	$(BIN)ruff check

types:
	$(BIN)mypy

layers:
	$(BIN)lint-imports

docstrings:
	$(BIN)numpydoc lint $$(git ls-files climtrack/analysis climtrack/api)

test:
	$(PYTHON) -m pytest -n 2 --dist worksteal

golden:   # writes anew what tests/golden/expected says; the commit says why
	$(PYTHON) -m tests.golden.update

soak:   # hours; docs/soaks.md says what each has shown. CLIMTRACK_SOAK_SECONDS=60 shortens the fuzzers (600), CLIMTRACK_SOAK_STOPS=20 the signals (200)
	HYPOTHESIS_PROFILE=soak $(PYTHON) -m pytest -m soak

bench:
	$(PYTHON) -m benchmarks.door
	$(PYTHON) -m benchmarks.findings

backtest:   # minutes; reads ../shared/data; writes docs/backtest.md
	$(PYTHON) -m benchmarks.backtest

walk:   # functions and files that three commands enter, and those given a region's name
	$(PYTHON) -m benchmarks.walk > /dev/null

bench-served:   # needs wrk and nginx
	$(PYTHON) -m benchmarks.served

bench-grid:
	$(PYTHON) -m benchmarks.grid --out docs/benchmarks-grid.md

docs:
	NO_MKDOCS_2_WARNING=1 $(BIN)mkdocs build --strict --quiet

notebooks:
	$(PYTHON) -m scripts.notebooks run

pair:
	$(PYTHON) -m scripts.notebooks pair

man:
	$(PYTHON) -m scripts.completions

schemas:   # after a change of the findings' fields
	$(PYTHON) -m scripts.schemas

# Pinned versions with the hashes of every file for every platform, no registry named: constraints.txt is the base
# install and its build backend, constraints-dev.txt adds every extra at the same versions, constraints-serve.txt those
# of the container.
lock:
	$(LOCK) --upgrade --group build -o constraints.txt
	$(LOCK) --upgrade --group build --all-extras --constraint constraints.txt -o constraints-dev.txt
	$(LOCK) --upgrade --group build --extra serve --extra notify --constraint constraints-dev.txt -o constraints-serve.txt

audit:   # fails on what could not be audited, too
	$(BIN)pip-audit --strict --require-hashes --disable-pip -r constraints.txt

licences:
	$(PYTHON) -m scripts.licences > docs/dependencies.md

sbom:   # of the environment of the Python OF, with every licence
	mkdir -p dist
	$(BIN)cyclonedx-py environment --pyproject pyproject.toml --output-reproducible $(or $(OF),$(PYTHON)) \
	  | $(PYTHON) -m scripts.sbom > dist/climtrack.cdx.json

package: clean man
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(PYTHON) -m build --no-isolation
	$(BIN)twine check --strict dist/*
	$(BIN)check-wheel-contents dist/*.whl

clean:
	rm -rf build dist site
