// Talking to the server. The token stays in this tab and is sent as a header, never in an address.
import { word } from "./words.js";

let token = sessionStorage.getItem("keel-token") ?? "";
let askForToken = async () => "";

/** Names what asks a person for the token. */
export function onTokenNeeded(ask) { askForToken = ask; }

/** What the server says is wrong, in the page's language where it has words for the error's code. */
export class ServerFault extends Error {
  constructor(error, status) {
    const name = `fault-${error?.code}`;
    super(word(name) === name ? error?.message ?? `${status}` : word(name));
  }
}

const brought = {};

/** Sends a header with every request from now on. */
export function bring(name, value) { brought[name] = value; }

async function send(method, path, body, signal) {
  for (;;) {
    const headers = { ...brought };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const response = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
    if (response.status === 401) {
      token = await askForToken();
      sessionStorage.setItem("keel-token", token);
      continue;
    }
    if (!response.ok) throw new ServerFault((await response.json().catch(() => null))?.error, response.status);
    return response;
  }
}

export const get = async (path) => (await send("GET", path)).json();
export const post = async (path, body) => (await send("POST", path, body)).json();
export const put = async (path, body) => (await send("PUT", path, body)).json();
export const remove = async (path) => (await send("DELETE", path)).json();

/** The server-sent events of an answer, one after another. */
export async function* events(path, body) {
  const response = await send("POST", path, body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    let end;
    while ((end = rest.indexOf("\n\n")) >= 0) {
      const data = rest.slice(0, end).split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
      rest = rest.slice(end + 2);
      const event = JSON.parse(data);
      if (event.error) throw new ServerFault(event.error);
      yield event;
    }
  }
}
