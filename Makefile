# Needs Python 3.11 or newer and a POSIX shell. Everything is installed in .venv beside this file.

PY = .venv/bin/python
# A worker waits for other processes half of the time: four of them keep two cores busy. And a lab is started a hundred
# times, so what Python compiles is kept, whatever the caller's environment says.
KEPT = PYTHONDONTWRITEBYTECODE=
PYTEST = $(KEPT) $(PY) -m pytest -n 4 -p no:nbval
NBVAL = $(KEPT) $(PY) -m pytest -n 4 --dist loadfile -p tests.notebooks.nbval_gates --nbval --nbval-current-env --nbval-cell-timeout=120 \
	--nbval-sanitize-with tests/notebooks/sanitize.cfg
FIRST_LESSON = notebooks/00_start_here.ipynb
SETTINGS = .venv/share/jupyter/lab/settings

# ruff, mypy and import-linter; status is set by the recipe around it
STYLE = $(PY) -m ruff check . || status=1; \
	$(PY) -m mypy || status=1; \
	$(PY) .venv/bin/lint-imports || status=1

.PHONY: help lab test check samples notebooks exercises blank html pack wheelhouse bench soak clean

help:
	@echo "make lab        open the course in JupyterLab; ARGS=\"--port 8899\" is passed on"
	@echo "make test       run every test"
	@echo "make check      the quick part, for every edit"
	@echo "make samples    AWS's sample events, to compare ours with; make test does it too"
	@echo "make notebooks  navigation, README table, fresh outputs of every notebook"
	@echo "make exercises  exercises/ from solutions/"
	@echo "make blank      the course without outputs and solutions, in build/blank"
	@echo "make pack       the teacher's pack, in build/pack"
	@echo "make wheelhouse all that a room without network needs, in build/wheelhouse"
	@echo "make html       the course as web pages that need no network, in build/html"
	@echo "make bench      speed against floors and peers"
	@echo "make soak       5,000 invocations, one in ten with a fault; 10,000 messages through seven services"
	@echo "make clean      remove caches and build/; .venv stays"

lab: .venv/lab.stamp
	@flags=--ServerApp.root_dir=.; \
	if [ "$$(id -u)" = 0 ]; then flags="$$flags --allow-root"; fi; \
	if [ "$$(uname -s)" != Darwin ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		flags="$$flags --no-browser"; \
		echo "No display here: open the address that follows in a browser. Ctrl-C ends JupyterLab."; \
	fi; \
	PATH="$$(pwd)/.venv/bin:$$PATH"; export PATH; \
	$(PY) -m jupyter trust notebooks/*.ipynb >/dev/null 2>&1; \
	exec $(PY) -m jupyterlab $$flags --LabApp.default_url=/lab/tree/$(FIRST_LESSON) $(ARGS)

# The tests of the code, then every notebook; a failure of one does not hide the others, and style is looked at beside
# them. First pytest prepares every test's assertions and keeps them, or each worker would do it for all by itself.
test: .venv/dev.stamp samples
	@status=0; \
	( $(STYLE); exit $$status ) & style=$$!; \
	$(KEPT) $(PY) -m pytest -p no:nbval --collect-only -q >/dev/null 2>&1; \
	$(PYTEST) || status=1; \
	wait $$style || status=1; \
	private=$$(mktemp -d) || exit 1; \
	LAMBDALAB_PROGRESS="$$private/progress.json" $(NBVAL) notebooks solutions exercises || status=1; \
	rm -rf "$$private"; \
	exit $$status

check: .venv/dev.stamp
	@status=0; \
	$(STYLE); \
	$(PYTEST) -m "not browser and not slow" || status=1; \
	exit $$status

# From PyPI; without a package index the comparison is skipped and says so.
samples: .venv/dev.stamp
	@$(PY) -m tests.events.sam

notebooks: .venv/dev.stamp
	$(PY) -m lambdalab.teach.notebooks --execute

exercises: .venv/dev.stamp
	$(PY) -m lambdalab.teach.workbooks

blank: .venv/lab.stamp
	rm -rf build/blank
	$(PY) -m lambdalab release all --to build/blank

pack: .venv/lab.stamp
	$(PY) -m lambdalab.teach.pack --to build/pack

# What an earlier build left in build/lib would go into the wheel.
wheelhouse: .venv/lab.stamp
	rm -rf build/lib build/wheelhouse
	$(PY) -m pip wheel --quiet --disable-pip-version-check --wheel-dir build/wheelhouse .

html: .venv/lab.stamp
	$(PY) -m lambdalab.teach.html

bench: .venv/dev.stamp
	$(PY) -m benchmarks

soak: .venv/dev.stamp
	$(PY) -m benchmarks.soak
	$(PY) -m benchmarks.pipeline

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find lambdalab tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# Installed once, and again when pyproject.toml changes. A half-made .venv has no working pip and is made again.
.venv/lab.stamp: pyproject.toml
	@if ! $(PY) -m pip --version >/dev/null 2>&1; then \
		if [ ! -w . ]; then \
			echo "This folder cannot be written, and .venv belongs in it."; \
			echo "Copy the whole folder to a place of yours, then run make there."; \
			exit 1; \
		fi; \
		found=; \
		for python in python3 python3.14 python3.13 python3.12 python3.11; do \
			if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
				found=$$python; break; \
			fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "There is no Python 3.11 or newer on the PATH, and lambdalab needs one."; \
			echo "Install it with your system's package manager, or use conda (see README.md)."; \
			exit 1; \
		fi; \
		if ! "$$found" -m venv .venv; then \
			echo "$$found could not make a virtual environment. Debian and Ubuntu keep this part in a package"; \
			echo "of its own: install python3-venv, then run make again."; \
			exit 1; \
		fi; \
	fi
	@echo "Installing lambdalab in .venv; this is done once and takes a few minutes."
	@$(PY) -m pip install --quiet --disable-pip-version-check -e .
	@mkdir -p $(SETTINGS)  # JupyterLab shall ask nobody outside for news or updates
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
		> $(SETTINGS)/overrides.json
	@touch $@

.venv/dev.stamp: .venv/lab.stamp
	@echo "Installing what the tests need."
	@$(PY) -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@
