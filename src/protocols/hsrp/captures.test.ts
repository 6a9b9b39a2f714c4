// The captures of this folder, from their building to their facts.
import { testGoldens } from '../../../scripts/protocol-goldens.ts';
import { exampleCaptures } from './captures/example-captures.ts';

testGoldens(import.meta.dirname, exampleCaptures());
