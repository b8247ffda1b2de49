# make run    the service with a sandbox to play with, on 127.0.0.1 (PORT, default 8000); Ctrl-C stops it
# make test   everything the tests need, then the tests (ARGS goes to pytest)
# make soak   kills web and worker under load, lets hostile tenants try, and sends 100,000 mutated calls
#             (ARGS: --kills 200 --seconds 30 --calls 0)
# make hosts  several hosts as network namespaces, cut off and killed under load; needs root (ARGS: --cut 30)
# make bench  how fast it is, and how cost grows; also in build/bench.json (ARGS: some subjects only)
# make plugin the companion plugin's zip, build/ad-credit-status-for-woocommerce.zip
# make dist   the wheel and the plugin's zip with their checksums, in build/dist
# make simulate  forty days of polling 50,000 ad accounts against TikTok's limits (ARGS: --accounts 2000)
# make lint   formatter, linter, type checker and import contracts
# make lock   the lock files, after a change of requirements*.txt (needs the network; ARGS=--upgrade renews all)
# make scan   bandit over our code, and all locked packages against PyPI's list of known flaws (needs the network)
# make clean  what the other targets made; never .env or instance/

.NOTPARALLEL:
.PHONY: run test soak hosts bench simulate plugin dist lint lock scan clean

PY = .venv/bin/python
# Whoever forbids Python to keep what it compiled has each of the tests' many processes compile everything anew.
export PYTHONDONTWRITEBYTECODE =
TOOLS = build/tools/bin
# One lock for each Python from 3.11 on and for each platform, of wheels alone; dev and mutation follow the first.
COMPILE = $(TOOLS)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --custom-compile-command "make lock" $(ARGS)

run:
	@bin/environment
	@$(PY) -m receiver.sandbox --end-with-parent

test:
	@bin/environment dev
	@$(PY) -m pytest -n auto $(ARGS)

soak:
	@bin/environment dev
	@$(PY) -m tests.soak $(ARGS)

hosts:
	@bin/environment dev
	@$(PY) -m tests.hosts $(ARGS)

bench:
	@bin/environment dev
	@$(PY) -m bench $(ARGS)

plugin:
	@bin/environment
	@$(PY) -m wp_bridge.packing

dist: plugin
	@bin/environment dev
	@rm -rf build/dist build/lib build/bdist.* && mkdir -p build/dist
	@$(PY) -m pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir build/dist .
	@cp build/ad-credit-status-for-woocommerce.zip build/dist/
	@cd build/dist && sha256sum * > SHA256SUMS && cat SHA256SUMS

simulate:
	@bin/environment dev
	@$(PY) -m bench.simulate $(ARGS)

lint:
	@bin/environment dev
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(dir $(PY))lint-imports --no-cache

lock:
	@bin/environment tools
	@$(COMPILE) requirements.txt -o requirements.lock
	@$(COMPILE) requirements-build.txt -c requirements.lock -o requirements-build.lock
	@$(COMPILE) requirements-dev.txt -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) requirements-mutation.txt -c requirements.lock -o requirements-mutation.lock
	@$(COMPILE) requirements-tools.txt -o requirements-tools.lock

scan:
	@bin/environment tools
	@$(TOOLS)/bandit -q -c pyproject.toml -r receiver wp_bridge
	@for lock in requirements*.lock; do $(TOOLS)/pip-audit --strict --disable-pip -r $$lock || exit; done

clean:
	rm -rf .venv .venv.lock build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find receiver wp_bridge tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
