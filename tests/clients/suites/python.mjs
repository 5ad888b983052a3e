// The Python client gql. Its checks stand in python/shop.py, which writes a line for each.
import { join } from "node:path";
import { root, run } from "../lib/program.mjs";

export default async function python({ server: { url, ws }, check }) {
  const program = join(root, ".venv/bin/python");
  for (const name of ["query", "mutation", "validation", "errors", "subscription"]) {
    await check(name, () => run(program, ["python/shop.py", name, url, ws]));
  }
}
