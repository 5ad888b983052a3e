// Subscriptions, whatever carries them.
import assert from "node:assert/strict";

/** The first `count` values of an observable; then it is left. */
export function first(count, observable) {
  return new Promise((resolve, reject) => {
    const values = [];
    const subscription = observable.subscribe({
      next(value) {
        values.push(value);
        if (values.length < count) return;
        resolve(values);
        // The subscription is not known yet when a value comes at once.
        queueMicrotask(() => subscription.unsubscribe());
      },
      error: reject,
      complete: () => reject(new Error(`it ended after ${values.length} values`)),
    });
  });
}

/** The first `count` values of an async iterable; then it is left. */
export async function take(count, iterable) {
  const values = [];
  for await (const value of iterable) {
    values.push(value);
    if (values.length === count) break;
  }
  return values;
}

/** Fails unless `value` is a time of now. */
export function isTime(value, error) {
  assert.ok(Math.abs(Date.parse(value) - Date.now()) < 60_000, `not the time: ${value} ${error ?? ""}`);
}
