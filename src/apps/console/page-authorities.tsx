// Requests to act for somebody who cannot consent: what was stated beside what is known, the proof, and the decision with its term.

import { Alert, App, Button, Input } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AuthorityDetail, AuthorityItem } from '#contract/authorities';
import { get, sentenceOf, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { Pager } from './data-table.tsx';
import { LabeledInput } from './field.tsx';
import { Serial, Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { TextArea } from './text-area.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

export default function AuthoritiesPage() {
  const { done, cursor } = useQueryParams();
  const tab = done ? 'done' : 'todo';
  const list = useQuery({
    queryKey: ['authorities', tab, cursor],
    queryFn: () => get<Listing<AuthorityItem>>(api.authorities({ tab, cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title="代办授权审核"
        note="本人去世、昏迷或未成年时，近亲属或监护人凭证明代办；同意到哪天、代办哪些事由窗口决定。"
      />
      <nav className="tabs" aria-label="审核范围">
        <Link to={pages.authorities()} aria-current={done ? undefined : 'page'}>
          待审核
        </Link>
        <Link to={pages.authorities({ done: 1 })} aria-current={done ? 'page' : undefined}>
          已审核
        </Link>
      </nav>
      <Loaded query={list}>
        {(page) => (
          <>
            {page.items.length === 0 && (
              <EmptyView title={done ? '还没有审核过的申请' : '没有待审核的申请'}>
                申请人在手机“我的—替家人办”里提出，转到本地区的人社窗口。
              </EmptyView>
            )}
            {page.items.map((item) => (
              <RequestCard key={item.authorityId} item={item} />
            ))}
            <Pager
              nextCursor={page.nextCursor ?? null}
              pageAt={(next) => pages.authorities({ done: done ? 1 : null, cursor: next })}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

function RequestCard({ item }: { readonly item: AuthorityItem }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <article className="panel gap">
      <h2>
        {item.agent} 申请代 {item.principal} 办事{' '}
        <span className="marks">
          <Tag tone={item.state === 'active' ? 'green' : item.state === 'refused' ? 'red' : 'accent'}>
            {item.stateZh}
          </Tag>
        </span>
      </h2>
      <p className="soft">
        {item.causeZh} · {item.kindZh}（{item.relationZh}） · 提出于 <When at={item.createdAt} /> · 申请到{' '}
        {item.untilDay}
      </p>
      <p>代办事项：{item.services.map(({ zh }) => zh).join('、')}</p>
      {item.reason !== null && <p className="entry-note">意见：{item.reason}</p>}
      {item.state === 'requested' && !isOpen && <Button onClick={() => setOpen(true)}>核对材料</Button>}
      {isOpen && <RequestDetail authorityId={item.authorityId} />}
    </article>
  );
}

function RequestDetail({ authorityId }: { readonly authorityId: string }) {
  const detail = useQuery({
    queryKey: ['authority', authorityId],
    queryFn: () => get<AuthorityDetail>(api.authority(authorityId)),
  });
  return <Loaded query={detail}>{(one) => <Decision one={one} />}</Loaded>;
}

function Decision({ one }: { readonly one: AuthorityDetail }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [untilDay, setUntilDay] = useState(one.untilDay);
  const [reason, setReason] = useState('');
  const [caseIds, setCaseIds] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const decide = async (approve: boolean): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await write(api.decideAuthority(one.authorityId), { approve, untilDay, caseIds, reason: reason.trim() });
      void message.success(approve ? '已同意，申请人会收到短信。' : '已告知申请人，理由会显示给对方。');
      await client.invalidateQueries({ queryKey: ['authorities'] });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <>
      <dl className="facts">
        <dt>申请人</dt>
        <dd>
          {one.agentName} {one.agentIdMasked}
        </dd>
        <dt>要替谁办（申请人填写）</dt>
        <dd>
          {one.principalName} <span className="mono">{one.principalIdNumber}</span>{' '}
          <Tag tone={one.known ? 'green' : 'red'}>
            {one.known ? '系统里有姓名和证件号码一致的人' : '系统里没有姓名和证件号码都一致的人'}
          </Tag>
        </dd>
        <dt>证明材料</dt>
        <dd>
          {one.files.map((file) => (
            <a key={file.fileId} href={api.file(file.fileId)} target="_blank" rel="noreferrer">
              {file.name}{' '}
            </a>
          ))}
        </dd>
      </dl>
      {one.cases.length > 0 && (
        <fieldset>
          <legend>本人在办的事，勾选的一并交给代办人（不勾就看不到）</legend>
          {one.cases.map((item) => (
            <label key={item.caseId}>
              <input
                type="checkbox"
                checked={caseIds.includes(item.caseId)}
                onChange={({ target }) =>
                  setCaseIds((ids) => (target.checked ? [...ids, item.caseId] : ids.filter((id) => id !== item.caseId)))
                }
              />{' '}
              {item.serviceZh} <Serial no={item.caseNo} />
            </label>
          ))}
        </fieldset>
      )}
      <LabeledInput label="同意到哪一天" help="最长一年。">
        {(control) => (
          <Input {...control} type="date" value={untilDay} onChange={({ target }) => setUntilDay(target.value)} />
        )}
      </LabeledInput>
      <LabeledInput label="意见" help="不同意时必填，申请人会看到。">
        {(control) => <TextArea control={control} rows={2} max={300} value={reason} onChange={setReason} />}
      </LabeledInput>
      {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} className="gap" />}
      <div className="marks">
        <Button type="primary" loading={busy} disabled={!one.known} onClick={() => void decide(true)}>
          同意代办
        </Button>
        <Button danger loading={busy} onClick={() => void decide(false)}>
          不同意
        </Button>
      </div>
    </>
  );
}
