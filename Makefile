.PHONY: help build test rust judges tools lint check output bless bench install clean

EXAMPLES := $(wildcard examples/*.yaml)
RENDER := $(EXAMPLES:examples/%.yaml=render-%)
NEXTEST := $(shell command -v cargo-nextest)

help: ## List these targets
	@sed -n 's/^\([a-z]*\):.* ## /  \1\t/p' Makefile

build: ## Build dagforge
	cargo build

test: rust judges ## Run every test: Rust, then what AWS, Terraform and checkov say to output/

rust: ## Run the Rust tests
	$(if $(NEXTEST),cargo nextest run,cargo test)

judges: build tools ## Run cfn-lint, the AWS CLI, Terraform and checkov on output/
	.venv/bin/python -m pytest --numprocesses 2 --dist loadgroup tests/judges

tools:
	python3 tests/judges/install.py .venv tests/requirements.txt .venv/checkov tests/judges/requirements-checkov.txt

lint: ## Check formatting and warnings
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

check: lint test ## Run everything that CI runs

output: $(RENDER) ## Render every example again

.PHONY: $(RENDER)
$(RENDER): render-%:
	cargo run --quiet -- render all examples/$*.yaml

bless: ## Accept what the Rust tests' snapshots have become
	INSTA_UPDATE=always cargo test

bench: ## Measure
	cargo bench

install: ## Install dagforge from this checkout
	cargo install --locked --path .

clean: ## Remove everything that was built or installed here
	cargo clean
	rm -rf .venv
