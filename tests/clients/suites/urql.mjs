// urql: queries, mutations, persisted queries, subscriptions by WebSocket and by server-sent events.
import assert from "node:assert/strict";
import { Client, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import WebSocket from "ws";
import { documents } from "../lib/documents.mjs";
import { recorded } from "../lib/http.mjs";
import { isTime } from "../lib/stream.mjs";

/** The data of a result, which must be without an error. */
function good({ data, error }) {
  assert.ifError(error);
  return data;
}

/** A subscription exchange over whatever has the `subscribe` of graphql-ws and graphql-sse. */
const forwarded = (carrier) =>
  subscriptionExchange({
    forwardSubscription: (request) => ({
      subscribe: (sink) => ({
        unsubscribe: carrier.subscribe({ query: request.query, variables: request.variables }, sink),
      }),
    }),
  });

/** The first `count` results of a subscription. */
function events(count, client) {
  return new Promise((resolve, reject) => {
    const results = [];
    const { unsubscribe } = client.subscription(documents.Clock, {}).subscribe((result) => {
      if (result.error) reject(result.error);
      results.push(result.data);
      if (results.length < count) return;
      resolve(results);
      queueMicrotask(() => unsubscribe());
    });
  });
}

export default async function urql({ server: { url, ws }, check }) {
  const plain = (options) => new Client({ url, preferGetMethod: false, exchanges: [fetchExchange], ...options });

  await check("a query by POST and by GET", async () => {
    for (const method of ["POST", "GET"]) {
      const { sent, fetch } = recorded();
      const client = plain({ fetch, preferGetMethod: method === "GET" ? "force" : false });
      const data = good(await client.query(documents.Listing, { first: 3 }));
      assert.equal(data.products.nodes.length, 3);
      assert.equal(sent[0].method, method);
    }
  });

  await check("a mutation", async () => {
    const data = good(await plain().mutation(documents.CartCreate, { input: {} }));
    assert.ok(data.cartCreate.cart.token);
  });

  await check("errors carry code and requestId", async () => {
    const { error } = await plain().query(gql`{ nothingOfThisName }`, {});
    assert.equal(error.graphQLErrors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
    assert.ok(error.graphQLErrors[0].extensions.requestId);
  });

  await check("persisted queries: a miss, then a hit", async () => {
    const query = gql`query UrqlPersisted { channel { id slug currencyCode } }`;
    for (const preferGetForPersistedQueries of ["force", false]) {
      const { sent, fetch } = recorded();
      const exchanges = [persistedExchange({ preferGetForPersistedQueries }), fetchExchange];
      const asked = async () => good(await plain({ fetch, exchanges }).query(query, {}));
      assert.ok((await asked()).channel.id);
      const before = sent.length;
      assert.ok((await asked()).channel.id);
      assert.equal(sent.length, before + 1, "the hash alone is enough");
      assert.equal(sent.at(-1).method, preferGetForPersistedQueries ? "GET" : "POST");
      assert.equal(sent.at(-1).body?.query, undefined);
      assert.equal(sent.at(-1).url.searchParams.get("query"), null);
    }
  });

  await check("a subscription by WebSocket", async () => {
    const carrier = createWsClient({ url: ws, webSocketImpl: WebSocket });
    const results = await events(2, plain({ exchanges: [fetchExchange, forwarded(carrier)] }));
    for (const data of results) isTime(data.serverTime);
    await carrier.dispose();
  });

  await check("a subscription by server-sent events", async () => {
    const carrier = createSseClient({ url, fetchFn: fetch });
    const results = await events(2, plain({ exchanges: [fetchExchange, forwarded(carrier)] }));
    for (const data of results) isTime(data.serverTime);
    carrier.dispose();
  });

  await check("a subscription through its own fetch exchange", async () => {
    const client = plain({ exchanges: [fetchExchange], fetchSubscriptions: true });
    for (const data of await events(2, client)) isTime(data.serverTime);
  });
}
