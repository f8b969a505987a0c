/**
 * The page of all keys.
 *
 * @module
 */

import { html, useCallback, useRef } from "./html.js";
import { clearFilter, filterOf, KeyFilters } from "./key-filters.js";
import { openCreate } from "./key-form.js";
import { useKeyList } from "./key-list.js";
import { COLUMNS, KeyRow } from "./key-row.js";
import { LongTable } from "./key-table.js";
import { can } from "./rights.js";
import { Button, EmptyState, PageHead, useRested } from "./ui.js";
import { count } from "./words.js";

/** The page. `query` is what its address holds; `catalogue` is null until it has been loaded. */
export function KeysPage({ session, catalogue, query }) {
  if (!can(session, "keys:list")) return html`<${NotAllowed} />`;
  return html`<${Keys} session=${session} catalogue=${catalogue} filter=${filterOf(query)} />`;
}

function Keys({ session, catalogue, filter }) {
  const list = useKeyList(filter, session.owner);
  const { rows, phase, stale, edition } = list;
  const words = status(list, filter);
  const latest = useRef(list);
  latest.current = list;
  // A record that was changed is put in its place; without one, everything is loaded anew. It is the same function for every
  // filter, so that the rows of one are not drawn again while those of the next are asked for.
  const onChange = useCallback((record) => (record?.version ? latest.current.replace(record) : latest.current.reload()), []);
  const draw = useCallback(
    (record, place) => html`<${KeyRow} key=${`${edition} ${record.id}`} place=${place} record=${record} session=${session}
      catalogue=${catalogue} onChange=${onChange} />`,
    [edition, session, catalogue, onChange],
  );
  const create = can(session, "keys:create")
    ? html`<${Button} kind="primary" icon="plus" disabled=${!catalogue} onClick=${() => openCreate({ session, catalogue, onDone: () => latest.current.reload() })}>Create key<//>`
    : null;
  return html`
    <${PageHead} title="Keys">${create}<//>
    <${KeyFilters} filter=${filter} catalogue=${catalogue} rows=${rows} session=${session} />
    <div class="list-status">
      <p class="quiet">${words}</p><span class="unseen" role="status">${useRested(words)}</span>
      ${Object.keys(filter).length > 0 && html`<${Button} kind="quiet" icon="close" onClick=${clearFilter}>Clear filters<//>`}
    </div>
    <div class=${`card key-list${stale ? " stale" : ""}`}>
      ${rows.length === 0
        ? html`<${Nothing} list=${list} filter=${filter} create=${create} />`
        : html`<${LongTable} label="Keys" columns=${COLUMNS} rows=${rows} isComplete=${phase === "done"} onWant=${list.want}
            isBusy=${phase === "loading" || phase === "searching"}
            draw=${draw} />`}
      ${rows.length > 0 && phase === "failed" && html`<${Failed} list=${list} />`}
    </div>
  `;
}

/** How far the list is, in words. */
function status({ rows, phase, searched }, filter) {
  const isFiltered = Object.keys(filter).length > 0;
  const found = `${count(rows.length)} ${rows.length === 1 ? "key" : "keys"}`;
  if (phase === "loading") return "Loading…";
  if (phase === "failed") return rows.length > 0 ? `${found} loaded` : "";
  if (phase === "searching") return isFiltered ? `${found} found · searched ${count(searched)} keys…` : `${found} loaded…`;
  if (phase === "done") return isFiltered ? `${found} found` : `${found}, newest first`;
  return `First ${found}, newest first; scroll for more`;
}

function Nothing({ list, filter, create }) {
  const { phase, failure, searched } = list;
  if (phase === "failed") {
    return html`<${EmptyState} icon="alert" title=${failure.title} action=${html`<${Button} onClick=${() => list.reload()}>Try again<//>`}>${failure.detail}<//>`;
  }
  if (phase === "loading") return html`<${Waiting} />`;
  if (phase !== "done") {
    return html`<${EmptyState} icon="search" title="Searching…">Searched ${count(searched)} keys; none matches so far.<//>`;
  }
  if (Object.keys(filter).length > 0) {
    return html`<${EmptyState} icon="search" title="No key matches" action=${html`<${Button} onClick=${clearFilter}>Show all keys<//>`}
      >Change the filter, or clear it to see all keys.<//>`;
  }
  return html`<${EmptyState} icon="keys" title="There are no keys yet" action=${create}>A key lets a client call your APIs. Create the first one.<//>`;
}

/** Where the first rows will be. */
const Waiting = () =>
  html`<div class="waiting" aria-hidden="true">${Array.from({ length: 10 }, (_, at) => html`<div key=${at} class="waiting-row"><span></span><span></span></div>`)}</div>`;

const Failed = ({ list }) =>
  html`<div class="list-failed" role="alert"><span>${list.failure.title}. ${list.failure.detail}</span><${Button} onClick=${list.retry}>Try again<//></div>`;

const NotAllowed = () => html`
  <${PageHead} title="Keys" />
  <${EmptyState} icon="alert" title="Your key may not list keys">It takes the permission <code>keys:list</code> and the API set <code>latchkey</code>.<//>
`;
