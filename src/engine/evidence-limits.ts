// How much of the traffic is evidence of one alert, from files and live.

/** Frames before and after each proving one, of the same input. */
export const NEIGHBOURS = 5;
/** Proving frames of one alert that are written, the earliest. */
export const PROVING_FRAMES_MAX = 1000;
export const EVIDENCE_BYTES_MAX = 64 * 1024 * 1024;
