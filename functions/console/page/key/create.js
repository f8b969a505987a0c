/**
 * The dialog that makes a key.
 *
 * @module
 */

import { call, Problem } from "../api.js";
import { useGuarded } from "../guard.js";
import { html, useRef, useState } from "../html.js";
import { openKeyText } from "../key-text.js";
import { Button, Dialog, Disclosure, Failure, toast } from "../ui.js";
import { blankDraft, bodyOf, checkKey } from "./draft.js";
import { choices, ExpiryField } from "./expiry-field.js";
import { Grants, Naming, Networks, Part, Rare, TextField, useSets } from "./fields.js";
import { same } from "./merge-patch.js";
import { OnceMore } from "./once-more.js";
import { Scope, Kind } from "./scope.js";
import { AdminKey, refusedAgain, take } from "./secret-input.js";
import { checkSource, Source, textOf } from "./source.js";
import { HowMuch, useForm } from "./use-form.js";
import { exceptions } from "./wrong-fields.js";

/** Fields of the API that have another name in the form. */
const NAMES = { expires_at: "expiry", expires_in: "expiry", provider: "region", hash: "sha256" };
/** The dialog. `onDone(record)` is told of the new key. */
export function Create({ session, catalogue, onDone, close }) {
  const latest = session.type === "super-user" ? null : session.expires_at;
  const [blank] = useState(() => blankDraft(session, choices(catalogue.expiry_presets, latest, Date.now())));
  const once = useRef(crypto.randomUUID());
  const secrets = { admin: useRef(null), own: useRef(null) };
  const { sets, loading } = useSets(session);
  const form = useForm({
    initial: blank,
    check: (draft) => ({ ...checkKey(draft), ...checkSource(draft) }),
    names: NAMES,
    async send(draft) {
      const { key: text, warnings, ...record } = await post(draft, secrets, once.current);
      close();
      onDone(record);
      if (text) openKeyText({ record, text, warnings, title: "Save the new key now" });
      else toast(`${record.name} is created. Its text is with whoever made the hash.`);
    },
  });
  const { draft, failure, busy } = form;
  const leave = useGuarded(close, !same(draft, blank), busy);
  const isSuper = draft.type === "super-user";
  const given = { form, session, catalogue, sets, loading };
  const again = () => {
    once.current = crypto.randomUUID();
    form.submit();
  };
  return html`<${Dialog} title="Create a key" size="wide" onClose=${leave} onSubmit=${form.submit}
    footer=${html`<${Button} onClick=${leave}>Cancel<//><${Button} kind="primary" type="submit" busy=${busy}>Create key<//>`}>
    <div class="parts" ref=${form.body}>
      <${HowMuch} form=${form} />
      ${[409, 422].includes(failure?.status) && (failure.body.key_id || failure.status === 422)
        ? html`<${OnceMore} problem=${failure} session=${session} close=${close} onAgain=${again} />`
        : refusedAgain(failure) && isSuper ? null : html`<${Failure} problem=${failure} except=${failure ? exceptions(failure) : []} />`}
      ${failure && (failure.status === 0 || failure.status >= 500) && html`<p class="hint">It is safe to press “Create key” again: a second key is not made.</p>`}
      <${Part} title="The key" about="What it is called, and who uses it.">
        <${Naming} ...${given}>${session.type === "super-user" && html`<${TextField} form=${form} field="owner" label="Owner" aside="optional" autocapitalize="off"
          placeholder=${session.owner} hint="Whose key it is; yours unless given." />`}<//>
      <//>
      <${Part} title="Where it is valid" about="The cloud and the region whose deployments take it."><${Scope} ...${given} /><//>
      <${Part} title="What it may do" about="Nothing, until you grant it.">
        ${session.type === "super-user" && html`<${Kind} ...${given} />`}
        ${isSuper
          ? html`<${AdminKey} input=${secrets.admin} action="Creating a super-user key" error=${adminError(form)} />`
          : html`<${Grants} ...${given} />`}
        <${Networks} ...${given} />
      <//>
      <${Part} title="Until when" about="A key that ends by itself is one less to look after.">
        <${ExpiryField} value=${draft.expiry} onChange=${(value) => form.set("expiry", value)} presets=${catalogue.expiry_presets} latest=${latest}
          error=${form.error("expiry")} />
      <//>
      <${Disclosure} summary="Text: generated, or brought by you"><${Source} form=${form} input=${secrets.own} /><//>
      <${Disclosure} summary="Postback, metadata and switches"><${Rare} form=${form} /><//>
    </div>
  <//>`;
}

/** Sends the form, with the administrator's key where it takes that. */
async function post(draft, { admin, own }, idempotencyKey) {
  const body = bodyOf(draft, textOf(draft, own));
  if (draft.type !== "super-user") return call("POST", ["keys"], { body, idempotencyKey });
  const key = take(admin);
  if (!key) {
    throw new Problem({ status: 400, title: "Nothing was sent yet", errors: [{ field: "admin_key", message: "is needed to make a super-user key" }] });
  }
  return call("POST", ["keys"], { body, idempotencyKey, key });
}

/** What is wrong with the administrator's key: after any other failure it must be pasted again, as it is not kept. */
function adminError({ failure, error }) {
  if (!failure) return undefined;
  return refusedAgain(failure) ?? error("admin_key") ?? "It was not kept: paste it again.";
}
