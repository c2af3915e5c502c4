# Every action of this project. `make demo` on a fresh machine needs Python 3.11 or newer, make and a package index.

PYTHONS := python3.13 python3.12 python3.11 python3
BIN     := .venv/bin
READY   := .venv/.ready
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
PIP     := $(BIN)/python -m pip --quiet --disable-pip-version-check install
quietly  = @output=$$($(1) 2>&1) || { echo "$$output" >&2; exit 1; }
.PHONY: help demo bench chaos test test-python313 up deploy docs lint types lock clean

help: ## list these actions
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## start everything with a sandbox and play one candidate's story; EXIT=1 leaves after it
	@exec $(BIN)/crosschq-lever demo $(if $(EXIT),--exit)

bench: $(READY) ## measure, one figure a line; ONLY=burst chooses by the first part of a name
	@exec $(BIN)/python -m tools.bench --only "$(ONLY)"

test: $(READY) ## run all tests, on a real PostgreSQL and a real Prefect; ARGS="-k words" chooses
ifdef ARGS
	@exec $(BIN)/python -m pytest $(ARGS)
else
	@# Side by side, for about as long each: those on the real stack mostly wait for it. Four of the five are shown at the end.
	@shown=$$(mktemp -d); trap 'rm -rf "$$shown"' EXIT; pytest="$(BIN)/python -m pytest"; \
	$$pytest -m "not stack" --ignore=tests/pages > "$$shown/units" 2>&1 & units=$$!; \
	$$pytest tests/pages > "$$shown/pages" 2>&1 & pages=$$!; \
	$$pytest tests/flows > "$$shown/flows" 2>&1 & flows=$$!; \
	$$pytest -m stack tests/chaos tests/deployments > "$$shown/kills" 2>&1 & kills=$$!; \
	$$pytest -m stack tests/bench tests/journeys tests/warm_worker tests/webhook_gateway; failed=$$?; \
	for each in $$units $$pages $$flows $$kills; do wait $$each || failed=1; done; \
	cat "$$shown/units" "$$shown/pages" "$$shown/flows" "$$shown/kills"; exit $$failed
endif

test-python313: ## run the tests that need no stack on Debian 13's Python 3.13; as root, with mmdebstrap
	@exec .ci/python313 $(ARGS)

chaos: $(READY) ## kill and freeze processes and fill the disk while candidates move, count what was lost or doubled; SEED= CANDIDATES= KILLS= FREEZES= FULL_DISKS= PROSPECTS=
	@exec $(BIN)/python -m tools.chaos $(if $(SEED),--seed $(SEED)) $(if $(CANDIDATES),--candidates $(CANDIDATES)) \
	    $(if $(KILLS),--kills $(KILLS)) $(if $(FREEZES),--freezes $(FREEZES)) \
	    $(if $(FULL_DISKS),--full-disks $(FULL_DISKS)) $(if $(PROSPECTS),--prospects $(PROSPECTS))

up: $(READY) ## start everything against real accounts, with the settings of .env (see .env.example)
	@exec $(BIN)/crosschq-lever up

deploy: $(READY) ## register the deployments with Prefect; what admins changed there stays
	@exec $(BIN)/python -m deployments

docs: $(READY) ## build the documentation into build/docs; a broken link fails
	@$(BIN)/python -m tools.docs
	@rm -rf build/docs
	@$(BIN)/sphinx-build --quiet --fail-on-warning docs build/docs
	@echo "Open build/docs/index.html"

lint: $(READY) ## check the code with ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY) ## check the types with mypy, strict
	@$(BIN)/mypy

lock: ## choose the newest allowed releases and write requirements.lock; needs uv
	@uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header --extra sandbox --extra dev --quiet pyproject.toml -o requirements.lock

clean: ## remove what make set up, unless it is in use; your data in var/ stays
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m deployments.in_use 2>/dev/null || [ $$? != 3 ]
	rm -rf .venv .debian13 build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@python=; for name in $(PYTHONS); do \
	    if $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then python=$$name; break; fi; done; \
	if [ -z "$$python" ]; then \
	    echo "No Python 3.11 or newer with venv was found (looked for: $(PYTHONS))." >&2; \
	    echo "Install one; on Debian and Ubuntu: apt-get install python3 python3-venv" >&2; exit 1; fi; \
	echo "Setting up .venv with $$($$python --version): once, a minute or two ..."; \
	$$python -m venv .venv
	@# The lock's own pip first: an older one takes a pinned package and its extra for two when it checks hashes.
	@awk '/^pip==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements.lock > .venv/pip.lock
	$(call quietly,$(PIP) --require-hashes -r .venv/pip.lock)
	$(call quietly,$(PIP) --require-hashes -r requirements.lock)
	$(call quietly,$(PIP) --no-deps --no-build-isolation -e .)
	@touch $@
