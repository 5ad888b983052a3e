// A Merx of its own: a free port, an empty folder, the demo shop. It ends with the program that started it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { text } from "./documents.mjs";
import { data } from "./http.mjs";

/** The administrator of the demo shop. */
const ADMIN = { email: "admin@example.com", password: "demo-admin-password", kind: "STAFF" };
/** Longest time until it is ready, in milliseconds. */
const START_LIMIT = 60_000;

const running = new Set();
const end = () => running.forEach((server) => server.stop());
process.on("exit", end);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Signs in as the administrator of the demo shop at `url` and gives the headers of staff. */
export async function staff(url, document = text("SignIn")) {
  const { sessionCreate } = await data(url, document, { input: ADMIN });
  if (!sessionCreate.accessToken) throw new Error(JSON.stringify(sessionCreate.errors));
  return { authorization: `Bearer ${sessionCreate.accessToken}` };
}

/** Starts `binary` with the variables `env` and waits until it is ready. */
export async function start(binary, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), "merx-clients-"));
  const port = await freePort();
  // Nothing of the surroundings but what programs need to run.
  const { PATH, HOME, TMPDIR, LD_LIBRARY_PATH } = process.env;
  const child = spawn(binary, ["serve"], {
    env: {
      ...{ PATH, HOME, TMPDIR, LD_LIBRARY_PATH },
      MERX_LISTEN: `127.0.0.1:${port}`,
      MERX_DATA_DIR: folder,
      MERX_ENV: "development",
      RUST_LOG: "warn",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  const keep = (text) => (log = (log + text).slice(-10_000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const server = {
    url: `http://127.0.0.1:${port}/graphql`,
    ws: `ws://127.0.0.1:${port}/graphql`,
    log: () => log,
    stop() {
      running.delete(server);
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  running.add(server);
  const deadline = performance.now() + START_LIMIT;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return server;
    await sleep(50);
  }
  server.stop();
  throw new Error(`${binary} is not ready:\n${log}`);
}
