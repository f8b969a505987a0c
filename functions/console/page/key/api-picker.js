/**
 * Choosing API sets: what there is at one side, what is chosen at the other.
 *
 * @module
 */

import { html, useId, useLayoutEffect, useRef, useState } from "../html.js";
import { Icon } from "../ui.js";
import { Wrong } from "../ui/field.js";

/** What can be chosen beside the sets that somebody made. */
const BUILT_IN = [
  { name: "*", title: "Every API set", note: "all routes but Latchkey's own, also those of later sets" },
  { name: "latchkey", title: "Latchkey's admin API", note: "and this console; it takes permissions such as keys:list, too" },
];

/**
 * What somebody may give.
 *
 * @param {object} session
 * @param {object[] | null} sets what `GET /apis` tells; null where it is not known
 * @returns {{name: string, title?: string, note: string, clients: string[]}[]}
 */
export function offered(session, sets) {
  const held = session.type === "super-user" ? null : session.apis;
  const known = (sets ?? []).filter(({ name }) => name !== "latchkey");
  const unknown = (held ?? []).filter((name) => !BUILT_IN.some((one) => one.name === name) && !known.some((set) => set.name === name));
  const own = [...known.map(entry), ...unknown.map((name) => ({ name, note: "", clients: [] }))];
  const builtIn = BUILT_IN.map((one) => ({ ...one, clients: [] }));
  const may = ({ name }) => !held || held.includes(name) || (held.includes("*") && name !== "latchkey");
  return [...builtIn, ...own].filter(may);
}

const entry = ({ name, description, routes, client_types: clients }) => {
  const size = `${routes.length} ${routes.length === 1 ? "route" : "routes"}`;
  return { name, note: description ? `${description} · ${size}` : size, clients };
};

/**
 * The two columns.
 *
 * @param {object} props
 * @param {object[]} props.options from {@link offered}
 * @param {string[]} props.values
 * @param {(values: string[]) => void} props.onChange
 * @param {string} props.clientType what the key will have: some sets admit only certain ones
 * @param {boolean} props.loading
 * @param {string} [props.error]
 */
export function ApiPicker({ options, values, onChange, clientType, loading, error }) {
  const id = useId();
  const [search, setSearch] = useState("");
  const [said, say] = useState("");
  const sought = search.trim().toLowerCase();
  const matches = ({ name, title = "", note }) => [name, title, note].some((text) => text.toLowerCase().includes(sought));
  const free = options.filter((option) => !values.includes(option.name) && matches(option));
  const taken = values.map((name) => options.find((option) => option.name === name) ?? { name, note: "", clients: [] });
  const add = ({ name }) => {
    onChange([...values, name]);
    say(`Selected ${name}`);
  };
  const remove = ({ name }) => {
    onChange(values.filter((one) => one !== name));
    say(`Removed ${name}`);
  };
  const nothing = loading ? "Loading…" : sought ? "No set matches." : "Everything is selected.";
  return html`<fieldset class="field picker" data-wrong=${error ? "" : undefined} aria-describedby=${`${id}-hint`}>
    <legend class="label">API sets</legend>
    <div class="picker-columns">
      <div class="picker-column">
        <div class="picker-head"><span class="quiet" id=${`${id}-free`}>Available</span></div>
        <input type="search" class="picker-search" aria-label="Search API sets" placeholder="Search" autocomplete="off" spellcheck=${false} value=${search}
          onInput=${(event) => setSearch(event.target.value)} onKeyDown=${(event) => event.key === "Enter" && event.preventDefault()} />
        <${Column} labelledBy=${`${id}-free`} options=${free} icon="plus" verb="Select" onPick=${add} clientType=${clientType} nothing=${nothing} />
      </div>
      <div class="picker-column">
        <div class="picker-head"><span class="quiet" id=${`${id}-taken`}>Selected (${values.length})</span></div>
        <${Column} labelledBy=${`${id}-taken`} options=${taken} icon="close" verb="Remove" onPick=${remove} clientType=${clientType}
          nothing="None: the key can call open routes alone." />
      </div>
    </div>
    <p class="hint" id=${`${id}-hint`}>${hint(values)}</p>
    <${Wrong} text=${error} />
    <span class="unseen" role="status">${said}</span>
  </fieldset>`;
}

function hint(values) {
  if (values.includes("*") && values.length > (values.includes("latchkey") ? 2 : 1)) return "Every API set is selected, so the single ones add nothing.";
  return "The key may call the routes of what is selected. Arrow keys go through a list, Enter moves an entry to the other.";
}

/** A list of buttons of which one is in the tab order; the arrow keys go through the others. */
function Column({ labelledBy, options, icon, verb, onPick, clientType, nothing }) {
  const list = useRef(null);
  const [at, setAt] = useState(0);
  const picked = useRef(false);
  const current = Math.min(at, options.length - 1);
  useLayoutEffect(() => {
    if (!picked.current) return;
    picked.current = false;
    const buttons = list.current.querySelectorAll("button");
    // The last entry has left: the search is nearest, or the other column.
    const near = buttons[current] ?? list.current.closest(".picker").querySelector("input, button");
    near?.focus();
  });
  const pick = (option, index) => {
    picked.current = true;
    setAt(index);
    onPick(option);
  };
  const onKeyDown = (event) => {
    const last = options.length - 1;
    const to = { ArrowDown: Math.min(current + 1, last), ArrowUp: Math.max(current - 1, 0), Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setAt(to);
    list.current.querySelectorAll("button")[to]?.focus();
  };
  return html`<ul class="picker-list" ref=${list} aria-labelledby=${labelledBy} onKeyDown=${onKeyDown}>
    ${options.map(
      (option, index) => html`<li key=${option.name}><button type="button" tabindex=${index === current ? 0 : -1} class="pick"
        onClick=${() => pick(option, index)} onFocus=${() => setAt(index)}>
          <span class="pick-words"><span class="unseen">${verb} </span><${Title} option=${option} />${option.note && html`<span class="quiet pick-note">${option.note}</span>`}
          <${Clients} clients=${option.clients} clientType=${clientType} /></span><${Icon} name=${icon} />
        </button></li>`,
    )}
    ${options.length === 0 && html`<li class="picker-none quiet">${nothing}</li>`}
  </ul>`;
}

const Title = ({ option: { name, title } }) =>
  title ? html`<span>${title} <code>${name}</code></span>` : html`<span class="mono">${name}</span>`;

/** Whom a set admits, with a warning when the key will not be one of them. */
const Clients = ({ clients, clientType }) =>
  clients.length > 0 &&
  html`<span class=${`pick-note ${clients.includes(clientType) ? "quiet" : "bad"}`}>only for clients of type ${clients.join(", ")}</span>`;
