#!/bin/sh
# Sends generated GraphQL to the built server for some seconds, half of the time as anybody, half as staff:
#   scripts/schemathesis.sh [seconds]
# Fails when an answer is a 5xx, is internal, has no code, comes late, or when the server dies. MERX_BIN names the server,
# else it is what was built last; MERX_PORT its port. Needs python3 with venv; installs schemathesis below target/.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-600}
port=${MERX_PORT:-8099}
target=${CARGO_TARGET_DIR:-target}
# The newest one: a release build of last week is not what is to be tried.
# shellcheck disable=SC2012
merx=${MERX_BIN:-$(ls -t "$target/debug/merx" "$target/release/merx" 2>/dev/null | head -n 1)}
[ -x "$merx" ] || { echo "build the server first: cargo build" >&2; exit 1; }
echo "trying $merx"

venv=target/schemathesis
if [ ! -x $venv/bin/schemathesis ]; then
    python3 -m venv $venv
    $venv/bin/pip install --quiet 'schemathesis>=4,<5'
fi

work=$(mktemp -d)
# The budgets are wide: throttled requests would try nothing.
env MERX_LISTEN="127.0.0.1:$port" MERX_DATA_DIR="$work/data" \
    MERX_BUDGET_ANONYMOUS=1000000000/1000000000 MERX_BUDGET_STAFF=1000000000/1000000000 \
    "$merx" >"$work/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$work"' EXIT
tries=0
until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/readyz"; do
    tries=$((tries + 1))
    if [ $tries -gt 120 ] || ! kill -0 $server; then cat "$work/server.log"; exit 1; fi
    sleep 1
done

# ask QUERY FIELD [HEADER]: the first value of FIELD in the answer.
ask() {
    curl --silent --fail "http://127.0.0.1:$port/graphql" -H 'content-type: application/json' ${3:+-H "$3"} \
        -d "{\"query\": \"$1\"}" | sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p"
}
# An access token ends before the run does; a key of the administrator's does not.
session=$(ask 'mutation { sessionCreate(input: { email: \"admin@example.com\", password: \"demo-admin-password\", kind: STAFF }) { accessToken } }' accessToken)
everything=$("$merx" schema | sed -n '/^enum Permission {/,/^}/s/^[[:space:]]*\([A-Z_]\{3,\}\)$/\1/p' | tr '\n' ' ')
token=$(ask "mutation { apiKeyCreate(input: { name: \\\"fuzzing\\\", permissions: [$everything] }) { secret } }" secret "Authorization: Bearer $session")
[ -n "$token" ] || { echo "no API key" >&2; exit 1; }

failed=0
for caller in nobody "$token"; do
    set -- -H "X-Channel: us"
    if [ "$caller" != nobody ]; then set -- -H "Authorization: Bearer $caller"; fi
    # In the temporary folder: schemathesis leaves what it remembers where it runs.
    (
        root=$PWD
        cd "$work"
        MERX_URL="http://127.0.0.1:$port/graphql" PYTHONPATH="$root/scripts" SCHEMATHESIS_HOOKS=schemathesis_checks \
            "$root/$venv/bin/schemathesis" run "$@" "http://127.0.0.1:$port/graphql" --phases fuzzing \
            --max-time $((seconds / 2)) --checks answers_well --max-response-time 10 --request-timeout 30 \
            --continue-on-failure --suppress-health-check all --warnings off --workers 2
    ) || failed=1
    if ! kill -0 $server; then echo "the server is gone"; tail -n 50 "$work/server.log"; exit 1; fi
done
if grep -i -E "panicked|internal error" "$work/server.log"; then failed=1; fi
exit $failed
