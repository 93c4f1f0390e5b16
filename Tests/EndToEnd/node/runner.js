// node runner.js BUNDLE: the browser bundle of socket.io-client in Node. Commands are lines of JSON on the standard input,
// reports are lines of JSON on the standard output. It ends with its input.
"use strict";

globalThis.XMLHttpRequest = require("./xmlhttprequest.js");
globalThis.FileReader = require("./filereader.js");
globalThis.WebSocket = require("ws");

const io = require(require("node:path").resolve(process.argv[2]));
const perform = require("./driver.js")(io, (report) => process.stdout.write(JSON.stringify(report) + "\n"));

const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => perform(JSON.parse(line)));
lines.on("close", () => process.exit(0));
