/**
 * The dialog that shows a key's text, once. After it is closed, the text is nowhere in this page.
 *
 * @module
 */

import { html, useLayoutEffect, useRef, useState } from "./html.js";
import { Check } from "./key/fields.js";
import { bothZones } from "./key/expiry.js";
import { fileName, offer, withdraw } from "./key/download.js";
import { Button, Dialog, Icon, openDialog, warnOfLeaving } from "./ui.js";
import { relative } from "./words.js";

/**
 * Shows a text.
 *
 * @param {object} given
 * @param {object} given.record the key's
 * @param {string} given.text
 * @param {{field: string, message: string}[]} [given.warnings] what the API says of the key
 * @param {string} given.title
 */
export function openKeyText({ record, text, warnings = [], title }) {
  // The one reference to the text; it is emptied when the dialog closes, whoever still holds on to this.
  const secret = { text };
  openDialog((close) => html`<${KeyText} secret=${secret} record=${record} warnings=${warnings} title=${title} close=${() => {
    secret.text = "";
    withdraw();
    close();
  }} />`);
}

function KeyText({ secret, record, warnings, title, close }) {
  const [saved, setSaved] = useState(false);
  const shown = useRef(null);
  useLayoutEffect(warnOfLeaving, []);
  const name = fileName(record.name, record.id);
  const saveJson = () => {
    const { id: key_id, name: called, expires_at } = record;
    offer(`${name}.json`, "application/json", `${JSON.stringify({ key_id, name: called, key: secret.text, expires_at }, null, 2)}\n`);
  };
  const saveText = () => offer(`${name}.APIKEY`, "application/octet-stream", secret.text);
  return html`<${Dialog} title=${title} locked onClose=${close}
    footer=${html`<${Button} kind="primary" disabled=${!saved} onClick=${close}>Close<//>`}>
    <div class="notice warn"><${Icon} name="alert" />
      <p><strong>The text of the key is shown this once.</strong> Latchkey keeps a hash of it alone, so nobody can show it again.</p></div>
    <div class="key-text">
      <div class="key-text-head"><span class="label" id="key-text-label">Text of ${record.name}</span><${Copy} secret=${secret} shown=${shown} /></div>
      <${Shown} secret=${secret} element=${shown} />
      <div class="key-text-files">
        <${Button} icon="download" onClick=${saveJson}>Download JSON<//>
        <${Button} icon="download" onClick=${saveText}>Download .APIKEY<//>
      </div>
    </div>
    <${Facts} record=${record} warnings=${warnings} />
    <${Check} label="I have saved this key" checked=${saved} onChange=${setSaved} />
  <//>`;
}

/** The text itself. It is written past Preact, whose trees outlive what they have drawn. */
function Shown({ secret, element }) {
  useLayoutEffect(() => {
    const { current } = element;
    current.textContent = secret.text;
    return () => (current.textContent = "");
  }, []);
  return html`<code class="key-text-value" ref=${element} tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="key-text-label" data-autofocus
    onFocus=${() => select(element.current)}></code>`;
}

/** What is to be known beside the text. */
function Facts({ record, warnings }) {
  const { expires_at: end, rotation } = record;
  const told = warnings.filter(({ field }) => field !== "expires_at" || end);
  return html`<ul class="key-text-facts">
    <li>Id <span class="mono">${record.id}</span></li>
    <li>${end ? `Expires ${relative(end)}: ${bothZones(Date.parse(end))}` : "Never expires."}</li>
    ${rotation && html`<li>The text before it works until ${bothZones(Date.parse(rotation.previous_valid_until))}.</li>`}
    ${told.map(({ message }) => html`<li key=${message} class="warned">${message.charAt(0).toUpperCase() + message.slice(1)}.</li>`)}
  </ul>`;
}

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

/** Copies the text. Where the browser has no clipboard for pages, it selects it, so that the keyboard can. */
function Copy({ secret, shown }) {
  const [said, say] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret.text);
      say("Copied");
    } catch {
      shown.current.focus();
      select(shown.current);
      say(document.execCommand("copy") ? "Copied" : "Selected: copy it with Ctrl+C or ⌘C");
    }
  };
  return html`<span class="copy"><span class="quiet" role="status">${said}</span><${Button} icon=${said === "Copied" ? "check" : "copy"} onClick=${copy}>Copy<//></span>`;
}
