// How the values of points went over time: for each point whose value changes, the least and the most of a few dozen
// stretches of equal length. Where time outgrows them, two neighbours become one: a course has the same size whether a
// minute or a year was seen, and shows a step as the step it was.

/** Points whose course is kept; of further ones the range is known, not the course. */
export const COURSES_MAX = 4096;
export const COURSE_STRETCHES = 48;
const SECOND_US = 1e6;
const ROWS_FIRST = 64;

/** `least` and `most`: of the values that stood in each stretch of `widthUs`, from `startUs` on. */
export interface Course {
  readonly startUs: number;
  readonly widthUs: number;
  readonly least: readonly number[];
  readonly most: readonly number[];
}

export class Courses {
  /**
   * What `note` is told: the value was `before`, since `sinceUs` where nothing else was told, and is `value` from `nowUs` on.
   * As arguments they would be objects on the heap.
   */
  before = 0.5;
  value = 0.5;
  sinceUs = 0.5;
  nowUs = 0.5;
  /** Row 0 is none. */
  #count = 1;
  /** By row: the point. */
  readonly #points = new Float64Array(COURSES_MAX + 1);
  /** By row: when it begins, how long a stretch is, what stands now. */
  #starts = new Float64Array(ROWS_FIRST);
  #widths = new Float64Array(ROWS_FIRST);
  #standing = new Float64Array(ROWS_FIRST);
  /** By row: the stretch of the last change. */
  #current = new Uint8Array(ROWS_FIRST);
  #least = new Float64Array(ROWS_FIRST * COURSE_STRETCHES);
  #most = new Float64Array(ROWS_FIRST * COURSE_STRETCHES);

  note(row: number): void {
    this.#moveTo(row, this.nowUs);
    const { value } = this;
    const at = row * COURSE_STRETCHES + this.#current[row]!;
    this.#standing[row] = value;
    if (value < this.#least[at]!) this.#least[at] = value;
    if (value > this.#most[at]!) this.#most[at] = value;
  }

  /** By point, up to the time at which each was asked for last. */
  *all(lastUsOf: (point: number) => number): Generator<[point: number, course: Course]> {
    for (let row = 1; row < this.#count; row++) {
      const point = this.#points[row]!;
      this.#moveTo(row, lastUsOf(point));
      const from = row * COURSE_STRETCHES;
      const end = from + this.#current[row]! + 1;
      const [least, most] = [[...this.#least.subarray(from, end)], [...this.#most.subarray(from, end)]];
      yield [point, { startUs: this.#starts[row]!, widthUs: this.#widths[row]!, least, most }];
    }
  }

  get isFull(): boolean {
    return this.#count > COURSES_MAX;
  }

  /** The row of its course; 0: there is none, since no value stood before. Only where there is room. */
  begin(point: number): number {
    const { before } = this;
    if (!Number.isFinite(before)) return 0;
    const row = this.#count++;
    if (row === this.#starts.length) this.#grow();
    this.#points[row] = point;
    this.#starts[row] = Math.min(this.sinceUs, this.nowUs);
    this.#widths[row] = SECOND_US;
    this.#current[row] = 0;
    this.#standing[row] = before;
    this.#least[row * COURSE_STRETCHES] = before;
    this.#most[row * COURSE_STRETCHES] = before;
    this.note(row);
    return row;
  }

  /** What stood until now stands in all stretches up to this time. */
  #moveTo(row: number, timeUs: number): void {
    let stretch = Math.floor((timeUs - this.#starts[row]!) / this.#widths[row]!);
    while (stretch >= COURSE_STRETCHES) {
      this.#halve(row);
      stretch = Math.floor((timeUs - this.#starts[row]!) / this.#widths[row]!);
    }
    const from = row * COURSE_STRETCHES;
    const standing = this.#standing[row]!;
    for (let next = this.#current[row]! + 1; next <= stretch; next++) {
      this.#least[from + next] = standing;
      this.#most[from + next] = standing;
      this.#current[row] = next;
    }
  }

  #halve(row: number): void {
    const from = row * COURSE_STRETCHES;
    const [least, most] = [this.#least, this.#most];
    const last = this.#current[row]!;
    for (let stretch = 0; stretch <= last; stretch++) {
      const [at, to] = [from + stretch, from + (stretch >> 1)];
      least[to] = stretch % 2 === 0 ? least[at]! : Math.min(least[to]!, least[at]!);
      most[to] = stretch % 2 === 0 ? most[at]! : Math.max(most[to]!, most[at]!);
    }
    this.#current[row] = last >> 1;
    this.#widths[row]! *= 2;
  }

  #grow(): void {
    this.#starts = larger(this.#starts);
    this.#widths = larger(this.#widths);
    this.#standing = larger(this.#standing);
    const current = new Uint8Array(this.#current.length * 2);
    current.set(this.#current);
    this.#current = current;
    this.#least = larger(this.#least);
    this.#most = larger(this.#most);
  }
}

function larger(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(numbers.length * 2);
  grown.set(numbers);
  return grown;
}
