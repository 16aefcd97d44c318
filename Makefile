# `make demo` and `make test` are all that most people need. Each first makes sure that what it
# needs is there (Scripts/setup), and builds.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: setup build build-tests demo test test-slow test-setup test-matrix test-torchvision test-export test-timm bench-freeze bench-attacks bench-detectors bench-memory results fuzz format lint docs examples doctor clean help

# Where Scripts/setup puts libtorch.pc, through which SwiftPM finds libtorch.
export PKG_CONFIG_PATH := $(CURDIR)/.build/pkgconfig:$(PKG_CONFIG_PATH)

# One configuration for everything, and the same flags for the program and its tests (which may
# see internal declarations), so that each file is compiled once. Tests run side by side, so one
# thread is enough for each.
CONFIGURATION := --configuration release -Xswiftc -enable-testing
RUN_TESTS := OMP_NUM_THREADS=1 swift test $(CONFIGURATION) --disable-testable-imports --disable-xctest \
	--skip-build --quiet
SOURCES := Package.swift Sources Tests Benchmarks Examples/Package.swift Examples/Sources

setup: ## make sure that libtorch and the system packages are there (every target does)
	@Scripts/setup

build: setup ## build the program: .build/release/gred
	@swift build $(CONFIGURATION) --product gred

demo: build ## detect attacks and recover labels, start to end; options in DEMO_ARGS="…"
	@.build/release/gred demo $(DEMO_ARGS)

test: build-tests ## run the tests; options in TEST_ARGS="--filter …"
	@$(RUN_TESTS) $(TEST_ARGS)

test-slow: build-tests ## run the tests, those that take minutes too
	@GRED_SLOW_TESTS=1 $(RUN_TESTS) $(TEST_ARGS)

test-setup: build ## check what is said of a libtorch that does not fit, and a moved checkout
	@Scripts/test-setup

test-matrix: ## build and test against the oldest and the newest libtorch supported
	@Scripts/test-matrix

test-torchvision: build ## compare all of torchvision's classifiers; options in MODELS_ARGS="…"
	@OMP_NUM_THREADS=1 Scripts/with-torchvision Scripts/test-models torchvision $(MODELS_ARGS)

test-export: build ## export a model with the script of gred export, and compare what GRED makes of it
	@OMP_NUM_THREADS=1 Scripts/with-torchvision Scripts/test-export

test-timm: build ## compare models of timm of other kinds; options in MODELS_ARGS="…"
	@OMP_NUM_THREADS=1 Scripts/with-torchvision Scripts/test-models timm $(MODELS_ARGS)

bench-freeze: setup ## time a program's forms beside PyTorch eager and torch.compile
	@swift build $(CONFIGURATION) --product Passes
	@Scripts/with-torchvision Scripts/bench-freeze

bench-attacks: build ## time the attacks beside those of other libraries; options in BENCH_ARGS="…"
	@swift build $(CONFIGURATION) --product AttackTimes
	@Scripts/with-peers Scripts/bench-attacks $(BENCH_ARGS)

bench-detectors: build ## compare variants of a universal guard: BENCH_ARGS="BUNDLE --data cifar10"
	@swift build $(CONFIGURATION) --product DetectorVariants
	@.build/release/DetectorVariants $(BENCH_ARGS)

bench-memory: build ## measure memory on folders of images: BENCH_ARGS="PHOTOGRAPHS"
	@Scripts/bench-memory $(BENCH_ARGS)

results: build ## make what stands under Results/ again (days); options in RESULTS_ARGS="…"
	@Scripts/results $(RESULTS_ARGS)

fuzz: build-tests ## feed damaged files to everything that reads files; options in FUZZ_ARGS="…"
	@.build/release/Fuzz $(FUZZ_ARGS)

build-tests: setup
	@swift build $(CONFIGURATION) --build-tests

format: ## lay out the sources in place
	@swift format --in-place --recursive --parallel $(SOURCES)

lint: ## check the layout of the sources
	@swift format lint --strict --recursive --parallel $(SOURCES)

docs: build ## build the documentation: .build/docs; list public declarations without a comment
	@Scripts/docs

# Where the examples are built: a folder of their own, as they are a package of their own; or this
# package's, where all that they depend on is there already if the flags are the same.
EXAMPLES_BUILD := Examples/.build

examples: ## build the examples as the package of their own that they are, and start them
	@Examples/setup >/dev/null
	@swift build --package-path Examples --scratch-path $(EXAMPLES_BUILD) \
		$(if $(filter .build,$(EXAMPLES_BUILD)),$(CONFIGURATION),--configuration release)
	@built=$$(realpath $(EXAMPLES_BUILD))/release && cd Examples && rm -rf .build/digits && \
		$$built/TrainAndGuard .build/digits && \
		$$built/GuardImages .build/digits/guard .build/digits/attacked.safetensors && \
		$$built/SensitivityMap .build/digits/guard .build/digits/attacked.safetensors \
			.build/digits/map.png

doctor: ## say what is installed, what is missing and how to get it
	@Scripts/doctor

clean: ## remove what was built (downloads stay in the cache)
	@swift package clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{ printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
