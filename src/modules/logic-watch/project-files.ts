// Projects of engineering tools by the ends of their names: which tool a file belongs to.

/** Ends of names that no other software uses, or that are believed with a content that fits. */
const PROJECT_NAMES: readonly (readonly [tool: string, name: RegExp])[] = [
  ['STEP 7', /\.(?:s7p|s7l|awl|s7f)$/i],
  ['TIA Portal', /\.(?:[az]ap?\d{2}(?:_\d)?|zap\d{2}(?:_\d)?|zal\d{2}|al\d{2})$/i],
  ['STEP 7-Micro/WIN', /\.(?:mwp|smart)$/i],
  ['LOGO! Soft', /\.(?:lsc|lld|lma)$/i],
  ['Studio 5000', /\.(?:acd|l5x|l5k)$/i],
  ['RSLogix 500', /\.rss$/i],
  ['Connected Components Workbench', /\.ccwsln$/i],
  ['FactoryTalk View', /\.(?:apa|mer)$/i],
  ['Unity Pro or Control Expert', /\.(?:stu|sta|xef|zef|xhw)$/i],
  ['EcoStruxure Machine Expert', /\.(?:smbp|smbe|projectarchive)$/i],
  ['GX Works', /\.(?:gxw|gx3|gpj)$/i],
  ['CX-Programmer or Sysmac Studio', /\.(?:cxp|cxt|smc2|csm2)$/i],
  ['TwinCAT', /\.(?:tsproj|tszip|tnzip|tpzip|plcproj|tsm)$/i],
  ['Automation Studio', /\.apj$/i],
  ['PC WORX', /\.(?:pcwex|mwt|zwt)$/i],
  ['Proficy Machine Edition', /\.(?:swxcf|swxcp)$/i],
  ['PCM600 or IEC 61850', /\.(?:pcmp|scd|icd|cid|ssd|iid|sed)$/i],
];
const PROJECT_BYTES_MIN = 64;

/** The tool whose project it is; '' where it is none. */
export function projectTool(name: string, size: number): string {
  if (size < PROJECT_BYTES_MIN) return '';
  const path = name.split(/[?#]/, 1)[0]!;
  for (const [tool, pattern] of PROJECT_NAMES) if (pattern.test(path)) return tool;
  return '';
}
