// Every word that the dashboard says of its own stands in ui/texts.ts: no page holds one, so that another language is
// another such file.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type ts from 'typescript';

const typescript = createRequire(import.meta.url)('typescript') as typeof ts;
const FOLDER = fileURLToPath(new URL('../../ui/', import.meta.url));
/** Attributes that people read or hear. */
const SPOKEN = ['aria-label', 'aria-description', 'aria-valuetext', 'title', 'alt', 'placeholder', 'label'];
/** Attributes of other kinds: names of classes, ways of SVG. */
const UNSPOKEN = ['class', 'd', 'transform', 'viewBox', 'preserveAspectRatio', 'href', 'points', 'rel'];
/** Attributes of ours that hold lists of such words. */
const HEADINGS = ['titles'];
const WORD = /\p{L}{2}/u;
/** Two words: what no identifier, path or name of an event is. */
const SENTENCE = /\p{L}{2,}[,.:;]? \p{L}+/u;

/** `line: text` of each literal that a person would read. */
function literals(path: string, source: string): string[] {
  const file = typescript.createSourceFile(
    path,
    source,
    typescript.ScriptTarget.ESNext,
    true,
    typescript.ScriptKind.TSX,
  );
  const found: string[] = [];
  const note = (node: ts.Node, text: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${line + 1}: ${text.trim()}`);
  };
  const look = (node: ts.Node): void => {
    if (typescript.isImportDeclaration(node)) return;
    if (typescript.isJsxText(node) && WORD.test(node.text)) note(node, node.text);
    if (typescript.isJsxAttribute(node)) {
      const name = node.name.getText();
      if (UNSPOKEN.includes(name)) return;
      const { initializer } = node;
      if (SPOKEN.includes(name) && initializer !== undefined && typescript.isStringLiteral(initializer)) {
        if (WORD.test(initializer.text)) note(node, initializer.text);
        return;
      }
    }
    if (typescript.isJsxAttribute(node) && HEADINGS.includes(node.name.getText())) {
      if (/'[^']*\p{L}{2}/u.test(node.getText())) note(node, node.getText());
      return;
    }
    if (typescript.isStringLiteral(node) && SENTENCE.test(node.text)) note(node, node.text);
    if (typescript.isTemplateHead(node) || typescript.isTemplateMiddle(node) || typescript.isTemplateTail(node))
      if (SENTENCE.test(node.text)) note(node, node.text);
    typescript.forEachChild(node, look);
  };
  look(file);
  return found;
}

test('no page holds a text of its own', () => {
  for (const name of readdirSync(FOLDER).filter((each) => each.endsWith('.tsx')))
    assert.deepEqual(literals(name, readFileSync(`${FOLDER}${name}`, 'utf8')), [], `ui/${name}`);
});

test('a text in a page would be found, wherever it stands', () => {
  for (const page of [
    '<p>Nothing here</p>',
    '<input aria-label="Search" />',
    "<p>{isOpen ? 'it is open' : ''}</p>",
    '<p>{`frame ${number} of many`}</p>',
    "<TableHead titles={['who']} />",
  ])
    assert.equal(literals('page.tsx', `const page = ${page};`).length, 1, page);
  assert.deepEqual(literals('page.tsx', 'const page = <p class="two words">{texts.nothing}</p>;'), []);
});
