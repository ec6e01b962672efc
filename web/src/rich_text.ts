/** Bot text with a little Markdown, as lit templates: the lexer of marked makes tokens, and no HTML is ever parsed. */
import { html, nothing, type TemplateResult } from "lit";
import { Lexer, type Token, type Tokens } from "marked";

type Part = TemplateResult | string | typeof nothing;
const SAFE = new Set(["http:", "https:", "mailto:", "tel:"]);

/** The address if a person may follow it from bot text, else "". */
export function safeAddress(address: string): string {
  try {
    const url = new URL(address);
    return SAFE.has(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

export function richText(source: string): Part[] {
  let tokens: Token[];
  try {
    // the sign that plain-text lists begin with is none of Markdown's
    tokens = Lexer.lex(source.replace(/^[•‣]\s*/gm, "- "), { gfm: true, breaks: true });
  } catch {
    return [html`<p>${source}</p>`];
  }
  return tokens.map(block);
}

function block(token: Token): Part {
  switch (token.type) {
    case "space":
    case "def":
      return nothing;
    case "heading":
      return html`<p><strong>${inline(token.tokens)}</strong></p>`;
    case "paragraph":
      return html`<p>${inline(token.tokens)}</p>`;
    case "text":
      return html`${token.tokens ? inline(token.tokens) : token.text}`;
    case "list": {
      const items = (token as Tokens.List).items.map((item) => html`<li>${item.tokens.map(block)}</li>`);
      return token.ordered ? html`<ol start=${token.start || 1}>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case "blockquote":
      return html`<blockquote>${token.tokens?.map(block)}</blockquote>`;
    case "hr":
      return html`<hr />`;
    case "code":
      return html`<p>${token.text}</p>`;
    default:
      return html`<p>${token.raw}</p>`;
  }
}

function inline(tokens: Token[] = []): Part[] {
  return tokens.map((token) => {
    switch (token.type) {
      case "strong":
        return html`<strong>${inline(token.tokens)}</strong>`;
      case "em":
        return html`<em>${inline(token.tokens)}</em>`;
      case "del":
        return html`<s>${inline(token.tokens)}</s>`;
      case "codespan":
        return html`<code>${token.text}</code>`;
      case "br":
        return html`<br />`;
      case "link": {
        const address = safeAddress(token.href);
        return address
          ? html`<a href=${address} target="_blank" rel="noopener noreferrer">${inline(token.tokens)}</a>`
          : html`${inline(token.tokens)}`;
      }
      case "image":
      case "escape":
        return token.text as string;
      case "text":
        return token.tokens ? html`${inline(token.tokens)}` : (token.text as string);
      default:
        return token.raw;
    }
  });
}
