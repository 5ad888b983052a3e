// Merx as a subgraph of Apollo Federation 2, beside another one, behind a gateway.
import assert from "node:assert/strict";
import { composeServices } from "@apollo/composition";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { parse } from "graphql";
import { data } from "../lib/http.mjs";
import * as reviews from "../lib/reviews.mjs";
import { start } from "../lib/server.mjs";

const ENTITIES = ["Product", "ProductVariant", "Category", "Collection", "Order", "Cart"];
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A gateway over `supergraphSdl`, and what it sends to the subgraphs. */
async function gatewayOf(supergraphSdl) {
  const sent = [];
  class Recorded extends RemoteGraphQLDataSource {
    constructor({ name, url }) {
      super({ url });
      this.name = name;
    }
    willSendRequest({ request }) {
      sent.push({ to: this.name, query: request.query, variables: request.variables });
    }
  }
  const gateway = new ApolloGateway({ supergraphSdl, logger: silent, buildService: (service) => new Recorded(service) });
  const { executor, schema } = await gateway.load();
  const ask = async (query, variables = {}) => {
    sent.length = 0;
    const { data, errors } = await executor({
      document: parse(query),
      queryHash: query,
      request: { query, variables, http: undefined },
      schema,
      context: {},
      metrics: {},
      logger: silent,
      cache: { get: async () => undefined, set: async () => {}, delete: async () => true },
      overallCachePolicy: { restrict() {} },
    });
    assert.equal(errors, undefined, JSON.stringify(errors));
    return structuredClone(data);
  };
  const entities = (name) => sent.filter(({ to, query }) => to === name && query.includes("_entities"));
  return { ask, entities, stop: () => gateway.stop() };
}

export default async function federation({ binary, check }) {
  const { url, stop: stopMerx } = await start(binary, { MERX_FEDERATION: "true" });
  const other = await reviews.serve();
  const supergraph = await check("the two subgraphs compose", async () => {
    const { _service } = await data(url, "{ _service { sdl } }");
    for (const name of ENTITIES) {
      assert.match(_service.sdl, new RegExp(`type ${name}\\b[^{]*@key\\(fields: "id"`), name);
    }
    const { errors, supergraphSdl } = composeServices([
      { name: "merx", url, typeDefs: parse(_service.sdl) },
      { name: "reviews", url: other.url, typeDefs: reviews.typeDefs },
    ]);
    assert.deepEqual(errors?.map(String) ?? [], []);
    return supergraphSdl;
  });
  const gateway = supergraph && (await check("a gateway loads them", () => gatewayOf(supergraph)));
  if (gateway) await crossed(url, gateway, check);
  await check("what does not exist is null in its place; a cart needs its token", () => entities(url));
  await gateway?.stop();
  other.stop();
  stopMerx();
}

async function crossed(url, { ask, entities }, check) {
  await check("a list of Merx with a field of the other subgraph: one request for the whole list", async () => {
    const { products } = await ask("{ products(first: 10) { nodes { id name reviewsCount } } }");
    assert.equal(products.nodes.length, 10);
    for (const { id, name, reviewsCount } of products.nodes) {
      assert.ok(name);
      assert.equal(reviewsCount, id.length);
    }
    assert.equal(entities("reviews").length, 1);
    assert.equal(entities("reviews")[0].variables.representations.length, 10);
  });

  await check("a list of the other subgraph with fields of Merx: one request for the whole list", async () => {
    const { products } = await data(url, "{ products(first: 10) { nodes { id name variants(first: 1) { id sku } } } }");
    const of = products.nodes.map(({ id }) => id).reverse();
    const variants = products.nodes.map((product) => product.variants[0].id).reverse();
    const query = `query ($of: [ID!]!, $variants: [ID!]!) {
      latestReviews(of: $of, variants: $variants) {
        text product { id name priceRange { min { amount } } } variant { sku }
      } }`;
    const { latestReviews } = await ask(query, { of, variants });
    const expected = products.nodes.reverse();
    assert.deepEqual(latestReviews.map(({ product }) => product.name), expected.map(({ name }) => name));
    assert.deepEqual(latestReviews.map(({ variant }) => variant.sku), expected.map((product) => product.variants[0].sku));
    assert.ok(latestReviews.every(({ product }) => product.priceRange.min.amount));
    // The gateway asks for products and variants apart, each in one go.
    assert.ok(entities("merx").length <= 2, JSON.stringify(entities("merx")));
    const asked = entities("merx").flatMap(({ variables }) => Object.values(variables).flat());
    assert.equal(asked.length, 20);
  });
}

/** What a gateway asks, asked without one. */
async function entities(url) {
  const { products } = await data(url, "{ products(first: 1) { nodes { id } } }");
  const { cartCreate } = await data(url, "mutation { cartCreate(input: {}) { cart { id token } } }");
  const { id, token } = cartCreate.cart;
  const product = { __typename: "Product", id: products.nodes[0].id };
  const cart = { __typename: "Cart", id };
  const unknown = { ...product, id: product.id.replace(/.{8}$/, "00000000") };
  const representations = [product, unknown, cart];
  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { __typename ... on Product { id } ... on Cart { id } }
  }`;
  const variables = { representations };
  assert.deepEqual((await data(url, query, variables))._entities, [product, null, null]);
  assert.deepEqual((await data(url, query, variables, { "x-cart-token": token }))._entities, [product, null, cart]);
}
