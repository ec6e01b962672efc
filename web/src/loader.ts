/**
 * Puts the chat on any page: `<script src="https://host/widget/loader.js" async></script>`.
 *
 * A button in a shadow root, so that neither page nor widget can touch the other's styles; the frame with the chat is
 * made when it is first opened. Nothing is stored by this script before the first message.
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  if (!script || alreadyHere()) return;
  const { label = "Ask about your neck", position = "right", lang = "", color = "" } = script.dataset;
  const server = new URL(script.src).origin;
  const key = "neckwise-open";
  const accent = /^#([\da-f]{3}|[\da-f]{6})$/i.test(color) ? color : "";

  function alreadyHere(): boolean {
    return document.querySelector("[data-neckwise]") !== null;
  }

  const host = document.createElement("div");
  host.dataset.neckwise = "";
  const root = host.attachShadow({ mode: "open" });
  const side = position === "left" ? "left" : "right";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `:host{all:initial!important}` +
      `button{position:fixed;z-index:2147483000;bottom:max(16px,env(safe-area-inset-bottom));${side}:16px;box-sizing:border-box;min-width:56px;min-height:56px;max-width:calc(100vw - 32px);padding:8px 20px;border:2px solid #fff;border-radius:28px;background:${accent || "#0b5c63"};color:${accent ? readable(accent) : "#fff"};font:600 17px/1.3 system-ui,sans-serif;cursor:pointer;box-shadow:0 2px 12px #0006}` +
      `button:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px #000}` +
      `iframe{position:fixed;z-index:2147483001;bottom:16px;${side}:16px;width:min(400px,calc(100vw - 32px));height:min(680px,calc(100dvh - 32px));border:0;border-radius:16px;box-shadow:0 4px 32px #0006;background:Canvas;color-scheme:light dark}` +
      `@media(max-width:520px),(max-height:480px){iframe{inset:var(--neckwise-top,0) 0 auto;width:100%;height:var(--neckwise-height,100%);border-radius:0}}` +
      `@media(forced-colors:active){button,iframe{border:2px solid ButtonText}}` +
      `@media print{button{display:none}}` +
      `[hidden]{display:none!important}`,
  );
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  root.append(button);
  let frame: HTMLIFrameElement | undefined;
  let loaded = false;
  /** What the frame wants kept, where it may store nothing itself: only the server can read it. */
  let note = "";
  let state = "1";

  function readable(colour: string): string {
    const digits = colour.length === 4 ? colour.replace(/[^#]/g, "$&$&") : colour;
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => (parseInt(digits.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.1791 ? "#000" : "#fff";
  }

  /** Keeps whether the chat is open, once a conversation has begun. */
  function remember(begun = false): void {
    try {
      if (begun || sessionStorage.getItem(key)) sessionStorage.setItem(key, state + note);
    } catch {
      // storage is blocked: the chat will be closed after a reload
    }
  }

  function make(focus: boolean): HTMLIFrameElement {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = label;
      const address = new URL("/widget/frame", server);
      if (lang) address.searchParams.set("lang", lang);
      if (accent) address.searchParams.set("accent", accent);
      address.hash = note;
      frame.src = address.href;
      frame.onload = () => {
        loaded = true;
        if (focus) focusChat();
      };
      root.append(frame);
    }
    return frame;
  }

  function open(focus: boolean): void {
    make(focus).hidden = false;
    state = "1";
    remember();
    button.hidden = true;
    button.setAttribute("aria-expanded", "true");
    if (focus) focusChat();
  }

  function focusChat(): void {
    if (!frame || !loaded || frame.hidden) return;
    frame.focus();
    frame.contentWindow?.postMessage("neckwise:focus", server);
  }

  function close(): void {
    if (!frame || frame.hidden) return;
    frame.hidden = true;
    button.hidden = false;
    button.setAttribute("aria-expanded", "false");
    button.focus();
    state = "0";
    remember();
  }

  // the keyboard of a phone covers the lower part of a page, and with it the box to write in
  const seen = window.visualViewport;
  function fit(): void {
    const covered = seen && seen.scale < 1.01 && innerHeight - seen.height > 100;
    frame?.style.setProperty("--neckwise-top", covered ? `${seen.offsetTop}px` : "0px");
    frame?.style.setProperty("--neckwise-height", covered ? `${seen.height}px` : "100%");
  }
  seen?.addEventListener("resize", fit);
  seen?.addEventListener("scroll", fit);

  button.onclick = () => open(true);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== server) return;
    const [, news, value = ""] = /^neckwise:(\w+):?([\w=-]*)$/.exec(String(event.data)) ?? [];
    if (news === "close") close();
    if (news === "emergency") open(false);
    if (news === "begun") {
      note = value;
      remember(true);
    }
    if (news === "erased") {
      note = "";
      try {
        sessionStorage.removeItem(key);
      } catch {
        // as above
      }
    }
  });

  const start = (): void => {
    document.body.append(host);
    try {
      const kept = sessionStorage.getItem(key) ?? "";
      state = kept[0] ?? "1";
      note = kept.slice(1);
      // with a note the frame shows itself where there is an emergency; the rest of the conversation is gone
      if (kept === "1") open(false);
      else if (kept[0] === "1") make(false).hidden = true;
    } catch {
      // as above
    }
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
