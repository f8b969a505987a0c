/**
 * The keys that match a filter, loaded as far as somebody looks.
 *
 * The server looks at 500 keys for one answer, so an answer may have few rows or none, and a cursor for the rest. A list
 * goes on by itself until it has as many rows as are wanted.
 *
 * @module
 */

import { call, isAborted } from "./api.js";
import { useLayoutEffect, useMemo } from "./html.js";
import { EXAMINED } from "./paged.js";
import { createStore, useStore } from "./store.js";

/** How many rows to ask for: a screenful first, so that it is there soon. */
const FIRST = 30;
const NEXT = 100;
/** How many rows are loaded before they replace those of an earlier visit. */
const REFRESHED = 500;

const NOTHING = { rows: [], cursor: null, searched: 0, phase: "loading", failure: null, stale: false, edition: 0 };
let lastEdition = 0;

/** One list: the rows of one filter. */
class KeyList {
  #control = null;
  #isStarted = false;
  #wanted = FIRST;
  #filter;
  /** What has been loaded so far, shown or not. */
  #have = null;

  /**
   * @param {Record<string, string>} filter
   * @param {{rows: object[], edition: number}} before what to show until there is an answer
   * @param {boolean} isSame whether that is of the same filter
   */
  constructor(filter, { rows, edition }, isSame) {
    this.#filter = filter;
    this.state = createStore({ ...NOTHING, rows, edition, stale: rows.length > 0 && !isSame });
  }

  /** Wants at least this many rows. */
  want = (rows) => {
    if (rows <= this.#wanted) return;
    this.#wanted = rows;
    if (this.#isStarted) this.#go();
  };

  /** Goes on after a failure. */
  retry = () => (this.state.get().cursor ? this.#go() : this.reload());

  /** Loads anew; what is shown stays until there is an answer. */
  reload = (least = 1) => {
    this.stop();
    this.#isStarted = true;
    this.state.set({ ...this.state.get(), cursor: null, phase: "loading", failure: null });
    this.#go(least);
  };

  /** Puts a record that was changed in the place of what is shown of it. */
  replace = (record) => {
    const state = this.state.get();
    const put = (rows) => rows.map((row) => (row.id === record.id ? record : row));
    this.state.set({ ...state, rows: put(state.rows) });
    if (this.#have) this.#have.rows = put(this.#have.rows);
  };

  /** Ends what is under way. */
  stop = () => {
    this.#control?.abort();
    this.#control = null;
  };

  async #go(least = 1) {
    const { phase, cursor } = this.state.get();
    if (this.#control || (phase !== "loading" && !cursor)) return;
    const control = new AbortController();
    this.#control = control;
    try {
      await this.#load(phase === "loading" ? { ...NOTHING } : { ...this.state.get() }, least, control.signal);
    } catch (failure) {
      if (!isAborted(failure)) this.#fail(failure);
    }
    if (this.#control !== control) return;
    this.#control = null;
    // More may have been wanted since the last answer.
    if (this.state.get().phase === "more" && this.state.get().rows.length < this.#wanted) this.#go();
  }

  /** Loads from `have` on. Every answer is shown at once, or the first ones only when they have `least` rows. */
  async #load(have, least, signal) {
    this.#have = have;
    let isFirst = have.phase === "loading";
    do {
      if (have.phase !== "loading") this.state.set({ ...this.state.get(), phase: "searching", failure: null });
      const limit = isFirst && least === 1 ? FIRST : NEXT;
      const answer = await call("GET", ["keys"], { query: { ...this.#filter, limit, cursor: have.cursor }, signal });
      signal.throwIfAborted();
      isFirst = false;
      const known = new Set(have.rows.map(({ id }) => id));
      have.rows = [...have.rows, ...answer.keys.filter(({ id }) => !known.has(id))];
      have.cursor = answer.next_cursor;
      have.searched += answer.keys.length < limit && answer.next_cursor ? EXAMINED : answer.keys.length;
      have.phase = have.cursor ? "more" : "done";
      if (least === 1 || have.rows.length >= least || !have.cursor) this.#show(have);
    } while (have.cursor && have.rows.length < Math.max(this.#wanted, least));
  }

  /** Rows of an earlier filter do not stay where there are none of this one. */
  #fail(failure) {
    const state = this.state.get();
    this.state.set({ ...state, rows: state.stale ? [] : state.rows, phase: "failed", failure, stale: false });
  }

  /** Shows what has been loaded. Other rows than before are another edition. */
  #show(have) {
    const { rows, edition } = this.state.get();
    const isSame = rows.every(({ id }, at) => !have.rows[at] || have.rows[at].id === id);
    this.state.set({ ...have, edition: isSame ? edition : ++lastEdition, failure: null, stale: false });
  }
}

/** The list of the visit before, so that somebody who comes back finds it as it was. */
let last = null;

/**
 * The keys that match.
 *
 * @param {Record<string, string>} filter
 * @param {string} owner whose session it is
 * @returns {{rows: object[], phase: "loading" | "searching" | "more" | "done" | "failed", searched: number, stale: boolean,
 *   failure: import("./api.js").Problem | null, want: (rows: number) => void, retry: () => void, reload: () => void,
 *   edition: number, replace: (record: object) => void}} "more": there is more, but no more is wanted; `stale`: the rows are
 *   of an earlier filter; `edition` changes when rows give way to others
 */
export function useKeyList(filter, owner) {
  const name = JSON.stringify([owner, filter]);
  const list = useMemo(() => {
    const before = last?.owner === owner ? last.list.state.get() : NOTHING;
    const again = last?.owner === owner && last.name === name;
    last = { name, owner, list: new KeyList(filter, before, again), again };
    return last.list;
  }, [name]);
  // Before the browser draws what is stale: whoever types waits for the answer.
  useLayoutEffect(() => {
    const { rows } = list.state.get();
    list.reload(last.again ? Math.min(Math.max(rows.length, 1), REFRESHED) : 1);
    return list.stop;
  }, [list]);
  const { want, retry, reload, replace } = list;
  return { ...useStore(list.state), want, retry, reload, replace };
}

/** Forgets the list of an earlier visit: its rows are not for whoever signs in next. */
export function forgetKeys() {
  last = null;
}
