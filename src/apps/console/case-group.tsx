// A group that an organisation insures (DI-002): what it has to pay and where, how far insuring has come, and who is insured. While
// something is going on the page looks again by itself.

import { Alert, App, Button, Progress, QRCode, Segmented } from 'antd';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { GroupView, InsuredPage } from '#contract/cover';
import type { PaymentView } from '#contract/money';
import { get, isMissing, write } from './api.ts';
import { ActDialog, type ActField } from './act-dialog.tsx';
import { DataTable, type Column } from './data-table.tsx';
import { Money, Tag, When } from './marks.tsx';
import { api } from './paths.ts';
import { useMe } from './session.tsx';
import { FaultView, Loaded } from './views.tsx';

type Paying = { readonly payment: PaymentView | null };
type Insured = InsuredPage['items'][number];

const lookMs = 2_000;

export function CaseGroup({ caseId, onMoved }: { readonly caseId: string; readonly onMoved: () => void }) {
  const group = useQuery({
    queryKey: ['group', caseId],
    queryFn: () => get<GroupView>(api.caseGroup(caseId)),
    retry: false,
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'done' ? lookMs : false),
  });
  // The group is its organisation's and the insurer's: other offices read the case alone.
  if (isMissing(group.error)) return null;
  return (
    <Loaded query={group}>
      {(view) => (
        <>
          <Cashier caseId={caseId} onPaid={onMoved} />
          <Standing view={view} onMoved={onMoved} />
          <People caseId={caseId} view={view} />
        </>
      )}
    </Loaded>
  );
}

function Cashier({ caseId, onPaid }: { readonly caseId: string; readonly onPaid: () => void }) {
  const found = useQuery({
    queryKey: ['org-payment', caseId],
    queryFn: () => get<Paying>(api.casePayment(caseId)),
    refetchInterval: ({ state }) => (isOpen(state.data?.payment) ? lookMs : false),
  });
  const check = useMutation({
    mutationFn: () => write<Paying>(api.checkCasePayment(caseId), {}),
    onSuccess: async () => {
      await found.refetch();
      onPaid();
    },
  });
  const payment = found.data?.payment;
  if (!payment) return null;
  const { payUrl } = payment;
  return (
    <section className="panel" aria-labelledby="cashier">
      <h2 id="cashier">
        付款 <Tag tone={payment.state === 'paid' ? 'green' : 'plain'}>{payment.stateZh}</Tag>
      </h2>
      <dl className="facts">
        <div>
          <dt>{isOpen(payment) ? '应付' : '金额'}（元）</dt>
          <dd>
            <Money fen={payment.amountFen} />
          </dd>
        </div>
        <div>
          <dt>{payment.paidAt ? '付款时间' : '最晚付款时间'}</dt>
          <dd>
            <When at={payment.paidAt ?? payment.expiresAt} />
          </dd>
        </div>
      </dl>
      {payment.state === 'created' && <p role="status">正在向支付平台下单，稍等几秒自动显示付款码。</p>}
      {payment.state === 'closed' && <p>没有在时间内付款，已自动取消，没有扣款。要投保，请重新发起。</p>}
      {isOpen(payment) && payUrl && (
        <div className="cashier">
          <QRCode value={payUrl} type="svg" size={200} bordered={false} />
          <div>
            <p>用微信扫码付款。付好后这里自动更新；怎么算出来的，见“办理经过”里的逐条说明。</p>
            {payUrl.startsWith('http') && (
              <p>
                <a href={payUrl} target="_blank" rel="noreferrer">
                  打开模拟收银台
                </a>
              </p>
            )}
            <Button loading={check.isPending} onClick={() => check.mutate()}>
              我已付款，查一下
            </Button>
          </div>
        </div>
      )}
      {check.error && <FaultView error={check.error} />}
    </section>
  );
}

function isOpen(payment: PaymentView | null | undefined): boolean {
  return payment?.state === 'open' || payment?.state === 'created';
}

function Standing({ view, onMoved }: { readonly view: GroupView; readonly onMoved: () => void }) {
  const shown = useRef(view.state);
  useEffect(() => {
    if (shown.current === view.state) return;
    shown.current = view.state;
    onMoved();
  }, [onMoved, view.state]);
  const doing = view.state === 'checking' ? view.listed : view.bound;
  const of = view.state === 'checking' ? view.total : view.insurable - view.declined;
  const isBusy = view.state === 'checking' || view.state === 'insuring';
  return (
    <section className="panel" aria-labelledby="standing">
      <h2 id="standing">
        {view.day} 的保障 <Tag tone={view.state === 'done' ? 'green' : 'accent'}>{view.stateZh}</Tag>
      </h2>
      {isBusy && of > 0 && (
        <Progress percent={Math.floor((doing * 100) / of)} aria-label={`${view.stateZh}，${doing} / ${of} 人`} />
      )}
      <dl className="facts">
        <Count zh="名单" count={view.total} />
        <Count zh="可以投保" count={view.insurable} />
        <Count zh="已有保障" count={view.bound} />
        <Count zh="没有承保" count={view.outBy.reduce((sum, { count }) => sum + count, 0)} />
      </dl>
      {view.outBy.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title="有人没有承保，不收费，已收的原路退回"
          description={view.outBy.map(({ zh, count }) => `${zh}：${count} 人`).join('；')}
        />
      )}
      <p className="sub">{view.replaceZh}。</p>
    </section>
  );
}

function Count({ zh, count }: { readonly zh: string; readonly count: number }) {
  return (
    <div>
      <dt>{zh}（人）</dt>
      <dd>{count.toLocaleString('zh-CN')}</dd>
    </div>
  );
}

const columns: readonly Column<Insured>[] = [
  { key: 'line', title: '名单行号', width: 100, cell: (one) => one.line },
  { key: 'name', title: '姓名', width: 120, cell: (one) => one.name },
  { key: 'work', title: '从业类别', width: 140, cell: (one) => one.workType },
  { key: 'standing', title: '保障', cell: (one) => (one.replaces ? `${one.zh}（换下第 ${one.replaces} 行）` : one.zh) },
  { key: 'policy', title: '凭证号', cell: (one) => <span className="mono">{one.policyNo ?? ''}</span> },
];

const newcomer: readonly ActField[] = [
  { name: 'name', label: '换上的人的姓名', kind: 'text' },
  { name: 'idNumber', label: '身份证号', kind: 'text' },
  { name: 'phone', label: '手机号', kind: 'text', help: '会收到短信，知道由贵单位投保' },
  { name: 'post', label: '岗位', kind: 'text', optional: true, help: '不写的，与换下的人相同' },
];

function People({ caseId, view }: { readonly caseId: string; readonly view: GroupView }) {
  const [out, setOut] = useState(false);
  const [trail, setTrail] = useState<readonly (string | undefined)[]>([undefined]);
  const [leaving, setLeaving] = useState<Insured | null>(null);
  const { message } = App.useApp();
  const cursor = trail.at(-1);
  const found = useQuery({
    queryKey: ['insured', caseId, out, cursor, view.state],
    queryFn: () => get<InsuredPage>(api.caseInsured(caseId, { ...(out ? { out: '1' } : {}), cursor })),
    placeholderData: keepPreviousData,
  });
  const mayReplace = useMe().roles.some(({ role }) => role === 'enterprise' || role === 'grassroots_union');
  if (view.listed === 0) return null;
  const replacing: readonly Column<Insured>[] = mayReplace
    ? [
        {
          key: 'replace',
          title: '换人',
          width: 90,
          cell: (one) =>
            one.replaceable && (
              <Button size="small" aria-label={`换下第 ${one.line} 行的${one.name}`} onClick={() => setLeaving(one)}>
                换人
              </Button>
            ),
        },
      ]
    : [];
  return (
    <section className="panel" aria-labelledby="insured">
      <h2 id="insured">人员清单</h2>
      <Segmented
        options={[
          { value: 'all', label: '全部' },
          { value: 'out', label: '只看没有承保的' },
        ]}
        value={out ? 'out' : 'all'}
        onChange={(value) => {
          setOut(value === 'out');
          setTrail([undefined]);
        }}
      />
      <Loaded query={found}>
        {(page) => (
          <>
            <DataTable
              caption="人员清单"
              columns={[...columns, ...replacing]}
              rows={page.items}
              keyOf={(one) => String(one.line)}
              empty={<p className="soft">{out ? '名单上的人都可以承保。' : '还没有人。'}</p>}
            />
            {(trail.length > 1 || page.nextCursor) && (
              <nav className="pager" aria-label="清单翻页">
                {trail.length > 1 && <Button onClick={() => setTrail(trail.slice(0, -1))}>上一页</Button>}
                {page.nextCursor && (
                  <Button onClick={() => setTrail([...trail, page.nextCursor ?? undefined])}>下一页</Button>
                )}
              </nav>
            )}
          </>
        )}
      </Loaded>
      {leaving && (
        <ActDialog
          title={`换下 ${leaving.name}（第 ${leaving.line} 行）`}
          note={`${view.replaceZh}。换下的人那天没有这份保障，两个人都会收到短信；不另收费。`}
          fields={newcomer}
          submitZh="换人"
          onClose={() => setLeaving(null)}
          onSubmit={async (values) => {
            const { line } = await write<{ readonly line: number }>(api.replaceInsured(caseId, leaving.line), values);
            setLeaving(null);
            await found.refetch();
            void message.success(`已换人，换上的人在第 ${line} 行`);
          }}
        />
      )}
    </section>
  );
}
