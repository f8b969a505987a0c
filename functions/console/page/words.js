/**
 * Times in words.
 *
 * @module
 */

import { html, useEffect, useState } from "./html.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** How far two clocks may differ, in seconds. */
const SKEW = 5;
/** What is nearer than this is told in the unit beside it, in seconds. */
const STEPS = [
  [90 * MINUTE, MINUTE, "minute"],
  [36 * HOUR, HOUR, "hour"],
  [100 * DAY, DAY, "day"],
  [700 * DAY, 30.44 * DAY, "month"],
  [Infinity, 365.25 * DAY, "year"],
];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

/**
 * How far a time is from now: "in 12 days", "3 minutes ago", "just now".
 *
 * @param {string} time RFC 3339
 * @param {number} [now] milliseconds
 * @returns {string}
 */
export function relative(time, now = Date.now()) {
  const seconds = (Date.parse(time) - now) / 1000;
  // What was written this second may be ahead of this machine's clock.
  if (Math.abs(seconds) < MINUTE) return seconds > SKEW ? "in less than a minute" : "just now";
  const [, length, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  return RELATIVE.format(Math.round(seconds / length), unit);
}

/** A time in full, in the reader's time zone: "21 Nov 2026, 17:38:51 UTC". */
export const full = (time) => FULL.format(new Date(time));

/** A date: "21 Nov 2026". */
export const date = (time) => DATE.format(new Date(time));

/** A number with separators: "12,000". */
export const count = (number) => number.toLocaleString("en");

/** How near a time is: "past", "near" (less than 7 days) or "far". */
export function nearness(time, now = Date.now()) {
  const left = Date.parse(time) - now;
  if (left <= 0) return "past";
  return left < 7 * DAY * 1000 ? "near" : "far";
}

const watchers = new Set();
let ticking = null;

/** Draws the component again every 20 seconds, and is the time in milliseconds when it last did. */
export function useNow() {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    watchers.add(setNow);
    // One clock for all, so that a whole table changes at once.
    ticking ??= setInterval(() => watchers.forEach((watcher) => watcher(Date.now())), 20_000);
    return () => {
      watchers.delete(setNow);
      if (watchers.size > 0) return;
      clearInterval(ticking);
      ticking = null;
    };
  }, []);
  return now;
}

/** A time in words, with the full time as its tooltip: html`<${Time} at=${record.updated_at} />`. */
export function Time({ at, class: name }) {
  useNow();
  return html`<time class=${name} datetime=${at} title=${full(at)}>${relative(at)}</time>`;
}

/** When a key expires, in words: red when near or past, "never" quiet. */
export function Expiry({ at }) {
  useNow();
  if (!at) return html`<span class="quiet">never</span>`;
  return html`<time class=${nearness(at) === "far" ? "" : "bad"} datetime=${at} title=${full(at)}>${relative(at)}</time>`;
}
