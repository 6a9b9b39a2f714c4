// Learns who asks what of which device, and judges what is new there: a client that never asked, a write from a host
// that never wrote, a function never used. What was judged is not learned.
import { grown } from '../../bytes/grown.ts';
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { VERB_NAMES, Verb } from '../../facts/verbs.ts';
import { severityRank } from '../../alerts/severity.ts';
import { unconfirmedSighting, weighed, type Sought } from '../unconfirmed.ts';
import { SEVERITIES } from '../../facts/alert.ts';
import { ContextKind, functionWord } from '../../learning/contexts.ts';
import { COMMAND_RULES } from './commands.ts';
import { KINDS } from './kinds.ts';
import * as wording from './usual-wording.ts';

/** Ways (see Operation) for which there is room at first. */
const WAYS_FIRST = 1024;
/** What is kept of a way, in one line of the cache: its rows in the learning tables, and what was seen since the last flush. */
const WAY_WIDTH = 8;
const ASKER = 0;
const ASKED = 1;
const COUNT = 2;
const FIRST_US = 3;
const LAST_US = 4;
const GAP_US = 5;
/** The rows of the client among the writers of the unit, and of the whole site; 0: not known to be one. */
const WRITER = 6;
const SITE_WRITER = 7;
/** COUNT of a way that has no rows: it was not seen yet, or it was judged. */
const NOT_LEARNED = -1;
/** A story that goes on is told again, with its counts, at most so often. */
const TOLD_EVERY_US = 60_000_000;
/** Clients that are new to a server, and functions that are new to a client; the oldest is forgotten first. */
const STORIES_MAX = 16_384;
/** Requests without a write that are needed before a write is judged; 3 / n bounds its chance at 95 %. */
const REQUESTS_MIN = 100;
const NEVER_SEEN = 3;
/** A function new to a client is unusual where that has less than this chance by the client's own requests. */
const UNUSUAL_BELOW = 0.01;
const CERTAIN_BELOW = 0.001;
/** Who changed other devices so often is no stranger to writing. */
const WRITES_ELSEWHERE_MIN = 3;
const LEARNING_US_MIN = 60_000_000;
const CYCLES_MIN = 3;

/** Verbs that write, and have no rule of their own among the dangerous commands. */
const IS_WRITING = Uint8Array.from(VERB_NAMES, (_name, verb) =>
  [Verb.write, Verb.operate, Verb.configure, Verb.create, Verb['store-program']].includes(verb) ? 1 : 0,
);

/** Verbs that begin, hold and end a conversation: the first of them after months is no new function. */
const IS_ROUTINE = Uint8Array.from(VERB_NAMES, (_name, verb) =>
  [Verb.connect, Verb.disconnect, Verb['keep-alive'], Verb.authenticate, Verb.release].includes(verb) ? 1 : 0,
);

interface Story {
  requests: number;
  writes: number;
  refused: number;
  unanswered: number;
  readonly firstUs: number;
  toldUs: number;
  requestsTold: number;
  /** What the last request was, to tell of it in the end. */
  last: Operation | null;
}

export class UsualRequests {
  readonly #site: Site;
  #ways = new Float64Array(0);
  /** Ways with something to flush. */
  #used = new Int32Array(0);
  #usedCount = 0;
  readonly #newMasters = new Map<number, Story>();
  readonly #newFunctions = new Map<string, Story>();

  constructor(site: Site) {
    this.#site = site;
    this.#makeRoom(WAYS_FIRST);
  }

  /** Every operation comes here; what came before is only counted, and handed to the tables once a second. */
  operation(operation: Operation): void {
    const { way, timeUs } = operation;
    const at = way * WAY_WIDTH;
    if (at >= this.#ways.length) this.#makeRoom(way + 1);
    // Ways without a number have one place together, and are looked up each time.
    if (way === 0) this.#forgetWay(at);
    const ways = this.#ways;
    if (ways[at + COUNT] === NOT_LEARNED && !this.#learnWay(operation, at)) return;
    if (ways[at + COUNT] === 0) {
      ways[at + FIRST_US] = timeUs;
      this.#used[this.#usedCount++] = way;
    } else {
      const gapUs = timeUs - ways[at + LAST_US]!;
      if (gapUs > ways[at + GAP_US]!) ways[at + GAP_US] = gapUs;
    }
    ways[at + COUNT]!++;
    ways[at + LAST_US] = timeUs;
    if (IS_WRITING[operation.verb] === 1) this.#write(operation, at);
  }

  /** Hands on what was counted. */
  flush(): void {
    const { novelty } = this.#site.learning;
    const ways = this.#ways;
    for (let index = 0; index < this.#usedCount; index++) {
      const at = this.#used[index]! * WAY_WIDTH;
      const count = ways[at + COUNT]!;
      const firstUs = ways[at + FIRST_US]!;
      const lastUs = ways[at + LAST_US]!;
      // Between two requests of a way the client may have asked for something else.
      novelty.observeMany(ways[at + ASKER]!, count, firstUs, lastUs, 0);
      novelty.observeMany(ways[at + ASKED]!, count, firstUs, lastUs, ways[at + GAP_US]!);
      ways[at + COUNT] = 0;
      ways[at + GAP_US] = 0;
    }
    this.#usedCount = 0;
  }

  /** What has been going on since it was told last. */
  end(): void {
    this.flush();
    for (const story of this.#newMasters.values()) {
      if (story.last !== null && story.requests > story.requestsTold) this.#tellNewMaster(story, story.last);
    }
  }

  #makeRoom(ways: number): void {
    let room = Math.max(WAYS_FIRST, this.#used.length);
    while (room < ways) room *= 2;
    const { length } = this.#ways;
    const larger = grown(this.#ways, room * WAY_WIDTH);
    for (let at = length; at < larger.length; at += WAY_WIDTH) larger[at + COUNT] = NOT_LEARNED;
    this.#ways = larger;
    this.#used = grown(this.#used, room);
  }

  #forgetWay(at: number): void {
    this.flush();
    this.#ways[at + COUNT] = NOT_LEARNED;
  }

  /** Finds or makes the rows of a way; false where it was judged instead. */
  #learnWay(operation: Operation, at: number): boolean {
    this.flush();
    const { novelty, isTeaching } = this.#site.learning;
    const { client, server, unit } = operation;
    const word = functionWord(operation.protocol, operation.function, operation.subfunction);
    const isFree = isTeaching || this.#isDeclared(client, server);
    const clients = novelty.context(ContextKind.clients, server, 0, 0);
    if (novelty.findSymbol(clients, client, 0) === 0 && !isFree && novelty.isLearned(clients)) {
      this.#judgeNewMaster(operation, clients);
      return false;
    }
    const asker = novelty.symbol(clients, client, 0);
    const requests = novelty.context(ContextKind.requests, server, unit, 0);
    let asked = novelty.findSymbol(requests, client, word);
    if (asked === 0) {
      if (!isFree && this.#isNewFunction(operation, requests, asker)) {
        novelty.observe(asker, operation.timeUs);
        this.#judgeNewFunction(operation, word, requests, asker);
        return false;
      }
      asked = novelty.symbol(requests, client, word);
      this.#noteWay(operation, word);
    }
    const ways = this.#ways;
    ways[at + ASKER] = asker;
    ways[at + ASKED] = asked;
    ways[at + COUNT] = 0;
    ways[at + GAP_US] = 0;
    ways[at + WRITER] = 0;
    return true;
  }

  /** A write on a way that is known. */
  #write(operation: Operation, at: number): void {
    const ways = this.#ways;
    const { novelty } = this.#site.learning;
    if (ways[at + WRITER] !== 0) {
      if (operation.isBroadcast && operation.answerFrame === 0) return;
      novelty.observe(ways[at + WRITER]!, operation.timeUs);
      novelty.observe(ways[at + SITE_WRITER]!, operation.timeUs);
      return;
    }
    this.flush();
    if (this.#learnWriter(operation, ways[at + ASKER]!)) return;
    const writers = novelty.findContext(ContextKind.writers, operation.server, operation.unit, 0);
    ways[at + WRITER] = novelty.findSymbol(writers, operation.client, 0);
    const site = novelty.findContext(ContextKind.siteWriters, 0, 0, 0);
    ways[at + SITE_WRITER] = novelty.findSymbol(site, operation.client, 0);
  }

  #noteWay(operation: Operation, word: number): void {
    const { novelty } = this.#site.learning;
    const { client, server, unit, timeUs } = operation;
    const askers = novelty.context(ContextKind.askers, server, unit, 0);
    novelty.observe(novelty.symbol(askers, client, 0), timeUs);
    const functions = novelty.context(ContextKind.functions, server, unit, 0);
    novelty.observe(novelty.symbol(functions, word, 0), timeUs);
  }

  /** Are the unit and the client well known, in other functions? Dangerous commands are told of anyway. */
  #isNewFunction(operation: Operation, requests: number, asker: number): boolean {
    const { novelty } = this.#site.learning;
    const { client, server, unit, verb } = operation;
    // An answer whose request was lost does not always tell the function that was asked for.
    if (operation.function < 0 || operation.requestFrame === 0) return false;
    if (IS_ROUTINE[verb] === 1 || COMMAND_RULES[verb] !== undefined) return false;
    if (!novelty.isLearned(requests)) return false;
    if (NEVER_SEEN / novelty.seen(asker) >= UNUSUAL_BELOW) return false;
    const askers = novelty.findContext(ContextKind.askers, server, unit, 0);
    return novelty.findSymbol(askers, client, 0) !== 0;
  }

  #judgeNewMaster(operation: Operation, clients: number): void {
    const { client, server, timeUs } = operation;
    const story = storyOf(this.#newMasters, client * 0x100000 + server, timeUs);
    count(story, operation);
    if (IS_WRITING[operation.verb] === 1) {
      story.writes++;
      const text = wording.newWriterText(this.#site, operation, clients);
      this.#raise(KINDS.unusualWriter, 'high', operation, '', text, operation.unit);
    }
    if (!isToBeTold(story, operation)) return;
    this.#tellNewMaster(story, operation);
  }

  #tellNewMaster(story: Story, operation: Operation): void {
    const { novelty } = this.#site.learning;
    const clients = novelty.findContext(ContextKind.clients, operation.server, 0, 0);
    const { bound } = novelty.estimate(clients);
    const text = wording.newMasterText(this.#site, operation, clients, story);
    const severity = bound < CERTAIN_BELOW ? 'high' : bound < UNUSUAL_BELOW ? 'medium' : 'low';
    this.#raise(KINDS.newMaster, severity, operation, '', text, -1);
  }

  #judgeNewFunction(operation: Operation, word: number, requests: number, asker: number): void {
    const { novelty } = this.#site.learning;
    const { client, server, unit, timeUs } = operation;
    if (IS_WRITING[operation.verb] === 1 && this.#learnWriter(operation, asker)) return;
    const story = storyOf(this.#newFunctions, `${client}/${server}/${unit}/${word}`, timeUs);
    count(story, operation);
    if (!isToBeTold(story, operation)) return;
    const functions = novelty.findContext(ContextKind.functions, server, unit, 0);
    const others = novelty.seen(novelty.findSymbol(functions, word, 0));
    const text = wording.newFunctionText(this.#site, operation, requests, others, story);
    const object = wording.functionName(this.#site, operation);
    this.#raise(KINDS.unusualFunction, others > 0 ? 'low' : 'medium', operation, object, text, unit);
  }

  /** A write of a client whose requests are known; true where it was judged. */
  #learnWriter(operation: Operation, asker: number): boolean {
    if (operation.isBroadcast && operation.answerFrame === 0) return false;
    const { novelty, isTeaching } = this.#site.learning;
    const { client, server, unit, timeUs } = operation;
    const writers = novelty.context(ContextKind.writers, server, unit, 0);
    const known = novelty.findSymbol(writers, client, 0);
    const requests = novelty.seen(asker);
    const elapsedUs = timeUs - novelty.symbolFirstUs(asker);
    const isJudged =
      known === 0 &&
      !isTeaching &&
      requests >= REQUESTS_MIN &&
      elapsedUs >= LEARNING_US_MIN &&
      elapsedUs >= CYCLES_MIN * novelty.symbolGapUs(asker) &&
      !this.#isDeclared(client, server);
    const site = novelty.context(ContextKind.siteWriters, 0, 0, 0);
    if (!isJudged) {
      novelty.observe(novelty.symbol(writers, client, 0), timeUs);
      novelty.observe(novelty.symbol(site, client, 0), timeUs);
      return false;
    }
    const bound = NEVER_SEEN / requests;
    const elsewhere = novelty.seen(novelty.findSymbol(site, client, 0));
    const text = wording.unusualWriterText(this.#site, operation, requests, elapsedUs, bound, elsewhere);
    const isRare = bound < UNUSUAL_BELOW;
    const severity = elsewhere >= WRITES_ELSEWHERE_MIN ? (isRare ? 'medium' : 'low') : isRare ? 'high' : 'medium';
    this.#raise(KINDS.unusualWriter, severity, operation, '', text, unit);
    return true;
  }

  #isDeclared(client: number, server: number): boolean {
    const { intent } = this.#site;
    return intent !== undefined && (intent.isMaster(client, server) || intent.isEngineeringStation(client));
  }

  #raise(
    kind: AlertKind,
    full: Severity,
    operation: Operation,
    object: string,
    explanation: string,
    unit: number,
  ): void {
    const isInVain = operation.outcome !== Outcome.ok && kind !== KINDS.newMaster;
    const severity = isInVain ? SEVERITIES[Math.max(0, severityRank(full) - 1)]! : full;
    const seen = unconfirmedSighting(this.#site, ...soughtOf(kind, operation));
    this.#site.raise({
      kind: kind.kind,
      ...weighed(severity, explanation, seen),
      timeUs: operation.timeUs,
      subject: { host: operation.server, unit, port: operation.serverPort },
      peer: { host: operation.client, unit: -1, port: unit < 0 ? -1 : operation.clientPort },
      object,
      replacesExplanation: kind !== KINDS.unusualWriter,
      frames: [operation.requestFrame, operation.answerFrame].filter((frame) => frame > 0),
    });
  }
}

function count(story: Story, operation: Operation): void {
  story.requests++;
  if (operation.outcome === Outcome.refused) story.refused++;
  if (operation.outcome === Outcome.unanswered) story.unanswered++;
}

/** At once when it is new, then at most once a minute. */
function isToBeTold(story: Story, operation: Operation): boolean {
  if (story.requests > 1 && operation.timeUs - story.toldUs < TOLD_EVERY_US) {
    story.last = { ...operation };
    return false;
  }
  story.toldUs = operation.timeUs;
  story.requestsTold = story.requests;
  return true;
}

/** What the baseline may have seen of it. */
function soughtOf(
  kind: AlertKind,
  { client, server, unit, protocol, function: code, subfunction }: Operation,
): Sought[] {
  if (kind === KINDS.unusualWriter) return [[ContextKind.writers, server, unit, 0, client, 0]];
  if (kind === KINDS.newMaster) return [[ContextKind.clients, server, 0, 0, client, 0]];
  return [[ContextKind.requests, server, unit, 0, client, functionWord(protocol, code, subfunction)]];
}

function storyOf<Key>(stories: Map<Key, Story>, key: Key, timeUs: number): Story {
  let story = stories.get(key);
  if (story !== undefined) return story;
  forgetOldest(stories, STORIES_MAX);
  story = {
    requests: 0,
    writes: 0,
    refused: 0,
    unanswered: 0,
    firstUs: timeUs,
    toldUs: timeUs,
    requestsTold: 0,
    last: null,
  };
  stories.set(key, story);
  return story;
}
