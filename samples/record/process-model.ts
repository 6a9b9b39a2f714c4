// The two processes of the plant as small simulations, a water tank and a pair of heaters, stepped ten times a second;
// the PLCs show them as registers and coils.
import { seededNoise } from './plant.ts';

const STEP_SECONDS = 0.1;

/** A bank of registers and coils at addresses from 0, and the step that moves the process. */
export interface ProcessModel {
  readonly holding: Uint16Array;
  readonly input: Uint16Array;
  readonly coils: boolean[];
  readonly discrete: boolean[];
  /** Whether the control program runs; stopped, all outputs fall to off and the process goes on without control. */
  running: boolean;
  step(): void;
}

/** Level in ‰, flows in 0.1 m³/h, temperatures in 0.1 °C; README.md has the map. */
export function waterTank(): ProcessModel {
  const noise = seededNoise(11);
  let level = 612;
  let seconds = 0;
  let motor = 41;
  let runHours = 18230;
  const holding = Uint16Array.of(620, 80, 15, 120, 45, 0, 1, 3, 950, 900, 200, 100, 1000, 850, 7, 720);
  const model: ProcessModel = {
    holding,
    input: new Uint16Array(10),
    coils: [false, false, true, true, false, false, false, false],
    discrete: new Array<boolean>(8).fill(false),
    running: true,
    step() {
      seconds += STEP_SECONDS;
      const setpoint = holding[0]!;
      const band = holding[2]!;
      if (!model.running) model.coils.fill(false);
      else {
        model.coils[2] = true;
        model.coils[3] = true;
        if (level < setpoint - band) model.coils[0] = true;
        if (level > setpoint + band || level > holding[8]!) model.coils[0] = false;
      }
      const pump1 = model.coils[0] === true;
      const pump2 = model.coils[1] === true;
      const flowIn = (pump1 ? 0.36 * holding[1]! : 0) + (pump2 ? 4.5 : 0) + (pump1 || pump2 ? noise() - 0.5 : 0);
      const flowOut = 17 + 3 * Math.sin(seconds / 37) + (noise() - 0.5) * 0.6;
      level = Math.min(1000, Math.max(0, level + (flowIn - flowOut) * 0.11 * STEP_SECONDS));
      motor += ((pump1 ? 58 : 36) - motor) * 0.012 * STEP_SECONDS * 10;
      if (pump1) runHours += STEP_SECONDS / 3600;
      model.input.set([
        level,
        flowIn * 10,
        flowOut * 10,
        980 + level * 0.9 + noise() * 4,
        pump1 ? 124 + noise() * 5 : 0,
        motor * 10,
        143 + 4 * Math.sin(seconds / 90) + noise(),
        runHours,
        seconds,
        model.running ? 1 : 0,
      ]);
      model.discrete[0] = pump1;
      model.discrete[1] = pump2;
      model.discrete[2] = level > holding[9]!;
      model.discrete[3] = level < holding[10]!;
    },
  };
  return model;
}

/** Temperatures as 32-bit floats in two registers, high word first. */
export function heaters(): ProcessModel {
  const noise = seededNoise(12);
  const zones = [
    { temperature: 71.4, setpointAt: 0 },
    { temperature: 54.2, setpointAt: 2 },
  ];
  const float = new DataView(new ArrayBuffer(4));
  const holding = new Uint16Array(10);
  const input = new Uint16Array(8);
  function setFloat(bank: Uint16Array, at: number, value: number): void {
    float.setFloat32(0, value);
    bank[at] = float.getUint16(0);
    bank[at + 1] = float.getUint16(2);
  }
  function getFloat(bank: Uint16Array, at: number): number {
    float.setUint16(0, bank[at]!);
    float.setUint16(2, bank[at + 1]!);
    return float.getFloat32(0);
  }
  setFloat(holding, 0, 72);
  setFloat(holding, 2, 55);
  holding.set([1, 950, 25, 40, 5, 300], 4);
  const model: ProcessModel = {
    holding,
    input,
    coils: [true, true, true, false, false, false, false, false],
    discrete: new Array<boolean>(8).fill(false),
    running: true,
    step() {
      let power = 0;
      zones.forEach((zone, index) => {
        const error = getFloat(holding, zone.setpointAt) - zone.temperature;
        const on = model.running && model.coils[index] === true;
        const output = on ? Math.min(100, Math.max(0, 38 + error * 22)) : 0;
        zone.temperature += (output * 0.019 - (zone.temperature - 20) * 0.0145) * STEP_SECONDS;
        setFloat(input, index * 2, Math.fround(zone.temperature + (noise() - 0.5) * 0.04));
        input[4 + index] = output;
        model.discrete[index] = output > 1;
        power += output * 1.2;
      });
      input[6] = 214 + noise() * 2;
      input[7] = power;
    },
  };
  return model;
}

/** Starts the clock of a process. */
export function run(model: ProcessModel): void {
  model.step();
  setInterval(() => model.step(), STEP_SECONDS * 1000);
}
