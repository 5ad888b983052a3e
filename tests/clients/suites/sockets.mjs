// graphql-transport-ws: the client graphql-ws, and by hand what a good client never does.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { staff as signIn } from "../lib/server.mjs";
import { text } from "../lib/documents.mjs";
import { isTime, take } from "../lib/stream.mjs";

const PROTOCOL = "graphql-transport-ws";
const clock = (id) => JSON.stringify({ id, type: "subscribe", payload: { query: "subscription { serverTime }" } });
const INIT = JSON.stringify({ type: "connection_init" });

/** An open socket with what it was sent. */
async function open(url, options) {
  const socket = new WebSocket(url, PROTOCOL, options);
  const received = [];
  socket.on("message", (text) => received.push(JSON.parse(text)));
  await once(socket, "open");
  return { socket, received, closed: once(socket, "close").then(([code]) => code) };
}

/** An open socket that has been acknowledged. */
async function acknowledged(url) {
  const opened = await open(url);
  opened.socket.send(INIT);
  const [message] = await once(opened.socket, "message");
  assert.equal(JSON.parse(message).type, "connection_ack");
  return opened;
}

/** The next message of `socket` of the type `type`. */
async function next({ socket }, type) {
  for (;;) {
    const message = JSON.parse((await once(socket, "message"))[0]);
    if (message.type === type) return message;
  }
}

async function client({ server: { url, ws }, check }) {
  const socket = createClient({ url: ws, webSocketImpl: WebSocket, retryAttempts: 0 });

  await check("a query, a mutation and a subscription through one socket", async () => {
    const [shop] = await take(1, socket.iterate({ query: text("Shop") }));
    assert.ok(shop.data.channel.id);
    const [made] = await take(1, socket.iterate({ query: text("CartCreate"), variables: { input: {} } }));
    assert.ok(made.data.cartCreate.cart.token);
    for (const { data } of await take(2, socket.iterate({ query: text("Clock") }))) isTime(data.serverTime);
  });

  await check("a refused document is an error of its own; the socket lives on", async () => {
    const [error] = await take(1, socket.iterate({ query: "{ nothing }" })).catch((error) => error);
    assert.equal(error.extensions.code, "GRAPHQL_VALIDATION_FAILED");
    const [shop] = await take(1, socket.iterate({ query: text("Shop") }));
    assert.ok(shop.data.channel.id);
  });
  await socket.dispose();

  await check("connectionParams sign staff in", async () => {
    const staff = createClient({ url: ws, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: () => signIn(url) });
    const query = "{ products(first: 1) { nodes { variants(first: 1) { stock { onHand } } } } }";
    const [{ data, errors }] = await take(1, staff.iterate({ query }));
    assert.equal(errors, undefined);
    assert.equal(typeof data.products.nodes[0].variants[0].stock[0].onHand, "number");
    await staff.dispose();
  });
}

async function byHand({ server: { ws }, check }) {
  await check("4400: no JSON, no such message", async () => {
    for (const text of ["{", "[]", '{"type":"shout"}', '{"type":"subscribe","id":1}']) {
      const opened = await acknowledged(ws);
      opened.socket.send(text);
      assert.equal(await opened.closed, 4400, text);
    }
  });

  await check("4401: subscribe before connection_init", async () => {
    const opened = await open(ws);
    opened.socket.send(clock("1"));
    assert.equal(await opened.closed, 4401);
  });

  await check("4403: a token that nobody has", async () => {
    const opened = await open(ws);
    opened.socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: "Bearer nobody" } }));
    assert.equal(await opened.closed, 4403);
  });

  await check("4406: no protocol, or another one", async () => {
    const socket = new WebSocket(ws);
    assert.equal((await once(socket, "close"))[0], 4406);
    // This client insists on what it asked for.
    const other = new WebSocket(ws, "graphql-ws");
    await assert.rejects(once(other, "open"), /no subprotocol/);
  });

  await check("4408: no connection_init within three seconds", async () => {
    const before = performance.now();
    const opened = await open(ws);
    assert.equal(await opened.closed, 4408);
    assert.ok(performance.now() - before > 2_000);
  });

  await check("4409: an id that is taken", async () => {
    const opened = await acknowledged(ws);
    opened.socket.send(clock("twice"));
    opened.socket.send(clock("twice"));
    assert.equal(await opened.closed, 4409);
  });

  await check("4429: connection_init twice", async () => {
    const opened = await acknowledged(ws);
    opened.socket.send(INIT);
    assert.equal(await opened.closed, 4429);
  });

  await check("ping is answered; an id is free after complete", async () => {
    const opened = await acknowledged(ws);
    opened.socket.send(JSON.stringify({ type: "ping" }));
    await next(opened, "pong");
    for (let round = 0; round < 2; round += 1) {
      opened.socket.send(clock("again"));
      isTime((await next(opened, "next")).payload.data.serverTime);
      opened.socket.send(JSON.stringify({ id: "again", type: "complete" }));
    }
    opened.socket.close();
    await opened.closed;
  });
}

export default async function sockets(context) {
  await client(context);
  await byHand(context);
}
