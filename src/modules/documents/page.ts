// Prints a document as one HTML page for A4: the layout of an official letter, or of a certificate. Pure; every value is escaped.

import type { DocumentContent } from './contract.ts';

export type Printed = {
  readonly content: DocumentContent;
  readonly documentId: string;
  /** Full name for those who may see it, else the mask. */
  readonly applicant: string;
  /** Last four characters of the ID number for the person, a mask for others. */
  readonly idTail: string;
  /** What must be said of every paper of this installation (that its data are fictional), or empty. */
  readonly notice: string;
};

/** The content with the applicant's name and tail of the ID number, or their masks, in their places. */
export function inWords({ content, applicant, idTail }: Printed): DocumentContent {
  const put = (text: string): string => text.replaceAll('{{applicant}}', applicant).replaceAll('{{id_tail}}', idTail);
  return {
    ...content,
    addressee: put(content.addressee),
    blocks: content.blocks.map((block) =>
      block.kind === 'paragraph'
        ? { kind: 'paragraph', text: put(block.text) }
        : { kind: 'facts', rows: block.rows.map(([label, text]) => [put(label), put(text)]) },
    ),
    remedy: content.remedy === null ? null : put(content.remedy),
  };
}

const style = `
@page { size: A4; margin: 37mm 26mm 35mm 28mm }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 156mm; color: #111; font: 16pt/1.75 "Noto Serif SC", "FangSong", "STFangsong", "SimSun", serif }
header { color: #c1121f; text-align: center; border-bottom: 1.2mm solid #c1121f; padding: 8mm 0 4mm; font-size: 22pt; font-weight: 700 }
.number { text-align: right; font-size: 12pt; margin: 2mm 0 8mm }
h1 { text-align: center; font-size: 22pt; line-height: 1.4; margin: 6mm 0 10mm }
p { margin: 0; text-indent: 2em; text-align: justify; overflow-wrap: anywhere; white-space: pre-line }
p.addressee { text-indent: 0 }
table { width: 100%; border-collapse: collapse; margin: 6mm 0; font-size: 14pt }
th, td { border: .3mm solid #333; padding: 2mm 3mm; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { width: 34%; font-weight: 600 }
.sign { text-align: right; margin-top: 16mm; break-inside: avoid }
.sign p { text-indent: 0; text-align: right }
footer { margin-top: 14mm; padding-top: 2mm; border-top: .2mm solid #999; font-size: 9pt; color: #444 }
.certificate { border: 1.5mm double #8a6d1f; padding: 10mm 12mm; margin-top: 10mm }
nav { text-align: right; font: 16px/44px sans-serif }
@media screen { body { padding: 16px } }
/* A long number in a narrow line would be spaced out to its ends. */
@media screen and (max-width: 600px) { p { text-align: start } }
@media print { nav { display: none } }
`;

export function render(printed: Printed): string {
  const { documentId, notice } = printed;
  const content = inWords(printed);
  const blocks = content.blocks.map(printBlock).join('\n');
  const isLetter = content.layout === 'letter';
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escape(content.title)}</title>
<style>${style}</style>
</head>
<body>
<nav><a href="${encodeURIComponent(documentId)}/pdf">下载 PDF</a></nav>
${notice ? `<p class="demo">${escape(notice)}</p>` : ''}
${isLetter ? `<header>${escape(content.issuer)}</header>\n<div class="number">办件编号：${escape(content.caseNo)}</div>` : ''}
<main${isLetter ? '' : ' class="certificate"'}>
<h1>${escape(content.title)}</h1>
${content.addressee ? `<p class="addressee">${escape(content.addressee)}</p>` : ''}
${blocks}
${content.remedy ? `<p>${escape(content.remedy)}</p>` : ''}
<div class="sign"><p>${escape(content.issuer)}</p><p>${escape(content.day)}</p></div>
</main>
<footer>办件编号 ${escape(content.caseNo)} · 文书编号 ${escape(documentId)}</footer>
</body>
</html>
`;
}

function printBlock(block: DocumentContent['blocks'][number]): string {
  if (block.kind === 'paragraph') return `<p>${escape(block.text)}</p>`;
  const rows = block.rows.map(
    ([label, text]) => `<tr><th scope="row">${escape(label)}</th><td>${escape(text) || '—'}</td></tr>`,
  );
  return `<table><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
