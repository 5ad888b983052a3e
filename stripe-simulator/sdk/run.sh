#!/usr/bin/env bash
# Drives a simulator, which it starts and ends, with Stripe's own libraries: run.sh [path of stripe-simulator].
set -euo pipefail
here="$(dirname "${BASH_SOURCE[0]}")"
simulator="${1:-$here/../../target/debug/stripe-simulator}"
[ -x "$simulator" ] || {
  echo "$simulator is not there: cargo build -p stripe-simulator" >&2
  exit 1
}
"$here/install.sh"
passed=0 failed=0

# drive COMMAND…: a fresh simulator, the command with its URL, and what it said of its checks.
drive() {
  local urls url pid said
  urls="$(mktemp)"
  "$simulator" --listen 127.0.0.1:0 >"$urls" &
  pid=$!
  for _ in $(seq 100); do
    url="$(head -n 1 "$urls")"
    [ -n "$url" ] && break
    sleep 0.05
  done
  said="$("$@" "$url" 2>&1)" || true
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  rm -f "$urls"
  printf '%s\n' "$said"
  passed=$((passed + $(grep -c '^ok ' <<<"$said" || true)))
  # A run that did not reach its end counts as a failure.
  grep -q '^end$' <<<"$said" || failed=$((failed + 1))
  failed=$((failed + $(grep -c '^FAIL ' <<<"$said" || true)))
}

drive node "$here/check.mjs"
drive "$here/.venv/bin/python" "$here/check.py"
echo "Stripe's libraries: $passed passed, $failed failed"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
