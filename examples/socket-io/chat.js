// A chat that forgets nothing: a new page gets the newest messages, and whoever was away gets exactly what was missed.
"use strict";

const socket = io("http://localhost:3001");

const list = document.querySelector("#messages");
const log = list.parentElement;
const form = document.querySelector("form");
const say = (text) => (document.querySelector("#status").textContent = text);

socket.on("message", (message) => {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const item = document.createElement("li");
  item.textContent = textOf(message);
  list.append(item);
  if (isAtEnd) log.scrollTop = log.scrollHeight;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = form.elements.text.value.trim();
  if (text) socket.emit("message", text);
  form.reset();
});

socket.on("connect", () => {
  say("Connected");
  // Recovered: the list goes on where it was. Otherwise the newest messages come again.
  if (!socket.recovered) list.replaceChildren();
});
socket.on("disconnect", () => say("Connection lost, trying again …"));
socket.on("connect_error", (error) => error.data && say(error.data.detail));
socket.on("denwa:error", (error) => say(error.detail));

// Others may send more than strings.
function textOf(message) {
  if (typeof message === "string") return message;
  return typeof message?.text === "string" ? message.text : JSON.stringify(message);
}
