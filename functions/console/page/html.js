/**
 * What a module needs for drawing: Preact, its hooks, and `html`, the template tag of htm bound to Preact.
 *
 * @module
 */

import { createContext, Fragment, h, render } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export {
  useCallback,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "./vendor/hooks.js";
export { createContext, Fragment, render };

/** Turns a template into what Preact draws: html`<p class="quiet">${text}</p>`. Text is text: nothing is parsed as HTML. */
export const html = htm.bind(h);
