# crmsync: a website's events become CRM records in Redis. `make` lists what there is.

PORT ?= 8080
export PORT

.PHONY: help setup setup-tests setup-check setup-bench setup-profile build run demo install uninstall test lint check \
	docs examples pictures bench profile fuzz chaos sanitize clean
.DEFAULT_GOAL := help

help: ## Lists what there is
	@echo "crmsync: a website's events become CRM records in Redis"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: ## Installs what is missing (redis-server, libhiredis-dev, curl) with apt, on Debian and Ubuntu
	@.make/setup.sh

build: setup ## Builds the release program, .build/release/crmsync
	swift build -c release --static-swift-stdlib --product crmsync

run: build ## Starts the service and a private Redis (its data in .run); PORT=8081 moves it, REDIS_URL=... uses yours
	@.make/run.sh

install: ## Installs the built program, its unit, man page and examples; PREFIX=/usr/local, DESTDIR= is put before it
	@PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) PROGRAM=$(PROGRAM) .make/install.sh

uninstall: ## Removes what install installed; settings, data and the user stay
	@PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) .make/install.sh remove

setup-tests:
	@.make/setup.sh tests

setup-check:
	@.make/setup.sh check

demo: export DEMO := 1
demo: run ## As run, with the car-rental site of the demonstration, whose story takes a minute

test: setup-tests ## Passes all tests, each against a Redis of its own; the browser's in a Chromium without a window
	swift test --disable-xctest --skip BrowserTests
	@# By themselves: what a page can tell of its end depends on how long that takes.
	swift test --disable-xctest --skip-build --filter BrowserTests

lint: setup-check ## Lints Swift, Lua, JavaScript and shell
	@.make/lint.sh

check: lint ## What a change has to pass: linters, documentation, warnings as errors, imports, examples, tests
	@.make/docs.sh
	@.make/operating.py
	swift build --build-tests --explicit-target-dependency-import-check error
	@.make/examples.py --program .build/debug/crmsync
	$(MAKE) --no-print-directory test

docs: ## Builds the guide with DocC, warnings as errors, and checks the links of the README; DOCS=folder keeps it
	@.make/docs.sh

examples: setup-tests ## Runs the commands that README and guide show, and compares what they print; UPDATE=1 corrects the pages
	@[ -x .build/debug/crmsync ] || [ -x .build/release/crmsync ] || swift build --product crmsync
	@.make/examples.py $(if $(UPDATE),--update)

pictures: setup-tests build ## Takes the pictures of the dashboard for the README, in .media
	@.make/pictures.sh

fuzz: setup ## Fuzzes the parsers with libFuzzer for FUZZ_SECONDS (120)
	@.make/fuzz.sh

chaos: setup-tests ## Kills, freezes and fills what there is for CHAOS_SECONDS (600), then counts; SEED=... repeats a run, PARTS=single,twins,pair
	swift build --product crmsync
	swift build --product Chaos
	.build/debug/Chaos

sanitize: setup ## Passes all tests but the browser's with the address sanitizer, then with the thread sanitizer
	@.make/sanitize.sh

setup-bench:
	@.make/setup.sh bench

ifeq ($(PARTS),browser)
bench: setup-tests
	@.make/measure.sh
else
bench: setup-bench build ## Measures the service beside its peers, 5 minutes; ROUNDS, EVENTS, SECONDS, PARTS=closed,one,open,cost,memory,redis-memory,abuse,outage,growth,reading or PARTS=browser
	swift build -c release --static-swift-stdlib --product Bench
	.build/release/Bench
endif

setup-profile:
	@.make/setup.sh profile

profile: setup-profile build ## Counts the processor's instructions for each event with valgrind, function by function
	swift build -c release --static-swift-stdlib --product Bench
	.build/release/Bench profile

clean: ## Deletes what was built; the data in .run stays
	rm -rf .build
