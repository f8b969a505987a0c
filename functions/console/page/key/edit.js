/**
 * The dialog that edits a key.
 *
 * @module
 */

import { call } from "../api.js";
import { useGuarded } from "../guard.js";
import { Fragment, html, useState } from "../html.js";
import { isRoot } from "../rights.js";
import { Button, Dialog, Disclosure, Failure, Icon, toast } from "../ui.js";
import { Conflict } from "./conflict.js";
import { changesOf, checkKey, draftOf, rebase } from "./draft.js";
import { bothZones } from "./expiry.js";
import { ExpiryField } from "./expiry-field.js";
import { Grants, Naming, Networks, Part, Rare, useSets } from "./fields.js";
import { HowMuch, useForm } from "./use-form.js";
import { exceptions } from "./wrong-fields.js";

const NAMES = { expires_at: "expiry", expires_in: "expiry" };

/** The dialog. `onDone(record)` is told of the key as it is afterwards. */
export function Edit({ session, catalogue, record: given, onDone, close }) {
  /** The record that the form was made of; what others changed of it since. */
  const [{ record, changes }, setBase] = useState({ record: given, changes: null });
  const { sets, loading } = useSets(session);
  const form = useForm({
    initial: () => draftOf(given),
    check: (draft) => checkKey(draft, record.metadata),
    names: NAMES,
    async send(draft) {
      const body = changesOf(record, draft);
      if (Object.keys(body).length === 0) return close();
      const saved = await patch(record, body);
      if (saved) {
        close();
        onDone(saved);
        return toast(`${saved.name} is saved.`);
      }
      const fresh = await call("GET", ["keys", record.id]);
      const rebased = rebase(draft, record, fresh);
      form.setDraft(rebased.draft);
      setBase({ record: fresh, changes: rebased.changes });
      onDone(fresh);
    },
  });
  const { draft, failure, busy } = form;
  // What is wrong was typed, too.
  const isDirty = Object.keys(checkKey(draft, record.metadata)).length > 0 || Object.keys(changesOf(record, draft)).length > 0;
  const leave = useGuarded(close, isDirty, busy);
  const shared = { form, session, catalogue, sets, loading };
  const root = isRoot(record);
  return html`<${Dialog} title=${`Edit ${given.name}`} size="wide" onClose=${leave} onSubmit=${form.submit}
    footer=${html`<${Button} onClick=${leave}>Cancel<//><${Button} kind="primary" type="submit" busy=${busy}>Save<//>`}>
    <div class="parts" ref=${form.body}>
      <${HowMuch} form=${form} />
      <${Failure} problem=${failure} except=${failure ? exceptions(failure) : []} />
      <${Conflict} changes=${changes} record=${record} />
      ${root && html`<div class="notice"><${Icon} name="keys" /><p>This is the root key: it is always enabled, without limits and without an end, so that nobody is locked out.</p></div>`}
      <${Part} title="The key" about="What it is called, and who uses it."><${Naming} ...${shared} /><//>
      ${!root &&
      html`<${Fragment}>
        <${Part} title="What it may do" about=${record.type === "super-user" ? "A super-user may do everything." : "Nothing, until you grant it."}>
          ${record.type !== "super-user" && html`<${Grants} ...${shared} />`}
          <${Networks} ...${shared} />
        <//>
        <${Part} title="Until when"><${Expires} form=${form} record=${record} session=${session} presets=${catalogue.expiry_presets} /><//>
      <//>`}
      <${Disclosure} summary="Postback, metadata and switches" open=${root}><${Rare} form=${form} fixedEnabled=${root || record.id === session.key_id} /><//>
    </div>
  <//>`;
}

/** The key as it is afterwards; null if somebody changed it in between. */
async function patch(record, body) {
  try {
    return await call("PATCH", ["keys", record.id], { body, ifMatch: record.version });
  } catch (error) {
    if (error.status === 412) return null;
    throw error;
  }
}

/** The end of a key that has one already, or none: it stays unless something else is chosen. */
function Expires({ form, record, session, presets }) {
  const latest = session.type === "super-user" ? null : session.expires_at;
  const end = record.expires_at;
  return html`<${ExpiryField} value=${form.draft.expiry} onChange=${(value) => form.set("expiry", value)} presets=${presets} latest=${latest}
    keep=${{ label: "As it is", end }} error=${form.error("expiry")} />
    <p class="hint">The lengths count from now${end ? `; so far the key ends ${bothZones(Date.parse(end))}` : ""}.</p>`;
}
