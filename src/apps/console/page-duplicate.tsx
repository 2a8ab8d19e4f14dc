// One pair: side by side, what differs, and the two ways out of it: a merge is proposed, or they are said to be two.

import { App, Button, Radio } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PairView } from '#contract/merges';
import { ActDialog } from './act-dialog.tsx';
import { get, write } from './api.ts';
import { ConflictTable, PairTable } from './pair-view.tsx';
import { api, pages } from './paths.ts';
import { Link, navigate } from './router.tsx';
import { useMe } from './session.tsx';
import { Loaded, PageHead } from './views.tsx';

export default function DuplicatePage({ suspicionId }: { readonly suspicionId: string }) {
  const pair = useQuery({
    queryKey: ['duplicate', suspicionId],
    queryFn: () => get<PairView>(api.duplicate(suspicionId)),
  });
  return (
    <>
      <PageHead title="是不是同一个人" note="请与本人的证件原件核对。查看完整号码要写理由，本人看得到是谁看过。" />
      <p>
        <Link to={pages.duplicates()}>回到疑似重复人员</Link>
      </p>
      <Loaded query={pair}>{(one) => <Pair pair={one} suspicionId={suspicionId} />}</Loaded>
    </>
  );
}

function Pair({ pair, suspicionId }: { readonly pair: PairView; readonly suspicionId: string }) {
  const me = useMe();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [keepId, setKeepId] = useState(
    pair.one.verified || !pair.other.verified ? pair.one.personId : pair.other.personId,
  );
  const [asking, setAsking] = useState<'propose' | 'different' | null>(null);
  const isWindow = me.roles.some(({ role }) => role === 'hrss_window');
  const refresh = async (): Promise<void> => {
    setAsking(null);
    await client.invalidateQueries({ queryKey: ['duplicate', suspicionId] });
    await client.invalidateQueries({ queryKey: ['duplicates'] });
  };
  const from = keepId === pair.one.personId ? pair.other : pair.one;
  const canAct = pair.state === 'open' || pair.state === 'different';
  return (
    <>
      <section className="panel gap">
        <h2>
          {pair.strengthZh}：{pair.reasons.join('；')}
        </h2>
        <PairTable pair={pair} canUnmask keepId={canAct ? keepId : undefined} />
      </section>
      <section className="panel gap">
        <h2>两边不一致的内容</h2>
        <ConflictTable pair={pair} />
      </section>
      <section className="panel gap">
        <h2>处理</h2>
        {!canAct && pair.mergeId && (
          <p>
            {pair.state === 'merged' ? '这两个登记已合并。' : '已提请合并，等待另一人复核。'}{' '}
            <Link to={pages.merge(pair.mergeId)}>看这件合并</Link>
          </p>
        )}
        {!canAct && !pair.mergeId && <p>这两个登记已经是同一个人。</p>}
        {canAct && isWindow && (
          <fieldset className="gap">
            <legend>合并后保留哪一个登记（另一个并入它，内容原样留着，撤销时各归各的）</legend>
            <Radio.Group value={keepId} onChange={({ target }) => setKeepId(String(target.value))}>
              <Radio value={pair.one.personId}>保留登记一 {pair.one.name}</Radio>
              <Radio value={pair.other.personId}>保留登记二 {pair.other.name}</Radio>
            </Radio.Group>
          </fieldset>
        )}
        {canAct && (
          <div className="marks">
            {isWindow ? (
              <Button type="primary" onClick={() => setAsking('propose')}>
                是同一人，提请合并
              </Button>
            ) : (
              <span className="soft">由人社窗口提请合并，您复核。</span>
            )}
            {pair.state === 'open' && <Button onClick={() => setAsking('different')}>不是同一人</Button>}
          </div>
        )}
        {pair.state === 'different' && <p className="soft">已认定不是同一人；有新的线索时会重新列出。</p>}
      </section>
      {asking === 'propose' && (
        <ActDialog
          title="提请合并"
          note={
            pair.conflicts.length === 0
              ? '另一位复核岗位的同事同意后才合并；两部手机都会收到短信。'
              : `上面列出的 ${pair.conflicts.length} 项不一致，复核的人会看到同样的内容；两部手机都会收到短信。`
          }
          fields={[
            { name: 'note', label: '理由', kind: 'text', help: '写明核对了什么，例如：两个证件原件、本人在场。' },
          ]}
          submitZh="提请合并"
          onClose={() => setAsking(null)}
          onSubmit={async ({ note = '' }) => {
            const { mergeId } = await write<{ mergeId: string }>(api.proposeMerge, {
              fromId: from.personId,
              intoId: keepId,
              note,
              conflictsHash: pair.conflictsHash,
            });
            void message.success('已提请，等待复核。');
            await refresh();
            navigate(pages.merge(mergeId));
          }}
        />
      )}
      {asking === 'different' && (
        <ActDialog
          title="认定不是同一人"
          note="以后不再提示，除非出现现在还不知道的线索。"
          fields={[{ name: 'note', label: '理由', kind: 'text', help: '例如：双胞胎，两个证件原件都核对过。' }]}
          submitZh="不是同一人"
          onClose={() => setAsking(null)}
          onSubmit={async ({ note = '' }) => {
            await write(api.settleDifferent(suspicionId), { note });
            void message.success('已认定不是同一人。');
            await refresh();
          }}
        />
      )}
    </>
  );
}
