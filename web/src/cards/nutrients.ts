/** The nutrient ranking as bars. The words beside each bar are its text twin. */
import { html, nothing, svg, type TemplateResult } from "lit";
import { amongEnglish } from "../labels";
import type { Nutrients } from "../payloads";

const fit = (score: number): TemplateResult | string =>
  amongEnglish(score >= 0.6 ? "fits_3" : score >= 0.3 ? "fits_2" : score > 0 ? "fits_1" : "fits_0");

export function nutrientsCard({ ranking }: Nutrients): TemplateResult {
  return html`<div class="card nutrients" dir="ltr">
    <h2>${amongEnglish("nutrients")}</h2>
    <ol>
      ${ranking.map(
        (nutrient) => html`<li>
          <p class="name"><b>${nutrient.name}</b> <span>${fit(nutrient.score)}</span></p>
          <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            ${svg`<rect class="whole" width="100" height="8" /><rect class="part" width=${Math.max(2, Math.round(nutrient.score * 100))} height="8" />`}
          </svg>
          ${nutrient.reasons.length
            ? html`<ul class="reasons">${nutrient.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`
            : nothing}
          ${nutrient.source ? html`<small>${amongEnglish("source", { source: nutrient.source })}</small>` : nothing}
        </li>`,
      )}
    </ol>
    <p class="note">${amongEnglish("nutrients_note")}</p>
  </div>`;
}
