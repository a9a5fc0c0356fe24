// Lets the JavaScript libraries of Standard Webhooks and Svix judge webhooks; prints their verdicts as JSON.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [, , modules] = process.argv;
const require = createRequire(`${modules}/`);
const libraries = { standardwebhooks: require("standardwebhooks"), svix: require("svix") };

function verdict(library, { secret, headers, body }) {
  try {
    new library.Webhook(secret).verify(Buffer.from(body, "base64"), headers);
    return "good";
  } catch (error) {
    return error.message;
  }
}

const webhooks = JSON.parse(readFileSync(0, "utf8"));
const told = webhooks.map((each) =>
  Object.fromEntries(Object.entries(libraries).map(([name, library]) => [name, verdict(library, each)])),
);
console.log(JSON.stringify(told));
