// Reads a JSON list of texts, prints a JSON list of their o200k tokens. NODE_PATH does not reach ES modules, so the
// tokenizer's folder is the argument.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { countTokens } = await import(pathToFileURL(`${process.argv[2]}/esm/encoding/o200k_base.js`));
const plain = { allowedSpecial: new Set(), disallowedSpecial: new Set() };
const texts = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => countTokens(text, plain))));
