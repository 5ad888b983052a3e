#!/usr/bin/env bash
# Installs Stripe's libraries and localstripe in the versions of package-lock.json and requirements.txt: install.sh
# [node|python]. What is there stays.
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

[ "${1:-node}" != node ] || once node_modules/.installed package-lock.json node_packages
[ "${1:-python}" != python ] || once .venv/.installed requirements.txt python_packages
