// Claims vendor and model of devices that behave like a known type, with little trust: what a device says itself counts
// for more. Silent of what is unknown, and of what controls a process or a building.
import { Classifier } from '../assets/fingerprints/classifier.ts';
import { FeatureGatherer, type GatheredDevice } from '../assets/fingerprints/gather.ts';
import { shippedFingerprints } from '../assets/fingerprints/shipped.ts';
import type { Claim, ClaimAttribute, Conversation, HostDirectory, Trait } from '../facts/facts.ts';
import type { Protocol } from '../facts/protocol.ts';

/** A little more than the prefix of a MAC address, which tells who made the network card. */
const TRUST = 0.45;
/** Below it the model is not claimed: another one comes about as near. */
const CONFIDENCE_LEAST = 0.7;
/** Devices with fewer features than this are not worth reading the table for. */
const FEATURES_LEAST = 12;
/** Packet time between two looks at what has changed. */
const LOOK_EVERY_US = 600e6;

let classifier: Classifier | null = null;

export class FingerprintClaims {
  readonly #gatherer: FeatureGatherer;
  readonly #claim: (claim: Claim) => void;
  #nextLookUs = 0;

  constructor(hosts: HostDirectory, protocols: readonly Protocol[], claim: (claim: Claim) => void) {
    this.#gatherer = new FeatureGatherer(hosts, protocols);
    this.#claim = claim;
  }

  conversation(conversation: Conversation): void {
    this.#gatherer.conversation(conversation);
  }

  trait(trait: Trait): void {
    this.#gatherer.trait(trait);
  }

  claim(claim: Claim): void {
    this.#gatherer.claim(claim);
  }

  tick(timeUs: number): void {
    if (this.#nextLookUs === 0) this.#nextLookUs = timeUs + LOOK_EVERY_US;
    if (timeUs < this.#nextLookUs) return;
    this.#nextLookUs = timeUs + LOOK_EVERY_US;
    this.look(timeUs);
  }

  /** Judges the devices of which something was heard since the last look. */
  look(timeUs: number): void {
    for (const device of this.#gatherer.devices(true)) {
      if (device.features.length >= FEATURES_LEAST) this.#judge(device, timeUs);
    }
  }

  #judge({ host, features, frame }: GatheredDevice, timeUs: number): void {
    classifier ??= new Classifier(shippedFingerprints());
    const { type, alternatives, confidence } = classifier.identify(features);
    if (type === '') return;
    const named = [type, ...alternatives].map((name) =>
      shippedFingerprints().types.find((known) => known.name === name),
    );
    const vendor = named[0]?.vendor ?? '';
    const model = named[0]?.model ?? '';
    const say = (attribute: ClaimAttribute, value: string): void => {
      if (value === '') return;
      this.#claim({
        fact: 'claim',
        timeUs,
        frame,
        host,
        unit: -1,
        attribute,
        value,
        source: 'fingerprint',
        trust: TRUST,
      });
    };
    if (named.every((known) => known?.vendor === vendor)) say('vendor', vendor);
    if (named.every((known) => known?.model === model) && confidence >= CONFIDENCE_LEAST) say('model', model);
  }
}
