import { graphql } from "react-relay";

export const page = graphql`
  query CategoryPageQuery($id: ID!, $slug: String!) {
    node(id: $id) {
      __typename
      ... on Category {
        ...CategoryPage_category @alias
      }
    }
    category(by: { slug: $slug }) {
      ...CategoryPage_category
    }
  }
`;

export const category = graphql`
  fragment CategoryPage_category on Category
  @refetchable(queryName: "CategoryPagePaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 6 }, cursor: { type: "String" }) {
    name
    products(first: $count, after: $cursor) @connection(key: "CategoryPage_products") {
      edges {
        node {
          ...ProductCard_product
        }
      }
    }
  }
`;
