// Makes real Socket.IO clients do what a test says, in Node or in a page, and reports what happens to them.
// Commands and reports are objects that JSON can hold; bytes are written as {"bytes": "base64"}.
"use strict";

function makeDriver(io, report) {
  const sockets = new Map();

  const commands = {
    open({ id, url, options }) {
      const socket = io(url, { forceNew: true, ...revive(options) });
      sockets.set(id, socket);
      watch(socket, (what, members) => report({ id, what, ...members }));
    },
    emit({ id, event, args, ref, timeout }) {
      const socket = timeout ? sockets.get(id).timeout(timeout) : sockets.get(id);
      const answer = (...answer) => report({ id, what: "ack", ref, args: plain(answer) });
      socket.emit(event, ...revive(args), ...(ref ? [answer] : []));
    },
    // Numbers, all at once.
    count({ id, event, end }) {
      for (let number = 0; number < end; number++) sockets.get(id).emit(event, number);
    },
    // As the page asks for it: the client does not come back by itself.
    disconnect: ({ id }) => sockets.get(id).disconnect(),
    connect: ({ id }) => sockets.get(id).connect(),
    // The connection below goes, without a goodbye of the namespace.
    cut: ({ id }) => sockets.get(id).io.engine.close(),
  };

  return (command) => commands[command.do](command);
}

function watch(socket, report) {
  const transport = () => socket.io.engine.transport.name;
  socket.on("connect", () => report("connect", { sid: socket.id, recovered: socket.recovered === true }));
  socket.on("connect_error", (error) => report("connect_error", { message: error.message, data: plain(error.data ?? null) }));
  socket.on("disconnect", (reason) => report("disconnect", { reason }));
  socket.onAny((event, ...args) => report("event", { event, args: plain(args) }));
  const watchUpgrades = () => socket.io.engine.on("upgrade", () => report("upgrade", { transport: transport() }));
  const opened = () => {
    report("open", { transport: transport() });
    watchUpgrades();
  };
  socket.io.on("open", opened);
  if (socket.io.engine.readyState === "open") opened();
}

// Bytes as JSON has them.
function plain(value) {
  if (value instanceof Error) return { error: value.message };
  if (value instanceof ArrayBuffer) {
    return { bytes: btoa(Array.from(new Uint8Array(value), (byte) => String.fromCharCode(byte)).join("")) };
  }
  if (ArrayBuffer.isView(value)) return plain(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  return each(value, plain);
}

function revive(value) {
  if (value && typeof value.bytes === "string") return Uint8Array.from(atob(value.bytes), (letter) => letter.charCodeAt(0)).buffer;
  return each(value, revive);
}

function each(value, change) {
  if (Array.isArray(value)) return value.map(change);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member)]));
}

if (typeof module !== "undefined") module.exports = makeDriver;
