// As much of XMLHttpRequest as Engine.IO's polling uses, on Node's HTTP client.
"use strict";

const http = require("node:http");
const agent = new http.Agent({ keepAlive: true });

module.exports = class XMLHttpRequest {
  readyState = 0;
  status = 0;
  responseText = "";
  responseType = "";
  withCredentials = false;
  onreadystatechange = () => {};
  #headers = {};
  #answer = null;
  #request = null;

  open(method, url) {
    this.method = method;
    this.url = url;
  }

  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }

  getResponseHeader(name) {
    return this.#answer?.headers[name.toLowerCase()] ?? null;
  }

  send(body) {
    const data = body == null ? null : Buffer.from(body);
    if (data) this.#headers["Content-Length"] = data.length;
    this.#request = http.request(this.url, { method: this.method, headers: this.#headers, agent });
    this.#request.on("response", (answer) => this.#receive(answer));
    this.#request.on("error", () => this.#end(0, ""));
    this.#request.end(data);
  }

  abort() {
    this.onreadystatechange = () => {};
    this.#request?.destroy();
  }

  #receive(answer) {
    const chunks = [];
    this.#answer = answer;
    answer.on("data", (chunk) => chunks.push(chunk));
    answer.on("end", () => this.#end(answer.statusCode, Buffer.concat(chunks).toString()));
    answer.on("error", () => this.#end(0, ""));
  }

  #end(status, text) {
    if (this.readyState === 4) return;
    this.status = status;
    this.responseText = text;
    this.readyState = 4;
    this.onreadystatechange();
  }
};
