// Judges remote sessions into the control level, and tools for remote support, by what the same host was used for before.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { showable } from '../../bytes/text.ts';
import type { Severity } from '../../facts/alert.ts';
import type { Conversation, Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { ContextKind, textWord } from '../../learning/contexts.ts';
import { countOf, spanText } from '../plain-words.ts';
import { remoteService } from '../remote-services.ts';
import { unconfirmedSighting, weighed } from '../unconfirmed.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { REMOTE_SESSION, REMOTE_TOOL } from './kinds.ts';

const SESSIONS_MAX = 8192;
/** From when on a session that was never seen before is unusual: work of every day has come by once. */
const WATCHED_US = 24 * 3600 * 1_000_000;

export class RemoteSessions {
  readonly #site: Site;
  readonly #control: ControlHosts;
  /** By client, server and what is spoken: the first conversation, until its server is known to be of the control level. */
  readonly #waiting = new Map<string, Conversation>();
  readonly #told = new Map<string, true>();
  #firstUs = -1;

  constructor(site: Site, control: ControlHosts) {
    this.#site = site;
    this.#control = control;
  }

  /** Any conversation. */
  conversation(conversation: Conversation): void {
    const { client, server, phase, timeUs } = conversation;
    if (this.#firstUs < 0) this.#firstUs = timeUs;
    if (phase !== 'identified' && phase !== 'closed') return;
    const name = remoteService(this.#site.protocols, conversation);
    if (name === '' || client <= 0 || server <= 0 || !conversation.isAnswered) return;
    if (this.#control.find(server) !== undefined) this.#judge(conversation, name);
    else if (phase === 'identified') {
      const key = `${client} ${server} ${name}`;
      if (this.#waiting.has(key)) return;
      forgetOldest(this.#waiting, SESSIONS_MAX);
      this.#waiting.set(key, conversation);
    }
  }

  /** What was taken for the control level after the session began. */
  end(): void {
    for (const conversation of this.#waiting.values()) {
      if (this.#control.find(conversation.server) !== undefined)
        this.#judge(conversation, remoteService(this.#site.protocols, conversation));
    }
    this.#waiting.clear();
  }

  trait({ host, trait, value, timeUs, frame }: Trait): void {
    if (trait !== 'remote-support' || host <= 0) return;
    const { learning, hosts } = this.#site;
    const { novelty } = learning;
    const tools = novelty.context(ContextKind.remoteTools, host, 0, 0);
    const known = novelty.symbol(tools, textWord(value), 0);
    if (novelty.observe(known, timeUs) > 0 || learning.isTeaching) return;
    const control = this.#control.find(host);
    const watchedUs = this.#firstUs < 0 ? 0 : timeUs - this.#firstUs;
    const isWatched = watchedUs >= WATCHED_US;
    const severity = control === undefined ? (isWatched ? 'medium' : 'low') : isWatched ? 'high' : 'medium';
    const tool = showable(value, 60);
    const where = control === undefined ? '' : ` It ${control.what}, so that it is part of the control level.`;
    const text =
      `${hosts.address(host)} uses ${tool}, a tool for remote support, or looks for it.${where} ` +
      (isWatched
        ? `In ${spanText(watchedUs)} before, it did not.`
        : 'Whether that is usual here is not known yet: less than a day was seen before.');
    this.#site.raise({
      kind: REMOTE_TOOL.kind,
      severity,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: tool,
      explanation: text,
      frames: frame > 0 ? [frame] : [],
    });
  }

  /** Learns a session that is known or cannot be judged; tells one that is new, once. */
  #judge(conversation: Conversation, name: string): void {
    const { learning, intent } = this.#site;
    const { novelty } = learning;
    const { client, server, timeUs } = conversation;
    const sessions = novelty.context(ContextKind.remoteSessions, server, 0, 0);
    const word = textWord(name);
    const known = novelty.findSymbol(sessions, client, word);
    const key = `${client} ${server} ${name}`;
    if (known !== 0 || learning.isTeaching || intent?.isEngineeringStation(client) === true) {
      if (conversation.phase === 'identified') novelty.observe(novelty.symbol(sessions, client, word), timeUs);
      return;
    }
    if (this.#told.has(key)) return;
    forgetOldest(this.#told, SESSIONS_MAX);
    this.#told.set(key, true);
    const watchedUs = timeUs - (this.#control.find(server)?.sinceUs ?? timeUs);
    const isWatched = watchedUs >= WATCHED_US;
    // Too early to say what is usual: this session is the first of what is learned.
    if (!isWatched) novelty.observe(novelty.symbol(sessions, client, word), timeUs);
    this.#raise(conversation, name, isWatched ? watchedUs : 0, novelty.distinct(sessions));
  }

  #raise(conversation: Conversation, name: string, watchedUs: number, others: number): void {
    const { hosts } = this.#site;
    const { client, server, serverPort, timeUs, frame } = conversation;
    const target = this.#control.find(server)!;
    const from = this.#control.find(client);
    const severity: Severity =
      watchedUs > 0
        ? target.isController && from === undefined
          ? 'high'
          : 'medium'
        : from === undefined
          ? 'low'
          : 'info';
    const whence = from === undefined ? 'is not known to be part of the control level' : `itself ${from.what}`;
    const before =
      watchedUs > 0
        ? `In the ${spanText(watchedUs)} for which it is known, it had no such session from this host` +
          `${others > 0 ? ` (${countOf(others, 'other')} known)` : ''}.`
        : 'Whether that is usual here is not known yet: the device is known for less than a day.';
    const text =
      `${hosts.address(client)}, which ${whence}, opened a ${name} session to ${hosts.address(server)}, which ` +
      `${target.what}. ${before}`;
    const seen = unconfirmedSighting(this.#site, [ContextKind.remoteSessions, server, 0, 0, client, textWord(name)]);
    this.#site.raise({
      kind: REMOTE_SESSION.kind,
      ...weighed(severity, text, seen),
      timeUs,
      subject: { host: server, unit: -1, port: serverPort },
      peer: { host: client, unit: -1, port: -1 },
      object: name,
      frames: frame > 0 ? [frame] : [],
    });
  }
}
