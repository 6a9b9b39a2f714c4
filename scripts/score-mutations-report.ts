// The text about changes put into benign captures, gathered capture by capture.
import { table } from './score-judging.ts';

/** Of the time of a capture, this much is learned from. */
export const LEARNED_SHARE = 0.6;
/** Shares of the learning part that are attack traffic. */
export const POISON_SHARES = [0.01, 0.05, 0.2];
/** So often the learning part is learned in the second column. */
export const REPEATS = 40;
const TWIN_HEAD = [
  'capture',
  'frames learned',
  'frames judged',
  'alerts',
  'medium or higher',
  `learned ${REPEATS} times: alerts`,
  'medium or higher',
];
const CHANGE_HEAD = [
  'capture',
  'change',
  'put in',
  'found',
  'at medium or higher',
  'as',
  `learned ${REPEATS} times: found`,
  'at medium or higher',
  'elsewhere',
];

/** What all captures add to the text, in the order in which it is written. */
export class MutationsReport {
  readonly twins: string[][] = [];
  readonly twinAlerts: string[] = [];
  readonly rows: string[][] = [];
  readonly notFound: string[] = [];
  readonly poisoned: string[][] = [];

  text(): string {
    return [
      `The first ${LEARNED_SHARE * 100} % of the time of each capture are learned, the rest is judged: untouched (the twin), and with changes put in, one kind at a time. Each change is a TCP connection of its own, forged from real frames; a change is found when an alert lists one of its frames. "Elsewhere": alerts that list no such frame and are not raised on the twin.`,
      `These captures are short: seconds or minutes are learned where a site learns days. So all is done a second time with the learning part repeated ${REPEATS} times, as if the site had gone on working like this. That shows what more of the same does; it is no new evidence, and a twin that is quiet then was quiet over the same traffic.`,
      '### The untouched twin',
      table(TWIN_HEAD, this.twins),
      this.twinAlerts.length === 0 ? 'No alerts.' : this.twinAlerts.join('\n'),
      '### Changes',
      table(CHANGE_HEAD, this.rows),
      'Not found, or only below medium, learned once:',
      this.notFound.join('\n'),
      '### Changes that were learned as usual',
      'The same changes judged after the learning part (once) held them too: frames of such connections to the same points are that share of what was learned. Found at medium or higher.',
      table(['capture', 'change', ...POISON_SHARES.map((share) => `${share * 100} % learned`)], this.poisoned),
    ].join('\n\n');
  }
}
