/** GraphiQL as people use it: a purchase, the work of staff, a subscription, in a real browser. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startServer } from './server.js';

const EMAIL = 'admin@example.com';
const PASSWORD = 'demo-admin-password';
/** A loaded machine is slow; what is broken stays broken. */
const PATIENCE = 30_000;
/** The picture of the documentation may weigh this much. */
const PICTURE_MAX = 300_000;

let server;
let browser;
let page;
/** What a page of ours must not do: complain, be refused something by its policy, ask somebody else. */
const faults = [];

before(async () => {
  server = await startServer();
  const html = await (await fetch(`${server.origin}/graphiql`)).text();
  assert.match(html, /id="page"/, 'the server was built before GraphiQL was: npm --prefix graphiql run build');
  browser = await chromium.launch({
    executablePath: process.env.MERX_BROWSER ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light', locale: 'en-US' });
  context.setDefaultTimeout(PATIENCE);
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== server.origin && !['data:', 'blob:'].includes(protocol)) faults.push(`asks ${request.url()}`);
  });
  context.on('requestfailed', (request) => faults.push(`${request.url()}: ${request.failure()?.errorText}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      console.error(`refused by the policy: ${effectiveDirective} ${blockedURI}`);
    });
  });
  page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`throws ${error}`));
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

function nothingWrong() {
  assert.deepEqual(faults.splice(0), []);
}

/** The step of the journey panel, by the name of its operation. */
function step(operation) {
  return page.getByRole('button', { name: new RegExp(`\\b${operation}\\b`) }).and(page.locator('.merx-step'));
}

async function show(panel) {
  const button = page.getByRole('button', { name: `Show ${panel}` });
  if (await button.isVisible()) await button.click();
}

/** The text in one of the editors: `operation.graphql`, `variables.json`, `response.json`. */
function text(name) {
  return page.evaluate((ending) => {
    const models = globalThis.__MONACO.editor.getModels();
    return models.find((model) => model.uri.path.endsWith(ending))?.getValue() ?? '';
  }, name);
}

/** Waits for an answer that `accept`s. */
async function answer(accept = () => true) {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    const found = await text('response.json');
    if (found !== '') {
      const parsed = JSON.parse(found);
      if (accept(parsed)) return parsed;
    }
    await page.waitForTimeout(50);
  }
  throw new Error(`no answer but ${await text('response.json')}`);
}

/** Opens a step and runs it with the keyboard alone. */
async function run(operation) {
  await step(operation).click();
  await page.locator('.graphiql-tab-active', { hasText: operation }).waitFor();
  await page.keyboard.press('Control+Enter');
  const { data, errors } = await answer();
  assert.equal(errors, undefined, `${operation}: ${JSON.stringify(errors)}`);
  for (const payload of Object.values(data)) {
    assert.deepEqual(payload?.errors ?? [], [], `${operation}: ${JSON.stringify(payload)}`);
  }
  return data;
}

/** What the editor underlines. */
function complaints() {
  return page.evaluate(() => globalThis.__MONACO.editor.getModelMarkers({}).map(({ message }) => message));
}

/** Waits until the editor has nothing, or something, to complain of: its worker takes a moment. */
async function untilComplaints(some) {
  const deadline = Date.now() + PATIENCE;
  let found = await complaints();
  while (found.length > 0 !== some && Date.now() < deadline) {
    await page.waitForTimeout(100);
    found = await complaints();
  }
  assert.equal(found.length > 0, some, found.join('\n'));
}

test('the page opens', async () => {
  const workers = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  const started = performance.now();
  await page.goto(`${server.origin}/graphiql`);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  const opened = performance.now();
  await page.locator('.merx-standing', { hasText: 'us' }).waitFor();
  assert.equal(await page.title(), 'Merx');
  const bytes = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .reduce((sum, { transferSize }) => sum + transferSize, 0));
  console.log(`the editor is there after ${Math.round(opened - started)} ms, ${Math.round(bytes / 1024)} KiB were loaded`);
  await untilComplaints(false);
  assert.ok(workers.length > 0, 'the editor works without its workers');
  assert.ok(workers.every((url) => url.startsWith(`${server.origin}/graphiql/assets/`)), workers.join('\n'));
  nothingWrong();
});

test('a step that lacks a value says which step gives it', async () => {
  await step('Pay').click();
  await page.keyboard.press('Control+Enter');
  const { errors } = await answer();
  assert.match(errors[0].message, /\{\{cartToken\}\} is not known yet: run NewCart first/);
  nothingWrong();
});

test('a purchase, step by step', async () => {
  await run('Browse');
  const found = await run('Search');
  assert.ok(found.search.totalCount > 0);
  await run('Product');
  await run('NewCart');
  const added = await run('AddLine');
  assert.equal(added.cartLinesAdd.cart.quantity, 2);
  await run('Buyer');
  await run('Delivery');
  await run('Pay');
  const { checkoutComplete } = await run('Complete');
  assert.equal(checkoutComplete.order.paymentStatus, 'PAID');
  const { order } = await run('MyOrder');
  assert.equal(order.number, checkoutComplete.order.number);
  assert.equal(await page.locator('.merx-step[data-state=done]').count(), 10);
  await untilComplaints(false);
  nothingWrong();
});

test('the picture of the documentation', { skip: !process.env.MERX_SCREENSHOT }, async () => {
  const path = process.env.MERX_SCREENSHOT;
  await step('Complete').click();
  await page.keyboard.press('Control+Enter');
  await answer();
  await page.mouse.move(720, 890);
  await page.waitForTimeout(1000);
  await page.screenshot({ path });
  const { size } = await stat(path);
  assert.ok(size < PICTURE_MAX, `${path} has ${size} bytes`);
});

test('staff signs in, works and signs out', async () => {
  await step('ProductCreate').click();
  await untilComplaints(true); // A shopper's schema does not know it.
  await show('Session');
  await page.getByLabel('E-mail of staff').fill(EMAIL);
  await page.getByLabel('Password').fill('not-the-password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.merx-form [role=alert]').waitFor();

  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('Password').press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.locator('.merx-standing', { hasText: 'staff' }).waitFor();
  await untilComplaints(false);
  await show('Journey');
  const { productCreate } = await run('ProductCreate');
  assert.equal(productCreate.product.variants[0].stock[0].onHand, 25);
  await run('ProductUpdate');
  const { stockAdjust } = await run('StockAdjust');
  assert.equal(stockAdjust.variant.stock[0].onHand, 35);
  await run('StockLevels');
  const { order } = await run('StaffOrder');
  assert.equal(order.email, 'ada@example.com');

  const tokens = await page.evaluate(() => {
    const { token, refreshToken } = JSON.parse(sessionStorage.getItem('merx:session') ?? '{}');
    return [token, refreshToken];
  });
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.cookie]));
  for (const secret of [...tokens, PASSWORD]) assert.ok(secret && !kept.includes(secret), 'a secret outlives the browser tab');

  // An access token that is about to end is changed for a new one before the next request.
  await page.evaluate(() => {
    const kept = JSON.parse(sessionStorage.getItem('merx:session') ?? '{}');
    sessionStorage.setItem('merx:session', JSON.stringify({ ...kept, expiresAt: 0 }));
  });
  await page.reload();
  await page.locator('.merx-standing', { hasText: 'staff' }).waitFor();
  const fresh = ([before]) => {
    const { token } = JSON.parse(sessionStorage.getItem('merx:session') ?? '{}');
    return token && token !== before;
  };
  await page.waitForFunction(fresh, tokens);
  await show('Session');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('.merx-standing', { hasText: 'shopper' }).waitFor();
  const left = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  for (const secret of [...tokens, PASSWORD]) assert.ok(!left.includes(secret), 'a secret outlives the signing out');
  nothingWrong();
});

test('another channel and language', async () => {
  await show('Session');
  await page.getByLabel('Channel').selectOption('eu');
  await page.getByLabel('Language').selectOption('de');
  await page.locator('.merx-sent', { hasText: 'x-channel: eu' }).waitFor();
  await show('Journey');
  const { products } = await run('Browse');
  assert.match(products.nodes[0].priceRange.min.formatted, /€/);
  nothingWrong();
});

test('a subscription goes on until it is stopped', async () => {
  await show('Journey');
  const live = step('ServerTime');
  await live.click();
  await page.locator('.graphiql-tab-active', { hasText: 'ServerTime' }).waitFor();
  const opened = page.waitForEvent('websocket');
  await page.keyboard.press('Control+Enter');
  const socket = await opened;
  const first = await answer(({ data }) => data);
  await answer(({ data }) => data && JSON.stringify(data) !== JSON.stringify(first.data));
  const closed = socket.isClosed() ? undefined : socket.waitForEvent('close');
  await page.getByRole('button', { name: /^Stop/ }).click();
  await closed;
  nothingWrong();
});
