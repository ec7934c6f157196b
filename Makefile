# Two commands: `make nightly` runs a night, `make test` the suite. The first call sets everything up.
DATE ?= 2025-09-09
WORKERS ?= 2600
PYTHON ?= python3
BIN := .venv/bin
NIGHT := $(BIN)/cakupan nightly --date $(DATE)

.DEFAULT_GOAL := help
.PHONY: help nightly test test-unit test-oldest test-citus test-spread lint faults ranges fuzz orders bench airflow env docs lineage guides sbom audit lock superset clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

nightly: .venv/ready ## Run a night: DATE=2025-09-09, FROM=folder of deliveries, or WORKERS=n and TROUBLE=1 for a simulated city, which REPLACE=1 lets take another's place; ALL=1 prints every table
	@$(NIGHT) $(if $(FROM),--from $(FROM),--workers $(WORKERS)) $(if $(TROUBLE),--trouble) $(if $(REPLACE),--replace) $(if $(ALL),--all)

test: .venv/ready ## Run the whole suite, a process for each core and one more, because tests also wait
	@$(BIN)/python -m pytest -n $$(($$(nproc) + 1)) --maxprocesses 4

test-unit: .venv/ready ## Run what needs no server: under a minute, before each commit
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 -m unit

# What asks PostgreSQL most, on the oldest version that is supported: the server itself, the fixed relations, grants, TLS, the doctor,
# and a warehouse of several nights, how it is kept, read, restated and brought up to date.
OLDEST = tests/database tests/doctor/test_reading.py \
	$(foreach name,history latest open plans readers restated trace upgrade what_dbt_sees,tests/warehouse/test_$(name).py)
test-oldest: .venv/ready ## Run on PostgreSQL 15 what asks it most: PG_BIN=/usr/lib/postgresql/15/bin
	@CAKUPAN_PG_BIN=$(or $(PG_BIN),/usr/lib/postgresql/15/bin) $(BIN)/python -m pytest -n 2 $(OLDEST)

# Minutes, because a dead worker is missed only after a while; so not part of the suite.
test-spread: .venv/ready .spread/ready ## Run a night on two Celery workers, kill one at a feed and one at a layer, compare the figures; and time feeds with one worker and with two
	@PYTHONPATH=.spread $(BIN)/python -m pytest -rP tests/night/two_workers.py

# A cluster of one's own: docs/citus.md. The suite leaves these tests out and says so.
test-citus: .venv/ready ## Build two nights on a Citus cluster and compare: URL=postgresql://postgres@coordinator:5432/an_empty_database
	@CAKUPAN_TEST_CITUS_URL=$(URL) $(BIN)/python -m pytest tests/warehouse/test_on_citus.py

lint: .venv/ready ## ruff, mypy, the order of the rooms, sqlfluff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo && $(BIN)/sqlfluff lint dbt_project \
		&& $(BIN)/sqlfluff lint --config dbt_project/.sqlfluff --templater placeholder src/cakupan/trace/queries src/cakupan/answers/questions

faults: .venv/ready ## Kill the steps of a night POINTS=200 times in all and the database server 20 times, do them again, compare with an undisturbed night, print a table; as root, fill the server's disks
	@$(BIN)/python -m tests.faults.sweep --points $(or $(POINTS),200) && $(BIN)/python -m tests.faults.full_server

ranges: .venv/ready ## Run NIGHTS=30 nights one by one, in ranges and by Airflow's backfill, with late and mended deliveries between, and compare
	@$(BIN)/python -m tests.night.ranges --nights $(or $(NIGHTS),30)

orders: .venv/ready ## Deliver, correct, kill, publish, release and erase in ORDERS=200 orders of STEPS=30, against a model in plain Python
	@CAKUPAN_TEST_ORDERS=$(or $(ORDERS),200) CAKUPAN_TEST_STEPS=$(or $(STEPS),30) $(BIN)/python -m pytest -q -n 0 tests/audit/test_any_order.py

fuzz: .fuzz/ready ## Spoil files of each way to write them for SECONDS=60, led by what the readers do, and hold them against another reader
	@for feed in $$($(BIN)/python -c 'from tests.landing.odd_files import FEEDS; print(*FEEDS)'); do \
		echo "$$feed"; PYTHONPATH=.fuzz $(BIN)/python -m tests.landing.fuzz $$feed $(or $(SECONDS),60) || exit 1; done

bench: .venv/ready ## Each stage beside a floor in plain SQL, for WORKERS=n or IURAN=n contributions; with NIGHTS=n how a night's cost changes over nights
	@$(BIN)/python -m benchmarks $(if $(IURAN),--iuran $(IURAN),--workers $(WORKERS)) $(if $(NIGHTS),--nights $(NIGHTS))

airflow: .venv/ready ## Airflow's UI and scheduler; the nightly schedule is on where deliveries are those of today
	@$(BIN)/cakupan airflow

env: ## Prepare docker-compose.yml: secrets, PostgreSQL's certificate, the digests of the images
	@$(PYTHON) scripts/make_env.py

docs: .docs/ready target/dbt-docs/static_index.html ## Build the documentation as a site that needs no network, target/site/index.html
	@NO_MKDOCS_2_WARNING=1 .docs/bin/mkdocs build --strict
	@echo "target/site/index.html: open it in a browser"

sbom: .venv/ready .audit/ready ## Write sbom.cdx.json anew, the packages of the locks with hashes and licences: after `make lock`
	@.audit/bin/python scripts/sbom.py

audit: .audit/ready ## Ask for known security holes in the packages of the locks
	@.audit/bin/python scripts/audit_packages.py

guides: .venv/ready ## Write docs/pengiriman anew, what each office sends, and a PDF for each in target/panduan: after a feed or a rule was changed
	@$(BIN)/python -m cakupan.onboarding && $(BIN)/cakupan feed guide --out target/panduan

lineage: .venv/ready ## Write docs/column-lineage.md anew from the SQL that dbt compiles: after a model was changed
	@$(BIN)/cakupan database start >/dev/null && $(BIN)/python -m cakupan.lineage
	@echo "docs/column-lineage.md: where each published column comes from"

lock: .venv/ready ## Resolve the dependencies of pyproject.toml again
	@.boot/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-annotate \
		dashboards/superset/requirements.in -o dashboards/superset/requirements.lock
	@.boot/bin/uv lock -q && .boot/bin/uv export -q --frozen --no-emit-project --no-header --all-groups --no-group docs --no-group audit --no-group fuzz --no-group spread -o requirements.lock \
		&& .boot/bin/uv export -q --frozen --no-emit-project --no-header --only-group docs -o requirements-docs.lock \
		&& .boot/bin/uv export -q --frozen --no-emit-project --no-header --only-group audit -o requirements-audit.lock \
		&& .boot/bin/uv export -q --frozen --no-emit-project --no-header --only-group fuzz -o requirements-fuzz.lock \
		&& .boot/bin/uv export -q --frozen --no-emit-project --no-header --only-group spread -o requirements-spread.lock

superset: .venv/ready .superset/ready ## Import the Superset bundle into an empty Superset and ask every chart; minutes
	@$(BIN)/cakupan database start >/dev/null && $(BIN)/python scripts/try_superset.py

clean: ## Stop the embedded database and forget this installation's state, unless it holds real deliveries
	@case "$$(cat .cakupan/city 2>/dev/null)" in simulated*|"") ;; *) \
		echo ".cakupan holds real deliveries and their record; if you mean it: rm -rf .cakupan"; exit 1 ;; esac
	@[ ! -x $(BIN)/cakupan ] || $(BIN)/cakupan database stop
	@rm -rf .cakupan

.boot/ready: requirements-boot.lock
	@echo "setting up: uv"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Cakupan needs Python 3.11, 3.12 or 3.13; name one with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .boot || { echo "This python3 cannot make a venv; on Debian: apt install python3-venv"; exit 1; }
	@.boot/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-boot.lock
	@touch $@

.superset/ready: .boot/ready dashboards/superset/requirements.lock
	@echo "setting up: .superset, minutes"
	@[ -x .superset/bin/python ] || .boot/bin/uv venv -q --python 3.11 .superset
	@.boot/bin/uv pip sync -q --python .superset --require-hashes dashboards/superset/requirements.lock
	@touch $@

.venv/ready: .boot/ready requirements.lock pyproject.toml
	@echo "setting up: .venv, about a minute"
	@[ -x $(BIN)/python ] || .boot/bin/uv venv -q --python $(PYTHON) .venv
	@.boot/bin/uv pip sync -q --python .venv --require-hashes --compile-bytecode requirements.lock
	@.boot/bin/uv pip install -q --python .venv --no-deps --no-build-isolation --editable .
	@touch $@

# dbt reads the project and asks no database, so the site needs none; only what a model reads makes it read again.
target/dbt-docs/static_index.html: .venv/ready $(shell find dbt_project feeds -type f -not -path '*/target/*')
	@$(BIN)/python -m cakupan.lineage.site

.audit/ready: .boot/ready requirements-audit.lock
	@echo "setting up: .audit"
	@[ -x .audit/bin/python ] || .boot/bin/uv venv -q --python $(PYTHON) .audit
	@.boot/bin/uv pip sync -q --python .audit --require-hashes requirements-audit.lock
	@touch $@

.fuzz/ready: .venv/ready requirements-fuzz.lock
	@echo "setting up: .fuzz"
	@.boot/bin/uv pip sync -q --python .venv --target .fuzz --require-hashes requirements-fuzz.lock
	@touch $@

.spread/ready: .venv/ready requirements-spread.lock
	@echo "setting up: .spread"
	@.boot/bin/uv pip sync -q --python .venv --target .spread --require-hashes requirements-spread.lock
	@touch $@

.docs/ready: .boot/ready requirements-docs.lock
	@echo "setting up: .docs"
	@[ -x .docs/bin/python ] || .boot/bin/uv venv -q --python $(PYTHON) .docs
	@.boot/bin/uv pip sync -q --python .docs --require-hashes requirements-docs.lock
	@touch $@
