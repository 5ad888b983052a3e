// Apollo Client 4: queries, persisted queries, mutations, subscriptions, and what it makes of errors.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { documents } from "../lib/documents.mjs";
import { recorded } from "../lib/http.mjs";
import { first, isTime } from "../lib/stream.mjs";

// Node has one from version 22 on, and the link looks for it.
globalThis.WebSocket ??= WebSocket;

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** A client whose requests go through `links`, the last of which sends. */
const client = (...links) => new ApolloClient({ link: ApolloLink.from(links), cache: new InMemoryCache() });

/** The request as it arrived in an address. */
const parameters = ({ url }) => Object.fromEntries(url.searchParams);

export default async function apollo({ server: { url, ws }, check }) {
  const variables = { first: 3 };

  await check("a query by POST", async () => {
    const { sent, fetch } = recorded();
    const { data } = await client(new HttpLink({ uri: url, fetch })).query({ query: documents.Listing, variables });
    assert.equal(data.products.nodes.length, 3);
    assert.equal(data.products.nodes[0].__typename, "Product");
    assert.equal(sent[0].method, "POST");
    assert.match(sent[0].type, /^application\/graphql-response\+json/);
  });

  await check("a query by GET", async () => {
    const { sent, fetch } = recorded();
    const link = new HttpLink({ uri: url, fetch, useGETForQueries: true });
    const { data } = await client(link).query({ query: documents.Listing, variables });
    assert.equal(data.products.nodes.length, 3);
    assert.equal(sent[0].method, "GET");
    assert.equal(parameters(sent[0]).operationName, "Listing");
  });

  await check("persisted queries: a miss, then hits, by GET", async () => {
    const { sent, fetch } = recorded();
    // A field of its own, so that no other suite has registered the document.
    const query = gql`query ApolloPersisted($first: Int!) { products(first: $first) { nodes { id name brand } } }`;
    const persisted = () =>
      client(new PersistedQueryLink({ sha256 }), new HttpLink({ uri: url, fetch, useGETForQueries: true }));
    const miss = await persisted().query({ query, variables });
    assert.equal(miss.data.products.nodes.length, 3);
    assert.equal(sent.length, 2, "the hash, then the text");
    assert.equal(parameters(sent[0]).query, undefined);
    assert.ok(parameters(sent[1]).query);
    const hit = await persisted().query({ query, variables });
    assert.deepEqual(hit.data, miss.data);
    assert.equal(sent.length, 3, "the hash alone");
    assert.equal(sent[2].method, "GET");
    assert.equal(parameters(sent[2]).query, undefined);
    assert.equal(sent[2].status, 200);
    const other = await persisted().query({ query, variables: { first: 1 } });
    assert.equal(other.data.products.nodes.length, 1, "other variables, the same document");
    assert.equal(sent.length, 4);
  });

  await check("persisted queries: a miss, then a hit, by POST; mutations too", async () => {
    const { sent, fetch } = recorded();
    const persisted = () => client(new PersistedQueryLink({ sha256 }), new HttpLink({ uri: url, fetch }));
    const mutation = gql`mutation ApolloCart($input: CartCreateInput!) { cartCreate(input: $input) { cart { id token } errors { code } } }`;
    for (const expected of [2, 3]) {
      const { data } = await persisted().mutate({ mutation, variables: { input: {} } });
      assert.ok(data.cartCreate.cart.token);
      assert.equal(sent.length, expected);
    }
    assert.ok(sent.every((request) => request.method === "POST"));
  });

  await check("a mutation; an expected failure is data", async () => {
    const apollo = client(new HttpLink({ uri: url }));
    const made = await apollo.mutate({ mutation: documents.CartCreate, variables: { input: {} } });
    const { cart } = made.data.cartCreate;
    assert.equal(cart.quantity, 0);
    const listed = await apollo.query({ query: documents.Listing, variables });
    const { slug } = listed.data.products.nodes[0];
    const detail = await apollo.query({ query: documents.Detail, variables: { slug } });
    const lines = [{ variantId: detail.data.product.variants[0].id, quantity: 9_999 }];
    const input = { cartToken: cart.token, lines };
    const { data, error } = await apollo.mutate({ mutation: documents.CartLinesAdd, variables: { input } });
    assert.equal(error, undefined);
    assert.equal(data.cartLinesAdd.cart, null);
    assert.equal(data.cartLinesAdd.errors[0].code, "INSUFFICIENT_STOCK");
    assert.equal(typeof data.cartLinesAdd.errors[0].availableQuantity, "number");
  });

  await check("refused requests arrive as CombinedGraphQLErrors with code and requestId", async () => {
    const apollo = client(new HttpLink({ uri: url }));
    const bad = [
      [{ query: gql`{ nothingOfThisName }` }, "GRAPHQL_VALIDATION_FAILED"],
      [{ query: documents.Listing, variables: { first: "many" } }, "BAD_USER_INPUT"],
      [{ query: documents.Shop, context: { headers: { authorization: "Bearer nobody" } } }, "UNAUTHENTICATED"],
    ];
    for (const [request, code] of bad) {
      const error = await apollo.query(request).then(() => assert.fail(`${code} passed`), (error) => error);
      assert.ok(CombinedGraphQLErrors.is(error), String(error));
      assert.equal(error.errors[0].extensions.code, code);
      assert.ok(error.errors[0].extensions.requestId);
    }
  });

  await check("a subscription by WebSocket, the rest by HTTP", async () => {
    const socket = createClient({ url: ws, webSocketImpl: WebSocket });
    const split = ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url }),
    );
    const apollo = client(split);
    const events = await first(2, apollo.subscribe({ query: documents.Clock }));
    for (const { data } of events) isTime(data.serverTime);
    const { data } = await apollo.query({ query: documents.Shop });
    assert.ok(data.channel.id);
    await socket.dispose();
  });

  await check("a subscription by multipart HTTP", async () => {
    const { sent, fetch } = recorded();
    const apollo = client(new HttpLink({ uri: url, fetch }));
    const events = await first(2, apollo.subscribe({ query: documents.Clock }));
    for (const { data, error } of events) isTime(data?.serverTime, error);
    assert.match(sent[0].type, /^multipart\/mixed/);
  });
}
