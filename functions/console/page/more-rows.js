/**
 * The end of a list that has more rows.
 *
 * @module
 */

import { html, useEffect, useRef } from "./html.js";
import { Button, Spinner } from "./ui.js";
import { count } from "./words.js";

/** How far below the window the next rows are wanted. */
const AHEAD = "600px";

/**
 * Asks for more rows as it comes near the window, or with `byItself` false when its button is pressed.
 *
 * @param {object} props
 * @param {ReturnType<typeof import("./paged.js").usePaged>} props.list
 * @param {string} props.noun what the rows are: "events"
 * @param {boolean} [props.byItself]
 */
export function More({ list, noun, byItself = true }) {
  const { phase, failure, searched, rows, more, retry } = list;
  const element = useRef(null);
  useEffect(() => {
    if (!byItself || phase !== "more") return;
    const watcher = new IntersectionObserver(([entry]) => entry.isIntersecting && more(), { rootMargin: AHEAD });
    watcher.observe(element.current);
    return () => watcher.disconnect();
    // Observed anew after each page: what is still in sight wants one more.
  }, [byItself, phase, rows.length, more]);
  if (phase === "failed") {
    return html`<div class="more bad" role="alert"><span>${failure.title}. ${failure.detail}</span><${Button} onClick=${retry}>Try again<//></div>`;
  }
  if (phase === "done") return null;
  const isBusy = phase !== "more";
  return html`<div class="more" ref=${element}>${
    isBusy
      ? html`<${Spinner} /><span class="quiet">Searched ${count(searched)} ${noun}…</span>`
      : html`<${Button} onClick=${more}>More ${noun}<//>`
  }</div>`;
}
