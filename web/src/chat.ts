/** The chat: what a person sees and touches. What is said and stored is the conversation's business. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { careLevelCard, phoneLinks } from "./cards/care_level";
import { nutrientsCard } from "./cards/nutrients";
import { sourcesCard } from "./cards/sources";
import { summaryCard } from "./cards/summary";
import { textOn } from "./colours";
import { Conversation, type Connection, type Entry, type Erasing } from "./conversation";
import { icons, LEVEL_ICONS } from "./icons";
import { amongEnglish, inEnglish, label, useLanguage, type Key } from "./labels";
import type { BotMessage } from "./payloads";
import { richText } from "./rich_text";
import { styles } from "./styles";

const NUMBERS = ["112", "999", "911"];
const SUGGESTIONS: Key[] = ["suggestion_1", "suggestion_2", "suggestion_3"];
const framed = parent !== window;

class NeckwiseChat extends LitElement {
  static override styles = styles;
  static override properties = { printed: { state: true } };

  declare printed: string;
  private readonly conversation = new Conversation(() => this.requestUpdate());
  private shownEntries = 0;
  private shownConnection: Connection = "good";
  private shownErasing: Erasing = "no";
  private told = "";

  constructor() {
    super();
    this.printed = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const wanted = new URLSearchParams(location.search);
    const accent = wanted.get("accent") ?? "";
    const readable = textOn(accent);
    if (readable) {
      this.style.setProperty("--accent", accent);
      this.style.setProperty("--on-accent", readable);
    }
    document.documentElement.lang = label("lang");
    document.documentElement.dir = this.dir = label("dir");
    addEventListener("keydown", (event) => {
      // an open dialog takes the key itself
      if (event.key === "Escape" && framed && !this.dialog?.open) this.tellHost("close");
    });
    addEventListener("message", (event) => {
      if (event.source === parent && event.data === "neckwise:focus") this.box?.focus();
    });
    if (framed && location.hash) void this.recall(location.hash.slice(1));
    addEventListener("afterprint", () => (this.printed = ""));
  }

  private get box(): HTMLTextAreaElement | null { return this.renderRoot.querySelector("textarea"); }
  private get log(): HTMLElement | null { return this.renderRoot.querySelector<HTMLElement>(".log"); }
  private get dialog(): HTMLDialogElement | null { return this.renderRoot.querySelector("dialog"); }

  protected override firstUpdated(): void {
    // what stood here for browsers without JavaScript
    this.replaceChildren();
  }

  override render(): TemplateResult {
    const { entries, emergency } = this.conversation;
    return html`<main class=${emergency ? "warned" : ""} aria-label=${label("name")}>
      <header>
        <img class="mark" src="/widget/icon.svg" alt="" width="36" height="36" />
        <div class="names">
          <h1>${label("name")}</h1>
          <p class="tagline">${label("tagline")}</p>
        </div>
        ${framed
          ? html`<button class="plain close" type="button" aria-label=${label("close")} @click=${() => this.tellHost("close")}>${icons.close()}</button>`
          : nothing}
      </header>
      ${this.emergencyLine()} ${this.banner()}
      <div class="scroll">
        <div class="log" role="log" aria-live="polite" aria-label=${label("conversation")} tabindex="0">
          <ol>
            <li class="entry assistant">
              <span class="unseen">${label("assistant_said")}</span>
              <div class="bubble">${richText(label("greeting"))}${label("english_only") ? html`<p>${label("english_only")}</p>` : nothing}</div>
            </li>
            ${repeat(entries, (entry) => entry.id, (entry) => this.entry(entry))}
          </ol>
        </div>
        <div class="news" role="status">${this.news()}</div>
        ${this.choices()}
      </div>
      <form @submit=${this.submit}>
        <label class="unseen" for="message">${label("your_message")}</label>
        <textarea
          id="message" rows="1" autocomplete="off" enterkeyhint="send" dir="auto" maxlength="20000"
          placeholder=${label("placeholder")} @keydown=${this.typed}
        ></textarea>
        <button class="send" type="submit" aria-label=${label("send")}>${icons.send()}</button>
      </form>
      <footer>
        <button class="plain" type="button" @click=${() => this.say(label("start_over"), inEnglish("start_over"))}>${icons.again()}${label("start_over")}</button>
        ${this.conversation.begun
          ? html`<button class="plain" type="button" @click=${() => this.say(label("summary_request"), inEnglish("summary_request"))}>${icons.paper()}${label("summary")}</button>`
          : nothing}
        <button class="plain" type="button" @click=${() => this.dialog?.showModal()}>${icons.bin()}${label("delete_data")}</button>
      </footer>
      <dialog aria-labelledby="delete-title">
        <h2 id="delete-title">${label("delete_title")}</h2>
        <p>${label("delete_text")}</p>
        <p class="actions">
          <button type="button" @click=${() => this.dialog?.close()}>${label("delete_no")}</button>
          <button class="sure" type="button" @click=${this.erase}>${label("delete_yes")}</button>
        </p>
      </dialog>
    </main>`;
  }

  private emergencyLine(): TemplateResult {
    return html`<p class="line">
      <span>${label("emergency_line")}</span>
      ${NUMBERS.map((number) => html`<a href=${`tel:${number}`} aria-label=${label("call", { number })}>${number}</a>`)}
    </p>`;
  }

  // The alert is there from the start and filled later: only then is its content read out, once.
  private banner(): TemplateResult {
    const { emergency } = this.conversation;
    const phones = emergency?.phones.length ? emergency.phones : NUMBERS.map((number) => ({ number, label: "" }));
    return html`<div role="alert">${emergency
      ? html`<div class="banner">
          <p class="words">${LEVEL_ICONS.emergency()}<span>${label("emergency_banner")}</span></p>
          ${phoneLinks(phones, true)}
          <button class="dismiss" type="button" @click=${this.dismiss}>${label("dismiss")}</button>
        </div>`
      : nothing}</div>`;
  }

  private entry(entry: Entry): TemplateResult {
    if (entry.from === "person") {
      return html`<li class="entry person">
        <span class="unseen">${label("you_said")}</span>
        <div class="bubble" dir="auto">${entry.text}</div>
        ${this.conversation.isWaiting(entry) ? html`<p class="state">${label("waiting")}</p>` : nothing}
        ${this.conversation.wasRefused(entry)
          ? html`<p class="state refused">${label("refused")} <button type="button" @click=${() => this.takeBack(entry)}>${label("edit")}</button></p>`
          : nothing}
      </li>`;
    }
    return html`<li class="entry assistant ${this.printed === entry.id ? "on-paper" : ""}" lang="en">
      <span class="unseen">${amongEnglish("assistant_said")}</span>
      ${this.botMessage(entry)}
    </li>`;
  }

  private botMessage(entry: Entry): TemplateResult | TemplateResult[] {
    const message = entry.message as BotMessage;
    const { payload } = message;
    const words = html`<div class="bubble" dir="auto">${richText(message.text)}</div>`;
    switch (payload?.kind) {
      case "care_level":
        return careLevelCard(payload);
      case "nutrients":
        return nutrientsCard(payload);
      case "summary":
        return summaryCard(payload, () => void this.print(entry.id));
      case "sources":
        // its text is the answer itself, which the list does not repeat
        return message.text ? html`${words}${sourcesCard(payload)}` : sourcesCard(payload);
      default:
        return words;
    }
  }

  private news(): TemplateResult | typeof nothing {
    const { conversation } = this;
    switch (conversation.erasing) {
      case "doing":
      case "waiting":
      case "done":
      case "impossible":
        return html`<p class="box">${label(`delete_${conversation.erasing}`)}</p>`;
    }
    switch (conversation.connection) {
      case "offline":
      case "unreachable":
        return html`<div class="box">
          <p>${label(conversation.connection)}</p>
          <p>${label("if_urgent")}</p>
          <button class="try" type="button" @click=${() => conversation.tryNow()}>${label("try_now")}</button>
        </div>`;
    }
    const dots = html`<div class="writing" aria-hidden="true"><i></i><i></i><i></i></div>`;
    if (conversation.connection === "slow") return html`<p class="box">${label("slow")} ${label("if_urgent")}</p>${dots}`;
    if (conversation.busy) return html`<span class="unseen">${label("writing")}</span>${dots}`;
    if (conversation.quiet) return html`<p class="box">${label("quiet")}</p>`;
    return conversation.back ? html`<span class="unseen">${label("back")}</span>` : nothing;
  }

  private choices(): TemplateResult | typeof nothing {
    const { conversation } = this;
    const choices = conversation.begun
      ? conversation.offered.map((button) => ({ title: button.title, act: () => this.answered(() => conversation.press(button)) }))
      : SUGGESTIONS.map((key) => ({ title: label(key), act: () => this.say(label(key), inEnglish(key)) }));
    if (choices.length === 0 || conversation.erasing === "doing" || conversation.erasing === "waiting") return nothing;
    return html`<div class="choices" role="group" aria-label=${label("answers")}>
      ${choices.map((choice) => html`<button class="choice" type="button" dir="auto" lang=${conversation.begun ? "en" : nothing} @click=${choice.act}>${choice.title}</button>`)}
    </div>`;
  }

  protected override updated(_changes: PropertyValues): void {
    const { entries, emergency, erasing, begun, survivesReload, held } = this.conversation;
    if (entries.length !== this.shownEntries) {
      const grown = entries.length > this.shownEntries;
      const first = this.shownEntries === 0 && entries.length > 2;
      this.shownEntries = entries.length;
      if (grown) this.showNewest(first);
    } else if (this.conversation.connection !== this.shownConnection) {
      this.showNewest(true);
    }
    if (erasing !== this.shownErasing) this.renderRoot.querySelector(".news")?.scrollIntoView({ block: "nearest" });
    this.shownConnection = this.conversation.connection;
    this.shownErasing = erasing;
    const erased = erasing === "done" || erasing === "impossible";
    const news = erased ? "erased" : begun && survivesReload ? "begun" : held && `begun:${held}`;
    if (news && news !== this.told) this.tellHost((this.told = news));
    document.title = `${emergency ? "⚠ " : ""}${label("name")}`;
  }

  // A long answer is shown from its beginning, not from its end.
  private showNewest(atOnce: boolean): void {
    const scroll = this.renderRoot.querySelector<HTMLElement>(".scroll");
    if (!scroll) return;
    const reading = [...this.renderRoot.querySelectorAll<HTMLElement>(".entry.person")].at(-1);
    const behavior = atOnce || matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    requestAnimationFrame(() => {
      const scroller = scroll.scrollHeight > scroll.clientHeight + 1 ? scroll : (scroll.parentElement as HTMLElement);
      const top = (element: Element): number => element.getBoundingClientRect().top;
      scroller.scrollTo({ top: reading ? scroller.scrollTop + top(reading) - top(scroller) - 8 : 0, behavior });
    });
  }

  private say(shown: string, sent: string): void {
    this.answered(() => this.conversation.say(sent, shown));
  }

  // The button that was pressed is gone: the focus goes to the conversation, just before the next buttons.
  private answered(act: () => void): void {
    act();
    void this.updateComplete.then(() => {
      if (!this.shadowRoot?.activeElement) this.log?.focus({ preventScroll: true });
    });
  }

  private submit(event: Event): void {
    event.preventDefault();
    const { box } = this;
    const text = box?.value.trim();
    if (!box || !text) return box?.focus();
    if (this.conversation.say(text)) box.value = "";
    box.focus();
  }

  private typed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    (event.target as HTMLTextAreaElement).form?.requestSubmit();
  }

  private takeBack(entry: Entry): void {
    const { box } = this;
    if (!box) return;
    box.value = [this.conversation.takeBack(entry), box.value].filter(Boolean).join("\n");
    box.focus();
  }

  private dismiss(): void {
    this.conversation.dismissEmergency();
    this.log?.focus({ preventScroll: true });
  }

  private erase(): void {
    this.dialog?.close();
    if (this.box) this.box.value = "";
    void this.conversation.erase();
    this.log?.focus({ preventScroll: true });
  }

  private async print(id: string): Promise<void> {
    this.printed = id;
    this.toggleAttribute("printing", true);
    await this.updateComplete;
    print();
    this.toggleAttribute("printing", false);
  }

  private async recall(note: string): Promise<void> {
    if (await this.conversation.recall(note)) this.tellHost("emergency");
  }

  private tellHost(news: string): void {
    if (framed) parent.postMessage(`neckwise:${news}`, "*");
  }
}

void useLanguage(new URLSearchParams(location.search).get("lang") ?? "").then(() => customElements.define("neckwise-chat", NeckwiseChat));
