// Starts Merx, sends every client at it, says what came of it, and ends what it started.
import { Checks } from "./lib/checks.mjs";
import { start } from "./lib/server.mjs";

const SUITES = ["audits", "apollo", "urql", "sockets", "sse", "relay", "codegen", "trusted", "python", "federation", "journey"];

const [binary, ...chosen] = process.argv.slice(2);
const checks = new Checks();
process.on("uncaughtException", (error) => checks.stray(error));
const server = await start(binary);
for (const name of chosen.length ? chosen : SUITES) {
  const { default: suite } = await import(`./suites/${name}.mjs`);
  await checks.suite(name, (check) => suite({ server, check, binary }));
}
const passed = checks.summary();
if (!passed) console.log(`the server said:\n${server.log()}`);
server.stop();
process.exit(passed ? 0 : 1);
