/**
 * Parts of every page.
 *
 * @module
 */

import { html, useLayoutEffect, useRef } from "../html.js";
import { Icon } from "./controls.js";

/** The title of a page, with its actions. It takes the focus when somebody comes here from another page. */
export function PageHead({ title, intro, back, children }) {
  const heading = useRef(null);
  useLayoutEffect(() => {
    document.title = `${typeof title === "string" ? title : "Latchkey"} · Latchkey`;
  }, [title]);
  return html`<header class="page-head">
    <div class="page-title">
      ${back}
      <h1 tabindex="-1" ref=${heading}>${title}</h1>
      ${intro && html`<p class="quiet">${intro}</p>`}
    </div>
    ${children && html`<div class="page-actions">${children}</div>`}
  </header>`;
}

/** Where nothing is to be shown: why, and what to do about it. */
export const EmptyState = ({ icon, title, children, action }) =>
  html`<div class="empty"><${Icon} name=${icon} /><h2>${title}</h2>${children && html`<p>${children}</p>`}${action}</div>`;

/** Grey lines where something will be, so that nothing moves when it comes. */
export const Skeleton = ({ lines = 3 }) =>
  html`<div class="skeleton" aria-hidden="true">${Array.from({ length: lines }, (_, at) => html`<span key=${at}></span>`)}</div>`;
