// The frame around every page: skip link, head with the search by case number, menu, and the page itself, each page loaded when
// it is first opened.

import { MoonOutlined, QuestionCircleOutlined, SunOutlined } from '@ant-design/icons';
import { Input } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState, type FormEvent, type ReactNode } from 'react';
import { enter, get, sentenceOf, setCsrf } from './api.ts';
import { DemoBanner } from './demo-banner.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { navFor, navPageOf } from './nav.ts';
import type { Mode } from './palette.ts';
import { api, matchPage, pages, type PageMatch } from './paths.ts';
import { Link, navigate, usePlace } from './router.tsx';
import { useMe } from './session.tsx';
import { focusSearch, useShortcuts } from './shortcuts.ts';
import { LoadingView } from './views.tsx';
import { caseNoDigits, digitsOf } from './words.ts';

const TasksPage = lazy(() => import('./page-tasks.tsx'));
const CasePage = lazy(() => import('./page-case.tsx'));
const PayoutsPage = lazy(() => import('./page-payouts.tsx'));
const BatchesPage = lazy(() => import('./page-batches.tsx'));
const BatchPage = lazy(() => import('./page-batch.tsx'));
const ReconciliationPage = lazy(() => import('./page-reconciliation.tsx'));
const SettlementsPage = lazy(() => import('./page-settlements.tsx'));
const SettlementPage = lazy(() => import('./page-settlement.tsx'));
const ServicePointsPage = lazy(() => import('./page-service-points.tsx'));
const LedgerPage = lazy(() => import('./page-ledger.tsx'));
const OversightPage = lazy(() => import('./page-oversight.tsx'));
const SamplingPage = lazy(() => import('./page-sampling.tsx'));
const SamplingSheetPage = lazy(() => import('./page-sampling-sheet.tsx'));
const HealthPage = lazy(() => import('./page-health.tsx'));
const CoverPage = lazy(() => import('./page-cover.tsx'));
const CataloguePage = lazy(() => import('./page-catalogue.tsx'));
const ServicePage = lazy(() => import('./page-service.tsx'));
const RatingsPage = lazy(() => import('./page-ratings.tsx'));
const NoticesPage = lazy(() => import('./page-notices.tsx'));
const StartPage = lazy(() => import('./page-start.tsx'));
const StartServicePage = lazy(() => import('./page-start-service.tsx'));
const StaffPage = lazy(() => import('./page-staff.tsx'));
const StaffMemberPage = lazy(() => import('./page-staff-member.tsx'));
const OrgsPage = lazy(() => import('./page-orgs.tsx'));
const OrgPage = lazy(() => import('./page-org.tsx'));
const RoleProposalsPage = lazy(() => import('./page-role-proposals.tsx'));
const ErasuresPage = lazy(() => import('./page-erasures.tsx'));
const HoldsPage = lazy(() => import('./page-holds.tsx'));
const LooksPage = lazy(() => import('./page-looks.tsx'));
const AdminTrailPage = lazy(() => import('./page-admin-trail.tsx'));
const AuthoritiesPage = lazy(() => import('./page-authorities.tsx'));
const RegisterWorkerPage = lazy(() => import('./page-register-worker.tsx'));
const DuplicatesPage = lazy(() => import('./page-duplicates.tsx'));
const DuplicatePage = lazy(() => import('./page-duplicate.tsx'));
const MergesPage = lazy(() => import('./page-merges.tsx'));
const MergePage = lazy(() => import('./page-merge.tsx'));
const AssistPage = lazy(() => import('./page-assist.tsx'));
const ApiKeysPage = lazy(() => import('./page-api-keys.tsx'));
const AccountPage = lazy(() => import('./page-account.tsx'));
const MissingPage = lazy(() => import('./page-missing.tsx'));

function pageOf(match: PageMatch): ReactNode {
  switch (match.page) {
    case 'tasks':
      return <TasksPage />;
    case 'case':
      return <CasePage key={match.caseId} caseId={match.caseId} />;
    case 'payouts':
      return <PayoutsPage />;
    case 'batches':
      return <BatchesPage />;
    case 'batch':
      return <BatchPage key={match.batchId} batchId={match.batchId} />;
    case 'reconciliation':
      return <ReconciliationPage />;
    case 'settlements':
      return <SettlementsPage />;
    case 'settlement':
      return <SettlementPage key={match.caseId} caseId={match.caseId} />;
    case 'servicePoints':
      return <ServicePointsPage />;
    case 'oversight':
      return <OversightPage />;
    case 'ledger':
      return <LedgerPage />;
    case 'health':
      return <HealthPage />;
    case 'cover':
      return <CoverPage />;
    case 'catalogue':
      return <CataloguePage />;
    case 'service':
      return <ServicePage key={match.code} code={match.code} />;
    case 'ratings':
      return <RatingsPage />;
    case 'notices':
      return <NoticesPage />;
    case 'start':
      return <StartPage />;
    case 'startService':
      return <StartServicePage key={match.code} code={match.code} />;
    case 'staff':
      return <StaffPage />;
    case 'staffMember':
      return <StaffMemberPage key={match.staffId} staffId={match.staffId} />;
    case 'orgs':
      return <OrgsPage />;
    case 'org':
      return <OrgPage key={match.orgId} orgId={match.orgId} />;
    case 'role-proposals':
      return <RoleProposalsPage />;
    case 'admin-trail':
      return <AdminTrailPage />;
    case 'erasures':
      return <ErasuresPage />;
    case 'sampling':
      return <SamplingPage />;
    case 'samplingSheet':
      return <SamplingSheetPage key={match.sheetId} sheetId={match.sheetId} />;
    case 'holds':
      return <HoldsPage />;
    case 'looks':
      return <LooksPage />;
    case 'authorities':
      return <AuthoritiesPage />;
    case 'register-worker':
      return <RegisterWorkerPage />;
    case 'duplicates':
      return <DuplicatesPage />;
    case 'duplicate':
      return <DuplicatePage key={match.suspicionId} suspicionId={match.suspicionId} />;
    case 'merges':
      return <MergesPage />;
    case 'merge':
      return <MergePage key={match.mergeId} mergeId={match.mergeId} />;
    case 'assist':
      return <AssistPage />;
    case 'api-keys':
      return <ApiKeysPage />;
    case 'account':
      return <AccountPage />;
    case 'invitation':
    case 'login':
      return <LoadingView />;
    case 'missing':
      return <MissingPage />;
  }
}

export function Shell({ mode, onToggleMode }: { readonly mode: Mode; readonly onToggleMode: () => void }) {
  const me = useMe();
  const { pathname } = usePlace();
  const match = matchPage(pathname);
  const [help, setHelp] = useState(false);
  useShortcuts({ '/': focusSearch, '?': () => setHelp(true) });
  return (
    <>
      <a className="skip" href="#content">
        跳到正文
      </a>
      {me.demo && <DemoBanner />}
      <div className="shell">
        <Head mode={mode} onToggleMode={onToggleMode} onHelp={() => setHelp(true)} />
        <Menu current={navPageOf(match.page)} />
        <main id="content" tabIndex={-1}>
          <ErrorBoundary resetKey={pathname}>
            <Suspense fallback={<LoadingView />}>{pageOf(match)}</Suspense>
          </ErrorBoundary>
        </main>
      </div>
      {help && <ShortcutHelp onClose={() => setHelp(false)} />}
    </>
  );
}

type HeadProps = { readonly mode: Mode; readonly onToggleMode: () => void; readonly onHelp: () => void };

function Head({ mode, onToggleMode, onHelp }: HeadProps) {
  const me = useMe();
  const client = useQueryClient();
  const first = me.roles[0];
  const leave = async (): Promise<void> => {
    await enter(api.logout, {}).catch(() => undefined);
    setCsrf(null);
    client.clear();
    // A whole load, so that nothing of the person's data stays in memory.
    location.assign(pages.login());
  };
  return (
    <header className="head">
      <Link to={pages.tasks()} className="brand">
        <img src={`${import.meta.env.BASE_URL}shield.svg`} alt="" width={24} height={24} />
        工盾经办台
      </Link>
      <CaseSearch />
      <span className="who" title={me.roles.map((role) => `${role.orgZh} ${role.zh}`).join('\n')}>
        <strong>{me.staff.name}</strong>
        {first && (
          <span>
            {first.orgZh} · {first.zh}
            {me.roles.length > 1 && ` 等${me.roles.length}个岗位`}
          </span>
        )}
      </span>
      <Link to={pages.account()} className="text-button">
        我的账户
      </Link>
      <button
        type="button"
        className="icon-button"
        onClick={onToggleMode}
        aria-label={mode === 'dark' ? '改用浅色' : '改用深色'}
        title={mode === 'dark' ? '改用浅色' : '改用深色'}
      >
        {mode === 'dark' ? <SunOutlined /> : <MoonOutlined />}
      </button>
      <button type="button" className="icon-button" onClick={onHelp} aria-label="快捷键说明" title="快捷键说明（?）">
        <QuestionCircleOutlined />
      </button>
      <button type="button" className="text-button" onClick={() => void leave()}>
        退出
      </button>
    </header>
  );
}

function CaseSearch() {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const search = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const caseNo = digitsOf(text);
    if (caseNo === '') return setProblem('请输入办件编号的数字。');
    // A part of a number is a filter of the list.
    if (caseNo.length < caseNoDigits) return navigate(pages.tasks({ q: caseNo }));
    try {
      const { caseId } = await get<{ caseId: string }>(api.caseByNo(caseNo));
      setText('');
      setProblem(null);
      navigate(pages.case(caseId));
    } catch (error) {
      setProblem(sentenceOf(error).what);
    }
  };
  return (
    <form role="search" className="case-search" onSubmit={(event) => void search(event)}>
      <Input
        data-search=""
        aria-label="按办件编号查找"
        placeholder="按办件编号查找，回车打开"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setProblem(null);
        }}
        {...(problem ? { status: 'error' as const, 'aria-describedby': 'case-search-problem' } : {})}
      />
      {problem && (
        <p id="case-search-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

function Menu({ current }: { readonly current: PageMatch['page'] }) {
  const me = useMe();
  return (
    <nav className="menu" aria-label="主菜单">
      {navFor(me.roles.map(({ role }) => role)).map((group) => (
        <section key={group.zh} aria-label={group.zh}>
          <h2>{group.zh}</h2>
          <ul>
            {group.items.map((item) => (
              <li key={item.page}>
                <Link to={item.to} aria-current={item.page === current ? 'page' : undefined}>
                  {item.zh}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

const keys: readonly (readonly [string, string])[] = [
  ['J / K', '列表里下一行、上一行'],
  ['Enter', '打开选中的一行'],
  ['/', '到筛选框或查找框'],
  ['R', '刷新列表'],
  ['N', '办结一件后，打开下一件待办'],
  ['Ctrl + Enter', '提交正在填写的办理意见'],
  ['Esc', '关闭弹窗，或收起正在填写的办理意见'],
  ['?', '打开这份说明'],
];

function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="快捷键" onClose={onClose}>
      <dl className="keys">
        {keys.map(([key, zh]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{zh}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
