// What is marked as normal in the dashboard, printed as text and read back, holds for the same findings and no others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCovered, type FoundParty } from '../alerts/accepted.ts';
import { SiteIntent } from '../engine/site-intent.ts';
import type { Judgement } from '../facts/alert.ts';
import type { HostDirectory } from '../facts/facts.ts';
import { ACCEPTED_SCOPES, type AcceptedFinding, type AcceptedParty } from '../facts/intent.ts';
import type { Acceptance, OperatorAction } from '../store/operator-actions.ts';
import { normalSection } from './normal-section.ts';
import { readSiteConfig } from './site-config.ts';

const ADDRESSES = ['', '192.0.2.1', '192.0.2.2', '2001:db8::7', '02:00:00:00:00:09', '192.0.2.1'];
const HOSTS: HostDirectory = {
  count: ADDRESSES.length,
  address: (host) => ADDRESSES[host]!,
  addressKind: () => 'ipv4',
  segment: (host) => (host === 5 ? 'vlan 20' : 'default'),
  mac: (host) => (host === 4 ? ADDRESSES[4]! : ''),
  isBroadcastOrMulticast: () => false,
};
const KINDS = ['asset-lens/new-device', 'pivot-hunter/enumeration'] as const;
const OBJECTS = ['', 'holding register 8', 'true', '~', ' a: "b" # c', "tag 'Motor[1]'", '8', '- x', '\\u0041'];

const hostNumber = fc.integer({ min: 1, max: 5 });
const party = fc.record({ host: hostNumber, unit: fc.constantFrom<number[]>(-1, 0, 7), port: fc.constant<number>(-1) });
const judgement = fc.record({
  kind: fc.constantFrom<string[]>(...KINDS),
  subject: party,
  peer: fc.option(party),
  object: fc.constantFrom<string[]>(...OBJECTS),
});
const accepted = fc.record({ from: judgement, scope: fc.constantFrom(...ACCEPTED_SCOPES), reason: fc.string() });

function partyOf({ host, unit }: { readonly host: number; readonly unit: number }): AcceptedParty & FoundParty {
  return { segment: HOSTS.segment(host), address: HOSTS.address(host), unit: unit < 0 ? null : unit };
}

function acceptance({ from, scope, reason }: typeof accepted extends fc.Arbitrary<infer T> ? T : never): Acceptance {
  const finding: AcceptedFinding = {
    kind: from.kind,
    scope,
    subject: partyOf(from.subject),
    peer: from.peer === null ? null : partyOf(from.peer),
    object: from.object,
  };
  const action: OperatorAction = {
    ...{ id: 1, timeUs: 1_769_846_400_000_000, operator: 'somebody', action: 'normal', alert: 'a', alertCount: 1 },
    ...{ scope, reason, undoes: null },
  };
  return { action, finding };
}

/** As text says it: what is left out is not asked, and a client's own unit is no part of it. */
function isMeant(finding: AcceptedFinding, found: Pick<Judgement, 'kind' | 'subject' | 'peer' | 'object'>): boolean {
  const peer = found.peer === null ? null : { ...partyOf(found.peer), unit: finding.peer?.unit ?? null };
  const wider = {
    ...finding,
    scope: finding.scope === 'exact' && finding.object === '' ? ('pair' as const) : finding.scope,
  };
  const isAnybody = wider.scope !== 'device' && finding.peer === null;
  return isCovered(isAnybody ? { ...wider, peer } : wider, found.kind, partyOf(found.subject), peer, found.object);
}

test('printed and read back it covers what it covered', () => {
  fc.assert(
    fc.property(fc.array(accepted, { maxLength: 3 }), fc.array(judgement, { maxLength: 20 }), (list, found) => {
      const acceptances = list.map(acceptance);
      const { declaration, problems } = readSiteConfig(`version: 1\n${normalSection(acceptances)}`);
      assert.deepEqual(problems, []);
      const intent = new SiteIntent(declaration, HOSTS);
      for (const each of found) {
        const isRaised = intent.weighed({ ...each, timeUs: 0, explanation: '', frames: [] }) !== null;
        assert.equal(isRaised, !acceptances.some(({ finding }) => isMeant(finding, each)));
      }
    }),
    { seed: 20_260_131, numRuns: 500 },
  );
});

test('who decided it and when stands beside it; a device without an address is told as a comment', () => {
  const from = { kind: KINDS[0], subject: { host: 1, unit: -1, port: -1 }, peer: null, object: '' };
  const known = acceptance({ from, scope: 'device', reason: 'spare part' });
  const nameless = { ...known, finding: { ...known.finding, subject: { ...known.finding.subject, address: 'k3v' } } };
  assert.equal(
    normalSection([known, nameless]),
    `normal:
  # 2026-01-31, somebody
  - kind: asset-lens/new-device
    device: 192.0.2.1
    segment: default
    unit: none
    reason: spare part
  # 2026-01-31, somebody
  # asset-lens/new-device: what has no address, or no name that can be written, cannot be told here
`,
  );
  assert.equal(normalSection([]), '# Nothing was marked as normal.\nnormal: []\n');
});
