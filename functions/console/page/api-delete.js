/**
 * Deleting an API set.
 *
 * @module
 */

import { call, Problem } from "./api.js";
import { html, useState } from "./html.js";
import { Button, ConfirmByTyping, Dialog, Failure, Icon, openDialog, toast, useAction } from "./ui.js";

/**
 * Asks before a set is deleted.
 *
 * @param {{session: object, set: object, version: number, onDone: () => void}} given `version` is the set's; `onDone` is told
 *   when it is gone
 */
export const openDelete = (given) => openDialog((close) => html`<${DeleteApi} ...${given} close=${close} />`);

function DeleteApi({ session, set, version, onDone, close }) {
  const { name } = set;
  const [matches, setMatches] = useState(false);
  const [inUse, setInUse] = useState("");
  const [force, setForce] = useState(false);
  const [busy, failure, run] = useAction(async () => {
    if (!matches) return;
    try {
      await call("DELETE", ["apis", name], { ifMatch: version, query: { force: force ? "true" : "" } });
    } catch (error) {
      if (error.status === 409) return setInUse(error.detail.split(";")[0]);
      // It is gone already: that is what was wanted.
      if (error.status !== 404) throw error;
    }
    close();
    toast(`${name} is deleted.`);
    onDone();
  });
  return html`<${Dialog} title=${`Delete ${name}`} size="small" onClose=${close} onSubmit=${run}
    footer=${html`<${Button} onClick=${close}>Cancel<//>
      <${Button} kind="danger" type="submit" busy=${busy} disabled=${!matches || (inUse && !force)}>Delete<//>`}>
    <${Failure} problem=${explained(failure)} />
    <p>The keys that name this set no longer reach its ${set.routes.length === 1 ? "route" : `${set.routes.length} routes`} by it.</p>
    ${inUse && html`<${InUse} words=${inUse} session=${session} force=${force} onForce=${setForce} />`}
    <${ConfirmByTyping} word=${name} onMatch=${setMatches} />
  <//>`;
}

/** A failure, with what to do about it. */
const explained = (failure) =>
  failure?.status === 412 ? new Problem({ ...failure, detail: "Somebody has changed this set. Look at it again before you delete it." }) : failure;

/** What it means that keys name the set, and the choice to delete it all the same. */
function InUse({ words, session, force, onForce }) {
  return html`<div class="notice warn" role="alert"><${Icon} name="alert" /><div>
    <p><strong>${words}.</strong> Take it from them first, so that they lose no route by surprise.</p>
    ${session.type === "super-user"
      ? html`<label class="check"><input type="checkbox" checked=${force} onChange=${(event) => onForce(event.target.checked)} />
          <span>Delete it all the same. The keys go on naming it: a set that is later made with this name gives its routes to them.</span></label>`
      : html`<p>A super-user can delete it all the same.</p>`}
  </div></div>`;
}
