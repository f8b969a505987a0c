// Better Auth's check of an API key, in process, timed call by call.
//
// A line on standard input asks for so many checks with each store; a line of JSON on standard output has the time of
// each check in microseconds: {"<store>": [...]}. What Better Auth does for its rate limit, which Latchkey has none of, is
// switched off. It notes in its store that a key was used, with every check; that cannot be switched off.

import { createInterface } from "node:readline";

import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";

const KEYS = Number(process.argv[2]);

// A store by key and value, as a cache in front of a database would be, without the way there.
function map() {
  const entries = new Map();
  return {
    get: (key) => entries.get(key) ?? null,
    set: (key, value) => void entries.set(key, value),
    delete: (key) => void entries.delete(key),
    // Counters of limits that are switched off.
    increment: () => 1,
  };
}

const stores = {
  "memory adapter": {},
  "secondary storage": { storage: "secondary-storage", customStorage: map() },
};

async function open(options) {
  const auth = betterAuth({
    baseURL: "http://127.0.0.1",
    secret: "a secret of a measurement, and of nothing else",
    telemetry: { enabled: false },
    logger: { level: "error" },
    emailAndPassword: { enabled: true },
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], apikey: [] }),
    plugins: [apiKey({ ...options, rateLimit: { enabled: false }, enableMetadata: true })],
  });
  const body = { email: "someone@example.com", password: "the password of nobody", name: "Someone" };
  const { user } = await auth.api.signUpEmail({ body });
  const keys = [];
  for (let number = 0; number < KEYS; number += 1) {
    const body = {
      userId: user.id,
      name: `orders ${number}`,
      expiresIn: 90 * 86400,
      permissions: { orders: ["read", "write"] },
      metadata: { ticket: `OPS-${number}` },
    };
    keys.push((await auth.api.createApiKey({ body })).key);
  }
  return { auth, keys };
}

const opened = {};
for (const [name, options] of Object.entries(stores)) opened[name] = await open(options);
console.log("ready");

for await (const line of createInterface({ input: process.stdin })) {
  const times = {};
  for (const [name, { auth, keys }] of Object.entries(opened)) {
    times[name] = [];
    for (let call = 0; call < Number(line); call += 1) {
      const body = { key: keys[call % keys.length], permissions: { orders: ["read"] } };
      const start = performance.now();
      const { valid } = await auth.api.verifyApiKey({ body });
      times[name].push((performance.now() - start) * 1000);
      if (!valid) throw new Error("a good key is refused");
    }
  }
  console.log(JSON.stringify(times));
}
