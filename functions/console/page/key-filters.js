/**
 * What the list of keys is narrowed by: a box for the name, and facets. The address holds them.
 *
 * @module
 */

import { html, useEffect, useRef, useState } from "./html.js";
import { href, go } from "./router.js";
import { checkLabel } from "./shapes.js";
import { Facet, Facets, Icon, STATES, TextFacet } from "./ui.js";

/** What a list of keys can be narrowed by. */
const NAMES = ["name", "state", "type", "provider", "region", "owner", "client_type"];
/** How long typing must rest before it is searched for, in milliseconds. */
const REST = 60;

/** How providers are written. */
export const PROVIDERS = { aws: "AWS", gcp: "GCP", azure: "Azure" };

/**
 * The filter that an address holds.
 *
 * @param {URLSearchParams} query
 * @returns {Record<string, string>} without what is empty
 */
export const filterOf = (query) =>
  Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""]).filter(([, value]) => value));

const show = (filter) => go(href(["keys"], filter), { replace: true });

/** Shows all keys. The button that asks for it goes away, so the focus goes to the page's heading. */
export const clearFilter = () => {
  show({});
  document.querySelector("main h1")?.focus();
};

/**
 * The filter's controls. `rows` are the keys that have been seen, for suggestions.
 */
export function KeyFilters({ filter, catalogue, rows, session }) {
  const set = (changes) => show({ ...filter, ...changes });
  const facets = Object.keys(filter).filter((name) => name !== "name").length;
  return html`<${Facets} label="Keys" set=${facets} lead=${html`<${NameBox} value=${filter.name ?? ""} onChange=${(name) => set({ name })} />`}>
    <${Facet} label="State" value=${filter.state} all="Any state" onChange=${(state) => set({ state })}
      options=${Object.entries(STATES).map(([value, label]) => ({ value, label }))} />
    <${Facet} label="Type" value=${filter.type} all="Any type" onChange=${(type) => set({ type })}
      options=${["super-user", "fine-grained"].map((value) => ({ value, label: value }))} />
    <${Facet} label="Provider" value=${filter.provider} all="Any provider" onChange=${(provider) => set({ provider, region: "" })}
      options=${Object.entries(PROVIDERS).map(([value, label]) => ({ value, label }))} />
    <${Facet} label="Region" value=${filter.region} all="Any region" onChange=${(region) => set({ region })} options=${regions(catalogue, filter)} />
    ${session.type === "super-user" &&
    html`<${TextFacet} label="Owner" all="Any owner" value=${filter.owner ?? ""} check=${checkLabel} known=${distinct(rows, "owner")}
      onChange=${(owner) => set({ owner })} />`}
    <${TextFacet} label="Client type" all="Any client" value=${filter.client_type ?? ""} check=${checkLabel} known=${distinct(rows, "client_type")}
      onChange=${(clientType) => set({ client_type: clientType })} />
  <//>`;
}

/** The box for the name. It searches as one types. */
function NameBox({ value, onChange }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const timer = useRef(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    // The filter was changed elsewhere: cleared, or by going back.
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (next) => {
    sent.current = next.trim();
    latest.current(sent.current);
  };
  const type = (next) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => send(next), REST);
  };
  return html`<div class="name-box">
    <${Icon} name="search" />
    <input type="search" aria-label="Filter by name" placeholder="Filter by name" maxlength="100" autocomplete="off" spellcheck=${false}
      value=${text} onInput=${(event) => type(event.target.value)} />
  </div>`;
}

const distinct = (rows, name) => [...new Set(rows.map((row) => row[name]).filter(Boolean))].sort().slice(0, 50);

function regions(catalogue, { provider }) {
  const every = { value: "*", label: "* (every region)" };
  const options = (entry) =>
    entry.regions.filter(({ region }) => region !== "*").map(({ region, name }) => ({ value: region, label: `${region} · ${name}` }));
  const shown = (catalogue?.providers ?? []).filter((entry) => !provider || entry.provider === provider);
  if (provider) return [every, ...shown.flatMap(options)];
  return [every, ...shown.map((entry) => ({ label: PROVIDERS[entry.provider] ?? entry.provider, options: options(entry) }))];
}
