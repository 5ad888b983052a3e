// A server that takes from strangers only the documents of the shop front, as graphql-codegen lists them.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { parse } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { post, recorded } from "../lib/http.mjs";
import { staff, start } from "../lib/server.mjs";
import { isTime, take } from "../lib/stream.mjs";
import { generate, manifest } from "./codegen.mjs";

const REFUSED = "PERSISTED_QUERY_NOT_ALLOWED";

export default async function trusted({ binary, check }) {
  if (!existsSync(manifest)) await generate();
  const listed = Object.entries(JSON.parse(readFileSync(manifest, "utf8")));
  const [id, text] = listed.find(([, text]) => text.includes("query Shop "));
  const sha256Hash = id.replace("sha256:", "");
  const { url, ws, stop } = await start(binary, { MERX_TRUSTED_DOCUMENTS: manifest });
  const shop = ({ status, body }) => {
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.data.channel.id);
  };

  await check("a listed document by its hash", async () => {
    shop(await post(url, { extensions: { persistedQuery: { version: 1, sha256Hash } } }));
  });

  await check("a listed document by the id that codegen gave it", async () => {
    shop(await post(url, { documentId: id }));
    const address = `${url}?documentId=${encodeURIComponent(id)}`;
    const answer = await fetch(address, { headers: { accept: "application/graphql-response+json" } });
    shop({ status: answer.status, body: await answer.json() });
  });

  await check("a listed document by its text", async () => {
    shop(await post(url, { query: text }));
  });

  await check("every other document is refused, by text, by hash and when both are sent", async () => {
    const query = "query Other { channel { slug } }";
    const unknown = { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } };
    for (const request of [{ query }, { query: `${text} ` }, { extensions: unknown }, { query, extensions: unknown }, { documentId: "none" }]) {
      const { status, body } = await post(url, request);
      assert.ok(status >= 400 && status < 500, `${status} ${JSON.stringify(request)}`);
      assert.equal(body.data, undefined);
      const { code } = body.errors[0].extensions;
      assert.ok([REFUSED, "PERSISTED_QUERY_NOT_FOUND"].includes(code), code);
      if (request.query) assert.equal(code, REFUSED);
    }
  });

  await check("a hash that comes with another text is not registered", async () => {
    const query = "query Smuggled { channel { slug } }";
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const { status, body } = await post(url, { query, extensions });
    assert.ok(status >= 400 || body.data.channel.id, JSON.stringify(body));
    shop(await post(url, { extensions }));
  });

  await check("staff may send anything", async () => {
    // Strangers sign in by a document that is listed.
    const [, signIn] = listed.find(([, text]) => text.includes("mutation SignIn"));
    const { status, body } = await post(url, { query: "query Any { channel { slug } }" }, await staff(url, signIn));
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.data.channel.slug);
    const { body: after } = await post(url, { query: "query Any { channel { slug } }" });
    assert.equal(after.errors[0].extensions.code, REFUSED, "and strangers still may not");
  });

  await check("Apollo Client sends the ids of codegen", async () => {
    const { sent, fetch } = recorded();
    // As in the documents that codegen writes.
    const document = (name) => {
      const [hash, text] = listed.find(([, text]) => text.includes(`query ${name}`));
      return { ...parse(text), __meta__: { hash } };
    };
    const generateHash = (document) => document.__meta__.hash;
    const link = ApolloLink.from([new PersistedQueryLink({ generateHash }), new HttpLink({ uri: url, fetch })]);
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const { data } = await client.query({ query: document("Listing"), variables: { first: 2 } });
    assert.equal(data.products.nodes.length, 2);
    assert.equal(sent.length, 1);
    assert.equal(sent[0].body.query, undefined);
  });

  await check("sockets take the same documents", async () => {
    const socket = createClient({ url: ws, webSocketImpl: WebSocket, retryAttempts: 0 });
    const [, clock] = listed.find(([, text]) => text.includes("subscription Clock"));
    const [{ data }] = await take(1, socket.iterate({ query: clock }));
    isTime(data.serverTime);
    const refused = await take(1, socket.iterate({ query: "subscription { serverTime }" })).catch((errors) => errors);
    assert.equal(refused[0].extensions.code, REFUSED);
    await socket.dispose();
  });

  stop();
}
