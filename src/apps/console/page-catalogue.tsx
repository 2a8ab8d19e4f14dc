// What can be handled here: the published services, found by words. Reading only.

import { Input } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from './api.ts';
import type { ServiceSummary } from './api-types.ts';
import { domainZh, findingCount } from './catalogue-words.ts';
import { DataTable, rowStop, type Column } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const columns: readonly Column<ServiceSummary>[] = [
  { key: 'code', title: '编号', width: 90, cell: (service) => <span className="mono">{service.code}</span> },
  {
    key: 'zh',
    title: '服务',
    cell: (service) => (
      <Link to={pages.service(service.code)} className="row-title" {...rowStop}>
        {service.zh}
        {service.draftWhy !== null && (
          <>
            {' '}
            <Tag>草稿</Tag>
            <span className="sub">{service.draftWhy}</span>
          </>
        )}
      </Link>
    ),
  },
  { key: 'domain', title: '领域', cell: (service) => domainZh(service.domain) },
  { key: 'workflow', title: '流程', cell: (service) => service.workflowZh },
  {
    key: 'findings',
    title: '待核',
    width: 90,
    cell: (service) => {
      const count = findingCount(service.findings);
      return count === 0 ? <span className="soft">无</span> : <Tag tone="yellow">{count} 处</Tag>;
    },
  },
  {
    key: 'version',
    title: '版本',
    cell: (service) => (
      <>
        <span className="mono">{service.version === null ? '未发布' : String(service.version).slice(0, 12)}</span>
        <span className="sub">
          <When at={service.publishedAt} />
        </span>
      </>
    ),
  },
];

export default function CataloguePage() {
  const list = useQuery({
    queryKey: ['services'],
    queryFn: () => get<readonly ServiceSummary[]>(api.services),
    staleTime: 600_000,
  });
  const [text, setText] = useState('');
  const words = text.trim().toLowerCase();
  return (
    <>
      <PageHead title="服务目录" note="每项服务由谁办、多久办、依据什么。标“待核”的依据尚未核对原文。" />
      <search className="filters">
        <Input
          data-search=""
          aria-label="按名称或编号查找"
          placeholder="名称或编号（按 / 到这里）"
          value={text}
          onChange={(event) => setText(event.target.value)}
          allowClear
          style={{ width: 280 }}
        />
      </search>
      <Loaded query={list}>
        {(services) => (
          <DataTable
            caption="服务目录"
            columns={columns}
            rows={services.filter((service) =>
              `${service.code} ${service.zh} ${service.workflowZh}`.toLowerCase().includes(words),
            )}
            keyOf={({ code }) => code}
            empty={<EmptyView title="没有找到服务">换一个词试试，例如“理赔”“入会”。</EmptyView>}
          />
        )}
      </Loaded>
    </>
  );
}
