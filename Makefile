# Neckwise. `make` alone lists what there is. Every target sets up what it needs first; the second time that is nothing.

PYTHON3 ?= python3
PYTHON := .venv/bin/python
LAUNCH := $(PYTHON) -m launch
RASA := $(PYTHON) -m launch.rasa_server

# Without byte code each start costs 20 s; a PYTHONPATH or PYTHONHOME of another project would mix in its modules.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport PYTHONHOME
export RASA_TELEMETRY_ENABLED := false

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help python3 setup setup-dev run api shell train validate lint test crossval eval bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

python3:
	@command -v $(PYTHON3) >/dev/null || { echo "Neckwise needs Python 3 (3.8 or newer) as $(PYTHON3)." >&2; exit 1; }

setup: python3 ## Python 3.10, .venv, the locked packages, the spaCy model (part of every target below)
	@$(PYTHON3) -m bootstrap runtime

setup-dev: python3
	@$(PYTHON3) -m bootstrap dev

run: setup ## the assistant with its chat page at http://localhost:5005/
	@$(LAUNCH) run --with-parent

api: setup ## the same with Rasa's HTTP API and the rest channel, behind RASA_TOKEN
	@$(LAUNCH) api --with-parent

shell: setup ## the same in this terminal
	@$(LAUNCH) shell --with-parent

train: setup ## trains the model if what it is made from changed
	@$(LAUNCH) train --with-parent

validate: setup ## checks the Rasa project, warnings count as errors
	@$(RASA) data validate --fail-on-warnings

lint: setup-dev ## ruff and mypy
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy

EMULATOR := tests/channels/telegram_emulator

test: lint validate train ## every test that CI runs
	@[ -d $(EMULATOR)/node_modules ] || ! command -v npm >/dev/null || npm ci --prefix $(EMULATOR) --silent
	@$(PYTHON) -m pytest

docs: setup ## the pages of docs/ that are made from the knowledge
	@$(PYTHON) -m evaluation.documents

crossval: setup-dev ## cross-validates the intents
	@$(PYTHON) -m evaluation.pipelines

eval: setup-dev ## the figures on the development set, in one table
	@$(PYTHON) -m evaluation

bench: setup-dev ## speed and size beside stock Rasa, as ratios
	@$(PYTHON) -m tests.benchmarks
