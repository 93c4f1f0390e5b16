"use client";

import { useEffect, useRef, useState } from "react";
import type { FormEvent } from "react";
import { io } from "socket.io-client";
import type { Socket } from "socket.io-client";

/** A chat that forgets nothing. Its looks are in chat.css. */
export default function ChatComponent({ url = "http://localhost:3001" }: { url?: string }) {
  const [messages, setMessages] = useState<string[]>([]);
  const [status, setStatus] = useState("Connecting …");
  const socketRef = useRef<Socket | null>(null);
  const logRef = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);

  useEffect(() => {
    const socket = io(url);
    socketRef.current = socket;
    socket.on("message", (message) => {
      setMessages((messages) => [...messages, textOf(message)]);
    });
    socket.on("connect", () => {
      setStatus("Connected");
      // Recovered: the list goes on where it was. Otherwise the newest messages come again.
      if (!socket.recovered) setMessages([]);
    });
    socket.on("disconnect", () => setStatus("Connection lost, trying again …"));
    socket.on("connect_error", (error: Error & { data?: { detail: string } }) => error.data && setStatus(error.data.detail));
    socket.on("denwa:error", (error) => setStatus(error.detail));
    return () => {
      socket.off();
      socket.disconnect();
    };
  }, [url]);

  useEffect(() => {
    if (isAtEnd.current) logRef.current?.scrollTo({ top: logRef.current.scrollHeight });
  }, [messages]);

  function noteScroll(log: HTMLElement) {
    isAtEnd.current = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  }

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const text = String(new FormData(form).get("text")).trim();
    if (text) socketRef.current?.emit("message", text);
    form.reset();
  }

  return (
    <main className="chat">
      <header>
        <h1>Chat</h1>
        <p role="status">{status}</p>
      </header>
      <div
        className="log"
        role="log"
        aria-label="Messages"
        tabIndex={0}
        ref={logRef}
        onScroll={(event) => noteScroll(event.currentTarget)}
      >
        <ol>
          {messages.map((text, index) => (
            <li key={index}>{text}</li>
          ))}
        </ol>
      </div>
      <form onSubmit={send}>
        <input name="text" aria-label="Message" placeholder="Write a message" autoComplete="off" maxLength={8000} required />
        <button>Send</button>
      </form>
    </main>
  );
}

/** Others may send more than strings. */
function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  const text = (message as { text?: unknown } | null)?.text;
  return typeof text === "string" ? text : JSON.stringify(message);
}
