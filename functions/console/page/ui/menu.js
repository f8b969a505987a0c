/**
 * A button with a menu of actions.
 *
 * @module
 */

import { html, useId, useRef, useState } from "../html.js";
import { Icon } from "./controls.js";

/** How far a menu stays away from its button and from the window's edges, in pixels. */
const GAP = 4;

/**
 * A menu. `items`: `[{label, icon, onSelect, kind?: "danger"} | null…]`, of which those that are null are left out.
 * `label` names the button; `children` are what it shows.
 */
export function Menu({ label, items, kind = "icon", children }) {
  const id = useId();
  const button = useRef(null);
  const menu = useRef(null);
  // What it offers is drawn when it opens: a table has a menu in every row.
  const [isOpen, setOpen] = useState(false);
  const entries = () => [...menu.current.querySelectorAll("[role=menuitem]")];

  const onBeforeToggle = (event) => event.newState === "open" && setOpen(true);
  const onToggle = (event) => {
    // Not before it is closed: the browser then gives the focus back, if it is inside.
    if (event.newState !== "open") return setOpen(false);
    place(menu.current, button.current);
    entries()[0]?.focus();
  };
  const onKeyDown = (event) => {
    const all = entries();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[to].focus();
    } else if (event.key === "Tab" || event.key === "Escape") {
      if (event.key === "Escape") event.preventDefault();
      event.stopPropagation();
      menu.current.hidePopover();
      button.current.focus();
    }
  };
  const select = (item) => {
    menu.current.hidePopover();
    // A dialog that opens now gives the focus back to the button, as the menu is gone.
    button.current.focus();
    item.onSelect();
  };
  return html`<span class="menu-root">
    <button type="button" ref=${button} class=${`button ${kind}`} aria-haspopup="menu" aria-expanded=${String(isOpen)} aria-label=${label}
      title=${kind === "icon" ? label : undefined} popovertarget=${id}>${children ?? html`<${Icon} name="more" />`}</button>
    <div id=${id} ref=${menu} class="menu" role="menu" aria-label=${label} popover="auto"
      onBeforeToggle=${onBeforeToggle} onToggle=${onToggle} onKeyDown=${onKeyDown}>
      ${isOpen && items.filter(Boolean).map(
        (item) => html`<button key=${item.label} type="button" role="menuitem" tabindex="-1" class=${`menu-item ${item.kind ?? ""}`}
          onClick=${() => select(item)}><${Icon} name=${item.icon} /><span>${item.label}</span></button>`,
      )}
    </div>
  </span>`;
}

/** Below the button and flush with its right edge; above it where there is no room. */
function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + GAP;
  const top = below + height > innerHeight - GAP ? Math.max(GAP, at.top - GAP - height) : below;
  const left = Math.min(Math.max(GAP, at.right - width), innerWidth - width - GAP);
  menu.style.top = `${top}px`;
  menu.style.left = `${left}px`;
}
