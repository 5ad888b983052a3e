// graphql-codegen on schema.graphql: types, documents, and the manifest that the suite `trusted` uses.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { documents } from "../lib/documents.mjs";
import { root, run } from "../lib/program.mjs";

const generated = join(root, "generated/codegen");
/** Where the manifest lies when it is made. */
export const manifest = join(generated, "persisted-documents.json");

/** Makes the types and the manifest. */
export async function generate() {
  rmSync(generated, { recursive: true, force: true });
  const program = join(root, "node_modules/@graphql-codegen/cli/cjs/bin.js");
  await run(process.execPath, [program, "--config", "codegen.mjs"]);
}

export default async function codegen({ check }) {
  await check("the client preset takes the schema and the documents", async () => {
    await generate();
    const types = readFileSync(join(generated, "graphql.ts"), "utf8");
    assert.match(types, /export type ListingQuery =/);
    assert.match(types, /export const CheckoutCompleteDocument =/);
    assert.doesNotMatch(types, /: any\b/, "every scalar has a type");
  });

  await check("the manifest names every document by its SHA-256", () => {
    const entries = Object.entries(JSON.parse(readFileSync(manifest, "utf8")));
    assert.equal(entries.length, Object.keys(documents).length);
    for (const [id, text] of entries) {
      assert.equal(id, `sha256:${createHash("sha256").update(text).digest("hex")}`);
    }
  });
}
