// The printed page: the same bytes for the same content, and nothing that a value could smuggle in.

import { describe, expect, it } from 'vitest';
import type { DocumentContent } from './contract.ts';
import { render } from './page.ts';
import { renderPdf } from './pdf.ts';

const content: DocumentContent = {
  v: 1,
  title: '入会通知书',
  layout: 'letter',
  addressee: '{{applicant}}：',
  blocks: [
    { kind: 'paragraph', text: '理由：<script>alert("1")</script> & \'2\'' },
    {
      kind: 'facts',
      rows: [
        ['会员编号', 'M1'],
        ['所属工会', ''],
      ],
    },
  ],
  remedy: '可以自收到之日起六十日内申请行政复议。',
  issuer: '示例区总工会',
  caseNo: '35020020260301000123',
  day: '2026年3月1日',
};
const printed = { content, documentId: '0190-1', applicant: '张三', idTail: '002X', notice: '' };

describe('render', () => {
  it('is the same to the byte', () => {
    expect(render(printed)).toBe(render(structuredClone(printed)));
  });

  it('says who issued it, to whom, and what can be done against it', () => {
    const html = render(printed);
    for (const text of [
      '示例区总工会',
      '张三：',
      '入会通知书',
      '六十日内申请行政复议',
      '2026年3月1日',
      '35020020260301000123',
      '0190-1',
    ]) {
      expect(html).toContain(text);
    }
    expect(html).toContain('<td>—</td>');
  });

  it('lets no markup through, from the content or from the name', () => {
    const html = render({ ...printed, applicant: '<img src=x onerror=1>' });
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;2&#39;');
  });

  it('fills in the tail of the ID number for whoever may see it', () => {
    const blocks: DocumentContent['blocks'] = [{ kind: 'paragraph', text: '证件号末四位{{id_tail}}' }];
    expect(render({ ...printed, content: { ...content, blocks } })).toContain('证件号末四位002X');
  });

  it('frames a certificate instead of heading it', () => {
    const html = render({ ...printed, content: { ...content, layout: 'certificate', remedy: null } });
    expect(html).toContain('class="certificate"');
    expect(html).not.toContain('<header>');
  });
});

describe('renderPdf', () => {
  const at = '2026-03-01T01:00:00.000Z';

  it('is a PDF/A with its fonts inside, the same to the byte, and another one for another name', () => {
    const pdf = renderPdf(printed, at);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.includes('pdfaid:part')).toBe(true);
    expect(pdf.includes('NotoSerifSC')).toBe(true);
    expect(pdf.equals(renderPdf(structuredClone(printed), at))).toBe(true);
    expect(pdf.equals(renderPdf({ ...printed, applicant: '李四' }, at))).toBe(false);
  });

  it('reads nothing in the content as markup, and takes a certificate and a text of many pages', () => {
    const long = { kind: 'paragraph', text: '#panic("x") $ * _ \\ [ ] @a '.repeat(400) } as const;
    const odd = { ...content, layout: 'certificate' as const, remedy: null, blocks: [long, ...content.blocks] };
    expect(renderPdf({ ...printed, content: odd, notice: '演示' }, at).length).toBeGreaterThan(10_000);
  });
});
