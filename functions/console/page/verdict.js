/**
 * A verdict of `POST /verify` in words.
 *
 * @module
 */

import { KeyLink } from "./events.js";
import { html } from "./html.js";
import { Icon } from "./ui.js";
import { Expiry, Time } from "./words.js";

/**
 * The checks in their order, as the server makes them: the first that fails gives its code. `title` is said of a code that
 * failed, `check` of what is checked, and `about` what it means.
 */
const CHECKS = [
  {
    code: "MALFORMED",
    title: "This is no key",
    check: "It has the form of a key or a token",
    about: "The text has not the form of a key or a token, or its checksum is wrong: look for a character that got lost in copying.",
  },
  {
    code: "NOT_FOUND",
    title: "There is no such key",
    check: "It exists, and its secret is right",
    about: "No key has this id and this secret. It may be of another deployment, an old text after a rotation, or another owner's.",
  },
  { code: "REVOKED", title: "The key is revoked", check: "It is not revoked", about: "Somebody has ended it. A revocation can be undone for 30 days." },
  { code: "DISABLED", title: "The key is disabled", check: "It is enabled", about: "It has been switched off, and can be switched on again." },
  { code: "EXPIRED", title: "It has expired", check: "It has not expired", about: "The time of the key, or of the token, is over." },
  {
    code: "SCOPE_MISMATCH",
    title: "It is not for this place",
    check: "It is for this provider and region",
    about: "The key's scope does not cover the provider and region in which it was presented.",
  },
  {
    code: "IP_DENIED",
    title: "It is not for this address",
    check: "It is for this address",
    about: "The key has networks, and the address is in none of them, or none was given.",
  },
  {
    code: "ROUTE_DENIED",
    title: "It may not make this call",
    check: "It may call this route",
    about: "None of its API sets has the route, its client type is not one of the set's, or the route is one of the admin API.",
    asks: "method",
  },
  {
    code: "INSUFFICIENT_PERMISSIONS",
    title: "It lacks a permission",
    check: "It has these permissions",
    about: "It has not all of the permissions that were asked for, or not the one that the route of the admin API takes.",
    asks: "permissions",
  },
];
const VALID = { title: "The key is valid", about: "It passes every check that was asked for." };
/** Codes of keys that are refused before it matters what they may do: outside they all look like 401. */
const UNAUTHENTICATED = ["MALFORMED", "NOT_FOUND", "REVOKED", "DISABLED", "EXPIRED"];

/** What a client would be answered. */
function answered({ valid, code }, asked) {
  if (valid) return asked.method ? "The authorizer lets this call through." : "With a method and a path, you see whether it may make that call.";
  return UNAUTHENTICATED.includes(code) ? "The authorizer answers 401 Unauthorized, except on routes that are open to all." : "The authorizer answers 403 Forbidden.";
}

/** The verdict, or what there will be one about. `asked` is the question without its key. */
export function Verdict({ verdict, asked, session }) {
  return html`
    <div class="verdict-head" role="status">${verdict ? html`<${Head} verdict=${verdict} asked=${asked} />` : html`<${Waiting} />`}</div>
    <${Checks} verdict=${verdict} asked=${asked} />
    ${verdict?.key_id && html`<${Key} verdict=${verdict} session=${session} />`}
  `;
}

function Head({ verdict, asked }) {
  const { title, about } = CHECKS.find(({ code }) => code === verdict.code) ?? (verdict.valid ? VALID : { title: verdict.code, about: "" });
  return html`<span class=${`verdict-mark ${verdict.valid ? "good" : "bad"}`}><${Icon} name=${verdict.valid ? "check" : "close"} /></span>
    <div><h2>${title} <code>${verdict.code}</code></h2><p>${about}</p><p class="quiet">${answered(verdict, asked)}</p></div>`;
}

const Waiting = () => html`<span class="verdict-mark"><${Icon} name="try" /></span>
  <div><h2>No verdict yet</h2><p class="quiet">What is checked, in this order. The first check that fails gives its code.</p></div>`;

const MARKS = { passed: "check", failed: "close", skipped: "minus", open: "minus" };
const SAID = { passed: "Passed: ", failed: "Failed: ", skipped: "Not looked at: ", open: "" };

/** Every check, and how it went. */
function Checks({ verdict, asked }) {
  const failedAt = verdict && CHECKS.findIndex(({ code }) => code === verdict.code);
  const outcome = ({ asks }, at) => {
    if (!verdict) return "open";
    if (at === failedAt) return "failed";
    if (failedAt >= 0 && at > failedAt) return "skipped";
    return asks && !asked[asks] ? "skipped" : "passed";
  };
  return html`<ol class="checks">${CHECKS.map((check, at) => {
    const went = outcome(check, at);
    return html`<li key=${check.code} class=${went}>
      <${Icon} name=${MARKS[went]} /><span class="unseen">${SAID[went]}</span><span class="check-words">${check.check}</span><code>${check.code}</code>
    </li>`;
  })}</ol>`;
}

/** What is told of a key whose secret matched. */
function Key({ verdict, session }) {
  const { key_id: id, token_expires_at: tokenEnd, metadata } = verdict;
  const isSuper = verdict.type === "super-user";
  return html`<section class="verdict-key">
    <h3>${tokenEnd ? "The token and its key" : "The key"}</h3>
    <dl class="facts">
      <dt>Id</dt><dd><${KeyLink} id=${id} session=${session} /></dd>
      <dt>Owner</dt><dd class="breaks">${verdict.owner}</dd>
      <dt>Type</dt><dd>${verdict.type}</dd>
      <dt>Client type</dt><dd>${verdict.client_type ?? html`<span class="quiet">none</span>`}</dd>
      <dt>API sets</dt><dd><${Listed} values=${verdict.apis} empty=${isSuper ? "every route" : "none"} /></dd>
      <dt>Permissions</dt><dd><${Listed} values=${verdict.permissions} empty=${isSuper ? "all" : "none"} /></dd>
      <dt>Expires</dt><dd><${Expiry} at=${verdict.expires_at} /></dd>
      ${tokenEnd && html`<dt>Token expires</dt><dd><${Time} at=${tokenEnd} /></dd>`}
      ${metadata && Object.keys(metadata).length > 0 && html`<dt>Metadata</dt><dd><pre class="mono">${JSON.stringify(metadata, null, 2)}</pre></dd>`}
    </dl>
  </section>`;
}

const Listed = ({ values, empty }) =>
  values?.length > 0
    ? html`<ul class="listed">${values.map((value) => html`<li key=${value}><code>${value}</code></li>`)}</ul>`
    : html`<span class="quiet">${empty}</span>`;
