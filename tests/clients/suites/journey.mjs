// A purchase, from the empty cart to the paid order, through Apollo Client.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { documents } from "../lib/documents.mjs";

const ADDRESS = {
  firstName: "Ada",
  lastName: "Byron",
  line1: "1 Main St",
  city: "Springfield",
  postalCode: "12345",
  countryCode: "US",
};

export default async function journey({ server: { url }, check }) {
  const apollo = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });

  /** Sends the mutation `name`, which must succeed, and gives its payload. */
  const change = async (name, input, context) => {
    const { data } = await apollo.mutate({ mutation: documents[name], variables: { input }, context });
    const [payload] = Object.values(data);
    assert.deepEqual(payload.errors, [], name);
    return payload;
  };

  /** A variant of which two can be sold. */
  const inStock = async () => {
    const { data } = await apollo.query({ query: documents.Listing, variables: { first: 24 } });
    for (const { slug } of data.products.nodes) {
      const { data } = await apollo.query({ query: documents.Detail, variables: { slug } });
      const variant = data.product.variants.find((variant) => variant.quantityAvailable >= 2);
      if (variant) return variant;
    }
    return assert.fail("nothing is in stock");
  };

  await check("cart, address, delivery, payment, order", async () => {
    const variant = await inStock();
    const { cart } = await change("CartCreate", {});
    const cartToken = cart.token;
    await change("CartLinesAdd", { cartToken, lines: [{ variantId: variant.id, quantity: 2 }] });
    const { cart: bought } = await change("CartBuyerUpdate", { cartToken, email: "ada@example.com", shippingAddress: ADDRESS });
    const deliveryOptionId = bought.deliveryOptions[0].id;
    const { cart: ready } = await change("CartDeliverySelect", { cartToken, deliveryOptionId });
    assert.deepEqual(ready.problems, []);

    // The cache knows the cart by its id: nothing is asked twice.
    const query = { query: documents.Cart, variables: { token: cartToken } };
    const { data: shown } = await apollo.query(query);
    assert.equal(shown.cart.quantity, 2);
    assert.deepEqual(shown.cart.total, ready.total);

    const { payment } = await change("PaymentStart", { cartToken, gateway: "test", token: "tok_success" });
    assert.deepEqual(payment.amount, ready.total);
    const { amount, currencyCode } = ready.total;
    const input = { cartToken, paymentId: payment.id, expectedTotal: { amount, currencyCode } };
    const context = { headers: { "idempotency-key": randomUUID() } };
    const { order } = await change("CheckoutComplete", input, context);
    assert.equal(order.lines[0].sku, variant.sku);
    assert.deepEqual(order.total, ready.total);

    const { order: again } = await change("CheckoutComplete", input, context);
    assert.equal(again.number, order.number, "sent twice, done once");

    const variables = { id: order.id, accessToken: order.accessToken };
    const { data: found } = await apollo.query({ query: documents.Order, variables, fetchPolicy: "network-only" });
    assert.equal(found.order.paymentStatus, "PAID");
    assert.equal(Number(found.order.outstanding.amount), 0);
    const { data: hidden } = await apollo.query({ query: documents.Order, variables: { id: order.id }, fetchPolicy: "network-only" });
    assert.equal(hidden.order, null, "without the token it does not exist");
  });
}
