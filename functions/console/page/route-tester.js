/**
 * The tester: which API sets a call is part of, and which keys may make it.
 *
 * @module
 */

import { BUILT_IN } from "./api-sets.js";
import { call } from "./api.js";
import { html, useEffect, useRef, useState } from "./html.js";
import { More } from "./more-rows.js";
import { usePaged } from "./paged.js";
import { can } from "./rights.js";
import { go, href } from "./router.js";
import { checkPath, METHODS } from "./shapes.js";
import { Button, Field, Icon, Select, StateDot, useLoaded } from "./ui.js";
import { count } from "./words.js";

/** How long typing must rest before it is asked for, in milliseconds. */
const REST = 150;
/** How many keys are asked for at once. */
const PAGE = 20;
const REQUESTS = METHODS.filter((method) => method !== "ANY").map((method) => ({ value: method, label: method }));

/** The tester. The address's query holds what is tested. */
export function RouteTester({ session, query, sets }) {
  const asked = { method: query.get("method") || "GET", path: query.get("path") ?? "" };
  const [typed, setTyped] = useState(asked);
  const sent = useRef(JSON.stringify(asked));
  const timer = useRef(null);
  const now = JSON.stringify(asked);
  useEffect(() => {
    // The address was changed elsewhere, such as by going back.
    if (now !== sent.current) setTyped(asked);
    sent.current = now;
  }, [now]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (changes, rest) => {
    const next = { ...typed, ...changes };
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const path = next.path.trim();
      sent.current = JSON.stringify({ ...next, path });
      go(href(["apis"], path ? { ...next, path } : {}), { replace: true });
    }, rest);
  };
  const wrong = checkPath(typed.path.trim());
  const isAsked = asked.path && !checkPath(asked.path);
  return html`<section class="card tester" aria-label="Test a route">
    <header><h2>Test a route</h2><p class="quiet">Which sets have it, and which keys may call it.</p></header>
    <div class="tester-call">
      <${Field} label="Method">
        ${(wired) => html`<${Select} ...${wired} value=${typed.method} options=${REQUESTS} onChange=${(method) => type({ method }, 0)} />`}
      <//>
      <${Field} label="Path" error=${typed.path.trim() && wrong}>
        ${(wired) => html`<input ...${wired} type="text" class="mono" autocomplete="off" autocapitalize="off" spellcheck=${false} maxlength="2048" placeholder="/orders/7"
          value=${typed.path} onInput=${(event) => type({ path: event.target.value }, REST)} />`}
      <//>
    </div>
    <div class="tester-results">
      ${isAsked
        ? sets && html`<${Matches} call=${asked} session=${session} sets=${sets} />`
        : html`<p class="quiet">Type a method and a path, as a client would call it.</p>`}
    </div>
  </section>`;
}

/** What matches a call. */
function Matches({ call: asked, session, sets }) {
  // Sets that are made or changed meanwhile may match as well.
  const { value, failure, loading, reload } = useLoaded(
    async (signal) => ({ asked, matching: (await call("GET", ["apis"], { query: asked, signal })).apis }),
    [asked.method, asked.path, sets],
  );
  if (failure) return html`<${Failed} failure=${failure} reload=${reload} />`;
  if (!value) return null;
  // Until there is an answer, what is shown is all about the call before.
  const { asked: answered, matching } = value;
  return html`<div class=${`tester-answer fading${loading ? " stale" : ""}`}>
    <h3>${matching.length === 0 ? "No API set" : matching.length === 1 ? "1 API set" : `${matching.length} API sets`}</h3>
    ${matching.length === 0
      ? html`<p class="quiet">This call is in no set: only super-users and keys that name <code>*</code> may make it.</p>`
      : html`<ul class="matches">${matching.map((set) => html`<li key=${set.name}><${MatchingSet} set=${set} /></li>`)}</ul>`}
    ${can(session, "keys:list")
      ? html`<${Keys} call=${answered} session=${session} matching=${matching} />`
      : html`<p class="quiet">Which keys may make it is told to keys with the permission <code>keys:list</code>.</p>`}
  </div>`;
}

/** Why there is no answer. It leaves the focus where somebody types. */
function Failed({ failure, reload }) {
  const { title, detail, errors } = failure;
  const words = errors.length > 0 ? errors.map(({ field, message }) => `${field} ${message}`).join("; ") : detail;
  return html`<div class="notice bad" role="alert"><${Icon} name="alert" /><div>
    <p><strong>${title}.</strong> ${words}</p><${Button} kind="quiet" onClick=${reload}>Try again<//>
  </div></div>`;
}

function MatchingSet({ set }) {
  const { name, key_required: isClosed, client_types: clients } = set;
  return html`<span class="mono breaks">${name}</span>
    ${!isClosed && html`<span class="badge warn"><${Icon} name="alert" />Open to all</span>`}
    ${name === BUILT_IN && html`<p class="quiet">A route of the admin API. Most take this set and a permission of their own; <code>*</code> does not include them.</p>`}
    ${isClosed && clients.length > 0 && html`<p class="quiet">Only for client types ${clients.join(", ")}</p>`}`;
}

/** The keys whose grants allow a call. */
function Keys({ call: asked, session, matching }) {
  const [isEvery, setEvery] = useState(false);
  const load = async ({ cursor, limit, signal }) => {
    const query = { ...asked, state: isEvery ? "" : "active", limit, cursor };
    const page = await call("GET", ["keys"], { query, signal });
    // The reason stays with its row, which may be shown for a moment after another call was asked about.
    return { rows: page.keys.map((record) => ({ record, by: reason(record, matching) })), cursor: page.next_cursor };
  };
  const list = usePaged(load, JSON.stringify([asked, isEvery, matching.map(({ name }) => name), session.key_id]), PAGE);
  const { rows, phase, stale } = list;
  return html`
    <div class="tester-keys-head">
      <h3>${found(list)}</h3>
      <label class="check"><input type="checkbox" checked=${isEvery} onChange=${(event) => setEvery(event.target.checked)} /><span>Inactive ones, too</span></label>
    </div>
    <p class="hint" role="status">${status(list, matching, isEvery)}</p>
    <ul class=${`matches fading${stale ? " stale" : ""}`} aria-busy=${String(phase === "loading" || phase === "searching")}>
      ${rows.map((row) => html`<li key=${row.record.id}><${MatchingKey} ...${row} /></li>`)}
    </ul>
    ${(phase === "more" || phase === "failed") && html`<${More} list=${list} noun="keys" byItself=${false} />`}
  `;
}

function found({ rows, phase, stale }) {
  if (stale || (rows.length === 0 && phase !== "done")) return "Keys";
  if (rows.length === 1 && phase === "done") return "1 key";
  return `${count(rows.length)}${phase === "done" ? "" : "+"} keys`;
}

/** How far the search is, or what else is to be known. */
function status({ rows, phase, searched }, matching, isEvery) {
  if (phase === "loading") return "Searching…";
  if (phase === "searching") return `Searched ${count(searched)} keys…`;
  if (phase === "done" && rows.length === 0) return `No ${isEvery ? "" : "active "}key may make this call.`;
  if (matching.some((set) => !set.key_required)) return "No key is needed: a set that is open to all has this call.";
  return "Place and networks are checked at each call, too.";
}

function MatchingKey({ record, by }) {
  return html`<${StateDot} state=${record.state} />
    <a class="breaks" href=${href(["keys", record.id])}>${record.name}</a>
    <span class="quiet">${record.owner} · ${by}</span>`;
}

/** By what a key may make a call that `matching` sets are about. */
function reason({ type, apis }, matching) {
  if (type === "super-user") return "super-user";
  const named = matching.filter(({ name }) => apis.includes(name)).map(({ name }) => name);
  if (named.length > 0) return `by ${named.join(", ")}`;
  if (matching.some(({ name }) => name === BUILT_IN)) return "as every key may";
  return apis.includes("*") ? "by *" : "open to all";
}
