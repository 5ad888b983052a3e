// A second subgraph: reviews of products, which Merx knows nothing of.
import { createServer } from "node:http";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { graphql, parse } from "graphql";

export const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external"])

  type Product @key(fields: "id") {
    id: ID!
    reviewsCount: Int!
  }

  type ProductVariant @key(fields: "id", resolvable: false) {
    id: ID!
  }

  type Review {
    text: String!
    product: Product!
    variant: ProductVariant
  }

  type Query {
    latestReviews(of: [ID!]!, variants: [ID!]! = []): [Review!]!
  }
`);

/** As many reviews as the id has characters: something that depends on the id. */
const reviewsCount = ({ id }) => id.length;

const resolvers = {
  Product: { __resolveReference: ({ id }) => ({ id }), reviewsCount },
  Query: {
    latestReviews: (_, { of, variants }) =>
      of.map((id, i) => ({ text: `Review ${i}`, product: { id }, variant: variants[i] ? { id: variants[i] } : null })),
  },
};

/** Serves the subgraph at a free port. */
export async function serve() {
  const schema = buildSubgraphSchema({ typeDefs, resolvers });
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const { query: source, variables: variableValues, operationName } = JSON.parse(text);
    const result = await graphql({ schema, source, variableValues, operationName });
    response.setHeader("content-type", "application/json").end(JSON.stringify(result));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/graphql`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
