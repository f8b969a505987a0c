/*
 * Light or dark, before anything is painted. It is a plain script because modules run too late for that; `latchkeyTheme` is
 * for the switch in the frame.
 */
"use strict";

const latchkeyTheme = {
  /** Where the choice is kept: "light", "dark", or nothing for what the system says. */
  mark: "latchkey.theme",

  /** What was chosen: "light", "dark" or "system". */
  chosen() {
    const choice = localStorage.getItem(this.mark);
    return choice === "light" || choice === "dark" ? choice : "system";
  },

  /** Chooses and applies it. */
  choose(choice) {
    if (choice === "system") localStorage.removeItem(this.mark);
    else localStorage.setItem(this.mark, choice);
    this.apply();
  },

  /** Applies what was chosen. */
  apply() {
    document.documentElement.dataset.theme = this.chosen();
  },
};

latchkeyTheme.apply();
globalThis.latchkeyTheme = latchkeyTheme;
