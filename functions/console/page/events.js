/**
 * Audit events in words: what was done, to what, by whom, from where.
 *
 *     html`<ol class="events">${events.map((event) => html`<li key=${event.id}><${EventLine} event=${event} session=${session} /></li>`)}</ol>`
 *
 * @module
 */

import { html } from "./html.js";
import { can } from "./rights.js";
import { href } from "./router.js";
import { Icon } from "./ui.js";
import { full, Time } from "./words.js";

/** Every action there is: what it is called, and how it is drawn. */
export const ACTIONS = {
  "key.created": { label: "Key created", icon: "plus", tone: "good" },
  "key.updated": { label: "Key edited", icon: "edit" },
  "key.revoked": { label: "Key revoked", icon: "revoke", tone: "bad" },
  "key.restored": { label: "Key restored", icon: "restore", tone: "good" },
  "key.staged": { label: "Next text of a key staged", icon: "rotate" },
  "key.rotated": { label: "Key rotated", icon: "rotate" },
  "api.created": { label: "API set created", icon: "plus", tone: "good" },
  "api.updated": { label: "API set edited", icon: "edit" },
  "api.deleted": { label: "API set deleted", icon: "trash", tone: "bad" },
};

/** What fields are called, where that is not their name. */
const FIELDS = {
  allowed_cidrs: "networks",
  apis: "API sets",
  client_type: "client type",
  client_types: "client types",
  enabled: "whether it is enabled",
  expires_at: "expiry",
  key: "text",
  key_required: "whether a key is required",
  off_the_record: "off the record",
  postback_url: "postback URL",
  revoke_reason: "a reason",
};
/** Fields that the action itself tells of, or that everything new has. */
const PLAIN = {
  "key.created": ["name", "owner", "provider", "region", "type"],
  "key.revoked": ["revoked_at", "revoked_by"],
  "key.restored": ["revoked_at", "revoked_by", "revoke_reason"],
  "key.staged": ["key", "rotation"],
  "key.rotated": ["key", "rotation"],
  "api.created": ["routes", "description", "client_types", "key_required"],
};
const LIST = new Intl.ListFormat("en-GB", { type: "conjunction" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/**
 * What an event changed, beyond what its action says: "permissions and expiry".
 *
 * @param {{action: string, changes: string[]}} event
 * @returns {string} "" when there is nothing more to tell
 */
export function changed({ action, changes }) {
  const plain = PLAIN[action] ?? [];
  return LIST.format(changes.filter((field) => !plain.includes(field)).map(fieldName));
}

/** A field in words; one that is not known here goes by its name. */
const fieldName = (field) => FIELDS[field] ?? field.replaceAll("_", " ");

/** Before what changed. */
const verb = ({ action }) => (action.endsWith(".created") || action === "key.revoked" ? "with" : "changed");

/**
 * An event, on two lines. What it happened to is left out with `about` false, where a whole page is about it.
 *
 * @param {object} props
 * @param {{id: string, at: string, action: string, actor: string, source_ip: string | null, request_id: string | null,
 *   key_id: string | null, owner: string | null, api: string | null, changes: string[]}} props.event
 * @param {object} props.session
 * @param {boolean} [props.about]
 */
export function EventLine({ event, session, about = true }) {
  const { label, icon, tone = "" } = ACTIONS[event.action] ?? { label: event.action, icon: "audit" };
  const more = changed(event);
  return html`<div class="event">
    <span class=${`event-mark ${tone}`}><${Icon} name=${icon} /></span>
    <p class="event-what"><strong>${label}</strong>${about && html` <${Target} event=${event} session=${session} />`}
      ${more && html`<span class="quiet"> · ${verb(event)} ${more}</span>`}</p>
    <p class="event-who quiet">by <${Actor} id=${event.actor} session=${session} />${event.source_ip && ` from ${event.source_ip}`}${
      event.request_id && html`<span class="event-request"><span class="event-dot"> · </span>request <span class="mono">${event.request_id}</span></span>`
    }</p>
    <p class="event-when quiet"><${Time} at=${event.at} /><span class="event-clock" title=${full(event.at)}>${CLOCK.format(new Date(event.at))}</span></p>
  </div>`;
}

function Target({ event, session }) {
  if (event.api) return html`<span class="mono">${event.api}</span>`;
  return html`<${KeyLink} id=${event.key_id} session=${session} />${event.owner && html` <span class="quiet">of ${event.owner}</span>`}`;
}

/** Who did something. */
function Actor({ id, session }) {
  if (id === "latchkey") return "Latchkey itself";
  return html`<${KeyLink} id=${id} session=${session} />${id === session.key_id && " (you)"}`;
}

/** A key's id, which leads to its page for whoever may see that. */
export const KeyLink = ({ id, session }) =>
  can(session, "keys:list") ? html`<a class="mono" href=${href(["keys", id])}>${id}</a>` : html`<span class="mono">${id}</span>`;
