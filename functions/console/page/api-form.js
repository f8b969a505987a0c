/**
 * The dialog that makes or edits an API set.
 *
 * @module
 */

import { BUILT_IN } from "./api-sets.js";
import { call, Problem } from "./api.js";
import { useGuarded } from "./guard.js";
import { html, useRef, useState } from "./html.js";
import { same } from "./key/merge-patch.js";
import { routesOf, RouteRows, rowOf, wrongRow } from "./route-rows.js";
import { checkApiName, checkLabel, checkText } from "./shapes.js";
import { Button, Chips, Dialog, Failure, Field, Icon, openDialog, Switch, toast, useAction } from "./ui.js";

/** The fields that show their own errors. */
const FIELDS = ["name", "description", "routes", "client_types"];
/** How many client types a set has at most. */
const MOST_CLIENTS = 50;
const EMPTY = { name: "", description: "", routes: [], client_types: [], key_required: true };

/** Opens the dialog for a new set. `onDone` is told when it is made. */
export const openCreate = ({ onDone }) => openDialog((close) => html`<${ApiForm} close=${close} onDone=${onDone} />`);

/** Opens the dialog for a set that is there, at `version`. `onDone` is told when it is changed, or found to be gone. */
export const openEdit = ({ set, version, onDone }) =>
  openDialog((close) => html`<${ApiForm} set=${set} version=${version} close=${close} onDone=${onDone} />`);

const draftOf = (set) => ({ ...set, description: set.description ?? "", rows: set.routes.length > 0 ? set.routes.map(rowOf) : [rowOf()] });
/** What a draft would be as a set. */
const bodyOf = ({ description, rows, client_types: clients, key_required: isClosed }) => ({
  description: description.trim() || null,
  routes: routesOf(rows),
  client_types: clients,
  key_required: isClosed,
});

function ApiForm({ set, version, close, onDone }) {
  // What is being changed, as it was when it was last loaded.
  const [base, setBase] = useState({ set: set ?? EMPTY, version });
  const [draft, setDraft] = useState(() => draftOf(set ?? EMPTY));
  const [conflict, setConflict] = useState(null);
  const [isChecked, setChecked] = useState(false);
  const sent = useRef(null);
  const isNew = base.version === undefined;
  const change = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const wrong = wrongFields(draft, isNew);

  const save = async () => {
    setChecked(true);
    sent.current = draft;
    if (wrong) throw new Problem({ status: 0, title: "Not saved", detail: "Correct what is marked below." });
    const { name } = draft;
    try {
      if (isNew && !set) await requireFree(name);
      await call("PUT", ["apis", name], { body: bodyOf(draft), ifMatch: base.version });
    } catch (error) {
      if (error.status !== 412) throw error;
      return merge();
    }
    close();
    toast(`${name} is saved.`);
    onDone();
  };
  /** Somebody was faster: takes over what they changed and nobody changed here. */
  const merge = async () => {
    let told;
    const theirs = await call("GET", ["apis", draft.name], { onVersion: (now) => (told = now) }).catch((error) => {
      if (error.status === 404) return null;
      throw error;
    });
    onDone();
    if (!theirs) {
      setBase({ set: base.set, version: undefined });
      return setConflict({ isGone: true, changes: [] });
    }
    const { merged, changes } = merging(base.set, draft, theirs);
    setBase({ set: theirs, version: told });
    setDraft(merged);
    setConflict({ isGone: false, changes });
  };
  const [busy, failure, run] = useAction(save);
  /** What the server said of a field, until that is changed. `part` is what the draft has for it. */
  const refusal = (field, part = field) => (sent.current?.[part] === draft[part] ? failure?.fields[field] : undefined);
  const shown = (field, local) => (isChecked || draft[field] ? local : null) ?? refusal(field);

  const begun = draftOf(base.set);
  const leave = useGuarded(close, draft.name !== begun.name || !same(bodyOf(draft), bodyOf(begun)), busy);
  return html`<${Dialog} title=${set ? `Edit ${set.name}` : "Create an API set"} size="wide" onClose=${leave} onSubmit=${run}
    footer=${html`<${Button} onClick=${leave}>Cancel<//><${Button} kind="primary" type="submit" busy=${busy}>${set ? "Save" : "Create"}<//>`}>
    <${Failure} problem=${failure} except=${FIELDS} />
    ${conflict && !failure && html`<${Conflict} ...${conflict} />`}
    ${!set &&
    html`<${Field} label="Name" required hint="Keys name the set by it. It cannot be changed later." error=${shown("name", nameError(draft.name))}>
      ${(wired) => html`<input ...${wired} type="text" class="mono" autocomplete="off" autocapitalize="off" spellcheck=${false} maxlength="64" placeholder="orders"
        value=${draft.name} onInput=${(event) => change({ name: event.target.value })} />`}
    <//>`}
    <${Field} label="Description" aside="optional" error=${shown("description", checkText(draft.description, 500))}>
      ${(wired) => html`<input ...${wired} type="text" autocomplete="off" value=${draft.description} onInput=${(event) => change({ description: event.target.value })} />`}
    <//>
    <${RouteRows} rows=${draft.rows} onChange=${(rows) => change({ rows })} error=${refusal("routes", "rows")} />
    <${Chips} label="Client types" aside="optional" noun="client type" values=${draft.client_types} check=${checkLabel} most=${MOST_CLIENTS} placeholder="partner"
      hint="If there is any, only keys with one of these client types reach the routes." error=${refusal("client_types")}
      onChange=${(clients) => change({ client_types: clients })} />
    <${KeyRequired} value=${draft.key_required} onChange=${(isClosed) => change({ key_required: isClosed })} />
  <//>`;
}

/** Whether the routes need a key, with a warning when they do not. */
const KeyRequired = ({ value, onChange }) => html`<div class="key-required">
  <div class="switch-line"><${Switch} checked=${value} label="A key is required" onChange=${onChange} /><span aria-hidden="true">A key is required</span></div>
  ${!value &&
  html`<div class="notice warn" role="alert"><${Icon} name="alert" /><p><strong>Open to all.</strong> Anybody who can reach your API can call these routes,
    without a key, from every address and whatever their client type.</p></div>`}
</div>`;

const Conflict = ({ isGone, changes }) => html`<div class="notice warn" role="alert"><${Icon} name="alert" /><div>
  ${isGone
    ? html`<p><strong>This set has been deleted.</strong> Saving makes it anew, as it stands here.</p>`
    : html`<p><strong>Somebody has changed this set.</strong> What you changed is kept, and saving replaces theirs.</p>
        <ul>${changes.map(({ field, words }) => html`<li key=${field}>${words}</li>`)}</ul>`}
</div></div>`;

function nameError(name) {
  return checkApiName(name) ?? (name === BUILT_IN ? "is the name of the built-in set" : null);
}

/** Whether something is wrong that would be refused. */
const wrongFields = (draft, isNew) =>
  Boolean((isNew && nameError(draft.name)) || checkText(draft.description, 500) || draft.rows.some((row) => wrongRow(row, draft.rows)));

/** Writing a set replaces the one of that name, so a new one is only written where none is. */
async function requireFree(name) {
  const { apis } = await call("GET", ["apis"]);
  if (!apis.some((other) => other.name === name)) return;
  const errors = [{ field: "name", message: "is the name of a set already" }];
  throw new Problem({ status: 0, title: "Not created", errors });
}

/** What each field is called, and how its value is told. */
const TOLD = {
  description: ["the description", (value) => value || "none"],
  routes: ["the routes", (value) => value.join(", ") || "none"],
  client_types: ["the client types", (value) => value.join(", ") || "all"],
  key_required: ["whether a key is required", (value) => (value ? "yes" : "no")],
};

/**
 * A draft of `base` on top of what others made of it: what is unchanged here becomes theirs.
 *
 * @returns {{merged: object, changes: {field: string, words: string}[]}} `changes` tells what they changed
 */
function merging(base, draft, theirs) {
  const mine = bodyOf(draft);
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const taken = {};
  const changes = [];
  for (const [field, [name, say]] of Object.entries(TOLD)) {
    if (isSame(base[field], theirs[field])) continue;
    const isMine = !isSame(base[field], mine[field]);
    if (!isMine) taken[field] = theirs[field];
    const what = isMine ? "yours is kept" : "taken over here";
    changes.push({ field, words: `They changed ${name}, now: ${say(theirs[field])} (${what}).` });
  }
  const { routes, description, ...rest } = taken;
  const merged = { ...draft, ...rest };
  if (description !== undefined) merged.description = description ?? "";
  if (routes) merged.rows = draftOf(theirs).rows;
  return { merged, changes };
}
