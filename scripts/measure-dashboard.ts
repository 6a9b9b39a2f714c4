// Measures the dashboard in Chromium on a generated site of 5,000 devices, 100,000 alerts and 100,000 conversations: the
// first paint and every interaction, from the click until the answer is painted; how much of it the server took, apart.
// usage: node scripts/measure-dashboard.ts [--rounds N] [--write]: --write keeps the table in docs/dashboard.md
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { dashboardFiles } from '../src/commands/dashboard-files.ts';
import { INTERACTIONS, interact, type Timing } from '../src/commands/dashboard-walk.ts';
import { StoredSite } from '../src/commands/stored-site.ts';
import { createServer } from '../src/server/server.ts';
import { LARGE_SITE, saveLargeSite } from '../src/store/example-large-site.ts';

const DOCUMENT = fileURLToPath(new URL('../docs/dashboard.md', import.meta.url));
const BEGIN = '<!-- measured -->';
const END = '<!-- end -->';
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ROUNDS_DEFAULT = 5;

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1] || ROUNDS_DEFAULT) || ROUNDS_DEFAULT;
const folder = mkdtempSync(join(tmpdir(), '1sec-measure-'));
const database = process.env['SITE'] ?? join(folder, 'large.db');
if (!existsSync(database)) await saveLargeSite(database);
const startedMs = performance.now();
const data = new StoredSite(database);
const openedMs = performance.now() - startedMs;
/** What is counted once for each change of the site. */
const firstMs = [
  ['the overview', () => data.overview()],
  ['the map', () => data.map({ from: '', until: '', group: '' })],
  ['the segmentation', () => data.segmentation()],
].map(([name, ask]) => {
  const askedMs = performance.now();
  (ask as () => unknown)();
  return `${name as string} ${(performance.now() - askedMs).toFixed(0)} ms`;
});
const tokens: { operator: string } = { operator: 'measured' };
const server = await createServer({ data, dashboard: dashboardFiles(), tokens, operator: 'somebody' });
const address = await server.listen({ host: '127.0.0.1', port: 0 });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

const best = new Map<string, Timing>();
const note = (name: string, timing: Timing): void => {
  const known = best.get(name);
  if (known === undefined || timing.allMs < known.allMs) best.set(name, timing);
};

try {
  const page = await browser.newPage();
  await page.goto(`${address}/#token=${tokens.operator}`);
  await page.waitForSelector('h1');
  for (let round = 0; round < rounds; round++) {
    note('first paint', await firstPaint(page));
    for (const interaction of INTERACTIONS) note(interaction.name, await interact(page, interaction));
  }
} finally {
  await browser.close();
  await server.close();
  data.close();
  rmSync(folder, { recursive: true, force: true });
}
const table = [
  '| interaction | until it is painted, ms | of that the server, ms |',
  '| --- | ---: | ---: |',
  ...[...best].map(([name, { allMs, serverMs }]) => `| ${name} | ${allMs.toFixed(0)} | ${serverMs.toFixed(0)} |`),
].join('\n');
const { devices, alerts, conversations } = LARGE_SITE;
const told = `${devices} devices, ${alerts} alerts, ${conversations} conversations; least of ${rounds} rounds. The program had read the site after ${openedMs.toFixed(0)} ms. What is counted once for each change of the site, the first time: ${firstMs.join(', ')} (one run each). Meanwhile ${loadavg()[0]!.toFixed(0)} programs wanted the ${availableParallelism()} processors.`;
console.log(`${told}\n\n${table}`);
if (process.argv.includes('--write')) {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [before = ''] = document.split(BEGIN);
  const after = document.split(END)[1] ?? '\n';
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${told}\n\n${table}\n\n${END}${after}`);
}

/** The page is loaded again, with the session it has. */
async function firstPaint(page: Page): Promise<Timing> {
  await page.goto(`${address}/#/`);
  await page.reload();
  await page.waitForSelector('h1');
  return page.evaluate<Timing>(`(() => {
    const asked = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/overview'));
    const [painted] = performance.getEntriesByName('1sec-shown');
    return { allMs: painted.startTime, serverMs: Math.max(0, ...asked.map(({ duration }) => duration)) };
  })()`);
}
