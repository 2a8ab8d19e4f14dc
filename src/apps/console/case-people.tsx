// The people of a list that a case has taken: how many have come how far, and each by a masked name. What each one answers in a case of
// his or her own is not shown here.

import { Button } from 'antd';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RosterPeople } from '#contract/rosters';
import { get, isMissing } from './api.ts';
import { DataTable, type Column } from './data-table.tsx';
import { api } from './paths.ts';
import { FaultView, LoadingView } from './views.tsx';

type Person = RosterPeople['items'][number];

const columns: readonly Column<Person>[] = [
  { key: 'line', title: '名单行号', width: 110, cell: (one) => one.line },
  { key: 'name', title: '姓名', width: 140, cell: (one) => one.name },
  { key: 'stage', title: '办到哪一步', cell: (one) => one.stageZh },
];

export function CasePeople({ caseId }: { readonly caseId: string }) {
  const [trail, setTrail] = useState<readonly (string | undefined)[]>([undefined]);
  const cursor = trail.at(-1);
  const found = useQuery({
    queryKey: ['people', caseId, cursor],
    queryFn: () => get<RosterPeople>(api.casePeople(caseId, cursor)),
    placeholderData: keepPreviousData,
    retry: false,
  });
  // The list is its company's: other offices work on each person's own case.
  if (isMissing(found.error)) return null;
  const { data } = found;
  return (
    <section className="panel" aria-labelledby="people">
      <h2 id="people">名单上的人</h2>
      {!data &&
        (found.error ? <FaultView error={found.error} onRetry={() => void found.refetch()} /> : <LoadingView />)}
      {data && (
        <>
          <p>
            共 {data.total} 人：{data.stages.map(({ zh, count }) => `${zh} ${count} 人`).join('，')}。
            {data.leftOut > 0 && `名单里另有 ${data.leftOut} 行有问题，没有计入。`}
          </p>
          <DataTable
            caption="名单上的人"
            columns={columns}
            rows={data.items}
            keyOf={(one) => String(one.line)}
            empty={null}
          />
          {(trail.length > 1 || data.nextCursor) && (
            <nav className="pager" aria-label="名单翻页">
              {trail.length > 1 && <Button onClick={() => setTrail(trail.slice(0, -1))}>上一页</Button>}
              {data.nextCursor && (
                <Button onClick={() => setTrail([...trail, data.nextCursor ?? undefined])}>下一页</Button>
              )}
            </nav>
          )}
        </>
      )}
    </section>
  );
}
