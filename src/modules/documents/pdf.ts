// Prints a document as PDF/A-2b from the same content as the page, by one Typst template: the same bytes every time, with its fonts
// inside. The content travels as data, so that nothing in it is ever read as markup.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { dayOf } from '#platform/calendar';
import type { DocumentContent } from './contract.ts';
import { inWords, type Printed } from './page.ts';

const require = createRequire(import.meta.url);
const fonts = dirname(require.resolve('@expo-google-fonts/noto-serif-sc/package.json'));
const weights = ['400Regular/NotoSerifSC_400Regular.ttf', '700Bold/NotoSerifSC_700Bold.ttf'];

type Printer = { readonly compiler: NodeCompiler; readonly template: string };
let printer: Printer | null = null;

/** Fonts take 30 MB and most of a second, and are read when the first PDF is asked for. */
function ready(): Printer {
  printer ??= {
    compiler: NodeCompiler.create({
      fontArgs: [{ fontBlobs: weights.map((file) => readFileSync(join(fonts, file))) }],
    }),
    template: readFileSync(join(import.meta.dirname, 'letter.typ'), 'utf8'),
  };
  return printer;
}

/** `at`: when it was issued. It stands in the file's own dates, so that printing it again gives the same bytes. */
export function renderPdf(printed: Printed, at: string): Buffer {
  const { compiler, template } = ready();
  const [year, month, monthday] = dayOf(at).split('-').map(Number);
  const document: DocumentContent & Record<string, unknown> = {
    ...inWords(printed),
    documentId: printed.documentId,
    notice: printed.notice,
    year,
    month,
    monthday,
  };
  return compiler.pdf(
    { mainFileContent: template, inputs: { document: JSON.stringify(document) } },
    { pdfStandard: 'a-2b', creationTimestamp: Math.floor(Date.parse(at) / 1_000) },
  );
}
