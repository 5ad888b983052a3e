# syntax=docker/dockerfile:1
# Builds the server and puts it into a small image that runs as an ordinary user.

FROM node:22-bookworm-slim AS graphiql
WORKDIR /src/graphiql
COPY graphiql/package.json graphiql/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY graphiql .
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=graphiql /src/graphiql/embed/dist graphiql/embed/dist
# Cargo goes by time stamps, and those of the page may be older than what the cache holds.
RUN touch graphiql/embed/dist
# Crates and build results survive in the cache; the binary is copied out of it.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin merx \
    && cp target/release/merx /usr/local/bin/merx

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/merx merx
COPY --from=build /usr/local/bin/merx /usr/local/bin/merx
USER merx
WORKDIR /var/lib/merx
ENV MERX_LISTEN=0.0.0.0:8000 \
    MERX_DATA_DIR=/var/lib/merx/data \
    MERX_ENV=production
# Made here, so that a volume on it belongs to the user.
RUN mkdir data
VOLUME /var/lib/merx/data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["merx", "healthcheck"]
ENTRYPOINT ["merx"]
CMD ["serve"]
