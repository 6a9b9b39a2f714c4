// The same attack judged after learning from captures that already hold a share of it.
import type { Alert } from '../src/facts/alert.ts';
import { frameOf } from '../src/facts/frame-reference.ts';
import { credited, packetScore, type LabelledFrame } from './score-credit.ts';
import type { Frame } from './score-frames.ts';
import { isLoud, judgeFrames, learnFrames, percent, table } from './score-judging.ts';
import { onPort } from './score-forging.ts';

/** Shares of the learning capture that are attack traffic. */
const SHARES = [0.01, 0.05, 0.2];
/** Ports that repeated attacks come from; the captures use lower ones. */
const FIRST_PORT = 20_000;

/** Repeats the malicious frames of `judged` in `learned`, evenly spread, and judges `judged` each time. */
export async function poisonings(
  directory: string,
  learned: readonly LabelledFrame[],
  judged: readonly LabelledFrame[],
): Promise<string> {
  const attack = judged.filter(({ isMalicious }) => isMalicious).map(({ frame }) => frame);
  const benign = learned.map(({ frame }) => frame);
  const rows: (string | number)[][] = [];
  const repeats = SHARES.map((share) => Math.round((share * benign.length) / (1 - share) / attack.length));
  for (const times of [0, 1, ...repeats]) {
    const poisoned = mixed(benign, attack, times);
    const baseline = await learnFrames(directory, poisoned);
    const alerts = await judgeFrames(
      directory,
      judged.map(({ frame }) => frame),
      baseline,
    );
    rows.push([
      percent(poisoned.length - benign.length, poisoned.length),
      times,
      foundText(alerts, judged),
      recallText(judged, alerts),
      alerts.filter(isLoud).length,
    ]);
  }
  const head = ['attack frames in what is learned', 'times repeated', 'alerts on the attack', 'recall', 'loud alerts'];
  return [
    '### Attack traffic inside the learning capture',
    `The ${attack.length} malicious frames of the fake-command capture (one connection, one write) are repeated, each time from another port, evenly spread over the learning frames; then the fake-command capture is judged. What was seen in one stretch of time only is marked in the baseline and silences nothing: the alert is one step milder. An attack that comes again and again over the time that is learned is taken as usual; what remains is the baseline file: it names the attacker as a writer of that device, for a person who reads it.`,
    table(head, rows),
  ].join('\n\n');
}

/** `attack` as `times` further connections, evenly spread over `benign`, in the order of time. */
export function mixed(benign: readonly Frame[], attack: readonly Frame[], times: number): Frame[] {
  const first = benign[0]?.timeUs ?? 0;
  const span = (benign.at(-1)?.timeUs ?? first) - first;
  const start = attack[0]?.timeUs ?? 0;
  const added = Array.from({ length: times }, (_, index) => {
    const at = first + (span * (index + 0.5)) / times;
    return attack.map((frame) => ({
      number: 0,
      timeUs: Math.round(at + frame.timeUs - start),
      bytes: onPort(frame.bytes, FIRST_PORT + index),
    }));
  });
  return [...benign, ...added.flat()].sort((a, b) => a.timeUs - b.timeUs);
}

function foundText(alerts: readonly Alert[], judged: readonly LabelledFrame[]): string {
  const found = alerts.filter((alert) =>
    alert.frames.some((reference) => judged[frameOf(reference) - 1]?.isMalicious === true),
  );
  return found.length === 0 ? 'none' : found.map(({ severity, kind }) => `${severity} ${kind}`).join('; ');
}

function recallText(judged: readonly LabelledFrame[], alerts: readonly Alert[]): string {
  const { found, malicious } = packetScore(judged, credited(judged, alerts));
  return `${percent(found, malicious)} (${found} of ${malicious})`;
}
