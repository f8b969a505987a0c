/**
 * What somebody else changed of a key while it was being edited here.
 *
 * @module
 */

import { html, useEffect, useRef } from "../html.js";
import { Icon } from "../ui.js";
import { bothZones } from "./expiry.js";
import { LABELS } from "./draft.js";

/** Says what changed, and what was kept of what was typed. `changes` are those of `rebase`; null if there are none. */
export function Conflict({ changes, record, again = "Save" }) {
  const element = useRef(null);
  useEffect(() => element.current?.focus(), [changes]);
  if (!changes) return null;
  return html`<div class="notice warn" role="alert" tabindex="-1" ref=${element}>
    <${Icon} name="alert" />
    <div>
      <p><strong>Somebody changed ${record.name} in between</strong>, so nothing was changed. Look at what changed, and press “${again}” again.</p>
      <ul class="changes">${changes.map(
        ({ field, from, to, isKept }) => html`<li key=${field}><strong>${LABELS[field]}</strong>: <${Value} field=${field} value=${from} /> before, <${Value}
          field=${field} value=${to} /> now.${isKept && " What you typed is kept, and would replace it."}</li>`,
      )}</ul>
      ${changes.length === 0 && html`<p>What stands in this form is as it was.</p>`}
    </div>
  </div>`;
}

/** A value of a record, short. */
function Value({ field, value }) {
  if (field === "expires_at") return value ? bothZones(Date.parse(value)) : "never";
  if (value === null || value === "" || value.length === 0) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return html`<span class="mono">${value.join(", ")}</span>`;
  return html`<span class="mono">${typeof value === "string" ? value : JSON.stringify(value)}</span>`;
}
