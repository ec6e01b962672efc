// Builds the chat page, the demo page and the loader into channels/web_assets, each also as gzip and brotli.
// `--check` builds in memory and fails where the committed build differs or a budget is exceeded.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "channels", "web_assets");

// Bytes of gzip that may be moved.
const budgets = { loader: 2 * 1024, chat: 35 * 1024 };

const common = {
  bundle: true,
  minify: true,
  write: false,
  target: ["es2021", "chrome94", "firefox93", "safari15.4"],
  legalComments: "none",
  charset: "utf8",
  logLevel: "error",
};

function hashed(name, bytes) {
  const dot = name.lastIndexOf(".");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  return `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}

function filled(template, values) {
  return template.replace(/\{\{(\w+)\}\}/g, (_, key) => {
    if (!(key in values)) throw new Error(`no value for {{${key}}}`);
    return values[key];
  });
}

async function built() {
  const files = new Map();
  const addresses = {};

  for (const locale of readdirSync(join(here, "src/messages")).filter((name) => name.endsWith(".json") && name !== "en.json")) {
    const text = JSON.stringify(JSON.parse(readFileSync(join(here, "src/messages", locale), "utf8")));
    const name = hashed(`messages-${locale}`, text);
    files.set(name, Buffer.from(text));
    addresses[locale.slice(0, -5)] = name;
  }

  const chat = await build({
    ...common,
    entryPoints: [join(here, "src/chat.ts")],
    format: "esm",
    define: { CATALOGUES: JSON.stringify(addresses) },
    plugins: [lean],
  });
  const chatBytes = Buffer.from(chat.outputFiles[0].contents);
  const chatName = hashed("chat.js", chatBytes);
  files.set(chatName, chatBytes);

  const loader = await build({ ...common, entryPoints: [join(here, "src/loader.ts")], format: "iife" });
  files.set("loader.js", Buffer.from(loader.outputFiles[0].contents));

  const values = { chat: chatName };
  for (const sheet of ["page", "demo"]) {
    const css = await build({ ...common, entryPoints: [join(here, `pages/${sheet}.css`)] });
    // within the page: a file of its own would hold up the first paint; the server's policy names its hash
    values[`${sheet}_css`] = css.outputFiles[0].text.trim();
  }
  files.set("icon.svg", readFileSync(join(here, "pages/icon.svg")));
  for (const page of ["chat.html", "demo.html"]) {
    files.set(page, Buffer.from(filled(readFileSync(join(here, "pages", page), "utf8"), values)));
  }
  return { files, chatName };
}

// lit's templates are written for reading; the browser needs neither the line breaks nor the indentation.
const lean = {
  name: "lean-templates",
  setup(bundler) {
    bundler.onLoad({ filter: /web[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/\n\s+/g, "\n"),
      loader: "ts",
    }));
  },
};

function compressed(bytes) {
  return {
    ".gz": gzipSync(bytes, { level: 9 }),
    ".br": brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  };
}

function overBudget({ files, chatName }) {
  const size = (name) => gzipSync(files.get(name), { level: 9 }).length;
  const sizes = { loader: size("loader.js"), chat: size(chatName) };
  for (const [part, bytes] of Object.entries(sizes)) {
    console.log(`${part}: ${bytes} bytes of gzip, budget ${budgets[part]}`);
  }
  return Object.keys(sizes).filter((part) => sizes[part] > budgets[part]);
}

// Compressed bytes differ between machines (zlib uses what the processor offers), so their content is compared.
function stale({ files }) {
  const differing = [];
  const expected = new Set();
  const same = (name, read, bytes) => existsSync(join(target, name)) && read(readFileSync(join(target, name))).equals(bytes);
  for (const [name, bytes] of files) {
    for (const [suffix, read] of [["", (b) => b], [".gz", gunzipSync], [".br", brotliDecompressSync]]) {
      expected.add(name + suffix);
      if (!same(name + suffix, read, bytes)) differing.push(name + suffix);
    }
  }
  const extra = existsSync(target) ? readdirSync(target).filter((name) => !expected.has(name)) : [];
  return [...differing, ...extra];
}

const result = await built();
const heavy = overBudget(result);
if (process.argv.includes("--check")) {
  const differing = stale(result);
  if (differing.length) console.error(`The committed build differs from its source: ${differing.join(", ")}\nRun: npm run build`);
  if (differing.length) process.exitCode = 1;
} else {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const [name, bytes] of result.files) {
    writeFileSync(join(target, name), bytes);
    for (const [suffix, smaller] of Object.entries(compressed(bytes))) writeFileSync(join(target, name + suffix), smaller);
  }
}
if (heavy.length) {
  console.error(`Over budget: ${heavy.join(", ")}`);
  process.exitCode = 1;
}
