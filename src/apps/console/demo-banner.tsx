// Says on every page of a demonstration that nothing here is real. Never shown anywhere else.

import { api } from './paths.ts';

export function DemoBanner() {
  return (
    <aside className="demo-banner" aria-label="演示环境">
      <strong>演示环境</strong>
      <span>人员、企业和金额均为虚构，不会真的付款或发短信。</span>
      <a href={api.demoClock} target="_blank" rel="noreferrer">
        调整演示时间
      </a>
      <a href={api.demoPhone} target="_blank" rel="noreferrer">
        查看短信
      </a>
    </aside>
  );
}
