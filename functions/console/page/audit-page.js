/**
 * The page of what happened: every write of the admin API, newest first.
 *
 * @module
 */

import { call } from "./api.js";
import { AuditFilters, clearFilter, filterOf, LAST, utc } from "./audit-filters.js";
import { EventLine } from "./events.js";
import { html, useMemo } from "./html.js";
import { More } from "./more-rows.js";
import { usePaged } from "./paged.js";
import { can } from "./rights.js";
import { useRoute } from "./router.js";
import { Button, EmptyState, PageHead } from "./ui.js";
import { count, date } from "./words.js";

const INTRO = "Every change of a key or an API set: who did it, when, and from where.";

/** The page. */
export function AuditPage({ session }) {
  const { query } = useRoute();
  if (!can(session, "audit:read")) {
    return html`<${PageHead} title="Audit" />
      <${EmptyState} icon="alert" title="Your key may not read the audit">It takes the permission <code>audit:read</code> and the API set <code>latchkey</code>.<//>`;
  }
  return html`<${Audit} session=${session} filter=${filterOf(query)} />`;
}

function Audit({ session, filter }) {
  const list = useEvents(filter, session);
  const { rows, stale } = list;
  return html`
    <${PageHead} title="Audit" intro=${INTRO}><${Button} icon="rotate" onClick=${list.reload}>Refresh<//><//>
    <${AuditFilters} filter=${filter} rows=${rows} />
    <div class="list-status">
      <p class="quiet" role="status">${status(list)}</p>
      ${Object.keys(filter).length > 0 && html`<${Button} kind="quiet" icon="close" onClick=${clearFilter}>Clear filters<//>`}
    </div>
    <div class=${`fading${stale ? " stale" : ""}`} aria-busy=${String(list.phase === "loading" || list.phase === "searching")}>
      ${rows.length === 0
        ? html`<div class="card"><${Nothing} list=${list} isFiltered=${Object.keys(filter).length > 0} /></div>`
        : days(rows).map((day) => html`<${Day} key=${day.date} day=${day} session=${session} />`)}
      ${rows.length > 0 && html`<${More} list=${list} noun="events" />`}
    </div>
  `;
}

/** The events of a filter. Those of one key have a list of their own. */
function useEvents(filter, session) {
  const question = JSON.stringify(filter);
  // Every page of a list takes the same times, as its cursor is for them alone.
  const from = useMemo(() => (filter.last in LAST ? utc(Date.now() - LAST[filter.last]) : filter.from), [question]);
  const path = filter.key ? ["keys", filter.key, "audit"] : ["audit"];
  const load = async ({ cursor, limit, signal }) => {
    const query = { action: filter.action, actor: filter.actor, from, to: filter.to, limit, cursor };
    const page = await call("GET", path, { query, signal });
    return { rows: page.events, cursor: page.next_cursor };
  };
  return usePaged(load, `${session.key_id} ${question}`);
}

function status({ rows, phase, searched }) {
  const found = `${count(rows.length)} ${rows.length === 1 ? "event" : "events"}`;
  if (phase === "loading") return "Loading…";
  if (phase === "searching") return `${found} found · searched ${count(searched)} events…`;
  if (phase === "done") return `${found}, newest first`;
  return phase === "failed" ? "" : `First ${found}, newest first`;
}

function Nothing({ list, isFiltered }) {
  const { phase, failure, searched } = list;
  if (phase === "failed") {
    const isUnknown = failure.status === 404;
    const isMistaken = isUnknown || failure.status === 400;
    return html`<${EmptyState} icon=${isUnknown ? "search" : "alert"} title=${isUnknown ? "There is no such key" : failure.title}
      action=${isMistaken ? html`<${Button} onClick=${clearFilter}>Clear filters<//>` : html`<${Button} onClick=${list.retry}>Try again<//>`}
      >${reason(failure)}<//>`;
  }
  if (phase === "loading") return html`<${Waiting} />`;
  if (phase !== "done") return html`<${EmptyState} icon="search" title="Searching…">Searched ${count(searched)} events; none matches so far.<//>`;
  if (!isFiltered) return html`<${EmptyState} icon="audit" title="Nothing has happened yet">Whatever is made, edited or revoked is told of here.<//>`;
  return html`<${EmptyState} icon="search" title="No event matches" action=${html`<${Button} onClick=${clearFilter}>Clear filters<//>`}
    >Change the filter, or clear it to see everything that happened.<//>`;
}

/** Why there are no events, in a sentence. */
function reason({ status, detail, errors }) {
  if (status === 404) return "It never existed, or it belongs to another owner.";
  return errors.length > 0 ? errors.map(({ field, message }) => `${field} ${message}`).join("; ") : detail;
}

const Waiting = () =>
  html`<div class="waiting" aria-hidden="true">${Array.from({ length: 8 }, (_, at) => html`<div key=${at} class="waiting-row"><span></span><span></span></div>`)}</div>`;

/** The events by the day on which they happened, in the reader's time zone. */
function days(events) {
  const all = [];
  for (const event of events) {
    const day = date(event.at);
    if (all.at(-1)?.date !== day) all.push({ date: day, events: [] });
    all.at(-1).events.push(event);
  }
  return all;
}

const Day = ({ day, session }) =>
  html`<section class="day">
    <h2>${day.date === date(new Date()) ? "Today" : day.date}</h2>
    <ol class="card events">${day.events.map((event) => html`<li key=${event.id}><${EventLine} event=${event} session=${session} /></li>`)}</ol>
  </section>`;
