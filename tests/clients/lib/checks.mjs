// One line a check, and whether all of them held.
import { inspect } from "node:util";

/** Longest time that a check may take, in milliseconds. */
const LIMIT = 60_000;

/** Waits for `promise`, but not for ever. */
export function within(limit, promise, what = "an answer") {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${limit} ms`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Whatever was thrown, as text. */
const said = (error) => error?.stack ?? inspect(error, { depth: 5 });

export class Checks {
  #passed = 0;
  #failed = [];

  /** Runs the suite `name`; what it throws outside of its checks is a failure too. */
  async suite(name, run) {
    const check = (what, body) => this.#check(`${name}: ${what}`, body);
    try {
      await run(check);
    } catch (error) {
      await check("runs to its end", () => Promise.reject(error));
    }
  }

  async #check(name, body) {
    const before = performance.now();
    try {
      const value = await within(LIMIT, Promise.resolve().then(body));
      this.#passed += 1;
      console.log(`ok    ${name} (${Math.round(performance.now() - before)} ms)`);
      return value;
    } catch (error) {
      this.#failed.push(name);
      console.log(`FAIL  ${name}\n      ${said(error).replaceAll("\n", "\n      ")}`);
    }
  }

  /** Something broke where nobody waited for it. */
  stray(error) {
    this.#failed.push("an error that nobody caught");
    console.log(`FAIL  ${said(error)}`);
  }

  /** Says how it went. */
  summary() {
    console.log(`clients: ${this.#passed} passed, ${this.#failed.length} failed`);
    for (const name of this.#failed) console.log(`FAILED: ${name}`);
    return this.#passed > 0 && this.#failed.length === 0;
  }
}
