// The reports of a saved site: what they say is what the site holds, nothing of it is markup, and they need nothing else.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { SiteStore } from '../../store/site-store.ts';
import {
  SECOND_US,
  START_US,
  exampleAlert,
  exampleAsset,
  exampleConversation,
  exampleEvidence,
  saveExample,
} from '../../store/example-site.ts';
import { folderWith, oneLine, run1sec } from '../child-program.ts';
import { policyOf } from '../policy-file.ts';
import { readSnapshot, snapshotOf, type SiteSnapshot } from '../site-snapshot.ts';
import { siteSegmentation } from '../stored-zones.ts';
import { html } from './html.ts';
import { REPORTS, reportOf, type ReportRequest } from './index.ts';

const MARKUP = `<img src=x onerror=alert(1)><script>alert("&'")</script>\u202e\u0007=cmd()`;
const REQUEST = { policy: null, zones: [], before: null, sinceUs: null, untilUs: null } as const;

function report(site: SiteSnapshot, name: ReportRequest['name'], more: Partial<ReportRequest> = {}): string {
  return reportOf({ ...REQUEST, name, site, ...more });
}

/** As a browser shows it: where lines end does not matter. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ');
}

describe('every report', () => {
  test('shows names with markup as text, and holds no script, link or picture', async () => {
    const path = join(folderWith({}), 'site.db');
    const store = new SiteStore(path, { isMade: true });
    const attributes = ['vendor', 'model', 'name', 'firmware', 'serial', 'role', 'hardening'] as const;
    await saveExample(store, {
      path: `${MARKUP}.pcap`,
      assets: [
        exampleAsset({ evidence: attributes.map((attribute) => exampleEvidence({ attribute, value: MARKUP })) }),
        exampleAsset({ id: MARKUP, ip: [], segment: MARKUP, evidence: [] }),
      ],
      alerts: (['command-sentinel', 'credential-auditor'] as const).map((module) =>
        exampleAlert({ id: module, module, title: MARKUP, explanation: MARKUP, advice: MARKUP, incident: 'one' }),
      ),
      conversations: [exampleConversation(1, 2), exampleConversation(1, 2, { client: 3 })],
    });
    store.act({
      ...{ timeUs: START_US, operator: MARKUP, action: 'acknowledge', alert: 'command-sentinel', alertCount: 1 },
      ...{ scope: null, reason: MARKUP, undoes: null },
    });
    store.close();
    const site = readSnapshot(path);
    for (const { name } of REPORTS) {
      const text = report(site, name);
      assert.match(text, /^<!doctype html>\n/);
      assert.match(flat(text), /&lt;img src=x onerror=alert\(1\)&gt;/, name);
      assert.doesNotMatch(flat(text), /<(?:script|img|link|a|iframe)\b|\bsrc="|href=|url\(|@import/, name);
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/, name);
      assert.match(flat(text), /content="default-src &#39;none&#39;; style-src &#39;sha256-/);
    }
  });

  test('of an empty site says that nothing is there', () => {
    const path = join(folderWith({}), 'site.db');
    new SiteStore(path, { isMade: true }).close();
    for (const { name } of REPORTS) assert.match(flat(report(readSnapshot(path), name)), /unknown to unknown/, name);
  });

  test('a value in a template is escaped unless it is HTML, however it is nested', () => {
    assert.equal(
      html`<b title="${'"x"'}">${['<', [html`<i>${1234567}</i>`, null]]}</b>`.text,
      '<b title="&quot;x&quot;">&lt;<i>1,234,567</i>–</b>',
    );
  });
});

describe('the reports of the sample', () => {
  const folder = folderWith({});
  const database = join(folder, 'site.db');
  let site: SiteSnapshot;
  before(() => {
    assert.equal(run1sec(['analyze', '--sample', '--quiet', '--save', database]).code, 0);
    site = readSnapshot(database);
  });

  test('are the same bytes each time, in the file and on standard output', () => {
    for (const { name } of REPORTS) {
      const output = join(folder, `${name}.html`);
      assert.deepEqual({ ...run1sec(['report', name, '--db', database, '-o', output]) }.code, 0);
      const written = readFileSync(output, 'utf8');
      assert.equal(statSync(output).mode & 0o777, 0o600);
      assert.equal(run1sec(['report', name, '--db', database]).output, written);
      assert.equal(report(site, name), written);
    }
  });

  test('the summary counts what waits, tells the incident and its advice', () => {
    const text = report(site, 'executive');
    const waiting = site.alerts.length;
    assert.match(flat(text), new RegExp(`${waiting} alerts wait: 1 critical,`));
    assert.match(flat(text), /Controller told to stop/);
    for (const { advice } of site.alerts.slice(0, 3)) assert.ok(flat(text).includes(html`${advice}`.text));
    assert.match(flat(text), /Nobody talked to the Internet/);
  });

  test('the inventory has a row for every device', () => {
    const text = report(site, 'inventory');
    for (const { ip } of site.assets) assert.ok(text.includes(`>${ip[0]!}<`), ip.join());
    assert.match(flat(text), /Schneider Electric BMX P34 2020/);
  });

  test('what an operator closed no longer waits', () => {
    const store = new SiteStore(database, { isMade: false });
    const worst = site.alerts[0]!;
    store.act({
      ...{ timeUs: START_US, operator: 'somebody', action: 'close', alert: worst.id, alertCount: worst.count },
      ...{ scope: null, reason: 'a test', undoes: null },
    });
    const text = report(snapshotOf(store), 'executive');
    store.close();
    assert.doesNotMatch(flat(text), /1 critical/);
    assert.match(flat(text), new RegExp(`${site.alerts.length - 1} alerts wait`));
  });
});

describe('zones of a saved site', () => {
  const folder = folderWith({});
  const database = join(folder, 'site.db');
  const policy = join(folder, 'policy.yaml');
  let site: SiteSnapshot;
  before(() => {
    assert.equal(run1sec(['analyze', '--sample', '--quiet', '--save', database]).code, 0);
    assert.equal(run1sec(['policy', 'infer', 'samples/plant.pcapng', '-o', policy]).code, 0);
    site = readSnapshot(database);
  });

  test('are those that are inferred from the capture itself', () => {
    const declared = policyOf(policy).zones.map(({ name }) => name);
    const { zones } = siteSegmentation(site.assets, site.conversations, null);
    assert.deepEqual(
      zones.map(({ name }) => name),
      declared,
    );
  });

  test('the policy that was inferred from the capture allows every crossing that was answered', () => {
    const { cells, hasPolicy } = siteSegmentation(site.assets, site.conversations, policyOf(policy));
    const crossings = cells.filter(({ from, to }) => from !== to).flatMap(({ services }) => services);
    assert.ok(hasPolicy && crossings.length > 3);
    assert.deepEqual(
      crossings.filter(({ verdict }) => verdict === 'violating'),
      [],
    );
  });

  test('without its conduit a crossing violates, and the report says so', () => {
    const owned = policyOf(policy);
    const taken = owned.conduits.find(({ protocol }) => protocol === 'modbus')!;
    const conduits = owned.conduits.filter(({ from, to }) => from !== taken.from || to !== taken.to);
    const { cells, zones } = siteSegmentation(site.assets, site.conversations, { ...owned, conduits });
    const cell = cells.find(({ from, to }) => zones[from]!.name === taken.from && zones[to]!.name === taken.to)!;
    assert.equal(cell.verdict, 'violating');
    const violated = report(site, 'segmentation', { policy: { ...owned, conduits } });
    assert.match(flat(violated), /What no conduit allows/);
    assert.doesNotMatch(report(site, 'segmentation', { policy: owned }), /What no conduit allows/);
    assert.match(flat(report(site, 'segmentation')), /nothing is judged/);
  });

  test('that 1sec.yaml declares are in the report, which says so', () => {
    const config = join(folder, '1sec.yaml');
    writeFileSync(config, 'version: 1\nzones:\n  - { name: "mill & yard", level: 1, addresses: [192.168.60.0/28] }\n');
    const { output } = run1sec(['report', 'segmentation', '--db', database, '--config', config]);
    assert.match(flat(output), /the zones are those of 1sec\.yaml, others are inferred from who talks to whom/);
    assert.match(flat(output), /mill &amp; yard<\/td>\s*<td[^>]*>1<\/td>/);
    const owned = run1sec(['report', 'segmentation', '--db', database, '--config', config, '--policy', policy]);
    assert.doesNotMatch(owned.output, /mill/);
  });

  test('a host that the policy does not name is in no zone, and what it asks violates', () => {
    const owned = policyOf(policy);
    const zones = owned.zones.slice(0, 1).map((zone) => ({ ...zone, addresses: ['192.168.60.11'] }));
    const found = siteSegmentation(site.assets, site.conversations, { zones, conduits: [] });
    assert.equal(found.zones.at(-1)!.name, 'in no zone');
    assert.ok(found.cells.some(({ from, to, verdict }) => from === 1 && to === 0 && verdict === 'violating'));
  });
});

describe('the report of changes', () => {
  async function siteOf(name: string, isLater: boolean): Promise<SiteSnapshot> {
    const path = join(folderWith({}), `${name}.db`);
    const store = new SiteStore(path, { isMade: true });
    const laterUs = START_US + 100 * SECOND_US;
    const evidence = [exampleEvidence({ value: '1.0' })];
    await saveExample(store, { assets: [exampleAsset({ evidence })], conversations: [exampleConversation(1, 2)] });
    if (isLater) {
      await saveExample(store, {
        content: 'later',
        assets: [
          exampleAsset({
            lastUs: laterUs,
            evidence: [exampleEvidence({ value: '2.0', timeUs: laterUs })],
          }),
          exampleAsset({ id: 'asset-2', ip: ['192.0.2.9'], mac: [], firstUs: laterUs, lastUs: laterUs }),
        ],
        alerts: [exampleAlert({ firstUs: laterUs, lastUs: laterUs, title: 'A new alert' })],
        conversations: [exampleConversation(1, 2, { client: 9, firstUs: laterUs, lastUs: laterUs + SECOND_US })],
      });
    }
    const site = snapshotOf(store);
    store.close();
    return site;
  }

  test('since a moment: the new device, its talk, the new firmware, the new alert', async () => {
    const site = await siteOf('grown', true);
    const text = report(site, 'changes', { sinceUs: START_US + 50 * SECOND_US });
    assert.match(flat(text), /1 device new, 0 not heard any more, 1 field changed, 1 talk new, 1 ended, 1 alert new/);
    assert.match(flat(text), /<td>firmware \(modbus 43\/14\)<\/td><td>1\.0<\/td><td>2\.0<\/td>/);
    const quiet = report(site, 'changes', { sinceUs: START_US + 500 * SECOND_US });
    assert.match(flat(quiet), /0 devices new, 2 not heard any more, 0 fields changed, 0 talks new/);
  });

  test('from one database to another: the same, and nothing where both are the same', async () => {
    const [before, after] = [await siteOf('before', false), await siteOf('after', true)];
    const text = report(after, 'changes', { before });
    assert.match(flat(text), /1 device new, 0 not heard any more, 1 field changed, 1 talk new, 0 ended, 1 alert new/);
    assert.match(
      flat(report(after, 'changes', { before: after })),
      /0 devices new, 0 not heard any more, 0 fields changed, 0 t/,
    );
    assert.match(flat(report(before, 'changes', { before: after })), /0 devices new, 1 not heard any more/);
  });
});

test('what is wrong on the command line is one line', () => {
  const database = join(folderWith({}), 'site.db');
  new SiteStore(database, { isMade: true }).close();
  for (const [words, told] of [
    [[], /report needs a name/],
    [['executiv'], /did you mean/i],
    [['inventory', '--db', 'none.db'], /none\.db/],
    [['inventory', '--policy', 'x'], /--policy belongs to report segmentation/],
    [['segmentation', '--db', database, '--policy', 'none.yaml'], /none\.yaml/],
    [['changes', '--db', database, '--since', 'yesterday'], /cannot be 'yesterday'/],
    [['changes', '--db', database, '--before', database, '--since', '2026-01-01'], /--before compares/],
    [['changes', '--db', database, '--since', '2026-01-02', '--until', '2026-01-01'], /not after/],
    [['inventory', '--db', database, '-o', '/nowhere/report.html'], /cannot be written/],
  ] as const) {
    const ended = run1sec(['report', ...words]);
    assert.equal(ended.code, 2, words.join(' '));
    assert.match(oneLine(ended), told);
  }
});
