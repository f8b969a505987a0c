/**
 * The dialogs that end a key, and undo that.
 *
 * @module
 */

import { call } from "../api.js";
import { html, useState } from "../html.js";
import { checkText } from "../shapes.js";
import { Button, ConfirmByTyping, Dialog, Failure, Field, Icon, toast, useAction } from "../ui.js";
import { relative, useNow } from "../words.js";
import { bothZones } from "./expiry.js";

/** For so long a revocation can be undone, in milliseconds. */
const RESTORABLE = 30 * 86_400_000;
const LONGEST_REASON = 500;

/** Until when a revoked key can be restored, in milliseconds. */
export const restorableUntil = ({ revoked_at: at }) => Date.parse(at) + RESTORABLE;

/** Ends a key. `onDone(record)` is told of it as it is afterwards. */
export function Revoke({ session, record, onDone, close }) {
  const [isTyped, setTyped] = useState(false);
  const [reason, setReason] = useState("");
  const wrong = checkText(reason.trim(), LONGEST_REASON);
  const [busy, failure, run] = useAction(async () => {
    if (!isTyped || wrong) return;
    const revoked = await call("DELETE", ["keys", record.id], { query: { reason: reason.trim() } });
    close();
    onDone(revoked);
    toast(`${record.name} is revoked.`);
  });
  return html`<${Dialog} title=${`Revoke ${record.name}`} onClose=${close} onSubmit=${run}
    footer=${html`<${Button} onClick=${close}>Cancel<//><${Button} kind="danger" type="submit" busy=${busy} disabled=${!isTyped || Boolean(wrong)}>Revoke<//>`}>
    <${Failure} problem=${failure} except=${["reason"]} />
    ${record.id === session.key_id &&
    html`<div class="notice warn"><${Icon} name="alert" /><p><strong>You are signed in with this key.</strong> Revoking it ends your session, too.</p></div>`}
    <p>Every text of this key is refused within seconds, and so is every token made from it. It can be restored for 30 days; after that it is gone for good.</p>
    <${ConfirmByTyping} word=${record.name} onMatch=${setTyped} />
    <${Field} label="Reason" aside="optional" hint="It stands on the key's page." error=${wrong ?? failure?.fields.reason}>
      ${(wired) => html`<textarea ...${wired} class="short" rows="2" value=${reason} onInput=${(event) => setReason(event.target.value)}></textarea>`}
    <//>
  <//>`;
}

/** Undoes a revocation. `onDone(record)` is told of the key as it is afterwards. */
export function Restore({ record, onDone, close }) {
  const now = useNow();
  const until = restorableUntil(record);
  const [busy, failure, run] = useAction(async () => {
    const restored = await call("POST", ["keys", record.id, "restore"]);
    close();
    onDone(restored);
    toast(`${record.name} is restored.`);
  });
  const isLate = until <= now;
  const end = record.expires_at && Date.parse(record.expires_at);
  const after = !record.enabled ? "It was disabled before, and stays so." : end && end <= now ? "It has expired meanwhile, so it needs a new expiry to work again." : "Its texts work again at once.";
  return html`<${Dialog} title=${`Restore ${record.name}`} size="small" onClose=${close} onSubmit=${run}
    footer=${html`<${Button} onClick=${close}>Cancel<//><${Button} kind="primary" type="submit" busy=${busy} disabled=${isLate} data-autofocus>Restore<//>`}>
    <${Failure} problem=${failure} />
    <p>${isLate
      ? `The key was revoked more than 30 days ago (${bothZones(Date.parse(record.revoked_at))}) and cannot be restored. Create a new one.`
      : `Revoked ${relative(record.revoked_at, now)}. It can be restored until ${bothZones(until)}, ${relative(new Date(until).toISOString(), now)}. ${after}`}</p>
    ${record.revoke_reason && html`<p class="quiet">Reason of the revocation: <span class="word">${record.revoke_reason}</span></p>`}
  <//>`;
}
