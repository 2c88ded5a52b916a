.PHONY: help build test rust judges tools lint output bless check bench install clean

.DEFAULT_GOAL := help

help:  ## List these targets
	@python3 -c 'import re; [print(f"  {a:9}{b}") for a, b in re.findall(r"^(\w+):.*?## (.*)", open("Makefile").read(), re.M)]'

build:  ## Build dagforge
	cargo build

test:  ## Run every test: Rust, then the targets' own judges
	python3 tests/judges/run.py rust judges

rust:  ## Run the Rust tests
	python3 tests/judges/run.py rust

judges: tools  ## Run cfn-lint, the AWS CLI, Terraform and checkov on output/
	python3 tests/judges/run.py judges
