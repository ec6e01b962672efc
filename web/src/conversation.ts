/**
 * One conversation: what was said, what waits to be sent, what survives a reload.
 *
 * Each message has an id of its own and is asked about under that id until the server has answered it, so it is neither lost
 * nor taken twice. Nothing is stored before the first message, and only for this tab.
 */
import { dismissed, erase, newSession, news, pastEmergency, send, type Answer, type Outgoing } from "./server";
import type { BotMessage, Button, CareLevel } from "./payloads";

export interface Entry { id: string; from: "person" | "assistant"; text: string; message?: BotMessage }
export type Connection = "good" | "slow" | "offline" | "unreachable";
export type Erasing = "no" | "doing" | "waiting" | "done" | "impossible";

interface Kept {
  version: 1;
  session: string;
  /** The note of the session, for the host page. */
  note: string;
  entries: Entry[];
  outgoing: Outgoing[];
  offered: Button[];
  emergency: CareLevel | null;
  refused: string[];
  /** Set while the server has not yet erased what `session` names. */
  toErase: boolean;
  /** A person has the conversation, and has written so many messages. */
  person: boolean;
  heard: number;
}

const KEY = "neckwise";
const WAITS = [1000, 2000, 4000, 8000];
const SLOW_AFTER = 4000;
const NEWS_EVERY = 4000;

const empty = (): Kept => ({
  version: 1, session: "", note: "", entries: [], outgoing: [], offered: [], emergency: null, refused: [],
  toErase: false, person: false, heard: 0,
});

function stored(): Kept {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
    if (kept?.version === 1) return { ...empty(), ...kept };
  } catch {
    // storage is blocked, or holds something else: begin anew
  }
  return empty();
}

export class Conversation {
  connection: Connection = "good";
  erasing: Erasing = "no";
  /** True once after a connection came back, until the next message. */
  back = false;
  /** True when the last message was taken and nobody answered it: a person has the conversation. */
  quiet = false;

  /** False where the browser lets this page store nothing: then a reload begins anew. */
  survivesReload = false;

  /** What the host page is to keep for this frame, where it may store nothing itself: see `recall`. */
  held = "";

  private past = "";
  private kept = stored();
  private pumping = -1;
  private wake: () => void = () => {};
  private generation = 0;

  constructor(private readonly changed: () => void) {
    addEventListener("online", () => this.tryNow());
    addEventListener("offline", () => {
      if (this.kept.outgoing.length) this.become("offline");
    });
    if (this.kept.toErase) void this.erase();
    else if (this.kept.outgoing.length) void this.pump();
    this.listen(this.kept.person);
  }

  get entries(): readonly Entry[] { return this.kept.entries; }
  get offered(): readonly Button[] { return this.kept.offered; }
  get emergency(): CareLevel | null { return this.kept.emergency; }
  get begun(): boolean { return this.kept.entries.length > 0; }
  get busy(): boolean { return this.kept.outgoing.length > 0; }

  isWaiting(entry: Entry): boolean {
    return this.connection !== "good" && this.connection !== "slow" && this.kept.outgoing.some((message) => message.id === entry.id);
  }

  wasRefused(entry: Entry): boolean { return this.kept.refused.includes(entry.id); }

  /** False where nothing can be said right now, because the conversation is being erased. */
  say(text: string, shown = text): boolean { return this.enqueue(shown, { text }); }

  press(button: Button): void {
    if (!this.kept.offered.includes(button)) return;
    this.enqueue(button.title, { button: button.payload });
  }

  dismissEmergency(): void {
    this.kept.emergency = null;
    this.keep();
    void this.quieten();
  }

  /** Shows the emergency of the conversation before a reload, by the note that the host page kept. */
  async recall(note: string): Promise<boolean> {
    if (this.begun) return false;
    this.held = this.past = note;
    for (let attempt = 0; this.past; attempt += 1) {
      const found = await pastEmergency(note);
      if (found !== undefined) {
        if (!found || !this.past) return false;
        this.kept.emergency ??= found;
        this.changed();
        return true;
      }
      await this.pause(attempt);
    }
    return false;
  }

  /** After a dismissal the note must not bring the emergency back. Until the server was reached it does. */
  private async quieten(): Promise<void> {
    const loud = this.held;
    if (this.survivesReload || !loud) return;
    // the emergency was one from before the reload, and another conversation has begun since
    if (this.kept.note && loud !== this.kept.note) this.held = this.kept.note;
    for (let attempt = 0; this.held === loud && !this.emergency; attempt += 1) {
      const quiet = await dismissed(loud);
      if (quiet === null) await this.pause(attempt);
      else if (this.held === loud && !this.emergency) this.held = quiet;
    }
    this.changed();
  }

  tryNow(): void {
    this.wake();
    if (this.kept.outgoing.length) void this.pump();
  }

  /** Takes a refused message out again and gives its text back. */
  takeBack(entry: Entry): string {
    this.kept.entries = this.kept.entries.filter((other) => other !== entry);
    this.keep();
    return entry.text;
  }

  async erase(): Promise<void> {
    const { session } = this.kept;
    const keys = [...(session ? [{ session }] : []), ...(this.past ? [{ note: this.past }] : [])];
    this.generation += 1;
    this.past = "";
    this.kept = { ...empty(), session, toErase: session !== "" };
    this.connection = "good";
    this.back = this.quiet = false;
    this.wake();
    this.erasing = "doing";
    // the session must outlive a reload until the server has erased, or nobody could name the conversation any more
    if (session) this.keep();
    let complete = true;
    for (let attempt = 0; keys[0]; ) {
      const erased = await erase(keys[0]);
      if (erased !== null) {
        complete &&= erased;
        keys.shift();
        continue;
      }
      this.erasing = "waiting";
      this.changed();
      await this.pause(attempt);
      attempt += 1;
    }
    this.erasing = complete ? "done" : "impossible";
    this.clear();
  }

  /** The server has erased the conversation, because it was asked for in words. */
  private forget(): true {
    this.generation += 1;
    this.connection = "good";
    this.erasing = "done";
    this.clear();
    return true;
  }

  private clear(): void {
    this.kept = empty();
    this.held = this.past = "";
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // blocked: then nothing was stored
    }
    this.changed();
  }

  /** While a person has the conversation, asks now and then what they wrote. */
  private listen(goOn: boolean): void {
    const generation = this.generation;
    if (!goOn) return;
    setTimeout(async () => {
      const heard = document.hidden ? null : await news(this.kept.session, this.kept.heard);
      if (generation !== this.generation) return;
      if (heard) {
        this.kept.heard += heard.messages.length;
        this.kept.person = heard.person;
        if (heard.messages.length) this.receive(heard.messages);
        this.keep();
      }
      this.listen(this.kept.person);
    }, NEWS_EVERY);
  }

  private enqueue(text: string, content: Pick<Outgoing, "text" | "button">): boolean {
    if (this.erasing === "doing" || this.erasing === "waiting") return false;
    const id = newId();
    this.erasing = "no";
    this.back = false;
    this.quiet = false;
    this.kept.entries = [...this.kept.entries, { id, from: "person", text }];
    this.kept.outgoing = [...this.kept.outgoing, { id, ...content, attempt: 0 }];
    this.kept.offered = [];
    this.keep();
    void this.pump();
    return true;
  }

  /** Sends what waits, in order, one at a time, until nothing waits. */
  private async pump(): Promise<void> {
    const generation = this.generation;
    if (this.pumping === generation) return;
    this.pumping = generation;
    let failures = 0;
    try {
      while (generation === this.generation && this.kept.outgoing[0]) {
        const done = await this.attempt(this.kept.outgoing[0], generation);
        if (generation !== this.generation) return;
        if (done) {
          failures = 0;
          continue;
        }
        this.become(navigator.onLine ? "unreachable" : "offline");
        await this.pause(failures);
        failures += 1;
      }
    } finally {
      if (this.pumping === generation) this.pumping = -1;
    }
  }

  private async attempt(message: Outgoing, generation: number): Promise<boolean> {
    if (!this.kept.session) await this.begin();
    if (!this.kept.session || generation !== this.generation) return false;
    message.attempt += 1;
    this.keep();
    const slow = setTimeout(() => {
      if (this.connection === "good") this.become("slow");
    }, SLOW_AFTER);
    let answer = await send(this.kept.session, message);
    if (answer.kind === "unknown_session" && generation === this.generation) {
      await this.begin();
      if (this.kept.session) answer = await send(this.kept.session, message);
    }
    clearTimeout(slow);
    if (generation !== this.generation || answer.kind === "unreachable" || answer.kind === "unknown_session") return false;
    if (answer.kind === "messages" && answer.erased) return this.forget();
    return this.settle(message, answer.kind === "messages" ? answer : null);
  }

  private async begin(): Promise<void> {
    const { kept } = this;
    Object.assign(kept, (await newSession()) ?? { session: "", note: "" });
    // an emergency from before a reload stays with its own note
    if (!kept.emergency && kept === this.kept) this.held = kept.note;
  }

  private settle(message: Outgoing, answer: Extract<Answer, { kind: "messages" }> | null): true {
    this.kept.outgoing = this.kept.outgoing.filter((other) => other !== message);
    if (answer === null) this.kept.refused = [...this.kept.refused, message.id];
    else {
      this.receive(answer.messages);
      if (answer.person && !this.kept.person) this.listen((this.kept.person = true));
    }
    this.back = this.connection === "offline" || this.connection === "unreachable";
    this.connection = "good";
    this.keep();
    return true;
  }

  private receive(messages: BotMessage[]): void {
    this.kept.entries = [
      ...this.kept.entries,
      ...messages.map((message): Entry => ({ id: newId(), from: "assistant", text: message.text, message })),
    ];
    // answers to a question that the person has already left behind would be refused
    if (this.kept.outgoing.length === 0) this.kept.offered = messages.flatMap((message) => message.buttons);
    for (const { payload } of messages) {
      if (payload?.kind === "care_level" && payload.level === "emergency") {
        this.kept.emergency = payload;
        this.held = this.kept.note;
      }
    }
    this.quiet = messages.length === 0;
  }

  private become(connection: Connection): void {
    this.connection = connection;
    this.changed();
  }

  private keep(): void {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.kept));
      this.survivesReload = true;
    } catch {
      // storage is blocked or full: the conversation lives as long as the page
      this.survivesReload = false;
    }
    this.changed();
  }

  private pause(failures: number): Promise<void> {
    const wait = WAITS[Math.min(failures, WAITS.length - 1)] ?? 8000;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
