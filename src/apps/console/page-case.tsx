// One case at the desk: what was said and shown on the left, where it stands and what can be done now on the right. Everything
// here, masks included, comes from the server's view of the case; this page decides nothing.

import { Alert } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { CaseView } from '#contract/cases';
import { get } from './api.ts';
import { ActionPanel } from './case-actions.tsx';
import { Documents, Merged, RatingView, Referrals, Related } from './case-aside.tsx';
import { Evidence } from './case-evidence.tsx';
import { CaseGroup } from './case-group.tsx';
import { CaseHolds } from './case-holds.tsx';
import { CasePeople } from './case-people.tsx';
import { Facts } from './case-facts.tsx';
import { ActiveSteps } from './case-steps.tsx';
import { Timeline } from './case-timeline.tsx';
import { Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { Masked } from './unmask.tsx';
import { Loaded, PageHead } from './views.tsx';

export default function CasePage({ caseId }: { readonly caseId: string }) {
  const client = useQueryClient();
  const found = useQuery({ queryKey: ['case', caseId], queryFn: () => get<CaseView>(api.case(caseId)) });
  const reload = async (): Promise<void> => {
    await Promise.all([found.refetch(), client.invalidateQueries({ queryKey: ['suggestion', caseId] })]);
  };
  return (
    <Loaded query={found} title="办件">
      {(view) => (
        <>
          <nav className="crumbs" aria-label="位置">
            <Link to={pages.tasks()}>任务</Link> <span aria-hidden="true">›</span>{' '}
            <span className="mono">{view.caseNo}</span>
          </nav>
          <PageHead
            title={view.serviceZh}
            documentTitle={`${view.serviceZh} ${view.caseNo}`}
            note={view.statusText}
            extra={<StatusTag view={view} />}
          />
          {view.supervised && (
            <Alert type="error" showIcon title="督办中" description={view.supervised} className="gap" />
          )}
          <CaseHolds caseId={view.caseId} />
          {view.serviceCode === 'DI-011' && (
            <p className="gap">
              <Link to={pages.settlement(view.caseId)}>补贴结算：核算、逐单差异与抽样名单</Link>
            </p>
          )}
          <Path path={view.path} />
          <div className="case-columns">
            <div className="case-main">
              <Summary view={view} />
              <Facts view={view} />
              {view.facts.some(({ kind }) => kind === 'roster') &&
                (view.serviceCode === 'DI-002' ? (
                  <CaseGroup caseId={view.caseId} onMoved={() => void reload()} />
                ) : (
                  <CasePeople caseId={view.caseId} />
                ))}
              <Evidence view={view} />
              <Timeline items={view.timeline} />
            </div>
            <div className="case-side">
              <ActiveSteps steps={view.active} />
              <ActionPanel view={view} onChanged={reload} />
              <Documents view={view} />
              <Merged view={view} />
              <Related view={view} />
              <Referrals view={view} />
              <RatingView view={view} />
            </div>
          </div>
        </>
      )}
    </Loaded>
  );
}

function StatusTag({ view }: { readonly view: CaseView }) {
  return view.status === 'ended' ? <Tag>已办结：{view.endZh ?? '办结'}</Tag> : <Tag tone="accent">办理中</Tag>;
}

const personFields = [
  { field: 'phone', zh: '手机号' },
  { field: 'id_number', zh: '证件号码' },
] as const;

function Summary({ view }: { readonly view: CaseView }) {
  const canUnmask = view.canUnmaskApplicant;
  return (
    <dl className="summary">
      <div>
        <dt>办件编号</dt>
        <dd className="mono">{view.caseNo}</dd>
      </div>
      <div>
        <dt>申请人</dt>
        <dd>
          <Masked at={api.unmask(view.caseId)} field="name" zh="申请人" text={view.applicant} canUnmask={canUnmask} />
        </dd>
      </div>
      {canUnmask &&
        personFields.map(({ field, zh }) => (
          <div key={field}>
            <dt>{zh}</dt>
            <dd>
              <Masked at={api.unmask(view.caseId)} field={field} zh={zh} text="已遮盖" canUnmask />
            </dd>
          </div>
        ))}
      <div>
        <dt>地区</dt>
        <dd>{view.region}</dd>
      </div>
      <div>
        <dt>申请时间</dt>
        <dd>
          <When at={view.openedAt} />
        </dd>
      </div>
      {view.endedAt && (
        <div>
          <dt>办结时间</dt>
          <dd>
            <When at={view.endedAt} />
          </dd>
        </div>
      )}
    </dl>
  );
}

const pathZh = { done: '已完成', active: '办理中', ahead: '未到' } as const;

function Path({ path }: { readonly path: CaseView['path'] }) {
  if (path.length === 0) return null;
  return (
    <ol className="path" aria-label="主要环节">
      {path.map(({ step, zh, state }) => (
        <li key={step} className={state} aria-current={state === 'active' ? 'step' : undefined}>
          <span className="hidden">{pathZh[state]}：</span>
          {zh}
        </li>
      ))}
    </ol>
  );
}
