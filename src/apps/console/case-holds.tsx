// That an authority ordered this case to be kept, where everybody who works on it sees it. Nothing is done here.

import { Alert } from 'antd';
import { useQuery } from '@tanstack/react-query';
import type { CaseHold } from '#contract/privacy';
import { get } from './api.ts';
import type { Listing } from './api-types.ts';
import { api } from './paths.ts';
import { dayOf, dayZh } from './words.ts';

export function CaseHolds({ caseId }: { readonly caseId: string }) {
  const found = useQuery({
    queryKey: ['case-holds', caseId],
    queryFn: () => get<Listing<CaseHold>>(api.caseHolds(caseId)),
  });
  const items = found.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      className="gap"
      title="法律保全：资料不得删除"
      description={items.map((one) => (
        <div key={`${one.authority} ${one.documentNo} ${one.scopeZh}`}>
          {one.authority} {one.documentNo}，保全{one.scopeZh}，{dayZh(dayOf(one.putAt))}起
        </div>
      ))}
    />
  );
}
