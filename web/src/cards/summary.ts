/** What a person can take to a doctor: on paper or as a file. */
import { html, nothing, type TemplateResult } from "lit";
import { amongEnglish, label } from "../labels";
import type { Summary } from "../payloads";

export function summaryCard(summary: Summary, print: () => void): TemplateResult {
  return html`<div class="card summary" dir="ltr">
    <h2>${summary.title}</h2>
    <dl>${summary.lines.map((line) => html`<div><dt>${line.label}</dt><dd>${line.text}</dd></div>`)}</dl>
    ${summary.disclaimer ? html`<p class="note">${summary.disclaimer}</p>` : nothing}
    <p class="actions">
      <button type="button" @click=${print}>${amongEnglish("print")}</button>
      <button type="button" @click=${() => download(summary)}>${amongEnglish("download")}</button>
    </p>
  </div>`;
}

export function asText(summary: Summary): string {
  const lines = summary.lines.map((line) => (line.label ? `${line.label}: ${line.text}` : line.text));
  return [summary.title, "", ...lines, "", summary.disclaimer].join("\r\n").trim() + "\r\n";
}

function download(summary: Summary): void {
  // the mark in front tells old editors that this is UTF-8
  const address = URL.createObjectURL(new Blob(["\ufeff", asText(summary)], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${label("summary_file")}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
