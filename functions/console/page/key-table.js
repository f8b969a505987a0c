/**
 * A table of any length: only the rows near the window are in the document.
 *
 * Rows have one height, so the place of each is known without drawing it. A row that has the focus stays drawn, wherever
 * the window goes, so that the focus is never lost.
 *
 * @module
 */

import { html, useEffect, useLayoutEffect, useRef, useState } from "./html.js";

/** The heights of a row and of a card, in pixels; `css/keys.css` has the same. */
const ROW = 52;
const CARD = 164;
/** How many rows are drawn beyond either edge of the window. */
const BEYOND = 12;
/** How many rows are loaded ahead of the window. */
const AHEAD = 40;
const PHONE = matchMedia("(width < 720px)");

function usePhone() {
  const [isPhone, setPhone] = useState(PHONE.matches);
  useEffect(() => {
    const onChange = () => setPhone(PHONE.matches);
    PHONE.addEventListener("change", onChange);
    return () => PHONE.removeEventListener("change", onChange);
  }, []);
  return isPhone;
}

/**
 * A long table that scrolls with the page.
 *
 * @param {object} props
 * @param {string} props.label names the table
 * @param {{name: string, label: any}[]} props.columns
 * @param {object[]} props.rows with an `id` each
 * @param {(row: object, place: object) => any} props.draw draws a row's <tr>, which takes `place`'s attributes; rows are
 *   drawn anew when they, or this function, are others than before
 * @param {boolean} props.isComplete whether there are no more rows than these
 * @param {boolean} props.isBusy
 * @param {(rows: number) => void} props.onWant told how many rows the window needs
 */
export function LongTable({ label, columns, rows, draw, isComplete, isBusy, onWant }) {
  const body = useRef(null);
  const height = usePhone() ? CARD : ROW;
  const [first, end] = useWindow(body, height, rows.length);
  const [focused, setFocused] = useState(null);
  useEffect(() => onWant(end + AHEAD), [end, onWant]);

  const kept = focused === null ? -1 : rows.findIndex(({ id }) => id === focused);
  const shown = rows.slice(first, end).map((_, at) => first + at);
  if (kept >= 0 && kept < first) shown.unshift(kept);
  if (kept >= end) shown.push(kept);

  const drawn = [];
  const drawRow = useDrawn(draw);
  let at = 0;
  for (const index of shown) {
    if (index > at) drawn.push(html`<${Gap} key=${`gap-${index}`} height=${(index - at) * height} />`);
    drawn.push(drawRow(rows[index], index));
    at = index + 1;
  }
  if (rows.length > at) drawn.push(html`<${Gap} key=${`gap-end-${at}`} height=${(rows.length - at) * height} />`);

  const rowOf = (element) => element.closest("[data-row]")?.dataset.row ?? null;
  // Nowhere else is no reason to let go: the whole window may have lost the focus, and gets it back.
  const onFocusOut = ({ relatedTarget }) => relatedTarget && setFocused(rowOf(relatedTarget));
  // `display` takes the roles from tables on phones, so they are said.
  return html`<table class="long-table" role="table" aria-label=${label} aria-rowcount=${isComplete ? rows.length + 1 : -1} aria-busy=${String(isBusy)}>
    <thead role="rowgroup"><tr role="row" aria-rowindex="1">
      ${columns.map((column) => html`<th key=${column.name} role="columnheader" scope="col" class=${`col-${column.name}`}>${column.label}</th>`)}
    </tr></thead>
    <tbody role="rowgroup" ref=${body} onFocusIn=${({ target }) => setFocused(rowOf(target))} onFocusOut=${onFocusOut}>${drawn}</tbody>
  </table>`;
}

/** Draws rows, and only those anew that changed: what is drawn with the same object is left alone. */
function useDrawn(draw) {
  const kept = useRef({ draw: null, rows: new WeakMap() });
  if (kept.current.draw !== draw) kept.current = { draw, rows: new WeakMap() };
  return (row, index) => {
    const before = kept.current.rows.get(row);
    if (before?.index === index) return before.drawn;
    const drawn = draw(row, { role: "row", "aria-rowindex": index + 2, "data-row": row.id });
    kept.current.rows.set(row, { index, drawn });
    return drawn;
  };
}

/** Where rows would be that are not drawn. */
const Gap = ({ height }) =>
  html`<tr class="gap" aria-hidden="true" style=${{ height: `${height}px` }}><td></td></tr>`;

/** The rows that the browser's window shows, with some more around: the first, and the one after the last. */
function useWindow(body, height, total) {
  const [range, setRange] = useState([0, Math.ceil(innerHeight / height) + BEYOND]);
  useLayoutEffect(() => {
    const look = () => {
      const top = -body.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(top / height) - BEYOND);
      const end = Math.max(1, Math.ceil((top + innerHeight) / height) + BEYOND);
      setRange((before) => (before[0] === first && before[1] === end ? before : [first, end]));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [height, total]);
  return range;
}
