// Who looked at whose data, for the audit administrator: first a day's unusual looks with the criterion that each passed, then all of
// them by filter. A person is found by the whole number, with a reason; the number goes into no address.

import { Button, Input, Select } from 'antd';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { lookKinds, type LookItem, type PersonFound, type UnusualAnswer, type UnusualItem } from '#contract/privacy';
import { ActDialog, type ActField } from './act-dialog.tsx';
import { get, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, Pager, rowStop, type Column } from './data-table.tsx';
import { LabeledInput } from './field.tsx';
import { Serial, When } from './marks.tsx';
import { api, pages, type Query } from './paths.ts';
import { Link, navigate, useQueryParams } from './router.tsx';
import { useNow } from './session.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';
import { dayOf, dayZh } from './words.ts';

const columns: readonly Column<LookItem>[] = [
  { key: 'at', title: '时间', width: 150, cell: (one) => <When at={one.at} /> },
  {
    key: 'who',
    title: '谁看的',
    cell: (one) => (
      <>
        {one.who}
        <span className="sub">{one.orgName ?? '代办'}</span>
      </>
    ),
  },
  {
    key: 'person',
    title: '看的是谁',
    cell: (one) =>
      one.personId ? (
        <Link to={pages.looks({ personId: one.personId, person: one.person })} {...rowStop}>
          {one.person}
        </Link>
      ) : (
        '—'
      ),
  },
  { key: 'kind', title: '做了什么', cell: (one) => lookKinds[one.kind] },
  { key: 'case', title: '办件', cell: (one) => (one.caseNo ? <Serial no={one.caseNo} /> : '—'), spare: true },
  { key: 'reason', title: '理由', help: '查看完整号码时必须写。', cell: (one) => one.reason ?? '—', spare: true },
];

const search: readonly ActField[] = [
  { name: 'idNumber', label: '完整的证件号码', kind: 'text', help: '号码只用来找人，不保存。' },
  { name: 'reason', label: '为什么查', kind: 'text', help: '这次查询本身会记入管理留痕。' },
];

export default function LooksPage() {
  const params = useQueryParams();
  const { cursor, personId, person, staffId, who, staff, org, day, kind } = params;
  const [searching, setSearching] = useState(false);
  const filter: Query = { personId, staffId, staff, org, day, kind };
  const kept: Query = { ...filter, person, who };
  const list = useQuery({
    queryKey: ['looks', cursor, filter],
    queryFn: () => get<Listing<LookItem>>(api.looks({ ...filter, cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title="资料查看记录"
        note="工作人员和代办人每次打开办件、文件、文书，每次查看完整号码，都记在这里；本人在手机上也看得到。"
        extra={<Button onClick={() => setSearching(true)}>按证件号码找人</Button>}
      />
      {!personId && !staffId && <Unusual />}
      <section className="panel" aria-labelledby="looks-title">
        <h2 id="looks-title">{titleOf(person, who)}</h2>
        <LooksFilter key={JSON.stringify(kept)} start={kept} />
        <Loaded query={list}>
          {(page) => (
            <>
              <DataTable
                caption="查看记录"
                columns={columns}
                rows={page.items}
                keyOf={(one) => one.lookId}
                busy={list.isPlaceholderData}
                empty={
                  <EmptyView title="没有符合条件的查看">
                    换一个条件；不选日期时只列最近三十天，选了人时列全部。
                  </EmptyView>
                }
              />
              <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.looks({ ...kept, cursor: next })} />
            </>
          )}
        </Loaded>
      </section>
      {searching && (
        <ActDialog
          title="按证件号码找人"
          fields={search}
          submitZh="查找"
          onSubmit={async (values) => {
            const found = await write<PersonFound>(api.looksPerson, values);
            setSearching(false);
            navigate(pages.looks({ personId: found.personId, person: found.person }));
          }}
          onClose={() => setSearching(false)}
        />
      )}
    </>
  );
}

function titleOf(person: string | undefined, who: string | undefined): string {
  if (person) return `谁看过${person}的资料`;
  return who ? `${who}看过的资料` : '全部查看';
}

function LooksFilter({ start }: { readonly start: Query }) {
  const textOf = (name: string): string => String(start[name] ?? '');
  const [staff, setStaff] = useState(textOf('staff'));
  const [org, setOrg] = useState(textOf('org'));
  const [day, setDay] = useState(textOf('day'));
  const [kind, setKind] = useState(textOf('kind'));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    navigate(pages.looks({ ...start, staff: staff.trim(), org: org.trim(), day, kind }));
  };
  const isFiltered = Object.values(start).some(Boolean);
  return (
    <form className="filters" aria-label="筛选查看记录" onSubmit={submit}>
      <LabeledInput label="工作人员">
        {(props) => (
          <Input
            {...props}
            data-search=""
            value={staff}
            onChange={(event) => setStaff(event.target.value)}
            allowClear
          />
        )}
      </LabeledInput>
      <LabeledInput label="单位">
        {(props) => <Input {...props} value={org} onChange={(event) => setOrg(event.target.value)} allowClear />}
      </LabeledInput>
      <LabeledInput label="日期">
        {(props) => <Input {...props} type="date" value={day} onChange={(event) => setDay(event.target.value)} />}
      </LabeledInput>
      <LabeledInput label="种类">
        {(props) => (
          <Select
            {...props}
            value={kind}
            onChange={setKind}
            style={{ minWidth: 150 }}
            options={[
              { value: '', label: '全部' },
              ...Object.entries(lookKinds).map(([value, label]) => ({ value, label })),
            ]}
          />
        )}
      </LabeledInput>
      <Button type="primary" htmlType="submit">
        筛选
      </Button>
      {isFiltered && <Link to={pages.looks()}>清空条件</Link>}
    </form>
  );
}

const unusualColumns: readonly Column<UnusualItem>[] = [
  {
    key: 'who',
    title: '谁',
    cell: (one) => (
      <>
        {one.who}
        <span className="sub">{one.orgName}</span>
      </>
    ),
  },
  { key: 'persons', title: '看了多少人', align: 'right', cell: (one) => one.persons },
  {
    key: 'outside',
    title: '不是自己经手的',
    help: '没有办过、也没有领的办件。',
    align: 'right',
    cell: (one) => one.outside,
  },
  { key: 'looks', title: '共查看', help: '同一办件一小时内算一次。', align: 'right', cell: (one) => one.looks },
  { key: 'why', title: '为什么列出', cell: (one) => one.why.join('；') },
];

function Unusual() {
  const today = dayOf(useNow());
  const [day, setDay] = useState(today);
  const found = useQuery({
    queryKey: ['looks-unusual', day],
    queryFn: () => get<UnusualAnswer>(api.looksUnusual(day)),
    enabled: day !== '',
    placeholderData: keepPreviousData,
  });
  const columns: readonly Column<UnusualItem>[] = [
    ...unusualColumns,
    {
      key: 'open',
      title: '明细',
      width: 90,
      cell: (one) => <Link to={pages.looks({ staffId: one.staffId, who: one.who, day })}>查看</Link>,
    },
  ];
  return (
    <section className="panel gap" aria-labelledby="unusual-title">
      <h2 id="unusual-title">异常的查看</h2>
      <div className="filters">
        <LabeledInput label="哪一天">
          {(props) => (
            <Input {...props} type="date" max={today} value={day} onChange={(event) => setDay(event.target.value)} />
          )}
        </LabeledInput>
      </div>
      {day === '' ? (
        <p className="soft">请选择日期。</p>
      ) : (
        <Loaded query={found}>
          {(answer) => (
            <>
              <p className="soft">
                符合其中一条就列出，列出不等于违规，请向本人和单位核实：{answer.criteria.join('；')}。
              </p>
              <DataTable
                caption={`${dayZh(answer.day)}异常的查看`}
                columns={columns}
                rows={answer.items}
                keyOf={(one) => one.staffId}
                empty={<EmptyView title={`${dayZh(answer.day)}没有异常的查看`} />}
              />
              {answer.isCut && <p className="soft">人数太多，只列了超得最多的一百人。</p>}
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}
