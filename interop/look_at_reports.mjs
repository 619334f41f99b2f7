// What .ci/reports runs: reports in headless Chromium, wide and as on a phone, in the light and in the dark, and printed. Nothing may
// be said on the console, asked of the network or be wider than the window, and axe finds no violation.
//
// node look_at_reports.mjs CHROMIUM FOLDER REPORT…: the pictures go to the folder.
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [chromium, folder, ...reports] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
let nWrong = 0;

function wrong(report, what) {
  nWrong += 1;
  console.log(`${report}: ${what}  WRONG`);
}

for (const report of reports) {
  const url = pathToFileURL(resolve(report)).href;
  const page = await browser.newPage();
  page.on("console", (message) => wrong(report, `console: ${message.text()}`));
  page.on("pageerror", (error) => wrong(report, `error: ${error.message}`));
  page.on("dialog", (dialog) => (wrong(report, `dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => request.url() === url || wrong(report, `asks for ${request.url()}`));
  for (const [window, width] of [["wide", 1280], ["phone", 375]]) {
    for (const scheme of ["light", "dark"]) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.goto(url, { waitUntil: "load" });
      const found = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth - window.innerWidth,
        scripts: document.scripts.length,
        figures: document.querySelectorAll("figure").length,
        plots: [...document.querySelectorAll("figure svg.plot")].filter((svg) => svg.getBoundingClientRect().height > 100).length,
        marks: [...document.querySelectorAll("svg.plot")].every((svg) => svg.querySelector(".line, .bar, .dot")),
      }));
      if (found.scroll > 0) wrong(report, `${window}: ${found.scroll} px wider than the window`);
      if (found.scripts > 0) wrong(report, `${found.scripts} scripts`);
      if (found.figures === 0 || found.plots !== found.figures || !found.marks) wrong(report, `${found.plots} plots of ${found.figures} figures`);
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => axe.run());
      for (const { id, help, nodes } of violations) {
        wrong(report, `${window}, ${scheme}: axe: ${id}: ${help}: ${nodes.slice(0, 2).map((node) => node.html.slice(0, 150)).join(" ")}`);
      }
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = false)));
      await page.screenshot({ path: join(folder, `${basename(report, ".html")}-${window}-${scheme}.png`), fullPage: true });
      console.log(`${report}, ${window}, ${scheme}: ${found.plots} plots, ${passes.length} rules of axe passed`);
    }
  }
  const pdf = join(folder, `${basename(report, ".html")}.pdf`);
  await page.pdf({ path: pdf, format: "A4" });
  if (statSync(pdf).size < 10_000) wrong(report, "printed nothing");
  await page.close();
}
await browser.close();
console.log(`${nWrong} things are not what they should be`);
process.exit(nWrong === 0 ? 0 : 1);
