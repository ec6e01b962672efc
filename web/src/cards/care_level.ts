/** The care level as a card: colour, drawing and words together. */
import { html, nothing, type TemplateResult } from "lit";
import { icons, LEVEL_ICONS } from "../icons";
import { amongEnglish, label } from "../labels";
import { dialled, type CareLevel, type Phone } from "../payloads";

/** Numbers to call. `short` shows only the first of the places a number is for; the whole is read out all the same. */
export function phoneLinks(phones: readonly Phone[], short = false): TemplateResult | typeof nothing {
  if (phones.length === 0) return nothing;
  return html`<ul class="phones">
    ${phones.map(
      (phone) => html`<li>
        <a class="phone" href=${`tel:${dialled(phone.number)}`} aria-label=${label("call_label", { number: phone.number, label: phone.label })}>
          ${icons.phone()}<span><b>${phone.number}</b> ${phone.label ? html`<small>${short ? phone.label.split(",")[0] : phone.label}</small>` : nothing}</span>
        </a>
      </li>`,
    )}
  </ul>`;
}

export function careLevelCard(care: CareLevel): TemplateResult {
  const drawing = LEVEL_ICONS[care.level]();
  const key = `level_${care.level}` as const;
  const words = amongEnglish(key);
  return html`<div class="card care ${care.level}" dir="ltr">
    ${care.title === label(key)
      ? html`<h2 class="level">${drawing}${words}</h2>`
      : html`<p class="level">${drawing}<b>${words}</b></p>
          <h2>${care.title}</h2>`}
    ${care.whatToDo.length
      ? html`<h3>${amongEnglish("what_to_do")}</h3>
          <ul>${care.whatToDo.map((step) => html`<li>${step}</li>`)}</ul>`
      : nothing}
    ${phoneLinks(care.phones)}
    ${care.reasons.length
      ? html`<h3>${amongEnglish("why")}</h3>
          <ul class="reasons">
            ${care.reasons.map(
              (reason) => html`<li>${reason.text}${reason.source ? html` <small>${amongEnglish("source", { source: reason.source })}</small>` : nothing}</li>`,
            )}
          </ul>`
      : nothing}
  </div>`;
}
