// The state of the installation for its operator: each line with a light, a figure, what it means and what to do next. It asks again every
// half minute; what needs somebody stands first.

import { Alert, Button } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { get } from './api.ts';
import type { Health, HealthFinding } from './api-types.ts';
import { DataTable, type Column } from './data-table.tsx';
import { LightMark, When } from './marks.tsx';
import { api } from './paths.ts';
import { EmptyView, Loaded, PageHead } from './views.tsx';
import type { Light } from './words.ts';

const words: Readonly<Record<Light, string>> = { green: '正常', yellow: '留意', red: '要处理' };
const order: Readonly<Record<Light, number>> = { red: 0, yellow: 1, green: 2 };
const againMs = 30_000;

const columns: readonly Column<HealthFinding>[] = [
  {
    key: 'light',
    title: '状态',
    width: 110,
    cell: (one) => <LightMark light={one.light} word={words[one.light]} />,
  },
  { key: 'zh', title: '项目', width: 180, cell: (one) => one.zh },
  { key: 'value', title: '现在', cell: (one) => one.value },
  {
    key: 'meaning',
    title: '说明与下一步',
    cell: (one) => (
      <>
        <div className="soft">{one.meaning}</div>
        {one.next && <strong>{one.next}</strong>}
      </>
    ),
  },
];

function summaryOf(items: readonly HealthFinding[]): { type: 'success' | 'warning' | 'error'; title: string } {
  const count = (light: Light) => items.filter((one) => one.light === light).length;
  if (count('red') > 0) return { type: 'error', title: `有 ${count('red')} 项要处理，${count('yellow')} 项要留意` };
  if (count('yellow') > 0) return { type: 'warning', title: `有 ${count('yellow')} 项要留意` };
  return { type: 'success', title: '各项正常' };
}

export default function HealthPage() {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: () => get<Health>(api.health),
    refetchInterval: againMs,
  });
  return (
    <>
      <PageHead title="运行状况" note="每半分钟自动刷新。要处理的排在最前面；命令的用法见运维指南。" />
      <Loaded query={health}>
        {({ at, items }) => (
          <>
            <Alert
              showIcon
              role="status"
              {...summaryOf(items)}
              description={
                <>
                  查看时间 <When at={at} />
                </>
              }
              action={
                <Button loading={health.isFetching} onClick={() => void health.refetch()}>
                  立即刷新
                </Button>
              }
            />
            <DataTable
              caption="运行状况各项"
              columns={columns}
              rows={items.toSorted((a, b) => order[a.light] - order[b.light])}
              keyOf={({ zh }) => zh}
              empty={<EmptyView title="没有取到任何一项">请刷新；仍然没有就看程序日志。</EmptyView>}
            />
          </>
        )}
      </Loaded>
    </>
  );
}
