// Programs that the suites run, here in the folder of the tests.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The folder of the tests. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a program and gives what it wrote; what it wrote is the error when it fails. */
export async function run(program, args, options = {}) {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: root, timeout: 50_000, ...options });
    return stdout + stderr;
  } catch (error) {
    throw new Error(`${program} ${args.join(" ")}\n${error.stdout}${error.stderr || error.message}`);
  }
}
