// Scores conduit-keeper on a network recorded for that (scripts/record-zones): how alike inferred zones are to the true
// ones, which crossings are told by the policy of normal work, by its baseline, by the true zones as 1sec.yaml may declare
// them, and without any of these, and what is invented.
import { readPolicy } from '../src/commands/policy-file.ts';
import { policyText } from '../src/commands/policy-text.ts';
import { analyze, type AnalysisOptions } from '../src/engine/analysis.ts';
import { inferPolicy, type Inferred } from '../src/engine/infer.ts';
import { learnBaseline } from '../src/engine/learn.ts';
import type { Alert } from '../src/facts/alert.ts';
import type { Declaration } from '../src/facts/intent.ts';
import type { Policy, PolicyZone } from '../src/facts/policy.ts';
import { adjustedRandIndex } from './rand-index.ts';
import { readRecording, type LabelledHop } from './record-zones/recording.ts';

/** An intrusion's last packets may be told when a conversation ends. */
const LATE_US = 3600e6;
const EARLY_US = 1e6;
const SECOND_US = 1e6;
/** Purdue levels of the zones of the recording. */
const LEVELS: Readonly<Record<string, number>> = { office: 4, dmz: 3, control: 2, cell1: 1, cell2: 1 };

/** What was told of one capture in one way, against the labels. */
export interface CrossingScore {
  readonly how: string;
  /** Crossings that this way of judging should tell, in words, and those of them that it did not. */
  readonly wanted: readonly string[];
  readonly missed: readonly string[];
  /** Alerts that belong to no labelled crossing, in words. */
  readonly invented: readonly string[];
  /** Alerts by kind. */
  readonly kinds: ReadonlyMap<string, number>;
}

export interface ZoneScore {
  readonly hosts: number;
  readonly randIndex: number;
  /** The same where 1sec.yaml declares the true zones of the office and of control, and the others are inferred. */
  readonly declaredRandIndex: number;
  /** By the policy of normal work, its baseline, declared zones, and without these: normal work alone, and with the intrusions. */
  readonly quiet: readonly CrossingScore[];
  readonly crossings: readonly CrossingScore[];
}

/** `path`: a folder that `npm run record:zones` wrote. */
export async function scoreRecording(path: string): Promise<ZoneScore> {
  const { all, normal, hops, zones: truth } = readRecording(path);
  const inferred = await inferPolicy([normal], null);
  const declared = await inferPolicy([normal], declarationOf(truth, ['office', 'control']));
  const [hosts, randIndex] = likeness(truth, inferred);
  const [, declaredRandIndex] = likeness(truth, declared);
  const { baseline } = await learnBaseline([normal], null);
  const ways: readonly (readonly [how: string, options: Partial<AnalysisOptions>])[] = [
    ['by the policy of normal work', { policy: policyOf(inferred, normal) }],
    ['by the baseline of normal work', { baseline }],
    ['by zones that are declared', { declaration: declarationOf(truth, Object.keys(LEVELS)) }],
    ['without a policy, a baseline or zones', {}],
  ];
  const quiet: CrossingScore[] = [];
  const crossings: CrossingScore[] = [];
  for (const [how, options] of ways) {
    const wanted = hops.filter(({ isViolation }) => isViolation);
    quiet.push(scoreOf(how, await told(normal, options), [], hops));
    crossings.push(scoreOf(how, await told(all, options), wanted, hops));
  }
  return { hosts, randIndex, declaredRandIndex, quiet, crossings };
}

/** How many hosts of the truth are in a zone, and how alike the zones are. */
function likeness(truth: ReadonlyMap<string, string>, inferred: Inferred): [hosts: number, randIndex: number] {
  const zones = zonesOf(inferred);
  const known = [...truth].filter(([address]) => zones.has(address));
  const randIndex = adjustedRandIndex(
    known.map(([, zone]) => zone),
    known.map(([address]) => zones.get(address)!),
  );
  return [known.length, randIndex];
}

/** What a person would write down who knows where the hosts of these zones stand. */
function declarationOf(truth: ReadonlyMap<string, string>, names: readonly string[]): Declaration {
  const zones = names.map((name): PolicyZone => {
    const addresses = [...truth].filter(([, zone]) => zone === name).map(([address]) => address);
    return { name, level: LEVELS[name] ?? null, segment: null, addresses, segments: [], roles: [] };
  });
  const nothing = { masters: [], engineeringStations: [], jumpHosts: [], segments: [], windows: [], normal: [] };
  return { ...nothing, zones, settings: new Map() };
}

function scoreOf(
  how: string,
  alerts: readonly Alert[],
  wanted: readonly LabelledHop[],
  hops: readonly LabelledHop[],
): CrossingScore {
  const isOf = (alert: Alert, hop: LabelledHop): boolean => {
    const isTimely =
      alert.lastUs >= hop.start * SECOND_US - EARLY_US && alert.firstUs <= hop.start * SECOND_US + LATE_US;
    return isTimely && [hop.from, hop.to].every((address) => hostsOf(alert).includes(address));
  };
  const missed = wanted.filter((hop) => !alerts.some((alert) => isOf(alert, hop)));
  const invented = alerts.filter((alert) => !hops.some((hop) => hop.isCrossing && isOf(alert, hop)));
  const text = ({ intrusion, hop, from, to }: LabelledHop): string => `${intrusion}, hop ${hop}: ${from} → ${to}`;
  return {
    how,
    wanted: wanted.map(text),
    missed: missed.map(text),
    invented: invented.map(({ kind, explanation }) => `${kind}: ${explanation}`),
    kinds: countsOf(alerts),
  };
}

/** Whom it names: as parties, or in words. */
function hostsOf({ subject, peer, explanation }: Alert): (string | null)[] {
  return [subject.ip, peer?.ip ?? null, ...explanation.split(/[\s,;()]+/)];
}

function countsOf(alerts: readonly Alert[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of alerts) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

async function told(path: string, options: Partial<AnalysisOptions>): Promise<Alert[]> {
  const { alerts } = await analyze({ paths: [path], ...options });
  return alerts.filter(({ module }) => module === 'conduit-keeper');
}

/** Through the file that a person would get. */
function policyOf({ zones, conduits }: Inferred, source: string): Policy {
  const { policy, problems } = readPolicy(policyText(zones, conduits, [source]));
  if (problems.length > 0) throw new Error(`the inferred policy has a mistake: ${problems[0]!.message}`);
  return policy;
}

function zonesOf({ zones }: Inferred): Map<string, string> {
  return new Map(zones.zones.flatMap(({ name, members }) => members.map(({ address }) => [address, name] as const)));
}
