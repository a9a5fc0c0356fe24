PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-long test-compose check bench docs sabotage clean

demo: .venv/ready  ## real uploads in, documented webhooks out, in under a minute
	$(BIN)/telecine demo

test: .venv/ready  ## everything, in parallel, on a real nats-server
	$(BIN)/pytest -n 4 --dist worksteal

test-long: .venv/ready  ## the ledger over 1,000 seeds, and its table (an hour or so)
	LEDGER_SEEDS=1000 $(BIN)/pytest -n 4 --dist worksteal -q tests/ledger

# Not part of `test`: it needs `docker compose up --build --wait` first, and kills what it finds there.
test-compose: .venv/ready  ## check and kill a house that runs in containers
	$(BIN)/pytest -s tests/compose/check_end_to_end.py tests/compose/check_crashes.py

check: .venv/ready  ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready  ## what this machine reaches
	$(BIN)/telecine bench load
	$(BIN)/telecine bench delivery
	$(BIN)/telecine bench fanout

docs: .venv/ready  ## write anew what is generated from the code
	$(BIN)/telecine spec asyncapi --output docs/asyncapi.json
	$(BIN)/telecine spec openapi --output docs/openapi.json
	$(BIN)/telecine spec fidelity --output docs/fidelity.md

sabotage: .venv/ready  ## break each promise in turn and see a named test turn red
	$(BIN)/python -m tests.sabotage

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf .venv out
