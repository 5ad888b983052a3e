import { graphql } from "react-relay";

export const card = graphql`
  fragment ProductCard_product on Product @refetchable(queryName: "ProductCardRefetchQuery") {
    name
    slug
    priceRange {
      min {
        amount
        currencyCode
      }
    }
    variants(first: 3) {
      id
      quantityAvailable
    }
  }
`;
