// graphql-sse in its distinct connections mode.
import assert from "node:assert/strict";
import { createClient } from "graphql-sse";
import { text } from "../lib/documents.mjs";
import { isTime, take } from "../lib/stream.mjs";

export default async function sse({ server: { url }, check }) {
  const client = createClient({ url, fetchFn: fetch, retryAttempts: 0 });

  await check("a subscription", async () => {
    for (const { data } of await take(2, client.iterate({ query: text("Clock") }))) isTime(data.serverTime);
  });

  await check("a query: one result, then the end", async () => {
    const results = [];
    for await (const result of client.iterate({ query: text("Shop") })) results.push(result);
    assert.equal(results.length, 1);
    assert.ok(results[0].data.channel.id);
  });

  await check("a refused document says why", async () => {
    const results = [];
    const run = (async () => {
      for await (const result of client.iterate({ query: "subscription { nothing }" })) results.push(result);
    })();
    const error = await run.catch((error) => error);
    const seen = JSON.stringify(results) + (error?.response ? await error.response.text() : "");
    assert.match(seen, /GRAPHQL_VALIDATION_FAILED/);
  });

  client.dispose();
}
