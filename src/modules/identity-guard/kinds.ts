// What identity-guard can raise: everything about a kind of alert that does not depend on the case.
import type { AlertKind } from '../../facts/alert.ts';

export const ADDRESS_SPOOFED: AlertKind = {
  kind: 'identity-guard/address-spoofed',
  title: 'A device answers in the place of another one',
  severity: 'high',
  why: 'A device that has an address of its own tells the network that the address of another device is its as well. What is meant for that one now goes through it: it can be read, changed or dropped on the way.',
  advice:
    'Find the device by its MAC address (switch port, address table) and take it off the network. Treat values and commands between the two as doubtful since the first frame listed here.',
  falsePositives: [
    'Two controllers or firewalls of a redundant pair that take over each other’s address without a virtual MAC address.',
    'A router that answers ARP for hosts behind it (proxy ARP).',
    'An address that was moved on purpose to another device.',
  ],
  techniques: ['T0830', 'T0856'],
  quietSeconds: 3600,
};

export const ADDRESS_MOVED: AlertKind = {
  kind: 'identity-guard/address-moved',
  title: 'An address now belongs to another device',
  severity: 'medium',
  why: 'The IP address of a plant device stays with its network card. Another card has it now: the device was replaced, or something else took its place.',
  advice: 'Ask whether the device or its network card was replaced. If not, find the new MAC address on the switch.',
  falsePositives: [
    'A planned replacement.',
    'Addresses that are given by DHCP and change hands.',
    'A laptop between dock and cable.',
  ],
  techniques: ['T0849', 'T0830'],
  quietSeconds: 3600,
};

export const ADDRESS_CONFLICT: AlertKind = {
  kind: 'identity-guard/address-conflict',
  title: 'Two devices use the same address',
  severity: 'medium',
  why: 'Two network cards claim one IP address in turn. Connections break or end at the wrong device: an error in the settings, or somebody who answers in the place of another.',
  advice: 'Find both MAC addresses on the switch and give one of the devices another address.',
  falsePositives: ['A device with two network cards in the same network (teaming) that alternates between them.'],
  techniques: ['T0830', 'T0814'],
  quietSeconds: 3600,
};

export const IMPERSONATED: AlertKind = {
  kind: 'identity-guard/device-impersonated',
  title: 'A device answers like a different machine',
  severity: 'high',
  why: 'IP and MAC address are the same as before, but the operating system behind them opens connections in another way. Addresses can be set by anybody; how a system speaks TCP changes only with the system.',
  advice:
    'Go and look at the device. If its software was not replaced, treat what it reports and accepts since the first frame listed here as coming from somebody else.',
  falsePositives: [
    'A firmware update that brings another network stack.',
    'A port forwarding that now ends at another device.',
    'A firewall with a TCP proxy that was put in between.',
  ],
  techniques: ['T0856', 'T0849'],
  quietSeconds: 3600,
};

export const BEHAVIOUR_CHANGED: AlertKind = {
  kind: 'identity-guard/behaviour-changed',
  title: 'A device behaves like another one',
  severity: 'medium',
  why: 'Its addresses are the same, but two things that a device does not change by itself changed together: how long it takes to answer, what its answers look like, at which pace it asks, what it asks for. It was replaced, reprogrammed, or another machine answers in its place.',
  advice:
    'Ask whether the device was replaced or updated at that time. If not, go and look at it, and compare its MAC address with the port of the switch.',
  falsePositives: [
    'A firmware update, a replacement by another model.',
    'A new program or another configuration of who asks and how often.',
    'A gateway or a firewall that was put in between.',
  ],
  techniques: ['T0856', 'T0849'],
  quietSeconds: 3600,
};

export const SEVERAL_SYSTEMS: AlertKind = {
  kind: 'identity-guard/several-systems',
  title: 'Several systems speak from one address',
  severity: 'low',
  why: 'One address opens connections in the ways of different operating systems: there are devices behind it that hide (address translation), for instance behind a small router or a shared laptop.',
  advice: 'Find out what is connected behind this address, and whether it is allowed to share it.',
  falsePositives: [
    'A host with virtual machines or containers.',
    'A tool that builds its own packets, such as a scanner.',
  ],
  techniques: ['T0864'],
  quietSeconds: 86_400,
};

export const ROGUE_DHCP: AlertKind = {
  kind: 'identity-guard/rogue-dhcp-server',
  title: 'Another DHCP server gives addresses',
  severity: 'high',
  why: 'Who gives addresses also names the router and the name server: a second server can send the traffic of new devices through itself, or simply to nowhere.',
  advice:
    'Find the server by its MAC address. Typical causes are a home router or a laptop that shares its connection.',
  falsePositives: ['A planned second server (failover).', 'A DHCP server that was replaced.'],
  techniques: ['T0830'],
  quietSeconds: 86_400,
};

export const NEIGHBOUR_CHANGED: AlertKind = {
  kind: 'identity-guard/neighbour-changed',
  title: 'A switch port has another neighbour',
  severity: 'low',
  why: 'What a device says of itself to the switch it is plugged into (LLDP, CDP) does not change in operation: it was replugged, replaced, or says something untrue.',
  advice: 'Compare with the plan of the cabling, and ask who worked at the cabinet.',
  falsePositives: ['Planned work on the cabling.', 'A firmware update that changes the announced text.'],
  techniques: ['T0830', 'T0864'],
  quietSeconds: 3600,
};

export const NAMES_SPOOFED: AlertKind = {
  kind: 'identity-guard/names-spoofed',
  title: 'One device answers to many names',
  severity: 'high',
  why: 'Names asked for in the local network (LLMNR, NetBIOS, mDNS) were answered by one device that does not bear them. Tools that collect passwords answer to every name.',
  advice:
    'Take the device off the network and change the passwords of the users who reached it. Switch LLMNR and NetBIOS names off.',
  falsePositives: [
    'A server with many names (aliases).',
    'A proxy that announces services of others (a Bonjour gateway).',
  ],
  techniques: ['T0830'],
  quietSeconds: 3600,
};

export const CLONED: AlertKind = {
  kind: 'identity-guard/serial-number-twice',
  title: 'Two devices have the same serial number',
  severity: 'medium',
  why: 'A serial number is given to one device. A second device with it is a copy, an emulation of it, or the same device with a second address.',
  advice:
    'Compare both devices on site. An emulated controller (honeypot, test bench, attack tool) often carries a copied identity.',
  falsePositives: ['A device with two network cards.', 'Devices whose maker never set a serial number.'],
  techniques: ['T0849', 'T0856'],
  quietSeconds: 86_400,
};

export const DHCP_STARVED: AlertKind = {
  kind: 'identity-guard/dhcp-starvation',
  title: 'Addresses are asked for in the name of invented devices',
  severity: 'high',
  why: 'Many network cards that no maker has given out asked for an address within a minute. The server soon has none left: devices that start get none, or get one from another server that waits for this.',
  advice:
    'Find the switch port by its many MAC addresses and shut it. Look at what the server has given away, and whether a second server answers now.',
  falsePositives: [
    'Many containers or virtual machines that are started together.',
    'A wireless network for guests whose telephones change their MAC address.',
  ],
  techniques: ['T0814'],
  quietSeconds: 3600,
};

export const HARDWARE_DOUBTFUL: AlertKind = {
  kind: 'identity-guard/hardware-doubtful',
  title: 'What says that it is hardware is a virtual machine',
  severity: 'medium',
  why: 'The device names a product that is a piece of hardware, but its network card is that of a virtual machine: it is an emulation, of a test bench, of a honeypot, or of somebody who plays the device.',
  advice:
    'Ask who runs a virtual machine with this address. A real device of this kind has a network card of its maker.',
  falsePositives: [
    'A simulation that belongs to the plant (training, virtual commissioning).',
    'A controller that is sold as software under the name of a piece of hardware.',
    'A virtual machine that hands the protocol on to the device.',
  ],
  techniques: ['T0849', 'T0856'],
  quietSeconds: 86_400,
};

export const NAME_TAKEN: AlertKind = {
  kind: 'identity-guard/name-taken',
  title: 'A name now leads to another device',
  severity: 'medium',
  why: 'A name in the local network (mDNS) belongs to one device at a time; who wants one that is taken has to choose another. Now it is given to another network card: who asks for the name reaches that one.',
  advice: 'Ask whether the device was replaced. If not, find the new MAC address on the switch.',
  falsePositives: [
    'A device with two network cards in the same network.',
    'A replaced device that was given the name of the old one.',
    'Devices of one type that all use the name they were shipped with.',
  ],
  techniques: ['T0830', 'T0849'],
  quietSeconds: 3600,
};

export const ROGUE_ROUTER: AlertKind = {
  kind: 'identity-guard/rogue-router',
  title: 'Another IPv6 router announces itself',
  severity: 'high',
  why: 'Every device of the segment believes who announces itself as a router: it makes itself an address of the prefix that is announced, and sends what leaves the segment there. A second router can read and change that traffic, also where nobody set up IPv6 on purpose.',
  advice:
    'Find the device by its MAC address. Typical causes are a laptop that shares its connection and a home router. Let the switches drop router advertisements on ports where no router is (RA guard, RFC 6105).',
  falsePositives: [
    'A planned second router, or one that was replaced.',
    'A second uplink with a prefix of its own.',
    'A router of virtual machines or containers.',
  ],
  techniques: ['T0830'],
  quietSeconds: 86_400,
};

export const ROUTER_SPOOFED: AlertKind = {
  kind: 'identity-guard/router-spoofed',
  title: 'Somebody speaks in the name of the IPv6 router',
  severity: 'high',
  why: 'What is announced in the name of a router does not fit one machine: it takes back that it is one again and again, says two things in turn, or says something else with another network card. Devices that believe it lose their way out, or send it elsewhere.',
  advice:
    'Compare with the settings of the router. Find the MAC address of the frames listed here on the switch; let the switches drop router advertisements on ports where no router is (RA guard, RFC 6105).',
  falsePositives: [
    'A router whose service is restarted again and again.',
    'A router that was replaced and given the address of the old one.',
    'Two routers that were given the same link-local address by mistake.',
  ],
  techniques: ['T0830', 'T0814'],
  quietSeconds: 3600,
};

export const ROUTER_FLOOD: AlertKind = {
  kind: 'identity-guard/router-flood',
  title: 'Many invented IPv6 routers announce themselves',
  severity: 'high',
  why: 'Each new router costs every device of the segment an entry, an address and a route. Many of them at once slow devices down or stop them, and hide the one that is meant.',
  advice: 'Find the switch port by its many MAC addresses and shut it.',
  falsePositives: ['A test of the network.'],
  techniques: ['T0814'],
  quietSeconds: 3600,
};
