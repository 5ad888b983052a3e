// relay-compiler on schema.graphql, and what it compiled sent to the server.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { data } from "../lib/http.mjs";
import { root, run } from "../lib/program.mjs";

const generated = join(root, "generated/relay");
const manifest = join(generated, "persisted.json");

export default async function relay({ server: { url }, check }) {
  const compiled = await check("relay-compiler takes the schema and the documents", async () => {
    rmSync(generated, { recursive: true, force: true });
    mkdirSync(generated, { recursive: true });
    // The compiler adds to a file that is there.
    writeFileSync(manifest, "{}");
    const compiler = join(root, "node_modules/relay-compiler/cli.js");
    await run(process.execPath, [compiler, "relay.config.json"], { cwd: join(root, "relay") });
    const texts = Object.values(JSON.parse(readFileSync(manifest, "utf8")));
    assert.equal(texts.length, 7);
    return (name) => texts.find((text) => text.match(/^(query|mutation|subscription) (\w+)/)[2] === name);
  });
  if (!compiled) return;

  await check("a connection page by page", async () => {
    const first = 5;
    const one = (await data(url, compiled("ProductListQuery"), { first })).products;
    const after = one.pageInfo.endCursor;
    assert.equal(one.pageInfo.hasNextPage, true);
    assert.equal(one.edges.at(-1).cursor, after);
    const two = (await data(url, compiled("ProductListPaginationQuery"), { first, after })).products;
    const ids = [...one.edges, ...two.edges].map((edge) => edge.node.id);
    assert.equal(new Set(ids).size, 2 * first);
  });

  await check("a node fetched again by its id", async () => {
    const { products } = await data(url, compiled("ProductListQuery"), { first: 1 });
    const { id, name } = products.edges[0].node;
    const { node } = await data(url, compiled("ProductCardRefetchQuery"), { id });
    assert.deepEqual([node.__typename, node.id, node.name], ["Product", id, name]);
  });

  await check("a connection of a node, page by page", async () => {
    const { categories } = await data(url, "{ categories(first: 1) { nodes { id slug } } }");
    const variables = categories.nodes[0];
    const { node, category } = await data(url, compiled("CategoryPageQuery"), variables);
    assert.deepEqual(node.products.edges, category.products.edges);
    const page = { id: variables.id, count: 1, cursor: null };
    const one = (await data(url, compiled("CategoryPagePaginationQuery"), page)).node.products;
    const next = { ...page, cursor: one.pageInfo.endCursor };
    const two = (await data(url, compiled("CategoryPagePaginationQuery"), next)).node.products;
    assert.notEqual(one.edges[0].cursor, two.edges[0].cursor);
  });
}
