/**
 * The routes of an API set, to be edited: a row for each.
 *
 * @module
 */

import { html, useId, useLayoutEffect, useRef, useState } from "./html.js";
import { checkRoute, METHODS } from "./shapes.js";
import { Button, Select } from "./ui.js";
import { Wrong } from "./ui/field.js";

/** How many routes a set has at most. */
const MOST = 100;
let lastId = 0;

/** A row of a route; an empty one without. */
export function rowOf(route = "GET ") {
  const [method, path = ""] = route.split(" ", 2);
  return { id: ++lastId, method, path };
}

/** The routes of rows; rows without a path are left out. */
export const routesOf = (rows) => rows.filter(({ path }) => path.trim()).map(textOf);

const textOf = ({ method, path }) => `${method} ${path.trim()}`;

/** What is wrong with a row; null if nothing is. A row without a path is none. */
export function wrongRow(row, rows) {
  if (!row.path.trim()) return null;
  const isRepeated = rows.slice(0, rows.indexOf(row)).some((other) => textOf(other) === textOf(row));
  return isRepeated ? "is there already" : checkRoute(textOf(row));
}

/**
 * The rows with what adds and removes them.
 *
 * @param {object} props
 * @param {{id: number, method: string, path: string}[]} props.rows
 * @param {(rows: object[]) => void} props.onChange
 * @param {string} [props.error] the server's: "entry 2: …" is told at the second route
 */
export function RouteRows({ rows, onChange, error }) {
  const id = useId();
  const list = useRef(null);
  const [wanted, want] = useState(null);
  const [said, say] = useState("");
  useLayoutEffect(() => {
    if (wanted === null) return;
    list.current.querySelector(`[data-path="${wanted}"]`)?.focus();
    want(null);
  }, [wanted, rows]);

  const [, entry, message] = /^entry (\d+): (.*)$/.exec(error ?? "") ?? [];
  const blamed = entry && rows.filter(({ path }) => path.trim())[entry - 1];
  const isFull = rows.length >= MOST;

  const set = (row, changes) => onChange(rows.map((one) => (one === row ? { ...row, ...changes } : one)));
  const addAfter = (at) => {
    if (isFull) return;
    const made = { ...rowOf(), method: rows[at]?.method ?? "GET" };
    onChange(rows.toSpliced(at + 1, 0, made));
    want(made.id);
  };
  const remove = (row) => {
    const at = rows.indexOf(row);
    const rest = rows.filter((one) => one !== row);
    const left = rest.length > 0 ? rest : [rowOf()];
    onChange(left);
    want(left[Math.max(0, at - 1)].id);
    say(row.path ? `Removed ${textOf(row)}` : "Removed a row");
  };
  /** Routes may be pasted, one to a line. */
  const paste = (event, row) => {
    const pasted = event.clipboardData.getData("text").split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    if (pasted.length < 2 && !isRoute(pasted[0])) return;
    event.preventDefault();
    const made = pasted.map((line) => rowOf(isRoute(line) ? line.replace(/\s+/, " ") : `${row.method} ${line}`));
    const at = rows.indexOf(row);
    const next = rows.toSpliced(row.path ? at + 1 : at, row.path ? 0 : 1, ...made).slice(0, MOST);
    onChange(next);
    want(made.at(-1).id);
    say(`Added ${made.length} ${made.length === 1 ? "route" : "routes"}`);
  };
  const onKeyDown = (event, row) => {
    if (event.key !== "Enter" || event.isComposing || !row.path.trim()) return;
    event.preventDefault();
    addAfter(rows.indexOf(row));
  };

  return html`<fieldset class="field route-rows" aria-describedby=${`${id}-hint`}>
    <legend class="field-label">Routes</legend>
    <ul ref=${list}>
      ${rows.map((row, at) => {
        const wrong = row === blamed ? message : wrongRow(row, rows);
        const name = `${id}-${row.id}`;
        return html`<li key=${row.id} class=${`route-row${wrong ? " wrong" : ""}`}>
          <${Select} aria-label=${`Method of route ${at + 1}`} value=${row.method} options=${METHODS.map((method) => ({ value: method, label: method }))}
            onChange=${(method) => set(row, { method })} />
          <input type="text" class="mono" aria-label=${`Path of route ${at + 1}`} placeholder="/orders/{id}" autocomplete="off" autocapitalize="off" spellcheck=${false}
            data-path=${row.id} value=${row.path} aria-invalid=${wrong ? "true" : undefined} aria-describedby=${wrong ? name : undefined}
            onInput=${(event) => set(row, { path: event.target.value })} onPaste=${(event) => paste(event, row)} onKeyDown=${(event) => onKeyDown(event, row)} />
          <${Button} kind="icon" icon="close" label=${`Remove route ${at + 1}`} onClick=${() => remove(row)} />
          <${Wrong} id=${name} text=${wrong} />
        </li>`;
      })}
    </ul>
    <div class="route-add">
      <${Button} kind="quiet" icon="plus" disabled=${isFull} onClick=${() => addAfter(rows.length - 1)}>Add route<//>
      <span class="quiet">${isFull ? `${MOST} routes are the most` : ""}</span>
    </div>
    <p class="hint" id=${`${id}-hint`}><code>{x}</code> stands for one segment; <code>*</code> or <code>{x+}</code> at the end for the rest. Enter adds a
      row; several lines can be pasted.</p>
    ${error && !blamed && html`<${Wrong} text=${error} />`}
    <span class="unseen" role="status">${said}</span>
  </fieldset>`;
}

/** Whether a text is a route and not a path alone. */
const isRoute = (text = "") => METHODS.includes(text.split(/\s/, 1)[0]) && /\s/.test(text);
