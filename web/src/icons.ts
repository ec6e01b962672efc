/** Small drawings. They never stand alone: words are always beside them. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import type { Level } from "./payloads";

const drawing = (content: SVGTemplateResult): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${content}</svg>`;

export const LEVEL_ICONS: Record<Level, () => TemplateResult> = {
  self_care: () => drawing(svg`<path d="M3 11.5 12 4l9 7.5M6 9.5V20h12V9.5M12 12v5M9.5 14.5h5" />`),
  routine: () => drawing(svg`<path d="M4 6h16v14H4zM4 10.5h16M8 3.5V8M16 3.5V8M12 13v4.5M9.7 15.2h4.6" />`),
  urgent: () => drawing(svg`<circle cx="12" cy="12" r="8.5" /><path d="M12 7v5.3l3.4 2.2" />`),
  emergency: () => drawing(svg`<path d="M12 3.5 22 20.5H2z" /><path d="M12 9.5v5.2M12 17.4v.6" />`),
};

export const icons = {
  close: () => drawing(svg`<path d="m6 6 12 12M18 6 6 18" />`),
  send: () => drawing(svg`<path class="filled" d="M4 4.5 21 12 4 19.5 6.2 13 14 12 6.2 11z" />`),
  phone: () => drawing(svg`<path class="filled" d="M6.6 3h3l1.5 4.6-2 1.6a13 13 0 0 0 5.7 5.7l1.6-2 4.6 1.5v3c0 1-.9 1.8-1.9 1.7A17.4 17.4 0 0 1 4.9 4.9C4.8 3.9 5.6 3 6.6 3z" />`),
  again: () => drawing(svg`<path d="M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5v4.5h-4.5" />`),
  bin: () => drawing(svg`<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.3 10.5v6M13.7 10.5v6" />`),
  paper: () => drawing(svg`<path d="M6 3h8.5L19 7.5V21H6zM14 3v5h5M9 12.5h7M9 16h7" />`),
};
