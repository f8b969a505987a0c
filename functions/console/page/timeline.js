/**
 * What happened to one key, newest first, day by day.
 *
 * @module
 */

import { call, isAborted } from "./api.js";
import { EventLine } from "./events.js";
import { html, useEffect, useRef, useState } from "./html.js";
import { Button, Skeleton } from "./ui.js";
import { date } from "./words.js";

/** So many events are loaded at a time. */
const PAGE = 25;

/**
 * The trail. It is loaded anew when `turn` changes; what is shown stays until then.
 *
 * @param {{session: object, id: string, turn: number}} props
 */
export function Timeline({ session, id, turn }) {
  const { events, cursor, failure, busy, more } = useTrail(id, turn);
  if (!events) {
    if (!failure) return html`<div class="trail-waiting"><${Skeleton} lines=${6} /></div>`;
    return html`<p class="trail-end" role="alert">${failure.title}. ${failure.detail} <${Button} onClick=${more}>Try again<//></p>`;
  }
  return html`<div class="trail">
    ${byDay(events).map(
      ([day, those]) => html`<section key=${day} aria-label=${day}>
        <h3 class="trail-day">${day}</h3>
        <ol class="events trail-events">${those.map((event) => html`<li key=${event.id}><${EventLine} event=${event} session=${session} about=${false} /></li>`)}</ol>
      </section>`,
    )}
    <div class="trail-end">
      ${failure && html`<span role="alert">${failure.title}. ${failure.detail}</span>`}
      ${cursor ? html`<${Button} busy=${busy} onClick=${more}>Show earlier events<//>` : html`<span class="quiet">This is where it began.</span>`}
    </div>
  </div>`;
}

/** The events as far as they have been asked for, and what asks for more. */
function useTrail(id, turn) {
  const [state, setState] = useState({ events: null, cursor: null, failure: null, busy: true });
  const control = useRef(null);
  const load = async (before, cursor) => {
    control.current?.abort();
    const { signal } = (control.current = new AbortController());
    setState((standing) => ({ ...standing, busy: true }));
    try {
      const { events, next_cursor: next } = await call("GET", ["keys", id, "audit"], { query: { limit: PAGE, cursor }, signal });
      setState({ events: [...before, ...events], cursor: next, failure: null, busy: false });
    } catch (failure) {
      if (!isAborted(failure)) setState((standing) => ({ ...standing, failure, busy: false }));
    }
  };
  useEffect(() => {
    load([], null);
    return () => control.current.abort();
  }, [id, turn]);
  return { ...state, more: () => load(state.events ?? [], state.cursor) };
}

/** The events of each day, in their order. */
function byDay(events) {
  const days = new Map();
  for (const event of events) {
    const day = date(event.at);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return [...days];
}
