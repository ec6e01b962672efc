/** Where an answer comes from: a list that opens, each entry a link to the section it rests on. */
import { html, type TemplateResult } from "lit";
import { amongEnglish } from "../labels";
import type { Sources } from "../payloads";

/** The place of a section on the page with the article's content: `Article, section 'Key Points'` is `#key_points`. */
const anchor = (section: string): string =>
  `/demo#${encodeURIComponent(section.replace(/^.*'(.+)'.*$/, "$1").trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_|_$/g, ""))}`;

export function sourcesCard({ items }: Sources): TemplateResult {
  return html`<details class="card sources" dir="ltr">
    <summary>${amongEnglish("sources")} (${items.length})</summary>
    <ul>
      ${items.map(
        (item) => html`<li>
          <a href=${anchor(item.section || item.title)} target="_blank" rel="noopener">${item.title}<span class="unseen"> (${amongEnglish("opens_new")})</span></a>
        </li>`,
      )}
    </ul>
  </details>`;
}
