# `make` alone lists what there is. Everything runs from a fresh clone: what is missing is installed, said line by line.
# PYTHON=/path/to/python chooses the interpreter of .venv (3.11 to 3.13).

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?=
export PYTHON

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -q

.PHONY: help ready system venv kstars demo demo-run test soak check format lock bench night wheel clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

system: ## install Debian's indi-bin where indiserver is missing
	@tools/bootstrap.sh system

venv: ## build .venv alone: locked packages and this project
	@tools/bootstrap.sh venv

kstars: venv ## put the driver into KStars' list of drivers (asks for root where that takes it)
	@tools/install_driver.sh install

ready:
	@tools/bootstrap.sh system venv

demo: ready ## a simulated night of about a minute: mount slews, the slit follows
	@$(BIN)/indi-dome demo

demo-run: ready ## server, simulated dome and telescope simulator on port 7624, for KStars
	@$(BIN)/indi-dome demo --keep --port 7624

test: ready ## the whole suite but the long runs (five at a time: most of them wait for a dome)
	@$(PYTEST) -m realtime
	@$(PYTEST) -m "not soak and not realtime" -n 5

soak: ready ## the long runs
	@$(PYTEST) -m soak

check: ready ## format, lint, types, import arrows, then the tests
	@echo "check: ruff format"; $(BIN)/ruff format --quiet --check .
	@echo "check: ruff"; $(BIN)/ruff check --quiet .
	@echo "check: mypy --strict"; $(BIN)/mypy --no-error-summary
	@echo "check: import arrows"; $(BIN)/lint-imports --no-logo
	@$(MAKE) test

format: venv ## format the code and mend what lint can mend
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

lock: venv ## write requirements/*.lock from setup.cfg (UPGRADE=1 for the newest versions)
	@UPGRADE="$(UPGRADE)" tools/lock.sh

bench: ready ## every performance figure of the README
	@for script in benchmarks/bench_*.py; do echo "bench: $$script"; $(BIN)/python "$$script" || exit 1; done

night: venv ## whole simulated nights: how long the beam is blocked, ours beside the others (two minutes)
	@$(BIN)/python benchmarks/night.py --flip-late 0,10,20 --check

wheel: venv ## build the wheel into dist/
	@rm -rf build
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

clean: ## remove what was built, except .venv
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name .venv -prune -o -name .git -prune -o -type d -name __pycache__ -exec rm -rf {} +
