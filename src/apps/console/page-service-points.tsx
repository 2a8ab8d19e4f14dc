// The published service points as the public sees them. Filing, checking and scoring are done in their cases.

import { useQuery } from '@tanstack/react-query';
import type { ServicePointView } from '#contract/outlets';
import { get } from './api.ts';
import { DataTable, type Column } from './data-table.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { useMe } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

const columns: readonly Column<ServicePointView>[] = [
  { key: 'name', title: '网点', cell: (one) => one.name },
  { key: 'region', title: '地区', cell: (one) => one.regionZh },
  { key: 'place', title: '地点', cell: (one) => one.place },
  { key: 'hours', title: '服务时间', cell: (one) => one.openHours },
  { key: 'hotline', title: '服务专线', cell: (one) => <span className="mono">{one.hotline}</span> },
  { key: 'items', title: '服务事项', spare: true, cell: (one) => one.items.join('、') },
  { key: 'insurer', title: '保险公司', spare: true, cell: (one) => one.insurer },
];

export default function ServicePointsPage() {
  const isInsurer = useMe().roles.some(({ role }) => role === 'insurer_finance');
  const list = useQuery({
    queryKey: ['service-points'],
    queryFn: () => get<{ readonly items: readonly ServicePointView[] }>(api.servicePoints),
  });
  return (
    <>
      <PageHead
        title="服务网点"
        note="现场核验通过的网点，劳动者在手机“附近的服务点”看到的就是这些；退出的当即撤下。"
        extra={isInsurer ? <Link to={pages.startService('DI-013')}>备案新网点</Link> : undefined}
      />
      <Loaded query={list}>
        {({ items }) => (
          <DataTable
            caption="服务网点"
            columns={columns}
            rows={items}
            keyOf={({ pointId }) => pointId}
            empty={<EmptyView title="还没有公布的网点">保险公司备案、就业服务专员现场核验通过后公布。</EmptyView>}
          />
        )}
      </Loaded>
    </>
  );
}
