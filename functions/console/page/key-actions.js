/**
 * The dialogs that rotate, revoke and restore a key: `open…({session, catalogue, record, onDone})`, where `onDone(record)` is told of the
 * key as it is afterwards.
 *
 * @module
 */

import { html } from "./html.js";
import { Restore, Revoke } from "./key/revoke.js";
import { Rotate } from "./key/rotate.js";
import { RotateRoot } from "./key/rotate-root.js";
import { isRoot } from "./rights.js";
import { openDialog } from "./ui.js";

/** Rotates a key; says how that is done, for the root key. */
export const openRotate = (given) => openDialog((close) => html`<${isRoot(given.record) ? RotateRoot : Rotate} ...${given} close=${close} />`);

/** Ends a key. */
export const openRevoke = (given) => openDialog((close) => html`<${Revoke} ...${given} close=${close} />`);

/** Undoes a revocation. */
export const openRestore = (given) => openDialog((close) => html`<${Restore} ...${given} close=${close} />`);
