#!/usr/bin/env bash
# Runs real clients against a Merx that it starts and ends: run.sh [path of merx] [suite…]. Needs Node 20 and Python 3.
set -euo pipefail
here="$(dirname "${BASH_SOURCE[0]}")"
merx="${1:-$here/../../target/debug/merx}"
[ -x "$merx" ] || {
  echo "$merx is not there: cargo build" >&2
  exit 1
}
"$here/install.sh"
exec node "$here/run.mjs" "$(realpath "$merx")" "${@:2}"
