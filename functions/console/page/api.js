/**
 * Calls of Latchkey's API.
 *
 *     const record = await call("GET", ["keys", id], { signal });
 *     await call("PATCH", ["keys", id], { body: { enabled: false }, ifMatch: record.version });
 *
 * Every failure but an abort is a {@link Problem}. A 401 ends the session before it is thrown.
 *
 * @module
 */

import { createStore } from "./store.js";

/** The folder of this page, so that a path in front of the API works. */
const BASE = new URL(".", document.baseURI);

/** Why a call failed, in words. */
export class Problem extends Error {
  /**
   * @param {{status: number, title: string, detail?: string, errors?: {field: string, message: string}[], body?: object}} parts
   */
  constructor({ status, title, detail = "", errors = [], body = {} }) {
    super(detail || title);
    this.name = "Problem";
    /** The HTTP status; 0 when there was no answer. */
    this.status = status;
    /** What is wrong, in a few words. */
    this.title = title;
    /** What is wrong, in a sentence, or "". */
    this.detail = detail;
    /** What is wrong with which field. */
    this.errors = errors;
    /** The whole answer: some problems have members of their own. */
    this.body = body;
  }

  /** The first message of each field: `{name: "must not be empty"}`. */
  get fields() {
    return Object.fromEntries(this.errors.toReversed().map(({ field, message }) => [field, message]));
  }
}

/** A title and a hint for the answers of API Gateway, which says little. */
const WORDS = {
  401: ["You are not signed in"],
  403: ["This is not allowed"],
  404: ["There is nothing here"],
  413: ["That is too large"],
  429: ["Too many requests", "Try again in a moment."],
};

const runs = createStore(0);
/** How many calls are under way. */
export const running = { get: runs.get, subscribe: runs.subscribe };

let onUnauthorized = () => {};
/**
 * Says what happens when a call is refused because the session is over.
 *
 * @param {() => void} listener
 */
export function whenUnauthorized(listener) {
  onUnauthorized = listener;
}

/**
 * Calls the API.
 *
 * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string[]} path its segments
 * @param {object} [options]
 * @param {Record<string, string | number | null | undefined>} [options.query] empty values are left out
 * @param {object} [options.body] sent as JSON
 * @param {AbortSignal} [options.signal] ends the call
 * @param {number} [options.ifMatch] the version that is being changed
 * @param {string} [options.idempotencyKey]
 * @param {string} [options.key] a key's text to send instead of the session; it is not kept, and a 401 is about it
 * @param {boolean} [options.isSignIn] the answer's cookie is wanted
 * @param {(version: number) => void} [options.onVersion] told the version in the answer's `ETag`, if there is one
 * @returns {Promise<any>} the answer's body; null without one
 * @throws {Problem}
 */
export async function call(method, path, options = {}) {
  runs.set(runs.get() + 1);
  try {
    const response = await send(method, path, options);
    const body = await read(response);
    if (response.ok) {
      const [, version] = /^"(\d+)"$/.exec(response.headers.get("etag") ?? "") ?? [];
      if (version) options.onVersion?.(Number(version));
      return body;
    }
    if (response.status === 401 && !options.key) onUnauthorized();
    throw problem(response.status, body);
  } finally {
    runs.set(runs.get() - 1);
  }
}

/** No key has other characters, and a browser sends no others. */
const VISIBLE = /^[\x21-\x7e]+$/;

async function send(method, path, { query = {}, body, signal, ifMatch, idempotencyKey, key, isSignIn }) {
  const url = new URL(path.map(encodeURIComponent).join("/"), BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== "" && value != null) url.searchParams.set(name, value);
  }
  const headers = { accept: "application/json", "x-latchkey-console": "1" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (ifMatch !== undefined) headers["if-match"] = `"${ifMatch}"`;
  if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
  if (key && !VISIBLE.test(key)) throw problem(401, null);
  if (key) headers.authorization = `Bearer ${key}`;
  try {
    return await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      cache: "no-store",
      redirect: "error",
      // Two different credentials in one request are refused.
      credentials: key && !isSignIn ? "omit" : "same-origin",
    });
  } catch (error) {
    throw unanswered(error);
  }
}

async function read(response) {
  let text;
  try {
    text = await response.text();
  } catch (error) {
    throw unanswered(error);
  }
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    throw new Problem({ status: response.status, title: "The answer could not be read" });
  }
}

function unanswered(error) {
  if (error.name === "AbortError") return error;
  return new Problem({ status: 0, title: "Latchkey cannot be reached", detail: "Check the connection and try again." });
}

function problem(status, body) {
  const { title, detail, errors } = body ?? {};
  const [words, hint] = WORDS[status] ?? (status >= 500 ? ["Latchkey could not answer", "Try again in a moment."] : ["The request was refused"]);
  return new Problem({ status, title: title ?? words, detail: detail ?? (title ? "" : hint), errors, body: body ?? {} });
}

/** Whether a call was ended by its caller, which is no failure. */
export const isAborted = (error) => error.name === "AbortError";
