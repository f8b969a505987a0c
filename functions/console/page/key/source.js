/**
 * Where the text of a new key comes from: Latchkey makes it, or somebody brings it or its hash.
 *
 * @module
 */

import { html, useId } from "../html.js";
import { checkOwnValue } from "../shapes.js";
import { Tabs } from "../ui.js";
import { TextField } from "./fields.js";
import { SecretInput } from "./secret-input.js";

const SOURCES = [
  { value: "generated", label: "Generated" },
  { value: "value", label: "Own text" },
  { value: "hash", label: "Hash of a text" },
];
const EMPTY = "must not be empty";

/** The choice, and what it takes. `input` holds a text of one's own, which is in no state. */
export function Source({ form, input }) {
  const name = useId();
  const { draft } = form;
  const choose = (source) => {
    form.set("source", source);
    // The input goes, and what was typed with it.
    form.set("own", undefined);
  };
  return html`
    <${Tabs} label="Text of the key" name=${name} options=${SOURCES} value=${draft.source} onChange=${choose} />
    ${draft.source === "generated" &&
    html`<${TextField} form=${form} field="prefix" label="Prefix" aside="optional" class="mono" autocapitalize="off" placeholder="the deployment's"
      hint="What the text begins with, so that scanners for leaked keys know it. Latchkey makes the rest: 190 bits from the system's generator." />`}
    ${draft.source === "value" &&
    html`<${SecretInput} input=${input} label="Text" required check=${checkOwnValue} onCheck=${(wrong) => form.set("own", wrong)} error=${form.error("value")}
      hint="16 to 256 visible characters without blanks, from a random generator: what can be guessed is refused." />`}
    ${draft.source === "hash" &&
    html`<${TextField} form=${form} field="sha256" label="SHA-256 of the text, in hexadecimal" required class="mono" autocapitalize="off"
      value=${draft.sha256 ?? ""} hint="To move keys here whose texts nobody should send. The key works with the text that has this hash; it can mint no tokens." />`}
  `;
}

/** What is wrong with it, by field. */
export function checkSource({ source, own = EMPTY, sha256 = "" }) {
  if (source === "value" && own) return { value: own };
  if (source === "hash" && !/^[0-9a-f]{64}$/i.test(sha256.trim())) return { sha256: "must be 64 hexadecimal digits" };
  return {};
}

/** The members of a body that say where the text comes from. */
export function textOf({ source, sha256 }, input) {
  if (source === "value") return { value: input.current.value };
  return source === "hash" ? { hash: { sha256: sha256.trim() } } : {};
}
