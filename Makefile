# Each target is one step; the scripts hold the logic and do all set-up themselves.
.PHONY: help demo demo-rust demo-python demo-firmware \
	test lint test-rust test-loom test-bench test-python test-firmware test-guide fuzz doc wheel \
	bench bench-rust bench-python bench-firmware clean

help: ## list the targets (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## real programs log through the three frontends; shows what they wrote
	@scripts/demo.sh
demo-rust: ## the Rust program of the demo
	@scripts/demo.sh rust
demo-python: ## the Python program of the demo
	@scripts/demo.sh python
demo-firmware: ## the firmware of the demo, under QEMU
	@scripts/demo.sh firmware

test: ## every test; a missing tool skips its part and is named (with CI=true it fails)
	@scripts/test.sh
lint: ## lock files, rustfmt, clippy, ruff, mypy
	@scripts/test.sh lint
test-rust: ## Rust tests and doc tests
	@scripts/test.sh rust
test-loom: ## the model check of the rings
	@scripts/test.sh loom
test-bench: ## smoke runs of the benchmark harnesses, without peers
	@scripts/test.sh bench
test-python: ## Python tests, once per interpreter found (3.10 and newer)
	@scripts/test.sh python
fuzz: ## the decoders, a minute each
	@scripts/fuzz.sh
test-firmware: ## firmware under QEMU, its output compared with targets/*/expected
	@scripts/test.sh firmware
test-guide: ## docs/firmware.md: its programs and commands, as a new user types them
	@scripts/test.sh guide
doc: ## the Rust documentation, warnings denied
	@scripts/test.sh doc
wheel: ## a wheel per Python interpreter, into .cache/wheels
	@scripts/wheel.sh

bench: ## every benchmark
	@scripts/bench.sh
bench-rust: ## femtologging beside its peers: tables and plots into docs/benchmarks (half an hour)
	@scripts/bench.sh rust
bench-python: ## femtologging beside its peers in Python: tables and plots into docs/benchmarks (an hour)
	@scripts/bench.sh python
bench-firmware: ## instructions, stack, flash per log call beside peers, against targets/budgets.txt
	@scripts/bench.sh firmware

clean: ## removes what the other targets made
	rm -rf .cache target targets/target
