/**
 * A value that components watch.
 *
 * @module
 */

import { useLayoutEffect, useState } from "./html.js";

/**
 * Makes a store.
 *
 * @template T
 * @param {T} initial what it holds at first
 * @returns {{get: () => T, set: (value: T) => void, subscribe: (listener: (value: T) => void) => () => void}}
 */
export function createStore(initial) {
  let value = initial;
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener(value);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The store's value; the component is drawn again when it changes.
 *
 * @template T
 * @param {{get: () => T, subscribe: (listener: (value: T) => void) => () => void}} store
 * @returns {T}
 */
export function useStore(store) {
  const [, redraw] = useState(store.get());
  useLayoutEffect(() => {
    // It may have changed between drawing and this.
    redraw(store.get());
    return store.subscribe(redraw);
  }, [store]);
  return store.get();
}
