/** How the page talks to the endpoint: HTTP for queries and mutations, WebSocket for subscriptions. */
import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { getOperationAST, parse, type OperationDefinitionNode } from 'graphql';
import { createClient, type ExecutionResult } from 'graphql-ws';
import { complaint } from './complaint';
import { fill, remember } from './memory';
import { ENDPOINT, headers, refresh } from './session';

/** The operation that will run. GraphiQL's own idea of it lags behind the editor by a moment. */
function operationOf({ query, operationName }: FetcherParams): OperationDefinitionNode | undefined {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? undefined;
  } catch {
    return undefined; // The server says what is wrong with it.
  }
}

export const fetcher: Fetcher = async (params, options) => {
  await refresh();
  const operation = operationOf(params);
  const name = operation?.name?.value;
  const request = { query: params.query, operationName: name ?? params.operationName, variables: fill(params.variables) };
  // What stands in the headers editor wins.
  const all = { ...headers(), ...lowerCased(options?.headers) };
  if (operation?.operation === 'subscription') return subscribe(request, all);
  const answer = await post(request, all);
  if (name !== 'IntrospectionQuery') remember(name, answer);
  return answer;
};

interface Request {
  query: string;
  operationName: string | null | undefined;
  variables: unknown;
}

async function post(request: Request, extra: Record<string, string>): Promise<ExecutionResult> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...extra },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw complaint(`${response.status} ${response.statusText} ${text}`.trim());
  }
}

/** Each subscription has a connection of its own, so that it is opened with the headers of this moment. */
function subscribe(request: Request, connectionParams: Record<string, string>): AsyncIterableIterator<ExecutionResult> {
  const address = new URL(ENDPOINT, location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  // Lazy, as it is by default: it closes the connection when the subscription ends.
  const client = createClient({ url: address.href, connectionParams, retryAttempts: 0 });
  const { query, operationName, variables } = request;
  const answers = client.iterate({ query, operationName, variables: variables as Record<string, unknown> | undefined });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const step = await answers.next();
        if (!step.done) remember(operationName ?? undefined, step.value);
        return step as IteratorResult<ExecutionResult>;
      } catch (error) {
        throw error instanceof CloseEvent ? complaint(`The connection was closed: ${error.code} ${error.reason}`) : error;
      }
    },
    // Not a generator: that would end with the next event, and there may be none.
    async return() {
      await answers.return?.();
      return { done: true, value: undefined };
    },
  };
}

function lowerCased(given: Record<string, unknown> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(given ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
}
