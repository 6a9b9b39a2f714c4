// Whether a device behaves as it always did: how long it takes to answer and what its answers look like, at which pace and
// how evenly it asks, and what for. One of these changes for many honest reasons; two at once look like another machine.
import { functionWord } from '../../learning/contexts.ts';
import type { Site } from '../../facts/module.ts';
import type { Operation } from '../../facts/operation.ts';
import { spanText } from '../plain-words.ts';
import { BEHAVIOUR_CHANGED } from './kinds.ts';
import { Range, STRETCH, Stretches } from './ranges.ts';
import { WaysAsked } from './ways-asked.ts';

/** Hosts that are followed; of further ones nothing is. */
const HOSTS_MAX = 16_384;
const FUNCTIONS_MAX = 64;
/** What one side of a device's behaviour showed counts with what the other shows so long after. */
const TOGETHER_US = 600e6;
/** Least steps beyond what was usual that count: in octaves, but for shares and for `jitter`, which is of a logarithm. */
const Floor = { time: 1, spread: 1.5, shapes: 0.4, interval: 0.5, jitter: 2, mix: 0.4 } as const;
/** In octaves, faster than any stretch before. */
const FASTER = 3;
/** Below a thousandth of an interval captures themselves are not even. */
const EVEN = 2 ** -10;

/** What may differ; two of one group have one cause. */
type Group = 'times' | 'answers' | 'pace' | 'functions';
const AS_BEFORE: Readonly<Record<Group, string>> = {
  times: 'how long it takes to answer',
  answers: 'what its answers look like',
  pace: 'the pace at which it asks',
  functions: 'what it asks for',
};

interface Difference {
  readonly group: Group;
  readonly text: string;
  /** No other difference is needed: what makes answers slow is everywhere, nothing makes them eight times as fast. */
  readonly isEnough: boolean;
  readonly timeUs: number;
  readonly frame: number;
}

/** A device that answers. */
class Answering {
  /** Row of the times of its answers. */
  readonly row: number;
  compared = 0;
  others = 0;
  frame = 0;
  readonly time = new Range();
  readonly spread = new Range();
  readonly shapes = new Range();

  constructor(row: number) {
    this.row = row;
  }
}

/** A device that asks. */
class Asking {
  /** Row of its intervals. */
  readonly row: number;
  frame = 0;
  readonly interval = new Range();
  readonly jitter = new Range();
  readonly mix = new Range();
  /** By function: how often, before this stretch and in it. */
  readonly usual = new Map<number, number>();
  readonly now = new Map<number, number>();

  constructor(row: number) {
    this.row = row;
  }
}

export class Habits {
  readonly #site: Site;
  readonly #ways = new WaysAsked();
  readonly #stretches = new Stretches();
  readonly #answering: (Answering | undefined)[] = [];
  readonly #asking: (Asking | undefined)[] = [];
  #hosts = 0;
  /** By host: what differed last. */
  readonly #differences = new Map<number, Difference[]>();

  constructor(site: Site) {
    this.#site = site;
  }

  operation(operation: Operation): void {
    // Unasked, to everybody, or one of too many ways.
    if (operation.way === 0 || operation.requestFrame === 0 || operation.isBroadcast) return;
    const ways = this.#ways;
    if (!ways.note(operation)) return;
    if (!Number.isNaN(ways.time) || ways.shape >= 0) this.#answers(operation);
    if (!Number.isNaN(ways.interval)) this.#asks(operation);
  }

  /** In words, what else of the host has changed lately; empty where nothing has. */
  changes(host: number, timeUs: number): string {
    const list = this.#recent(host, timeUs).map(({ text }) => text);
    return list.length === 0 ? '' : ` ${sentence(list)}`;
  }

  #answers(operation: Operation): void {
    const { server, answerFrame } = operation;
    let habits = this.#answering[server];
    if (habits === undefined) {
      if (this.#hosts >= HOSTS_MAX) return;
      this.#hosts++;
      habits = this.#answering[server] = new Answering(this.#stretches.begin());
    }
    const { time, shape } = this.#ways;
    if (shape >= 0) {
      habits.compared++;
      habits.others += shape;
      if (shape > 0 && habits.frame === 0) habits.frame = answerFrame;
    }
    if (!Number.isNaN(time)) this.#stretches.add(habits.row, time, operation.way);
    if (this.#stretches.isFull(habits.row) || habits.compared === 2 * STRETCH) this.#judgeAnswering(habits, operation);
  }

  #judgeAnswering(habits: Answering, { server, timeUs, answerFrame }: Operation): void {
    const found: Difference[] = [];
    const frame = habits.frame > 0 ? habits.frame : answerFrame;
    let isEnough = false;
    const add = (group: Group, text: string): void => void found.push({ group, text, isEnough, timeUs, frame });
    if (this.#stretches.isFull(habits.row)) {
      const { middle, spread, way } = this.#stretches.end(habits.row);
      const usual = this.#ways.usualTime(way);
      const beyond = habits.time.outside(middle, Floor.time);
      if (beyond !== 0) {
        isEnough = beyond < -FASTER;
        add('times', `it takes about ${timeText(usual * 2 ** middle)} to answer what it took about ${timeText(usual)}`);
      } else if (habits.spread.outside(spread, Floor.spread) !== 0) {
        add(
          'times',
          `its times vary by a factor of ${factor(spread)}, before by ${factor(habits.spread.most)} at most`,
        );
      }
      habits.time.take(middle);
      habits.spread.take(spread);
    }
    if (habits.compared > 0) {
      const share = habits.others / habits.compared;
      if (habits.shapes.outside(share, Floor.shapes) !== 0) {
        const before = Math.round(habits.shapes.most * 100);
        add(
          'answers',
          `${habits.others} of ${habits.compared} answers have another size or outcome than the same question always had, before ${before} % at most`,
        );
      }
      habits.shapes.take(share);
    }
    habits.compared = habits.others = habits.frame = 0;
    this.#judge(server, found, habits.shapes.stretches, timeUs, ['times', 'answers']);
  }

  #asks(operation: Operation): void {
    const { client, requestFrame, protocol, subfunction } = operation;
    let habits = this.#asking[client];
    if (habits === undefined) {
      if (this.#hosts >= HOSTS_MAX) return;
      this.#hosts++;
      habits = this.#asking[client] = new Asking(this.#stretches.begin());
    }
    if (habits.frame === 0) habits.frame = requestFrame;
    const word = functionWord(protocol, operation.function, subfunction);
    const count = habits.now.get(word);
    if (count !== undefined) habits.now.set(word, count + 1);
    else if (habits.now.size < FUNCTIONS_MAX) habits.now.set(word, 1);
    this.#stretches.add(habits.row, this.#ways.interval, operation.way);
    if (this.#stretches.isFull(habits.row)) this.#judgeAsking(habits, operation);
  }

  #judgeAsking(habits: Asking, { client, timeUs }: Operation): void {
    const found: Difference[] = [];
    const { frame } = habits;
    const add = (group: Group, text: string): void => void found.push({ group, text, isEnough: false, timeUs, frame });
    const { middle, spread, way } = this.#stretches.end(habits.row);
    const jitter = Math.log2(spread + EVEN);
    const usual = this.#ways.usualInterval(way);
    if (habits.interval.outside(middle, Floor.interval) !== 0) {
      add('pace', `it asks every ${timeText(usual * 2 ** middle)} what it asked every ${timeText(usual)}`);
    } else if (habits.jitter.outside(jitter, Floor.jitter) !== 0) {
      const before = percent(2 ** habits.jitter.most - EVEN);
      const least = percent(2 ** habits.jitter.least - EVEN);
      add('pace', `its intervals vary by ${percent(spread)}, before by ${least} to ${before}`);
    }
    const mix = distance(habits.usual, habits.now);
    if (habits.mix.outside(mix, Floor.mix) !== 0) {
      add('functions', `${Math.round(mix * 100)} % of its requests are for other functions than before`);
    }
    habits.interval.take(middle);
    habits.jitter.take(jitter);
    // The first stretch has nothing to be compared with.
    if (habits.usual.size > 0) habits.mix.take(mix);
    for (const [word, count] of habits.now) {
      const known = habits.usual.get(word);
      if (known !== undefined || habits.usual.size < FUNCTIONS_MAX) habits.usual.set(word, (known ?? 0) + count);
    }
    habits.now.clear();
    habits.frame = 0;
    this.#judge(client, found, habits.interval.stretches, timeUs, ['pace', 'functions']);
  }

  #judge(
    host: number,
    found: readonly Difference[],
    stretches: number,
    timeUs: number,
    looked: readonly Group[],
  ): void {
    if (found.length === 0) return;
    const earlier = this.#recent(host, timeUs).filter(({ group }) => !found.some((one) => one.group === group));
    const all = [...earlier, ...found];
    this.#differences.set(host, all);
    if (all.length < 2 && !all.some(({ isEnough }) => isEnough)) return;
    if (this.#site.learning.isTeaching) return;
    const { hosts } = this.#site;
    const mac = hosts.mac(host);
    const same = looked.filter((group) => !all.some((one) => one.group === group)).map((group) => AS_BEFORE[group]);
    this.#site.raise({
      kind: BEHAVIOUR_CHANGED.kind,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: '',
      explanation:
        `${hosts.address(host)}${mac === '' ? '' : ` (${mac})`} behaves like another device. ${sentence(all.map(({ text }) => text))} ` +
        `So it was in none of the ${stretches - 1} stretches of ${STRETCH} requests before.` +
        (same.length > 0 ? ` As before: ${same.join(', ')}.` : ''),
      frames: [...new Set(all.map(({ frame }) => frame))].filter((frame) => frame > 0),
    });
  }

  #recent(host: number, timeUs: number): Difference[] {
    return (this.#differences.get(host) ?? []).filter((difference) => timeUs - difference.timeUs < TOGETHER_US);
  }
}

/** 0 to 1: share of `now` that would have to be something else to be as `usual`. */
function distance(usual: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number {
  const sum = (counts: ReadonlyMap<number, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);
  const ofUsual = sum(usual);
  const ofNow = sum(now);
  if (ofUsual === 0 || ofNow === 0) return 0;
  let more = 0;
  for (const [word, count] of now) more += Math.max(0, count / ofNow - (usual.get(word) ?? 0) / ofUsual);
  return more;
}

function sentence(list: readonly string[]): string {
  const text = `${list.join('; ')}.`;
  return text[0]!.toUpperCase() + text.slice(1);
}

function timeText(us: number): string {
  if (us >= 1e6) return us < 10e6 ? `${(us / 1e6).toPrecision(2)} s` : spanText(us);
  return us < 1000 ? `${Math.round(us)} µs` : `${Number((us / 1000).toPrecision(2))} ms`;
}

function factor(octaves: number): string {
  return (2 ** octaves).toPrecision(2);
}

/** Of octaves. */
function percent(octaves: number): string {
  return `${Number(((2 ** octaves - 1) * 100).toPrecision(2))} %`;
}
