// One service of the catalogue: its steps with who acts and how long, its fields, rules and what is still to be checked.

import { useQuery } from '@tanstack/react-query';
import { get } from './api.ts';
import type { RuleValue, ServiceDetail, ServiceField, ServiceRule, ServiceStep } from './api-types.ts';
import { domainZh, severityZh } from './catalogue-words.ts';
import { DataTable, type Column } from './data-table.tsx';
import { NeedsCheck, Tag } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { Loaded, PageHead } from './views.tsx';

const kindZh: Readonly<Record<string, string>> = { human: '人工', auto: '自动', join: '汇合' };

const steps: readonly Column<ServiceStep>[] = [
  { key: 'zh', title: '环节', cell: (step) => <strong>{step.zh}</strong> },
  { key: 'kind', title: '方式', width: 70, cell: (step) => kindZh[step.kind ?? ''] ?? step.kind ?? '' },
  { key: 'role', title: '由谁办', cell: (step) => step.roleZh ?? '' },
  {
    key: 'limit',
    title: '时限与依据',
    cell: (step) => (
      <>
        <span>{step.limitText ?? '不设时限'}</span>
        <span className="sub">
          {step.basis} {step.needsCheck && <NeedsCheck />}
        </span>
      </>
    ),
  },
  {
    key: 'outcomes',
    title: '可能的结果',
    cell: (step) =>
      (step.outcomes ?? []).map((outcome) => (outcome.to ? `${outcome.zh} → ${outcome.to}` : outcome.zh)).join('；'),
  },
];

const fields: readonly Column<ServiceField>[] = [
  { key: 'zh', title: '填报项', cell: (field) => field.zh },
  { key: 'kind', title: '类型', cell: (field) => field.kindZh ?? field.kind ?? '' },
  { key: 'required', title: '必填', width: 70, cell: (field) => (field.required ? '是' : '否') },
  { key: 'class', title: '信息等级', cell: (field) => field.classZh ?? '' },
];

const values: readonly Column<RuleValue>[] = [
  { key: 'zh', title: '参数', width: 280, cell: ({ zh }) => zh },
  { key: 'text', title: '取值', cell: ({ text }) => text },
];

export default function ServicePage({ code }: { readonly code: string }) {
  const found = useQuery({
    queryKey: ['service', code],
    queryFn: () => get<ServiceDetail>(api.service(code)),
    staleTime: 600_000,
  });
  return (
    <Loaded query={found} title="服务">
      {(service) => (
        <>
          <nav className="crumbs" aria-label="位置">
            <Link to={pages.catalogue()}>服务目录</Link> <span aria-hidden="true">›</span>{' '}
            <span className="mono">{service.code}</span>
          </nav>
          <PageHead
            title={service.zh}
            note={`${domainZh(service.domain)} · ${service.workflowZh}`}
            extra={<Tag>版本 {String(service.version ?? '未发布').slice(0, 12)}</Tag>}
          />
          <Findings service={service} />
          <h2>环节</h2>
          <DataTable
            caption="环节"
            columns={steps}
            rows={service.steps}
            keyOf={(step) => step.step ?? step.zh}
            empty={null}
          />
          <h2>填报项</h2>
          <DataTable
            caption="填报项"
            columns={fields}
            rows={service.fields}
            keyOf={(field) => field.name}
            empty={<p className="soft">没有填报项。</p>}
          />
          <Rules rules={service.rules} />
        </>
      )}
    </Loaded>
  );
}

function Findings({ service }: { readonly service: ServiceDetail }) {
  if (service.findings.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="findings-title">
      <h2 id="findings-title">
        待核事项 <span className="count">{service.findings.length}</span>
      </h2>
      <ul className="plain">
        {service.findings.map((finding) => (
          <li key={`${finding.severity} ${finding.zh}`}>
            <Tag tone={finding.severity === 'error' ? 'red' : 'yellow'}>{severityZh(finding.severity)}</Tag>{' '}
            {finding.zh}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Rules({ rules }: { readonly rules: ServiceDetail['rules'] }) {
  if (rules.length === 0) return null;
  const listed: readonly ServiceRule[] = rules.map((rule) => (typeof rule === 'string' ? { zh: rule } : rule));
  return (
    <section aria-labelledby="rules-title">
      <h2 id="rules-title">规则</h2>
      {listed.map((rule, index) => (
        // A rule has several versions; their order never changes.
        <div key={index} className="panel gap">
          <h3>
            {rule.zh}
            {rule.regionZh && `（${rule.regionZh}）`} {rule.needsCheck && <NeedsCheck />}
          </h3>
          {(rule.basis || rule.effectiveFrom) && (
            <p className="soft">
              {rule.basis && `依据：${rule.basis}`} {rule.effectiveFrom && `自 ${rule.effectiveFrom} 起`}
            </p>
          )}
          <DataTable
            caption={`${rule.zh}的取值`}
            columns={values}
            rows={rule.values ?? []}
            keyOf={({ zh }) => zh}
            empty={null}
          />
        </div>
      ))}
    </section>
  );
}
