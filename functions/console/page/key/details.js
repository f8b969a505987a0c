/**
 * Everything that is known of a key.
 *
 * @module
 */

import { KeyLink } from "../events.js";
import { html, useId } from "../html.js";
import { PROVIDERS } from "../key-filters.js";
import { isRoot } from "../rights.js";
import { CopyButton, Icon, StateDot } from "../ui.js";
import { Expiry, full, nearness, Time, useNow } from "../words.js";
import { restorableUntil } from "./revoke.js";

/** The cards of a key. */
export const Details = ({ record, session }) => html`
  <${Revocation} record=${record} session=${session} />
  <${Card} title="Key">
    <${Fact} name="State"><${StateDot} state=${record.state} text /><//>
    <${Fact} name="Id"><span class="copyable"><span class="mono">${record.id}</span><${CopyButton} text=${record.id} label="Copy the id" /></span><//>
    <${Fact} name="Text"><span class="mono">${record.hint}</span><//>
    <${Fact} name="Description">${record.description && html`<span class="lines">${record.description}</span>`}<//>
    <${Fact} name="Owner">${record.owner}<//>
    <${Fact} name="Client type">${record.client_type}<//>
    <${Fact} name="Type"><span class=${`type ${record.type}`}>${record.type}</span>${isRoot(record) && " · the deployment's root key"}<//>
    <${Fact} name="Valid in">${PROVIDERS[record.provider] ?? record.provider}, ${record.region === "*" ? "every region" : record.region}<//>
    <${Fact} name="Expires"><${End} at=${record.expires_at} /><//>
    <${Rotation} record=${record} />
  <//>
  <${Card} title="What it may do">
    ${record.type === "super-user" && html`<${Fact} name="API"><span>Everything, the admin API included</span><//>`}
    ${(record.type !== "super-user" || record.apis.length > 0) && html`<${Fact} name="API sets" none="none: open routes alone"><${Tags} values=${record.apis} words=${API_WORDS} /><//>`}
    ${(record.type !== "super-user" || record.permissions.length > 0) && html`<${Fact} name="Permissions"><${Tags} values=${record.permissions} /><//>`}
    <${Fact} name="Networks" none="from anywhere"><${Tags} values=${record.allowed_cidrs} /><//>
  <//>
  <${Card} title="Record">
    <${Fact} name="Created"><${Time} at=${record.created_at} /> by ${record.created_by === "latchkey" ? "Latchkey itself" : html`<${KeyLink} id=${record.created_by} session=${session} />`}<//>
    <${Fact} name="Changed"><${Time} at=${record.updated_at} />, version ${record.version}<//>
    ${record.last_used_at && html`<${Fact} name="Last used"><${Time} at=${record.last_used_at} /><//>`}
    <${Fact} name="Off the record">${record.off_the_record ? "Yes: its use leaves no trace" : "No"}<//>
    <${Fact} name="Postback URL">${record.postback_url && html`<span class="mono word">${record.postback_url}</span>`}<//>
    <${Metadata} value=${record.metadata} />
  <//>
`;

function Card({ title, children }) {
  const id = useId();
  return html`<section class="card key-card" aria-labelledby=${id}><h2 id=${id}>${title}</h2><dl class="key-facts">${children}</dl></section>`;
}

/** What a key is or has; `none` says what it means that it has none. */
const Fact = ({ name, none = "none", children }) => {
  const given = Array.isArray(children) ? children : [children];
  const isNone = given.every((child) => child === null || child === undefined || child === false || child === "" || child.props?.values?.length === 0);
  return html`<div class="key-fact"><dt>${name}</dt><dd>${isNone ? html`<span class="quiet">${none}</span>` : children}</dd></div>`;
};

const API_WORDS = { "*": "every API set", latchkey: "the admin API" };

const Tags = ({ values, words = {} }) =>
  html`<ul class="tags">${values.map((value) => html`<li key=${value} class="tag"><span class="mono">${value}</span>${words[value] && html` <span class="quiet">${words[value]}</span>`}</li>`)}</ul>`;

const End = ({ at }) => (at ? html`<${Expiry} at=${at} /><span class="quiet"> · ${full(at)}</span>` : html`<${Expiry} at=${at} />`);

/** That the text before the present one still works. */
function Rotation({ record }) {
  const now = useNow();
  const until = record.rotation?.previous_valid_until;
  if (!until || record.state === "revoked" || nearness(until, now) === "past") return null;
  return html`<${Fact} name="Previous text">works until <time datetime=${until}>${full(until)}</time>, <${Time} at=${until} /><//>`;
}

function Revocation({ record, session }) {
  const now = useNow();
  if (record.state !== "revoked") return null;
  const until = new Date(restorableUntil(record)).toISOString();
  return html`<div class="notice bad"><${Icon} name="revoke" /><div>
    <p><strong>Revoked</strong> <${Time} at=${record.revoked_at} /> by <${KeyLink} id=${record.revoked_by} session=${session} />${
      record.revoke_reason ? html`: <span class="lines word">${record.revoke_reason}</span>` : "."}</p>
    <p>${nearness(until, now) === "past" ? "It can no longer be restored." : html`It can be restored until ${full(until)}.`}</p>
  </div></div>`;
}

function Metadata({ value }) {
  const entries = Object.entries(value);
  return html`<${Fact} name="Metadata">${entries.length > 0 &&
    html`<dl class="metadata-list">${entries.map(
      ([name, one]) => html`<div key=${name}><dt class="mono">${name}</dt><dd class=${typeof one === "string" ? "word" : "mono word"}>${typeof one === "string" ? one : JSON.stringify(one)}</dd></div>`,
    )}</dl>`}<//>`;
}
