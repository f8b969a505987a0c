/**
 * The page of API sets, with a tester of routes beside them.
 *
 * @module
 */

import { openDelete } from "./api-delete.js";
import { openCreate, openEdit } from "./api-form.js";
import { ApiSets } from "./api-sets.js";
import { call } from "./api.js";
import { html, useLayoutEffect, useRef, useState } from "./html.js";
import { can } from "./rights.js";
import { useRoute } from "./router.js";
import { RouteTester } from "./route-tester.js";
import { Button, EmptyState, PageHead, Skeleton, Tabs, toast, useLoaded } from "./ui.js";

const INTRO = "Named lists of routes that keys are given access to.";
const VIEWS = [
  { value: "sets", label: "Sets" },
  { value: "tester", label: "Test a route" },
];

/** The page. */
export function ApisPage({ session }) {
  if (!can(session, "apis:read")) {
    return html`<${PageHead} title="API sets" />
      <${EmptyState} icon="alert" title="Your key may not see API sets">It takes the permission <code>apis:read</code> and the API set <code>latchkey</code>.<//>`;
  }
  return html`<${Apis} session=${session} />`;
}

function Apis({ session }) {
  const { query } = useRoute();
  // Where there is no room for both, the one that the address is about.
  const [view, setView] = useState(query.get("path") ? "tester" : "sets");
  const { value, failure, loading, reload } = useLoaded(async (signal) => (await call("GET", ["apis"], { signal })).apis, []);
  const isDeleting = useRef(false);
  useLayoutEffect(() => {
    // The button that had the focus is gone with its set.
    if (isDeleting.current && document.activeElement === document.body) document.querySelector("main h1").focus();
    isDeleting.current = false;
  }, [value]);
  const onDeleted = () => {
    isDeleting.current = true;
    reload();
  };
  const mayWrite = can(session, "apis:write");
  const create = mayWrite && html`<${Button} kind="primary" icon="plus" onClick=${() => openCreate({ onDone: reload })}>Create API set<//>`;
  return html`
    <${PageHead} title="API sets" intro=${INTRO}>${create}<//>
    <div class="apis-views"><${Tabs} label="Shown" name="apis-view" options=${VIEWS} value=${view} onChange=${setView} /></div>
    <div class=${`apis show-${view}`}>
      <section class="apis-sets" aria-label="Sets" aria-busy=${String(loading)}>
        ${value
          ? html`<${ApiSets} sets=${value} create=${create} edit=${mayWrite && changing(openEdit, session, reload)}
              remove=${mayWrite && changing(openDelete, session, onDeleted)} />`
          : html`<div class="card apis-waiting">${failure ? html`<${Failed} failure=${failure} reload=${reload} />` : html`<${Skeleton} lines=${8} />`}</div>`}
      </section>
      <${RouteTester} session=${session} query=${query} sets=${value} />
    </div>
  `;
}

const Failed = ({ failure, reload }) =>
  html`<${EmptyState} icon="alert" title=${failure.title} action=${html`<${Button} onClick=${reload}>Try again<//>`}>${failure.detail}<//>`;

/** Opens a dialog about a set as it stands now: what the list shows of it may be old. */
const changing = (open, session, onDone) => async (name) => {
  let version;
  try {
    const set = await call("GET", ["apis", name], { onVersion: (told) => (version = told) });
    open({ session, set, version, onDone });
  } catch (error) {
    if (error.status === 404) onDone();
    if (error.status !== 401) toast(error.status === 404 ? `${name} is gone.` : `${error.title}. ${error.detail}`, { tone: "bad" });
  }
};
