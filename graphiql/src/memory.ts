/**
 * What answers gave, so that the next document can take it: `{{cartToken}}` in variables becomes the token of the last
 * cart when the document is sent. The editor keeps the name, so that a tab can be run again for the next purchase.
 */
import { complaint } from './complaint';
import { Kept } from './kept';
import { currentChannel } from './session';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Fields = { [name: string]: Json };

/** Every value that is remembered, with the step that gives it. */
const SOURCES = {
  productSlug: 'Browse',
  variantId: 'Browse',
  cartToken: 'NewCart',
  deliveryOptionId: 'Buyer',
  total: 'Delivery',
  paymentId: 'Pay',
  orderId: 'Complete',
  accessToken: 'Complete',
  productId: 'ProductCreate',
};
type Name = keyof typeof SOURCES;
type Values = Partial<Record<Name, Json>>;

export const memory = new Kept('merx:memory', {
  /** By name. */
  values: {} as Values,
  /** Operations that succeeded. */
  done: [] as string[],
});

/** What a field called so teaches, wherever it stands in an answer. */
const LESSONS: Record<string, (found: Fields) => Values> = {
  products: firstProduct,
  search: firstProduct,
  product: (product) => ({ productId: product.id, productSlug: product.slug, variantId: buyable(product) }),
  cart: (cart) => ({
    cartToken: cart.token,
    deliveryOptionId: fields(list(cart.deliveryOptions)[0]).id,
    total: fields(cart.total).amount,
  }),
  payment: (payment) => ({ paymentId: payment.id }),
  order: (order) => ({ orderId: order.id, accessToken: order.accessToken }),
};

function firstProduct(page: Fields): Values {
  const product = list(page.nodes).map(fields).find((node) => buyable(node) !== undefined);
  return product ? { productSlug: product.slug, variantId: buyable(product) } : {};
}

/** The first variant of a product that the answer does not say cannot be bought. */
function buyable(product: Fields): Json | undefined {
  const variants = list(product.variants).map(fields);
  return variants.find((variant) => variant.availableForSale !== false && variant.quantityAvailable !== 0)?.id;
}

function fields(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** Takes what can be used later from the answer to `operation`. */
export function remember(operation: string | undefined, answer: { data?: unknown; errors?: unknown }): void {
  const data = fields(answer.data as Json);
  const values = { ...memory.value.values };
  let failed = Boolean(answer.errors) || Object.keys(data).length === 0;
  for (const payload of Object.values(data).map(fields)) {
    failed ||= list(payload.errors).length > 0;
    teach(payload, values);
  }
  teach(data, values);
  const done = new Set(memory.value.done);
  if (operation && !failed) done.add(operation);
  memory.set({ values, done: [...done] });
}

function teach(object: Fields, values: Values): void {
  for (const [name, value] of Object.entries(object)) {
    for (const [learnt, what] of Object.entries(LESSONS[name]?.(fields(value)) ?? {})) {
      if (what !== undefined && what !== null) values[learnt as Name] = what;
    }
  }
}

/** Variables with every `{{name}}` replaced. */
export function fill(variables: unknown): unknown {
  if (Array.isArray(variables)) return variables.map(fill);
  if (typeof variables === 'object' && variables !== null) {
    return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, fill(value)]));
  }
  return typeof variables === 'string' ? variables.replace(/\{\{(\w+)\}\}/g, (_, name: string) => valueOf(name)) : variables;
}

function valueOf(name: string): string {
  switch (name) {
    case 'country':
      return currentChannel()?.defaultCountry ?? 'US';
    case 'currency':
      return currentChannel()?.currencyCode ?? 'USD';
    case 'random':
      return Math.random().toString(36).slice(2, 7).toUpperCase();
  }
  const value = memory.value.values[name as Name];
  if (value !== undefined) return String(value);
  const source = SOURCES[name as Name];
  throw complaint(source ? `{{${name}}} is not known yet: run ${source} first.` : `There is no {{${name}}}.`);
}
