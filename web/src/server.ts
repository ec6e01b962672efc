/** What is asked of the server, and how its answers are told apart. */
import { readMessage, type BotMessage } from "./payloads";

export interface Outgoing { id: string; text?: string; button?: string; attempt: number }

export type Answer =
  | { kind: "messages"; messages: BotMessage[]; erased: boolean; person: boolean }
  | { kind: "unreachable" }
  | { kind: "unknown_session" }
  | { kind: "refused" };

const PATIENCE = 30_000;
const HEADER = "X-Neckwise-Session";

async function request(path: string, init: RequestInit): Promise<Response | null> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(`/widget/${path}`, { ...init, cache: "no-store", credentials: "omit", signal: stop.signal });
    // the body may break off too
    return new Response(await response.arrayBuffer().then((body) => (body.byteLength ? body : null)), response);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

export async function newSession(): Promise<string | null> {
  const response = await request("session", { method: "POST" });
  if (!response?.ok) return null;
  const body: unknown = await response.json().catch(() => null);
  const session = (body as { session?: unknown } | null)?.session;
  return typeof session === "string" ? session : null;
}

export async function send(session: string, message: Outgoing): Promise<Answer> {
  const response = await request("messages", {
    method: "POST",
    headers: { "Content-Type": "application/json", [HEADER]: session },
    body: JSON.stringify({ ...message, locale: navigator.language }),
  });
  if (!response || response.status >= 500 || response.status === 429 || response.status === 408) return { kind: "unreachable" };
  if (response.status === 401) return { kind: "unknown_session" };
  if (!response.ok) return { kind: "refused" };
  return (await told(response)) ?? { kind: "unreachable" };
}

async function told(response: Response): Promise<Extract<Answer, { kind: "messages" }> | null> {
  const body = (await response.json().catch(() => null)) as { messages?: unknown; erased?: unknown; person?: unknown } | null;
  if (!Array.isArray(body?.messages)) return null;
  const messages = body.messages.map(readMessage).filter((message) => message !== null);
  return { kind: "messages", messages, erased: body.erased === true, person: body.person === true };
}

/** What a person who took the conversation over wrote since; null when the server was not reached. */
export async function news(session: string, seen: number): Promise<Extract<Answer, { kind: "messages" }> | null> {
  const response = await request("news", {
    method: "POST",
    headers: { "Content-Type": "application/json", [HEADER]: session },
    body: JSON.stringify({ seen }),
  });
  return response?.ok ? told(response) : null;
}

/** True when erased (or never there), false when the server cannot do it, null when it was not reached. */
export async function erase(session: string): Promise<boolean | null> {
  const response = await request("conversation", { method: "DELETE", headers: { [HEADER]: session } });
  if (!response || [429, 500, 502, 503, 504].includes(response.status)) return null;
  return response.ok || response.status === 401;
}
