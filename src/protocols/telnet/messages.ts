// Commands and options of Telnet, with the words of RFC 854, 855 and those of the options.

export const Code = {
  SE: 240,
  SB: 250,
  WILL: 251,
  WONT: 252,
  DO: 253,
  DONT: 254,
  IAC: 255,
} as const;

export const Option = {
  /** RFC 857. */
  echo: 1,
  /** RFC 1091. */
  terminalType: 24,
  /** RFC 1073. */
  windowSize: 31,
  /** RFC 1079. */
  terminalSpeed: 32,
  /** RFC 1372. */
  remoteFlowControl: 33,
  /** RFC 1096. */
  displayLocation: 35,
  /** RFC 1408. */
  environment: 36,
  /** RFC 2946. */
  encryption: 38,
  /** RFC 1572. */
  newEnvironment: 39,
} as const;

/** Options above are of private use: 85, 86 (compression), 200, 201 (games), 255 (the extended list, RFC 861). */
const OPTION_LAST = 49;
const OPTIONS_BEYOND: readonly number[] = [85, 86, 200, 201, 255];

export function isOption(option: number): boolean {
  return option <= OPTION_LAST || OPTIONS_BEYOND.includes(option);
}

/** Options that the side with the terminal has. */
const OF_CLIENT: readonly number[] = [
  Option.terminalType,
  Option.windowSize,
  Option.terminalSpeed,
  Option.remoteFlowControl,
  Option.displayLocation,
  Option.environment,
  Option.newEnvironment,
];

/** Is this what the client says: it will have an option of terminals, or wants the other to echo? */
export function isOfClient(command: number, option: number): boolean {
  return (command === Code.WILL && OF_CLIENT.includes(option)) || (command === Code.DO && option === Option.echo);
}

export function isOfServer(command: number, option: number): boolean {
  return (command === Code.DO && OF_CLIENT.includes(option)) || (command === Code.WILL && option === Option.echo);
}

/** In a subnegotiation: what follows is the value (RFC 1091, RFC 1572). */
export const IS = 0;
export const INFO = 2;
/** RFC 2946 2: from here on the data is encrypted. */
export const ENCRYPTION_START = 3;
