/**
 * What stands around every page: navigation, who is signed in, light or dark.
 *
 * @module
 */

import { html, useState } from "./html.js";
import { can } from "./rights.js";
import { go, href } from "./router.js";
import { endOf, signOut } from "./session.js";
import { Button, Icon, Menu, toast } from "./ui.js";
import { Time } from "./words.js";

/** The pages, and the right without which a page has nothing to show. */
const LINKS = [
  { page: "keys", icon: "keys", label: "Keys" },
  { page: "apis", icon: "apis", label: "API sets", right: "apis:read" },
  { page: "audit", icon: "audit", label: "Audit", right: "audit:read" },
  { page: "try", icon: "try", label: "Try a key", right: "keys:verify" },
];

/** The file of the logo, beside this one. */
const LOGO = new URL("./logo.svg", import.meta.url).href;

/** The logo with the product's name. */
export const Brand = () => html`<span class="brand"><img src=${LOGO} alt="" width="24" height="24" />Latchkey</span>`;

/**
 * The frame. `page` is the name of the page that its children are.
 */
export function Frame({ session, page, children }) {
  const skip = (event) => {
    // The part of the address after # names the page, so it cannot name an element, too.
    event.preventDefault();
    const main = document.querySelector("main");
    main.focus();
    main.scrollIntoView();
  };
  return html`<div class="frame">
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="side">
      <a class="home" href=${href(["keys"])} aria-label="Latchkey, keys"><${Brand} /></a>
      <nav class="nav" aria-label="Pages">
        ${LINKS.filter(({ right }) => !right || can(session, right)).map(
          (link) => html`<a key=${link.page} href=${href([link.page])} aria-current=${link.page === page ? "page" : undefined}
            ><${Icon} name=${link.icon} /><span>${link.label}</span></a>`,
        )}
      </nav>
      <${Account} session=${session} />
    </header>
    <main class="main" id="main" tabindex="-1">${children}</main>
  </div>`;
}

function Account({ session }) {
  const [theme, setTheme] = useState(() => latchkeyTheme.chosen());
  const choose = (choice) => () => {
    latchkeyTheme.choose(choice);
    setTheme(choice);
  };
  const leave = async () => {
    try {
      await signOut();
      // Whoever comes next may not see what this one did.
      go(href(["keys"]), { replace: true });
    } catch (error) {
      toast(`Signed out here, but not at the server: ${error.title}.`, { tone: "bad" });
    }
  };
  const themes = [
    { icon: "sun", label: "Light", choice: "light" },
    { icon: "moon", label: "Dark", choice: "dark" },
    { icon: "system", label: "As the system", choice: "system" },
  ];
  const chosen = themes.find(({ choice }) => choice === theme);
  return html`<div class="account">
    <div class="who">
      <span class="who-owner">${session.owner}</span>
      <span class="quiet">${session.type}</span>
      <span class="quiet">Signed out <${Time} at=${endOf(session)} /></span>
    </div>
    <div class="account-actions">
      <${Menu} label=${`Theme: ${chosen.label}`} items=${themes.map(({ icon, label, choice }) => ({ icon, label, onSelect: choose(choice) }))}>
        <${Icon} name=${chosen.icon} />
      <//>
      ${can(session, "keys:list") &&
      html`<a class="button icon" href=${href(["keys", session.key_id])} aria-label="The key you signed in with" title="The key you signed in with"
        ><${Icon} name="keys" /></a>`}
      <${Button} kind="icon" icon="sign-out" label="Sign out" onClick=${leave} />
    </div>
  </div>`;
}
