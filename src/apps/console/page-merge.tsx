// One merge: what its proposer saw, who decided, and what can still be done with it.

import { Alert, App, Button } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { MergeItem, MergeView } from '#contract/merges';
import { ActDialog } from './act-dialog.tsx';
import { get, sentenceOf, write } from './api.ts';
import { Tag, When } from './marks.tsx';
import { mergeTones } from './page-merges.tsx';
import { ConflictTable, PairTable } from './pair-view.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { Loaded, PageHead } from './views.tsx';

export default function MergePage({ mergeId }: { readonly mergeId: string }) {
  const view = useQuery({ queryKey: ['merge', mergeId], queryFn: () => get<MergeView>(api.merge(mergeId)) });
  return (
    <>
      <PageHead title="合并两个登记" note="复核的人看到的与提请的人一样；有变化时会请您再看一遍。" />
      <p>
        <Link to={pages.merges()}>回到合并与撤销</Link>
      </p>
      <Loaded query={view}>{(one) => <Merge view={one} mergeId={mergeId} />}</Loaded>
    </>
  );
}

function Merge({ view, mergeId }: { readonly view: MergeView; readonly mergeId: string }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const [asking, setAsking] = useState<'refuse' | 'undo' | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { merge, pair } = view;
  const done = async (said: string): Promise<void> => {
    void message.success(said);
    setAsking(null);
    await client.invalidateQueries({ queryKey: ['merge', mergeId] });
    await client.invalidateQueries({ queryKey: ['merges'] });
  };
  const run = async (work: () => Promise<unknown>, said: string): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
      await done(said);
    } catch (error) {
      setFailure(error);
      // Whoever is told to look again sees what there is now.
      await client.invalidateQueries({ queryKey: ['merge', mergeId] });
    } finally {
      setBusy(false);
    }
  };
  const decide = (agree: boolean, note: string) =>
    write(api.decideMerge(mergeId), { agree, note, conflictsHash: pair.conflictsHash });
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <>
      <section className="panel gap">
        <h2>
          <Tag tone={mergeTones[merge.state]}>{merge.stateZh}</Tag> {merge.from} → {merge.into}
        </h2>
        <History merge={merge} />
        <PairTable pair={pair} canUnmask={false} />
      </section>
      <section className="panel gap">
        <h2>{merge.state === 'proposed' ? '两边不一致的内容' : '提请时两边不一致的内容'}</h2>
        <ConflictTable pair={pair} />
      </section>
      {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} className="gap" />}
      <div className="marks">
        {merge.can.decide && (
          <>
            <Button
              type="primary"
              loading={busy}
              onClick={() => void run(() => decide(true, ''), '已合并，两部手机都会收到短信。')}
            >
              同意合并
            </Button>
            <Button danger onClick={() => setAsking('refuse')}>
              不同意
            </Button>
          </>
        )}
        {merge.can.withdraw && (
          <Button loading={busy} onClick={() => void run(() => write(api.withdrawMerge(mergeId), {}), '已撤回。')}>
            撤回提请
          </Button>
        )}
        {merge.can.undo && (
          <Button danger onClick={() => setAsking('undo')}>
            撤销合并
          </Button>
        )}
        {merge.state === 'proposed' && !merge.can.decide && <span className="soft">由另一位复核岗位的同事办理。</span>}
      </div>
      {asking === 'refuse' && (
        <ActDialog
          title="不同意合并"
          fields={[{ name: 'note', label: '理由', kind: 'text', help: '提请的人会看到。' }]}
          submitZh="不同意"
          danger
          onClose={() => setAsking(null)}
          onSubmit={async ({ note = '' }) => {
            await decide(false, note);
            await done('已告知提请的人。');
          }}
        />
      )}
      {asking === 'undo' && (
        <ActDialog
          title="撤销合并"
          note="马上生效：两个登记各看各的。合并期间新办的归保留的登记；两部手机都会收到短信。"
          fields={[{ name: 'note', label: '理由', kind: 'text' }]}
          submitZh="撤销合并"
          danger
          onClose={() => setAsking(null)}
          onSubmit={async ({ note = '' }) => {
            await write(api.undoMerge(mergeId), { note });
            await done('已撤销，两个登记各归各的。');
          }}
        />
      )}
    </>
  );
}

function History({ merge }: { readonly merge: MergeItem }) {
  return (
    <dl className="facts">
      <dt>提请</dt>
      <dd>
        {merge.proposedBy} <When at={merge.proposedAt} />：{merge.note}
        {merge.reasons.length > 0 && <span className="sub">{merge.reasons.join('；')}</span>}
      </dd>
      {merge.decidedAt && (
        <>
          <dt>{merge.state === 'withdrawn' ? '撤回' : '复核'}</dt>
          <dd>
            {merge.decidedBy} <When at={merge.decidedAt} />
            {merge.decisionNote && `：${merge.decisionNote}`}
          </dd>
        </>
      )}
      {merge.objectedAt && (
        <>
          <dt>本人异议</dt>
          <dd>
            <When at={merge.objectedAt} /> 在手机上表示不是同一人，请联系本人核实
          </dd>
        </>
      )}
      {merge.undoneAt && (
        <>
          <dt>撤销</dt>
          <dd>
            {merge.undoneBy} <When at={merge.undoneAt} />：{merge.undoNote}
          </dd>
        </>
      )}
    </dl>
  );
}
