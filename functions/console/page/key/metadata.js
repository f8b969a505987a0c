/**
 * What somebody types as metadata: rows of names and texts, or JSON. `{mode: "rows" | "json", rows: [{id, name, text}], json}`.
 *
 * @module
 */

import { checkMetadata } from "../shapes.js";
import { merged, patchOf, same } from "./merge-patch.js";

let lastId = 0;

/** A row. Its id stays while its name is typed. */
export const row = (name = "", text = "") => ({ id: ++lastId, name, text });

/**
 * What stands in the field for a key's metadata.
 *
 * @param {object} value
 */
export function metadataDraft(value) {
  const isFlat = Object.values(value).every((one) => typeof one === "string");
  const rows = isFlat ? Object.entries(value).map(([name, text]) => row(name, text)) : [];
  return { mode: isFlat ? "rows" : "json", rows, json: isFlat && rows.length === 0 ? "" : JSON.stringify(value, null, 2) };
}

/**
 * What is typed, as the other mode shows it.
 *
 * @param {object} draft right, by {@link checkDraft}
 * @param {"rows" | "json"} mode
 */
export function inMode(draft, mode) {
  const value = valueOf(draft);
  if (mode === "json") return { ...draft, mode, json: Object.keys(value).length > 0 ? JSON.stringify(value, null, 2) : "" };
  return { ...draft, mode, rows: Object.entries(value).map(([name, text]) => row(name, text)) };
}

/** Whether rows can hold what is typed: texts alone. */
export const fitsRows = (draft) => draft.mode === "rows" || (!checkDraft(draft) && Object.values(valueOf(draft)).every((one) => typeof one === "string"));

/**
 * What is wrong with what is typed, or null. Rows without a name and a text count for nothing.
 *
 * @param {object} draft
 */
export function checkDraft({ mode, rows, json }) {
  if (mode === "json") return json.trim() ? checkMetadata(json) : null;
  const names = rows.filter(isFilled).map(({ name }) => name.trim());
  if (names.includes("")) return "every entry needs a name";
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) return `has two entries named "${twice}"`;
  return checkMetadata(JSON.stringify(valueOf({ mode, rows })));
}

const isFilled = ({ name, text }) => name.trim() !== "" || text !== "";

/**
 * The object that is typed.
 *
 * @param {object} draft right, by {@link checkDraft}
 * @returns {object}
 */
export function valueOf({ mode, rows, json }) {
  if (mode === "json") return json.trim() ? JSON.parse(json) : {};
  return Object.fromEntries(rows.filter(isFilled).map(({ name, text }) => [name.trim(), text]));
}

/**
 * What cannot be sent of new metadata, or null: whole numbers that JavaScript has rounded, and members that are to become null
 * in a patch, where null takes a member away.
 *
 * @param {object} before what stands; `{}` for a new key
 * @param {object} after
 * @param {boolean} isPatch
 */
export function checkSendable(before, after, isPatch) {
  const patch = patchOf(before, after);
  if (holdsRounded(patch)) return "has a whole number beyond 9007199254740991, which a browser rounds: write it as text";
  if (isPatch && !same(merged(before, patch), after)) return "cannot set an entry to null: take the entry away";
  return null;
}

function holdsRounded(value) {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value);
  return value !== null && typeof value === "object" && Object.values(value).some(holdsRounded);
}
