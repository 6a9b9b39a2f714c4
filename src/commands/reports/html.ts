// HTML whose values are escaped unless they are HTML already, and the page around a report: one file that needs nothing
// else, allows no script, and prints well.
import { createHash } from 'node:crypto';
import { grouped, showable } from '../../bytes/text.ts';
import type { Severity } from '../../facts/alert.ts';

/** Text that is HTML; made by `html` alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlValue = string | number | null | Html | readonly HtmlValue[];

/** Longer texts of alerts and names are cut. */
const TEXT_MAX = 4000;
/** Rows of one table; a report is read, not searched. */
const ROWS_MAX = 10_000;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const MARKS: Readonly<Record<Severity, string>> = { critical: '◆', high: '▲', medium: '■', low: '●', info: '○' };

const STYLE = `
:root { color-scheme: light; }
body { font: 10pt/1.4 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 18pt; margin: 0 0 .3rem; }
h2 { font-size: 13pt; margin: 1.6rem 0 .4rem; border-bottom: 1px solid #999; break-after: avoid; }
h3 { font-size: 11pt; margin: 1rem 0 .2rem; break-after: avoid; }
p { margin: .3rem 0; }
dl.about { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
dl.about dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 .8rem; }
caption { text-align: left; font-weight: 600; padding: .2rem 0; }
th, td { border: 1px solid #bbb; padding: .15rem .35rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; min-width: 4.5em; }
td.number { min-width: 0; }
th { background: #eee; }
thead { display: table-header-group; }
tr, .card { break-inside: avoid; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.violating { background: #f6d5d5; }
td.allowed { background: #dcefdc; }
td.within { background: #f2f2f2; }
.severity { white-space: nowrap; font-weight: 600; }
.critical, .high { color: #8a0f0f; }
.card { border: 1px solid #bbb; padding: .3rem .6rem; margin: .5rem 0; }
.small { font-size: 8.5pt; color: #444; }
@page { size: A4; margin: 15mm; @bottom-right { content: counter(page) " / " counter(pages); } }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 9pt; } a { color: inherit; text-decoration: none; } }
`;

/** What a browser may do with a report: its own style, and nothing else. */
export const REPORT_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0]!;
  for (const [index, value] of values.entries()) text += textOf(value) + parts[index + 1]!;
  return new Html(text);
}

function textOf(value: HtmlValue): string {
  if (value === null) return '–';
  if (value instanceof Html) return value.text;
  if (typeof value === 'number') return grouped(value);
  if (typeof value === 'string') return escaped(value);
  return value.map(textOf).join('');
}

function escaped(text: string): string {
  return showable(text, TEXT_MAX).replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** The whole file. `about`: what it was made from. */
export function reportPage(title: string, about: readonly (readonly [string, HtmlValue])[], body: HtmlValue): string {
  const facts = about.map(
    ([name, value]) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="content-security-policy" content="${REPORT_POLICY}" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <h1>${title}</h1>
        <dl class="about">${facts}</dl>
        ${body}
      </body>
    </html> `.text;
}

export interface Column<Item> {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly cell: (item: Item) => HtmlValue;
}

export function table<Item>(caption: string, columns: readonly Column<Item>[], items: readonly Item[]): Html {
  const shown = items.slice(0, ROWS_MAX);
  const head = columns.map(({ title, isNumber }) => html`<th scope="col" ${classOf(isNumber)}>${title}</th>`);
  const rows = shown.map((item) => {
    const cells = columns.map(({ cell, isNumber }) => html`<td${classOf(isNumber)}>${cell(item)}</td>`);
    return html`<tr>
      ${cells}
    </tr> `;
  });
  const more = items.length - shown.length;
  return html`<table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${more > 0 ? html`<p class="small">${more} more are not listed.</p>` : ''}`;
}

function classOf(isNumber: boolean | undefined): Html {
  return new Html(isNumber === true ? ' class="number"' : '');
}

/** Shape and word beside the colour: colour is never the only sign, and many printers have none. */
export function severityMark(severity: Severity): Html {
  return html`<span class="severity ${severity}">${MARKS[severity]} ${severity}</span>`;
}

export function countTable(caption: string, counts: readonly { name: string; count: number }[]): Html {
  return table(
    caption,
    [
      { title: 'what', cell: ({ name }) => name },
      { title: 'how many', isNumber: true, cell: ({ count }) => count },
    ],
    counts,
  );
}

/** `1 device`, `3 devices`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
