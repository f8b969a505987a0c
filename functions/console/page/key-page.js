/**
 * The page of one key: what it is, what it may do, what happened to it.
 *
 * @module
 */

import { call } from "./api.js";
import { html, useCallback, useState } from "./html.js";
import { openRestore, openRevoke, openRotate } from "./key-actions.js";
import { openEdit } from "./key-form.js";
import { Enabled } from "./key-row.js";
import { Details } from "./key/details.js";
import { restorableUntil } from "./key/revoke.js";
import { can, isRoot } from "./rights.js";
import { href } from "./router.js";
import { Timeline } from "./timeline.js";
import { Button, EmptyState, PageHead, Skeleton, StateDot, useLoaded } from "./ui.js";
import { useNow } from "./words.js";

/** The page of the key `id`. `catalogue` is null until it has been loaded. */
export function KeyPage({ session, catalogue, id }) {
  const mayList = can(session, "keys:list");
  const { value: record, failure, reload, set } = useLoaded(async (signal) => (mayList ? call("GET", ["keys", id], { signal }) : null), [id, mayList]);
  /** Counts changes that are made here. */
  const [turn, setTurn] = useState(0);
  const onDone = useCallback((changed) => {
    setTurn((before) => before + 1);
    if (changed?.version) set(changed);
    else reload();
  }, [set, reload]);
  if (!mayList) return html`<${Nothing} id=${id} title="Your key may not look at keys">It takes the permission <code>keys:list</code> and the API set <code>latchkey</code>.<//>`;
  // A change that failed to load again leaves what was there.
  if (!record && failure) return html`<${Missing} session=${session} id=${id} failure=${failure} reload=${reload} />`;
  return html`
    <${PageHead} title=${record?.name ?? "Key"} back=${html`<${Back} />`} intro=${record && html`<${Intro} record=${record} />`}>
      ${record && html`<${Actions} record=${record} session=${session} catalogue=${catalogue} onDone=${onDone} />`}
    <//>
    <div class="key-page">
      <div class="key-cards">${record ? html`<${Details} record=${record} session=${session} />` : html`<div class="card key-card"><${Skeleton} lines=${9} /></div>`}</div>
      <${History} session=${session} id=${id} turn=${turn} isReady=${Boolean(record)} />
    </div>
  `;
}

const Back = () => html`<a class="back" href=${href(["keys"])}>All keys</a>`;

const Intro = ({ record }) => html`<span class="key-intro"><${StateDot} state=${record.state} text /><span class="mono">${record.hint}</span></span>`;

/** What happened to it, for whom may read that. */
const History = ({ session, id, turn, isReady }) =>
  can(session, "audit:read") &&
  html`<section class="card key-history" aria-labelledby="key-history">
    <h2 id="key-history">History</h2>
    ${isReady ? html`<${Timeline} session=${session} id=${id} turn=${turn} />` : html`<div class="trail-waiting"><${Skeleton} lines=${6} /></div>`}
  </section>`;

/** What can be done with the key, by rights and state. */
function Actions({ record, session, catalogue, onDone }) {
  const now = useNow();
  const given = { session, catalogue, record, onDone };
  const isRevoked = record.state === "revoked";
  const mayRevoke = can(session, "keys:revoke") && !isRoot(record);
  // Whoever rotates a key gets all that it may do.
  const mayRotate = can(session, "keys:rotate") && (record.type !== "super-user" || session.type === "super-user");
  if (isRevoked) {
    return mayRevoke && restorableUntil(record) > now ? html`<${Button} kind="primary" icon="restore" onClick=${() => openRestore(given)}>Restore<//>` : null;
  }
  return html`
    ${can(session, "keys:update") && html`<span class="key-switch"><span class="quiet" aria-hidden="true">Enabled</span><${Enabled} record=${record} session=${session} onChange=${onDone} /></span>`}
    ${can(session, "keys:update") && html`<${Button} icon="edit" disabled=${!catalogue} onClick=${() => openEdit(given)}>Edit<//>`}
    ${mayRotate && html`<${Button} icon="rotate" disabled=${!catalogue} onClick=${() => openRotate(given)}>Rotate<//>`}
    ${mayRevoke && html`<${Button} icon="revoke" onClick=${() => openRevoke(given)}>Revoke<//>`}
  `;
}

/** Where there is no key to show. */
const Nothing = ({ id, title, children, action }) => html`
  <${PageHead} title="Key" back=${html`<${Back} />`} intro=${html`<span class="mono word">${id}</span>`} />
  <${EmptyState} icon="keys" title=${title} action=${action}>${children}<//>
`;

function Missing({ session, id, failure, reload }) {
  if (failure.status !== 404) {
    return html`<${Nothing} id=${id} title=${failure.title} action=${html`<${Button} onClick=${reload}>Try again<//>`}>${failure.detail}<//>`;
  }
  return html`<${Nothing} id=${id} title="There is no such key" action=${html`<a class="button" href=${href(["keys"])}>All keys</a>`}
    >${session.type === "super-user" ? "The address may be wrong. A revoked key is kept for 90 days." : "The address may be wrong, or the key is another owner's."}<//>`;
}
