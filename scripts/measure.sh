#!/usr/bin/env bash
# Measures what the documents promise, on a release build:
#   scripts/measure.sh start          start to first answer on an existing database, and idle memory (SQLite)
#   scripts/measure.sh import         products and orders of $MERX_SHARED/data (default ../shared), into $DATABASE_URL
# MERX_BIN names a release binary that is there already. The import goes into an empty database that is seeded first, for example one made by `createdb`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ -n "${MERX_BIN:-}" ] || cargo build --release --quiet
merx="${MERX_BIN:-${CARGO_TARGET_DIR:-target}/release/merx}"
work="$(mktemp -d)"
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

millis() { date +%s%3N; }

measure_start() {
  local port=18099 began
  export MERX_DATA_DIR="$work/data" MERX_LISTEN="127.0.0.1:$port" RUST_LOG=error
  unset DATABASE_URL
  "$merx" seed --demo >/dev/null
  # The first start builds the search index; an existing shop has one.
  for round in warm 1 2 3 4 5; do
    began=$(millis)
    "$merx" serve >/dev/null &
    server=$!
    until curl -sf "http://127.0.0.1:$port/graphql" -H 'content-type: application/json' \
      -d '{"query":"{ products(first: 1) { nodes { name } } }"}' >/dev/null 2>&1; do
      sleep 0.005
    done
    [ "$round" = warm ] || echo "start to first answer: $(($(millis) - began)) ms"
    if [ "$round" = 5 ]; then
      sleep 5
      awk '/VmRSS/ { printf "idle memory: %.1f MB\n", $2 / 1024 }' "/proc/$server/status"
    fi
    kill "$server" && wait "$server" || true
    server=""
  done
}

measure_import() {
  : "${DATABASE_URL:?the address of an empty PostgreSQL database}"
  local data="${MERX_SHARED:-../shared}/data" what file
  export MERX_DATA_DIR="$work/data" RUST_LOG=error
  "$merx" seed --demo >/dev/null
  for what in "products icecat/products.csv.gz" "products online-retail/products.csv.gz" \
    "orders online-retail/orders.csv.gz"; do
    read -r kind file <<<"$what"
    for run in first second; do
      echo "== import $kind $file, $run run"
      /usr/bin/time -f '%e s wall, %M KB peak memory' "$merx" import "$kind" "$data/$file" 2>&1 | tail -6
    done
  done
}

case "${1:-}" in
  start) measure_start ;;
  import) measure_import ;;
  *) sed -n '2,5p' "$0"; exit 2 ;;
esac
