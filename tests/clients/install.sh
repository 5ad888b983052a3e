#!/usr/bin/env bash
# Installs the clients that run.sh runs, in the versions of package-lock.json and requirements.txt. What is there stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# once STAMP FILE COMMAND…: runs the command unless it has run with this very file.
once() {
  local stamp="$1" file="$2"
  shift 2
  cmp --silent "$file" "$stamp" && return 0
  "$@"
  cp "$file" "$stamp"
}

node_packages() { npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; }
python_packages() {
  python3 -m venv --clear .venv
  .venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt
}

once node_modules/.installed package-lock.json node_packages
once .venv/.installed requirements.txt python_packages
