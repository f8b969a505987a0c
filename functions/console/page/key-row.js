/**
 * One key in the list.
 *
 * @module
 */

import { call } from "./api.js";
import { html } from "./html.js";
import { openEdit } from "./key-form.js";
import { openRestore, openRevoke, openRotate } from "./key-actions.js";
import { PROVIDERS } from "./key-filters.js";
import { can, isRoot } from "./rights.js";
import { go, href } from "./router.js";
import { Button, copyText, Menu, StateDot, STATES, Switch, toast, useAction } from "./ui.js";
import { Expiry, Time } from "./words.js";

/** The columns of the table, in their order. */
export const COLUMNS = [
  { name: "name", label: "Name" },
  { name: "owner", label: "Owner" },
  { name: "client", label: "Client type" },
  { name: "scope", label: "Provider, region" },
  { name: "type", label: "Type" },
  { name: "expires", label: "Expires" },
  { name: "changed", label: "Changed" },
  { name: "enabled", label: "Enabled" },
  { name: "actions", label: html`<span class="unseen">Actions</span>` },
];

/**
 * A row. `place` are the attributes that the table gives it; `onChange(record)` is told of a change.
 */
export function KeyRow({ record, place, session, catalogue, onChange }) {
  const address = href(["keys", record.id]);
  const open = (event) => {
    // Controls have clicks of their own, and a click that ends a selection is none.
    if (event.target.closest("a, button, [popover]") || !getSelection().isCollapsed) return;
    go(address);
  };
  return html`<tr ...${place} class=${`key-row ${record.state}`} onClick=${open}>
    <th role="rowheader" scope="row" class="col-name">
      <${StateDot} state=${record.state} />
      <span class="name-lines">
        <a class="clip" href=${address} title=${record.name}>${record.name}</a>
        <span class="clip quiet"><span class="mono">${record.hint}</span>${record.state !== "active" && html` · ${STATES[record.state]}`}</span>
      </span>
    </th>
    <td role="cell" class="col-owner clip" title=${record.owner}>${record.owner}</td>
    <td role="cell" class="col-client clip" title=${record.client_type}>${record.client_type ?? html`<${None} />`}</td>
    <td role="cell" class="col-scope"><span>${PROVIDERS[record.provider] ?? record.provider}</span><span class="clip quiet">${region(record)}</span></td>
    <td role="cell" class="col-type"><span class=${`type ${record.type}`}>${record.type}</span></td>
    <td role="cell" class="col-expires"><span class="card-label" aria-hidden="true">Expires </span><${Expiry} at=${record.expires_at} /></td>
    <td role="cell" class="col-changed quiet"><span class="card-label" aria-hidden="true">Changed </span><${Time} at=${record.updated_at} /></td>
    <td role="cell" class="col-enabled"><${Enabled} record=${record} session=${session} onChange=${onChange} /></td>
    <td role="cell" class="col-actions"><${Actions} record=${record} session=${session} catalogue=${catalogue} onChange=${onChange} /></td>
  </tr>`;
}

const None = () => html`<span class="quiet"><span aria-hidden="true">–</span><span class="unseen">none</span></span>`;

const region = ({ region: name }) => (name === "*" ? "every region" : name);

/** The switch that enables a key. */
export function Enabled({ record, session, onChange }) {
  const [busy, , set] = useAction(async (enabled) => {
    try {
      onChange(await call("PATCH", ["keys", record.id], { body: { enabled }, ifMatch: record.version }));
      toast(`${record.name} is ${enabled ? "enabled" : "disabled"}.`);
    } catch (error) {
      if (error.status === 401) return;
      toast(`${record.name} was not changed: ${error.detail || error.title}`, { tone: "bad" });
      // Somebody was faster: show what they did.
      if (error.status === 412) onChange(await call("GET", ["keys", record.id]));
    }
  });
  if (!can(session, "keys:update")) return html`<span class="quiet">${record.enabled ? "yes" : "no"}</span>`;
  const bar = obstacle(record, session);
  return html`<${Switch} checked=${record.enabled} label=${`${record.name} enabled`} busy=${busy} onChange=${set}
    disabled=${Boolean(bar)} title=${bar ?? (record.enabled ? "Disable this key" : "Enable this key")} />`;
}

/** Why a key cannot be switched on or off here; null if it can. */
function obstacle(record, session) {
  if (record.state === "revoked") return "A revoked key cannot be switched on or off";
  if (isRoot(record)) return "The root key is always enabled";
  if (record.id === session.key_id) return "You are signed in with this key";
  return null;
}

function Actions({ record, session, catalogue, onChange }) {
  const isRevoked = record.state === "revoked";
  const given = { session, catalogue, record, onDone: onChange };
  const mayRevoke = can(session, "keys:revoke") && !isRoot(record);
  const copyId = async () => {
    if (await copyText(record.id)) toast("The key's id is copied.");
  };
  const items = [
    { icon: "keys", label: "Details and history", onSelect: () => go(href(["keys", record.id])) },
    { icon: "copy", label: "Copy id", onSelect: copyId },
    can(session, "keys:rotate") && !isRevoked && { icon: "rotate", label: "Rotate…", onSelect: () => openRotate(given) },
    mayRevoke && isRevoked && { icon: "restore", label: "Restore…", onSelect: () => openRestore(given) },
    mayRevoke && !isRevoked && { icon: "revoke", label: "Revoke…", kind: "danger", onSelect: () => openRevoke(given) },
  ];
  return html`<span class="row-actions">
    ${can(session, "keys:update") && !isRevoked &&
    html`<${Button} kind="icon" icon="edit" label=${`Edit ${record.name}`} disabled=${!catalogue} onClick=${() => openEdit(given)} />`}
    <${Menu} label=${`More for ${record.name}`} items=${items} />
  </span>`;
}
