import { css } from "lit";

/**
 * Little height (a phone on its side, large text): the whole page moves, only the numbers and the box to write in stay.
 * A media query does not know of text enlarged on the page, and older browsers have no container query, so both use it.
 */
const lowWindow = css`
  main { overflow-y: auto; }
  .scroll { flex: none; overflow: visible; padding-block: 0.5rem; }
  header { padding-block: 0; }
  .tagline { display: none; }
  .line, .warned .line { display: flex; position: sticky; inset-block-start: 0; z-index: 1; }
  form { position: sticky; inset-block-end: 0; padding-block: 0.25rem; z-index: 1; }
  textarea { max-block-size: 4.5rem; }
`;

/** The look of the chat. Sizes in rem and logical sides, so that it grows with the reader's text and mirrors itself. */
export const styles = css`
  :host {
    --accent: #0b5c63;
    --on-accent: #ffffff;
    --ground: #f5f7f7;
    --paper: #ffffff;
    --ink: #16242a;
    --soft: #4a5b62;
    --line: #c6d2d4;
    --edge: #6f8388;
    --link: #0b5563;
    --danger: #a3121a;
    --danger-ground: #fdecec;
    --green: #1c6b3a;
    --blue: #1a5a9c;
    --amber: #8a4b00;
    --red: #a3121a;
    display: block;
    block-size: 100vh;
    block-size: 100dvh;
    container-type: size;
    color: var(--ink);
    background: var(--ground);
    font: 1.0625rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    overflow-wrap: anywhere;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --accent: #8fd3d6;
      --on-accent: #06282b;
      --ground: #10191c;
      --paper: #1a262a;
      --ink: #eaf1f2;
      --soft: #b0c0c4;
      --line: #35474d;
      --edge: #7c9096;
      --link: #9adbe0;
      --danger: #ff9d98;
      --danger-ground: #3a1417;
      --green: #86d9a3;
      --blue: #9cc9ff;
      --amber: #ffc46b;
      --red: #ff9d98;
    }
  }
  *, ::before, ::after { box-sizing: border-box; }
  main {
    display: flex;
    flex-direction: column;
    block-size: 100%;
    max-inline-size: 46rem;
    margin-inline: auto;
    background: var(--ground);
  }
  h1, h2, h3, h4, p, ul, ol, dl, dd { margin: 0; }
  ul, ol { padding-inline-start: 1.25em; }
  ul { list-style: disc; }
  a { color: var(--link); text-underline-offset: 0.15em; }
  button, textarea { font: inherit; color: inherit; }
  button { cursor: pointer; min-block-size: 2.75rem; min-inline-size: 2.75rem; touch-action: manipulation; }
  :focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; box-shadow: 0 0 0 2px var(--paper); }
  .icon { inline-size: 1.5em; block-size: 1.5em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
  .icon .filled { fill: currentColor; stroke: none; }
  .unseen {
    position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; padding: 0; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap; border: 0;
  }

  header { display: flex; align-items: center; gap: 0.75rem; padding: 0.5rem 1rem; background: var(--paper); }
  header .mark { inline-size: 2.25rem; block-size: 2.25rem; flex: none; }
  .names { flex: 1; min-inline-size: 0; }
  h1 { font-size: 1.1875rem; line-height: 1.25; }
  .tagline { font-size: 0.875rem; line-height: 1.3; color: var(--soft); }
  .plain { border: 0; background: none; padding: 0.5rem; border-radius: 0.625rem; display: inline-flex; align-items: center; justify-content: center; gap: 0.375rem; }
  .plain:hover { background: color-mix(in srgb, var(--accent) 14%, transparent); }

  .line {
    display: flex; flex-wrap: wrap; align-items: center; justify-content: center; column-gap: 0.25rem;
    padding: 0 0.75rem; font-size: 0.9375rem; font-weight: 600;
    color: var(--danger); background: var(--danger-ground); border-block: 1px solid color-mix(in srgb, var(--danger) 40%, transparent);
  }
  .line a { color: inherit; display: inline-flex; align-items: center; justify-content: center; min-block-size: 2.75rem; min-inline-size: 2.75rem; font-weight: 700; }

  .banner { background: #a3121a; color: #ffffff; padding: 0.75rem 1rem; border-block: 2px solid #a3121a; }
  .banner :focus-visible { outline-color: #ffffff; box-shadow: 0 0 0 6px #000000; }
  .banner .words { display: flow-root; font-weight: 700; font-size: 1.125rem; line-height: 1.35; overflow-wrap: break-word; }
  .banner .words .icon { float: inline-start; margin-inline-end: 0.625rem; }
  .banner .phones { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(5.25rem, 100%), 1fr)); margin-block: 0.625rem 0.125rem; }
  .banner .phone { position: relative; display: block; block-size: 100%; padding: 0.375rem 0.5rem 0.5rem; overflow-wrap: break-word; hyphens: auto; }
  .banner .phone .icon { position: absolute; inset-block-start: 0.5rem; inset-inline-end: 0.5rem; inline-size: 1.125rem; block-size: 1.125rem; }
  .banner .phone { color: #7d0b12; background: #ffffff; border-color: #ffffff; }
  .banner .dismiss { border: 0; background: none; color: inherit; text-decoration: underline; padding: 0 0.25rem; }
  .warned .line { display: none; }
  .phones { display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; padding: 0; }
  .phone {
    display: inline-flex; align-items: center; gap: 0.5rem; min-block-size: 2.75rem; padding: 0.25rem 0.875rem; line-height: 1.2;
    border: 2px solid currentColor; border-radius: 0.75rem; text-decoration: none; color: var(--danger);
  }
  .phone b { font-size: 1.25rem; }
  .phone small { display: block; font-size: 0.8125rem; }

  .scroll { position: relative; flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: 1rem; }
  .log { border-radius: 0.5rem; }
  .log > ol { list-style: none; padding: 0; display: flex; flex-direction: column; gap: 0.75rem; }
  .entry { animation: appear 0.2s ease-out; }
  .entry.person { align-self: flex-end; max-inline-size: 85%; }
  @keyframes appear { from { opacity: 0; transform: translateY(0.375rem); } }
  .assistant > .bubble { max-inline-size: 92%; inline-size: fit-content; }
  .bubble { padding: 0.625rem 0.875rem; border-radius: 1.125rem; background: var(--paper); border: 1px solid var(--line); border-end-start-radius: 0.25rem; }
  .bubble > * + * { margin-block-start: 0.5rem; }
  .bubble blockquote { margin: 0; padding-inline-start: 0.75rem; border-inline-start: 3px solid var(--line); }
  .bubble hr { border: 0; border-block-start: 1px solid var(--line); }
  .person .bubble { background: var(--accent); color: var(--on-accent); border-color: transparent; white-space: pre-wrap; border-radius: 1.125rem; border-end-end-radius: 0.25rem; }
  .bubble + .card, .card + .card { margin-block-start: 0.5rem; }
  .state { font-size: 0.875rem; color: var(--soft); text-align: end; margin-block-start: 0.125rem; }
  .refused { color: var(--danger); }
  .refused button { border: 0; background: none; text-decoration: underline; color: inherit; }

  .card { background: var(--paper); border: 1px solid var(--edge); border-radius: 1rem; padding: 0.875rem 1rem; }
  .card > * + * { margin-block-start: 0.5rem; }
  .card h2 { font-size: 1.125rem; line-height: 1.35; }
  .card h3 { font-size: 0.9375rem; color: var(--soft); margin-block-start: 0.75rem; }
  .card li + li { margin-block-start: 0.25rem; }
  .card small, .note { font-size: 0.875rem; color: var(--soft); }
  .care { --level: var(--green); border: 2px solid var(--level); border-inline-start-width: 0.5rem; }
  .care.routine { --level: var(--blue); }
  .care.urgent { --level: var(--amber); }
  .care.emergency { --level: var(--red); }
  .level, .card h2, .card h3 { overflow-wrap: break-word; }
  .level { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; color: var(--level); }
  .nutrients ol { list-style: none; padding: 0; display: flex; flex-direction: column; gap: 0.875rem; }
  .nutrients .name { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; }
  .nutrients .name span { color: var(--soft); font-size: 0.9375rem; }
  .bar { display: block; inline-size: 100%; block-size: 0.625rem; border-radius: 0.3125rem; margin-block: 0.25rem 0.375rem; forced-color-adjust: none; }
  .bar .whole { fill: var(--line); }
  .bar .part { fill: var(--accent); }
  .reasons { font-size: 0.9375rem; }
  .sources summary { cursor: pointer; min-block-size: 2.75rem; display: list-item; padding-block: 0.5rem; font-weight: 600; margin-block: -0.375rem; }
  .sources a { display: inline-flex; align-items: center; min-block-size: 2.75rem; }
  .summary dl > div { display: grid; grid-template-columns: minmax(6rem, 9rem) 1fr; gap: 0 0.75rem; padding-block: 0.375rem; border-block-start: 1px solid var(--line); }
  .summary dt { color: var(--soft); font-size: 0.9375rem; }
  .summary .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; }
  .summary .actions button, .choice {
    border: 2px solid var(--accent); border-radius: 1.375rem; background: var(--paper); color: var(--ink); padding: 0.375rem 1rem; font-weight: 600;
  }
  .summary .actions button:hover, .choice:hover { background: color-mix(in srgb, var(--accent) 14%, var(--paper)); }

  .writing { display: flex; gap: 0.3rem; padding: 0.75rem 0.25rem; block-size: 2.5rem; align-items: center; }
  .writing i { inline-size: 0.5rem; block-size: 0.5rem; border-radius: 50%; background: var(--edge); animation: wave 1.2s infinite ease-in-out; }
  .writing i:nth-child(2) { animation-delay: 0.15s; }
  .writing i:nth-child(3) { animation-delay: 0.3s; }
  @keyframes wave { 30% { transform: translateY(-0.3rem); } 60% { transform: none; } }
  .news { margin-block-start: 0.75rem; }
  .news:empty { margin: 0; }
  .news .box { padding: 0.625rem 0.875rem; border: 2px dashed var(--edge); border-radius: 0.75rem; background: var(--paper); }
  .news .box > * + * { margin-block-start: 0.375rem; }
  .try { border: 2px solid var(--accent); border-radius: 1.375rem; background: var(--paper); padding: 0.25rem 1rem; font-weight: 600; margin-block-start: 0.5rem; }
  .choices { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-block-start: 0.875rem; }
  .choice { text-align: start; }

  form { display: flex; align-items: flex-end; gap: 0.5rem; padding: 0.5rem 0.75rem; background: var(--paper); border-block-start: 1px solid var(--line); }
  textarea {
    flex: 1; min-inline-size: 0; min-block-size: 2.75rem; max-block-size: 8rem; resize: none; field-sizing: content;
    padding: 0.5625rem 0.875rem; border: 2px solid var(--edge); border-radius: 1.375rem; background: var(--ground); color: var(--ink);
    font-size: max(1rem, 16px);
  }
  textarea::placeholder { color: var(--soft); opacity: 1; }
  .send { flex: none; inline-size: 2.875rem; block-size: 2.875rem; border: 2px solid transparent; border-radius: 50%; background: var(--accent); color: var(--on-accent); display: grid; place-items: center; padding: 0; }
  .send .icon { transform: translateX(0.06em); }
  :host([dir="rtl"]) .send .icon { transform: scaleX(-1); }
  footer { display: flex; flex-wrap: wrap; justify-content: space-evenly; background: var(--paper); padding: 0 0.5rem max(0.125rem, env(safe-area-inset-bottom)); font-size: 0.875rem; color: var(--soft); }
  footer .plain { padding: 0.25rem 0.5rem; }
  footer .icon { inline-size: 1.25em; block-size: 1.25em; }

  dialog { border: 2px solid var(--edge); border-radius: 1rem; padding: min(1.25rem, 5vw); max-inline-size: min(26rem, calc(100vw - 16px)); background: var(--paper); color: var(--ink); }
  dialog::backdrop { background: #000000b0; }
  dialog h2 { font-size: 1.1875rem; }
  dialog p { margin-block: 0.5rem 1rem; }
  dialog .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0; }
  dialog button { border: 2px solid var(--edge); border-radius: 1.375rem; background: var(--paper); padding: 0.375rem 1rem; font-weight: 600; }
  dialog .sure { background: #a3121a; border-color: #a3121a; color: #ffffff; }

  @media (max-height: 26rem) { ${lowWindow} }
  @container (max-height: 26rem) { ${lowWindow} }
  @container (max-width: 16rem) {
    .scroll, .banner { padding-inline: 0.5rem; }
    .card { padding: 0.625rem 0.5rem; }
    .card ul { padding-inline-start: 0.875em; }
    .assistant > .bubble { max-inline-size: none; }
  }
  @media (max-width: 24rem) {
    header, .scroll { padding-inline: 0.75rem; }
    .summary dl > div { display: block; }
    footer .icon { display: none; }
  }
  @media (prefers-reduced-motion: reduce) {
    *, ::before, ::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
  }
  @media (forced-colors: active) {
    .bubble, .card, .banner, .line, .send, .choice { border: 2px solid CanvasText; }
    .person .bubble { border-style: double; }
    .bar { border: 1px solid CanvasText; }
    .bar .whole { fill: Canvas; }
    .bar .part { fill: CanvasText; }
    .writing i { background: CanvasText; }
    .send { forced-color-adjust: none; background: ButtonText; color: ButtonFace; }
    :focus-visible { outline-color: Highlight; }
  }
  @media print {
    :host { block-size: auto; container-type: normal; background: #ffffff; color: #000000; --ink: #000; --soft: #333; --paper: #fff; --line: #999; --edge: #333; }
    main, .scroll { display: block; overflow: visible; block-size: auto; max-inline-size: none; padding: 0; }
    header, .line, .banner, .news, .choices, form, footer, dialog, .actions { display: none !important; }
    .entry { max-inline-size: none; break-inside: avoid; }
    :host([printing]) .entry:not(.on-paper) { display: none; }
    :host([printing]) .bubble { display: none; }
    .card { border: 0; padding: 0; }
    .summary dl > div { display: grid; grid-template-columns: 10rem 1fr; }
  }
`;
