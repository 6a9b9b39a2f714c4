// Joins the alerts of all modules that belong together into incidents. Works on the alerts alone and in the order of their
// times, so that the same alerts give the same incidents in whatever order they were raised.
import type { Alert } from '../facts/alert.ts';
import { MANY } from './many.ts';
import { severityRank } from './severity.ts';
import { hostKey, incidentId, inOrder, partiesOf } from './story.ts';
import { storyPart, type StoryPart } from './story-parts.ts';

const MINUTE_US = 60_000_000;
/** The same two hosts: what one act makes several modules say, and what follows at once. */
const PAIR_US = 2 * MINUTE_US;
/** What a host does after it became suspect, or after somebody else came in. */
const CHAIN_US = 4 * 60 * MINUTE_US;
/** What befalls a device, by nobody who is named, after somebody acted on it. */
const AFTERMATH_US = 30 * MINUTE_US;
/** The same file or image on its way to other devices. */
const OBJECT_US = 60 * MINUTE_US;
/** Marks of a host that are looked at, the newest first. */
const MARKS_MAX = 16;

const LOW = severityRank('low');
const MEDIUM = severityRank('medium');

interface Entry {
  readonly alert: Alert;
  readonly part: StoryPart;
  readonly rank: number;
  /** Key of who acted, of whom it happened to; '' where nobody is named. */
  readonly doer: string;
  readonly victim: string;
  readonly index: number;
  /** False: it may be a part of a story, but is no reason for one. */
  readonly isEvent: boolean;
}

/**
 * The id of the incident of each alert that is a part of one, by the alert's id. An incident has two alerts or more, one of
 * them medium or worse. Joined are, within the windows above: what is told of the same two hosts; what a host does once it
 * is suspect itself, or once somebody came into it; what befalls a device after an act on it; the same image or file. That
 * two alerts name the same server or the same master is no reason: of a host that is not suspect each act is its own.
 */
export function joinIncidents(alerts: readonly Alert[]): Map<string, string> {
  const entries = [...alerts]
    .filter((alert) => alert.object !== MANY)
    .sort(inOrder)
    .map(entryOf);
  const groups = new Groups(entries.length);
  joinPairs(entries, groups);
  joinChains(entries, groups);
  joinAftermath(entries, groups);
  joinObjects(entries, groups);
  const found = new Map<string, string>();
  for (const members of groups.lists()) {
    const parts = members.map((index) => entries[index]!);
    if (parts.length < 2 || !parts.some(({ isEvent, rank }) => isEvent && rank >= MEDIUM)) continue;
    const id = incidentId(parts.map(({ alert }) => alert));
    for (const { alert } of parts) found.set(alert.id, id);
  }
  return found;
}

function entryOf(alert: Alert, index: number): Entry {
  const { doer, victim } = partiesOf(alert);
  const part = storyPart(alert);
  const rank = severityRank(alert.severity);
  return {
    alert,
    part,
    rank,
    doer: doer === null ? '' : hostKey(doer),
    victim: victim === null ? '' : hostKey(victim),
    index,
    isEvent: part.stage !== 'exposure' && rank >= LOW,
  };
}

/** What is told of the same two hosts, whoever acted, with no longer pause than the window. */
function joinPairs(entries: readonly Entry[], groups: Groups): void {
  const named = entries.filter(({ doer, victim }) => doer !== '' && victim !== '');
  const pairs = gathered(named, ({ doer, victim }) => (doer < victim ? `${doer}\n${victim}` : `${victim}\n${doer}`));
  for (const pair of pairs.values()) {
    let before: Entry | null = null;
    let untilUs = -Infinity;
    for (const entry of pair.filter(({ isEvent }) => isEvent)) {
      if (before !== null && entry.alert.firstUs - untilUs <= PAIR_US) groups.join(before.index, entry.index);
      before = entry;
      untilUs = Math.max(untilUs, entry.alert.lastUs);
    }
    for (const exposure of pair.filter(({ isEvent }) => !isEvent)) {
      const event = pair.find(({ isEvent, alert }) => isEvent && pauseUs(alert, exposure.alert) <= PAIR_US);
      if (event !== undefined) groups.join(event.index, exposure.index);
    }
  }
}

/**
 * What a host does belongs to the newest reason not to trust it: what it did itself that was suspect, or an act by which
 * somebody came into it. Whoever comes in begins another story of the same host.
 */
function joinChains(entries: readonly Entry[], groups: Groups): void {
  const reasons = new Map<string, Entry[]>();
  const note = (host: string, entry: Entry): void => {
    if (host === '') return;
    const known = reasons.get(host);
    if (known === undefined) reasons.set(host, [entry]);
    else known.push(entry);
  };
  for (const entry of entries) {
    if (!entry.isEvent) continue;
    const reason = newestBefore(reasons.get(entry.doer) ?? [], entry, CHAIN_US);
    if (reason !== null) groups.join(reason.index, entry.index);
    // A device that is heard for the first time may be told of mildly and is suspect all the same.
    const isGrave = entry.rank >= MEDIUM;
    if (entry.part.marksDoer && (isGrave || entry.part.stage === 'entry')) note(entry.doer, entry);
    if (entry.part.marksSubject && isGrave) note(entry.victim, entry);
  }
}

/** What nobody is named for belongs to the newest act on the same device. */
function joinAftermath(entries: readonly Entry[], groups: Groups): void {
  const acts = gathered(
    entries.filter(({ isEvent, rank, doer, victim }) => isEvent && rank >= MEDIUM && doer !== '' && victim !== ''),
    ({ victim }) => victim,
  );
  for (const entry of entries) {
    if (entry.doer !== '' || !entry.isEvent) continue;
    const act = newestBefore(acts.get(entry.victim) ?? [], entry, AFTERMATH_US);
    if (act !== null) groups.join(act.index, entry.index);
  }
}

/** The same image or file of firmware, wherever it goes. */
function joinObjects(entries: readonly Entry[], groups: Groups): void {
  const carrying = entries.filter(
    ({ alert, isEvent }) => isEvent && alert.module === 'firmware-guard' && alert.object !== '',
  );
  for (const carried of gathered(carrying, ({ alert }) => `${alert.kind} ${alert.object}`).values()) {
    for (let at = 1; at < carried.length; at++) {
      const [before, entry] = [carried[at - 1]!, carried[at]!];
      if (pauseUs(before.alert, entry.alert) <= OBJECT_US) groups.join(before.index, entry.index);
    }
  }
}

/** The newest of `among` that had begun when `entry` ended and ended no longer ago than the window. */
function newestBefore(among: readonly Entry[], entry: Entry, windowUs: number): Entry | null {
  let low = 0;
  let high = among.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (among[middle]!.alert.firstUs <= entry.alert.lastUs) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0 && at >= low - MARKS_MAX; at--) {
    const other = among[at]!;
    if (other !== entry && entry.alert.firstUs - other.alert.lastUs <= windowUs) return other;
  }
  return null;
}

function pauseUs(left: Alert, right: Alert): number {
  return Math.max(left.firstUs - right.lastUs, right.firstUs - left.lastUs);
}

function gathered(entries: readonly Entry[], keyOf: (entry: Entry) => string): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [entry]);
    else known.push(entry);
  }
  return groups;
}

/** Which belong together, by number: a forest in which each points towards the first of its group. */
class Groups {
  readonly #parents: Int32Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_none, index) => index);
  }

  join(left: number, right: number): void {
    const [first, second] = [this.#root(left), this.#root(right)];
    this.#parents[Math.max(first, second)] = Math.min(first, second);
  }

  lists(): Iterable<number[]> {
    const lists = new Map<number, number[]>();
    for (let index = 0; index < this.#parents.length; index++) {
      const root = this.#root(index);
      const known = lists.get(root);
      if (known === undefined) lists.set(root, [index]);
      else known.push(index);
    }
    return lists.values();
  }

  #root(index: number): number {
    let at = index;
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]!]!;
      at = this.#parents[at]!;
    }
    return at;
  }
}
