/**
 * Typing metadata, as rows or as JSON.
 *
 * @module
 */

import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "../html.js";
import { Button, Field, Tabs } from "../ui.js";
import { Wrong } from "../ui/field.js";
import { fitsRows, inMode, row } from "./metadata.js";

/**
 * The field. `value` is a draft of metadata.js.
 *
 * @param {{value: object, onChange: (value: object) => void, error?: string}} props
 */
export function MetadataField({ value, onChange, error }) {
  const name = useId();
  const [refused, refuse] = useState("");
  useEffect(() => refuse(""), [value]);
  const choose = (mode) => {
    // What is wrong stays where it can be corrected.
    if (error) return refuse("Correct this first.");
    if (!fitsRows(value)) return refuse("Only texts can be shown as rows; here are other values, too.");
    onChange(inMode(value, mode));
  };
  const modes = [{ value: "rows", label: "Rows" }, { value: "json", label: "JSON" }];
  return html`<div class="field metadata">
    <div class="field-label"><span class="label" aria-hidden="true">Metadata</span>
      <${Tabs} label="Metadata as" name=${name} options=${modes} value=${value.mode} onChange=${choose} />
    </div>
    ${value.mode === "rows"
      ? html`<${Rows} value=${value} onChange=${onChange} error=${error} />`
      : html`<${Json} value=${value} onChange=${onChange} error=${error} />`}
    <p class="hint" role="status">${refused}</p>
    <p class="hint">Up to 4 KiB, handed to your backend with every call. No secrets: whoever may list keys sees it.</p>
  </div>`;
}

const Json = ({ value, onChange, error }) =>
  html`<${Field} label="A JSON object" error=${error}>
    ${(wired) => html`<textarea ...${wired} class="mono json" rows="6" spellcheck=${false} autocapitalize="off" placeholder='{"team": "payments"}' value=${value.json}
      onInput=${(event) => onChange({ ...value, json: event.target.value })}></textarea>`}
  <//>`;

function Rows({ value, onChange, error }) {
  const list = useRef(null);
  /** Which row takes the focus when it is drawn. */
  const next = useRef(null);
  useLayoutEffect(() => {
    if (next.current === null) return;
    const inputs = list.current.querySelectorAll(".metadata-name input");
    (inputs[Math.min(next.current, inputs.length - 1)] ?? list.current.querySelector("button")).focus();
    next.current = null;
  });
  const set = (id, part) => onChange({ ...value, rows: value.rows.map((one) => (one.id === id ? { ...one, ...part } : one)) });
  const remove = (at) => {
    next.current = at;
    onChange({ ...value, rows: value.rows.filter((_, other) => other !== at) });
  };
  const add = () => {
    next.current = value.rows.length;
    onChange({ ...value, rows: [...value.rows, row()] });
  };
  return html`<div class="metadata-rows" ref=${list} data-wrong=${error ? "" : undefined}>
    ${value.rows.map(
      ({ id, name, text }, at) => html`<div class="metadata-row" key=${id}>
        <div class="metadata-name"><input type="text" aria-label=${`Name of entry ${at + 1}`} placeholder="name" autocomplete="off" autocapitalize="off" spellcheck=${false}
          value=${name} onInput=${(event) => set(id, { name: event.target.value })} /></div>
        <div><input type="text" aria-label=${`Text of entry ${at + 1}`} placeholder="text" autocomplete="off" value=${text}
          onInput=${(event) => set(id, { text: event.target.value })} /></div>
        <${Button} kind="icon" icon="close" label=${`Remove entry ${at + 1}${name && `, ${name}`}`} onClick=${() => remove(at)} />
      </div>`,
    )}
    <${Wrong} text=${error} />
    <div><${Button} icon="plus" onClick=${add}>Add an entry<//></div>
  </div>`;
}
