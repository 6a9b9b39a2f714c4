// Judges what hides one kind of traffic in another: names that carry data, pings that are no pings, proxies that lead to
// other services, and protocols on the usual port of something else.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { grouped, showable } from '../../bytes/text.ts';
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Conversation, Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { DISGUISED, TUNNEL } from './kinds.ts';

/** Pairs and proxied targets that were told. */
const TOLD_MAX = 8192;
/** A ping is answered with the bytes it brought. In a tunnel both sides say what they have to say. */
const ICMP_BYTES_MIN = 65_536;
const ICMP_PACKETS_MIN = 64;
const ICMP_MEAN_BYTES_MIN = 128;
const ICMP_DIFFERENCE_MIN = 0.1;
/** Of each packet this much is Ethernet, IP and ICMP. */
const ICMP_HEADER_BYTES = 42;
const DNS_PORT = 53;
/** In each direction, and both together: what somebody tries once is less. */
const DNS_PORT_PACKETS_MIN = 16;
const DNS_PORT_BYTES_MIN = 4096;
/** What a host does that asks for names that carry data. */
const NAMES_THAT_CARRY: Readonly<Record<string, string | undefined>> = {
  names: 'asks for many different long names',
  types: 'asks for records of types that hold whatever one likes (NULL, KEY, private ones) under many different names',
  texts: 'is answered with texts that are no words under many different names',
};
/** Where a proxy leads to a web site: its ordinary work. */
const WEB_PORTS = new Set([80, 443, 8080, 8443]);
/** Services whose ports filters let through, by port. */
const SERVICES = new Map([
  [20, 'FTP data'],
  [21, 'FTP'],
  [22, 'SSH'],
  [23, 'Telnet'],
  [25, 'SMTP'],
  [53, 'DNS'],
  [80, 'HTTP'],
  [110, 'POP3'],
  [123, 'NTP'],
  [143, 'IMAP'],
  [443, 'HTTPS'],
  [445, 'SMB'],
  [993, 'IMAP over TLS'],
  [995, 'POP3 over TLS'],
  [3389, 'RDP'],
]);
/** What gives a person or a program the run of a host. */
const SHELLS = new Set(['ssh', 'telnet', 'vnc', 'rdp']);

export class Tunnels {
  readonly #site: Site;
  readonly #control: ControlHosts;
  readonly #told = new Map<string, true>();
  /** By transport and port (`tcp 502`): the industrial protocol whose usual port it is. */
  readonly #industrialPorts = new Map<string, string>();

  constructor(site: Site, control: ControlHosts) {
    this.#site = site;
    this.#control = control;
    for (const { family, ports, title, transports } of site.protocols) {
      if (family !== 'process') continue;
      for (const place of transports.flatMap((transport) => ports.map((port) => `${transport} ${port}`)))
        if (!this.#industrialPorts.has(place)) this.#industrialPorts.set(place, title);
    }
  }

  conversation(conversation: Conversation): void {
    const { transport, phase } = conversation;
    if (transport === 'icmp') {
      if (phase === 'closed' || phase === 'updated') this.#judgeIcmp(conversation);
    } else if (phase === 'closed' && conversation.protocol < 0) {
      if (conversation.serverPort === DNS_PORT) this.#judgeDnsPort(conversation);
    } else if ((phase === 'identified' || phase === 'closed') && conversation.isAnswered) this.#judgePort(conversation);
  }

  trait(trait: Trait): void {
    const { host, value, timeUs, frame } = trait;
    if (host <= 0) return;
    const control = this.#control.find(host);
    const where = control === undefined ? '' : ` It ${control.what}: part of the control level.`;
    switch (trait.trait) {
      case 'dns-tunnel':
      case 'dns-foreign':
      case 'icmp-unlike':
        this.#tellHidden(trait, where);
        return;
      case 'ssh-forwarding':
        this.#tellForwarding(host, value, timeUs, frame, where);
        return;
      case 'http-connect':
      case 'http-connect-content':
        this.#tellProxied(trait, where);
        return;
      default:
    }
  }

  /** Data in names, in pings, or on the port of names. */
  #tellHidden({ trait, host, value, timeUs, frame }: Trait, where: string): void {
    const who = this.#site.hosts.address(host);
    const shown = showable(value, 120);
    const [domain = '', carrying = ''] = shown.split(' ');
    const object = trait === 'dns-tunnel' ? `dns ${domain}` : trait === 'dns-foreign' ? 'port 53' : 'icmp';
    if (this.#wasTold(`${object} of ${host}`)) return;
    const texts: Readonly<Record<string, string>> = {
      'dns-tunnel':
        `${who} ${NAMES_THAT_CARRY[carrying] ?? ''} below ${domain}, one after the other: ` +
        `${carrying === 'texts' ? 'answers' : 'names'} that carry data, not names of hosts.`,
      'dns-foreign':
        `A conversation of ${who} began as DNS and went on as something else: ${shown}, are no DNS. ` +
        'What passes port 53 passes most filters.',
      'icmp-unlike':
        `${who} sends pings whose answers bring something else than was sent: ${shown}. The answer to a ping repeats ` +
        'what the ping brought, byte for byte; here both sides say what they have to say.',
    };
    const severity = where === '' ? 'medium' : 'high';
    this.#raise(TUNNEL, severity, host, -1, object, timeUs, [frame], `${texts[trait]}${where}`);
  }

  /** Where a web proxy was made to lead, and what begins there. */
  #tellProxied({ trait, host, value, timeUs, frame }: Trait, where: string): void {
    const [target = '', ...content] = showable(value, 120).split(' ');
    const port = Number(/:(\d{1,5})$/.exec(target)?.[1] ?? '443');
    const isWeb = WEB_PORTS.has(port);
    if ((isWeb && trait === 'http-connect') || this.#wasTold(`connect ${host} ${target}`)) return;
    const service = this.#industrialPorts.get(`tcp ${port}`) ?? SERVICES.get(port);
    const usual = service === undefined ? '' : `, where ${service} is usual`;
    const why = isWeb
      ? `, and what passes in it is ${content.join(' ')}: no web site, though the port is that of one`
      : `${usual}, which is no web site`;
    const text = `${this.#site.hosts.address(host)} had a web proxy open a connection to ${target}${why}.${where}`;
    const isIndustrial = !isWeb && this.#industrialPorts.has(`tcp ${port}`);
    const severity = isIndustrial ? 'high' : where === '' ? 'low' : 'medium';
    this.#raise(TUNNEL, severity, host, -1, `proxy ${target}`, timeUs, [frame], text);
  }

  /** Of the host whose network is reached. Into the network of who opened the session is the unusual way. */
  #tellForwarding(host: number, value: string, timeUs: number, frame: number, where: string): void {
    if (this.#wasTold(`ssh ${host} ${value}`)) return;
    const isReverse = value === 'opened by the server';
    const way = isReverse
      ? 'lets the other side open connections into its network through an SSH session that it has opened itself'
      : 'is the way into its network for connections that the other side opens through an SSH session';
    const text =
      `${this.#site.hosts.address(host)} ${way}: at least three times a channel that names hosts and ports was asked for, ` +
      `confirmed and closed, as the sizes of the encrypted messages show.${where}`;
    const isControl = where !== '';
    const severity: Severity = isReverse ? (isControl ? 'high' : 'medium') : isControl ? 'medium' : 'low';
    this.#raise(TUNNEL, severity, host, -1, `ssh, ${value}`, timeUs, [frame], text);
  }

  /** What passes on the port of names, and is not recognised as names. */
  #judgeDnsPort({ client, server, transport, isSeenFromStart, timeUs, frames, ...counts }: Conversation): void {
    const packets = Math.min(counts.clientPackets, counts.serverPackets);
    const bytes = counts.clientBytes + counts.serverBytes;
    if (client <= 0 || server <= 0 || packets < DNS_PORT_PACKETS_MIN || bytes < DNS_PORT_BYTES_MIN) return;
    // In the middle of a long answer over TCP there is nothing to be recognised.
    if ((transport === 'tcp' && !isSeenFromStart) || this.#wasTold(`port 53 of ${client}`)) return;
    const { hosts } = this.#site;
    const text =
      `${hosts.address(client)} and ${hosts.address(server)} exchanged ${grouped(bytes)} bytes on port 53 that are no DNS. ` +
      'What passes port 53 passes most filters.';
    this.#raise(TUNNEL, 'medium', client, server, 'port 53', timeUs, frames, text);
  }

  #judgeIcmp(conversation: Conversation): void {
    const { client, server, clientPackets, serverPackets, clientBytes, serverBytes, timeUs, frames } = conversation;
    if (client <= 0 || server <= 0 || clientPackets + serverPackets < ICMP_PACKETS_MIN || serverPackets === 0) return;
    const [asked, answered] = [clientBytes / clientPackets, serverBytes / serverPackets];
    const payload = clientBytes + serverBytes - ICMP_HEADER_BYTES * (clientPackets + serverPackets);
    const larger = Math.max(asked, answered);
    if (payload < ICMP_BYTES_MIN || larger < ICMP_MEAN_BYTES_MIN + ICMP_HEADER_BYTES) return;
    if (Math.abs(asked - answered) < ICMP_DIFFERENCE_MIN * larger) return;
    if (this.#told.has(`icmp of ${client}`) || this.#wasTold(`icmp ${client} ${server}`)) return;
    const { hosts } = this.#site;
    const text =
      `${hosts.address(client)} and ${hosts.address(server)} exchanged ${grouped(Math.round(payload))} bytes in ` +
      `${grouped(clientPackets + serverPackets)} ICMP packets, ${Math.round(asked)} bytes a packet in one direction and ` +
      `${Math.round(answered)} in the other. The answer to a ping is as large as the ping.`;
    this.#raise(TUNNEL, 'medium', server, client, 'icmp', timeUs, frames, text);
  }

  #judgePort({ client, server, serverPort, protocol, timeUs, frame, transport }: Conversation): void {
    if (protocol < 0 || transport === 'link' || client <= 0 || server <= 0 || client === server) return;
    const known = this.#site.protocols[protocol];
    if (known === undefined || known.ports.includes(serverPort)) return;
    const service = SERVICES.get(serverPort);
    const isIndustrial = known.family === 'process' && service !== undefined;
    // The control connection of FTP is one of Telnet (RFC 959 4.1).
    const isShell = SHELLS.has(known.name) && !(known.name === 'telnet' && serverPort === 21);
    const usual = service ?? (isShell ? this.#industrialPorts.get(`${transport} ${serverPort}`) : undefined);
    if (usual === undefined || !(isIndustrial || isShell)) return;
    if (this.#wasTold(`port ${server} ${serverPort} ${known.name}`)) return;
    const { hosts } = this.#site;
    const text =
      `${hosts.address(client)} and ${hosts.address(server)} speak ${known.title} on port ${serverPort}, where ${usual} is ` +
      'usual: a filter that goes by ports takes it for that.';
    this.#raise(DISGUISED, 'medium', server, client, `${known.name} on ${serverPort}`, timeUs, [frame], text);
  }

  /** Remembers what it is asked for. */
  #wasTold(key: string): boolean {
    if (this.#told.has(key)) return true;
    forgetOldest(this.#told, TOLD_MAX);
    this.#told.set(key, true);
    return false;
  }

  /** `peer` -1: nobody. */
  #raise(
    kind: AlertKind,
    severity: Severity,
    host: number,
    peer: number,
    object: string,
    timeUs: number,
    frames: readonly number[],
    explanation: string,
  ): void {
    if (this.#site.learning.isTeaching) return;
    this.#site.raise({
      kind: kind.kind,
      severity,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: peer < 0 ? null : { host: peer, unit: -1, port: -1 },
      object,
      explanation,
      frames: frames.filter((frame) => frame > 0),
    });
  }
}
