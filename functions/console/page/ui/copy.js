/**
 * A button that copies a text.
 *
 * @module
 */

import { html, useEffect, useRef, useState } from "../html.js";
import { Button } from "./controls.js";
import { toast } from "./toast.js";

/**
 * Copies a text. Where the browser does not let the page, it says so.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether it is copied
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast("The browser does not let this page copy. Select the text and copy it.", { tone: "bad" });
    return false;
  }
}

/** Copies `text`; `label` says what is copied. With `children`, they are the button's words. */
export function CopyButton({ text, label = "Copy", kind = "icon", children }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    if (!(await copyText(text))) return;
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), 2000);
  };
  return html`<${Button} kind=${kind} icon=${copied ? "check" : "copy"} label=${kind === "icon" ? label : undefined} onClick=${copy}
    >${children && (copied ? "Copied" : children)}<//><span class="unseen" role="status">${copied ? "Copied" : ""}</span>`;
}
