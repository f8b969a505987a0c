/**
 * Calls in components: one that somebody starts, and one that a view needs.
 *
 * @module
 */

import { isAborted, Problem } from "../api.js";
import { useCallback, useEffect, useRef, useState } from "../html.js";

const asProblem = (error) => {
  if (error instanceof Problem) return error;
  // A mistake of this page: it belongs into the console, too.
  console.error(error);
  return new Problem({ status: 0, title: "Something went wrong in this page", detail: "Reload it and try again." });
};

/**
 * Something that somebody starts. While it runs it is not started again.
 *
 * @param {(...args: any[]) => Promise<void>} action
 * @returns {[boolean, Problem | null, (...args: any[]) => Promise<void>]} whether it runs, why it failed, and what starts it
 */
export function useAction(action) {
  const [state, setState] = useState({ busy: false, failure: null });
  const busy = useRef(false);
  const latest = useRef(action);
  latest.current = action;
  const run = useCallback(async (...args) => {
    if (busy.current) return;
    busy.current = true;
    setState({ busy: true, failure: null });
    let failure = null;
    try {
      await latest.current(...args);
    } catch (error) {
      failure = isAborted(error) ? null : asProblem(error);
    }
    busy.current = false;
    setState({ busy: false, failure });
  }, []);
  return [state.busy, state.failure, run];
}

/**
 * Something that a view needs. It is loaded again when `inputs` change, and the call before is ended.
 *
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {any[]} inputs
 * @returns {{value: T | null, failure: Problem | null, loading: boolean, reload: () => void, set: (value: T) => void}}
 *   while it loads again, `value` is still the one before
 */
export function useLoaded(load, inputs) {
  const [state, setState] = useState({ value: null, failure: null, loading: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    load(control.signal).then(
      (value) => !control.signal.aborted && setState({ value, failure: null, loading: false }),
      (error) => !control.signal.aborted && setState((before) => ({ ...before, failure: asProblem(error), loading: false })),
    );
    return () => control.abort();
  }, [...inputs, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const set = useCallback((value) => setState({ value, failure: null, loading: false }), []);
  return { ...state, reload, set };
}

/** How long a text must stand before it is said, in milliseconds: a counter is not read out at every step. */
const REST = 700;

/**
 * A text once it rests, for a live region.
 *
 * @param {string} text
 * @returns {string} "" at first
 */
export function useRested(text) {
  const [rested, setRested] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
