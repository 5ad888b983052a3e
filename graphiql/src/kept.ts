import { useSyncExternalStore } from 'react';

/** A value that survives a reload and ends with its browser tab: it is kept in sessionStorage and nowhere else. */
export class Kept<T extends object> {
  readonly #key: string;
  readonly #empty: T;
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(key: string, empty: T) {
    this.#key = key;
    this.#empty = empty;
    this.#value = { ...empty, ...read(key) };
  }

  get value(): T {
    return this.#value;
  }

  /** Writes some of its fields. */
  set(change: Partial<T>): void {
    this.#value = { ...this.#value, ...change };
    sessionStorage.setItem(this.#key, JSON.stringify(this.#value));
    for (const listener of this.#listeners) listener();
  }

  /** Makes it what it was at first. */
  forget(): void {
    this.#value = this.#empty;
    this.set({});
  }

  /** The value, for a component that is drawn anew when it changes. */
  use(): T {
    return useSyncExternalStore(this.#subscribe, () => this.#value);
  }

  readonly #subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

function read(key: string): object {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(key) ?? '{}');
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {};
  }
}
