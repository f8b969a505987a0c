/**
 * What somebody chooses as the end of a key: `{choice, at}`, where `choice` is a length of time such as "30d", "never",
 * "keep" or "at", and `at` is what an input of type datetime-local holds.
 *
 * @module
 */

import { seconds } from "../shapes.js";

const FULL = { dateStyle: "medium", timeStyle: "short" };
const LOCAL = new Intl.DateTimeFormat("en-GB", FULL);
const UTC = new Intl.DateTimeFormat("en-GB", { ...FULL, timeZone: "UTC" });
/** In milliseconds. */
const MINUTE = 60_000;

/** The reader's time zone: "Europe/Berlin". */
export const zone = () => LOCAL.resolvedOptions().timeZone;

/**
 * A time in the reader's time zone and in UTC: "22 Nov 2026, 14:00 (13:00 UTC)".
 *
 * @param {number} time milliseconds
 * @returns {string}
 */
export function bothZones(time) {
  const [local, utc] = [LOCAL.format(time), UTC.format(time)];
  if (local === utc) return `${utc} UTC`;
  const [day, clock] = utc.split(", ");
  return `${local} (${local.startsWith(day) ? clock : utc} UTC)`;
}

/**
 * What an input of type datetime-local takes for a time.
 *
 * @param {number} time milliseconds
 * @returns {string} "2026-11-22T14:00"; "" for no time
 */
export function inputOf(time) {
  if (!Number.isFinite(time)) return "";
  const offset = new Date(time).getTimezoneOffset() * MINUTE;
  return new Date(time - offset).toISOString().slice(0, 16);
}

/**
 * When a choice ends, if it is made now.
 *
 * @param {{choice: string, at: string}} expiry
 * @param {number} now milliseconds
 * @returns {number | null} milliseconds; null where there is no end, or none is known
 */
export function endOf({ choice, at }, now) {
  if (choice === "at") return Number.isNaN(Date.parse(at)) ? null : Date.parse(at);
  const length = seconds(choice);
  return length === null ? null : now + length * 1000;
}

/**
 * What is wrong with a choice, or null.
 *
 * @param {{choice: string, at: string}} expiry
 * @param {number} now milliseconds
 */
export function checkExpiry({ choice, at }, now) {
  if (choice === "") return "choose when the key ends";
  if (choice !== "at") return null;
  const end = endOf({ choice, at }, now);
  if (end === null) return "must be a date and a time";
  return end > now ? null : "must lie in the future";
}

/**
 * The members of a body that ask for a choice.
 *
 * @param {{choice: string, at: string}} expiry
 * @returns {{expires_in?: string, expires_at?: string | null}} empty for "keep"
 */
export function expiryBody({ choice, at }) {
  if (choice === "keep") return {};
  if (choice === "never") return { expires_at: null };
  if (choice === "at") return { expires_at: new Date(at).toISOString().replace(/\.\d+Z$/, "Z") };
  return { expires_in: choice };
}
