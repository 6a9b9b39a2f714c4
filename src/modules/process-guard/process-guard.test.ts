// What makes process-guard speak, and what does not: cases of each for every kind.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Encoding, Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { newLearning } from '../../learning/tables.ts';
import { Rehearsal, type Raised } from '../rehearsal.ts';
import { processGuard } from './index.ts';

const SECOND_US = 1_000_000;
const START_US = 1_767_225_600_000_000;
const HMI = 1;
const CONTROLLER = 2;
const STRANGER = 66;

/** A plant whose HMI reads registers 0 to 19 once a second, and what a test adds to it. */
class Plant extends Rehearsal {
  nowUs = START_US;
  registers: number[] = Array.from({ length: 20 }, (_, register) => register * 10);

  constructor(isTeaching = false) {
    super(processGuard, newLearning(isTeaching));
  }

  read(change: Partial<Operation> = {}): void {
    const { first = 0, count = this.registers.length } = change;
    const values = this.registers.slice(first, first + count);
    this.operation({
      verb: Verb.read,
      function: 3,
      timeUs: this.nowUs,
      space: 4,
      first,
      count,
      ...words(values),
      ...change,
    });
  }

  /** Polls for so many seconds; `each` is played before every poll. */
  poll(seconds: number, each: (second: number) => void = () => undefined): void {
    for (let second = 0; second < seconds; second++) {
      this.nowUs += SECOND_US;
      each(second);
      this.read();
    }
  }

  write(first: number, values: readonly number[], change: Partial<Operation> = {}): void {
    this.nowUs += 1000;
    const parts = { space: 4, first, count: values.length, ...words(values) };
    this.operation({ verb: Verb.write, function: 16, timeUs: this.nowUs, ...parts, ...change });
    if (change.outcome === undefined) values.forEach((value, index) => (this.registers[first + index] = value));
  }

  only(): Raised {
    assert.deepEqual(this.kinds().length, 1, `one alert is expected, not ${this.kinds().join(', ')}`);
    return this.raised[0]!;
  }
}

function words(values: readonly number[]): Partial<Operation> {
  const bytes = new Uint8Array(values.length * 2);
  values.forEach((value, index) => new DataView(bytes.buffer).setUint16(index * 2, value));
  return { bytes, valuesStart: 0, valueSize: 2, encoding: Encoding.unsigned, valueCount: values.length };
}

const writeSetpoint = (plant: Plant) => (second: number) => {
  if (second % 20 === 10) plant.write(0, [600 + (second % 50)]);
};

describe('write-to-read-only-point', () => {
  test('a stranger writes a register that was read 200 times', () => {
    const plant = new Plant();
    plant.poll(200);
    plant.write(8, [1200], { client: STRANGER });
    const judgement = plant.only();
    assert.equal(judgement.kind, 'process-guard/write-to-read-only-point');
    assert.equal(judgement.severity, 'high');
    assert.equal(judgement.object, 'register 8');
    assert.match(
      judgement.explanation,
      /^192\.0\.2\.66 wrote 1200 to register 8 of 192\.0\.2\.2 unit 1, and the device confirmed it after 2 ms\. It was read 200 times by one client in 3 min 19 s and never written: the chance that a write to register 8 is part of normal operation is below 1\.5 %\. 192\.0\.2\.66 never wrote to this device before\.$/,
    );
  });

  test('the HMI itself does so: less grave, as it writes to this device anyway', () => {
    const plant = new Plant();
    plant.poll(200, writeSetpoint(plant));
    plant.write(12, [1350]);
    assert.equal(plant.only().severity, 'medium');
    assert.match(plant.only().explanation, /192\.0\.2\.1 had written elsewhere in this device 10 times, first 3 min/);
  });

  test('with ten thousand reads the same are high, and with thirty thousand critical', () => {
    const plant = new Plant();
    plant.poll(40_000, writeSetpoint(plant));
    plant.write(12, [1350]);
    plant.write(13, [1], { client: STRANGER });
    assert.deepEqual(
      plant.raised.map(({ severity }) => severity),
      ['high', 'critical'],
    );
    assert.match(plant.raised[1]!.explanation, /read 40,000 times.*in 11 h 6 min.*below 0\.008 %/);
  });

  test('the second write of the attack is as unusual as the first, and so is what was read in between', () => {
    const plant = new Plant();
    plant.poll(200);
    plant.write(8, [1200], { client: STRANGER });
    plant.poll(300);
    plant.write(8, [1300], { client: STRANGER });
    assert.deepEqual(plant.kinds(), Array(2).fill('process-guard/write-to-read-only-point'));
    assert.equal(plant.raised[0]!.object, plant.raised[1]!.object);
  });

  test('a refused write is one step lower and said to be refused', () => {
    const plant = new Plant();
    plant.poll(200);
    plant.write(8, [1200], { client: STRANGER, outcome: Outcome.refused, code: 1 });
    assert.equal(plant.only().severity, 'medium');
    assert.match(
      plant.only().explanation,
      /asked to write 1200 .*; the device refused it with code 1 \(illegal function\)\./,
    );
  });

  test('a block of registers is one alert', () => {
    const plant = new Plant();
    plant.poll(200);
    plant.write(3, [1, 2, 3, 4, 5, 6], { client: STRANGER });
    assert.equal(plant.only().object, 'registers 3 to 8');
    assert.match(
      plant.only().explanation,
      /wrote 1, 2, 3, 4 … to registers 3 to 8.*Each of them was at least read 200 times/,
    );
  });

  test('who writes many different points, each once, surprises less with one more', () => {
    const plant = new Plant();
    plant.registers = Array.from({ length: 100 }, () => 0);
    plant.poll(99, (second) => {
      plant.write(second, [1]);
    });
    plant.poll(200);
    plant.write(99, [1]);
    assert.equal(plant.only().severity, 'low');
    assert.match(plant.only().explanation, /about 100 % of its writes go to points it wrote but once/);
  });

  const quiet: readonly (readonly [string, (plant: Plant) => void])[] = [
    [
      'a point that was written before',
      (plant) => {
        plant.poll(400, writeSetpoint(plant));
      },
    ],
    [
      'ninety-nine reads',
      (plant) => {
        plant.poll(99);
        plant.write(8, [1], { client: STRANGER });
      },
    ],
    [
      'thousands of reads within a few seconds',
      (plant) => {
        for (let read = 0; read < 5000; read++) {
          plant.nowUs += 2000;
          plant.read();
        }
        plant.write(8, [1]);
      },
    ],
    [
      'reads in two bursts, with a pause longer than both',
      (plant) => {
        plant.poll(100);
        plant.nowUs += 3600 * SECOND_US;
        plant.poll(100);
        plant.write(8, [1]);
      },
    ],
    [
      'a register of another unit',
      (plant) => {
        plant.poll(300);
        plant.write(8, [1], { unit: 2 });
      },
    ],
    [
      'the same number in another space',
      (plant) => {
        plant.poll(300);
        plant.write(8, [1], { space: 3 });
      },
    ],
    [
      'reads that the device refused',
      (plant) => {
        for (let second = 0; second < 300; second++) {
          plant.nowUs += SECOND_US;
          plant.read({ outcome: Outcome.refused, code: 2 });
        }
        plant.write(8, [1]);
      },
    ],
    [
      'a write to all devices, which command-sentinel tells of',
      (plant) => {
        plant.poll(300);
        plant.write(8, [1], { isBroadcast: true, answerFrame: 0, outcome: Outcome.unanswered });
      },
    ],
  ];
  for (const [what, play] of quiet) {
    test(`quiet: ${what}`, () => {
      const plant = new Plant();
      play(plant);
      assert.deepEqual(plant.kinds(), []);
    });
  }

  test('quiet: while a baseline is taught, everything is usual', () => {
    const plant = new Plant(true);
    plant.poll(300);
    plant.write(8, [1], { client: STRANGER });
    plant.write(8, [60_000], { client: STRANGER });
    assert.deepEqual(plant.kinds(), []);
  });
});

describe('value-out-of-range', () => {
  const cycle = (plant: Plant) => (second: number) => {
    plant.write(0, [600 + ((second * 7) % 41)]);
  };

  test('a value far beyond hundreds of others is high, one within a range of it medium, a little beyond nothing', () => {
    const plant = new Plant();
    plant.poll(300, cycle(plant));
    plant.write(0, [820]);
    const judgement = plant.only();
    assert.equal(judgement.kind, 'process-guard/value-out-of-range');
    assert.equal(judgement.severity, 'high');
    assert.match(
      judgement.explanation,
      /it had taken 300 values, all between 600 and 640\. This is 180 outside, 4\.3 times as much as it is known to vary: the chance that the next value is so far out is about 0\.072 %/,
    );
    plant.write(0, [690]);
    assert.equal(plant.raised[1]!.severity, 'medium');
    plant.write(0, [660]);
    assert.equal(plant.raised[2]!.severity, 'low');
    plant.write(0, [642]);
    assert.equal(plant.raised.length, 3);
  });

  test('what was judged does not widen the range, though it is read back a hundred times', () => {
    const plant = new Plant();
    plant.poll(300, cycle(plant));
    plant.write(0, [820]);
    plant.poll(100);
    plant.write(0, [815]);
    assert.deepEqual(plant.kinds(), Array(2).fill('process-guard/value-out-of-range'));
  });

  test('tens of values are enough for one ten times beyond all of them, and five for none', () => {
    const setpoints = [600, 640, 610, 625, 655, 630, 605, 645, 620, 650, 615, 635];
    const written = (count: number): Plant => {
      const plant = new Plant();
      plant.poll(1000, (second) => {
        if (second % 20 === 0 && second / 20 < count) plant.write(0, [setpoints[(second / 20) % setpoints.length]!]);
      });
      plant.write(0, [6500]);
      return plant;
    };
    assert.deepEqual(written(5).kinds(), []);
    assert.equal(written(12).only().kind, 'process-guard/value-out-of-range');
    assert.equal(written(12).only().severity, 'medium');
    assert.equal(written(40).only().severity, 'high');
  });

  test('a setpoint written again and again, always the same: another order of magnitude is told, a little more is not', () => {
    const written = (value: number): Plant => {
      const plant = new Plant();
      plant.poll(200, () => plant.write(0, [600]));
      plant.write(0, [value]);
      return plant;
    };
    assert.equal(written(6000).only().severity, 'high');
    assert.match(
      written(6000).only().explanation,
      /it had always been 600, 200 reads and 200 writes\. This is 5400 outside:/,
    );
    assert.deepEqual(written(650).kinds(), []);
  });

  test('quiet: a value that drifts further with every write', () => {
    const plant = new Plant();
    plant.poll(600, (second) => {
      plant.write(0, [100 + second]);
    });
    assert.deepEqual(plant.kinds(), []);
  });

  test('quiet: bits', () => {
    const plant = new Plant();
    const bit = (value: number): Partial<Operation> => ({
      bytes: Uint8Array.of(value),
      encoding: Encoding.bits,
      valueSize: 1,
      valueCount: 1,
    });
    for (let second = 0; second < 400; second++) plant.write(0, [0], { space: 1, ...bit(0) });
    plant.write(0, [1], { space: 1, ...bit(1) });
    assert.deepEqual(plant.kinds(), []);
  });

  test('quiet: signed values a little below zero, which words hold as large numbers', () => {
    const written = (value: number): Plant => {
      const plant = new Plant();
      plant.poll(300, (second) => {
        plant.write(0, [(second * 7) % 41]);
      });
      plant.write(0, [value & 0xffff]);
      return plant;
    };
    assert.deepEqual(written(-3).kinds(), []);
    assert.equal(written(-300).only().severity, 'high');
  });

  test('quiet: the low word of a 32-bit counter that wraps, whatever it is next', () => {
    const plant = new Plant();
    for (let step = 0; step < 400; step++) {
      const total = 0x12_0000 + step * 9000;
      plant.write(0, [total >> 16, total & 0xffff]);
    }
    for (const low of [0, 0xffff, 17, 0x8000]) plant.write(0, [0x48, low]);
    assert.deepEqual(plant.kinds(), []);
  });

  test('quiet: the low word of floats in steps of a half, and then one in between', () => {
    const plant = new Plant();
    for (let second = 0; second < 400; second++) plant.write(0, [0x4290 + (second % 3), (second % 2) * 0x8000]);
    plant.write(0, [0x4291, 0x999a]);
    assert.deepEqual(plant.kinds(), []);
  });

  test('quiet: the lower half of a 32-bit number that was always round', () => {
    const plant = new Plant();
    for (let second = 0; second < 400; second++) plant.write(0, [0x4290 + (second % 3), 0]);
    plant.write(0, [0x4290, 0x999a]);
    assert.deepEqual(plant.kinds(), []);
  });
});

describe('step-too-large', () => {
  const ramp = (plant: Plant) => (second: number) => {
    plant.write(0, [500 + Math.abs((second % 40) - 20) * 10]);
  };

  test('a jump across a range that was only ever walked through', () => {
    const plant = new Plant();
    plant.poll(321, ramp(plant));
    plant.write(0, [510]);
    const judgement = plant.only();
    assert.equal(judgement.kind, 'process-guard/step-too-large');
    assert.match(
      judgement.explanation,
      /a step of 190 from 700\. The largest of the \d+ steps before was 10; the chance that the next one is as large is about 0\.\d+ %/,
    );
  });

  test('quiet: walking on', () => {
    const plant = new Plant();
    plant.poll(400, ramp(plant));
    assert.deepEqual(plant.kinds(), []);
  });
});

describe('point-sweep', () => {
  test('from the sixth unusual place on it is one story', () => {
    const plant = new Plant();
    plant.poll(200);
    for (let register = 0; register < 20; register++) plant.write(register, [7], { client: STRANGER });
    const singles = plant.raised.filter(({ kind }) => kind === 'process-guard/write-to-read-only-point');
    const sweeps = plant.raised.filter(({ kind }) => kind === 'process-guard/point-sweep');
    assert.equal(singles.length, 5);
    assert.equal(sweeps.length, 15);
    assert.equal(sweeps[0]!.frames.length, 12);
    assert.equal(sweeps[0]!.severity, 'high');
    assert.match(
      sweeps.at(-1)!.explanation,
      /wrote to 20 places of 192\.0\.2\.2 .*\(numbers 0 to 19\), 20 writes within 19 ms/,
    );
  });

  test('quiet: six unusual writes, minutes apart, are told one by one', () => {
    const plant = new Plant();
    plant.poll(200);
    for (let register = 0; register < 6; register++) {
      plant.poll(70);
      plant.write(register, [7], { client: STRANGER });
    }
    assert.deepEqual(new Set(plant.kinds()), new Set(['process-guard/write-to-read-only-point']));
  });

  test('quiet: places nobody reads, on a device of which little is known', () => {
    const plant = new Plant();
    plant.poll(200);
    for (let register = 100; register < 120; register++) plant.write(register, [7], { client: STRANGER });
    assert.deepEqual(plant.kinds(), []);
  });
});

describe('oscillating-writes', () => {
  const valve = (plant: Plant, everySeconds: number) => (second: number) => {
    if (second % everySeconds === 0) plant.write(1, [(second / everySeconds) % 2]);
  };

  test('a valve that moved twice a minute is swung every second', () => {
    const plant = new Plant();
    plant.poll(900, valve(plant, 30));
    plant.poll(60, valve(plant, 1));
    const judgement = plant.raised[0]!;
    assert.equal(judgement.kind, 'process-guard/oscillating-writes');
    assert.match(
      judgement.explanation,
      /up and down 8 times within one minute; at most twice in any of the 1\d minutes before/,
    );
  });

  test('an attack does not become usual by going on', () => {
    const plant = new Plant();
    plant.poll(900, valve(plant, 30));
    plant.poll(1200, valve(plant, 1));
    assert.ok(plant.raised.at(-1)!.timeUs > plant.nowUs - 10 * SECOND_US);
  });

  test('quiet: a point that always swings', () => {
    const plant = new Plant();
    plant.poll(1800, valve(plant, 1));
    assert.deepEqual(plant.kinds(), []);
  });
});

test('a single point is known by server and unit: what one device teaches says nothing of another', () => {
  const plant = new Plant();
  plant.poll(300);
  plant.write(8, [1], { server: 9, client: STRANGER });
  assert.deepEqual(plant.kinds(), []);
  plant.write(8, [1], { client: HMI, server: CONTROLLER });
  assert.equal(plant.kinds().length, 1);
});
