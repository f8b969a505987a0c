/**
 * The console: takes up the session and shows the page that the address names.
 *
 * @module
 */

import { ApisPage } from "./apis-page.js";
import { AuditPage } from "./audit-page.js";
import { call } from "./api.js";
import { Frame } from "./frame.js";
import { Fragment, html, render, useEffect, useLayoutEffect, useRef } from "./html.js";
import { KeyPage } from "./key-page.js";
import { forgetKeys } from "./key-list.js";
import { KeysPage } from "./keys.js";
import { forgetPlaces, go, href, placeOfPage, useRoute } from "./router.js";
import { endOf, resume, signedIn, timeIsUp } from "./session.js";
import { SignIn, SignInAgain } from "./sign-in.js";
import { useStore } from "./store.js";
import { TryPage } from "./try-page.js";
import { closeDialogs, DialogHost, openDialog, ProgressBar, toast, ToastRegion, useLoaded } from "./ui.js";

/** How long before its end a session says so, in milliseconds. */
const WARNING = 2 * 60 * 1000;

function App() {
  const { phase, session, message } = useStore(signedIn);
  useEffect(() => phase === "ended" && openDialog((close) => html`<${SignInAgain} message=${message} close=${close} />`), [phase]);
  return html`<${Fragment}>
    ${(phase === "in" || phase === "ended") && html`<${Console} key=${session.key_id} session=${session} />`}
    ${phase === "out" && html`<${SignIn} message=${message} />`}
    <${DialogHost} />
    <aside aria-label="Messages"><${ToastRegion} /><${ProgressBar} /></aside>
  <//>`;
}

/** What somebody sees who is signed in. */
function Console({ session }) {
  const route = useRoute();
  // What names no page shows the first one.
  const isNamed = Object.hasOwn(PAGES, route.page);
  const shown = isNamed ? route : FIRST;
  const { value: catalogue, failure } = useLoaded((signal) => call("GET", ["catalogue"], { signal }), []);
  useEnd(session);
  useFocusOnNewPage(shown);
  useEffect(() => leave, []);
  useEffect(() => {
    if (failure && failure.status !== 401) toast(`The catalogue could not be loaded: ${failure.title}.`, { tone: "bad" });
  }, [failure]);
  useEffect(() => {
    if (!isNamed) go(href(FIRST.segments), { replace: true });
  }, [isNamed]);
  return html`<${Frame} session=${session} page=${shown.page}>${PAGES[shown.page]({ session, catalogue, route: shown })}<//>`;
}

/** Nothing of one session is left for the next. */
function leave() {
  closeDialogs();
  forgetKeys();
  forgetPlaces();
}

/** The page that is shown where none is named. */
const FIRST = { segments: ["keys"], page: "keys", query: new URLSearchParams() };

/** What each page's name draws. */
const PAGES = {
  keys: ({ session, catalogue, route }) =>
    route.segments[1]
      ? html`<${KeyPage} key=${route.segments[1]} session=${session} catalogue=${catalogue} id=${route.segments[1]} />`
      : html`<${KeysPage} session=${session} catalogue=${catalogue} query=${route.query} />`,
  apis: ({ session }) => html`<${ApisPage} session=${session} />`,
  audit: ({ session }) => html`<${AuditPage} session=${session} />`,
  try: ({ session, catalogue }) => html`<${TryPage} session=${session} catalogue=${catalogue} />`,
};

/** Says that the session is about to end, and ends it here when it does. */
function useEnd(session) {
  useEffect(() => {
    const left = Date.parse(endOf(session)) - Date.now();
    const warn = setTimeout(() => toast("Your session ends in 2 minutes. Save what you are working on.", { tone: "bad" }), Math.max(0, left - WARNING));
    const end = setTimeout(timeIsUp, Math.max(0, left));
    return () => {
      clearTimeout(warn);
      clearTimeout(end);
    };
  }, [session]);
}

/** On a new page, the reader starts at its heading. Not on the first one: there the browser starts at the top of all. */
function useFocusOnNewPage({ segments }) {
  const shown = segments.join("/");
  const before = useRef(shown);
  useLayoutEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    scrollTo(0, placeOfPage());
    document.querySelector("main h1")?.focus({ preventScroll: true });
  }, [shown]);
}

render(html`<${App} />`, document.getElementById("app"));
resume();
