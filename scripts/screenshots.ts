// Takes the pictures of the dashboard in docs/screenshots: the sample, in Chromium, without a window.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { run1sec } from '../src/commands/child-program.ts';
import { dashboardFiles } from '../src/commands/dashboard-files.ts';
import { StoredSite } from '../src/commands/stored-site.ts';
import { createServer } from '../src/server/server.ts';

const FOLDER = fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const QUIET_SAMPLE = fileURLToPath(new URL('../samples/plant-quiet.pcapng', import.meta.url));
const BYTES_MAX = 150_000;
const SIZE = { width: 1000, height: 660 };

/** By the name of the picture: how one comes there from the page before. */
const WAYS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  overview: (page) => page.waitForSelector('.worst'),
  incident: async (page) => {
    await page.click('.worst li:first-child a');
    await page.waitForSelector('.story li');
  },
  proof: async (page) => {
    await page.click('.story li:has(.critical) a');
    await page.click('text=Open the frames');
    await page.locator('.frame pre').first().scrollIntoViewIfNeeded();
  },
  map: (page) => opened(page, 'map', 'svg.map .node'),
  alerts: (page) => opened(page, 'alerts', 'tbody tr'),
  course: async (page) => {
    await page.click('text=Write to a point that is only ever read');
    await page.locator('.course').scrollIntoViewIfNeeded();
  },
  incidents: (page) => opened(page, 'incidents', 'tbody tr'),
  devices: (page) => opened(page, 'assets', 'tbody tr'),
  device: async (page) => {
    await page.click('tbody tr:nth-child(2) a');
    await page.waitForSelector('.known');
  },
  points: async (page) => {
    await page.click('.tabs >> text=Points');
    await page.waitForSelector('.course');
  },
  timeline: async (page) => {
    await page.click('.tabs >> text=Timeline');
    await page.waitForSelector('.severity');
  },
  operations: (page) => opened(page, 'operations', 'tbody tr'),
  conversations: (page) => opened(page, 'conversations', 'tbody tr'),
  segmentation: async (page) => {
    await opened(page, 'segmentation', '.matrix .cell');
    await page.click('.matrix .cell');
  },
  firmware: (page) => opened(page, 'firmware', 'main [aria-busy=false]'),
  credentials: (page) => opened(page, 'credentials', 'main [aria-busy=false]'),
  baseline: (page) => opened(page, 'baseline', 'tbody tr'),
  reports: (page) => opened(page, 'reports', '.reports li'),
  modules: (page) => opened(page, 'modules', 'section'),
  log: (page) => opened(page, 'log', 'main [aria-busy=false]'),
  dark: async (page) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await opened(page, '', '.worst');
  },
};

async function opened(page: Page, name: string, awaited: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${name}'`);
  await page.waitForSelector(awaited);
}

const site = mkdtempSync(join(tmpdir(), '1sec-screenshots-'));
const database = join(site, 'site.db');
run1sec(['analyze', '--sample', '--quiet', '--save', database]);
const baseline = join(site, 'baseline.yaml');
run1sec(['baseline', 'learn', QUIET_SAMPLE, '-o', baseline]);
const data = new StoredSite(database, { baseline });
const tokens = { operator: 'screenshots' };
const server = await createServer({ data, dashboard: dashboardFiles(), tokens, operator: 'operator' });
const address = await server.listen({ host: '127.0.0.1', port: 0 });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
mkdirSync(FOLDER, { recursive: true });
try {
  const page = await browser.newPage({ viewport: SIZE });
  await page.goto(`${address}/#token=${tokens.operator}`);
  for (const [name, go] of Object.entries(WAYS)) {
    await go(page);
    const path = join(FOLDER, `${name}.png`);
    await page.screenshot({ path });
    const { size } = statSync(path);
    console.log(`${name}.png ${size} bytes`);
    if (size > BYTES_MAX) throw new Error(`${name}.png is larger than ${BYTES_MAX} bytes`);
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(site, { recursive: true, force: true });
}
