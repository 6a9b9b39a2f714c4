// One analysis from the first frame to the result: opens the captures, sets up pipeline, inventory, modules and alerts,
// runs, and gathers what was found. All state lives here; nothing is kept between analyses.
import { randomBytes } from 'node:crypto';
import { AlertDesk } from '../alerts/merge.ts';
import { storiesOf } from '../alerts/story.ts';
import { FirmwareHistory } from '../assets/firmware-history.ts';
import { Inventory } from '../assets/inventory.ts';
import { vendorOfMac } from '../assets/vendors.ts';
import type { CaptureFile, CaptureSource } from '../capture/frames.ts';
import { openCapture } from '../capture/open.ts';
import type { Alert, AlertParty, Incident } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import type { CredentialRow } from '../facts/credential.ts';
import type { Conversation, FactSink, HostDirectory } from '../facts/facts.ts';
import type { FirmwareEvent, KnownFirmware } from '../facts/firmware.ts';
import type { AcceptedFinding, Declaration } from '../facts/intent.ts';
import type { Site } from '../facts/module.ts';
import type { Policy } from '../facts/policy.ts';
import { restoreBaseline, type Baseline } from '../learning/baseline.ts';
import { newLearning, type LearningTables } from '../learning/tables.ts';
import { HostTable } from '../flow/hosts.ts';
import type { SecretPlaces } from '../flow/secret-places.ts';
import { modules } from '../modules/index.ts';
import { protocols } from '../protocols/index.ts';
import { TransferRecorder } from '../transfers/recorder.ts';
import { Dispatch } from './dispatch.ts';
import { FingerprintClaims } from './fingerprint-claims.ts';
import { namedHost } from './named-host.ts';
import { Pipeline } from './pipeline.ts';
import { AcceptedFindings } from './accepted-findings.ts';
import { SiteIntent } from './site-intent.ts';
import { SitePolicy } from './site-policy.ts';
import { ServiceCounts, type ServiceCount } from './services.ts';
import { DiskSpool, type SpoolOutcome, type SpoolSettings } from './transfer-spool.ts';

/** How frames are judged, wherever they come from. */
export interface AnalysisSettings {
  /** Frames that a mirror port delivered twice: skipped unless `keep`. */
  readonly duplicates?: 'skip' | 'keep';
  /** Frames listed for an alert; 256 unless told otherwise. */
  readonly framesMax?: number;
  /** Hears every fact, before the modules; made when the hosts it may ask about are there. */
  readonly facts?: (hosts: HostDirectory) => FactSink;
  /** Tell the sizes, directions and gaps of the first packets of conversations, as fingerprints need them. */
  readonly firstPackets?: boolean;
  /** False: facts only, no judgement. */
  readonly modules?: boolean;
  /** Called when an alert is new and when its severity rises. */
  readonly onAlert?: (alert: Alert) => void;
  /** What a person declared in 1sec.yaml. */
  readonly declaration?: Declaration;
  /** What a person marked as normal: it is not raised. */
  readonly accepted?: readonly AcceptedFinding[];
  /** Zones and conduits that a person owns. */
  readonly policy?: Policy;
  /** A person's own list of credentials, beside the shipped one. */
  readonly credentials?: readonly CredentialRow[];
  /** What is usual here, as it was learned before. */
  readonly baseline?: Baseline;
  /** Images that a person knows to be good. */
  readonly knownFirmware?: KnownFirmware;
  /** True: everything seen is usual, and is only learned. */
  readonly isTeaching?: boolean;
  /** Where files that pass are kept; absent: nowhere. */
  readonly spool?: SpoolSettings;
  /** Mixed into the hashes that tell duplicates: another one for each live run. */
  readonly duplicateSeed?: number;
}

export interface AnalysisOptions extends AnalysisSettings {
  /** Capture files; `-` is standard input. */
  readonly paths: readonly string[];
  /** Called after every batch of frames. */
  readonly progress?: (progress: AnalysisProgress) => void;
  readonly signal?: AbortSignal;
  /** Sees the source before it is read: to spool what passes, for instance. */
  readonly wrapSource?: (source: CaptureSource) => CaptureSource;
}

export interface AnalysisProgress {
  readonly inputBytes: number;
  /** -1 where unknown. */
  readonly inputBytesTotal: number;
  readonly frames: number;
  readonly timeUs: number;
}

export interface ProtocolCounts {
  readonly name: string;
  readonly messages: number;
  readonly operations: number;
  readonly violations: number;
  readonly conversations: number;
}

export interface AnalysisStats {
  readonly frames: number;
  readonly bytes: number;
  readonly duplicates: number;
  /** Frames of a link type that is not decoded. */
  readonly otherLinkFrames: number;
  /** By `protocol/rule`. */
  readonly violations: Readonly<Record<string, number>>;
  /** Frames that were earlier than a frame before. */
  readonly timeJumps: number;
  readonly streamGaps: number;
  /** Conversations closed early because the table was full. */
  readonly flowsForgotten: number;
  /** Exceptions in a decoder: our bugs, each costs one conversation. */
  readonly decoderFaults: number;
}

/** With the device's id in the place of its host number. */
export type FirmwareHistoryEntry = Omit<FirmwareEvent, 'host' | 'unit'> & { readonly asset: string };

/** What was found, in plain values that can be handed to another thread. */
export interface AnalysisFindings {
  readonly files: readonly CaptureFile[];
  readonly assets: readonly Asset[];
  readonly protocols: readonly ProtocolCounts[];
  readonly conversationCount: number;
  readonly conversationsByService: readonly ServiceCount[];
  readonly alerts: readonly Alert[];
  /** Alerts that belong together, worst first. */
  readonly incidents: readonly Incident[];
  /** What happened to the firmware of devices, in the order of time. */
  readonly firmware: readonly FirmwareHistoryEntry[];
  readonly stats: AnalysisStats;
}

export interface AnalysisResult extends AnalysisFindings {
  /** The same as `assets`, each made when it is asked for; `assets` makes all of them. */
  readonly devices: Iterable<Asset>;
  readonly hosts: HostDirectory;
  readonly learning: LearningTables;
  /** What was kept of files that passed; null where nothing was to be. */
  readonly spooled: SpoolOutcome | null;
  /** Where secrets passed: evidence is written without them. */
  readonly secrets: SecretPlaces;
}

/** Throws CaptureOpenError for captures that cannot be opened; damage inside one is told in `files`. */
export async function analyze(options: AnalysisOptions): Promise<AnalysisResult> {
  const opened = await openCapture(options.paths);
  const source = options.wrapSource?.(opened) ?? opened;
  const analysis = new Analysis(options);
  try {
    for (;;) {
      if (options.signal?.aborted === true) break;
      // A plain file answers at once: awaiting only promises keeps its batches free of turns of the event loop.
      const next = source.next();
      const batch = next instanceof Promise ? await next : next;
      if (batch === null) break;
      analysis.pipeline.batch(batch);
      options.progress?.({
        inputBytes: source.inputBytesRead(),
        inputBytesTotal: source.inputBytesTotal(),
        frames: analysis.pipeline.frames,
        timeUs: analysis.pipeline.nowUs,
      });
    }
  } finally {
    source.close();
  }
  return analysis.finish(source.files);
}

/** Fed with batches of frames, from files or live; `finish` is called once, at the end. */
export class Analysis {
  readonly pipeline: Pipeline;
  /** What a person marked as normal; a watch hears more of it while it goes on. */
  readonly accepted: AcceptedFindings;
  private readonly dispatch: Dispatch;
  private readonly inventory: Inventory;
  private readonly desk: AlertDesk;
  /** What is usual here; one set of tables for all modules. */
  private readonly learning: LearningTables;
  private readonly services = new ServiceCounts(protocols);
  private readonly intent: SiteIntent | null;
  /** Hosts for which the declaration spoke. */
  private readonly declared = new Set<number>();
  private readonly spool: DiskSpool | null;
  private readonly firmware = new FirmwareHistory();
  private gaps = 0;

  constructor(options: AnalysisSettings) {
    const { declaration } = options;
    const hosts = new HostTable(declaration?.segments);
    const intent = declaration === undefined ? null : new SiteIntent(declaration, hosts);
    this.intent = intent;
    const accepted = new AcceptedFindings(options.accepted ?? [], hosts);
    this.accepted = accepted;
    this.spool = options.spool === undefined ? null : new DiskSpool(options.spool, hosts);
    this.learning = newLearning(options.isTeaching === true);
    if (options.baseline !== undefined) {
      restoreBaseline(
        options.baseline,
        this.learning,
        (segment, address) => namedHost(hosts, segment, address),
        protocols,
      );
    }
    const isJudging = options.modules !== false;
    const active = isJudging
      ? modules.filter(({ meta }) => declaration?.settings.get(meta.id)?.isEnabled !== false)
      : [];
    this.inventory = new Inventory(hosts, protocols, vendorOfMac, (host) => hosts.observedSegment(host));
    this.desk = new AlertDesk(
      active.flatMap((module) => module.meta.kinds),
      hosts,
      (host, unit) => this.inventory.assetId(host, unit),
      {
        ...(options.framesMax === undefined ? {} : { framesMax: options.framesMax }),
        ...(options.onAlert === undefined ? {} : { onAlert: options.onAlert }),
      },
    );
    const dispatch = new Dispatch(
      protocols.map(({ family }) => family),
      this.inventory,
      options.facts?.(hosts) ?? null,
      (conversation) => this.closed(conversation),
      this.learning.names,
      new TransferRecorder(this.spool),
    );
    this.dispatch = dispatch;
    const site: Site = {
      hosts,
      protocols,
      learning: this.learning,
      secretKey: randomBytes(32),
      ...(intent === null ? {} : { intent }),
      ...(options.policy === undefined ? {} : { policy: new SitePolicy(options.policy, hosts) }),
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      ...(options.knownFirmware === undefined ? {} : { knownFirmware: options.knownFirmware }),
      raise: (judgement) => {
        const weighed = intent === null ? judgement : intent.weighed(judgement);
        if (weighed === null || accepted.covers(weighed)) return;
        this.inventory.named(weighed.subject.host, weighed.timeUs);
        if (weighed.peer !== null) this.inventory.named(weighed.peer.host, weighed.timeUs);
        this.desk.raise(weighed);
      },
      claim: (claim) => dispatch.claim(claim),
      firmware: (event) => {
        this.inventory.named(event.host, event.timeUs);
        this.firmware.add(event);
      },
    };
    if (isJudging) dispatch.fingerprints = new FingerprintClaims(hosts, protocols, (claim) => dispatch.claim(claim));
    dispatch.connect(active.map((module) => module.start(site)));
    this.pipeline = new Pipeline(dispatch, dispatch, protocols, hosts, {
      keepDuplicates: options.duplicates === 'keep',
      duplicateSeed: options.duplicateSeed ?? 0,
      firstPackets: isJudging || options.firstPackets === true,
    });
  }

  /** Hosts that spoke. */
  get hostCount(): number {
    return this.inventory.hostCount;
  }

  /** The devices as they are known now that were heard since. */
  assetsSince(sinceUs: number): Asset[] {
    return this.inventory.list().filter((asset) => asset.lastUs >= sinceUs);
  }

  /** As they stand now. */
  alerts(): Alert[] {
    const alerts = this.desk.alerts();
    for (const [index, alert] of alerts.entries()) alerts[index] = this.named(alert);
    return alerts;
  }

  /** Alerts that are new or have grown since the last call. */
  grownAlerts(): Alert[] {
    return this.desk.grown().map((alert) => this.named(alert));
  }

  finish(files: readonly CaptureFile[]): AnalysisResult {
    const { pipeline, dispatch } = this;
    pipeline.end();
    const { reader } = pipeline.flows;
    reader.wipe();
    pipeline.fragments.wipe();
    // Before the modules say what they have to say in the end, which takes memory of its own.
    pipeline.flows.giveBack();
    dispatch.end(pipeline.nowUs);
    this.spool?.end();
    const violationsOf = (name: string): number => {
      let sum = 0;
      for (const [rule, count] of dispatch.violations) if (rule.startsWith(`${name}/`)) sum += count;
      return sum;
    };
    // What modules kept is garbage from here on.
    dispatch.disconnect();
    const devices = this.inventory.devices();
    const alerts = this.alerts();
    let assets: readonly Asset[] | null = null;
    return {
      files,
      devices,
      get assets() {
        return (assets ??= [...devices]);
      },
      protocols: protocols.map(({ name }, index) => ({
        name,
        messages: reader.messages[index]!,
        operations: dispatch.operations[index]!,
        violations: violationsOf(name),
        conversations: dispatch.conversations[index]!,
      })),
      conversationCount: pipeline.flows.opened,
      conversationsByService: this.services.list(),
      alerts,
      incidents: storiesOf(alerts),
      firmware: this.firmware.list().map(({ host, unit, ...event }) => ({
        asset: this.inventory.primaryId(this.inventory.assetId(host, unit)),
        ...event,
      })),
      stats: {
        frames: pipeline.frames,
        bytes: pipeline.bytes,
        duplicates: pipeline.duplicates,
        otherLinkFrames: pipeline.otherLinkFrames,
        violations: Object.fromEntries([...dispatch.violations].sort(([a], [b]) => (a < b ? -1 : 1))),
        timeJumps: pipeline.timeJumps,
        streamGaps: this.gaps,
        flowsForgotten: pipeline.flows.forgotten,
        decoderFaults: reader.decoderFaults,
      },
      hosts: pipeline.hosts,
      learning: this.learning,
      spooled: this.spool,
      secrets: reader.secrets,
    };
  }

  /** With the ids under which its devices are listed. */
  private named(alert: Alert): Alert {
    const party = (side: AlertParty): AlertParty => {
      const asset = this.inventory.primaryId(side.asset);
      return asset === side.asset ? side : { ...side, asset };
    };
    const subject = party(alert.subject);
    const peer = alert.peer === null ? null : party(alert.peer);
    return subject === alert.subject && peer === alert.peer ? alert : { ...alert, subject, peer };
  }

  private closed(conversation: Conversation): void {
    this.gaps += conversation.gaps;
    this.services.add(conversation);
    if (this.intent === null) return;
    if (conversation.clientPackets > 0) this.applyDeclared(this.intent, conversation.client, conversation.lastUs);
    if (conversation.serverPackets > 0) this.applyDeclared(this.intent, conversation.server, conversation.lastUs);
  }

  /** What is declared counts for more than what was observed. */
  private applyDeclared(intent: SiteIntent, host: number, timeUs: number): void {
    if (this.declared.has(host)) return;
    this.declared.add(host);
    for (const claim of intent.claims(host, timeUs)) this.dispatch.claim(claim);
  }
}
