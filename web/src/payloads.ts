/** The rich parts of bot messages. What does not have the agreed shape is not drawn: its text twin is shown instead. */

export type Level = "self_care" | "routine" | "urgent" | "emergency";
export interface Phone { label: string; number: string }
export interface Reason { text: string; source: string }
export interface CareLevel {
  kind: "care_level"; level: Level; title: string; whatToDo: string[]; reasons: Reason[]; phones: Phone[];
}
export interface Nutrient { name: string; score: number; reasons: string[]; source: string }
export interface Nutrients { kind: "nutrients"; ranking: Nutrient[] }
export interface Source { title: string; section: string }
export interface Sources { kind: "sources"; items: Source[] }
export interface Summary { kind: "summary"; title: string; lines: { label: string; text: string }[]; disclaimer: string }
export type Payload = CareLevel | Nutrients | Sources | Summary;

export interface Button { title: string; payload: string }
export interface BotMessage { text: string; buttons: Button[]; payload: Payload | null }

type Raw = Record<string, unknown>;
const LEVELS: readonly string[] = ["self_care", "routine", "urgent", "emergency"];

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const raws = (value: unknown): Raw[] => list(value).filter(isRaw);
const texts = (value: unknown): string[] => list(value).map(text).filter(Boolean);

/** A number that a `tel:` link may hold, or "" where it is not one. */
export const dialled = (number: string): string => (/^\+?[\d\s().-]{2,20}$/.test(number) ? number.replace(/[^\d+]/g, "") : "");

export function readMessage(value: unknown): BotMessage | null {
  if (!isRaw(value)) return null;
  const buttons = raws(value.buttons)
    .map((button) => ({ title: text(button.title), payload: text(button.payload) || text(button.title) }))
    .filter((button) => button.title);
  const custom = isRaw(value.custom) ? value.custom : {};
  const message = { text: text(value.text), buttons, payload: readPayload(custom.data) };
  return message.text || message.payload || buttons.length ? message : null;
}

export function readPayload(data: unknown): Payload | null {
  if (!isRaw(data) || data.version !== 1) return null;
  switch (data.kind) {
    case "care_level": {
      const level = text(data.level);
      if (!LEVELS.includes(level) || !text(data.title)) return null;
      return {
        kind: "care_level",
        level: level as Level,
        title: text(data.title),
        whatToDo: texts(data.what_to_do),
        reasons: raws(data.reasons).map((reason) => ({ text: text(reason.text), source: text(reason.source) })).filter((reason) => reason.text),
        phones: raws(data.phone_numbers).map((phone) => ({ label: text(phone.label), number: text(phone.number) })).filter((phone) => dialled(phone.number)),
      };
    }
    case "nutrients": {
      const ranking = raws(data.ranking)
        .map((item) => ({
          name: text(item.name),
          score: typeof item.score === "number" ? Math.min(1, Math.max(0, item.score || 0)) : 0,
          reasons: texts(item.reasons),
          source: text(item.source),
        }))
        .filter((item) => item.name);
      return ranking.length ? { kind: "nutrients", ranking } : null;
    }
    case "sources": {
      const items = raws(data.items).map((item) => ({ title: text(item.title), section: text(item.section) })).filter((item) => item.title);
      return items.length ? { kind: "sources", items } : null;
    }
    case "summary": {
      const lines = raws(data.lines).map((line) => ({ label: text(line.label), text: text(line.text) })).filter((line) => line.text);
      return lines.length ? { kind: "summary", title: text(data.title), lines, disclaimer: text(data.disclaimer) } : null;
    }
    default:
      return null;
  }
}
