/**
 * The dialog that gives a key a new text.
 *
 * @module
 */

import { call, Problem } from "../api.js";
import { html, useId, useRef, useState } from "../html.js";
import { openKeyText } from "../key-text.js";
import { checkDuration, seconds } from "../shapes.js";
import { Button, Dialog, Disclosure, Failure, Icon, Tabs } from "../ui.js";
import { relative, useNow } from "../words.js";
import { Conflict } from "./conflict.js";
import { differences } from "./draft.js";
import { bothZones, checkExpiry, endOf, expiryBody } from "./expiry.js";
import { ExpiryField } from "./expiry-field.js";
import { Check, TextField } from "./fields.js";
import { AdminKey, refusedAgain, take } from "./secret-input.js";
import { HowMuch, useForm } from "./use-form.js";
import { exceptions } from "./wrong-fields.js";

const OVERLAPS = [
  { value: "0s", label: "None" },
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
  { value: "own", label: "Other…" },
];
const NAMES = { expires_at: "expiry", expires_in: "expiry", overlap: "own" };

/** The dialog. `onDone(record)` is told of the key as it is afterwards. */
export function Rotate({ session, catalogue, record: given, onDone, close }) {
  const [{ record, changes }, setBase] = useState({ record: given, changes: null });
  /** Whether the API said that another text besides the present one works. */
  const [refused, refuse] = useState(null);
  const admin = useRef(null);
  const form = useForm({
    initial: () => ({ overlap: "24h", own: "12h", expiry: { choice: isPast(given) ? "" : "keep", at: "" }, ends: false }),
    check: (draft) => check(draft, hasOther(record, refused)),
    names: NAMES,
    async send(draft) {
      try {
        const { key: text, ...rotated } = await post(record, draft, takesTheKey(record, session) && admin);
        close();
        onDone(rotated);
        openKeyText({ record: rotated, text, title: "Save the new text now" });
      } catch (error) {
        if (error.status !== 412 && !isAboutOther(error)) throw error;
        const fresh = await call("GET", ["keys", record.id]);
        setBase({ record: fresh, changes: error.status === 412 ? differences(record, fresh) : null });
        if (isAboutOther(error)) refuse(error.detail);
        onDone(fresh);
      }
    },
  });
  const { draft, failure, busy } = form;
  const takesKey = takesTheKey(record, session);
  const presets = catalogue?.expiry_presets ?? [];
  const latest = session.type === "super-user" ? null : session.expires_at;
  return html`<${Dialog} title=${`Rotate ${given.name}`} onClose=${close} onSubmit=${form.submit}
    footer=${html`<${Button} onClick=${close}>Cancel<//><${Button} kind="primary" type="submit" busy=${busy}>Rotate<//>`}>
    <div class="parts" ref=${form.body}>
      <${HowMuch} form=${form} />
      ${!(refusedAgain(failure) && takesKey) && html`<${Failure} problem=${failure} except=${failure ? exceptions(failure) : []} />`}
      <${Conflict} changes=${changes} record=${record} again="Rotate" />
      <p>The key gets a new text, which works at once and is shown once. It keeps its id and all that it may do.</p>
      ${record.id === session.key_id &&
      html`<div class="notice warn"><${Icon} name="alert" /><p><strong>You are signed in with this key.</strong> Your session ends when its present text does.</p></div>`}
      <${Other} form=${form} record=${record} refused=${refused} />
      <${Overlap} form=${form} record=${record} />
      ${isPast(record)
        ? html`<${ExpiryField} label="New expiry" value=${draft.expiry} presets=${presets} latest=${latest} error=${form.error("expiry")}
            onChange=${(value) => form.set("expiry", value)} /><p class="hint">The key has expired: a new text works only with a new expiry.</p>`
        : html`<${Disclosure} summary="Expiry"><${ExpiryField} value=${draft.expiry} presets=${presets} latest=${latest}
            keep=${{ label: "As it is", end: record.expires_at }} error=${form.error("expiry")} onChange=${(value) => form.set("expiry", value)} /><//>`}
      ${takesKey && html`<${AdminKey} input=${admin} isSuper=${record.type === "super-user"} action=${record.type === "super-user" ? "Rotating a super-user key" : "Rotating the key that you signed in with"} error=${adminError(form, refused, changes)} />`}
    </div>
  <//>`;
}

const isPast = ({ expires_at: end }) => end !== null && Date.parse(end) <= Date.now();

/** The API refuses while another text works, unless it is told to end it. */
const isAboutOther = ({ status, detail }) => status === 409 && detail.includes("end_previous");
const hasOther = ({ rotation }, refused) => Boolean(rotation ?? refused);

/** A session hands out neither a super-user's text nor that of its own key. */
const takesTheKey = (record, session) => record.type === "super-user" || record.id === session.key_id;

async function post(record, draft, admin) {
  const body = {
    overlap: overlapOf(draft),
    ...expiryBody(draft.expiry),
    ...(draft.ends && { end_previous: true }),
  };
  const options = { body, ifMatch: record.version };
  if (admin) {
    options.key = take(admin);
    if (!options.key) throw new Problem({ status: 400, title: "Nothing was sent yet", errors: [{ field: "admin_key", message: "is needed to rotate this key" }] });
  }
  return call("POST", ["keys", record.id, "rotate"], options);
}

const overlapOf = ({ overlap, own }) => (overlap === "own" ? own.trim() : overlap);

function check(draft, needsEnd) {
  const found = {
    own: draft.overlap === "own" ? checkDuration(draft.own.trim(), "30d") : null,
    expiry: checkExpiry(draft.expiry, Date.now()),
    ends: needsEnd && !draft.ends ? "tick this to go on, or wait until that text has ended" : null,
  };
  return Object.fromEntries(Object.entries(found).filter(([, message]) => message));
}

/** What is wrong with the administrator's key: it is not kept from one attempt to the next. */
function adminError({ failure, error }, ...others) {
  if (failure) return refusedAgain(failure) ?? error("admin_key") ?? "It was not kept: paste it again.";
  return others.some(Boolean) ? "It was not kept: paste it again." : undefined;
}

/** Ending a text that still works beside the present one. */
function Other({ form, record, refused }) {
  if (!hasOther(record, refused)) return null;
  const until = record.rotation?.previous_valid_until;
  const words = until ? `The text before the present one still works, until ${bothZones(Date.parse(until))}.` : refused;
  return html`<div class="notice warn ends">
    <${Check} label=${`${until ? "End the text before the present one now" : "End the other text now"}`} checked=${form.draft.ends}
      onChange=${(value) => form.set("ends", value)} hint=${`${words} A key has two texts at most: whoever still uses that one is refused from then on.`}
      error=${form.error("ends")} />
  </div>`;
}

/** How long the present text goes on to work, and until when that is. */
function Overlap({ form, record }) {
  const name = useId();
  const now = useNow();
  const { draft } = form;
  const length = seconds(overlapOf(draft));
  const overlapEnd = now + (length ?? 0) * 1000;
  // No text works past the end of the key: the one that it gets, or the one that it has.
  const keyEnd = draft.expiry.choice === "keep" ? record.expires_at && Date.parse(record.expires_at) : endOf(draft.expiry, now);
  const end = Math.min(overlapEnd, keyEnd ?? Infinity);
  const isCut = end < overlapEnd;
  const words =
    length === null ? "Choose how long the present text goes on to work."
    : length === 0 ? "The present text stops at once: whoever still uses it is refused."
    : `The present text works until ${bothZones(end)}, ${relative(new Date(end).toISOString(), now)}${isCut ? ": the key ends then" : ""}.`;
  return html`<div class="field">
    <div class="field-label"><span class="label" aria-hidden="true">The present text goes on to work for</span></div>
    <${Tabs} label="The present text goes on to work for" name=${name} options=${OVERLAPS} value=${draft.overlap} onChange=${(value) => form.set("overlap", value)} />
    ${draft.overlap === "own" && html`<${TextField} form=${form} field="own" label="How long" autocapitalize="off" hint="A whole number and s, m, h or d; at most 30d." />`}
    <p class=${length === 0 ? "bad" : "hint"} role="status">${words}</p>
  </div>`;
}
