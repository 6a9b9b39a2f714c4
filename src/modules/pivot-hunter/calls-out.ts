// Judges what hosts of the control level say to the outside: calls at regular times, and much that is sent.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { grouped } from '../../bytes/text.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { durationText, spanText } from '../plain-words.ts';
import { isFar } from './far.ts';
import { raiseBetween } from './between-hosts.ts';
import { BEACON, EXFILTRATION } from './kinds.ts';

const SECOND_US = 1_000_000;
const HOUR_US = 3600 * SECOND_US;
const PAIRS_MAX = 8192;
/** Starts of connections of one host to one address and port that are looked at. */
const STARTS = 32;
const STARTS_MIN = 8;
const PERIOD_US_MIN = 10 * SECOND_US;
/** How far the times between two calls may lie from their median, as a share of it, half of them. */
const JITTER_MAX = 0.15;
/** What is said each time, by the host. */
const WORDS_BYTES_MAX = 20_000;
/** Services of which it is normal. */
const REGULAR = new Set(['ntp', 'dns', 'icmp', 'dhcp', 'ssdp', 'snmp', 'igmp']);
const SENT_BYTES_MIN = 5_000_000;
const SENT_SHARE = 5;
const SENT_WITHIN_US = HOUR_US;

interface Calls {
  readonly starts: number[];
  readonly frames: number[];
  bytes: number;
  isTold: boolean;
}

interface Sent {
  startUs: number;
  sent: number;
  got: number;
  isTold: boolean;
  /** What each conversation had said when it was last looked at. */
  readonly seen: Map<number, readonly [sent: number, got: number]>;
}

export class CallsOut {
  readonly #site: Site;
  readonly #control: ControlHosts;
  readonly #calls = new Map<string, Calls>();
  readonly #sent = new Map<string, Sent>();

  constructor(site: Site, control: ControlHosts) {
    this.#site = site;
    this.#control = control;
  }

  conversation(conversation: Conversation): void {
    const { phase, client, server, transport, isAnswered, protocol } = conversation;
    if (phase !== 'closed' && phase !== 'updated') return;
    if (client <= 0 || server <= 0 || !isAnswered || (transport !== 'tcp' && transport !== 'udp')) return;
    const { hosts, protocols, learning } = this.#site;
    if (learning.isTeaching || this.#control.find(client) === undefined) return;
    if (REGULAR.has(protocols[protocol]?.name ?? '') || hosts.isBroadcastOrMulticast(server)) return;
    if (!isFar(hosts.address(client), hosts.address(server))) return;
    this.#addSent(conversation);
    if (phase === 'closed') this.#addCall(conversation);
  }

  #addCall({ client, server, serverPort, firstUs, frames, clientBytes }: Conversation): void {
    const key = `${client} ${server} ${serverPort}`;
    let calls = this.#calls.get(key);
    if (calls === undefined) {
      forgetOldest(this.#calls, PAIRS_MAX);
      this.#calls.set(key, (calls = { starts: [], frames: [], bytes: 0, isTold: false }));
    }
    calls.starts.push(firstUs);
    calls.frames.push(frames[0] ?? 0);
    calls.bytes = Math.max(calls.bytes, clientBytes);
    if (calls.starts.length > STARTS) {
      calls.starts.shift();
      calls.frames.shift();
    }
    if (calls.isTold || calls.starts.length < STARTS_MIN || calls.bytes > WORDS_BYTES_MAX) return;
    const starts = [...calls.starts].sort((left, right) => left - right);
    const pauses = starts.slice(1).map((start, index) => start - starts[index]!);
    const period = medianOf(pauses);
    const jitter = medianOf(pauses.map((pause) => Math.abs(pause - period)));
    if (period < PERIOD_US_MIN || jitter > JITTER_MAX * period) return;
    calls.isTold = true;
    const { hosts } = this.#site;
    const text =
      `${hosts.address(client)}, which ${this.#control.find(client)!.what}, called ${hosts.address(server)} port ${serverPort} ` +
      `${starts.length} times, every ${durationText(period)}; half of the times lie within ${durationText(jitter)} of that. ` +
      `It said at most ${grouped(calls.bytes)} bytes each time.`;
    // It happened to the host of the plant; the address outside is who is behind it.
    raiseBetween(this.#site, {
      ...{ kind: BEACON.kind, severity: BEACON.severity, subject: client, peer: server, object: `port ${serverPort}` },
      ...{ timeUs: starts[0]!, explanation: text, frames: calls.frames },
    });
  }

  #addSent({ flow, phase, client, server, clientBytes, serverBytes, firstUs, lastUs, frames }: Conversation): void {
    const key = `${client} ${server}`;
    let sent = this.#sent.get(key);
    if (sent === undefined) {
      forgetOldest(this.#sent, PAIRS_MAX);
      this.#sent.set(key, (sent = { startUs: firstUs, sent: 0, got: 0, isTold: false, seen: new Map() }));
    } else if (lastUs - sent.startUs > SENT_WITHIN_US) {
      sent.startUs = lastUs;
      sent.sent = 0;
      sent.got = 0;
      sent.isTold = false;
    }
    const [sentBefore, gotBefore] = sent.seen.get(flow) ?? [0, 0];
    sent.sent += Math.max(0, clientBytes - sentBefore);
    sent.got += Math.max(0, serverBytes - gotBefore);
    if (phase === 'closed') sent.seen.delete(flow);
    else if (sent.seen.size < STARTS) sent.seen.set(flow, [clientBytes, serverBytes]);
    if (sent.isTold || sent.sent < SENT_BYTES_MIN || sent.sent < SENT_SHARE * sent.got) return;
    sent.isTold = true;
    const { hosts } = this.#site;
    const control = this.#control.find(client)!;
    const text =
      `${hosts.address(client)}, which ${control.what}, sent ${grouped(sent.sent)} bytes to ${hosts.address(server)} within ` +
      `${spanText(Math.max(1, lastUs - sent.startUs))} and got ${grouped(sent.got)} back.`;
    raiseBetween(this.#site, {
      kind: EXFILTRATION.kind,
      severity: control.isEngineering ? 'high' : 'medium',
      ...{ subject: client, peer: server, object: '', timeUs: sent.startUs, explanation: text, frames },
    });
  }
}

function medianOf(values: readonly number[]): number {
  const ordered = [...values].sort((left, right) => left - right);
  return ordered[ordered.length >> 1]!;
}
