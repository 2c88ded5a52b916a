#!/usr/bin/env bash
# Installs what tests/boot needs beside tests/requirements.txt: the Python packages of Dagster's images, in an environment
# of their own (.venv-dagster), and real programs from the system: PostgreSQL, openssl, ip, unshare and nsenter.
#
# The system's packages are installed through apt when they are missing, which needs root. Running the tests needs root
# too: they make network, mount and PID namespaces and start processes as other users.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

packages=()
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || packages+=(postgresql)
command -v openssl >/dev/null || packages+=(openssl)
command -v ip >/dev/null || packages+=(iproute2)
command -v unshare >/dev/null && command -v nsenter >/dev/null || packages+=(util-linux)
if ((${#packages[@]})); then
  if [[ $EUID -ne 0 ]]; then
    echo "tests/boot needs ${packages[*]}: install them, or run this as root" >&2
    exit 1
  fi
  apt-get update --quiet
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${packages[@]}"
fi

python3 tests/judges/install.py .venv-dagster tests/boot/requirements.txt
