// Two registrations beside each other, masked; whole values one at a time with a reason. What differs stands below with what will hold
// after a merge. It decides nothing.

import type { PairView, Side } from '#contract/merges';
import { Tag, When } from './marks.tsx';
import { Masked } from './unmask.tsx';
import { api } from './paths.ts';

type Props = { readonly pair: PairView; readonly canUnmask: boolean; readonly keepId?: string | undefined };

export function PairTable({ pair, canUnmask, keepId }: Props) {
  const sides = [pair.one, pair.other];
  const rows: readonly (readonly [string, (side: Side) => React.ReactNode])[] = [
    ['姓名', (side) => field(side, 'name', '姓名', side.name)],
    [
      '证件',
      (side) => (
        <>
          {side.idTypeZh} {field(side, 'id_number', '证件号码', side.idNumber)}
        </>
      ),
    ],
    ['手机号', (side) => field(side, 'phone', '手机号', side.phone)],
    ['出生日期', (side) => side.birthDay],
    ['收款卡', (side) => (side.card === null ? '没有' : field(side, 'card', '银行卡号', side.card))],
    ['登记地区', (side) => side.region],
    ['登记时间', (side) => <When at={side.registeredAt} />],
    ['实名核验', (side) => (side.verified ? '核验过' : '没有核验')],
  ];
  function field(side: Side, name: string, zh: string, text: string) {
    if (!pair.suspicionId) return text;
    return (
      <Masked
        at={api.unmaskPair(pair.suspicionId)}
        more={{ personId: side.personId }}
        field={name}
        zh={zh}
        text={text}
        canUnmask={canUnmask}
      />
    );
  }
  return (
    <div className="table-wrap" role="region" aria-label="两个登记并排" tabIndex={0}>
      <table className="table">
        <caption className="hidden">两个登记并排</caption>
        <thead>
          <tr>
            <th scope="col">项目</th>
            {sides.map((side, at) => (
              <th key={side.personId} scope="col">
                登记{at === 0 ? '一' : '二'} {keepId === side.personId && <Tag tone="green">保留</Tag>}
                {side.listed && <span className="sub">只在单位名单里出现过，本人还没有来</span>}
                {side.ids > 1 && pair.state !== 'merged' && <span className="sub">名下已有 {side.ids} 个登记</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([zh, cell]) => (
            <tr key={zh}>
              <th scope="row">{zh}</th>
              {sides.map((side) => (
                <td key={side.personId}>{cell(side)}</td>
              ))}
            </tr>
          ))}
          {pair.one.counts.map((count, at) => (
            <tr key={count.zh}>
              <th scope="row">{count.zh}</th>
              {sides.map((side) => (
                <td key={side.personId}>{side.counts[at]?.text}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ConflictTable({ pair }: { readonly pair: PairView }) {
  if (pair.conflicts.length === 0) return <p>两边没有互相冲突的内容。</p>;
  return (
    <div className="table-wrap" role="region" aria-label="两边不一致的内容" tabIndex={0}>
      <table className="table">
        <caption className="hidden">两边不一致的内容</caption>
        <thead>
          <tr>
            <th scope="col">不一致</th>
            <th scope="col">登记一</th>
            <th scope="col">登记二</th>
            <th scope="col">合并以后</th>
          </tr>
        </thead>
        <tbody>
          {pair.conflicts.map((one) => (
            <tr key={`${one.code}/${one.one}/${one.other}`}>
              <th scope="row">{one.zh}</th>
              <td>{one.one}</td>
              <td>{one.other}</td>
              <td>{one.after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
