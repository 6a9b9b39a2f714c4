// The one record that every MQTT packet is read into: offsets into the bytes it was read from, and what is wrong in it.

const PROBLEMS_MAX = 8;

export class MqttPacket {
  type = 0;
  flags = 0;
  /** Bytes of the whole packet as its header says; more than are at hand where it is read in pieces. */
  size = 0;
  /** 0 where it is not known. */
  version = 0;
  packetId = 0;
  /** Return or reason code, 0 where there is none. */
  reason = 0;
  qos = 0;
  isDup = false;
  isRetained = false;
  topicStart = 0;
  topicEnd = 0;
  topicAlias = 0;
  payloadStart = 0;
  payloadEnd = 0;
  /** Payload bytes of the whole packet. */
  payloadSize = 0;
  propertiesStart = 0;
  propertiesEnd = 0;

  /** CONNECT. */
  connectFlags = 0;
  level = 0;
  keepAlive = 0;
  clientIdStart = 0;
  clientIdEnd = 0;
  hasWill = false;
  willTopicStart = 0;
  willTopicEnd = 0;
  willPayloadStart = 0;
  willPayloadEnd = 0;
  hasUser = false;
  userStart = 0;
  userEnd = 0;
  hasPassword = false;
  passwordStart = 0;
  passwordEnd = 0;
  authMethodStart = 0;
  authMethodEnd = 0;
  assignedIdStart = 0;
  assignedIdEnd = 0;
  hasUserProperties = false;
  /** The packet stopped before its last field. */
  isShort = false;

  /** SUBSCRIBE, UNSUBSCRIBE: the filters; SUBACK, UNSUBACK: the codes. */
  listStart = 0;
  listEnd = 0;
  listCount = 0;

  problemCount = 0;
  readonly problem = new Int32Array(PROBLEMS_MAX);
  readonly problemAt = new Int32Array(PROBLEMS_MAX);
  readonly problemA = new Float64Array(PROBLEMS_MAX);
  readonly problemB = new Float64Array(PROBLEMS_MAX);

  reset(): void {
    this.type = 0;
    this.flags = 0;
    this.size = 0;
    this.version = 0;
    this.packetId = 0;
    this.reason = 0;
    this.qos = 0;
    this.isDup = false;
    this.isRetained = false;
    this.topicStart = this.topicEnd = 0;
    this.topicAlias = 0;
    this.payloadStart = this.payloadEnd = 0;
    this.payloadSize = 0;
    this.propertiesStart = this.propertiesEnd = 0;
    this.listStart = this.listEnd = 0;
    this.listCount = 0;
    this.authMethodStart = this.authMethodEnd = 0;
    this.assignedIdStart = this.assignedIdEnd = 0;
    this.hasUserProperties = false;
    this.isShort = false;
    this.problemCount = 0;
  }

  resetConnect(): void {
    this.connectFlags = 0;
    this.level = 0;
    this.keepAlive = 0;
    this.clientIdStart = this.clientIdEnd = 0;
    this.hasWill = this.hasUser = this.hasPassword = false;
    this.willTopicStart = this.willTopicEnd = 0;
    this.willPayloadStart = this.willPayloadEnd = 0;
    this.userStart = this.userEnd = 0;
    this.passwordStart = this.passwordEnd = 0;
  }

  /** Notes what is wrong at offset `at` of the bytes; more than fit are dropped. */
  addProblem(problem: number, at: number, a: number, b: number): void {
    const index = this.problemCount;
    if (index >= PROBLEMS_MAX) return;
    this.problem[index] = problem;
    this.problemAt[index] = at;
    this.problemA[index] = a;
    this.problemB[index] = b;
    this.problemCount = index + 1;
  }
}
