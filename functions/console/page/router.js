/**
 * Which page is shown: the part of the address after `#`, such as `#/keys/ExampleKey000001` or `#/keys?state=active`.
 *
 * @module
 */

import { createStore, useStore } from "./store.js";

const parse = () => {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const segments = path.split("/").filter(Boolean).map(decode);
  return { segments, page: segments[0] ?? "", query: new URLSearchParams(query) };
};

/** A segment that is no valid percent-encoding stands for itself. */
const decode = (segment) => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const current = createStore(parse());
/** How far down each list was scrolled when it was left, in pixels, by its address. */
const places = new Map();
let address = location.hash;

/** Takes up a new address. */
const arrive = () => {
  const { segments } = current.get();
  // What has an id is read from its top; a list is found as it was left.
  if (segments.length === 1) places.set(address, scrollY);
  address = location.hash;
  current.set(parse());
};

/** Who is told when somebody wants to leave a page on which something is open; the last one lies on top. */
const inTheWay = [];

/**
 * Stays on the page that is shown, whatever the browser's buttons or its address field say.
 *
 * @param {() => void} onLeave told when somebody wants to go elsewhere
 * @returns {() => void} ends that
 */
export function standInTheWay(onLeave) {
  inTheWay.push(onLeave);
  return () => inTheWay.splice(inTheWay.indexOf(onLeave), 1);
}

history.scrollRestoration = "manual";
addEventListener("hashchange", () => {
  if (inTheWay.length === 0) return arrive();
  history.pushState(null, "", address || location.pathname + location.search);
  inTheWay.at(-1)();
});

/**
 * The address of a page: `href(["keys", id])`, `href(["keys"], {state: "active"})`. Empty values are left out.
 *
 * @param {string[]} segments
 * @param {Record<string, string | null | undefined> | URLSearchParams} [query]
 * @returns {string} starts with `#/`
 */
export function href(segments, query = {}) {
  const pairs = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const text = new URLSearchParams(pairs.filter(([, value]) => value)).toString();
  return `#/${segments.map(encodeURIComponent).join("/")}${text && `?${text}`}`;
}

/**
 * Goes to a page.
 *
 * @param {string} target from {@link href}
 * @param {{replace?: boolean}} [options] `replace`: without a new entry in the browser's history
 */
export function go(target, { replace = false } = {}) {
  if (target === location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", target);
  arrive();
}

/** How far down the page that is shown was scrolled when it was left, in pixels; 0 if it is new. */
export const placeOfPage = () => places.get(address) ?? 0;

/** Forgets the places: whoever signs in next starts at the top. */
export const forgetPlaces = () => places.clear();

/**
 * The page that is shown.
 *
 * @returns {{segments: string[], page: string, query: URLSearchParams}} `page` is the first segment, "" without any
 */
export const useRoute = () => useStore(current);
