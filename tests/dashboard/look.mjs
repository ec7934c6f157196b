// Opens every page of a folder from disk, without a network, as its readers do, and says as JSON what is wrong with it.
// node look.mjs FOLDER CHROMIUM
import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const from = createRequire(new URL("../../dashboards/package.json", import.meta.url));
const puppeteer = (await import(pathToFileURL(from.resolve("puppeteer-core")))).default;
const axe = readFileSync(from.resolve("axe-core/axe.min.js"), "utf8");
const [folder, executablePath] = process.argv.slice(2);
// What is wrong in one scheme only is a colour, and in one width only the order of things: two ways show both.
const WAYS = [[390, "light"], [1440, "dark"]];
const PATIENCE = 600_000; // milliseconds: a busy machine is no fault of a page
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const htmlIn = (sub) => readdirSync(join(folder, sub)).filter((name) => name.endsWith(".html")).map((name) => join(sub, name));
const pages = [...htmlIn(""), ...htmlIn("en")];
const browser = await puppeteer.launch({ executablePath, headless: true, protocolTimeout: PATIENCE, args: ["--no-sandbox", "--disable-gpu"] });
const found = [];
const seen = {};

const overflowing = () => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.closest("svg, .skip, thead"))
  .slice(0, 3).map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`);

for (const name of pages) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.setBypassCSP(true); // for axe alone; what the policy forbids is asked of the page below, which is opened again
  const complain = (what, detail) => found.push({ page: name, what, detail });
  page.on("pageerror", (error) => complain("script", String(error)));
  page.on("requestfailed", (request) => complain("request", `${request.url()}: ${request.failure().errorText}`));
  page.on("request", (request) => { if (!/^(file|data):/.test(request.url())) complain("network", request.url()); });
  for (const [width, scheme] of WAYS) {
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(pathToFileURL(join(folder, name)));
    await page.evaluate(() => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    if (wide) complain(`overflow at ${width}`, await page.evaluate(overflowing));
    await page.evaluate(axe);
    const result = await page.evaluate((rules) => axe.run({ runOnly: { type: "tag", values: rules }, resultTypes: ["violations"], preload: false }), RULES);
    for (const one of result.violations) {
      complain(`axe ${one.id} at ${width} ${scheme}`, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)));
    }
  }
  await page.close();

  const strict = await browser.newPage();
  strict.setDefaultTimeout(PATIENCE);
  strict.on("console", (message) => { if (["error", "warn"].includes(message.type())) complain("console", message.text()); });
  await strict.goto(pathToFileURL(join(folder, name)));
  seen[name] = await strict.evaluate(() => ({
    charts: document.querySelectorAll("script[data-chart]").length,
    drawn: [...document.querySelectorAll(".chart")].filter((one) => one.querySelector("svg path")).length,
    reckoned: document.querySelector(".what-if output")?.textContent ?? "",
    unreachable: [...document.querySelectorAll("a[href], summary, input")].filter((one) => { one.focus(); return document.activeElement !== one; }).length,
  }));
  await strict.close();
}
await browser.close();
console.log(JSON.stringify({ found, seen }));
