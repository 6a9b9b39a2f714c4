// What the runtime is started with, wherever the program is: the launcher `1sec` says the same.

/**
 * Young objects get 4 MiB instead of 16: an analysis keeps its state in typed arrays and makes few objects, and the room
 * that is never needed was a sixth of the peak (cells.pcap 277 → 242 MiB, the large site 274 → 214 MiB, the same time).
 * Old ones are looked through when there are 60 % more, not up to four times as many: of a flood of things to be
 * remembered up to a third less is held (a million restarts of other controllers: 1,364 → 914 MiB), for a fifth more time then
 * and nothing that could be seen otherwise.
 */
export const RUNTIME_OPTIONS: readonly string[] = ['--max-semi-space-size=4', '--heap-growing-percent=60'];
