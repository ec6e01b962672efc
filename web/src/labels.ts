/** The words of the page, from a message catalogue. English is built in; others are fetched when asked for. */
import { html, type TemplateResult } from "lit";
import english from "./messages/en.json";

export type Labels = typeof english;
export type Key = keyof Labels;

declare const CATALOGUES: Record<string, string>;

let current: Labels = english;

export const label = (key: Key, values: Record<string, string> = {}): string =>
  current[key].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** A label that stands among the assistant's own words, which are English: marked where its language is another. */
export const amongEnglish = (key: Key, values: Record<string, string> = {}): TemplateResult | string =>
  current.lang === english.lang ? label(key, values) : html`<span lang=${current.lang} dir=${current.dir}>${label(key, values)}</span>`;

/** The English words, for what is said to the assistant: it reads nothing else. */
export const inEnglish = (key: Key): string => english[key];

/** Takes the catalogue of a language (`es`, `es-MX`) where there is one; keeps English where not or when it fails to load. */
export async function useLanguage(wanted: string): Promise<void> {
  const language = wanted.toLowerCase().split("-")[0] ?? "";
  if (language === english.lang || !Object.hasOwn(CATALOGUES, language)) return;
  try {
    const answer = await fetch(`/widget/${CATALOGUES[language]}`);
    if (answer.ok) current = { ...english, ...((await answer.json()) as Partial<Labels>) };
  } catch {
    // no connection: English labels do
  }
}
