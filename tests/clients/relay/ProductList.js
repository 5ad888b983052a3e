import { graphql } from "react-relay";

export const listing = graphql`
  query ProductListQuery($first: Int!, $after: String) {
    ...ProductList_products @arguments(first: $first, after: $after)
  }
`;

export const list = graphql`
  fragment ProductList_products on Query
  @refetchable(queryName: "ProductListPaginationQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 12 }, after: { type: "String" }) {
    products(first: $first, after: $after) @connection(key: "ProductList_products") {
      edges {
        node {
          id
          ...ProductCard_product
        }
      }
    }
  }
`;
