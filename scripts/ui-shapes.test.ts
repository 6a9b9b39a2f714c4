// The dashboard imports nothing of src/: it writes down the answers that it reads. What it writes is what the API says of
// itself: every field that it reads is told there, of the same type, and every value that may come has a place.
import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import test from 'node:test';
import ts from 'typescript';
import { openApi } from '../src/server/open-api.ts';
import { TIME } from '../src/server/shapes.ts';

const UI = resolve(import.meta.dirname, '../ui');

/** Interface of the dashboard, by file, and the path whose answer it is; `[]`: one item of its list. */
const ANSWERS: Readonly<Record<string, readonly (readonly [type: string, path: string])[]>> = {
  'api.ts': [
    ['Alert', '/api/alerts/{id}'],
    ['Alert', '/api/alerts[]'],
    ['Action', '/api/actions[]'],
    ['Incident', '/api/incidents[]'],
    ['Incident', '/api/incidents/{id}'],
    ['ProofOfAlert', '/api/alerts/{id}/frames'],
    ['Asset', '/api/assets[]'],
    ['AssetDetail', '/api/assets/{id}'],
    ['Conversation', '/api/conversations[]'],
    ['Overview', '/api/overview'],
    ['Module', '/api/modules[]'],
  ],
  'plant.ts': [
    ['SiteMap', '/api/map'],
    ['OperationPage', '/api/operations'],
    ['Point', '/api/points[]'],
    ['Segmentation', '/api/segmentation'],
    ['FirmwareEvent', '/api/firmware[]'],
    ['Login', '/api/logins[]'],
    ['GuardedDevice', '/api/hardening[]'],
    ['BaselinePage', '/api/baseline'],
  ],
};

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | null)[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

const SOURCES = Object.keys(ANSWERS).map((name) => join(UI, name));
const program = ts.createProgram(SOURCES, {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  types: [],
});
const checker = program.getTypeChecker();

function typeOf(file: string, name: string): ts.Type {
  const source = program.getSourceFile(join(UI, file))!;
  const found = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!).find((each) => each.name === name);
  assert.ok(found, `${file} has no ${name}`);
  return checker.getDeclaredTypeOfSymbol(found);
}

function answerOf(path: string): Schema {
  const { paths } = openApi() as { paths: Record<string, { get: { responses: { 200: { content: unknown } } } }> };
  const content = paths[path.replace('[]', '')]!.get.responses[200].content as Record<string, { schema: Schema }>;
  const { schema } = content['application/json']!;
  return path.endsWith('[]') ? schema.properties!['items']!.items! : schema;
}

/** One line for each thing that the dashboard takes for something else than it is told to be. */
function problemsOf(type: ts.Type, schema: Schema, where: string): string[] {
  const parts = type.isUnion() ? type.types : [type];
  const isNullable = parts.some(({ flags }) => flags & ts.TypeFlags.Null);
  const some = parts.filter(({ flags }) => !(flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)));
  // One schema serves all times, those that are always there and the others.
  if (mayBeNull(schema) && !isNullable && schema !== TIME) return [`${where} may be null`];
  const told = schema.anyOf?.find((each) => each.type !== 'null') ?? schema;
  if (some.every((part) => part.isStringLiteral())) {
    const known = some.map((part) => part.value);
    if (told.enum === undefined) return [`${where} is told to be any text`];
    return told.enum
      .filter((value) => value !== null && !known.includes(value))
      .map((value) => `${where} may be ${value}`);
  }
  const [only] = some;
  if (only === undefined || (some.length > 1 && !isFlag(some))) return [`${where} is a type that is not compared`];
  if (only.flags & ts.TypeFlags.String)
    return isOf(told, 'string') || told.enum !== undefined ? [] : [`${where} is no text`];
  if (only.flags & ts.TypeFlags.Number)
    return isOf(told, 'integer') || isOf(told, 'number') ? [] : [`${where} is no number`];
  if (only.flags & ts.TypeFlags.BooleanLike) return isOf(told, 'boolean') ? [] : [`${where} is no flag`];
  if (only.flags & ts.TypeFlags.Unknown) return [];
  if (checker.isArrayType(only)) {
    const [item] = checker.getTypeArguments(only as ts.TypeReference);
    return told.items === undefined ? [`${where} is no list`] : problemsOf(item!, told.items, `${where}[]`);
  }
  return objectProblems(only, told, where);
}

function objectProblems(type: ts.Type, told: Schema, where: string): string[] {
  if (!isOf(told, 'object')) return [`${where} is no object`];
  const value = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  if (value !== undefined) {
    const each = told.additionalProperties;
    return typeof each === 'object' ? problemsOf(value, each, `${where}{}`) : [];
  }
  return checker.getPropertiesOfType(type).flatMap((property) => {
    const name = `${where}.${property.name}`;
    const schema = told.properties?.[property.name];
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    if (schema === undefined) return isOptional ? [] : [`${name} is not told`];
    if (!isOptional && !(told.required ?? []).includes(property.name)) return [`${name} may be missing`];
    return problemsOf(checker.getTypeOfSymbol(property), schema, name);
  });
}

function mayBeNull(schema: Schema): boolean {
  return isOf(schema, 'null') || schema.enum?.includes(null) === true || schema.anyOf?.some(mayBeNull) === true;
}

function isOf({ type }: Schema, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name));
}

function isFlag(types: readonly ts.Type[]): boolean {
  return types.every(({ flags }) => flags & ts.TypeFlags.BooleanLike);
}

for (const [file, answers] of Object.entries(ANSWERS)) {
  for (const [name, path] of answers) {
    test(`what the dashboard reads of ${path} is what the API says it answers (${name} in ui/${file})`, () => {
      assert.deepEqual(problemsOf(typeOf(file, name), answerOf(path), name), []);
    });
  }
}

test('a field that is not told, one that may be null, a value without a place and another type are found', () => {
  const alert = typeOf('api.ts', 'Alert');
  const told = answerOf('/api/alerts[]');
  const changed = (properties: Record<string, Schema | undefined>): Schema => {
    const all = Object.entries({ ...told.properties, ...properties }).filter(([, schema]) => schema !== undefined);
    return { ...told, properties: Object.fromEntries(all) as Record<string, Schema> };
  };
  assert.deepEqual(problemsOf(alert, changed({ title: undefined }), 'Alert'), ['Alert.title is not told']);
  assert.deepEqual(problemsOf(alert, changed({ object: { type: ['string', 'null'] } }), 'Alert'), [
    'Alert.object may be null',
  ]);
  assert.deepEqual(problemsOf(alert, changed({ severity: { enum: ['info', 'fatal'] } }), 'Alert'), [
    'Alert.severity may be fatal',
  ]);
  assert.deepEqual(problemsOf(alert, changed({ count: { type: 'string' } }), 'Alert'), ['Alert.count is no number']);
  assert.deepEqual(problemsOf(alert, { ...told, required: [] }, 'Alert').length, told.required!.length);
});
