#!/bin/sh
# The program of every task in the tests: says how it was called, and what lies in its folder.
set -eu
echo "called as $(basename "$0") $*"
cat ./*
