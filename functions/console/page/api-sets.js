/**
 * The list of API sets.
 *
 * @module
 */

import { html, useState } from "./html.js";
import { Button, EmptyState, Icon } from "./ui.js";
import { count } from "./words.js";

/** The set of the admin API, which is made by Latchkey itself. */
export const BUILT_IN = "latchkey";
/** How many routes are shown of a set that is folded. */
const FOLDED = 5;
/** With so many sets, they can be searched. */
const MANY = 6;

/**
 * The sets, the built-in one last.
 *
 * @param {object} props
 * @param {object[]} props.sets
 * @param {any} props.create the button that makes one, or false
 * @param {((name: string) => void) | false} props.edit
 * @param {((name: string) => void) | false} props.remove
 */
export function ApiSets({ sets, create, edit, remove }) {
  const [text, setText] = useState("");
  const own = sets.filter(({ name }) => name !== BUILT_IN);
  const builtIn = sets.filter(({ name }) => name === BUILT_IN);
  const shown = [...own, ...builtIn].filter((set) => has(set, text.trim().toLowerCase()));
  return html`
    ${own.length > MANY &&
    html`<div class="apis-search name-box"><${Icon} name="search" /><input type="search" aria-label="Filter API sets" placeholder="Filter by name or route"
      autocomplete="off" spellcheck=${false} value=${text} onInput=${(event) => setText(event.target.value)} /></div>`}
    <p class="unseen" role="status">${text ? `${count(shown.length)} sets match` : ""}</p>
    ${own.length === 0 &&
    html`<div class="card"><${EmptyState} icon="apis" title="There are no API sets yet" action=${create}>Without one, a fine-grained key reaches a route
      only if it names <code>*</code>, which stands for every route.<//></div>`}
    ${own.length > 0 && shown.length === 0 && html`<div class="card"><${EmptyState} icon="search" title="No set matches" /></div>`}
    <ul class="api-list">
      ${shown.map((set) => html`<li key=${set.name} class="card api-set"><${ApiSet} set=${set} edit=${edit} remove=${remove} /></li>`)}
    </ul>
  `;
}

const has = ({ name, description, routes }, text) =>
  [name, description ?? "", ...routes].some((one) => one.toLowerCase().includes(text));

function ApiSet({ set, edit, remove }) {
  const { name, description, client_types: clients, key_required: isClosed } = set;
  const isBuiltIn = name === BUILT_IN;
  return html`
    <div class="api-head">
      <h2 class="mono breaks">${name}</h2>
      ${isBuiltIn && html`<span class="badge">Built in</span>`}
      ${!isClosed && html`<span class="badge warn"><${Icon} name="alert" />Open to all</span>`}
      ${!isBuiltIn && (edit || remove) &&
      html`<span class="api-actions">
        ${edit && html`<${Button} kind="icon" icon="edit" label=${`Edit ${name}`} onClick=${() => edit(name)} />`}
        ${remove && html`<${Button} kind="icon" icon="trash" label=${`Delete ${name}`} onClick=${() => remove(name)} />`}
      </span>`}
    </div>
    ${isBuiltIn
      ? html`<p class="quiet">The admin API of Latchkey itself. It cannot be changed. A fine-grained key reaches these routes if
          it names <code>${BUILT_IN}</code> and has the permission that each takes; <code>*</code> does not include them.</p>`
      : description && html`<p class="quiet breaks">${description}</p>`}
    ${!isClosed && html`<p class="api-note">Anybody can call these routes, without a key.</p>`}
    ${isClosed && clients.length > 0 && html`<p class="api-note">Only for client types ${clients.map((client) => html`<code key=${client}>${client}</code> `)}</p>`}
    <${Routes} routes=${set.routes} />
  `;
}

/** Routes, the first few until somebody wants them all. */
export function Routes({ routes }) {
  const [unfolded, setUnfolded] = useState(false);
  if (routes.length === 0) return html`<p class="api-note quiet">No routes: it gives access to nothing.</p>`;
  // A single line is not worth a button.
  const shown = unfolded || routes.length <= FOLDED + 1 ? routes : routes.slice(0, FOLDED);
  return html`<ul class="routes" aria-label=${routes.length === 1 ? "1 route" : `${routes.length} routes`}>${shown.map((route) => html`<li key=${route}><${Route} route=${route} /></li>`)}</ul>
    ${routes.length > FOLDED + 1 &&
    html`<${Button} kind="quiet" aria-expanded=${String(unfolded)} onClick=${() => setUnfolded(!unfolded)}>${unfolded ? "Show fewer" : `Show all ${routes.length} routes`}<//>`}`;
}

/** A route: its method, and its path. */
export function Route({ route }) {
  const [method, path] = route.split(" ");
  return html`<span class="route mono"><span class=${`method ${method}`}>${method}</span> <span class="breaks">${path}</span></span>`;
}
