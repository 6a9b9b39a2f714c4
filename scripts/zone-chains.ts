// Scores pivot-hunter and incidents on a network recorded for that (scripts/record-zones): which of the labelled chains are
// told, by whom to whom and from where, which are told that nobody labelled, and whether each chain is in one incident.
import { join } from 'node:path';
import { analyze } from '../src/engine/analysis.ts';
import { learnBaseline } from '../src/engine/learn.ts';
import type { Alert, Incident } from '../src/facts/alert.ts';
import { readFrames, writeFrames } from './score-frames.ts';
import { isLoud, withScratch } from './score-judging.ts';
import { readRecording, type LabelledHop } from './record-zones/recording.ts';

const SECOND_US = 1e6;
/** A chain is told at its last step, which is a moment before the label's end; clocks differ by less. */
const SLACK_US = 1e6;
const LATE_US = 60e6;

/** What was told of one capture in one way, against the labelled chains of two hops and more. */
export interface ChainScore {
  readonly how: string;
  readonly wanted: number;
  /** In words. */
  readonly missed: readonly string[];
  readonly invented: readonly string[];
  /** Chains whose hops all are in one incident, in their order. */
  readonly inOneIncident: number;
}

/** `path`: a folder that `npm run record:zones` wrote. */
export async function scoreChains(path: string): Promise<ChainScore[]> {
  const { all, normal, hops } = readRecording(path);
  const chains = chainsOf(hops);
  const { baseline } = await learnBaseline([normal], null);
  const alone = await analyze({ paths: [normal] });
  const whole = await analyze({ paths: [all] });
  // What is known is not learned twice: behind the baseline only what comes after it is judged.
  const later = await withScratch(async (directory) => {
    const endUs = (await readFrames(normal)).at(-1)!.timeUs;
    const path = join(directory, 'later.pcap');
    writeFrames(
      path,
      (await readFrames(all)).filter(({ timeUs }) => timeUs > endUs),
    );
    return await analyze({ paths: [path], baseline });
  });
  return [
    scoreOf('normal work alone', alone.alerts, alone.incidents, []),
    scoreOf('normal work, then the intrusions', whole.alerts, whole.incidents, chains),
    scoreOf('the intrusions, with a baseline of normal work', later.alerts, later.incidents, chains),
  ];
}

function chainsOf(hops: readonly LabelledHop[]): LabelledHop[][] {
  const byName = new Map<string, LabelledHop[]>();
  for (const hop of hops) byName.set(hop.intrusion, [...(byName.get(hop.intrusion) ?? []), hop]);
  return [...byName.values()].filter((chain) => chain.length > 1);
}

function scoreOf(
  how: string,
  alerts: readonly Alert[],
  incidents: readonly Incident[],
  chains: readonly LabelledHop[][],
): ChainScore {
  const told = alerts.filter((alert) => alert.kind === 'pivot-hunter/movement-chain' && isLoud(alert));
  const found = chains.filter((chain) => told.some((alert) => isOf(alert, chain)));
  return {
    how,
    wanted: chains.length,
    missed: chains.filter((chain) => !found.includes(chain)).map(wayOf),
    invented: told.filter((alert) => !chains.some((chain) => isOf(alert, chain))).map(({ explanation }) => explanation),
    inOneIncident: found.filter((chain) => incidents.some((incident) => tells(incident, chain))).length,
  };
}

/** The alert names the last two hosts, where it came from and over whom: all have to be those of the chain. */
function isOf(alert: Alert, chain: readonly LabelledHop[]): boolean {
  const last = chain.at(-1)!;
  const over = chain.slice(1, -1).map(({ from }) => from);
  const way = `from ${chain[0]!.from}${over.length === 0 ? '' : ` over ${over.join(', ')}`}`;
  const isTimely =
    alert.lastUs >= last.start * SECOND_US - SLACK_US && alert.firstUs <= last.start * SECOND_US + LATE_US;
  return isTimely && alert.object === way && alert.subject.ip === last.to && alert.peer?.ip === last.from;
}

/** The steps of the incident lead from hop to hop. */
function tells(incident: Incident, chain: readonly LabelledHop[]): boolean {
  let at = 0;
  for (const { from, to, timeUs } of incident.steps) {
    const hop = chain[at];
    if (hop === undefined) break;
    if (timeUs < hop.start * SECOND_US - SLACK_US) continue;
    if (incident.hosts[from]?.ip === hop.from && incident.hosts[to]?.ip === hop.to) at++;
  }
  return at === chain.length;
}

function wayOf(chain: readonly LabelledHop[]): string {
  return `${chain[0]!.intrusion}: ${[chain[0]!.from, ...chain.map(({ to }) => to)].join(' → ')}`;
}
