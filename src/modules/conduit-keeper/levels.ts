// Judges what passes between an office and the control level past the zone that should lie between them, and remote
// sessions that do not come by way of a declared jump host.
import { serviceOf } from '../../assets/conduit-rules.ts';
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { IT_SPEAKS_INDUSTRIAL, LEVEL_SKIPPED, PAST_JUMP_HOST } from './kinds.ts';
import type { Places } from './places.ts';

/** What keeps a network going, and crosses levels everywhere. */
const OF_THE_NETWORK: readonly string[] = ['dns', 'ntp', 'dhcp', 'snmp', 'ssdp', 'hsrp', 'radius', 'tcp/0', 'udp/0'];
const REMOTE: readonly string[] = ['ssh', 'telnet', 'vnc', 'rdp'];
/** Windows Remote Management is HTTP on ports of its own. */
const WINRM_PORTS: readonly number[] = [5985, 5986];

export class Levels {
  readonly #site: Site;
  readonly #places: Places;

  constructor(site: Site, places: Places) {
    this.#site = site;
    this.#places = places;
  }

  conversation(conversation: Conversation): void {
    const { phase, client, server, transport, protocol, isAnswered } = conversation;
    const isDue = protocol >= 0 ? phase === 'identified' : phase === 'closed';
    if (!isDue || !isAnswered || (transport !== 'tcp' && transport !== 'udp') || this.#site.learning.isTeaching) return;
    if (!this.#places.isInside(client) || !this.#places.isInside(server)) return;
    if (!this.#places.isApart(client, server)) return;
    // What the Internet opens or is asked is told as that.
    if (this.#places.isOutside(client, server) || this.#places.isOutside(server, client)) return;
    this.#judgeLevels(conversation);
    this.#judgeSession(conversation);
  }

  #judgeLevels(conversation: Conversation): void {
    const { client, server, protocol, phase, isSeenFromStart, transport } = conversation;
    const service = serviceOf(conversation, this.#site.protocols);
    if (OF_THE_NETWORK.includes(service)) return;
    const { hosts } = this.#site;
    const apart = this.#places.partingText(client, server);
    const [inward, outward] = [this.#places.officeText(client), this.#places.officeText(server)];
    if (inward !== '' && this.#places.control.isIndustrial(protocol)) {
      const isSaid = this.#site.policy !== undefined || this.#places.isLevelOwned(client);
      const severity = isSaid ? 'critical' : 'high';
      const answers = this.#places.controlText(server);
      const text =
        `${hosts.address(client)}, which ${inward}, speaks ${service} with ${hosts.address(server)}` +
        `${answers === '' ? '' : `, which ${answers}`}. They are in different ${apart.what}s: ${apart.text}.`;
      this.#raise(IT_SPEAKS_INDUSTRIAL, severity, conversation, service, text);
      return;
    }
    // Who opened what was joined in its middle, and is not recognised, is not known.
    if (phase === 'closed' && (transport === 'udp' || !isSeenFromStart)) return;
    const from = inward === '' ? this.#places.controlText(client) : inward;
    const to = inward === '' ? outward : this.#places.controlText(server);
    if (from === '' || to === '' || (inward === '' && outward === '')) return;
    const text =
      `${hosts.address(client)}, which ${from}, opened ${service} to ${hosts.address(server)}, which ${to}: nothing ` +
      `stands between the two ${apart.what}s ${apart.text}.`;
    this.#raise(LEVEL_SKIPPED, LEVEL_SKIPPED.severity, conversation, service, text);
  }

  #judgeSession(conversation: Conversation): void {
    const { client, server } = conversation;
    const { intent, hosts } = this.#site;
    if (intent === undefined || intent.declared.jumpHosts.length === 0) return;
    const session = this.#sessionName(conversation);
    const place = session === '' ? '' : this.#places.controlText(server);
    if (place === '' || intent.isJumpHost(client) || intent.isJumpHost(server) || intent.isEngineeringStation(client)) {
      return;
    }
    const apart = this.#places.partingText(client, server);
    const text =
      `${hosts.address(client)} opened a ${session} session to ${hosts.address(server)}, which ${place}, from another ` +
      `${apart.what} (${apart.text}). It is none of the jump hosts that 1sec.yaml declares.`;
    this.#raise(PAST_JUMP_HOST, PAST_JUMP_HOST.severity, conversation, session, text);
  }

  #sessionName({ protocol, serverPort, transport }: Conversation): string {
    const name = this.#site.protocols[protocol]?.name ?? '';
    if (REMOTE.includes(name)) return name;
    const mayBeWinrm = transport === 'tcp' && (name === 'http' || name === 'tls');
    return mayBeWinrm && WINRM_PORTS.includes(serverPort) ? 'winrm' : '';
  }

  #raise(kind: AlertKind, severity: Severity, conversation: Conversation, object: string, explanation: string): void {
    const { client, server, serverPort, timeUs, frame, frames } = conversation;
    this.#site.raise({
      ...{ kind: kind.kind, severity, timeUs, object, explanation },
      subject: { host: server, unit: -1, port: serverPort },
      peer: { host: client, unit: -1, port: -1 },
      frames: frames.length > 0 ? frames : [frame],
    });
  }
}
