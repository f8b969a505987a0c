/**
 * What the audit is narrowed by. The address holds it.
 *
 * @module
 */

import { ACTIONS } from "./events.js";
import { html } from "./html.js";
import { go, href } from "./router.js";
import { checkKeyId, checkLabel } from "./shapes.js";
import { Facet, Facets, TextFacet } from "./ui.js";

const NAMES = ["action", "key", "actor", "last", "from", "to"];
/** Stretches of time that end now, in milliseconds. */
export const LAST = { "1h": 3_600_000, "24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000 };
const PERIODS = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
  { value: "own", label: "From … to …" },
];
const TARGETS = { key: "Keys", api: "API sets" };

/**
 * The filter that an address holds.
 *
 * @param {URLSearchParams} query
 * @returns {Record<string, string>} without what is empty
 */
export const filterOf = (query) =>
  Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""]).filter(([, value]) => value));

const show = (filter) => go(href(["audit"], filter), { replace: true });

/** Shows all events. The button that asks for it goes, so the focus goes to the top. */
export function clearFilter() {
  show({});
  document.querySelector("main h1").focus();
}

/** The filter's controls. `rows` are the events that have been seen, for suggestions. */
export function AuditFilters({ filter, rows }) {
  const set = (changes) => show({ ...filter, ...changes });
  const period = filter.last ?? (filter.from || filter.to ? "own" : "");
  const choose = (value) => {
    if (value === "own") set({ last: "", from: utc(Date.now() - LAST["24h"]) });
    else set({ last: value, from: "", to: "" });
  };
  const count = ["action", "key", "actor"].filter((name) => filter[name]).length + (period ? 1 : 0);
  return html`<${Facets} label="Events" set=${count}>
    <${Facet} label="Action" value=${filter.action} all="Any action" options=${actions()} onChange=${(action) => set({ action })} />
    <${TextFacet} label="Key id" all="Any key" value=${filter.key ?? ""} known=${distinct(rows, "key_id")} check=${checkKeyId} onChange=${(key) => set({ key })} />
    <${TextFacet} label="Done by" all="By anyone" value=${filter.actor ?? ""} known=${distinct(rows, "actor")} check=${checkLabel}
      onChange=${(actor) => set({ actor })} />
    <${Facet} label="Time" value=${period} all="Any time" options=${PERIODS} onChange=${choose} />
    ${period === "own" &&
    html`<${Moment} label="From" value=${filter.from} onChange=${(from) => set({ from })} />
      <${Moment} label="To" value=${filter.to} onChange=${(to) => set({ to })} />`}
  <//>`;
}

/** A date and time of the reader's own time zone; the address and the server have it in UTC. */
function Moment({ label, value, onChange }) {
  const commit = (event) => {
    const time = new Date(event.target.value);
    onChange(Number.isNaN(time.getTime()) ? "" : utc(time));
  };
  return html`<label class=${`moment${value ? " set" : ""}`}><span>${label}</span
    ><input type="datetime-local" class=${`facet${value ? " set" : ""}`} value=${local(value)} max="9999-12-29T00:00" onChange=${commit} /></label>`;
}

/**
 * A time as the server takes it: RFC 3339 in UTC, to the second.
 *
 * @param {number | Date} time
 * @returns {string}
 */
export const utc = (time) => new Date(time).toISOString().replace(/\.\d+/, "");

/** A time as such an input takes it: without a zone. */
function local(time) {
  const at = new Date(time ?? "");
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const actions = () =>
  Object.entries(TARGETS).map(([target, label]) => ({
    label,
    options: Object.entries(ACTIONS)
      .filter(([action]) => action.startsWith(target))
      .map(([value, action]) => ({ value, label: action.label })),
  }));

const distinct = (rows, name) => [...new Set(rows.map((row) => row[name]).filter(Boolean))].slice(0, 50);
