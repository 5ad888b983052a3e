// The audits of GraphQL over HTTP that the reference implementation brings along.
import assert from "node:assert/strict";
import { auditServer } from "graphql-http";

/** Audits that there are. */
const AUDITS = 61;

export default async function audits({ server, check }) {
  const results = await check("all audits give a result", async () => {
    const results = await auditServer({ url: server.url });
    assert.equal(results.length, AUDITS);
    return results;
  });
  const failed = (results ?? []).filter((result) => result.status !== "ok");
  await check(`${AUDITS} of ${AUDITS} are ok`, () => {
    const list = failed.map((audit) => `${audit.status} ${audit.id} ${audit.name}: ${audit.reason}`);
    assert.ok(results && failed.length === 0, `${AUDITS - failed.length} of ${AUDITS}\n${list.join("\n")}`);
  });
}
