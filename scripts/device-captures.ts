// The captures of devices being set up, in the collection of real captures: a folder for each device, with its MAC
// address in a file, which chooses the host and is part of nothing that is learned.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FeatureGatherer } from '../src/assets/fingerprints/gather.ts';
import { readFacts, REAL_CAPTURES, deafSink } from './real-captures.ts';
import { HostTable } from '../src/flow/hosts.ts';
import { protocols } from '../src/protocols/index.ts';

export const DEVICE_CAPTURES = join(REAL_CAPTURES, 'iot-sentinel');

/** Vendor and model by folder, as the collection's authors list them (Miettinen et al., IoT Sentinel, 2017, table II). */
export const DEVICES: Readonly<Record<string, readonly [type: string, vendor: string, model: string]>> = {
  Aria: ['Aria', 'Fitbit', 'Aria'],
  'D-LinkCam': ['D-LinkCam', 'D-Link', 'DCS-935L'],
  'D-LinkDayCam': ['D-LinkDayCam', 'D-Link', 'DCS-930L'],
  'D-LinkDoorSensor': ['D-LinkDoorSensor', 'D-Link', 'DCH-G020'],
  'D-LinkHomeHub': ['D-LinkHomeHub', 'D-Link', 'DCH-G020'],
  'D-LinkSensor': ['D-LinkSensor', 'D-Link', 'DCH-S150'],
  'D-LinkSiren': ['D-LinkSiren', 'D-Link', 'DCH-S220'],
  'D-LinkSwitch': ['D-LinkSwitch', 'D-Link', 'DSP-W215'],
  'D-LinkWaterSensor': ['D-LinkWaterSensor', 'D-Link', 'DCH-S160'],
  EdimaxCam1: ['EdimaxCam', 'Edimax', 'IC-3115W'],
  EdimaxCam2: ['EdimaxCam', 'Edimax', 'IC-3115W'],
  EdimaxPlug1101W: ['EdimaxPlug1101W', 'Edimax', 'SP-1101W'],
  EdimaxPlug2101W: ['EdimaxPlug2101W', 'Edimax', 'SP-2101W'],
  EdnetCam1: ['EdnetCam', 'Ednet', 'wireless indoor camera'],
  EdnetCam2: ['EdnetCam', 'Ednet', 'wireless indoor camera'],
  EdnetGateway: ['EdnetGateway', 'Ednet', 'ednet.living gateway'],
  HomeMaticPlug: ['HomeMaticPlug', 'Homematic', 'pluggable switch'],
  HueBridge: ['HueBridge', 'Philips', 'Hue Bridge'],
  HueSwitch: ['HueSwitch', 'Philips', 'Hue Bridge'],
  Lightify: ['Lightify', 'Osram', 'Lightify gateway'],
  MAXGateway: ['MAXGateway', 'eQ-3', 'MAX! Cube'],
  SmarterCoffee: ['SmarterCoffee', 'Smarter', 'SmarterCoffee'],
  'TP-LinkPlugHS100': ['TP-LinkPlugHS100', 'TP-Link', 'HS100'],
  'TP-LinkPlugHS110': ['TP-LinkPlugHS110', 'TP-Link', 'HS110'],
  WeMoInsightSwitch: ['WeMoInsightSwitch', 'Belkin', 'WeMo Insight Switch'],
  WeMoInsightSwitch2: ['WeMoInsightSwitch', 'Belkin', 'WeMo Insight Switch'],
  WeMoLink: ['WeMoLink', 'Belkin', 'WeMo Link'],
  WeMoSwitch: ['WeMoSwitch', 'Belkin', 'WeMo Switch'],
  WeMoSwitch2: ['WeMoSwitch', 'Belkin', 'WeMo Switch'],
  Withings: ['Withings', 'Withings', 'WS-30'],
  iKettle2: ['iKettle2', 'Smarter', 'iKettle 2'],
};

export interface DeviceSetup {
  /** Name of the folder. */
  readonly device: string;
  readonly type: string;
  readonly setup: number;
  readonly features: readonly string[];
}

/** Paths below the collection, sorted; none where it is not there. */
export function deviceCaptures(): string[] {
  return existsSync(DEVICE_CAPTURES) ? globSync('*/*.pcap', { cwd: DEVICE_CAPTURES }).sort() : [];
}

/** Null where the device did not speak. */
export async function readSetup(path: string): Promise<DeviceSetup | null> {
  const device = path.split(/[\\/]/)[0]!;
  const [type] = DEVICES[device] ?? [device];
  const mac = readFileSync(join(DEVICE_CAPTURES, device, '_iotdevice-mac.txt'), 'utf8')
    .trim()
    .toLowerCase();
  const hosts = new HostTable();
  const gatherer = new FeatureGatherer(hosts, protocols);
  const sink = deafSink({
    conversation: (conversation) => gatherer.conversation(conversation),
    trait: (trait) => gatherer.trait(trait),
    claim: (claim) => gatherer.claim(claim),
  });
  await readFacts(join(DEVICE_CAPTURES, path), sink, protocols, { hosts, firstPackets: true, keepDuplicates: false });
  const features = gatherer.devices().find((gathered) => gathered.mac === mac)?.features;
  const setup = Number(/Setup-[A-Z]-(\d+)/.exec(path)?.[1] ?? 0);
  return features === undefined ? null : { device, type, setup, features };
}
