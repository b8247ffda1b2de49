# make run    run the service with a sandbox on 127.0.0.1 (PORT, default 8000); Ctrl-C stops it
# make test   install everything the tests need, then run the tests (ARGS goes to pytest)
# make soak   kill web and worker under load, run hostile tenants, and send 100,000 mutated calls
#             (ARGS: --kills 200 --seconds 30 --calls 0)
# make hosts  cut off and kill several hosts (network namespaces) under load; needs root (ARGS: --cut 30)
# make bench  measure speed and how cost grows; also writes build/bench.json (ARGS: some subjects only)
# make plugin build the companion plugin's zip, build/ad-credit-status-for-woocommerce.zip
# make dist   build the wheel and the plugin's zip with their checksums, in build/dist
# make simulate  simulate forty days of polling 50,000 ad accounts within TikTok's limits (ARGS: --accounts 2000)
# make lint   run the formatter, linter, type checker and import contracts
# make lock   write the lock files after a change of requirements*.txt (needs the network; ARGS=--upgrade renews all)
# make scan   run bandit on our code, and check all locked packages for known vulnerabilities (needs the network)
# make clean  delete what the other targets made; never .env or instance/

.NOTPARALLEL:
.PHONY: run test soak hosts bench simulate plugin dist lint lock scan clean

PY = .venv/bin/python
# Allow Python to cache bytecode: without the cache, each of the tests' many processes compiles everything again.
export PYTHONDONTWRITEBYTECODE =
TOOLS = build/tools/bin
# One lock file serves each Python from 3.11 on and each platform, with wheels alone; build, dev and mutation follow
# requirements.lock.
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
