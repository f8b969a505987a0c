/**
 * The dialogs that make and edit a key.
 *
 * @module
 */

import { html } from "./html.js";
import { Create } from "./key/create.js";
import { Edit } from "./key/edit.js";
import { openDialog } from "./ui.js";

/**
 * Opens the dialog that makes a key.
 *
 * @param {object} given
 * @param {object} given.session
 * @param {object} given.catalogue
 * @param {(record: object) => void} given.onDone told of the new key; its text is shown in a dialog of its own
 */
export const openCreate = (given) => openDialog((close) => html`<${Create} ...${given} close=${close} />`);

/**
 * Opens the dialog that edits a key.
 *
 * @param {object} given
 * @param {object} given.session
 * @param {object} given.catalogue
 * @param {object} given.record
 * @param {(record: object) => void} given.onDone told of the key as it is afterwards
 */
export const openEdit = (given) => openDialog((close) => html`<${Edit} ...${given} close=${close} />`);
