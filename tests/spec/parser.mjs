// Parses an AsyncAPI document with the official parser and prints what it finds wrong, as JSON.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [, , modules, file] = process.argv;
const { Parser } = createRequire(`${modules}/`)("@asyncapi/parser");
const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
const told = diagnostics
  .filter((found) => found.severity <= 1)
  .map((found) => `${found.code} at ${found.path.join("/")}: ${found.message}`);
console.log(JSON.stringify({ channels: document?.channels().all().length ?? 0, told }));
