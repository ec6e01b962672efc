/** What is asked of the server, and how its answers are told apart. */
import { readMessage, readPayload, type BotMessage, type CareLevel } from "./payloads";

export interface Outgoing { id: string; text?: string; button?: string; attempt: number }

export type Answer =
  | { kind: "messages"; messages: BotMessage[]; erased: boolean; person: boolean }
  | { kind: "unreachable" }
  | { kind: "unknown_session" }
  | { kind: "refused" };

const PATIENCE = 30_000;
const HEADER = "X-Neckwise-Session";
const NOTE_HEADER = "X-Neckwise-Note";

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

/** A session id, and the note that a host page may keep where this frame may store nothing. */
export interface Session { session: string; note: string }

export async function newSession(): Promise<Session | null> {
  const response = await request("session", { method: "POST" });
  if (!response?.ok) return null;
  const body = (await response.json().catch(() => null)) as Partial<Session> | null;
  return typeof body?.session === "string" ? { session: body.session, note: String(body.note ?? "") } : null;
}

/** The emergency message of a note's conversation, null when there is none, undefined when the server was not reached. */
export async function pastEmergency(note: string): Promise<CareLevel | null | undefined> {
  const response = await request("emergency", { method: "POST", headers: { [NOTE_HEADER]: note } });
  if (response?.status === 401) return null;
  if (!response?.ok) return undefined;
  const body = (await response.json().catch(() => null)) as { emergency?: unknown } | null;
  const payload = readPayload(body?.emergency);
  return payload?.kind === "care_level" ? payload : null;
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

/** A note that no longer gives the emergency of its conversation, "" for a note too old, null when the server was not reached. */
export async function dismissed(note: string): Promise<string | null> {
  const response = await request("emergency", { method: "DELETE", headers: { [NOTE_HEADER]: note } });
  if (response?.status === 401) return "";
  const body = response?.ok ? ((await response.json().catch(() => null)) as { note?: unknown } | null) : null;
  return typeof body?.note === "string" ? body.note : null;
}

/** True when erased (or never there), false when the server cannot do it, null when it was not reached. */
export async function erase(key: { session: string } | { note: string }): Promise<boolean | null> {
  const headers: Record<string, string> = "session" in key ? { [HEADER]: key.session } : { [NOTE_HEADER]: key.note };
  const response = await request("conversation", { method: "DELETE", headers });
  if (!response || [429, 500, 502, 503, 504].includes(response.status)) return null;
  return response.ok || response.status === 401;
}
