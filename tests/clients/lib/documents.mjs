// The documents that the suites send, by the name of their operation.
import { readFileSync, readdirSync } from "node:fs";
import { parse, print, separateOperations } from "graphql";

const folder = new URL("../documents/", import.meta.url);

/** Text of every file under `documents`. */
const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));

/** Each operation with the fragments that it needs, as a parsed document. */
export const documents = separateOperations(parse(texts.join("\n")));

/** Each operation with the fragments that it needs, as text. */
export const text = (name) => print(documents[name]);
