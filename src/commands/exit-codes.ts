// The exit codes of the program: a contract with scripts (docs/formats.md).
export const ExitCode = {
  ok: 0,
  /** A capture is damaged: everything before the damage was reported. */
  damaged: 1,
  /** The command line is wrong, or a file is missing, unreadable or no capture. */
  usage: 2,
  /** `--fail-on` was given and an alert is at least that severe. */
  alerts: 3,
  /** A defect of this program. */
  internal: 70,
  interrupted: 130,
} as const;
