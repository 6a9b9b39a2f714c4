// For tests and measurements: every page of the dashboard, every interaction on them, and how long each takes, measured in
// the page itself.
import type { Page } from 'playwright-core';

/** By the address of the page. */
export const DASHBOARD_PAGES = [
  '',
  'map',
  'incidents',
  'alerts',
  'assets',
  'operations',
  'conversations',
  'segmentation',
  'firmware',
  'credentials',
  'baseline',
  'captures',
  'reports',
  'modules',
  'settings',
  'log',
] as const;

/** Parts of the page of one device. */
export const DEVICE_TABS = ['points', 'operations', 'timeline', 'access', 'conversations', 'evidence'] as const;

export interface Interaction {
  readonly name: string;
  /** Where it begins. */
  readonly page: string;
  /** An expression of the page that is true when it can begin. */
  readonly ready?: string;
  /** Runs in the page. */
  readonly act: string;
  /** An expression of the page that is true when what was asked for is there. */
  readonly until: string;
}

export interface Timing {
  /** From the click until it is painted. */
  readonly allMs: number;
  /** Until the answers of the server were there. */
  readonly serverMs: number;
}

const opens = (name: string, page: string, title: string, until = 'true'): Interaction => ({
  name: `open ${name}`,
  page: page === 'modules' ? 'log' : 'modules',
  act: `location.hash = '#/${page}'`,
  until: `document.querySelector('h1')?.textContent.includes(${JSON.stringify(title)}) && (${until})`,
});
const ROWS = "document.querySelectorAll('tbody tr').length > 0";
const SETTLED = "!document.querySelector('[aria-busy=true]')";
const types = (page: string, words: string): Interaction => ({
  name: `search ${page} for «${words}»`,
  page,
  act: `{ const box = document.querySelector('input[type=search]');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, ${JSON.stringify(words)});
    box.dispatchEvent(new Event('input', { bubbles: true })); }`,
  until: SETTLED,
});
const chooses = (page: string, label: string, value: string): Interaction => ({
  name: `${page}: ${label} ${value}`,
  page,
  act: `{ const label = [...document.querySelectorAll('label')].find((each) => each.textContent.startsWith(${JSON.stringify(label)}));
    const box = label.querySelector('select'); box.value = ${JSON.stringify(value)};
    box.dispatchEvent(new Event('change', { bubbles: true })); }`,
  until: SETTLED,
});
const clicks = (name: string, page: string, selector: string, until = 'true'): Interaction => ({
  name,
  page,
  act: `document.querySelector(${JSON.stringify(selector)}).dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))`,
  until: `${SETTLED} && (${until})`,
});
const NEXT = '.pager button:last-of-type';

export const INTERACTIONS: readonly Interaction[] = [
  opens('the overview', '', 'What needs you now'),
  opens('the map', 'map', 'Map', "document.querySelector('svg.map g') !== null"),
  clicks(
    'open a group of the map',
    'map',
    'svg.map .zone:not(.open)',
    "document.querySelector('svg.map .node') !== null",
  ),
  {
    name: 'map: move the time',
    page: 'map',
    act: `{ const handle = document.querySelector('.time input'); handle.value = 20;
      handle.dispatchEvent(new Event('input', { bubbles: true })); }`,
    until: SETTLED,
  },
  opens('incidents', 'incidents', 'Incidents', ROWS),
  clicks('next page of incidents', 'incidents', NEXT),
  types('incidents', '10.3.0.17'),
  clicks('open an incident', 'incidents', 'tbody a', "document.querySelector('.story li') !== null"),
  opens('alerts', 'alerts', 'Alerts', ROWS),
  clicks('next page of alerts', 'alerts', NEXT),
  types('alerts', '10.3.0.17'),
  types('alerts', 'register 4711'),
  types('alerts', 'nothing like it'),
  chooses('alerts', 'At least', 'high'),
  chooses('alerts', 'State', 'open'),
  clicks('open an alert', 'alerts', 'tbody a', "document.querySelector('.explanation') !== null"),
  {
    name: 'acknowledge an alert, or undo that',
    page: 'alerts/alert-777',
    ready: "document.querySelector('.actions button') !== null",
    act: `{ window.before = document.querySelector('.state').textContent;
      const named = (name) => [...document.querySelectorAll('.actions button')].find((each) => each.textContent.trim() === name);
      (named('Undo') ?? named('Acknowledge')).click(); }`,
    until: `${SETTLED} && document.querySelector('.state').textContent !== window.before`,
  },
  opens('devices', 'assets', 'Devices', ROWS),
  clicks('next page of devices', 'assets', NEXT),
  types('assets', 'siemens'),
  types('assets', '10.3.0.17'),
  clicks('open a device', 'assets', 'tbody a', "document.querySelector('.known') !== null"),
  ...['points', 'operations', 'timeline', 'access', 'conversations'].map((tab) =>
    clicks(
      `a device: its ${tab}`,
      'assets/device-0',
      `.tabs a[href$="/${tab}"]`,
      "document.querySelector('table') !== null",
    ),
  ),
  opens('operations', 'operations', 'Operations', ROWS),
  clicks('next page of operations', 'operations', NEXT),
  types('operations', '10.3.0.17'),
  types('operations', 'register'),
  chooses('operations', 'Kind', 'write'),
  opens('conversations', 'conversations', 'Conversations', ROWS),
  clicks('next page of conversations', 'conversations', NEXT),
  types('conversations', 'modbus'),
  types('conversations', '10.3.0.17'),
  opens('segmentation', 'segmentation', 'Segmentation', "document.querySelector('.matrix .cell') !== null"),
  clicks('open a cell of the matrix', 'segmentation', '.matrix .cell', "document.querySelector('section h2') !== null"),
  opens('firmware', 'firmware', 'Firmware', SETTLED),
  opens('credentials', 'credentials', 'Credentials', SETTLED),
  opens('the baseline', 'baseline', 'Baseline', SETTLED),
  opens('modules', 'modules', 'Modules'),
  opens('the log', 'log', 'What operators did'),
];

/** Goes to its page, waits until that is still, and does it. */
export async function interact(page: Page, { page: at, ready = 'true', act, until }: Interaction): Promise<Timing> {
  await page.evaluate(`location.hash = '#/none'`);
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${at}`)}`);
  // The page allows no scripts but its own, so what it waits for is no text that it reads as a script.
  await page.evaluate(`new Promise((resolve) => {
    const look = () => document.querySelector('h1') !== null && ${SETTLED} && ${ready} ? resolve() : setTimeout(look, 5);
    setTimeout(look, 30);
  })`);
  return page.evaluate<Timing>(`new Promise((resolve, reject) => {
    performance.clearResourceTimings();
    const startedMs = performance.now();
    const isDone = () => ${until};
    const look = () => {
      if (performance.now() - startedMs > 10_000) return reject(new Error('nothing came'));
      if (!isDone()) return setTimeout(look, 0);
      requestAnimationFrame(() => setTimeout(() => {
        const allMs = performance.now() - startedMs;
        const ends = performance.getEntriesByType('resource').map((each) => each.responseEnd - startedMs);
        resolve({ allMs, serverMs: Math.max(0, ...ends) });
      }, 0));
    };
    ${act};
    setTimeout(look, 0);
  })`);
}
