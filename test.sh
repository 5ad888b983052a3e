#!/usr/bin/env bash
# Runs every check: formatting, lints, documentation, the whole suite on SQLite and on PostgreSQL, real clients,
# Stripe's own libraries, and GraphiQL in a real browser.
# Installs what it needs when that is missing. Needs no terminal and may be run again and again.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
if [ -n "${CI:-}" ]; then
  export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
  # Dependencies are built once and found again by the next run.
  cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/merx-target"
  if [ -z "${CARGO_TARGET_DIR:-}" ] && mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
    export CARGO_TARGET_DIR="$cache"
  fi
fi
# The suite takes its database from this script alone.
unset MERX_TEST_DATABASE_URL DATABASE_URL MERX_TEST_REDIS_URL REDIS_URL MERX_TEST_LOCALSTRIPE_URL

work="$(mktemp -d /tmp/merx-test.XXXXXX)" || exit 1
pg_bin="" pg_data="" pg_url="" redis_pid="" localstripe_pid="" meilisearch_pid=""
failed=() sums=()
started=$SECONDS

stop_postgres() {
  [ -n "$pg_data" ] || return 0
  as_postgres "$pg_bin/pg_ctl" -D "$pg_data" -m immediate -w -t 20 stop >/dev/null 2>&1
  pg_data=""
}

stop_redis() {
  [ -n "$redis_pid" ] || return 0
  kill "$redis_pid" 2>/dev/null && wait "$redis_pid" 2>/dev/null
  redis_pid=""
}

stop_localstripe() {
  [ -n "$localstripe_pid" ] || return 0
  kill "$localstripe_pid" 2>/dev/null && wait "$localstripe_pid" 2>/dev/null
  localstripe_pid=""
}

stop_meilisearch() {
  [ -n "$meilisearch_pid" ] || return 0
  kill "$meilisearch_pid" 2>/dev/null && wait "$meilisearch_pid" 2>/dev/null
  meilisearch_pid=""
}

clean_up() {
  stop_meilisearch
  stop_localstripe
  stop_redis
  stop_postgres
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading() { printf '\n== %s\n' "$*"; }

# bounded SECONDS COMMAND…: ends a command that hangs.
bounded() {
  local limit="$1"
  shift
  if [ -t 0 ]; then
    timeout --foreground --kill-after=30 "$limit" "$@"
  else
    timeout --kill-after=30 "$limit" "$@" </dev/null
  fi
}

# step NAME COMMAND…: runs a check, tells how long it took, remembers whether it failed.
step() {
  local name="$1" before=$SECONDS status=0
  shift
  heading "$name"
  "$@" || status=$?
  if [ "$status" -eq 0 ]; then
    printf -- '-- %s: ok, %s s\n' "$name" "$((SECONDS - before))"
  else
    [ "$status" -eq 124 ] && printf -- '-- %s: took too long\n' "$name"
    printf -- '-- %s: FAILED, %s s\n' "$name" "$((SECONDS - before))"
    failed+=("$name")
  fi
  return "$status"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -n "$@"
  else
    echo "not root and no sudo: cannot run $*" >&2
    return 1
  fi
}

as_root_apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }
# `timeout` starts programs and not functions.
export -f as_root as_root_apt
bounded_apt() { bounded "$1" bash -c 'as_root_apt "$@"' apt "${@:2}"; }

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

newest_postgres() {
  local candidate
  for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
    if [ -x "$candidate/initdb" ]; then
      echo "$candidate"
      return 0
    fi
  done
  candidate="$(pg_config --bindir 2>/dev/null)" && [ -x "$candidate/initdb" ] && echo "$candidate"
}

tools() {
  local missing=()
  command -v cc >/dev/null || missing+=(build-essential)
  [ -n "$(newest_postgres)" ] || missing+=(postgresql)
  command -v redis-server >/dev/null || missing+=(redis-server)
  if [ "${#missing[@]}" -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
      echo "please install: ${missing[*]}" >&2
      return 1
    fi
    echo "installing ${missing[*]}"
    bounded_apt 300 update -q || return 1
    bounded_apt 600 install -y -q --no-install-recommends "${missing[@]}" || return 1
  fi
  if ! command -v cargo >/dev/null; then
    echo "Rust is missing: https://rustup.rs installs it" >&2
    return 1
  fi
  if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    bounded 300 rustup component add rustfmt clippy || return 1
  fi
  pg_bin="$(newest_postgres)"
  cargo --version
  "$pg_bin/postgres" --version
  bounded 600 cargo fetch --locked --quiet
}

# deny_check: cargo-deny where it is installed. Its lists are read by tests/it/dependencies.rs in any case.
deny_check() {
  if cargo deny --version >/dev/null 2>&1; then
    bounded 120 cargo deny --offline --log-level error check bans licenses sources
  else
    echo "cargo-deny is not installed; the suite checks deny.toml's licences, sources and bans"
  fi
}

shell_check() {
  local script scripts=(test.sh .ci/run tests/clients/install.sh tests/clients/run.sh stripe-simulator/sdk/install.sh stripe-simulator/sdk/run.sh)
  for script in "${scripts[@]}"; do
    bash -n "$script" || return 1
  done
  if command -v shellcheck >/dev/null; then
    shellcheck "${scripts[@]}"
  else
    echo "shellcheck is not installed; the syntax is good"
  fi
}

start_postgres() {
  local password port
  password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  pg_data="$work/postgres"
  mkdir "$pg_data"
  printf '%s' "$password" >"$work/password"
  if [ "$(id -u)" -eq 0 ]; then
    chmod 711 "$work"
    chown postgres "$pg_data" "$work/password"
  fi
  as_postgres "$pg_bin/initdb" -D "$pg_data" -U merx --auth=scram-sha-256 --pwfile="$work/password" \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$work/initdb.log" 2>&1 || {
    cat "$work/initdb.log"
    return 1
  }
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 10000))
    # Losing the data of a test to a power cut does no harm: no fsync.
    if as_postgres "$pg_bin/pg_ctl" -D "$pg_data" -l "$pg_data/log" -w -t 60 start -o "-p $port -k $pg_data \
      -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
      -c max_connections=300" >/dev/null 2>&1; then
      pg_url="postgres://merx:$password@127.0.0.1:$port/postgres"
      echo "PostgreSQL listens on 127.0.0.1:$port"
      return 0
    fi
  done
  tail -20 "$pg_data/log"
  return 1
}

# A Redis that keeps nothing.
start_redis() {
  local port
  for _ in 1 2 3 4 5; do
    port=$((30000 + RANDOM % 2000))
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" >"$work/redis.log" 2>&1 &
    redis_pid=$!
    for _ in $(seq 50); do
      if redis-cli -p "$port" ping 2>/dev/null | grep -q PONG && kill -0 "$redis_pid" 2>/dev/null; then
        export MERX_TEST_REDIS_URL="redis://127.0.0.1:$port"
        echo "Redis listens on 127.0.0.1:$port"
        return 0
      fi
      kill -0 "$redis_pid" 2>/dev/null || break
      sleep 0.1
    done
    stop_redis
  done
  tail -20 "$work/redis.log"
  return 1
}

# suite NAME: the whole test suite; what it says at the end goes into the summary.
suite() {
  local name="$1" status log="$work/$1.log"
  bounded 2400 cargo test --locked --workspace --no-fail-fast 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  sums+=("$name $(sed -nE 's/^test result: [a-zA-Z]+\. ([0-9]+) passed; ([0-9]+) failed;.*/\1 \2/p' "$log" |
    awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed", passed, failed }')")
  return "$status"
}

# not_checked WHY: fails the build server; elsewhere it is told and left.
not_checked() {
  echo "NOT CHECKED: $*"
  [ -z "${CI:-}" ]
}

# node_there: Node that can build GraphiQL and run the clients, installed when it is missing.
node_there() {
  if ! command -v npm >/dev/null; then
    echo "installing nodejs npm"
    bounded_apt 300 update -q && bounded_apt 600 install -y -q --no-install-recommends nodejs npm
  fi
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# python_there: Python that can make an environment of its own.
python_there() {
  python3 -c 'import ensurepip' 2>/dev/null && return 0
  echo "installing python3-venv"
  bounded_apt 300 update -q && bounded_apt 600 install -y -q --no-install-recommends python3-venv
}

# start_localstripe: a Stripe server that others wrote, for the suite's payments.
start_localstripe() {
  local url
  if ! python_there || ! bounded 300 stripe-simulator/sdk/install.sh python; then
    not_checked "localstripe could not be installed"
    return
  fi
  stripe-simulator/sdk/.venv/bin/python stripe-simulator/sdk/second_server.py \
    >"$work/localstripe.url" 2>"$work/localstripe.log" &
  localstripe_pid=$!
  for _ in $(seq 200); do
    url="$(head -n 1 "$work/localstripe.url")"
    if [ -n "$url" ]; then
      export MERX_TEST_LOCALSTRIPE_URL="$url"
      echo "localstripe listens on $url"
      return 0
    fi
    kill -0 "$localstripe_pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -20 "$work/localstripe.log"
  return 1
}

# start_meilisearch: a Meilisearch that keeps nothing, where the program is; one that is given is taken.
start_meilisearch() {
  local port key program="${MERX_MEILISEARCH:-meilisearch}"
  if [ -n "${MERX_TEST_MEILISEARCH_URL:-}" ]; then
    echo "on the Meilisearch at $MERX_TEST_MEILISEARCH_URL"
    return 0
  fi
  if ! command -v "$program" >/dev/null; then
    echo "NOT CHECKED: there is no $program; MERX_MEILISEARCH names the program, MERX_TEST_MEILISEARCH_URL a server"
    return 0
  fi
  key="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  for _ in 1 2 3 4 5; do
    port=$((32000 + RANDOM % 700))
    (cd "$work" && exec "$program" --http-addr "127.0.0.1:$port" --db-path "$work/meilisearch" --no-analytics \
      --master-key "$key") >"$work/meilisearch.log" 2>&1 &
    meilisearch_pid=$!
    for _ in $(seq 100); do
      if curl -fs "http://127.0.0.1:$port/health" >/dev/null 2>&1 && kill -0 "$meilisearch_pid" 2>/dev/null; then
        export MERX_TEST_MEILISEARCH_URL="http://127.0.0.1:$port" MERX_TEST_MEILISEARCH_KEY="$key"
        echo "Meilisearch listens on 127.0.0.1:$port"
        return 0
      fi
      kill -0 "$meilisearch_pid" 2>/dev/null || break
      sleep 0.1
    done
    stop_meilisearch
  done
  tail -20 "$work/meilisearch.log"
  return 1
}

# graphiql: the page that the binary carries. One that is up to date stays, so that the server need not be built anew.
graphiql() {
  local page=graphiql/embed/dist/index.html
  if ! node_there; then
    not_checked "GraphiQL needs Node 20.19 or newer; this is $(node --version 2>/dev/null || echo none)"
    return
  fi
  if [ -f "$page" ] && [ -z "$(find graphiql \( -name node_modules -o -name embed \) -prune -o -newer "$page" -print -quit)" ]; then
    echo "up to date"
    return
  fi
  bounded 600 npm --prefix graphiql ci --no-audit --no-fund || return 1
  bounded 300 npm --prefix graphiql run build
}

# browser: GraphiQL in Chromium, against the server of this run.
browser() {
  if [ ! -f graphiql/embed/dist/index.html ]; then
    not_checked "GraphiQL is not built"
    return
  fi
  if ! command -v chromium >/dev/null && [ -z "${MERX_BROWSER:-}" ]; then
    echo "installing chromium"
    bounded_apt 300 update -q && bounded_apt 900 install -y -q --no-install-recommends chromium
  fi
  export MERX_BROWSER="${MERX_BROWSER:-$(command -v chromium)}"
  if [ -z "$MERX_BROWSER" ]; then
    not_checked "Chromium is not there; MERX_BROWSER may say where one is"
    return
  fi
  bounded 300 npm --prefix tests/browser ci --no-audit --no-fund || return 1
  bounded 2400 cargo build --locked --bin merx || return 1
  MERX_BIN="$(realpath "${CARGO_TARGET_DIR:-target}/debug/merx")" bounded 600 npm --prefix tests/browser test
}

# clients: real clients against the server of this run.
clients() {
  local status log="$work/clients.log"
  if ! node_there; then
    not_checked "the clients need Node 20.19 or newer; this is $(node --version 2>/dev/null || echo none)"
    return
  fi
  python_there
  bounded 300 tests/clients/install.sh || {
    not_checked "the clients could not be installed"
    return
  }
  bounded 2400 cargo build --locked --bin merx || return 1
  bounded 600 tests/clients/run.sh "${CARGO_TARGET_DIR:-target}/debug/merx" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  sums+=("$(grep -E '^clients: ' "$log")")
  return "$status"
}

# stripe_libraries: the simulator that the suite trusts, driven by Stripe's own libraries.
stripe_libraries() {
  local status log="$work/stripe.log"
  if ! node_there || ! python_there || ! bounded 300 stripe-simulator/sdk/install.sh; then
    not_checked "Stripe's libraries could not be installed"
    return
  fi
  bounded 1200 cargo build --locked -p stripe-simulator || return 1
  bounded 300 stripe-simulator/sdk/run.sh "${CARGO_TARGET_DIR:-target}/debug/stripe-simulator" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  sums+=("$(grep -E "^Stripe's libraries: " "$log")")
  return "$status"
}

summary() {
  local sum
  heading "summary"
  for sum in "${sums[@]}"; do
    echo "$sum"
  done
  if [ "${#failed[@]}" -eq 0 ]; then
    echo "all checks passed in $((SECONDS - started)) s"
    return 0
  fi
  printf 'FAILED: %s\n' "${failed[@]}"
  return 1
}

step "tools" tools || {
  summary
  exit 1
}
step "scripts" shell_check
step "format" bounded 60 cargo fmt --all --check
step "GraphiQL" graphiql
step "lints" bounded 2400 cargo clippy --locked --workspace --all-targets -- -D warnings
step "documentation" bounded 1200 env RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet
step "dependencies" deny_check
step "a Redis for the tests" start_redis
step "a localstripe for the tests" start_localstripe
step "a Meilisearch for the tests" start_meilisearch
step "suite on SQLite" suite SQLite
if step "a PostgreSQL for the tests" start_postgres; then
  export MERX_TEST_DATABASE_URL="$pg_url"
  step "suite on PostgreSQL" suite PostgreSQL
fi
step "real clients" clients
step "Stripe's libraries" stripe_libraries
step "browser" browser
summary
