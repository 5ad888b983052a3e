import { graphql } from "react-relay";

export const add = graphql`
  mutation CartAddMutation($input: CartLinesAddInput!) {
    cartLinesAdd(input: $input) {
      cart {
        id
        quantity
      }
      errors {
        __typename
        message
        ... on InsufficientStockError {
          availableQuantity
        }
      }
    }
  }
`;


export const clock = graphql`
  subscription CartAddClockSubscription {
    serverTime
  }
`;
