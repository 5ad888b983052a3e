/** A server of its own for a test: the built binary on a free port, with the demo shop in a folder that goes away. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const repository = resolve(import.meta.dirname, '../..');

/** The binary under test: MERX_BIN, else what `cargo build` made. */
function binary() {
  const target = resolve(repository, process.env.CARGO_TARGET_DIR ?? 'target');
  const path = process.env.MERX_BIN ?? join(target, 'debug/merx');
  if (!existsSync(path)) throw new Error(`${path} is not there: run \`cargo build\``);
  return path;
}

/** Starts it and waits until it says where it listens. */
export async function startServer() {
  const folder = await mkdtemp(join(tmpdir(), 'merx-browser-'));
  // Nothing from the environment of whoever runs the tests.
  const own = Object.entries(process.env).filter(([name]) => !/^(MERX_|DATABASE_URL$|REDIS_|RUST_LOG$)/.test(name));
  const child = spawn(binary(), ['serve', '--listen', '127.0.0.1:0', '--data-dir', folder], {
    env: { ...Object.fromEntries(own), RUST_LOG: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const listens = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const origin = /^GraphiQL\s+(http:\S+)\/graphiql$/.exec(line)?.[1];
      if (origin) return origin;
    }
    throw new Error('the server ended before it listened');
  })();
  try {
    const origin = await Promise.race([listens, late(120_000)]);
    child.stdout.resume();
    return { origin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function late(milliseconds) {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('the server did not start in time')), milliseconds).unref();
  });
}
