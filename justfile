# Short forms; `just --list` shows them. Everything works without just too.

# The server, with the demo shop on an empty database
run *args:
    cargo run -- {{args}}

# The suite on SQLite
test *args:
    cargo test {{args}}

# GraphiQL, which the next build of the server carries
graphiql:
    npm --prefix graphiql ci
    npm --prefix graphiql run build

# GraphiQL in a browser, on the built server
browser *args:
    npm --prefix tests/browser ci
    npm --prefix tests/browser test {{args}}

# Real clients against the debug build of the server
clients *args:
    cargo build
    tests/clients/run.sh "${CARGO_TARGET_DIR:-target}/debug/merx" {{args}}

# What the edge costs beside a plain handler, on release builds
bench *args:
    cargo bench --bench edge {{args}}

# Generated operations against the newest build of the server; not part of test.sh
schemathesis seconds="600":
    scripts/schemathesis.sh {{seconds}}

# Random documents through the guard and the parser, `document` or `words`; not part of test.sh
fuzz target="document" seconds="600":
    mkdir -p fuzz/corpus/document
    cp graphiql/src/tabs/*.graphql fuzz/corpus/document
    cargo fuzz run --sanitizer none {{target}} -- -max_total_time={{seconds}} -max_len=70000

# Every check on both databases
check:
    ./test.sh

# schema.graphql, .env.example and docs/permissions.md from the code
schema:
    cargo run --quiet -- schema > schema.graphql
    cargo run --quiet -- schema --dotenv > .env.example
    cargo run --quiet -- schema --permissions > docs/permissions.md

# Formats the code
fmt:
    cargo fmt --all

# Lints, as test.sh runs them
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# PostgreSQL alone, in a container, for the server and the suite
db:
    docker compose up --detach --wait postgres
