// Puts a run of points into an operation: what it is of, where, how many, and their values.
import { Encoding, type Operation } from '../../facts/operation.ts';
import { setNoValues, setValues } from '../facts-of-messages.ts';
import type { Files } from './files.ts';
import { Space, spaceOfGroup } from './objects.ts';
import type { PointRuns } from './point-runs.ts';

/** `user`: number of the user where the run is of authentication. */
export function setPoints(operation: Operation, runs: PointRuns, user: number): void {
  const { group } = runs.header;
  operation.space = spaceOfGroup(group);
  operation.first = runs.first;
  operation.count = runs.count;
  if (runs.encoding === Encoding.none || operation.space === Space.authentication) setNoValues(operation);
  else {
    setValues(operation, runs.bytes, runs.valuesStart, runs.valueSize, runs.encoding, runs.valueCount);
    operation.isQuestionable = runs.isDoubtful;
  }
  // Other groups have no points here: what was meant is the group.
  if (operation.space === Space.other) operation.first = group;
  else if (operation.space === Space.authentication) operation.first = user;
}

/** A file is named, as `files` read it last; its content are the values, and neither handles nor passwords are. */
export function setFile(operation: Operation, files: Files, bytes: Uint8Array): void {
  setNoValues(operation);
  operation.first = -1;
  operation.count = 1;
  operation.nameBytes = files.nameBytes;
  operation.nameStart = files.nameStart;
  operation.nameEnd = files.nameEnd;
  if (files.verb >= 0) operation.verb = files.verb;
  const size = files.dataEnd - files.dataStart;
  if (size > 0) setValues(operation, bytes, files.dataStart, size, Encoding.bytes, 1);
}
