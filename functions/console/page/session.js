/**
 * Who is signed in. The session itself is a cookie that this page cannot read; here is what the server tells of it.
 *
 * @module
 */

import { call, whenUnauthorized } from "./api.js";
import { createStore } from "./store.js";
import { hasDialogs } from "./ui/dialog.js";

/** Until when a session was promised: not a secret. Without it nothing is asked on a first visit. */
const MARK = "latchkey.session-until";

/**
 * What there is to know: `phase` is "starting", "out", "in", or "ended" when a session is over and something is still open that
 * was typed in it; `session` is the server's, when "in" or "ended"; `message` says why somebody was signed out, or "".
 */
export const signedIn = createStore({ phase: "starting", session: null, message: "" });

/** When a session ends, RFC 3339: with its token, or with its key if that expires before. */
export const endOf = ({ token_expires_at: token, expires_at: key }) => (key && Date.parse(key) < Date.parse(token) ? key : token);

const enter = (session) => {
  localStorage.setItem(MARK, endOf(session));
  signedIn.set({ phase: "in", session, message: "" });
  return session;
};

/** Leaves the session to itself and shows the sign-in page. */
export const leave = (message) => {
  localStorage.removeItem(MARK);
  if (signedIn.get().phase !== "out") signedIn.set({ phase: "out", session: null, message });
};

/** Ends what the server has ended by itself. What is open waits for whoever opened it. */
export function timeIsUp() {
  const { phase, session } = signedIn.get();
  const message = "Your session has ended. Sign in to go on.";
  if (phase === "ended") return;
  if (phase !== "in" || !hasDialogs()) return leave(message);
  localStorage.removeItem(MARK);
  signedIn.set({ phase: "ended", session, message });
}

whenUnauthorized(timeIsUp);

/** Takes up the session of an earlier visit, if one was promised and still holds. */
export async function resume() {
  const until = Date.parse(localStorage.getItem(MARK) ?? "");
  if (!(until > Date.now())) return leave("");
  try {
    enter(await call("GET", ["console", "session"]));
  } catch (error) {
    // The session may still hold: the mark stays, for when the server can be reached.
    if (error.status !== 401) signedIn.set({ phase: "out", session: null, message: `${error.title}. Reload to try again.` });
  }
}

// Windows of one browser share the cookie, so they sign in and out together.
addEventListener("storage", ({ key, newValue }) => {
  if (key !== MARK) return;
  const { phase } = signedIn.get();
  // It may be another key's session now.
  if (newValue) resume();
  if (!newValue && phase === "in") leave("You signed out in another window.");
});

/**
 * Exchanges a key for a session.
 *
 * @param {string} key its text, which is not kept
 * @throws {import("./api.js").Problem}
 */
export async function signIn(key) {
  // A cookie that is left over would be a second credential beside the key, which is refused.
  await call("DELETE", ["console", "session"]);
  enter(await call("POST", ["console", "session"], { key, isSignIn: true }));
}

/** Ends the session here and, where it can be reached, at the server. */
export async function signOut() {
  try {
    await call("DELETE", ["console", "session"]);
  } finally {
    leave("");
  }
}

