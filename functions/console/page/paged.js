/**
 * A list that comes in pages.
 *
 * The server looks at 500 entries for one answer, so an answer may have few entries or none, and a cursor for the rest. A
 * list goes on by itself until it has as many rows as are wanted.
 *
 * @module
 */

import { isAborted } from "./api.js";
import { useEffect, useMemo } from "./html.js";
import { createStore, useStore } from "./store.js";

/** How many entries the server looks at for an answer that it does not fill. */
export const EXAMINED = 500;

const NOTHING = { rows: [], cursor: null, searched: 0, phase: "loading", failure: null, stale: false };

/** The rows of one question. */
class Paged {
  #load;
  #size;
  #wanted;
  #control = null;

  constructor(load, size, rows) {
    this.#load = load;
    this.#size = size;
    this.#wanted = size;
    this.state = createStore({ ...NOTHING, rows, stale: rows.length > 0 });
  }

  /** Wants a page more than there is. */
  more = () => {
    const { phase, rows } = this.state.get();
    if (phase !== "more") return;
    this.#wanted = rows.length + this.#size;
    this.#go({ ...this.state.get() });
  };

  /** Goes on after a failure. */
  retry = () => {
    const state = this.state.get();
    this.#go(state.cursor ? { ...state } : { ...NOTHING });
  };

  /** Loads from the beginning; what is shown stays until there is an answer. */
  start = () => {
    this.#wanted = this.#size;
    this.#go({ ...NOTHING });
  };

  stop = () => this.#control?.abort();

  async #go(have) {
    this.stop();
    const control = new AbortController();
    this.#control = control;
    try {
      await this.#fill(have, control.signal);
    } catch (failure) {
      if (control.signal.aborted || isAborted(failure)) return;
      // Rows of the question before are no answer to this one.
      const { rows, stale, ...rest } = this.state.get();
      this.state.set({ ...rest, rows: stale ? [] : rows, stale: false, phase: "failed", failure });
    }
  }

  async #fill(have, signal) {
    do {
      const phase = have.rows.length === 0 && have.searched === 0 ? "loading" : "searching";
      this.state.set({ ...this.state.get(), phase, failure: null });
      const { rows, cursor } = await this.#load({ cursor: have.cursor, limit: this.#size, signal });
      signal.throwIfAborted();
      have.rows = [...have.rows, ...rows];
      have.searched += rows.length < this.#size && cursor ? EXAMINED : rows.length;
      have.cursor = cursor;
      have.phase = cursor ? "more" : "done";
      this.state.set({ ...have, failure: null, stale: false });
    } while (have.cursor && have.rows.length < this.#wanted);
  }
}

/**
 * The rows of a question, as far as they are wanted.
 *
 * @template T
 * @param {(page: {cursor: string | null, limit: number, signal: AbortSignal}) => Promise<{rows: T[], cursor: string | null}>} load
 * @param {string | null} question what it asks: on another one, it starts anew; on null, nothing is asked
 * @param {number} [size] how many rows a page has, at most 100
 * @returns {{rows: T[], phase: "loading" | "searching" | "more" | "done" | "failed", searched: number, stale: boolean,
 *   failure: import("./api.js").Problem | null, more: () => void, retry: () => void, reload: () => void}} "more": there is more, but no more is
 *   wanted; `stale`: the rows are those of the question before
 */
export function usePaged(load, question, size = 50) {
  const kept = useMemo(() => ({ rows: [] }), []);
  const paged = useMemo(() => new Paged(load, size, question === null ? [] : kept.rows), [question]);
  useEffect(() => {
    if (question !== null) paged.start();
    return paged.stop;
  }, [paged]);
  const state = useStore(paged.state);
  kept.rows = question === null ? [] : state.rows;
  return { ...state, more: paged.more, retry: paged.retry, reload: paged.start };
}
