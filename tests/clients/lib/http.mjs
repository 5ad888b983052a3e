// Plain requests, and a look at those that a client sends.

/** A `fetch` that remembers what went through it. */
export function recorded() {
  const sent = [];
  const send = async (input, init = {}) => {
    const entry = { method: init.method ?? "GET", url: new URL(input), body: undefined, status: undefined };
    if (typeof init.body === "string") entry.body = JSON.parse(init.body);
    sent.push(entry);
    const answer = await fetch(input, init);
    entry.status = answer.status;
    entry.type = answer.headers.get("content-type");
    return answer;
  };
  return { sent, fetch: send };
}

/** Sends one GraphQL request by POST. Gives the status and the body. */
export async function post(url, body, headers = {}) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

/** The data of an answer that must be without errors. */
export async function data(url, query, variables, headers) {
  const { status, body } = await post(url, { query, variables }, headers);
  if (status !== 200 || body.errors) throw new Error(`${status} ${JSON.stringify(body.errors)}`);
  return body.data;
}
