// One check sheet: what the insurer decided, what the rule gives, which papers there are, and what the checker found. It prints as it is.

import { App, Button } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { conclusions, follows, type SheetView } from '#contract/sampling';
import { ActDialog, type ActField, type ActValues } from './act-dialog.tsx';
import { get, sentenceOf, write } from './api.ts';
import { Money, Tag, When } from './marks.tsx';
import { Fact } from './page-settlements.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { Loaded, PageHead } from './views.tsx';
import { dayZh } from './words.ts';

type Verb = 'take' | 'conclude' | 'confirm' | 'assign';
type Asked = {
  readonly title: string;
  readonly verb: Verb;
  readonly fields: readonly ActField[];
  readonly body: (values: ActValues) => object;
};

const optionsOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

const concluding: Asked = {
  title: '填写检查结论',
  verb: 'conclude',
  fields: [
    { name: 'conclusion', label: '结论', kind: 'choice', options: optionsOf(conclusions), start: 'right' },
    { name: 'remark', label: '检查说明', kind: 'text', help: '看了哪些材料、怎么核对的、有什么不符。' },
    {
      name: 'follow',
      label: '怎么处理',
      kind: 'choice',
      options: optionsOf(follows),
      optional: true,
      help: '结论为“有误”时必选；经另一人复核后写入办件并通知保险公司。',
    },
  ],
  body: ({ conclusion, remark, follow }) => ({
    conclusion,
    remark,
    follow: conclusion === 'wrong' ? follow || null : null,
  }),
};
const returning: Asked = {
  title: '退回重查',
  verb: 'confirm',
  fields: [{ name: 'reason', label: '退回的理由', kind: 'text' }],
  body: ({ reason }) => ({ agree: false, reason }),
};
const assigning: Asked = {
  title: '改派给另一个部门',
  verb: 'assign',
  fields: [
    {
      name: 'role',
      label: '改由谁检查',
      kind: 'choice',
      options: [
        { value: 'hrss_reviewer', label: '人社部门' },
        { value: 'finance_bureau', label: '财政部门' },
        { value: 'county_union', label: '工会' },
        { value: 'supervisor', label: '督办人员' },
      ],
      help: '原来领取的人不能再看这张检查单。',
    },
  ],
  body: ({ role }) => ({ role }),
};

export default function SamplingSheetPage({ sheetId }: { readonly sheetId: string }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);
  const sheet = useQuery({
    queryKey: ['sampling-sheet', sheetId],
    queryFn: () => get<SheetView>(api.samplingSheet(sheetId)),
  });
  const send = async (verb: Verb, body: object): Promise<void> => {
    await write(api.samplingAct(sheetId, verb), { ...body });
    void message.success('已记下。');
    await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('sampling') });
  };
  const at = (verb: Verb, body: object) => () =>
    void send(verb, body).catch((error: unknown) => void message.error(sentenceOf(error).what));
  return (
    <Loaded query={sheet} title="检查单">
      {(view) => (
        <>
          <PageHead
            title={`检查单 ${view.no}`}
            note={`${view.insurer}，${view.benefitZh}`}
            extra={<Link to={pages.sampling()}>回到列表</Link>}
          />
          <Sheet view={view} />
          <p className="marks actions">
            {view.can.take && (
              <Button type="primary" onClick={at('take', {})}>
                领取检查
              </Button>
            )}
            {view.can.conclude && (
              <Button type="primary" onClick={() => setAsked(concluding)}>
                填写结论
              </Button>
            )}
            {view.can.confirm && (
              <>
                <Button type="primary" onClick={at('confirm', { agree: true })}>
                  复核同意“有误”
                </Button>
                <Button onClick={() => setAsked(returning)}>退回重查</Button>
              </>
            )}
            {view.can.assign && <Button onClick={() => setAsked(assigning)}>改派</Button>}
            <Button onClick={() => window.print()}>打印</Button>
          </p>
          {asked && (
            <ActDialog
              title={asked.title}
              fields={asked.fields}
              submitZh="提交"
              onClose={() => setAsked(null)}
              onSubmit={async (values) => {
                await send(asked.verb, asked.body(values));
                setAsked(null);
              }}
            />
          )}
        </>
      )}
    </Loaded>
  );
}

function Sheet({ view }: { readonly view: SheetView }) {
  const { claim } = view;
  return (
    <>
      <Panel zh="保险公司的决定">
        <dl className="facts">
          <Fact zh="办件" value={view.caseId ? <Link to={pages.case(view.caseId)}>{view.caseNo}</Link> : view.caseNo} />
          <Fact zh="服务" value={claim.serviceZh} />
          <Fact zh="申请人" value={claim.applicant || '单位'} />
          <Fact zh="结果" value={view.outcomeZh} />
          <Fact zh="金额（元）" value={<Money fen={view.amountFen} />} />
          {claim.denial && <Fact zh="不予赔付的理由" value={claim.denial} />}
        </dl>
        {!view.caseId && <p className="soft">办件里的材料只有参与办理的单位能打开；需要看原件的，请督办人员调取。</p>}
      </Panel>
      <Panel zh="规则的计算">
        {claim.calculation.length === 0 ? (
          <p className="soft">没有计算：不予赔付的，规则没有算出金额。</p>
        ) : (
          <dl className="facts">
            {claim.calculation.map((line, place) => (
              <Fact key={`${place} ${line.zh}`} zh={line.zh} value={line.value} />
            ))}
          </dl>
        )}
      </Panel>
      <Panel zh="材料">
        {claim.papers.length === 0 ? (
          <p className="soft">没有提交材料。</p>
        ) : (
          <ul>
            {claim.papers.map((paper) => (
              <li key={paper.zh}>
                {paper.zh}，{paper.files} 份
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel zh="检查">
        <dl className="facts">
          <Fact zh="检查部门" value={view.department} />
          <Fact zh="检查人" value={view.checker ?? '还没有人领取'} />
          <Fact
            zh="期限"
            value={
              <>
                {dayZh(view.dueOn)} {view.overdue && <Tag tone="red">已超期</Tag>}
              </>
            }
          />
          <Fact zh="状态" value={view.stateZh} />
          {view.returnReason && <Fact zh="复核退回" value={view.returnReason} />}
          {view.conclusion && <Fact zh="结论" value={conclusions[view.conclusion]} />}
          {view.remark && <Fact zh="检查说明" value={view.remark} />}
          {view.followZh && <Fact zh="处理" value={view.followZh} />}
          {view.concludedAt && <Fact zh="作出结论" value={<When at={view.concludedAt} />} />}
          {view.confirmedBy && (
            <Fact
              zh="复核"
              value={
                <>
                  {view.confirmedBy} <When at={view.confirmedAt} />
                </>
              }
            />
          )}
        </dl>
      </Panel>
    </>
  );
}

function Panel({ zh, children }: { readonly zh: string; readonly children: ReactNode }) {
  return (
    <section className="panel gap" aria-label={zh}>
      <h2>{zh}</h2>
      {children}
    </section>
  );
}
