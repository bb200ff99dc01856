# Targets and their promises: README.md. Needs only Python >= 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8081
SCENARIO ?= S1a
STAMP := .venv/.installed

.PHONY: install demo pictures run test crash check bench texts migration lock format clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml hatch_build.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: install
	$(BIN)/blocbot demo --port $(PORT) --scenario $(SCENARIO) $(if $(PLAY),--play)

# README's picture, from the real web chat; needs Chromium.
pictures: install
	$(BIN)/python docs/make_pictures.py

run: install
	$(BIN)/blocbot run

test: install
	$(BIN)/python -m pytest -n 2 --dist loadfile

# The whole crash test: at least 100 kills on SQLite and 100 on PostgreSQL; some minutes.
crash: install
	CRASH_KILLS=100 $(BIN)/python -m pytest tests/crash -rA

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/checks/texts.py
	$(BIN)/python tests/checks/lock.py
	$(BIN)/blocbot db check

bench: install
	$(BIN)/python -m tests.bench

# After sentences changed: the template, every language's catalogue, the compiled ones.
texts: install
	$(BIN)/python tests/checks/catalogues.py extract
	$(BIN)/python tests/checks/catalogues.py update
	$(BIN)/python tests/checks/catalogues.py compile

# After models changed: make migration NAME="what changes". Read the file it writes.
migration: install
	$(BIN)/python -m bot.migrations $(NAME)
	$(BIN)/ruff check --quiet --fix migrations
	$(BIN)/ruff format --quiet migrations

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv demo-out build dist
