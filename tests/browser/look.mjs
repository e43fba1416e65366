// look.mjs PAGE [FOLDER]: opens a page in Chromium as a person does, and says as JSON what came of it. FOLDER takes pictures.
// Run with the folder that `install` names as working folder's `node_modules`: NODE_PATH does not hold for modules, so its path is given.

import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const from = createRequire(join(process.env.PLAN_BROWSER, 'package.json'));
const CDP = from('chrome-remote-interface');
const axe = readFileSync(from.resolve('axe-core/axe.min.js'), 'utf8');
const page = pathToFileURL(resolve(process.argv[2])).href;
const folder = process.argv[3];

const profile = mkdtempSync(join(tmpdir(), 'plan-browser-'));
const chromium = spawn('chromium', [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--hide-scrollbars', '--disable-extensions', '--disable-dev-shm-usage',
  '--disable-background-networking', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank',
], { stdio: ['ignore', 'ignore', 'pipe'] });

const port = await new Promise((found, failed) => {
  let said = '';
  const late = setTimeout(() => failed(new Error(`chromium did not start: ${said.slice(-2000)}`)), 60_000);
  chromium.stderr.on('data', (bytes) => {
    said += bytes;
    const at = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(said);
    if (at) { clearTimeout(late); found(Number(at[1])); }
  });
  chromium.on('error', failed);
});

const said = (what) => { if (process.env.PLAN_BROWSER_SAYS) console.error(`${Math.round(performance.now())} ms: ${what}`); };
const seen = { console: [], requests: [], widths: {}, axe: {}, tabs: [] };
let client;
let scriptless = false;
// Whatever hangs ends here.
setTimeout(() => { chromium.kill(); console.error('the page took longer than two minutes'); process.exit(2); }, 120_000).unref();
try {
  client = await CDP({ port });
  const { Page, Runtime, Network, Log, Emulation, Input } = client;
  Runtime.consoleAPICalled(({ type, args }) => seen.console.push(`${type}: ${args.map((one) => one.value ?? one.description).join(' ')}`));
  Runtime.exceptionThrown(({ exceptionDetails }) => seen.console.push(`exception: ${exceptionDetails.text}`));
  Log.entryAdded(({ entry }) => seen.console.push(`${entry.level}: ${entry.text}`));
  Network.requestWillBeSent(({ request }) => seen.requests.push(request.url));
  await Promise.all([Page.enable(), Runtime.enable(), Network.enable(), Log.enable()]);

  const run = async (expression) => {
    const { result, exceptionDetails } = await Runtime.evaluate({ expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const view = (width, height) => Emulation.setDeviceMetricsOverride({ width, height, deviceScaleFactor: 1, mobile: width < 600 });
  const media = (kind, scheme) => Emulation.setEmulatedMedia({ media: kind, features: [{ name: 'prefers-color-scheme', value: scheme }] });
  const shot = async (name, whole) => {
    if (!folder) return;
    const { data } = await Page.captureScreenshot({ format: 'png', captureBeyondViewport: whole });
    writeFileSync(join(folder, `${name}.png`), Buffer.from(data, 'base64'));
  };
  const open = async () => {
    const loaded = Page.loadEventFired();
    const begun = performance.now();
    await Page.navigate({ url: page });
    await loaded;
    // Two frames: what is seen at once has been drawn. Without script nothing here would ever be called back.
    if (!scriptless) await run('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    return Math.round(performance.now() - begun);
  };
  const judged = async () => {
    await run(axe + '; 0');
    return run(`axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')))`);
  };

  await view(1280, 900);
  await media('screen', 'light');
  seen.ready_ms = await open();
  said('open');
  seen.title = await run('document.title');
  seen.nodes = await run('document.querySelectorAll("*").length');
  await shot('light', false);
  for (const width of [360, 768, 1280]) {
    await view(width, 800);
    seen.widths[width] = await run('document.documentElement.scrollWidth');
  }
  said('widths');
  // What is wider than the narrowest screen, to be named.
  await view(360, 800);
  seen.wide = seen.widths[360] <= 360 ? [] : await run(`Array.from(document.querySelectorAll('body *')).filter((one) => one.getBoundingClientRect().right > 361
    && !one.closest('.skip') && one.getBoundingClientRect().width > 0).slice(0, 5).map((one) => one.outerHTML.slice(0, 120))`);
  await shot('narrow', false);
  const parts = ['.offering', '.diff', '.run', '.stack'];
  for (const [at, part] of parts.entries()) {
    if (folder && await run(`!!document.querySelector('${part}')`)) {
      await run(`document.querySelectorAll('details').forEach((fold) => { fold.open = true; }); document.querySelector('${part}').scrollIntoView(); 0`);
      await shot(`narrow-${at}`, false);
      await view(1000, 800);
      await run(`document.querySelector('${part}').scrollIntoView(); 0`);
      await shot(`wide-${at}`, false);
      await view(360, 800);
    }
  }
  if (process.env.PLAN_BROWSER_AXE !== 'no') {
    for (const [width, scheme] of [[1280, 'light'], [1280, 'dark'], [360, 'light']]) {
      await view(width, 900);
      await media('screen', scheme);
      seen.axe[`${width} ${scheme}`] = await judged();
    }
  }
  await view(1280, 900);
  await media('screen', 'dark');
  await shot('dark', false);
  await media('screen', 'light');

  said('looked at');
  // As a person with a keyboard alone does.
  const press = async (key, code, keyCode) => {
    await Input.dispatchKeyEvent({ type: 'keyDown', key, code, windowsVirtualKeyCode: keyCode });
    await Input.dispatchKeyEvent({ type: 'keyUp', key, code, windowsVirtualKeyCode: keyCode });
  };
  await open();
  for (let at = 0; at < (process.env.PLAN_BROWSER_AXE === 'no' ? 0 : 40); at += 1) {
    await press('Tab', 'Tab', 9);
    seen.tabs.push(await run(`(() => { const one = document.activeElement;
      const outline = getComputedStyle(one).outlineStyle; return [one.tagName, one.type || '', (one.id || one.textContent || '').trim().slice(0, 40), outline].join(' | '); })()`));
  }
  if (await run(`!!document.querySelector('input[type=range]')`)) {
    const state = `Array.from(document.querySelector('.offering').querySelectorAll('tbody tr')).map((row) => row.children[0].textContent.trim() + ' ' +
      Array.from(row.querySelectorAll('.state')).map((one) => one.textContent).join('/'))`;
    await run(`document.querySelector('input[type=range]').focus()`);
    await press('ArrowRight', 'ArrowRight', 39);
    seen.day_1 = await run(state);
    for (let day = 0; day < 6; day += 1) await press('ArrowRight', 'ArrowRight', 39);
    seen.day_7 = await run(state);
    await press('End', 'End', 35);
    seen.last_day = await run(state);
  }
  said('keys');
  const words = process.env.PLAN_BROWSER_SEARCH;
  if (words) {
    await run(`document.querySelector('#search').focus()`);
    const begun = performance.now();
    await Input.insertText({ text: words });
    await run('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    seen.search_ms = Math.round(performance.now() - begun);
    seen.found = await run(`[document.querySelector('#shown').textContent, document.querySelectorAll('.offering:not([hidden])').length]`);
    await shot('search', false);
  }
  if (folder) {
    await open();
    await view(700, 990);
    await media('print', 'light');
    await shot('print', false);
    await media('screen', 'light');
  }
  if (process.env.PLAN_BROWSER_AXE !== 'no') {
    // How many sheets it is, as paper is printed and no screen.
    await media('print', 'light');
    const printed = await Page.printToPDF({ preferCSSPageSize: true, paperWidth: 8.27, paperHeight: 11.69 });
    if (folder) writeFileSync(join(folder, 'print.pdf'), Buffer.from(printed.data, 'base64'));
    await media('screen', 'light');
    const pdf = join(profile, 'print.pdf');
    writeFileSync(pdf, Buffer.from(printed.data, 'base64'));
    // How far down each sheet there is text, but for its number: of 100.
    const words = spawnSync('pdftotext', ['-bbox', pdf, '-'], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
    seen.filled = words.split('<page ').slice(1).map((sheet) => {
      const height = Number(/height="([0-9.]+)"/.exec(sheet)[1]);
      const ends = Array.from(sheet.matchAll(/yMax="([0-9.]+)"/g), ([, y]) => Number(y)).filter((y) => y < height - 51);
      return Math.round((100 * Math.max(0, ...ends)) / height);
    });
    seen.sheets = seen.filled.length;
  }
  said('searched');
  // Without JavaScript: nothing that needs it is shown, and everything else is.
  await Emulation.setScriptExecutionDisabled({ value: true });
  scriptless = true;
  await open();
  const { root } = await client.DOM.getDocument({ depth: 0 });
  const { nodeIds } = await client.DOM.querySelectorAll({ nodeId: root.nodeId, selector: '.js:not([hidden])' });
  seen.shown_without_script = nodeIds.length;
  await shot('without-script', false);
  seen.version = (await CDP.Version({ port })).Browser;
} catch (error) {
  seen.failed = String(error.stack ?? error);
} finally {
  await client?.close();
  const ended = new Promise((done) => chromium.on('exit', done));
  chromium.kill();
  await ended;
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
console.log(JSON.stringify(seen));
process.exit(seen.failed ? 1 : 0);
